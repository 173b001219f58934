"""Aligning a sketch with a file: which line of the one is which line of the other, and how sure that is.

The best alignment is found by dynamic programming over all of them: lines that are equal gain, lines that are like one
another gain less, new lines and lines that go cost, and what lies at a marker is free. The best with any segment
somewhere else is known as well, so that a place is taken only where it beats every other by a margin.
"""

import re
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from glmcode.landing.sketch_lines import TITLED, Line, head_of_key

__all__ = ["MARGIN", "Alignment", "TooLargeError", "align", "is_surely", "likeness"]

MOST_CELLS = 2_500_000
"""Lines of the sketch times lines of the file that are compared."""
MARGIN = 12
"""By how much the best alignment beats each that comes to another result."""
MOST_RIVALS = 12
"""Rivals of one boundary that are looked at."""
NEW = 10
"""Cost of a line that the file doesn't have."""
UNIQUE = 30
"""Added cost of taking a line for new that stands in the file once."""
GAP, GONE = 20, 2
"""Cost of lines of the file that go without a marker: for the run, and for each line of it."""
LIKE = 0.5
"""Least likeness of a line and the line that it replaces."""
SURE = 0.65
"""Likeness of lines that are one and the same, changed."""
MOST_LIKE = 40
"""Rows that share a word, past which the word says nothing."""

_WORD = re.compile(rb"[\w$]+")


class TooLargeError(Exception):
    """More lines than are compared."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """For each line of the sketch the index of the file's line that it is or replaces; None for a new one.

    `starts` and `ends` bound, for each segment, the file's lines that it gives anew.
    """

    pairs: tuple[int | None, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


@dataclass(slots=True)
class _Tables:
    """Scores by line of the sketch and position in the file."""

    before: list["array[int]"]
    after: list["array[int]"]
    onward: list["array[int]"]
    rest: list["array[int]"]


def likeness(one: Line, other: Line) -> float:
    """The share of words that two lines have in common, from 0 to 1."""
    ours, theirs = _words(one), _words(other)
    both = sum((ours & theirs).values())
    return 2 * both / (sum(ours.values()) + sum(theirs.values()) or 1)


def is_surely(line: Line, other: Line) -> bool:
    """Whether the one is the other, changed, wherever they stand: about the same thing, or much the same words."""
    if line.title is not None and line.title == other.title:
        return True
    ours, theirs = head_of_key(line.key), head_of_key(other.key)
    if ours or theirs:
        return ours == theirs and (not line.is_comment or likeness(line, other) >= SURE)
    words, others = _words(line), _words(other)
    contained = sum(others.values()) >= 2 and not others - words
    return contained or likeness(line, other) >= SURE


def align(sketch: Sequence[Line], file: Sequence[Line]) -> tuple[Alignment, list[Alignment]]:
    """The best alignment, and rivals that come too close to it. Raises TooLargeError."""
    size = len(file)
    if len(sketch) * (size + 1) > MOST_CELLS:
        raise TooLargeError
    gains = _gains(sketch, file)
    costs = _costs(sketch, file)
    firsts = [i == 0 or sketch[i - 1].segment != line.segment for i, line in enumerate(sketch)]
    tables = _scored(gains, costs, firsts, size)
    best = max(tables.onward[0][j] for j in range(size + 1))
    start = next(j for j in range(size + 1) if tables.onward[0][j] == best)
    chosen = _whole(tables, gains, firsts, 0, start)
    rivals: list[Alignment] = []
    number = -1
    for i, is_first in enumerate(firsts):
        if is_first:
            number += 1
            rivals += _rivals(tables, gains, firsts, i, best, chosen.starts[number])
        if i + 1 == len(sketch) or firsts[i + 1]:
            rivals += _rivals_of_end(tables, gains, firsts, i, best, chosen.ends[number])
    return chosen, rivals


def _gains(sketch: Sequence[Line], file: Sequence[Line]) -> list[dict[int, int]]:
    """For each line of the sketch what each line of the file that it may be would gain."""
    by_key: dict[bytes, list[int]] = {}
    by_title: dict[bytes, list[int]] = {}
    by_head: dict[bytes, list[int]] = {}
    for j, line in enumerate(file):
        by_key.setdefault(line.key, []).append(j)
        if line.title is not None:
            by_title.setdefault(line.title, []).append(j)
        elif not line.is_comment and (head := head_of_key(line.key)):
            by_head.setdefault(head, []).append(j)
    index: dict[bytes, list[int]] | None = None
    sizes: list[int] = []
    found = []
    keys = {line.key for line in sketch}
    loose = _loose_ends(sketch, by_key)
    for i, line in enumerate(sketch):
        gains: dict[int, int] = {}
        for j in by_key.get(line.key, ()):
            gain = _equal(line, file[j], len(by_key[line.key]))
            if gain > 0:
                gains[j] = gain - _astray(line, file[j], by_title)
        if line.title is not None:
            for j in by_title.get(line.title, ()):
                gains.setdefault(j, 50 + 20 * (line.parent == file[j].parent) - _astray(line, file[j], by_title))
        elif not line.trivial and line.closes is None and line.key not in by_key:
            if index is None:
                index, sizes = _indexed(file)
            alike = dict(_alike(line, index, sizes))
            head = b"" if line.is_comment else head_of_key(line.key)
            if head:
                alike.update((j, max(SURE, alike.get(j, 0))) for j in by_head.get(head, ()))
            for j, like in alike.items():
                other = file[j]
                if (
                    other.key in keys
                    or other.title is not None
                    or other.closes is not None
                    or other.is_comment != line.is_comment
                ):
                    continue
                if i in loose and _differ(line, other):
                    continue
                gains[j] = int(60 * like) + 10 * (line.parent == other.parent) - _astray(line, other, by_title)
        found.append({j: gain for j, gain in gains.items() if gain > -NEW})
    return found


def _loose_ends(sketch: Sequence[Line], by_key: dict[bytes, list[int]]) -> set[int]:
    """The lines before a segment's first and after its last line that the file has: they stand next to a marker."""
    loose: set[int] = set()
    for order in (range(len(sketch)), range(len(sketch) - 1, -1, -1)):
        segment, held = -1, False
        for i in order:
            line = sketch[i]
            if line.segment != segment:
                segment, held = line.segment, False
            held = held or (line.key in by_key and not line.trivial)
            if not held:
                loose.add(i)
    return loose


