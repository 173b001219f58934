"""Blank lines aside: the same lines in the same order, with blank ones more or less between them."""

from collections.abc import Sequence

from glmcode.landing.place import Place, Quote
from glmcode.landing.strategies.gaps import Span, filled, place_of
from glmcode.landing.text import BLANKS, Text, stripped

__all__ = ["find"]

MOST_COMPARED = 300_000
"""Lines of all candidates together whose indentation is compared."""


def find(text: Text, quote: Quote, limit: int, language: str | None = None) -> list[Place]:
    """Places where the lines that are not blank are the quote's, after one shift of indentation."""
    solid = [number for number, line in enumerate(quote.lines) if line.strip(BLANKS)]
    if not solid:
        return []
    hay = text.form(_solid)
    needle = b"\n" + b"\n".join(_solid(quote.lines)) + b"\n"
    at = hay.find(needle)
    if at < 0:
        return []
    rows = [row for row, line in enumerate(text.lines) if line.strip(BLANKS)]
    places: list[Place] = []
    index = counted = compared = 0
    while at >= 0 and len(places) < limit:
        compared += len(solid)
        if compared > MOST_COMPARED and compared > len(solid):
            return places if len(places) > 1 else []
        index += hay.count(b"\n", counted, at)
        counted = at
        spans: list[Span | None] = [None] * len(quote.lines)
        for number, row in zip(solid, rows[index : index + len(solid)], strict=True):
            spans[number] = (row, row + 1)
        place = place_of(text, quote.lines, filled(text, quote.lines, spans))
        if place is not None:
            places.append(place)
        at = hay.find(needle, at + 1)
    return places


def _solid(lines: Sequence[bytes]) -> list[bytes]:
    return [line for line in stripped(lines) if line]
