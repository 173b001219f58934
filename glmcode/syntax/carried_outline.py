"""A sound file's outline, brought forward over changes by reading what is near them alone.

A file is cut into units: its definitions at one level, that of the file itself or of a class that is most of it. A change
is judged by a piece of the file: what stands before the first unit, the units that it touches with one on either side,
and what stands behind the last. Where that piece is sound, and holds the same definitions as before on both sides of the
change, the units left out would be read as they were: the parser comes to each of them in the state in which it came
there before. Whatever else there may be is told by None: then the file has to be read as a whole.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias

from glmcode.syntax.definition import Definition
from glmcode.syntax.find import Symbols, without_number
from glmcode.syntax.languages import LANGUAGES
from glmcode.syntax.lists import Listed
from glmcode.syntax.parsed import Parsed
from glmcode.syntax.piece import Cut, lines_of, longer, moved
from glmcode.syntax.spans import indent_unit

__all__ = ["Outline", "Syntax", "gap_of"]

FEWEST = 6
"""Units below which a piece would be most of the file."""
Unit: TypeAlias = tuple[Definition, ...]
"""A definition and all within it, told as where they were when they were read."""


class Outline:
    """The definitions of one state of a file. Never changes; its data are shared with the states before and after it."""

    __slots__ = (
        "__dict__",
        "_after",
        "_before",
        "_blanks",
        "_ends",
        "_firm",
        "_gaps",
        "_holder",
        "_lines",
        "_names",
        "_starts",
        "_symbols",
        "_units",
        "data",
        "defines_more",
        "language",
    )

    def __init__(
        self,
        data: bytes,
        language: str,
        frame: tuple[tuple[Definition, ...], tuple[Definition, ...], int | None],
        units: list[Unit],
        firm: list[bool],
        symbols: Symbols,
    ) -> None:
        self.data = data
        self.language = language
        self._before, self._after, self._holder = frame
        """The definitions before the units and behind them, and which of the former holds the units: None for the file."""
        self._units = units
        self._firm = firm
        """Whether each is made of whole parts of what holds them all: not so within an `if` that other units are in too."""
        self._symbols = symbols
        self._names = [unit[0].name for unit in units]
        self._starts = [unit[0].start for unit in units]
        self._ends = [unit[0].end for unit in units]
        self._lines = [unit[0].line for unit in units]
        """Where the units are now."""
        self._blanks = [None, *(gap_of(data, one[0].end, other[0].start) for one, other in pairwise(units))]
        """Blank lines above each; None where more than that is there, or nothing that could be told."""
        self._gaps: dict[tuple[int, int], int] = {}
        self.defines_more = False
        """Whether the last change left a name with more definitions than it had."""
        self._count(0, len(units), 1)

    @classmethod
    def of(cls, parsed: Parsed) -> "Outline | None":
        """The outline of a parsed file; None where it is not sound, or can't be cut into units."""
        if LANGUAGES[parsed.language].outline is not None or not parsed.is_clean or b"\n" not in parsed.data:
            return None
        every = parsed.definitions
        first, end, depth, holder = 0, len(every), 0, None
        while True:
            roots = [at for at in range(first, end) if every[at].depth == depth]
            sizes = [every[at].end - every[at].start for at in roots]
            big = max(range(len(roots)), key=sizes.__getitem__, default=None)
            if big is None or 2 * sizes[big] < len(parsed.data) or every[roots[big]].body is None:
                break
            # One that is most of the file: its members are the units.
            holder, first = roots[big], roots[big] + 1
            end, depth = roots[big + 1] if big + 1 < len(roots) else end, depth + 1
        units = _grouped(every[first:end], depth)
        if units is None or len(units) < FEWEST:
            return None
        firm = _firm(parsed, None if holder is None else every[holder], [unit[0] for unit in units])
        if not any(firm):
            return None
        return cls(parsed.data, parsed.language, (every[:first], every[end:], holder), units, firm, parsed.symbols)

    @property
    def symbols(self) -> "Outline":
        """The same by their names."""
        return self

    @property
    def words(self) -> Mapping[str, int]:
        """How many definitions end with this word, whatever they are in."""
        return self._symbols.words

    def find(self, symbol: str) -> tuple[Definition, ...]:
        """What `Symbols.find` finds in the file as it is now."""
        return self._placed(self._symbols.find(symbol))

    def ending_with(self, symbol: str) -> tuple[Definition, ...]:
        """What `Symbols.ending_with` finds."""
        return self._placed(self._symbols.ending_with(symbol))

    def full(self, name: str) -> str:
        """As `Symbols.full`."""
        return self._symbols.full(name)

    def namesakes(self, name: str) -> tuple[Definition, ...]:
        """The definitions of the same dotted path, `total#2` for `total` as well."""
        return self._placed(self._symbols.namesakes(name))

    def _placed(self, found: Iterable[Definition]) -> tuple[Definition, ...]:
        """Definitions where they are now, in the order of the file."""
        placed = (self._now(one) for one in found)
        return tuple(sorted(placed, key=lambda one: (one.start, one.depth)))

    def _now(self, one: Definition) -> Definition:
        number = self._number(one)
        if number is None:
            return next(other for other in (*self._before, *self._after) if other.name == one.name)
        return moved(one, *self._shift(number))

    def _shift(self, number: int) -> tuple[int, int]:
        own = self._units[number][0]
        return self._starts[number] - own.start, self._lines[number] - own.line

    def _number(self, one: Definition) -> int | None:
        """The unit that holds a definition; None for one of the frame."""
        name = one.name
        while name:
            number = self._root_number(name)
            if number is not None and any(member.name == one.name for member in self._units[number]):
                return number
            name = name.rpartition(".")[0]
        return None

    def _root_number(self, name: str) -> int | None:
        """The unit that the definition of this name is, with all that is in it; None where it is no unit."""
        try:
            return self._names.index(name)
        except ValueError:
            return None

    def near(self, one: Definition) -> Sequence[Definition]:
        """All definitions of the unit that holds this one, or for one of the frame those of the frame."""
        number = self._number(one)
        if number is None:
            return (*self._before, *self._after)
        return [moved(member, *self._shift(number)) for member in self._units[number]]

    def holds_units(self, one: Definition) -> bool:
        """Whether the units are this one's members."""
        return self._holder is not None and self._before[self._holder].name == one.name

    def beside(self, one: Definition) -> tuple[Definition | None, Definition | None] | None:
        """The units before and after this one; None where it is no unit."""
        number = self._root_number(one.name)
        if number is None:
            return None
        above = self._root(number - 1) if number else None
        return above, self._root(number + 1) if number + 1 < len(self._units) else None

    def holder(self) -> Definition | None:
        """What the units are members of; None for the file."""
        return None if self._holder is None else self._before[self._holder]

    def last_unit(self) -> Definition:
        """The last of the units."""
        return self._root(len(self._units) - 1)

    def _root(self, number: int) -> Definition:
        return moved(self._units[number][0], *self._shift(number))

    @property
    def gaps(self) -> Mapping[tuple[int, int], int]:
        """How many pairs of units, one below the other, have so many of several lines among them, and so many blank lines
        between them."""
        return self._gaps

    def listed(self, within: int, upto: int) -> Listed | None:
        """As `Parsed.listed`."""
        if not LANGUAGES[self.language].lists:
            return None
        number = max(0, bisect_right(self._starts, within) - 1)
        start, end = self._starts[number], self._ends[number]
        if self._holder is None and start <= within < end and upto <= end:
            unit = Parsed(self.data[start:end], self.language)
            if unit.is_clean:
                found = unit.listed(within - start, upto - start)
                return found and Listed(_plus(found.before, start), _plus(found.comma, start), found.follows)
        return self._whole.listed(within, upto)

    @cached_property
    def _whole(self) -> Parsed:
        return Parsed(self.data, self.language)

    def changed(self, data: bytes, start: int, old_end: int, new_end: int) -> "Outline | None":
        """The outline once bytes `start:old_end` have become those of `data` from `start` to `new_end`; None where only the
        whole file tells."""
        body = None if self._holder is None else self._before[self._holder].body
        if body is not None and not body[0] <= start <= old_end <= body[1]:
            return None
        step = LANGUAGES[self.language].unit
        if indent_unit(data, step) != indent_unit(self.data, step):
            return None  # members that any definition would have come to be indented otherwise
        first, past = bisect_left(self._ends, start), bisect_right(self._starts, old_end)
        grown, lines = len(data) - len(self.data), lines_of(data, start, new_end) - lines_of(self.data, start, old_end)
        cut = self._cut(data, first, past, grown)
        if cut is None:
            return None
        parsed = Parsed(b"".join((cut.head, data[cut.left : cut.right], cut.tail)), self.language, sample=data)
        if not parsed.is_clean:
            return None
        told = [cut.told(one, holds=self._holds(at)) for at, one in enumerate(parsed.definitions)]
        before, after = self._frame_moved(grown, lines), tuple(moved(one, grown, lines) for one in self._after)
        above = [*before, *self._those(0, cut.top), *self._those(cut.above, first)]
        below = [*self._those(past, cut.below, grown, lines), *self._those(cut.bottom, len(self._units), grown, lines)]
        below += after
        end = len(told) - len(below)
        if end < len(above) or told[: len(above)] != above or told[end:] != below:
            return None
        holder = None if self._holder is None else parsed.definitions[self._holder]
        came, gone = told[len(above) : end], list(self._those(first, past))
        new = _grouped(came, 0 if holder is None else holder.depth + 1)
        if new is None or not self._keeps_names(gone, came):
            return None
        read = _firm(parsed, holder, [one for one in parsed.definitions if cut.is_read(one) and _is_unit(one, holder)])
        if len(read) != first - cut.above + len(new) + cut.below - past:
            return None
        if (cut.head and not read[0]) or (cut.right < len(data) and not read[-1]):
            return None
        firm = [*self._firm[: cut.above], *read, *self._firm[cut.below :]]
        if not any(firm):
            return None
        return self._with(data, (first, past), (new, firm), (gone, came), (before, after), (grown, lines))

    def _cut(self, data: bytes, first: int, past: int, grown: int) -> "Cut | None":
        """What to read of a file whose units first..past are touched, or may be; None where that would be most of it."""
        units, starts, ends, firm = self._units, self._starts, self._ends, self._firm
        # The nearest firm ones beside them, and the first and last that the file has: what is between those is left out.
        above = next((number for number in range(first - 1, -1, -1) if firm[number]), 0)
        below = next((number for number in range(past, len(units)) if firm[number]), len(units))
        top, bottom = firm.index(True), len(units) - 1 - firm[::-1].index(True)
        left, right = 0, len(data)
        head = tail = b""
        if above > top:
            left, head = starts[above], data[: starts[top]] + b"\n\n"
        else:
            above = top = 0
        skipped = right
        if below < bottom:
            right, skipped = ends[below] + grown, ends[bottom] + grown
            tail = data[skipped:]
            below, bottom = below + 1, bottom + 1
        else:
            below = bottom = len(units)
        if 2 * (right - left) > len(data) or 2 * (len(head) + len(tail)) > len(data):
            return None
        within = left - len(head), lines_of(data, 0, left) - lines_of(head, 0, len(head))
        out = within[0] + skipped - right, within[1] + lines_of(data, right, skipped)
        return Cut(above, below, top, bottom, left, right, head, tail, within, out)

    def _those(self, first: int, past: int, grown: int = 0, lines: int = 0) -> Iterator[Definition]:
        """The definitions of some units where they are now, so much farther down."""
        for number in range(first, past):
            by, rows = self._shift(number)
            for one in self._units[number]:
                yield moved(one, by + grown, rows + lines)

    def _holds(self, at: int) -> bool:
        """Whether the definition at this place of the file's holds the units."""
        if self._holder is None or at > self._holder:
            return False
        held = self._before[self._holder]
        return self._before[at].start <= held.start and held.end <= self._before[at].end

    def _frame_moved(self, grown: int, lines: int) -> tuple[Definition, ...]:
        """What stands before the units, those that hold them with their new ends."""
        return tuple(longer(one, grown, lines) if self._holds(at) else one for at, one in enumerate(self._before))

    def _keeps_names(self, gone: Sequence[Definition], came: Sequence[Definition]) -> bool:
        """Whether no name that came or went stands elsewhere in the file too: numbers would have to be given anew."""
        left = {one.name for one in gone}
        stems = {without_number(one.name) for one in (*gone, *came)}
        stays = (other.name for stem in stems for other in self._symbols.namesakes(stem))
        return all(name in left for name in stays)

    def _with(
        self,
        data: bytes,
        cut: tuple[int, int],
        units: tuple[list[Unit], list[bool]],
        names: tuple[Sequence[Definition], Sequence[Definition]],
        frame: tuple[tuple[Definition, ...], tuple[Definition, ...]],
        by: tuple[int, int],
    ) -> "Outline":
        first, past = cut
        grown, lines = by
        new, firm = units
        other = Outline.__new__(Outline)
        other.data, other.language = data, self.language
        other._before, other._after, other._holder = *frame, self._holder
        other._units = [*self._units[:first], *new, *self._units[past:]]
        other._firm = firm
        roots = [unit[0] for unit in new]
        other._names = [*self._names[:first], *(root.name for root in roots), *self._names[past:]]
        other._starts = [*self._starts[:first], *(root.start for root in roots)]
        other._starts += map(grown.__add__, self._starts[past:])
        other._ends = [*self._ends[:first], *(root.end for root in roots), *map(grown.__add__, self._ends[past:])]
        other._lines = [*self._lines[:first], *(root.line for root in roots), *map(lines.__add__, self._lines[past:])]
        other._symbols = self._symbols.changed(*names)
        before = {without_number(one.name): len(self._symbols.namesakes(one.name)) for one in names[1]}
        other.defines_more = any(0 < count < len(other._symbols.namesakes(name)) for name, count in before.items())
        other._blanks = [*self._blanks[:first], *([None] * len(new)), *self._blanks[past:]]
        end = first + len(new)
        for number in range(first, min(end + 1, len(other._units))):
            other._blanks[number] = gap_of(data, other._ends[number - 1], other._starts[number]) if number else None
        other._gaps = dict(self._gaps)
        self._count(first, min(past + 1, len(self._units)), -1, other._gaps)
        other._count(first, min(end + 1, len(other._units)), 1)
        return other

    def _count(self, first: int, end: int, by: int, gaps: dict[tuple[int, int], int] | None = None) -> None:
        """Counts the pairs that end with units first..end, or takes them off."""
        gaps = self._gaps if gaps is None else gaps
        for number in range(max(1, first), end):
            blank = self._blanks[number]
            if blank is not None:
                pair = self._units[number - 1][0], self._units[number][0]
                key = sum(one.end_line > one.line for one in pair), blank
                gaps[key] = gaps.get(key, 0) + by
                if not gaps[key]:
                    del gaps[key]


