"""A change carried to lines that quote it loosely: a three-way merge of quote, replacement and file, line by line.

What the quote left out of the file stays; context that the file tells differently stays as the file has it. A line that
the edit changes or drops must stand in the file as quoted, spacing aside, and new lines must have one place to go.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from glmcode.landing.carry import joined, own_lines
from glmcode.landing.left_out import (
    LONGEST_LINE,
    barely_apart,
    left_out_beside,
    may_stand_beside,
    pairwise_alike,
    says_nothing,
    told_otherwise,
)
from glmcode.landing.linediff import changes, matching_blocks
from glmcode.landing.place import Place, Quote
from glmcode.landing.strategies.indentation import settled
from glmcode.landing.text import BLANKS, Text

__all__ = ["Snag", "merged"]

MOST_SLACK = 400
"""Lines that a change is moved up or down to see whether it would land elsewhere."""
ALIKE = 70
"""Percent of likeness from which a line of the file may be what became of a quoted one."""
Cut = tuple[int, int, Sequence[bytes]]
"""Rows from, to (not included), and the lines that take their place."""


@dataclass(frozen=True, slots=True)
class Snag:
    """Why a change can't be carried: at which line of the quote (from 0), and what is the matter with it."""

    why: Literal["stale", "gap", "left", "indentation"]
    line: int


@dataclass(frozen=True, slots=True)
class _Told:
    """What of the quote has a counterpart, worked out once."""

    first: int
    """The first line of the quote that has one, and the last."""
    last: int
    cut: frozenset[int]
    """Blank rows of runs of which the quote tells only some: which ones, nobody can know."""


def merged(text: Text, place: Place, old: Quote, new: Quote) -> bytes | Snag:
    """What bytes place.start..place.end become. The place has spans."""
    cuts: list[Cut] = []
    told = _told(text, place)
    ours, theirs = _compared(text, place, old.lines, new.lines)
    steps = list(changes(ours, theirs))
    unclear = told_otherwise(place, ours, theirs, steps)
    if unclear is None:
        unclear = barely_apart(text, place, old.lines, new.lines, steps)
    if unclear is not None:
        return Snag("gap", unclear)
    for a, a_end, b, b_end in steps:
        found = _cuts(text, place, told, old.lines, new.lines, (a, a_end, b, b_end))
        if isinstance(found, Snag):
            return found
        cuts.extend(found)
    first, last = text.row(place.start), place.row
    shift = settled(place.shift, new.lines, text, place.row) if place.shift else None
    assert place.spans is not None
    last = max(span[1] for span in place.spans if span is not None)
    out: list[tuple[bytes, bytes]] = []
    row = first
    for start, end, lines in cuts:
        if start < row:
            return Snag("gap", 0)
        out.extend(own_lines(text, row, start))
        ends_like = start if start < end or start == first else start - 1
        for line in lines:
            plain = line[:-1] if line.endswith(b"\r") else line
            shifted = shift(plain) if shift else plain
            if shifted is None:
                return Snag("left", 0)
            out.append((shifted, text.end_near(ends_like)))
        row = end
    out.extend(own_lines(text, row, last))
    return joined(text, place, old, new, out)


def _compared(text: Text, place: Place, old: Sequence[bytes], new: Sequence[bytes]) -> tuple[list[bytes], list[bytes]]:
    """The lines of both sides as they are compared with one another.

    Blanks at a line's end count where the file has them as the quote does: then a line without them is a change. Where it
    has them otherwise anywhere, they count only for lines that are each other's counterparts without them.
    """
    spans = place.spans or ()
    own = [line.removesuffix(b"\r") for line in old]
    given = [line.removesuffix(b"\r") for line in new]
    kept = [
        None if span is None or span[1] - span[0] > 1 else _blanks(text.content(span[0])) == _blanks(line)
        for line, span in zip(own, spans, strict=True)
    ]
    loose = {line.rstrip(BLANKS) for line, is_kept in zip(own, kept, strict=True) if is_kept is False}
    ours, theirs = (
        [bare if (bare := line.rstrip(BLANKS)) in loose else line for line in side] for side in (own, given)
    )
    for at, bt, size in matching_blocks(ours, theirs):
        for line, other in zip(range(at, at + size), range(bt, bt + size), strict=True):
            if own[line] != given[other] and kept[line]:
                ours[line], theirs[other] = own[line], given[other]
    return ours, theirs


