"""The quote's own bytes, at the beginning of a line. Nothing is split: the file is searched as it is."""

from collections.abc import Sequence

from glmcode.landing.place import Place, Quote
from glmcode.landing.strategies.rows import find_runs
from glmcode.landing.text import Text

__all__ = ["find"]


def find(text: Text, quote: Quote, limit: int, language: str | None = None) -> list[Place]:
    """Places where whole lines are the quote to the byte; the file's last line may lack the line end that it quotes."""
    wanted = quote.data
    size = len(wanted)
    if not size:
        return []
    if not quote.ended:
        # The quote says that the file ends with it.
        return _at_end(wanted, text)
    starts = [0] if text.slice(0, size) == wanted else []
    # A line feed in front makes every hit one at the beginning of a line: no line of a megabyte is looked at twice.
    starts += [at + 1 for at in text.find_all(b"\n" + wanted, limit - len(starts))]
    places = [Place(at, at + size, row, literal=True) for at, row in zip(starts, text.rows(starts), strict=True)]
    if len(places) < limit and text.slice(text.size - 1, text.size) != b"\n":
        places.extend(_at_end(wanted[:-1], text))
    if places and not text.is_bare and b"\r\n" in text.data and b"\r" not in wanted:
        return _with_carriage_returns(text, quote, places, limit)
    return places


def _with_carriage_returns(text: Text, quote: Quote, literal: list[Place], limit: int) -> list[Place]:
    """Where line ends are mixed, a `\\r` that nobody sees must not make one place of two."""
    found = {place.row: place for place in literal}
    for run in find_runs(text, quote, _without_returns, limit):
        found.setdefault(run.row, Place(run.start, run.end, run.row))
    return [found[row] for row in sorted(found)]


def _without_returns(lines: Sequence[bytes]) -> list[bytes]:
    return [line.removesuffix(b"\r") for line in lines]


def _at_end(wanted: bytes, text: Text) -> list[Place]:
    start = text.size - len(wanted)
    if (
        wanted
        and start >= 0
        and text.slice(start, text.size) == wanted
        and (start == 0 or text.slice(start - 1, start) == b"\n")
    ):
        # Lines that are added to a last line without an end are to end as the others do.
        literal = text.is_bare or b"\r\n" not in text.data
        return [Place(start, text.size, text.row(start), literal=literal)]
    return []
