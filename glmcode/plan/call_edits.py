"""What a tool call's edits are in the plan, with those of a patch that it holds."""

import contextlib

from glmcode.plan.calls import Call, Patch
from glmcode.plan.edits import Begun, Broken, Edit, Rename
from glmcode.plan.lines import Line, Source, mended

__all__ = ["say"]


def say(source: Source, call: Call, line: int, end: int, first: int | None = None) -> None:
    """The call stands on the lines `line` to `end`; a patch that it holds begins on the line `first`, or has no lines of its
    own in the plan: then they are all on `line`."""
    source.events.append(Begun(call.path, "tool-call", line))
    if isinstance(call.change, Patch):
        _say_patch(source, call.path, call.change.text, line, end, first)
    elif isinstance(call.change, str):
        source.broken("tool-call", call.path, call.change, line, end)
    else:
        source.edit("tool-call", call.path, call.change, line, end)


def _say_patch(source: Source, path: str | None, text: str, line: int, end: int, first: int | None) -> None:
    """The edits of a text that is read as a plan of its own."""
    from glmcode.plan.mixed import read_plan

    inner = Source(path, path)
    reading = read_plan(inner)
    next(reading)
    texts = text.split("\n")
    for at, one in enumerate(texts[:-1] if not texts[-1] else texts):
        reading.send(Line(line if first is None else first + at, mended(one)))
    with contextlib.suppress(StopIteration):
        reading.send(Line(end, "", ended=False, last=True))
    found = [event for event in inner.events if isinstance(event, Edit | Broken)]
    moved = any(isinstance(event, Edit) and isinstance(event.change, Rename) for event in found)
    for event in found:
        if isinstance(event, Broken):
            source.broken(event.form, event.path, event.why, event.line, event.end_line)
        elif path is not None and not moved and not _is_same(path, event.path):
            why = f"The call is of {path[:200]}, and the patch in it of {event.path[:200]}: name the same file in both."
            source.broken(event.form, path, why, event.line, event.end_line)
        else:
            source.edit(event.form, event.path, event.change, event.line, event.end_line)
    if not found:
        why = "The patch in the call can't be read: send it by itself, as it is, below the line with its path."
        source.broken("tool-call", path, why, line, end)


def _is_same(path: str, other: str) -> bool:
    return path == other or f"/{path}".endswith(f"/{other}") or f"/{other}".endswith(f"/{path}")
