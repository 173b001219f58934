"""The quote with one line told otherwise: no place to land at, but a reason to doubt another."""

from collections import Counter

from glmcode.landing.nearest import is_trivial
from glmcode.landing.place import Quote
from glmcode.landing.text import Text, stripped

__all__ = ["find"]

FEWEST = 2
"""Lines that stand there and say something; of a quote that has no more of them than that, all but one."""
MOST_HITS = 64


def find(text: Text, quote: Quote, but: range) -> int | None:
    """The first row where all lines of the quote but one stand one below the other, indentation aside, and no more
    than half of them in the rows `but`."""
    wanted = stripped(quote.lines)
    lines = text.form(stripped).split(b"\n")[1:-1]
    often = Counter(lines)
    # Where one line at most differs, one of any two stands: the rarest two say where to look.
    rarest = sorted(range(len(wanted)), key=lambda number: often[wanted[number]])[:2]
    if any(often[wanted[number]] > MOST_HITS for number in rarest):
        return None
    telling = sum(1 for line in wanted if not is_trivial(line))
    fewest = max(1, min(FEWEST, telling - 1))
    looked_for = {wanted[number] for number in rarest}
    hits = [(row, line) for row, line in enumerate(lines) if line in looked_for]
    starts = {row - number for row, line in hits for number in rarest if line == wanted[number]}
    for start in sorted(starts):
        end = start + len(wanted)
        common = min(end, but.stop) - max(start, but.start)
        if start < 0 or end > len(lines) or common > len(wanted) // 2:
            continue
        same = [line for line, there in zip(wanted, lines[start:end], strict=True) if line == there]
        if len(same) >= len(wanted) - 1 and sum(1 for line in same if not is_trivial(line)) >= fewest:
            return start
    return None
