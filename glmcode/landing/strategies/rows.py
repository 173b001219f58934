"""Runs of whole lines in a normal form of the file: what the line-wise strategies share."""

from glmcode.landing.place import Quote
from glmcode.landing.text import Keys, Text

__all__ = ["find_rows"]


def find_rows(text: Text, quote: Quote, keys: Keys, limit: int) -> list[int]:
    """First rows of the runs of lines whose keys are those of the quote's lines; linear in the file."""
    wanted = keys(quote.lines)
    if max(wanted, key=len, default=b"") not in text.data:
        return []  # a key is a part of its line
    hay = text.form(keys)
    needle = b"\n" + b"\n".join(wanted) + b"\n"
    rows: list[int] = []
    row = counted = 0
    at = hay.find(needle)
    while at >= 0 and len(rows) < limit:
        row += hay.count(b"\n", counted, at)
        counted = at
        rows.append(row)
        at = hay.find(needle, at + 1)
    return rows
