"""The native form: definitions by their name where that is shorter, else the smallest block that fits one place."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from glmcode.express.quotes import MARKERS, Hunk, Page, hunks, joined, quotes, rows
from glmcode.express.tags import block, edit, tag
from glmcode.landing.at_place import at_place
from glmcode.landing.at_symbol import at_symbol
from glmcode.landing.place import Fit, Splice
from glmcode.landing.sketch import sketch
from glmcode.landing.text import Coding
from glmcode.landing.workspace import File
from glmcode.plan.edits import AtPlace, AtSymbol, Sketch
from glmcode.syntax import Definition, find_symbol, language_of, parse

__all__ = ["edits"]

MOST = 200
"""Hunks of a file whose definitions are looked at; a file with more is written in blocks alone, in linear time."""
SLIDE = 64
"""Rows that an insertion or deletion is slid to where a definition begins."""

SKETCHED = (1, 2)
"""Lines on either side of a change that a sketch of its definition shows."""

_Change = AtSymbol | AtPlace | Sketch


@dataclass(frozen=True, slots=True)
class _Unit:
    """A part of the change: one hunk, or those of the definition `name`, whose new text is `body`."""

    hunks: tuple[Hunk, ...]
    cost: int
    name: str = ""
    body: str = ""

    @property
    def hunk(self) -> Hunk:
        first, last = self.hunks[0], self.hunks[-1]
        return Hunk(first.a, last.a_end, first.b, last.b_end)


def edits(path: str, before: bytes, after: bytes) -> str:
    """Edits of one file, the first with its path. Each is tried on the file as it is by then; what doesn't give the
    bytes wanted there is written as blocks."""
    old, new = rows(before), rows(after)
    page = Page(old, new)
    exact = hunks(old, new)
    language = language_of(path)
    file = File(before, Coding(), "100644", path)
    if language is not None and len(exact) <= MOST and not file.text.is_binary:
        units = _by_definition(page, exact, language, before, after)
        parts = [(unit, _named(file, path, old, new, unit, after)) for unit in units]
        written = _all(page, parts, path)
        if written is not None:
            return written
    whole = quotes(old, new, joined(old, exact, MARKERS))
    return edit([("path", path)], "".join(_block(old, new, quote) for quote in whole), bare=False)


def _all(page: Page, parts: Sequence[tuple[_Unit, list[_Change] | None]], path: str) -> str | None:
    """The edits by name, and between them those by blocks; None where a run of blocks has no lines of its own to quote."""
    out: list[str] = []
    run: list[Hunk] = []
    top = 0
    for unit, found in [*parts, (None, None)]:
        if unit is not None and found is None:
            run += unit.hunks
            continue
        if run:
            bottom = len(page.old) if unit is None else unit.hunk.a
            quoted = page.quotes(joined(page.old, run, MARKERS), top, bottom)
            if quoted is None:
                return None
            body = "".join(_block(page.old, page.new, quote) for quote in quoted)
            out.append(edit(_first(path, out), body, bare=False))
            run = []
        if unit is not None and found is not None:
            out += [_written(change, _first(path, out)) for change in found]
            top = unit.hunk.a_end
    return "".join(out)


def _first(path: str, out: Sequence[str]) -> list[tuple[str, str]]:
    return [] if out else [("path", path)]


def _written(change: _Change, attributes: list[tuple[str, str]]) -> str:
    if isinstance(change, Sketch):
        return edit([*attributes, ("in", change.symbol or "")], change.body)
    if isinstance(change, AtPlace):
        return edit([*attributes, ("at", change.place)], change.body)
    named = [*attributes, (change.action, change.symbol)]
    return tag("edit", named, empty=True) if change.action == "delete" else edit(named, change.body)


def _block(old: Sequence[bytes], new: Sequence[bytes], quote: Hunk) -> str:
    return block(_text(old[quote.a : quote.a_end]), _text(new[quote.b : quote.b_end]))


def _text(lines: Sequence[bytes]) -> str:
    return b"".join(line + b"\n" for line in lines).decode("utf-8", "surrogateescape")


def _by_definition(page: Page, exact: Sequence[Hunk], language: str, before: bytes, after: bytes) -> list[_Unit]:
    """The hunks, with those within one definition as that definition wherever that is shorter: innermost ones first."""
    old, new = page.old, page.new
    units = []
    for number, hunk in enumerate(exact):
        top = exact[number - 1].a_end if number else 0
        bottom = exact[number + 1].a if number + 1 < len(exact) else len(old)
        quoted = (page.quotes([hunk], top, bottom) or [hunk])[0]
        units.append(_Unit((hunk,), len(_block(old, new, quoted))))
    ours, theirs = (parse(data, language).definitions for data in (before, after))
    there = {definition.name: definition for definition in theirs}
    old_rows, new_rows = _Rows(before), _Rows(after)
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
        name = _shortest(ours, definition)
        keyword, head = new_rows.row(other.keyword), new_rows.row(other.head)
        start = b
        if old[a : old_rows.row(definition.keyword)] == new[b:keyword]:
            start = keyword
        elif old[a : old_rows.row(definition.head)] == new[b:head]:
            start = head
        body = _text(new[start:b_end])
        cost = len(body) + len(name) + 29
        if cost < _cost(old, inside):
            units[first:last] = [_Unit(tuple(one for unit in inside for one in unit.hunks), cost, name, body)]
    return units


def _cost(old: Sequence[bytes], units: Sequence[_Unit]) -> int:
    """What the units cost one by one; blocks that lie near each other are one block."""
    total = 0
    for number, unit in enumerate(units):
        total += unit.cost
        if number and not unit.name and not units[number - 1].name:
            between = sum(len(row) + 1 for row in old[units[number - 1].hunk.a_end : unit.hunk.a][:MARKERS])
            total -= max(0, MARKERS - between)
    return total


def _is_apart(units: Sequence[_Unit], first: int, last: int, span: Hunk) -> bool:
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


class _Rows:
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


def _shortest(definitions: Sequence[Definition], definition: Definition) -> str:
    """The shortest end of its name that means no other definition."""
    name = definition.name
    at = name.rfind(".")
    while at >= 0:
        if find_symbol(definitions, name[at + 1 :]) == (definition,):
            return name[at + 1 :]
        at = name.rfind(".", 0, at)
    return name


def _target(file: File, old: Sequence[bytes], new: Sequence[bytes], hunk: Hunk, after: bytes) -> bytes:
    """What the file should be once this part has landed: the new lines down to it, the old ones below."""
    if hunk.a_end >= len(old):
        return after
    data = file.text.data
    rest = b"\n".join(old[hunk.a_end :]) + (b"\n" if data.endswith(b"\n") else b"")
    return b"".join(line + b"\n" for line in new[: hunk.b_end]) + rest


def _named(
    file: File, path: str, old: Sequence[bytes], new: Sequence[bytes], unit: _Unit, after: bytes
) -> list[_Change] | None:
    """The unit by the names of definitions or of places, where that is shorter and gives the bytes wanted; the file is
    then as after it."""
    target = _target(file, old, new, unit.hunk, after)
    if unit.name:
        ways: Iterator[list[_Change]] = iter([[AtSymbol(unit.name, "replace", unit.body)]])
    elif len(unit.hunks) == 1:
        ways = _ways(file, new, old, unit.hunk)
    else:
        ways = iter(())
    saved = file.saved()
    for way in ways:
        if unit.name or sum(len(_written(change, [])) for change in way) < unit.cost:
            if _tried(file, path, way) and file.text.data == target:
                return way
            file.restore(saved)
    _bring(file, old, new, unit.hunk, target)
    return None


def _bring(file: File, old: Sequence[bytes], new: Sequence[bytes], hunk: Hunk, target: bytes) -> None:
    """Makes the file what it is once the hunk's blocks have landed."""
    data = file.text.data
    start = _size(new[: hunk.b])
    end, new_end = start + _size(old[hunk.a : hunk.a_end]), start + _size(new[hunk.b : hunk.b_end])
    splice = Splice(start, end, target[start:new_end])
    if end > len(data) or data[:start] + splice.new + data[end:] != target:
        splice = Splice(0, len(data), target)  # the file's last line has no line feed
    file.apply(Fit((splice,), None, 1.0, None), "native")