Syntax: TypeAlias = Parsed | Outline
"""What tells where a file's definitions stand."""


def _is_unit(one: Definition, holder: Definition | None) -> bool:
    """Whether a definition is at the level of the holder's members."""
    return one.depth == (0 if holder is None else holder.depth + 1)


def gap_of(data: bytes, end: int, start: int) -> int | None:
    """Blank lines between where one definition ends and where the next starts; None where something else is there."""
    return None if data[end:start].strip() else data.count(b"\n", end, start)


def _grouped(definitions: Sequence[Definition], depth: int) -> list[Unit] | None:
    """The units, each with all that is in it; None where they are not whole lines one below the other."""
    units: list[list[Definition]] = []
    for one in definitions:
        if one.depth == depth:
            if units and units[-1][0].end > one.start:
                return None
            units.append([one])
        elif one.depth < depth or not units or not units[-1][0].start <= one.start <= one.end <= units[-1][0].end:
            return None
        else:
            units[-1].append(one)
    return [tuple(unit) for unit in units]


def _firm(parsed: Parsed, holder: Definition | None, roots: Sequence[Definition]) -> list[bool]:
    """Of each of the units whether no part of what holds them all is only partly in it."""
    parts = parsed.parts(None if holder is None else holder.body)
    begins = [start for start, _ in parts]

    def is_edge(at: int) -> bool:
        number = bisect_left(begins, at) - 1
        return number < 0 or not parsed.data[at : parts[number][1]].strip()

    return [is_edge(one.start) and is_edge(one.end) and parsed.data[one.end - 1 : one.end] == b"\n" for one in roots]


def _plus(at: int | None, start: int) -> int | None:
    return None if at is None else at + start
