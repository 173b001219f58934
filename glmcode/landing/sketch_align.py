"""Aligning a sketch with a file: which line of the one is which line of the other, and how sure that is.

The best alignment is found by dynamic programming over all of them: lines that are equal gain, lines that are like one
another gain less, new lines and lines that go cost, and what lies at a marker is free. The best with any segment
somewhere else is known as well, so that a place is taken only where it beats every other by a margin.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from glmcode.landing.sketch_alignment import Alignment
from glmcode.landing.sketch_blocks import Bounds
from glmcode.landing.sketch_gains import costs, gains
from glmcode.landing.sketch_lines import Line

__all__ = ["TooLargeError", "align"]

MOST_CELLS = 2_500_000
"""Lines of the sketch times lines of the file that are compared."""
MARGIN = 12
"""By how much the best alignment beats each that comes to another result."""
WEAK_MARGIN = 27
"""The same where the segment's first or last line that the file has stands there several times."""
MOST_RIVALS = 12
"""Rivals of one boundary that are looked at."""
GAP, GONE = 20, 2
SIGNED_GAP = 80
"""Cost of lines of the file that go without a marker: for the run, and for each line of it; for the run in a sketch that marks what goes."""


class TooLargeError(Exception):
    """More lines than are compared."""


@dataclass(slots=True)
class _Tables:
    """Scores by line of the sketch and position in the file."""

    before: list["array[int]"]
    after: list["array[int]"]
    onward: list["array[int]"]
    rest: list["array[int]"]
    gap: int = GAP


def align(sketch: Sequence[Line], file: Sequence[Line], within: Bounds) -> tuple[Alignment, Iterator[Alignment]]:
    """The best alignment, and rivals that come too close to it, as they are asked for: there may be a dozen a boundary.
    Raises TooLargeError."""
    size = len(file)
    if len(sketch) * (size + 1) > MOST_CELLS:
        raise TooLargeError
    gained, new = gains(sketch, file, within), costs(sketch, file, within)
    firsts = [i == 0 or sketch[i - 1].segment != line.segment for i, line in enumerate(sketch)]
    tables = _scored(gained, new, firsts, size, SIGNED_GAP if any(line.sign for line in sketch) else GAP)
    best = max(tables.onward[0][j] for j in range(size + 1))
    start = next(j for j in range(size + 1) if tables.onward[0][j] == best)
    chosen = _whole(tables, gained, firsts, 0, start)

    def rivals() -> Iterator[Alignment]:
        number = -1
        for i, is_first in enumerate(firsts):
            if is_first:
                number += 1
                least = best - _margin(sketch, file, chosen, gained, i, 1)
                yield from _rivals(tables, gained, firsts, i, least, chosen.starts[number])
            if i + 1 == len(sketch) or firsts[i + 1]:
                least = best - _margin(sketch, file, chosen, gained, i, -1)
                yield from _rivals_of_end(tables, gained, firsts, i, least, chosen.ends[number])

    return chosen, (
        rival for rival in rivals() if not _takes_more(sketch, rival) and not _doubles_edge(sketch, file, rival)
    )


def _takes_more(sketch: Sequence[Line], rival: Alignment) -> bool:
    """Whether lines of the file would go at the edge of a segment, where no line of the sketch shows that they do."""
    number, last = -1, None
    for i, line in enumerate(sketch):
        j = rival.pairs[i]
        if i == 0 or sketch[i - 1].segment != line.segment:
            number, last = number + 1, None
        if j is not None:
            if last is None and rival.starts[number] < j:
                return True
            last = j
        is_last = i + 1 == len(sketch) or sketch[i + 1].segment != line.segment
        if is_last and last is not None and rival.ends[number] > last + 1:
            return True
    return False


