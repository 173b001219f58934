"""Takes keys and the user's home path out of what is recorded."""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

__all__ = ["Scrubber"]

_SECRET_NAME: Final = re.compile(r"(?i)(key|token|secret|password|passwd|credential)s?$")
_LOOKS_SECRET: Final = (
    r"(?i:\bbearer) +[\w.~+/=-]{8,}",
    r"\bsk-[\w-]{16,}",
    r"\b(?:ghp|gho|ghs|github_pat|glpat|hf|xox[bp])[-_]\w{16,}",
    r"\b[0-9a-f]{32}\.\w{16}\b",  # a key of the vendor's
)
_DELTAS: Final = ("content", "reasoning_content", "reasoning")


class Scrubber:
    """Replaces secrets by `***` and the home directory's path by `~`, in any text that will be written."""

    def __init__(self, environ: Mapping[str, str], secrets: Sequence[str] = ()) -> None:
        self._environ = environ
        named = {value.strip() for name, value in environ.items() if _SECRET_NAME.search(name)}
        # Short values ("none", "1") are no secrets, and would tear words apart.
        known = sorted({s for s in (*named, *secrets) if len(s) >= 8}, key=len, reverse=True)
        home = environ.get("HOME", environ.get("USERPROFILE", ""))
        homes = sorted({h.rstrip("/\\") for h in (home, os.path.realpath(home) if home else "")}, key=len, reverse=True)
        paths = [re.escape(h) + r"(?![\w.-])" for h in homes if len(h) > 1]
        secret = "|".join([*map(re.escape, known), *_LOOKS_SECRET])
        self._pattern = re.compile(f"(?P<home>{'|'.join(paths)})|{secret}" if paths else f"(?P<home>(?!))|{secret}")

    def knowing(self, secret: str) -> "Scrubber":
        """The same with one more secret."""
        return Scrubber(self._environ, (secret,)) if secret else self

    def text(self, text: str) -> str:
        return self._pattern.sub(_instead, text)

    def value(self, value: Any) -> Any:
        """A JSON value with all of its strings scrubbed."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(key): self.value(member) for key, member in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(member) for member in value]
        return value

    def events(self, events: Sequence[str]) -> list[str]:
        """Payloads of a stream, scrubbed one by one, and then across: a path comes in several tokens."""
        out = [self.text(event) for event in events]
        for key in _DELTAS:
            parts = list(_parts(out, key))
            whole = "".join(text for _, _, _, text in parts)
            matches = list(self._pattern.finditer(whole))
            if matches:
                _rewrite(out, key, parts, [(m.start(), m.end(), _instead(m)) for m in matches])
        return out


def _instead(match: re.Match[str]) -> str:
    return "~" if match["home"] is not None else "***"


def _parts(events: Sequence[str], key: str) -> Iterator[tuple[int, Any, Any, str]]:
    """Each event that says something under the key: its index, its JSON, its delta and the text."""
    mark = f'"{key}"'
    for index, event in enumerate(events):
        if mark not in event:
            continue
        try:
            parsed = json.loads(event)
            for choice in parsed["choices"]:
                delta = choice.get("delta") or choice.get("message")
                if isinstance(delta[key], str):
                    yield index, parsed, delta, delta[key]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue


def _rewrite(
    events: list[str], key: str, parts: Sequence[tuple[int, Any, Any, str]], spans: Sequence[tuple[int, int, str]]
) -> None:
    """Puts each span's replacement where the span begins, and drops the rest of it, event by event."""
    at = 0
    waiting = iter(spans)
    span = next(waiting, None)
    for index, parsed, delta, text in parts:
        end = at + len(text)
        said, here = "", at
        while span is not None and span[0] < end:
            first, last, instead = span
            said += text[here - at : max(first, here) - at] + (instead if first >= at else "")
            here = min(last, end)
            if last > end:
                break
            span = next(waiting, None)
        if here > at or said:
            delta[key] = said + text[here - at :]
            events[index] = json.dumps(parsed, ensure_ascii=False)
        at = end
