"""The lines of a text after a change, made of those that it had before: splitting all of it again would cost more."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

__all__ = ["cuts_of", "recut"]

Cut: TypeAlias = tuple[int, int, list[bytes]]
"""Lines from, to (not included), and those that take their place."""


def cuts_of(
    data: bytes, spans: Sequence[tuple[int, int, bytes]], rows: Callable[[Iterable[int]], list[int]]
) -> list[Cut]:
    """What becomes of the lines where bytes start..end each give way to others, in a text whose lines end at line feeds
    alone; nothing where two such places share a line. `rows` gives the lines that hold rising offsets."""
    cuts: list[Cut] = []
    done = -1
    for start, end, new in spans:
        first = data.rfind(b"\n", 0, start) + 1
        past = data.find(b"\n", end)
        if first <= done:
            return []
        done = len(data) if past < 0 else past
        lines = (data[first:start] + new + data[end:done]).split(b"\n")
        if past < 0 and not lines[-1]:
            lines.pop()
        row, last = rows((start, end))
        cuts.append((row, last + 1, lines))
    return cuts


def recut(lines: list[bytes], cuts: Sequence[Cut]) -> list[bytes]:
    """The lines with some of them changed."""
    out: list[bytes] = []
    done = 0
    for row, end, new in cuts:
        out += lines[done:row]
        out += new
        done = end
    out += lines[done:]
    return out
