"""The quote with one line told otherwise: no place to land at, but a reason to doubt another."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import compress

from glmcode.landing.nearest import is_trivial
from glmcode.landing.place import Quote
from glmcode.landing.strategies.retold import is_alike
from glmcode.landing.text import Text, stripped

__all__ = ["find"]

FEWEST = 2
"""Lines that stand there and say something."""
MOST_HITS = 64


def find(text: Text, quote: Quote, but: range) -> int | None:
    """The first row where all lines of the quote but one stand one below the other, indentation aside, and no more
    than half of them in the rows `but`."""
    wanted = stripped(quote.lines)
    size = len(wanted)
    for start, lines in _candidates(text, wanted):
        common = min(start + size, but.stop) - max(start, but.start)
        if common > size // 2:
            continue
        differ = [(line, other) for line, other in zip(wanted, lines, strict=True) if line != other]
        same = sum(1 for line, other in zip(wanted, lines, strict=True) if line == other and not is_trivial(line))
        # Of a quote that says little the rest must be what became of it.
        told = same >= FEWEST or (same > 0 and all(is_alike(*pair) for pair in differ))
        if len(differ) <= 1 and told:
            return start
    return None


def _candidates(text: Text, wanted: Sequence[bytes]) -> Iterable[tuple[int, Sequence[bytes]]]:
    """As many lines as are wanted, without their indentation, wherever one of two stands in its place, by their rows in order:
    where one line at most differs, one of any two stands. None where even the rarest two stand all over."""
    longest = sorted(range(len(wanted)), key=lambda number: -len(wanted[number]))[:2]
    found: dict[int, list[bytes]] = {}
    for number in longest:
        starts = text.standing(wanted[number]) if wanted[number] else None
        if starts is None:
            return _in_all(text, wanted)
        for start in starts:
            run = text.run(start, number, len(wanted))
            if run is not None:
                found[run[0]] = run[2]
    begins = sorted(found)
    return [(row, stripped(found[begin])) for begin, row in zip(begins, text.rows(begins), strict=True)]


def _in_all(text: Text, wanted: Sequence[bytes]) -> Iterable[tuple[int, Sequence[bytes]]]:
    lines, known = text.keyed(stripped), set(wanted)
    there = [(row, lines[row]) for row in compress(range(len(lines)), map(known.__contains__, lines))]
    often = Counter(line for _, line in there)
    rarest = sorted(range(len(wanted)), key=lambda number: often[wanted[number]])[:2]
    if any(often[wanted[number]] > MOST_HITS for number in rarest):
        return []
    starts = {row - number for row, line in there for number in rarest if line == wanted[number]}
    last = len(lines) - len(wanted)
    return [(start, lines[start : start + len(wanted)]) for start in sorted(starts) if 0 <= start <= last]
