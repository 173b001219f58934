"""What may choose between equal places, and nothing more: a line number, the text behind `@@`, the edit before."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from glmcode.landing.place import Place, Splice
from glmcode.landing.strategies.indentation import indent_of
from glmcode.landing.text import BLANKS, Text

__all__ = ["Hints", "astray", "choose", "enclosing"]

SHORTEST = 4
"""Bytes of a header that says which line it is."""
MOST_HEADERS = 256
"""Places of a header, and columns before it, that are looked at."""


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
    return (rows[0], _block_ends(text, rows)[0] + 1) if len(rows) == 1 else None


def astray(text: Text, header: bytes, splice: Splice) -> int | None:
    """The row of the one line that the header means, where it opens a block and the splice lies outside of that: then the two
    speak of different places. None otherwise, or where no such line is or several are."""
    wanted = header.strip(BLANKS)
    if len(wanted) < SHORTEST:
        return None
    found = []
    for at in text.find_all(wanted, MOST_HEADERS):
        before = text.slice(max(0, at - MOST_HEADERS), at).rpartition(text.separator)[2]
        if not before.strip(BLANKS):
            found.append((at - len(before), len(before)))
    if len(found) != 1:
        return None
    start, depth = found[0]
    if splice.end <= start:
        return text.row(start)
    below = [line for line in text.slice(start, splice.start).split(text.separator)[1:] if line.strip(BLANKS)]
    depths = [len(indent_of(line)) for line in below if line.strip(BLANKS)[:1] not in b"})]#"]
    return text.row(start) if depths and depths[0] > depth and min(depths) <= depth else None


def _narrowed(places: Sequence[Place], fewer: Sequence[Place]) -> Sequence[Place]:
    """A hint that fits no place is a wrong hint: it says nothing."""
    return fewer or places


def _under(text: Text, header: bytes, places: Sequence[Place]) -> list[Place]:
    """The places in the block that the header's line opens: down to the next line indented no deeper."""
    wanted = header.strip(BLANKS)
    if not wanted:
        return list(places)
    openings: list[int] = []
    for row, line in enumerate(text.lines):
        # git cuts a header off at 80 bytes.
        if wanted in line and line.strip(BLANKS).startswith(wanted):
            openings.append(row)
            if len(openings) > len(places):
                break
    covered: list[tuple[int, int]] = []
    for block in zip(openings, _block_ends(text, openings), strict=True):
        if not covered or block[0] > covered[-1][1]:
            covered.append(block)
        elif block[1] > covered[-1][1]:
            covered[-1] = (covered[-1][0], block[1])
    firsts = [first for first, _ in covered]
    around = [covered[bisect_right(firsts, place.row) - 1] if firsts else (0, -1) for place in places]
    return [place for place, (first, last) in zip(places, around, strict=True) if first <= place.row <= last]


def _block_ends(text: Text, openings: Sequence[int]) -> list[int]:
    """The last row of the block that each of the lines opens, in one pass: the next line that is indented no deeper ends it."""
    ends = dict.fromkeys(openings, len(text.lines) - 1)
    unended: list[tuple[int, int]] = []
    for row in range(openings[0] if openings else len(text.lines), len(text.lines)):
        line = text.lines[row].strip(BLANKS)
        depth = len(indent_of(text.lines[row]))
        while unended and line and -unended[0][0] >= depth and line[:1] not in b"})]#":
            ends[heappop(unended)[1]] = row - 1
        if row in ends:
            heappush(unended, (-depth, row))
        elif not unended and row > openings[-1]:
            break
    return [ends[row] for row in openings]