def _blanks(line: bytes) -> bytes:
    return line[len(line.rstrip(BLANKS)) :]


def _told(text: Text, place: Place) -> _Told:
    spans = place.spans or ()
    known = [line for line, span in enumerate(spans) if span is not None]
    rows = {row for span in spans if span is not None for row in range(*span)}
    cut: set[int] = set()
    seen: set[int] = set()
    for row in rows:
        if row in seen or text.lines[row].strip():
            continue
        first = last = row
        while first > 0 and not text.lines[first - 1].strip():
            first -= 1
        while last + 1 < len(text.lines) and not text.lines[last + 1].strip():
            last += 1
        run = range(first, last + 1)
        seen.update(run)
        if any(at not in rows for at in run):
            cut.update(run)
    return _Told(known[0], known[-1], frozenset(cut))


def _cuts(
    text: Text,
    place: Place,
    told: _Told,
    old: Sequence[bytes],
    new: Sequence[bytes],
    step: tuple[int, int, int, int],
) -> list[Cut] | Snag:
    """What one difference between quote and replacement does to the file's rows."""
    a, a_end, b, b_end = _whole_groups(place, step)
    spans = place.spans or ()
    if _is_made(text, place, old, new, (a, a_end, b, b_end)):
        return []
    if may_stand_beside(text, place, old, new, (a, a_end, b, b_end)):
        return Snag("gap", min(a, len(old) - 1))
    up, down = _slack(old, new, (a, a_end, b, b_end))
    low, high = max(0, a - up - 1), min(len(old), a_end + down + 1)
    if max(up, down) > MOST_SLACK or ((up or down) and not _solid(spans[low:high])):
        # The same change told one line higher would land elsewhere.
        return Snag("gap", a)
    is_blank = not any(old[line].strip() for line in range(a, a_end))
    if is_blank and _leaves_out_around(text, spans, old, (a, a_end), code=a == a_end or b != b_end):
        return Snag("gap", min(a, len(old) - 1))
    if is_blank and not any(spans[a:a_end]):
        # New lines only; blank ones that the quote has there and the file has not are no matter.
        row = _slot(text, place, told, old, a, a_end)
        if row is None:
            return Snag("gap", min(a, len(old) - 1))
        lines = new[b:b_end]
        return [(row, row, lines)] if any(line.strip() for line in lines) or a == a_end else []
    for line in range(a, a_end):
        if spans[line] is None and not told.first < line < told.last:
            # Blank lines at the quote's end that the file has not: what is beyond them is not told.
            return Snag("gap", line)
        span = spans[line]
        if old[line].strip() and (span is None or line in place.guessed):
            stands = span is not None and old[line].strip() == text.lines[span[0]].strip()
            return Snag("gap" if stands else "stale", line)
    if place.fuzzy:
        loose = _loose(text, place, old, a, a_end)
        if loose is not None:
            return loose
    covered = sorted({span for span in spans[a:a_end] if span is not None})
    if covered[0][0] in told.cut or covered[-1][0] in told.cut:
        return Snag("gap", a)
    if left_out_beside(text, place, old, new, (a, a_end, b, b_end)):
        return Snag("gap", a)
    if all(_joins(text, upper, lower) for upper, lower in itertools.pairwise(covered)):
        return [(covered[0][0], covered[-1][1], new[b:b_end])]
    # Lines that the quote left out stand amid those that it changes: they stay where each line has its successor.
    if len(covered) == a_end - a == b_end - b and pairwise_alike(old[a:a_end], new[b:b_end]):
        return [(span[0], span[1], [line]) for span, line in zip(covered, new[b:b_end], strict=True)]
    return Snag("gap", a)