def _size(lines: Sequence[bytes]) -> int:
    return sum(map(len, lines)) + len(lines)


def _tried(file: File, path: str, way: Sequence[_Change]) -> bool:
    for change in way:
        match change:
            case AtSymbol():
                verdict = at_symbol(file, change, path)
            case AtPlace():
                verdict = at_place(file, change, path)
            case Sketch():
                verdict = sketch(file, change, path)
        if not isinstance(verdict, Fit):
            return False
        file.apply(verdict, "native")
    return True


def _ways(file: File, new: Sequence[bytes], old: Sequence[bytes], hunk: Hunk) -> Iterator[list[_Change]]:
    """Edits by name that may be what the hunk does, the shortest kinds first."""
    parsed = file.parsed
    if parsed is None:
        return
    places = _Rows(file.text.data)
    spans = [(*places.span(one), one) for one in parsed.definitions]
    if hunk.a == hunk.a_end:
        yield from _insertions(parsed.definitions, spans, file.text.lines, new, hunk.b, hunk.b_end)
    elif hunk.b == hunk.b_end:
        yield from _deletions(parsed.definitions, spans, old, hunk.a, hunk.a_end, hunk.b - hunk.a)
    yield from _sketches(parsed.definitions, spans, old, new, hunk)


def _sketches(
    definitions: Sequence[Definition],
    spans: Sequence[tuple[int, int, Definition]],
    old: Sequence[bytes],
    new: Sequence[bytes],
    hunk: Hunk,
) -> Iterator[list[_Change]]:
    """The new lines between the ones that stay around them, in the innermost definition that holds them all: what goes
    needs no quoting."""
    behind = hunk.b + hunk.a_end - hunk.a
    around = [(first, last, one) for first, last, one in spans if first < hunk.b and behind < last]
    if not around:
        return
    first, last, one = max(around, key=lambda span: span[2].depth)
    name = _shortest(definitions, one)
    above, below = hunk.b - first, last - behind
    for size in SKETCHED:
        lines = [*new[hunk.b - min(size, above) : hunk.b_end], *old[hunk.a_end : hunk.a_end + min(size, below)]]
        yield [Sketch(_text(lines), name, implied=True)]


