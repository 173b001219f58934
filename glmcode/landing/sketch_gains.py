"""What it gains to take a line of a sketch for a line of the file, and what it costs to take it for a new one."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from glmcode.landing.sketch_blocks import Bounds, closed_by, closed_name, is_head
from glmcode.landing.sketch_heads import bound_by, prototype_of
from glmcode.landing.sketch_lines import TITLED, Line, are_two, opens, shuts, told_by

__all__ = ["SURE", "costs", "gains", "is_another_item", "is_same_thing", "is_surely", "likeness", "words_of"]

NEW = 10
"""Cost of a line that the file doesn't have."""
UNIQUE = 60
"""Added cost of taking a line for new that stands in the file once."""
PINNED = 400
"""What it gains to take a definition's first line for that of its namesake: more than any run of lines gains elsewhere."""
CLOSING = 30
"""What it gains to take a closing line for the one that closes the same and reads otherwise."""
LIKE = 0.5
"""Least likeness of a line and the line that it replaces."""
SURE = 0.65
"""Likeness of lines that are one and the same, changed."""
SET = 15
"""Added gain of a line that sets the same name."""
NEAR = 20
"""Lines around a line among which others of its kind are looked for."""
OUT_OF_PLACE = 15
"""What it takes from the gain of an equal line that it is indented otherwise, where others of its run are not."""
MOST_LIKE = 40
"""Rows that share a word, past which the word says nothing."""

_TAG = re.compile(rb"<[\w.:-]+")
_WORD = re.compile(rb"[\w$]+")
_ARGUMENTS = re.compile(rb" ?\(.*\)")
_ORDINAL = re.compile(rb"^\d+[.)] ")


def likeness(one: Line, other: Line) -> float:
    """The share of words that two lines have in common, from 0 to 1."""
    ours, theirs = words_of(one), words_of(other)
    both = sum((ours & theirs).values())
    return 2 * both / (sum(ours.values()) + sum(theirs.values()) or 1)


def is_same_thing(line: Line, other: Line) -> bool:
    """Whether two lines define, bind or set the same name."""
    if line.title is not None or other.title is not None:
        return line.title == other.title
    return bool(line.head) and line.head == other.head


def is_surely(line: Line, other: Line) -> bool:
    """Whether the one is the other, changed, wherever they stand: about the same thing, the same with more words, or with
    another number in a list."""
    if line.title is not None or other.title is not None:
        return line.title == other.title or (told_by(line.key) or b"") == told_by(other.key)
    if line.head != other.head:
        return _binds_more(line, other)
    if _is_name(line.head):
        return not line.is_comment or likeness(line, other) >= SURE
    if (declared := prototype_of(line.key)) is not None and declared == prototype_of(other.key):
        return True
    if _ORDINAL.match(line.key) and _ORDINAL.sub(b"", line.key) == _ORDINAL.sub(b"", other.key):
        return True
    words, others = words_of(line), words_of(other)
    return (sum(others.values()) >= 2 or (is_head(other) and not other.is_comment)) and not others - words


def _is_name(head: bytes) -> bool:
    """Whether what a line begins with names one thing: an element's tag, a bracket or an item's dash do not."""
    return bool(head) and head[:1] not in b"{([<-*"


def gains(sketch: Sequence[Line], file: Sequence[Line], within: Bounds) -> list[dict[int, int]]:
    """For each line of the sketch what each line of the file that it may be would gain."""
    ground = _Ground(sketch, file, within)
    found: list[dict[int, int]] = []
    item: Line | None = None
    for i, line in enumerate(sketch):
        if item is not None and line.segment == item.segment and line.depth > item.depth:
            found.append({})  # in an item that is one more, all is new
            continue
        item = None
        if line.sign == b"+" or within.is_new(i):
            found.append({})
            continue
        if i in within.pinned:
            found.append({within.pinned[i]: PINNED})
            continue
        own = ground.same(i)
        if shuts(line) and not line.sign:
            own = ground.of_openers(i, own, found) or ground.closing(i)
        if line.sign:
            pass
        elif line.title is not None or ground.is_titled(i):
            own = ground.titled(i) | own
        elif not line.trivial and line.closes is None and all(gain <= -NEW for gain in own.values()):
            like, is_one_more = ground.alike(i)
            own |= like
            item = line if is_one_more and not own else None
        found.append({j: gain for j, gain in own.items() if gain > -NEW})
    return found


