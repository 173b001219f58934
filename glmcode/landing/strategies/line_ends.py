"""Line ends and trailing blanks aside: CRLF for LF, a blank more or less at a line's end."""

from glmcode.landing.place import Place, Quote
from glmcode.landing.strategies.rows import find_rows
from glmcode.landing.text import Text, ends_stripped

__all__ = ["find"]


def find(text: Text, quote: Quote, limit: int, language: str | None = None) -> list[Place]:
    """Places where the lines are the quote's, but for what ends them. A quote of blank lines alone finds nothing."""
    if quote.is_blank:
        return []
    size = len(quote.lines)
    return [Place(text.start(row), text.start(row + size), row) for row in find_rows(text, quote, ends_stripped, limit)]
