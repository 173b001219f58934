"""Members that commas separate."""

import re
from collections.abc import Sequence

from glmcode.landing.place import Splice
from glmcode.syntax import Definition, Syntax

__all__ = [
    "at_end_of_line",
    "at_end_of_list",
    "bare",
    "beside_in_list",
    "deleted_from_list",
    "replaced_in_list",
]

_COMMA = re.compile(rb",(?=[ \t]*(?://[^\"]*|/\*[^\"]*\*/|#[^\"']*|--[^\"']*)?$)")
_COMMENT = re.compile(rb"[ \t]*(?://[^\"]*|/\*[^\"]*\*/|[ \t]#[^\"']*|--[^\"']*)?$")


def bare(line: bytes) -> bytes:
    """The line without the comma at its end, for comparing."""
    return line.rstrip().removesuffix(b",")


def replaced_in_list(parsed: Syntax | None, definition: Definition, lines: list[bytes]) -> list[bytes]:
    """The new member with the comma that the old one has, or without."""
    if parsed is None or not (definition.depth or parsed.language == "json"):
        return lines
    own = parsed.listed(definition.keyword, definition.end)
    if own is None:
        return lines
    return _with_comma(lines, own.comma is not None and own.comma < definition.end)


def beside_in_list(
    parsed: Syntax, definition: Definition, lines: list[bytes], side: str
) -> tuple[list[bytes], tuple[Splice, ...]]:
    """A member that goes before or after another, and the comma that this one needs for it."""
    own = parsed.listed(definition.keyword, definition.end)
    if own is None:
        return lines, ()
    if side == "before" or own.comma is not None:
        return _with_comma(lines, True), ()
    return _with_comma(lines, False), _comma_at(own.before)


def at_end_of_list(parsed: Syntax, at: int, lines: list[bytes]) -> tuple[list[bytes], tuple[Splice, ...]] | None:
    """A member that becomes the last before byte `at`, and the comma that the last one needs for it; None where no
    list closes there."""
    spot = parsed.listed(at, at)
    if spot is None:
        return None
    if spot.before is None or spot.comma is not None:
        return _with_comma(lines, spot.comma is not None), ()
    return _with_comma(lines, False), _comma_at(spot.before)


def at_end_of_line(
    data: bytes, first: int, last: int, lines: Sequence[bytes], comma: Sequence[Splice], stays: bool
) -> Splice | None:
    """A member of one line put behind the others on the line that they share with the list's close; None where they
    stand otherwise. `stays` for a list that would stay on its line also as an empty one."""
    members = data[first:last]
    if len(lines) > 1 or b"\n" in members or b"\r" in members or data[last : last + 1] not in (b"}", b"]"):
        return None
    if data[data.rfind(b"\n", 0, first) + 1 : first].strip() == b"" or not (members.strip() or stays):
        return None
    end = last - (len(members) - len(members.rstrip()))
    between = b", " if comma else b" " if members.strip() else b""
    return Splice(end, end, between + lines[0].strip())


def deleted_from_list(parsed: Syntax, definition: Definition) -> tuple[Splice, ...]:
    """The comma that goes with the last member: the one behind the member before it."""
    own = parsed.listed(definition.keyword, definition.end)
    before = parsed.listed(definition.keyword, definition.start)
    if own is None or before is None or before.comma is None or own.follows or own.comma is not None:
        return ()
    past = before.comma + 1
    if not parsed.data[past : definition.start].strip(b" \t"):
        past = definition.start  # both on one line: the blanks between them go too
    return (Splice(before.comma, past, b""),)


def _comma_at(at: int | None) -> tuple[Splice, ...]:
    return () if at is None else (Splice(at, at, b","),)


def _with_comma(lines: list[bytes], wanted: bool) -> list[bytes]:
    """The lines with a comma behind the last of them, before its comment, or with none."""
    *others, last = lines
    last = last.rstrip()
    has = _COMMA.search(last)
    if wanted and has is None:
        at = _COMMENT.search(last)
        end = len(last) if at is None else at.start()
        last = last[:end] + b"," + last[end:]
    elif not wanted and has is not None:
        last = last[: has.start()] + last[has.end() :]
    return [*others, last]
