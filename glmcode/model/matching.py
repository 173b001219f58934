"""Whether a request is the one that was recorded, and where it differs. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

__all__ = ["difference"]

_OWN: Final = ("max_tokens",)
"""What follows from budgets and from what was counted before, and not from the conversation."""
_SHOWN: Final = 60


def difference(recorded: Mapping[str, Any], sent: Mapping[str, Any]) -> str:
    """Where the bodies of two requests differ first, in one line for a person; "" where they are the same question."""
    kept, given = ({key: value for key, value in body.items() if key not in _OWN} for body in (recorded, sent))
    return next(_differences("", kept, given), "")


def _differences(where: str, recorded: Any, sent: Any) -> Iterator[str]:
    if isinstance(recorded, Mapping) and isinstance(sent, Mapping):
        for key in [*recorded, *(key for key in sent if key not in recorded)]:
            at = f"{where}.{key}".lstrip(".")
            if key not in sent:
                yield f"{at} is not sent"
            elif key not in recorded:
                yield f"{at} was not recorded"
            else:
                yield from _differences(at, recorded[key], sent[key])
    elif isinstance(recorded, list) and isinstance(sent, list):
        for number, (one, other) in enumerate(zip(recorded, sent, strict=False)):
            yield from _differences(f"{where}[{number}]", one, other)
        if len(recorded) != len(sent):
            yield f"{where} has {len(sent)} entries, {len(recorded)} were recorded"
    elif isinstance(recorded, str) and isinstance(sent, str):
        if recorded != sent:
            yield _in_text(where, recorded, sent)
    elif recorded != sent or type(recorded) is not type(sent):
        yield f"{where} is {str(sent)[:_SHOWN]}, {str(recorded)[:_SHOWN]} was recorded"


def _in_text(where: str, recorded: str, sent: str) -> str:
    at = next(
        (n for n, (one, other) in enumerate(zip(recorded, sent, strict=False)) if one != other),
        min(len(recorded), len(sent)),
    )
    line = recorded.count("\n", 0, at) + 1
    start = recorded.rfind("\n", 0, at) + 1
    first = max(start, at - _SHOWN // 3)
    shown = [repr(text[first : at + _SHOWN].split("\n")[0]) for text in (sent, recorded)]
    return f"{where}, line {line}, character {at - start + 1}: {shown[0]} is sent, {shown[1]} was recorded"
