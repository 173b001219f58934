"""The ways to find a quote, from strict to loose: each a pure function in a file of its own.

`find(text, quote, limit, language)` gives the places where the quote stands by that strategy's reading, in the file's order, at
most `limit`. Overlapping places count: two readings of one quote are two places.
"""

from collections.abc import Callable
from dataclasses import dataclass

from glmcode.landing.place import MANY, Place, Quote
from glmcode.landing.strategies import blank_lines, exact, fuzzy, indentation, line_ends, tokens
from glmcode.landing.text import Text

__all__ = ["LADDER", "LOOSE", "Strategy", "search"]


@dataclass(frozen=True, slots=True)
class Strategy:
    """A way to find a quote, and how sure a place is that it finds alone."""

    name: str
    confidence: float
    find: Callable[[Text, Quote, int, str | None], list[Place]]
    """Given the text, the quote, how many places to look for at most, and the file's language."""


LADDER = (
    Strategy("exact", 1.0, exact.find),
    Strategy("line-ends", 0.99, line_ends.find),
    Strategy("indentation", 0.95, indentation.find),
)

LOOSE = (
    Strategy("blank-lines", 0.9, blank_lines.find),
    Strategy("tokens", 0.85, tokens.find),
    Strategy("fuzzy", 0.75, fuzzy.find),
)
"""Tried where none of the ladder finds the quote, and the replacement doesn't stand there either. Their places have spans."""


def search(text: Text, quote: Quote) -> tuple[Strategy | None, list[Place]]:
    """The places of the strictest strategy of the ladder that finds any, at most `MANY`."""
    for strategy in LADDER:
        if strategy.name != "exact" and text.is_binary:
            break
        places = strategy.find(text, quote, MANY, None)
        if places:
            return strategy, places
    return None, []