def _doubles_edge(sketch: Sequence[Line], file: Sequence[Line], rival: Alignment) -> bool:
    """Whether a run would begin or end with a new line right beside the file's that says the same: it is that line."""
    number = -1
    for i, line in enumerate(sketch):
        is_first = i == 0 or sketch[i - 1].segment != line.segment
        number += is_first
        is_last = i + 1 == len(sketch) or sketch[i + 1].segment != line.segment
        if rival.pairs[i] is not None or line.closes is not None or is_first == is_last:
            continue
        above = rival.ends[number - 1] if number else 0
        below = rival.starts[number + 1] if number + 1 < len(rival.starts) else len(file)
        start, end = rival.starts[number], rival.ends[number]
        if is_first and above < start < end and file[start - 1].key == line.key:
            return True
        if is_last and start < end < below and file[end].key == line.key:
            return True
    return False


def _margin(
    sketch: Sequence[Line],
    file: Sequence[Line],
    chosen: Alignment,
    gains: Sequence[dict[int, int]],
    i: int,
    step: int,
) -> int:
    """The margin of the boundary at line i, from which the segment goes on by `step`."""
    segment = sketch[i].segment
    while 0 <= i < len(sketch) and sketch[i].segment == segment:
        line, j = sketch[i], chosen.pairs[i]
        if j is not None and file[j].key == line.key:
            places = sum(file[k].key == line.key for k in gains[i])
            return MARGIN if places == 1 or line.title is not None or line.closes else WEAK_MARGIN
        i += step
    return MARGIN


def _scored(
    gains: Sequence[dict[int, int]], costs: Sequence[int], firsts: Sequence[bool], size: int, gap: int
) -> _Tables:
    tables = _Tables([], [], [], [], gap)
    scores = [0] * (size + 1)
    for i, (gain, cost) in enumerate(zip(gains, costs, strict=True)):
        if firsts[i]:
            scores = list(accumulate(scores, max))
        elif i:
            scores = _shrunk(scores, gap)
        tables.before.append(array("i", scores))
        after = [score - cost for score in scores]
        for j, value in gain.items():
            if (score := scores[j] + value) > after[j + 1]:
                after[j + 1] = score
        tables.after.append(array("i", after))
        scores = after
    rest = [0] * (size + 1)
    for i in range(len(gains) - 1, -1, -1):
        tables.rest.append(array("i", rest))
        cost = costs[i]
        onward = [score - cost for score in rest]
        for j, value in gains[i].items():
            if (score := rest[j + 1] + value) > onward[j]:
                onward[j] = score
        tables.onward.append(array("i", onward))
        onward.reverse()
        rest = list(accumulate(onward, max)) if firsts[i] else _shrunk(onward, gap)
        rest.reverse()
    tables.rest.reverse()
    tables.onward.reverse()
    return tables


def _shrunk(scores: list[int], gap: int) -> list[int]:
    """Each position's score, or a lower position's with the lines between gone."""
    best = -(10**9)
    out = []
    for j, score in enumerate(scores):
        reached = best - gap - GONE * j
        out.append(score if score >= reached else reached)
        best = max(best, score + GONE * j)
    return out


def _whole(tables: _Tables, gains: Sequence[dict[int, int]], firsts: Sequence[bool], i: int, j: int) -> Alignment:
    """The best alignment in which line i is met at position j of the file."""
    pairs: list[int | None] = [None] * len(gains)
    starts, ends = _back(tables, gains, firsts, i, j, pairs)
    onward_starts, onward_ends = _forth(tables, gains, firsts, i, j, pairs)
    return Alignment(tuple(pairs), (*starts, *onward_starts), (*ends, *onward_ends))


def _forth(
    tables: _Tables, gains: Sequence[dict[int, int]], firsts: Sequence[bool], i: int, j: int, pairs: list[int | None]
) -> tuple[list[int], list[int]]:
    starts, ends = [], []
    while i < len(gains):
        if firsts[i]:
            starts.append(j)
        score = tables.onward[i][j]
        if j in gains[i] and score == gains[i][j] + tables.rest[i][j + 1]:
            pairs[i] = j
            j += 1
        i += 1
        if i == len(gains) or firsts[i]:
            ends.append(j)
        if i < len(gains):
            wanted, onward = tables.rest[i - 1][j], tables.onward[i]
            if firsts[i]:
                j = next(k for k in range(j, len(onward)) if onward[k] == wanted)
            elif onward[j] != wanted:
                at = j
                j = next(k for k in range(j + 1, len(onward)) if onward[k] - tables.gap - GONE * (k - at) == wanted)
    return starts, ends


