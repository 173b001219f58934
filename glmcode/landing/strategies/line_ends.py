"""Line ends and trailing blanks aside: CRLF for LF, a blank more or less at a line's end."""

from glmcode.landing.place import Place, Quote
from glmcode.landing.strategies.rows import find_runs
from glmcode.landing.text import Text, ends_stripped

__all__ = ["find"]


def find(text: Text, quote: Quote, limit: int, language: str | None = None) -> list[Place]:
    """Places where the lines are the quote's, but for what ends them. A quote of blank lines alone finds nothing."""
    if quote.is_blank:
        return []
    return [Place(run.start, run.end, run.row) for run in find_runs(text, quote, ends_stripped, limit)]
