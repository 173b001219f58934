"""The best alignment of quote and file, where it beats the next by a clear margin.

Lines that are rare in the file say where to look; a window there is aligned line by line. What counts is whole lines
that are the same but for their indentation: nothing is compared letter by letter.
"""

from collections import Counter
from collections.abc import Sequence

from glmcode.landing.linediff import matching_blocks
from glmcode.landing.nearest import is_trivial, rows_of
from glmcode.landing.place import Place, Quote
from glmcode.landing.strategies.gaps import filled, place_of
from glmcode.landing.strategies.indentation import common_shift
from glmcode.landing.strategies.retold import broken_otherwise, counterparts, counterparts_beyond, is_alike
from glmcode.landing.text import BLANKS, Text

__all__ = ["find", "has_rival"]

MOST_LINES = 1_000
"""Lines of a quote that is looked for: who quotes more quotes the file."""
MOST_WINDOWS = 6
STEP = 8
"""Rows that a quote may be longer or shorter than what it quotes, for its lines to speak for one place."""
_EDGE = b"\n"
"""No line: where a window ends says nothing of where the quote does."""
TRIVIAL = 0.25
"""What a line that stands in any file weighs against one that says something."""


def find(text: Text, quote: Quote, limit: int, language: str | None = None) -> list[Place]:
    """The one place that is clearly the best, or none.

    At least three quarters of the quote's lines stand there in order, or half of them and what became of others, one line
    for one line; two of them do, and so does the better part of what they enclose; no other place comes within a fifth of
    it. Lines that others near them could be taken for are marked as guessed.
    """
    wanted = [line.strip(BLANKS) for line in quote.lines]
    if len(wanted) > MOST_LINES:
        return []
    weights = _weights(wanted)
    rows = _rare(text, wanted, weights)
    votes = _votes(wanted, rows, {})
    if not votes:
        return []
    windows = sorted(votes, key=lambda near: (-votes[near], near))[:MOST_WINDOWS]
    pairs = _best_aligned(text, wanted, weights, rows, windows)
    if len(pairs) < 2:
        return []
    pairs = _indented(text, quote, weights, _together(text, wanted, pairs, _slack(wanted)))
    if _has_rival(text, wanted, weights, rows, pairs, 1.0):
        return []
    return _judged(text, quote, wanted, weights, pairs)


def has_rival(text: Text, wanted: Sequence[bytes], pairs: dict[int, int], margin: float) -> bool:
    """Whether lines (without their indentation) of which some stand at these rows stand nearly as well elsewhere: but for
    so many, or a fifth of them."""
    weights = _weights(wanted)
    return _has_rival(text, wanted, weights, _rare(text, wanted, weights), pairs, margin)


def _rare(text: Text, wanted: Sequence[bytes], weights: Sequence[float]) -> dict[bytes, list[int]]:
    """Where those lines stand that say something and stand seldom."""
    return rows_of(text, {line for line, weight in zip(wanted, weights, strict=True) if weight == 1})


def _weights(wanted: Sequence[bytes]) -> list[float]:
    return [0.0 if not line else TRIVIAL if is_trivial(line) else 1.0 for line in wanted]


def _best_aligned(
    text: Text, wanted: Sequence[bytes], weights: Sequence[float], rows: dict[bytes, list[int]], windows: Sequence[int]
) -> dict[int, int]:
    """The first of the alignments in the windows that has the most of the quote."""
    best: dict[int, int] = {}
    most = -1.0
    for near in windows:
        first, end = _window(len(wanted), near * STEP)
        # A line that is known to stand outside of the window alone counts for nothing in it.
        could = sum(
            weight
            for line, weight in zip(wanted, weights, strict=True)
            if weight and (line not in rows or any(first <= row < end for row in rows[line]))
        )
        if could > most:
            pairs = _aligned(text, wanted, near * STEP)
            weight = sum(weights[number] for number in pairs)
            if weight > most:
                best, most = pairs, weight
    return best


