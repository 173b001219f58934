"""The quote's own bytes, at the beginning of a line. Nothing is split: the file is searched as it is."""

from glmcode.landing.place import Place, Quote
from glmcode.landing.strategies.rows import find_rows
from glmcode.landing.text import Text

__all__ = ["find"]


def find(text: Text, quote: Quote, limit: int, language: str | None = None) -> list[Place]:
    """Places where whole lines are the quote to the byte; the file's last line may lack the line end that it quotes."""
    data, wanted = text.data, quote.data
    size = len(wanted)
    if not size:
        return []
    if not quote.ended:
        # The quote says that the file ends with it.
        return _at_end(data, wanted, text)
    places = []
    if data.startswith(wanted):
        places.append(Place(0, size, 0, literal=True))
    # A line feed in front makes every hit one at the beginning of a line: no line of a megabyte is looked at twice.
    needle = b"\n" + wanted
    row = counted = 0
    at = data.find(needle)
    while at >= 0 and len(places) < limit:
        row += data.count(b"\n", counted, at + 1)
        counted = at + 1
        places.append(Place(at + 1, at + 1 + size, row, literal=True))
        at = data.find(needle, at + 1)
    if len(places) < limit and not data.endswith(b"\n"):
        places.extend(_at_end(data, wanted[:-1], text))
    if places and b"\r\n" in data and b"\r" not in wanted:
        return _with_carriage_returns(text, quote, places, limit)
    return places


def _with_carriage_returns(text: Text, quote: Quote, literal: list[Place], limit: int) -> list[Place]:
    """Where line ends are mixed, a `\\r` that nobody sees must not make one place of two."""
    found = {place.row: place for place in literal}
    size = len(quote.lines)
    for row in find_rows(text, quote, "no-cr", _key, limit):
        found.setdefault(row, Place(text.start(row), text.start(row + size), row))
    return [found[row] for row in sorted(found)]


def _key(line: bytes) -> bytes:
    return line.removesuffix(b"\r")


def _at_end(data: bytes, wanted: bytes, text: Text) -> list[Place]:
    start = len(data) - len(wanted)
    if wanted and data.endswith(wanted) and (start == 0 or data[start - 1 : start] == b"\n"):
        return [Place(start, len(data), text.row(start), literal=True)]
    return []
