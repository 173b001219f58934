"""Runs of whole lines in a normal form of the file: what the line-wise strategies share."""

from collections.abc import Callable

from glmcode.landing.place import Quote
from glmcode.landing.text import Text

__all__ = ["find_rows"]


def find_rows(text: Text, quote: Quote, name: str, key: Callable[[bytes], bytes], limit: int) -> list[int]:
    """First rows of the runs of lines whose keys are those of the quote's lines; linear in the file."""
    hay = text.form(name, key)
    needle = b"\n" + b"\n".join([key(line) for line in quote.lines]) + b"\n"
    rows: list[int] = []
    row = counted = 0
    at = hay.find(needle)
    while at >= 0 and len(rows) < limit:
        row += hay.count(b"\n", counted, at)
        counted = at
        rows.append(row)
        at = hay.find(needle, at + 1)
    return rows
