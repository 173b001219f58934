"""The lines of the one definition that the edit names: what is not clear in the whole file may be clear in there."""

from dataclasses import replace

from glmcode.landing.place import Place, Quote
from glmcode.landing.strategies import fuzzy
from glmcode.landing.text import Text

__all__ = ["find"]


def find(text: Text, quote: Quote, limit: int, rows: tuple[int, int]) -> list[Place]:
    """The place that is clearly the best of those within the rows (from, to; to not included)."""
    first, end = rows
    start = text.start(first)
    places = fuzzy.find(Text(text.data[start : text.start(end)]), quote, limit)
    return [
        replace(
            place,
            start=place.start + start,
            end=place.end + start,
            row=place.row + first,
            spans=tuple(None if span is None else (span[0] + first, span[1] + first) for span in place.spans or ()),
        )
        for place in places
    ]
