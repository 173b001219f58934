"""What may choose between equal places, and nothing more: a line number, the text behind `@@`, the edit before."""

from collections.abc import Sequence
from dataclasses import dataclass

from glmcode.landing.place import Place
from glmcode.landing.strategies.indentation import indent_of
from glmcode.landing.text import BLANKS, Text

__all__ = ["Hints", "choose", "enclosing"]


@dataclass(frozen=True, slots=True)
class Hints:
    """What an edit says of its place besides the quote."""

    row: int | None = None
    """The row (from 0, in the file as it is now) that the plan's line number means; None where it gives none, or where
    an earlier number of the same plan and file was wrong."""
    headers: tuple[bytes, ...] = ()
    after: int = 0
    """The offset behind which the place lies: hunks of a diff come in the file's order."""
    at_end: bool = False
    """The place ends where the file does, blank lines aside."""
    start: int | None = None
    """The place's offset itself, where equal quotes take equal places in order."""


def choose(text: Text, places: Sequence[Place], hints: Hints) -> Place | None:
    """The one of several places that the hints mean; None where they don't say."""
    if hints.start is not None:
        return next((place for place in places if place.start == hints.start), None)
    left = _narrowed(places, [place for place in places if place.start >= hints.after])
    if hints.at_end:
        size = len(text.data.rstrip())
        left = _narrowed(left, [place for place in left if place.end >= size])
    for header in hints.headers:
        left = _narrowed(left, _under(text, header, left))
    if len(left) == 1:
        return left[0]
    return next((place for place in left if place.row == hints.row), None)


def enclosing(text: Text, hints: Hints) -> tuple[int, int] | None:
    """The rows (from, to; to not included) of the one block that the innermost header opens; None where it isn't one."""
    wanted = hints.headers[-1].strip(BLANKS) if hints.headers else b""
    rows = [row for row, line in enumerate(text.lines) if line.strip(BLANKS).startswith(wanted)] if wanted else []
    return (rows[0], _block_end(text, rows[0]) + 1) if len(rows) == 1 else None


def _narrowed(places: Sequence[Place], fewer: Sequence[Place]) -> Sequence[Place]:
    """A hint that fits no place is a wrong hint: it says nothing."""
    return fewer or places


def _under(text: Text, header: bytes, places: Sequence[Place]) -> list[Place]:
    """The places in the block that the header's line opens: down to the next line indented no deeper."""
    wanted = header.strip(BLANKS)
    if not wanted:
        return list(places)
    found = []
    blocks: list[tuple[int, int]] = []
    for row, line in enumerate(text.lines):
        # git cuts a header off at 80 bytes.
        if wanted in line and line.strip(BLANKS).startswith(wanted):
            blocks.append((row, _block_end(text, row)))
            if len(blocks) > len(places):
                break
    for place in places:
        if any(first <= place.row <= last for first, last in blocks):
            found.append(place)
    return found


def _block_end(text: Text, row: int) -> int:
    depth = len(indent_of(text.lines[row]))
    for below in range(row + 1, len(text.lines)):
        line = text.lines[below].strip(BLANKS)
        if line and len(indent_of(text.lines[below])) <= depth and line[:1] not in b"})]#":
            return below - 1
    return len(text.lines) - 1