def _differ(line: Line, other: Line) -> bool:
    """Whether the lines are about two things: next to a marker the one is no change of the other."""
    ours, theirs = head_of_key(line.key), head_of_key(other.key)
    return bool(ours) and bool(theirs) and ours != theirs


def _equal(line: Line, other: Line, times: int) -> int:
    gain = 15 if line.trivial else 15 + int((45 + min(len(line.key), 40) // 2) / times**0.5)
    if line.closes is not None and other.closes is not None:
        if line.closes and line.closes == other.closes:
            gain = max(gain, 50)
        elif line.closes and other.closes:
            if line.closes[:1] == TITLED == other.closes[:1]:
                return 0
            gain = 5 if line.trivial else gain
    return gain + 10 * (line.indent == other.indent) + 10 * (bool(line.parent) and line.parent == other.parent)


def _astray(line: Line, other: Line, by_title: dict[bytes, list[int]]) -> int:
    """What it costs that the one is in a definition that the other isn't in."""
    if not line.titles:
        return 0
    name = line.titles[-1]
    if name in other.titles:
        return 0
    places = len(by_title.get(name, ()))
    return 1000 if places == 1 else 30 if places else 60


def _words(line: Line) -> Counter[bytes]:
    return Counter(_WORD.findall(line.key[:400].lower()))


def _indexed(file: Sequence[Line]) -> tuple[dict[bytes, list[int]], list[int]]:
    index: dict[bytes, list[int]] = {}
    sizes = []
    for j, line in enumerate(file):
        words = _WORD.findall(line.key[:400].lower())
        sizes.append(len(words))
        for word in words:
            rows = index.setdefault(word, [])
            if len(rows) <= MOST_LIKE:
                rows.append(j)
    return index, sizes


def _alike(line: Line, index: dict[bytes, list[int]], sizes: Sequence[int]) -> list[tuple[int, float]]:
    words = _words(line)
    total = sum(words.values())
    shared: Counter[int] = Counter()
    common = sum(count for word, count in words.items() if len(index.get(word, ())) > MOST_LIKE)
    for word, count in words.items():
        rows = index.get(word, ())
        if len(rows) <= MOST_LIKE:
            for j, times in Counter(rows).items():
                shared[j] += min(count, times)
    # A word that stands everywhere is taken to stand in each line that shares a rarer one.
    alike = []
    for j, both in shared.items():
        like = 2 * min(both + common, sizes[j], total) / (total + sizes[j])
        if like >= LIKE:
            alike.append((j, like))
    return sorted(alike, key=lambda one: (-one[1], one[0]))[:24]


def _costs(sketch: Sequence[Line], file: Sequence[Line]) -> list[int]:
    """What it costs to take each line for a new one: more where the file has it, and has it once."""
    times = Counter(line.key for line in file)
    return [NEW + UNIQUE * (times[line.key] == 1 and not line.trivial and not line.is_comment) for line in sketch]


def _scored(gains: Sequence[dict[int, int]], costs: Sequence[int], firsts: Sequence[bool], size: int) -> _Tables:
    tables = _Tables([], [], [], [])
    scores = [0] * (size + 1)
    for i, (gain, cost) in enumerate(zip(gains, costs, strict=True)):
        if firsts[i]:
            scores = list(accumulate(scores, max))
        elif i:
            scores = _shrunk(scores)
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
        rest = list(accumulate(onward, max)) if firsts[i] else _shrunk(onward)
        rest.reverse()
    tables.rest.reverse()
    tables.onward.reverse()
    return tables


def _shrunk(scores: list[int]) -> list[int]:
    """Each position's score, or a lower position's with the lines between gone."""
    best = -(10**9)
    out = []
    for j, score in enumerate(scores):
        reached = best - GAP - GONE * j
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
                j = next(k for k in range(j + 1, len(onward)) if onward[k] - GAP - GONE * (k - at) == wanted)
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
            j = next(k for k in range(j - 1, -1, -1) if after[k] - GAP - GONE * (at - k) == wanted)
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
    tables: _Tables, gains: Sequence[dict[int, int]], firsts: Sequence[bool], i: int, best: int, chosen: int
) -> list[Alignment]:
    before, onward = tables.before[i], tables.onward[i]
    close = [j for j in range(len(before)) if j != chosen and before[j] + onward[j] > best - MARGIN]
    close.sort(key=lambda j: -before[j] - onward[j])
    return [_whole(tables, gains, firsts, i, j) for j in close[:MOST_RIVALS]]


def _rivals_of_end(
    tables: _Tables, gains: Sequence[dict[int, int]], firsts: Sequence[bool], i: int, best: int, chosen: int
) -> list[Alignment]:
    after, rest = tables.after[i], tables.rest[i]
    close = [j for j in range(len(after)) if j != chosen and after[j] + rest[j] > best - MARGIN]
    close.sort(key=lambda j: -after[j] - rest[j])
    return [_ended(tables, gains, firsts, i, j) for j in close[:MOST_RIVALS]]


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
            j = next(k for k in range(j - 1, -1, -1) if after[k] - GAP - GONE * (here - k) == wanted)
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
