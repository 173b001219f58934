"""The quote with one line told otherwise: no place to land at, but a reason to doubt another."""

from collections import Counter

from glmcode.landing.nearest import is_trivial
from glmcode.landing.place import Quote
from glmcode.landing.text import BLANKS, Text

__all__ = ["find"]

FEWEST = 2
"""Lines that stand there and say something."""
MOST_HITS = 64


def find(text: Text, old: Quote, new: Quote, but: range) -> int | None:
    """The first row where all lines of the quote but one stand in order, blank lines aside, and none of them in the rows `but`.

    The one that differs is a line that stays: where one that goes is not there, the edit can't be meant.
    """
    gone = {line.strip(BLANKS) for line in old.lines} - {line.strip(BLANKS) for line in new.lines}
    wanted = [bare for line in old.lines if (bare := line.strip(BLANKS))]
    telling = sum(1 for line in wanted if not is_trivial(line))
    if telling < FEWEST:
        return None
    solid = [(row, bare) for row, line in enumerate(text.lines) if (bare := line.strip(BLANKS))]
    often = Counter(bare for _, bare in solid)
    # Where one line at most differs, one of any two stands: the rarest two say where to look.
    rarest = sorted(range(len(wanted)), key=lambda number: often[wanted[number]])[:2]
    if any(often[wanted[number]] > MOST_HITS for number in rarest):
        return None
    starts = {at - number for at, (_, bare) in enumerate(solid) for number in rarest if bare == wanted[number]}
    for start in sorted(starts):
        there = solid[start : start + len(wanted)] if start >= 0 else []
        if len(there) < len(wanted) or (there[0][0] < but.stop and there[-1][0] >= but.start):
            continue
        off = [line for line, (_, bare) in zip(wanted, there, strict=True) if line != bare]
        if len(off) <= 1 and not gone.intersection(off) and telling - len(off) >= FEWEST:
            return there[0][0]
    return None