def _is_made(
    text: Text, place: Place, old: Sequence[bytes], new: Sequence[bytes], step: tuple[int, int, int, int]
) -> bool:
    """Whether the file has made the same change already: the new lines stand between the neighbours of the old ones, alone."""
    a, a_end, b, b_end = step
    spans = place.spans or ()
    becomes = [line.strip() for line in new[b:b_end] if line.strip()]
    if not becomes or any(spans[line] is not None and line not in place.guessed for line in range(a, a_end)):
        return False
    above = next((line for line in range(a - 1, -1, -1) if old[line].strip()), None)
    below = next((line for line in range(a_end, len(old)) if old[line].strip()), None)
    if above is None or below is None or above in place.guessed or below in place.guessed:
        return False
    upper, lower = spans[above], spans[below]
    if upper is None or lower is None:
        return False
    return [row for row in (text.lines[row].strip() for row in range(upper[1], lower[0])) if row] == becomes


def _whole_groups(place: Place, step: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The difference with all lines of the quote that the file breaks differently."""
    a, a_end, b, b_end = step
    spans = place.spans or ()
    while 0 < a < a_end and spans[a] is not None and spans[a - 1] == spans[a]:
        a, b = a - 1, b - 1
    while a < a_end < len(spans) and spans[a_end] is not None and spans[a_end] == spans[a_end - 1]:
        a_end, b_end = a_end + 1, b_end + 1
    if a == a_end and 0 < a < len(spans) and spans[a] is not None and spans[a] == spans[a - 1]:
        shared = spans[a]
        while a > 0 and spans[a - 1] == shared:
            a, b = a - 1, b - 1
        while a_end < len(spans) and spans[a_end] == shared:
            a_end, b_end = a_end + 1, b_end + 1
    return a, a_end, b, b_end


def _slack(old: Sequence[bytes], new: Sequence[bytes], step: tuple[int, int, int, int]) -> tuple[int, int]:
    """How many lines higher or lower the same pure insertion or deletion could be told."""
    a, a_end, b, b_end = step
    if a != a_end and b != b_end:
        return 0, 0
    lines, start, end = (new, b, b_end) if a == a_end else (old, a, a_end)
    up = down = 0
    while (
        start - up > 0
        and lines[start - up - 1] == lines[end - up - 1]
        and a - up > 0
        and b - up > 0
        and up <= MOST_SLACK
    ):
        up += 1
    while end + down < len(lines) and lines[start + down] == lines[end + down]:
        if a_end + down >= len(old) or b_end + down >= len(new) or down > MOST_SLACK:
            break
        down += 1
    return up, down


def _solid(spans: Sequence[tuple[int, int] | None]) -> bool:
    """Whether the lines stand one below the other in the file."""
    known = [span for span in spans if span is not None]
    return len(known) == len(spans) and all(a[1] == b[0] for a, b in itertools.pairwise(known))


def _slot(text: Text, place: Place, told: _Told, old: Sequence[bytes], a: int, a_end: int) -> int | None:
    """The row before which lines between the quote's lines a - 1 and a_end go; None where it could be one or another."""
    spans = place.spans or ()
    above, below = a - 1, a_end
    while above >= 0 and spans[above] is None and not old[above].strip():
        above -= 1
    while below < len(old) and spans[below] is None and not old[below].strip():
        below += 1
    if (above < 0 or below >= len(old)) and (a < a_end or (above + 1, below) != (a, a_end)):
        # Blank lines at the quote's end that the file has not: what is beyond them is not told.
        return None
    upper = spans[above] if above >= 0 else None
    lower = spans[below] if below < len(old) else None
    if (above >= 0 and upper is None) or (below < len(old) and lower is None):
        return None
    if all(line in place.guessed for line, span in ((above, upper), (below, lower)) if span is not None):
        return None
    if any(span is not None and span[0] in told.cut for span in (upper, lower)):
        return None
    if upper is None or lower is None:
        row = lower[0] if lower is not None else upper[1] if upper is not None else None
        if row is None:
            return None
        # A quote that leaves lines out doesn't say that no blank ones stand beyond its end.
        leaves_out = any(one[1] < other[0] for one, other in itertools.pairwise(filter(None, spans)))
        beyond = text.lines[row : row + 1] if lower is None else text.lines[max(0, row - 1) : row]
        return None if leaves_out and beyond and not beyond[0].strip() else row
    # What the quote left out between them, if only a blank line, could go above the new lines or below.
    return upper[1] if upper[1] == lower[0] else None


def _leaves_out_around(
    text: Text, spans: Sequence[tuple[int, int] | None], old: Sequence[bytes], lines: tuple[int, int], *, code: bool
) -> bool:
    """Whether the file has lines that the quote left out between the nearest two around these lines that say something;
    with `code` comments aside. Blank lines between them don't tell on which side of those a change belongs."""
    above = next((line for line in range(lines[0] - 1, -1, -1) if old[line].strip()), None)
    below = next((line for line in range(lines[1], len(old)) if old[line].strip()), None)
    upper, lower = (None if line is None else spans[line] for line in (above, below))
    if upper is None or lower is None:
        return False
    between = [text.lines[row] for row in range(upper[1], lower[0])]
    return any(line.strip() and not (code and says_nothing(line)) for line in between)


def _joins(text: Text, upper: tuple[int, int], lower: tuple[int, int]) -> bool:
    """Whether nothing was left out between them but more of a blank line."""
    rows = range(upper[1], lower[0])
    if not rows:
        return True
    if any(text.lines[row].strip() for row in rows):
        return False
    return not text.lines[upper[1] - 1].strip() or not text.lines[lower[0]].strip()


def _loose(text: Text, place: Place, old: Sequence[bytes], a: int, a_end: int) -> Snag | None:
    """Whether lines that change are held by a line next to them, and nothing near looks like what became of them."""
    spans = place.spans or ()
    known = [span for span in spans[a:a_end] if span is not None]
    upper = _nearest_span(spans[:a], last=True)
    lower = _nearest_span(spans[a_end:], last=False)
    gap_above = range(upper[1], known[0][0]) if upper is not None else range(0)
    gap_below = range(known[-1][1], lower[0]) if lower is not None else range(0)
    beside = any(old[line].strip() for line in (*range(a), *range(a_end, len(old))))
    if beside and not _is_held(text, place, old, (a, a_end), (known[0][0], known[-1][1])):
        return Snag("gap", a)
    left_out = [text.lines[row].strip()[:LONGEST_LINE] for gap in (gap_above, gap_below) for row in gap]
    left_out = [line for line in left_out if not says_nothing(line)]
    if left_out:
        from rapidfuzz import fuzz

        for line in range(a, a_end):
            ours = old[line].strip()[:LONGEST_LINE]
            if ours and any(fuzz.ratio(ours, theirs) >= ALIKE for theirs in left_out):
                return Snag("gap", line)
    return None


def _is_held(text: Text, place: Place, old: Sequence[bytes], lines: tuple[int, int], rows: tuple[int, int]) -> bool:
    """Whether a line that is sure to stand as quoted is next to these lines, at these rows: nothing is between them in the
    file but rows that take the place of quoted lines, one for one."""
    spans = place.spans or ()
    for side, edge in ((range(lines[0] - 1, -1, -1), rows[0]), (range(lines[1], len(old)), rows[1])):
        near = edge
        for line in side:
            span = spans[line]
            if not old[line].strip():
                continue
            if span is None:
                break
            between = range(span[1], near) if line < lines[0] else range(near, span[0])
            if not all(says_nothing(text.lines[row]) for row in between):
                break
            if line not in place.guessed:
                return True
            near = span[0] if line < lines[0] else span[1]
    return False


def _nearest_span(spans: Sequence[tuple[int, int] | None], *, last: bool) -> tuple[int, int] | None:
    return next((span for span in (reversed(spans) if last else spans) if span is not None), None)