def _back(
    tables: _Tables, gains: Sequence[dict[int, int]], firsts: Sequence[bool], i: int, j: int, pairs: list[int | None]
) -> tuple[list[int], list[int]]:
    """The alignment of the lines before line i, which is met at position j."""
    starts: list[int] = []
    ends: list[int] = []
    if i < len(firsts) and not firsts[i]:
        raise ValueError("an alignment is cut at a marker")
    wanted = tables.before[i][j] if i < len(gains) else 0
    while i > 0:
        after = tables.after[i - 1]
        if firsts[i]:
            j = next(k for k in range(j, -1, -1) if after[k] == wanted)
            ends.append(j)
        elif after[j] != wanted:
            at = j
            j = next(k for k in range(j - 1, -1, -1) if after[k] - tables.gap - GONE * (at - k) == wanted)
        i -= 1
        score = after[j]
        if j and j - 1 in gains[i] and tables.before[i][j - 1] + gains[i][j - 1] == score:
            pairs[i] = j - 1
            j -= 1
        wanted = tables.before[i][j]
        if firsts[i]:
            starts.append(j)
    return starts[::-1], ends[::-1]


def _rivals(
    tables: _Tables, gains: Sequence[dict[int, int]], firsts: Sequence[bool], i: int, least: int, chosen: int
) -> Iterator[Alignment]:
    before, onward = tables.before[i], tables.onward[i]
    close = [j for j in range(len(before)) if j != chosen and before[j] + onward[j] > least]
    close.sort(key=lambda j: -before[j] - onward[j])
    return (_whole(tables, gains, firsts, i, j) for j in close[:MOST_RIVALS])


def _rivals_of_end(
    tables: _Tables, gains: Sequence[dict[int, int]], firsts: Sequence[bool], i: int, least: int, chosen: int
) -> Iterator[Alignment]:
    after, rest = tables.after[i], tables.rest[i]
    close = [j for j in range(len(after)) if j != chosen and after[j] + rest[j] > least]
    close.sort(key=lambda j: -after[j] - rest[j])
    return (_ended(tables, gains, firsts, i, j) for j in close[:MOST_RIVALS])


def _ended(tables: _Tables, gains: Sequence[dict[int, int]], firsts: Sequence[bool], i: int, j: int) -> Alignment:
    """The best alignment in which line i, a segment's last, leaves the file at position j."""
    pairs: list[int | None] = [None] * len(gains)
    end = j
    score = tables.after[i][j]
    if j and j - 1 in gains[i] and tables.before[i][j - 1] + gains[i][j - 1] == score:
        pairs[i] = j - 1
        j -= 1
    starts: list[int] = []
    at = i
    while not firsts[at]:
        wanted, after = tables.before[at][j], tables.after[at - 1]
        if after[j] != wanted:
            here = j
            j = next(k for k in range(j - 1, -1, -1) if after[k] - tables.gap - GONE * (here - k) == wanted)
        at -= 1
        if j and j - 1 in gains[at] and tables.before[at][j - 1] + gains[at][j - 1] == after[j]:
            pairs[at] = j - 1
            j -= 1
    starts = [j]
    earlier_starts, earlier_ends = _back(tables, gains, firsts, at, j, pairs)
    later_starts: list[int] = []
    later_ends: list[int] = []
    if i + 1 < len(gains):
        onward, wanted = tables.onward[i + 1], tables.rest[i][end]
        k = next(k for k in range(end, len(onward)) if onward[k] == wanted)
        later_starts, later_ends = _forth(tables, gains, firsts, i + 1, k, pairs)
    return Alignment(tuple(pairs), (*earlier_starts, *starts, *later_starts), (*earlier_ends, end, *later_ends))
