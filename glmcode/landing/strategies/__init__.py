"""The ways to find a quote, from strict to loose: each a pure function in a file of its own.

`find(text, quote, limit)` gives the places where the quote stands by that strategy's reading, in the file's order, at
most `limit`. Overlapping places count: two readings of one quote are two places.
"""

from collections.abc import Callable
from dataclasses import dataclass

from glmcode.landing.place import Place, Quote
from glmcode.landing.strategies import exact, indentation, line_ends
from glmcode.landing.text import Text

__all__ = ["LADDER", "Strategy"]


@dataclass(frozen=True, slots=True)
class Strategy:
    """A way to find a quote, and how sure a place is that it finds alone."""

    name: str
    confidence: float
    find: Callable[[Text, Quote, int], list[Place]]


LADDER = (
    Strategy("exact", 1.0, exact.find),
    Strategy("line-ends", 0.99, line_ends.find),
    Strategy("indentation", 0.95, indentation.find),
)