class _Ground:
    """A sketch and a file, with what is looked up in them."""

    def __init__(self, sketch: Sequence[Line], file: Sequence[Line], within: Bounds) -> None:
        self._sketch, self._file, self._within = sketch, file, within
        self._by_key: dict[bytes, list[int]] = {}
        self._by_title: dict[bytes, list[int]] = {}
        self._by_told: dict[bytes, list[int]] = {}
        self._by_head: dict[bytes, list[int]] = {}
        self._by_closed: dict[bytes, list[int]] = {}
        for j, line in enumerate(file):
            self._by_key.setdefault(line.key, []).append(j)
            if line.closes:
                self._by_closed.setdefault(line.closes, []).append(j)
            if line.title is not None:
                self._by_title.setdefault(line.title, []).append(j)
            elif (told := told_by(line.key)) is not None:
                self._by_told.setdefault(told, []).append(j)
            elif not line.is_comment and line.head:
                self._by_head.setdefault(line.head, []).append(j)
        self._keys = {line.key for line in sketch}
        self._loose = _loose_ends(sketch, self._by_key)
        self._closed, self._their_closed = closed_by(sketch), closed_by(file)
        self._index: tuple[dict[bytes, list[int]], list[int]] | None = None

    def same(self, i: int) -> dict[int, int]:
        """What the lines of the file gain that say the same as line i."""
        line, found = self._sketch[i], dict[int, int]()
        rows = self._by_key.get(line.key, ())
        for j in rows:
            other = self._file[j]
            if not self._within.allow_equal(i, j) or are_two(line, other):
                continue
            if _decorates_another(self._sketch, i, self._file, j):
                continue
            gain = _equal(line, other, len(rows))
            if gain > 0 and line.segment in self._within.in_place and line.indent != other.indent:
                gain = max(1, gain - OUT_OF_PLACE)
            if gain > 0:
                found[j] = gain - _astray(line, other, self._by_title)
        return found

    def is_titled(self, i: int) -> bool:
        """Whether the file has what line i calls, and with which words, with a function of several lines."""
        return told_by(self._sketch[i].key) in self._by_title

    def titled(self, i: int) -> dict[int, int]:
        """What those gain that define the same name."""
        line, found = self._sketch[i], dict[int, int]()
        gain = 20 if line.key in self._by_key else 50
        title = line.title or told_by(line.key) or b""
        for j in (*self._by_title.get(title, ()), *self._by_told.get(title, ())):
            other = self._file[j]
            if self._within.allow(i, j) and not are_two(line, other):
                found[j] = gain + 20 * (line.parent == other.parent) - _astray(line, other, self._by_title)
        return found

    def of_openers(self, i: int, own: dict[int, int], found: Sequence[dict[int, int]]) -> dict[int, int]:
        """Of the lines that a closing line may be those whose opening line may be what it closes, as `found` has it.

        Where no marker is between, what it opens and what it closes change together, whatever they are taken for.
        """
        opener, line = _first_of(self._closed, i), self._sketch[i]
        if opener is None or line.may_close_another or self._sketch[opener].segment == line.segment:
            return own
        return {j: gain for j, gain in own.items() if _first_of(self._their_closed, j) in (None, *found[opener])}

    def closing(self, i: int) -> dict[int, int]:
        """What those gain that close the same, otherwise: `}, [team]);` that becomes `}, [team, page]);`."""
        opener, line = self._closed.get(i), self._sketch[i]
        if opener is None or (opens(line.key) and line.key[:1] != b"}"):
            return {}
        return {
            j: CLOSING + 10 * (line.indent == self._file[j].indent)
            for j in self._by_closed.get(closed_name(self._sketch[opener]), ())
            if self._within.allow(i, j) and not opens(self._file[j].key)
        }

    def _holds_the_same(self, i: int, j: int) -> bool:
        """Whether the first line within what line i begins is the first within what line j begins."""
        ours, theirs = self._sketch[i + 1 : i + 2], self._file[j + 1 : j + 2]
        return bool(ours and theirs) and ours[0].depth > self._sketch[i].depth and ours[0].key == theirs[0].key

    def _bare(self, i: int) -> int | None:
        """The decorator of the file that line i is with arguments, above the same definition: `@Test` for `@Test(timeout = 5)`."""
        line = self._sketch[i]
        bare = b"" if line.is_comment else _ARGUMENTS.sub(b"", line.key)
        if bare == line.key or not is_head(line):
            return None
        subject = self._within.pinned.get(_subject(self._sketch, i) or 0)
        rows = (j for j in self._by_key.get(bare, ()) if _subject(self._file, j) == subject is not None)
        return next(rows, None)

    def alike(self, i: int) -> tuple[dict[int, int], bool]:
        """What those gain that are like it, and whether one of these was but another item of its kind."""
        line, found, is_one_more = self._sketch[i], dict[int, int](), False
        if self._index is None:
            self._index = _indexed(self._file)
        alike = dict(_alike(line, *self._index, lambda j: self._within.allow(i, j)))
        if line.head and not line.is_comment:
            rows = (j for j in self._by_head.get(line.head, ()) if self._within.allow(i, j))
            alike.update((j, max(SURE, alike.get(j, 0))) for j in rows)
        bare = self._bare(i)
        if bare is not None:
            return {bare: int(60 * SURE)}, False
        for j, like in alike.items():
            other = self._file[j]
            if other.key in self._keys or other.title is not None or other.closes is not None:
                continue
            if other.is_comment != line.is_comment or _decorates_another(self._sketch, i, self._file, j):
                continue
            if opens(line.key) and line.followed[:1] > (line.depth,) and not opens(other.key):
                continue  # a marker stands for what is in it
            if i in self._loose and _is_other_element(line, other):
                continue
            if (other.key[:1] in b")]}") != (line.key[:1] in b")]}"):
                continue
            if i in self._loose and is_another_item(line, self._file, j) and not self._holds_the_same(i, j):
                is_one_more = True
            elif i not in self._loose or not _differ(line, other):
                gain = int(60 * like) + 10 * (line.parent == other.parent) + SET * is_same_thing(line, other)
                found[j] = gain - _astray(line, other, self._by_title)
        return found, is_one_more


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