def _has_rival(
    text: Text,
    wanted: Sequence[bytes],
    weights: Sequence[float],
    rows: dict[bytes, list[int]],
    pairs: dict[int, int],
    margin: float,
) -> bool:
    here = sum(1 for number, row in pairs.items() if row in rows.get(wanted[number], ()))
    most = here - max(margin, sum(weights) / 5)
    votes = _votes(wanted, rows, pairs)
    near = [one for one, count in list(votes.items()) if count + votes[one + 1] > most]
    if not near:
        return False
    if len(near) > MOST_WINDOWS:
        return True
    from rapidfuzz.distance import LCSseq

    rare = [line for line in wanted if rows.get(line)]
    own = set(pairs.values())
    for one in near:
        first, end = _window(len(wanted), one * STEP)
        lines = [line.strip(BLANKS) for line in text.lines[first:end]]
        there = [line for row, line in enumerate(lines, first) if line in rows and row not in own]
        if LCSseq.similarity(rare, there) > most:
            return True
    return False


def _votes(wanted: Sequence[bytes], rows: dict[bytes, list[int]], but: dict[int, int]) -> Counter[int]:
    """How many lines of the quote stand as if it began in each stretch of `STEP` rows, but for some pairs."""
    votes: Counter[int] = Counter()
    for number, line in enumerate(wanted):
        for near in {(row - number) // STEP for row in rows.get(line, ()) if but.get(number) != row}:
            votes[near] += 1
    return votes


def _aligned(text: Text, wanted: Sequence[bytes], start: int) -> dict[int, int]:
    """The rows of the quote's lines around a row where it may begin."""
    first, end = _window(len(wanted), start)
    window = [_EDGE, *(line.strip(BLANKS) for line in text.lines[first:end]), _EDGE]
    return {
        number + n: first - 1 + row + n
        for number, row, size in matching_blocks(wanted, window)
        for n in range(size)
        if wanted[number + n]
    }


def _window(size: int, start: int) -> tuple[int, int]:
    slack = STEP + size
    return max(0, start - slack), start + STEP + size + slack


def _judged(
    text: Text, quote: Quote, wanted: Sequence[bytes], weights: Sequence[float], pairs: dict[int, int]
) -> list[Place]:
    solid = [number for number, line in enumerate(wanted) if line]
    strong = [number for number in pairs if weights[number] == 1]
    broken = broken_otherwise(text, wanted, pairs)
    missing = len(solid) - len(pairs) - len(broken)
    if len(pairs) < 2 or not strong or missing > max(1, len(solid) // 2):
        return []
    top, bottom = min(pairs.values()), max(pairs.values())
    left_out = _between(text, top, bottom + 1) - len(pairs)
    left_out -= sum(end - first for first, end in set(broken.values()))
    if left_out > _slack(wanted):
        return []
    pad = len(wanted)
    near = Counter(line.strip(BLANKS) for line in text.lines[max(0, top - pad) : bottom + 1 + pad])
    own = Counter(wanted)
    runs: list[list[int]] = []
    for number in sorted(pairs):
        if runs and _adjacent(text, wanted, pairs, runs[-1][-1], number):
            runs[-1].append(number)
        else:
            runs.append([number])
    # A run of lines is sure of its rows by a line that stands only there, or next to one that is.
    sure = [any(weights[at] == 1 and near[wanted[at]] == own[wanted[at]] == 1 for at in run) for run in runs]
    guessed = {
        at
        for here, run in enumerate(runs)
        if not sure[here] and not _is_beside(text, pairs, runs, sure, here)
        for at in run
    }
    if all(number in guessed for number in pairs):
        return []
    spans = [broken.get(number) for number in range(len(wanted))]
    for number, row in pairs.items():
        spans[number] = (row, row + 1)
    guessed.update(broken)
    spans = filled(text, quote.lines, spans)
    amid, beyond = counterparts(text, wanted, spans), counterparts_beyond(text, wanted, spans)
    missing -= sum(is_alike(wanted[number], text.lines[row]) for number, row in (*amid, *beyond))
    if missing > max(1, len(solid) // 4):
        return []
    for found in ((*amid, *beyond), amid):
        told = list(spans)
        for number, row in found:
            told[number] = (row, row + 1)
        place = place_of(text, quote.lines, told, frozenset(guessed.union(dict(found))), fuzzy=True)
        if place is not None or not beyond:
            return [] if place is None else [place]
    return []


def _is_beside(text: Text, pairs: dict[int, int], runs: list[list[int]], sure: list[bool], here: int) -> bool:
    """Whether a run of several lines is one row away from a run that is sure."""
    if len(runs[here]) < 2:
        return False
    for upper, lower in ((here - 1, here), (here, here + 1)):
        if upper < 0 or lower == len(runs) or not sure[upper + lower - here]:
            continue
        rows = range(pairs[runs[upper][-1]] + 1, pairs[runs[lower][0]])
        if sum(1 for row in rows if text.lines[row].strip(BLANKS)) <= 1:
            return True
    return False


def _adjacent(text: Text, wanted: Sequence[bytes], pairs: dict[int, int], above: int, below: int) -> bool:
    if any(wanted[above + 1 : below]):
        return False
    return not any(text.lines[row].strip(BLANKS) for row in range(pairs[above] + 1, pairs[below]))


def _slack(wanted: Sequence[bytes]) -> int:
    """Lines that a quote may leave out."""
    return max(3, sum(map(bool, wanted)) // 2)


def _together(text: Text, wanted: Sequence[bytes], pairs: dict[int, int], most: int) -> dict[int, int]:
    """The most pairs that are no more than so many rows apart, and what stands next to them.

    A line farther away stands elsewhere as well; where the quote means it, the file may tell it or the one beside it
    differently.
    """
    groups: list[list[int]] = []
    for number in sorted(pairs):
        if groups and _between(text, pairs[groups[-1][-1]] + 1, pairs[number]) <= most:
            groups[-1].append(number)
        else:
            groups.append([number])
    kept = max(groups, key=len)
    out = {number: pairs[number] for number in kept}
    for step in (-1, 1):
        number = kept[0 if step < 0 else -1]
        row, differ = out[number], 0
        while differ < 2:
            number, row = _next(wanted, number, step), _next(text.lines, row, step)
            if number < 0 or row < 0:
                break
            if wanted[number] == text.lines[row].strip(BLANKS):
                out[number] = row
            else:
                differ += 1
    return out


def _indented(text: Text, quote: Quote, weights: Sequence[float], pairs: dict[int, int]) -> dict[int, int]:
    """The pairs, found anew at the depth that the lines say which don't stand in any file: the brace that closes one block is
    not the one that closes another."""
    strong = [(number, row) for number, row in pairs.items() if weights[number] == 1]
    shift = common_shift([quote.lines[number] for number, _ in strong], [text.lines[row] for _, row in strong])
    if shift is None:
        return pairs
    ours = [shift(line) if weight else None for line, weight in zip(quote.lines, weights, strict=True)]
    wanted = [_EDGE if line is None else line.rstrip(BLANKS) for line in ours]
    first = max(0, min(pairs.values()) - min(pairs) - 2)
    end = max(pairs.values()) + len(wanted) - max(pairs) + 2
    window = [line.rstrip(BLANKS) for line in text.lines[first:end]]
    found = {
        number + n: first + row + n
        for number, row, size in matching_blocks(wanted, window)
        for n in range(size)
        if weights[number + n]
    }
    return found if all(number in found for number, _ in strong) else pairs


def _next(lines: Sequence[bytes], at: int, step: int) -> int:
    """The next line that is not blank; -1 where there is none."""
    at += step
    while 0 <= at < len(lines):
        if lines[at].strip(BLANKS):
            return at
        at += step
    return -1


def _between(text: Text, first: int, end: int) -> int:
    """How many of the rows first..end are not blank."""
    return sum(1 for row in range(first, end) if text.lines[row].strip(BLANKS))
