"""The parts of a file's change that the native form writes one by one: hunks, and definitions that changed so much
that they are shorter anew."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from glmcode.express.quotes import MARKERS, Hunk, Page
from glmcode.express.tags import block
from glmcode.syntax import Definition, find_symbol, full_names

__all__ = ["Rows", "Unit", "by_definition", "cost", "grouped", "quoted", "shortest", "text_of"]

TAG = 29
"""Bytes of the tags around a definition's new text, without its name."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of the change: one hunk, or those of the definition `name`, whose new text is `body`."""

    hunks: tuple[Hunk, ...]
    cost: int
    name: str = ""
    body: str = ""

    @property
    def hunk(self) -> Hunk:
        first, last = self.hunks[0], self.hunks[-1]
        return Hunk(first.a, last.a_end, first.b, last.b_end)


class Rows:
    """Rows of byte offsets."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._starts = [0]
        at = data.find(b"\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = data.find(b"\n", at + 1)

    def row(self, offset: int) -> int:
        """The row that begins at the offset, or else the one behind it."""
        return bisect_left(self._starts, offset)

    def span(self, definition: Definition) -> tuple[int, int]:
        return self.row(definition.start), self.row(definition.end)


def quoted(old: Sequence[bytes], new: Sequence[bytes], quote: Hunk) -> str:
    """The hunk as a block."""
    return block(text_of(old[quote.a : quote.a_end]), text_of(new[quote.b : quote.b_end]))


def text_of(lines: Sequence[bytes]) -> str:
    return b"".join(line + b"\n" for line in lines).decode("utf-8", "surrogateescape")


def by_definition(
    page: Page,
    exact: Sequence[Hunk],
    ours: Sequence[Definition],
    theirs: Sequence[Definition],
    old_rows: Rows,
    new_rows: Rows,
) -> list[Unit]:
    """The hunks, with those within one definition as that definition wherever that is shorter: innermost ones first."""
    old, new = page.old, page.new
    units = []
    for number, hunk in enumerate(exact):
        top = exact[number - 1].a_end if number else 0
        bottom = exact[number + 1].a if number + 1 < len(exact) else len(old)
        quote = (page.quotes([hunk], top, bottom) or [hunk])[0]
        units.append(Unit((hunk,), len(quoted(old, new, quote))))
    there = {definition.name: definition for definition in theirs}
    for definition in reversed(ours):
        other = there.get(definition.name)
        if other is None:
            continue
        a, a_end = old_rows.span(definition)
        b, b_end = new_rows.span(other)
        first = bisect_left(units, a, key=lambda unit: unit.hunk.a)
        last = bisect_right(units, a_end, lo=first, key=lambda unit: unit.hunk.a_end)
        inside = units[first:last]
        if not inside or not _is_apart(units, first, last, Hunk(a, a_end, b, b_end)):
            continue
        name = shortest(ours, definition)
        keyword, head = new_rows.row(other.keyword), new_rows.row(other.head)
        start = b
        if old[a : old_rows.row(definition.keyword)] == new[b:keyword]:
            start = keyword
        elif old[a : old_rows.row(definition.head)] == new[b:head]:
            start = head
        body = text_of(new[start:b_end])
        anew = len(body) + len(name) + TAG
        if anew < cost(old, inside):
            units[first:last] = [Unit(tuple(one for unit in inside for one in unit.hunks), anew, name, body)]
    return units


def grouped(units: Sequence[Unit], ours: Sequence[Definition], old_rows: Rows) -> list[list[Unit]]:
    """The units, with neighbouring hunks of the same innermost definition, or of none, together."""
    spans = [(*old_rows.span(one), number) for number, one in enumerate(ours)]
    groups: list[list[Unit]] = []
    last: int | None = None
    for unit in units:
        hunk = unit.hunk
        around = [(first - end, number) for first, end, number in spans if first < hunk.a and hunk.a_end < end]
        inside = max(around)[1] if around else -1
        if groups and not unit.name and not groups[-1][0].name and inside == last:
            groups[-1].append(unit)
        else:
            groups.append([unit])
        last = inside
    return groups


def cost(old: Sequence[bytes], units: Sequence[Unit]) -> int:
    """What the units cost one by one; blocks that lie near each other are one block."""
    total = 0
    for number, unit in enumerate(units):
        total += unit.cost
        if number and not unit.name and not units[number - 1].name:
            between = sum(len(row) + 1 for row in old[units[number - 1].hunk.a_end : unit.hunk.a][:MARKERS])
            total -= max(0, MARKERS - between)
    return total


def _is_apart(units: Sequence[Unit], first: int, last: int, span: Hunk) -> bool:
    """Whether the units first..last, and no others, are the change of the span: on both sides as long before and behind it."""
    if any(one.hunk.b < span.b or one.hunk.b_end > span.b_end for one in units[first:last]):
        return False
    if first and units[first - 1].hunk.a_end > span.a:
        return False
    if last < len(units) and units[last].hunk.a < span.a_end:
        return False
    shift = units[first].hunk.b - units[first].hunk.a
    behind = units[last - 1].hunk.b_end - units[last - 1].hunk.a_end
    return span.b - span.a == shift and span.b_end - span.a_end == behind


def shortest(definitions: Sequence[Definition], definition: Definition) -> str:
    """The shortest end of its name that means no other definition."""
    name = definition.name
    at = name.rfind(".")
    while at >= 0:
        if find_symbol(definitions, name[at + 1 :]) == (definition,):
            return name[at + 1 :]
        at = name.rfind(".", 0, at)
    return full_names(definitions)[definitions.index(definition)]