def _first_of(closed: Mapping[int, int], i: int) -> int | None:
    """The first line of what line i closes, whatever else of it ends and goes on between: `} else {`."""
    opener = closed.get(i)
    while opener is not None and opener in closed:
        opener = closed[opener]
    return opener


def _decorates_another(sketch: Sequence[Line], i: int, file: Sequence[Line], j: int) -> bool:
    """Whether line i is a decorator or an attribute, and what it stands above is not what line j stands above."""
    if sketch[i].is_comment or not is_head(sketch[i]):
        return False
    at, there = _subject(sketch, i), _subject(file, j)
    if at is None or there is None:
        return False
    ours, theirs = sketch[at], file[there]
    if ours.key == theirs.key or is_surely(ours, theirs):
        return False
    return ours.title != theirs.title or _differ(ours, theirs) or likeness(ours, theirs) < SURE


def _is_other_element(line: Line, other: Line) -> bool:
    """Whether the file's line begins an element that goes on below it, and the sketch's line is one of another tag."""
    ours, theirs = _TAG.match(line.key), _TAG.match(other.key)
    is_other = ours is not None and theirs is not None and ours[0] != theirs[0]
    return is_other and opens(other.key) and not opens(line.key)


def _subject(lines: Sequence[Line], i: int) -> int | None:
    """The line that the decorator on line i decorates."""
    at = i + 1
    while at < len(lines) and lines[at].segment == lines[i].segment and is_head(lines[at]):
        at += 1
    return at if at < len(lines) and lines[at].segment == lines[i].segment else None


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
    if line.head and other.head:
        return line.head != other.head and not bound_by(line.head) & bound_by(other.head)
    ours, theirs = prototype_of(line.key), prototype_of(other.key)
    return ours is not None and theirs is not None and ours[0] != theirs[0]


def _binds_more(line: Line, other: Line) -> bool:
    """Whether two lines bind some of the same names to the same: `value, err := f()` and `err := f()`."""
    ours, theirs = bound_by(line.head), bound_by(other.head)
    return bool(ours & theirs) and line.key[len(line.head) :] == other.key[len(other.head) :]


def is_another_item(line: Line, file: Sequence[Line], j: int) -> bool:
    """Whether line j of the file is one of several that begin alike beside one another (`<li>`, `case`, the entries of a
    list), and the line is one more of them: the first word that tells those apart is what each is about."""
    other = file[j]
    if line.head == other.head and _is_name(line.head):
        return False
    ours, theirs = _WORD.findall(line.key[:400]), _WORD.findall(other.key[:400])
    told = 0
    for k in range(max(0, j - NEAR), min(len(file), j + NEAR + 1)):
        if k != j and file[k].depth == other.depth and file[k].parent == other.parent and not file[k].is_comment:
            told = max(told, _common(theirs, _WORD.findall(file[k].key[:400])))
    return bool(told) and _common(ours, theirs) == told and told < len(theirs)


def _common(some: Sequence[bytes], others: Sequence[bytes]) -> int:
    """How many words two lines have in common before the first that differs."""
    return next(
        (at for at, pair in enumerate(zip(some, others, strict=False)) if pair[0] != pair[1]),
        min(len(some), len(others)),
    )


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