def _insertions(
    definitions: Sequence[Definition],
    spans: Sequence[tuple[int, int, Definition]],
    now: Sequence[bytes],
    new: Sequence[bytes],
    b: int,
    b_end: int,
) -> Iterator[list[_Change]]:
    for start, end in _slid(new, b, b_end):
        lines = list(new[start:end])
        while lines and not lines[0].strip():
            lines.pop(0)
        while lines and not lines[-1].strip():
            lines.pop()
        if not lines:
            continue
        body = _text(lines)
        if start == b:
            yield [AtPlace("imports", body)]
            if b >= len(now):
                yield [AtPlace("bottom", _text(new[start:end]))]
            if b == 0:
                yield [AtPlace("top", _text(new[start:end]))]
        above = start
        while above and not now[above - 1].strip():
            above -= 1
        below = start
        while below < len(now) and not now[below].strip():
            below += 1
        # The innermost first: it is at the body's own depth more often.
        for first, last, one in sorted(spans, key=lambda span: -span[2].depth):
            if last in (above, start):
                yield [AtSymbol(_shortest(definitions, one), "after", body)]
            elif first in (below, start):
                yield [AtSymbol(_shortest(definitions, one), "before", body)]
            elif one.body is not None and first < start <= last and last - start <= 3:
                yield [AtSymbol(_shortest(definitions, one), "inside", body)]


def _deletions(
    definitions: Sequence[Definition],
    spans: Sequence[tuple[int, int, Definition]],
    old: Sequence[bytes],
    a: int,
    a_end: int,
    shift: int,
) -> Iterator[list[_Change]]:
    """Definitions that cover what goes, blank lines aside."""
    for start, end in _slid(old, a, a_end):
        row, limit = start, end
        gone: list[_Change] = []
        for first, last, one in spans:
            while row < limit and not old[row].strip():
                row += 1
            if first - shift == row and last - shift <= limit and row < limit:
                gone.append(AtSymbol(_shortest(definitions, one), "delete"))
                row = last - shift
        while row < limit and not old[row].strip():
            row += 1
        if gone and row == limit:
            # From the last on, so that `name#2` stays the second.
            yield gone[::-1]


def _slid(lines: Sequence[bytes], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The same insertion or deletion, told otherwise: a run of lines that is equal to what it slides over."""
    yield start, end
    up = 0
    while up < SLIDE and start - up > 0 and lines[start - up - 1] == lines[end - up - 1]:
        up += 1
        yield start - up, end - up
    down = 0
    while down < SLIDE and end + down < len(lines) and lines[start + down] == lines[end + down]:
        down += 1
        yield start + down, end + down
