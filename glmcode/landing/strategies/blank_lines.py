"""Blank lines aside: the same lines in the same order, with blank ones more or less between them."""

from collections.abc import Iterator, Sequence

from glmcode.landing.place import Place, Quote
from glmcode.landing.strategies.gaps import Span, filled, place_of
from glmcode.landing.text import BLANKS, Text, stripped

__all__ = ["find", "without_blanks"]

MOST_COMPARED = 300_000
"""Lines of all candidates together whose indentation is compared."""


def find(text: Text, quote: Quote, limit: int, language: str | None = None) -> list[Place]:
    """Places where the lines that are not blank are the quote's, after one shift of indentation."""
    solid = [number for number, line in enumerate(quote.lines) if line.strip(BLANKS)]
    if not solid:
        return []
    places: list[Place] = []
    compared = 0
    for rows in _standing(text, without_blanks(quote.lines)):
        if len(places) == limit:
            break
        compared += len(solid)
        if compared > MOST_COMPARED and compared > len(solid):
            return places if len(places) > 1 else []
        spans: list[Span | None] = [None] * len(quote.lines)
        for number, row in zip(solid, rows, strict=True):
            spans[number] = (row, row + 1)
        place = place_of(text, quote.lines, filled(text, quote.lines, spans))
        if place is not None:
            places.append(place)
    return places


def _standing(text: Text, wanted: Sequence[bytes]) -> Iterator[list[int]]:
    """The rows of such lines wherever they stand with none but blank ones between them, in order."""
    longest = wanted.index(max(wanted, key=len))
    starts = text.standing(wanted[longest])
    if starts is None:
        yield from _in_all(text, wanted)
        return
    for start, row in zip(starts, text.rows(starts), strict=True):
        above = _matched(text.above(start), row, -1, wanted[:longest][::-1])
        below = None if above is None else _matched(text.below(start), row - 1, 1, wanted[longest:])
        if above is not None and below is not None:
            yield [*reversed(above), *below]


def _matched(lines: Iterator[bytes], row: int, step: int, wanted: Sequence[bytes]) -> list[int] | None:
    """The rows of the first lines that are not blank, beyond a row, where they are these."""
    rows: list[int] = []
    while len(rows) < len(wanted):
        line, row = next(lines, None), row + step
        if line is None:
            return None
        bare = line.strip(BLANKS)
        if bare:
            if bare != wanted[len(rows)]:
                return None
            rows.append(row)
    return rows


def _in_all(text: Text, wanted: Sequence[bytes]) -> Iterator[list[int]]:
    stands = text.keyed(stripped)
    rows = [row for row, line in enumerate(stands) if line]
    hay = b"\n" + b"\n".join(filter(None, stands)) + b"\n"
    needle = b"\n" + b"\n".join(wanted) + b"\n"
    index = counted = 0
    at = hay.find(needle)
    while at >= 0:
        index += hay.count(b"\n", counted, at)
        counted = at
        yield rows[index : index + len(wanted)]
        at = hay.find(needle, at + 1)


def without_blanks(lines: Sequence[bytes]) -> list[bytes]:
    return [line for line in stripped(lines) if line]
