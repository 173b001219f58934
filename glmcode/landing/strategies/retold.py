"""Context that the file tells otherwise: broken into other lines, or one line for one line."""

import itertools
from collections.abc import Iterable, Iterator, Sequence

from glmcode.landing.strategies.gaps import Span
from glmcode.landing.text import BLANKS, Text

__all__ = ["broken_otherwise", "counterparts", "counterparts_beyond", "is_alike"]

ALIKE = 70
"""Percent of likeness from which a row may be what became of a line."""
NEAR = 6
"""Rows beyond the lines that stand which such a row must be more like the quote's line than."""
LONGEST_LINE = 400
"""Bytes of a line that are compared with another."""


def broken_otherwise(text: Text, wanted: Sequence[bytes], pairs: dict[int, int]) -> dict[int, Span]:
    """Lines next to those that stand there whose text does too, but broken into other lines: the rows that they share."""
    found: dict[int, Span] = {}
    for above, below in itertools.pairwise(sorted(pairs)):
        ours = [number for number in range(above + 1, below) if wanted[number]]
        theirs = [row for row in range(pairs[above] + 1, pairs[below]) if text.lines[row].strip(BLANKS)]
        if not ours or not theirs or len(ours) == len(theirs) or theirs[-1] - theirs[0] >= len(theirs):
            continue
        if _solid(wanted[number] for number in ours) == _solid(text.lines[row] for row in theirs):
            found.update(dict.fromkeys(ours, (theirs[0], theirs[-1] + 1)))
    for number, step in ((min(pairs), -1), (max(pairs), 1)):
        found.update(_broken_beyond(text, wanted, number, pairs[number], step))
    return found


def _broken_beyond(text: Text, wanted: Sequence[bytes], number: int, row: int, step: int) -> dict[int, Span]:
    """The same beyond the first line that stands there, or the last: as many lines and rows as say the same together."""
    numbers, rows = _run(wanted, number, step), _run(text.lines, row, step)
    ours = theirs = b""
    told: list[int] = []
    stand: list[int] = []
    while True:
        if len(ours) <= len(theirs):
            if (number := next(numbers, -1)) < 0:
                return {}
            told.append(number)
            ours = _joined(ours, wanted[number], step)
        else:
            if (row := next(rows, -1)) < 0:
                return {}
            stand.append(row)
            theirs = _joined(theirs, text.lines[row], step)
        if ours == theirs:
            if len(told) == len(stand):
                return {}
            return dict.fromkeys(told, (min(stand), max(stand) + 1))
        size = min(len(ours), len(theirs))
        if (ours[:size] != theirs[:size]) if step > 0 else (ours[len(ours) - size :] != theirs[len(theirs) - size :]):
            return {}


def _run(lines: Sequence[bytes], at: int, step: int) -> Iterator[int]:
    """The lines beyond one of them, up to a blank one; blank ones right beyond it are passed over."""
    at += step
    while 0 <= at < len(lines) and not lines[at].strip(BLANKS):
        at += step
    while 0 <= at < len(lines) and lines[at].strip(BLANKS):
        yield at
        at += step


def _joined(text: bytes, line: bytes, step: int) -> bytes:
    return text + _solid([line]) if step > 0 else _solid([line]) + text


def _solid(lines: Iterable[bytes]) -> bytes:
    return b"".join(b"".join(lines).split())


def counterparts(text: Text, wanted: Sequence[bytes], spans: Sequence[Span | None]) -> list[tuple[int, int]]:
    """Context between lines that stand there which the file tells differently, one line for one line: which row each would
    be."""
    found: list[tuple[int, int]] = []
    known = [number for number, span in enumerate(spans) if span is not None]
    for above, below in itertools.pairwise(known):
        upper, lower = spans[above], spans[below]
        assert upper is not None
        assert lower is not None
        ours = [number for number in range(above + 1, below) if wanted[number]]
        theirs = [row for row in range(upper[1], lower[0]) if text.lines[row].strip(BLANKS)]
        doubled = any(wanted[number] in (wanted[above], wanted[below]) for number in ours)
        if ours and len(ours) == len(theirs) and not doubled:
            found.extend(zip(ours, theirs, strict=True))
    return found


def is_alike(line: bytes, row: bytes) -> bool:
    """Whether a row of the file may be what became of a line."""
    return _likeness(line, row) >= ALIKE


def _likeness(line: bytes, row: bytes) -> float:
    from rapidfuzz import fuzz

    return fuzz.ratio(line[:LONGEST_LINE], row.strip(BLANKS)[:LONGEST_LINE])


def counterparts_beyond(text: Text, wanted: Sequence[bytes], spans: Sequence[Span | None]) -> list[tuple[int, int]]:
    """The same beyond the first line that stands there, and the last: the next row, as long as it is more like the quote's next
    line than the rows beyond it are."""
    found: list[tuple[int, int]] = []
    known = [number for number, span in enumerate(spans) if span is not None]
    for last, step in ((known[0], -1), (known[-1], 1)):
        span = spans[last]
        assert span is not None
        number, row = last + step, span[0] - 1 if step < 0 else span[1]
        while 0 <= number < len(wanted) and 0 <= row < len(text.lines):
            beyond = text.lines[max(0, row - NEAR) : row + 1][::-1] if step < 0 else text.lines[row : row + NEAR + 1]
            ratios = [_likeness(wanted[number], other) for other in beyond]
            if not wanted[number] or ratios[0] < ALIKE or ratios[0] <= max(ratios[1:], default=0):
                break
            found.append((number, row))
            number, row = number + step, row + step
    return found
