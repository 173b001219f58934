"""Runs of whole lines whose keys are those of a quote: what the line-wise strategies share."""

from typing import NamedTuple

from glmcode.landing.place import Quote
from glmcode.landing.text import BLANKS, Keys, Text

__all__ = ["Run", "find_runs"]


class Run(NamedTuple):
    """Lines of the file, from `row` (from 0) on: bytes start..end, and without their separators."""

    row: int
    start: int
    end: int
    lines: list[bytes]


def find_runs(text: Text, quote: Quote, keys: Keys, limit: int) -> list[Run]:
    """The runs of lines whose keys are those of the quote's lines, in order; linear in the file.

    A key is its line but for blanks at its ends: where few lines are the longest, the runs around those are all that there
    can be.
    """
    wanted = keys(quote.lines)
    longest = wanted.index(max(wanted, key=len)) if wanted else 0
    bare = wanted[longest].strip(BLANKS) if wanted else b""
    starts = text.standing(bare) if bare else None
    if starts is None:
        return _in_all(text, wanted, keys, limit)
    found: list[tuple[int, int, list[bytes]]] = []
    for start in starts:
        run = text.run(start, longest, len(wanted)) if len(found) < limit else None
        if run is not None and keys(run[2]) == wanted:
            found.append(run)
    rows = text.rows(start for start, _, _ in found) if found else []
    return [Run(row, *run) for row, run in zip(rows, found, strict=True)]


def _in_all(text: Text, wanted: list[bytes], keys: Keys, limit: int) -> list[Run]:
    hay, needle = text.form(keys), b"\n" + b"\n".join(wanted) + b"\n"
    size = len(wanted)
    runs: list[Run] = []
    row = counted = 0
    at = hay.find(needle)
    while at >= 0 and len(runs) < limit:
        row += hay.count(b"\n", counted, at)
        counted = at
        runs.append(Run(row, text.start(row), text.start(row + size), text.lines[row : row + size]))
        at = hay.find(needle, at + 1)
    return runs
