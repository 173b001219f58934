"""What it gains to take a line of a sketch for a line of the file, and what it costs to take it for a new one."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from glmcode.landing.sketch_blocks import Bounds, is_head
from glmcode.landing.sketch_lines import TITLED, Line, are_two, head_of_key

__all__ = ["SURE", "costs", "gains", "is_same_thing", "is_surely", "likeness", "words_of"]

NEW = 10
"""Cost of a line that the file doesn't have."""
UNIQUE = 30
"""Added cost of taking a line for new that stands in the file once."""
PINNED = 400
"""What it gains to take a definition's first line for that of its namesake: more than any run of lines gains elsewhere."""
LIKE = 0.5
"""Least likeness of a line and the line that it replaces."""
SURE = 0.65
"""Likeness of lines that are one and the same, changed."""
OUT_OF_PLACE = 15
"""What it takes from the gain of an equal line that it is indented otherwise, where others of its run are not."""
MOST_LIKE = 40
"""Rows that share a word, past which the word says nothing."""

_WORD = re.compile(rb"[\w$]+")


def likeness(one: Line, other: Line) -> float:
    """The share of words that two lines have in common, from 0 to 1."""
    ours, theirs = words_of(one), words_of(other)
    both = sum((ours & theirs).values())
    return 2 * both / (sum(ours.values()) + sum(theirs.values()) or 1)


def is_same_thing(line: Line, other: Line) -> bool:
    """Whether two lines define, bind or set the same name."""
    if line.title is not None or other.title is not None:
        return line.title == other.title
    head = head_of_key(line.key)
    return bool(head) and head == head_of_key(other.key)


def is_surely(line: Line, other: Line) -> bool:
    """Whether the one is the other, changed, wherever they stand: about the same thing, or the same with more words."""
    if line.title is not None or other.title is not None:
        return line.title == other.title
    ours, theirs = head_of_key(line.key), head_of_key(other.key)
    if ours or theirs:
        return ours == theirs and (not line.is_comment or likeness(line, other) >= SURE)
    words, others = words_of(line), words_of(other)
    return sum(others.values()) >= 2 and not others - words


def gains(sketch: Sequence[Line], file: Sequence[Line], within: Bounds) -> list[dict[int, int]]:
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
        line_gains: dict[int, int] = {}
        if line.sign == b"+" or within.is_new(i):
            found.append(line_gains)
            continue
        if i in within.pinned:
            found.append({within.pinned[i]: PINNED})
            continue
        for j in by_key.get(line.key, ()):
            if not within.allow_equal(i, j) or are_two(line, file[j]) or _decorates_another(sketch, i, file, j):
                continue
            gain = _equal(line, file[j], len(by_key[line.key]))
            if gain > 0 and line.segment in within.in_place and line.indent != file[j].indent:
                gain = max(1, gain - OUT_OF_PLACE)
            if gain > 0:
                line_gains[j] = gain - _astray(line, file[j], by_title)
        if line.sign:
            pass
        elif line.title is not None:
            for j in by_title.get(line.title, ()):
                if not within.allow(i, j) or are_two(line, file[j]):
                    continue
                line_gains.setdefault(
                    j,
                    (20 if line.key in by_key else 50)
                    + 20 * (line.parent == file[j].parent)
                    - _astray(line, file[j], by_title),
                )
        elif not line.trivial and line.closes is None and all(gain <= -NEW for gain in line_gains.values()):
            if index is None:
                index, sizes = _indexed(file)
            alike = dict(_alike(line, index, sizes, lambda j, i=i: within.allow(i, j)))  # type: ignore[misc]
            head = b"" if line.is_comment else head_of_key(line.key)
            if head:
                alike.update((j, max(SURE, alike.get(j, 0))) for j in by_head.get(head, ()) if within.allow(i, j))
            for j, like in alike.items():
                other = file[j]
                if (
                    other.key in keys
                    or other.title is not None
                    or other.closes is not None
                    or other.is_comment != line.is_comment
                ):
                    continue
                if (i in loose and _differ(line, other)) or _decorates_another(sketch, i, file, j):
                    continue
                line_gains[j] = int(60 * like) + 10 * (line.parent == other.parent) - _astray(line, other, by_title)
        found.append({j: gain for j, gain in line_gains.items() if gain > -NEW})
    return found


def costs(sketch: Sequence[Line], file: Sequence[Line], within: Bounds) -> list[int]:
    """What it costs to take each line for a new one: more where the file has it, and has it once."""
    keys = {line.key for line in sketch}
    places: dict[bytes, list[int]] = {}
    for j, line in enumerate(file):
        if line.key in keys and len(rows := places.setdefault(line.key, [])) < MOST_LIKE:
            rows.append(j)
    found = []
    for i, line in enumerate(sketch):
        if line.sign == b"+" or within.is_new(i):
            found.append(0)
        else:
            times = sum(within.allow_equal(i, j) for j in places.get(line.key, ()))
            found.append(NEW + UNIQUE * (times == 1 and not line.trivial and not line.is_comment))
    return found


def _decorates_another(sketch: Sequence[Line], i: int, file: Sequence[Line], j: int) -> bool:
    """Whether line i is a decorator or an attribute, and what it stands above is not what line j stands above."""
    if sketch[i].is_comment or not is_head(sketch[i]):
        return False
    ours, theirs = _subject(sketch, i), _subject(file, j)
    return ours is not None and theirs is not None and ours.key != theirs.key and not is_surely(ours, theirs)


def _subject(lines: Sequence[Line], i: int) -> Line | None:
    """What the decorator on line i decorates."""
    at = i + 1
    while at < len(lines) and lines[at].segment == lines[i].segment and is_head(lines[at]):
        at += 1
    return lines[at] if at < len(lines) and lines[at].segment == lines[i].segment else None


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
            # A constructor is named as its class is: indentation tells their ends apart.
            gain = max(gain, 50 if line.indent == other.indent else 35)
        elif line.closes and other.closes:
            if line.closes[:1] == TITLED == other.closes[:1] and not line.may_close_another:
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


def words_of(line: Line) -> Counter[bytes]:
    """The line's words, each as often as it stands there."""
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


def _alike(
    line: Line, index: dict[bytes, list[int]], sizes: Sequence[int], may_be: Callable[[int], bool]
) -> list[tuple[int, float]]:
    words = words_of(line)
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
        if not may_be(j):
            continue
        like = 2 * min(both + common, sizes[j], total) / (total + sizes[j])
        if like >= LIKE:
            alike.append((j, like))
    return sorted(alike, key=lambda one: (-one[1], one[0]))[:24]
