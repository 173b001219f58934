"""A file's bytes as landing edits them: line ends, and the normal forms that loose matching searches.

Nothing here decodes a file to edit it. A line ends at `\\n` (a `\\r` before it belongs to the end), or at a lone
`\\r` in a file that has no `\\n`. U+2028, form feed and the like are characters of a line like any other.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, compress, repeat
from typing import TypeAlias

from glmcode.landing.coding import decodes
from glmcode.landing.linecuts import cuts_of, recut
from glmcode.landing.pieces import BLANKS, Pieces

__all__ = [
    "BLANKS",
    "Keys",
    "Splice",
    "Text",
    "ends_stripped",
    "spliced",
    "split_lines",
    "stripped",
]


Keys: TypeAlias = Callable[[Sequence[bytes]], list[bytes]]
"""What lines are taken for in a normal form: one key a line, whatever is around it. Of all of them in one go: a call a line
would cost more than it does."""


@dataclass(frozen=True, slots=True)
class Splice:
    """Bytes start..end of the file give way to `new`."""

    start: int
    end: int
    new: bytes


MOST_WAYS = 16
"""Places of a quote in its own replacement that are looked at."""
LONG = 1 << 16
"""Bytes of a text that is worth cutting in pieces ..."""
MOST_HOLDING = 64
"""Lines that are looked at one by one because they hold a part of what is looked for; where more do, the whole text is."""
MANY_EDITS, MANY_ASKED = 12, 24
"""... once it has been edited so often, or so many lines were sought in it: cutting costs as much as that in the whole."""


class Text:
    """One state of a file's bytes, with what is derived from them on demand. Never changes.

    A long text that is edited again and again is held in `Pieces`, which go on from each state to the next: the earlier
    one keeps its bytes alone.
    """

    __slots__ = (
        "_asked",
        "_bare",
        "_data",
        "_edits",
        "_forms",
        "_found",
        "_index",
        "_keyed",
        "_lines",
        "_pieces",
        "_rows",
        "_separator",
        "_solid",
        "_starts",
        "_utf8",
        "size",
    )

    def __init__(self, data: bytes | Pieces) -> None:
        self._index = data if isinstance(data, Pieces) else None
        self._pieces = list(data.pieces) if isinstance(data, Pieces) else []
        self._data = None if isinstance(data, Pieces) else data
        self.size = data.starts[-1] if isinstance(data, Pieces) else len(data)
        self._edits = self._asked = 0
        self._bare: bool | None = None
        self._separator: bytes | None = None
        self._lines: list[bytes] | None = None
        self._starts: list[int] | None = None
        self._keyed: dict[Keys, list[bytes]] = {}
        self._forms: dict[Keys, bytes] = {}
        self._solid: dict[Keys, bytes] = {}
        self._found: dict[bytes, list[int] | None] = {}
        self._rows: dict[bytes, list[int]] | None = None
        self._utf8: bool | None = None

    @property
    def data(self) -> bytes:
        if self._data is None:
            self._data = b"".join(self._pieces)
        return self._data

    def slice(self, start: int, end: int) -> bytes:
        """The bytes start..end."""
        return self.data[start:end] if self._index is None else self._index.slice(start, end)

    def find_all(self, needle: bytes, limit: int) -> list[int]:
        """The first `limit` offsets where the needle stands, overlapping ones too."""
        found = None if self._index is None else self._index.find(needle, limit)
        if found is None:
            found = []
            at = self.data.find(needle)
            while at >= 0 and len(found) < limit:
                found.append(at)
                at = self.data.find(needle, at + 1)
        return found

    def standing(self, bare: bytes) -> list[int] | None:
        """Where the lines begin that are this but for blanks at their ends; it is not empty and has none. None where many
        lines hold it."""
        if bare not in self._found:
            self._found[bare] = self._look_for(bare)
        return self._found[bare]

    def _look_for(self, bare: bytes) -> list[int] | None:
        self._asked += 1
        if self._index is None and self.size >= LONG and self._asked > MANY_ASKED and self.is_bare:
            self._index = Pieces(self.data)
        stretches = None if self._index is None else self._index.those_with(bare)
        separator, held = self.separator, 0
        found: list[int] = []
        for start, data in [(0, self.data)] if stretches is None else stretches:
            at = data.find(bare)
            while at >= 0:
                held += 1
                if held > MOST_HOLDING:
                    return None
                line, end = data.rfind(separator, 0, at) + 1, data.find(separator, at)
                end = len(data) if end < 0 else end
                if data[line:end].strip(BLANKS) == bare:
                    found.append(start + line)
                at = data.find(bare, end)
        return found

    def rows_like(self, bares: Collection[bytes], most: int) -> dict[bytes, list[int]]:
        """The rows of the lines that are each of these but for blanks at their ends; of one that stands more than `most` times
        at least one more than that."""
        if self._index is not None:
            found = {bare: self.standing(bare) for bare in bares}
            if None not in found.values():
                return {bare: self.rows(starts or ()) for bare, starts in found.items()}
        elif self._rows is None:
            self._rows = {}  # who asks again of the same state may do so often
        elif self.size >= LONG:
            for row, line in enumerate(self.keyed(stripped) if not self._rows else ()):
                self._rows.setdefault(line, []).append(row)
            return {bare: self._rows.get(bare, []) for bare in bares}
        rows: dict[bytes, list[int]] = {bare: [] for bare in bares}
        lines = self.keyed(stripped)
        for row in compress(range(len(lines)), map(rows.__contains__, lines)):
            there = rows[lines[row]]
            if len(there) <= most:
                there.append(row)
        return rows

    def run(self, start: int, above: int, size: int) -> tuple[int, int, list[bytes]] | None:
        """So many lines, of which the one that begins at `start` has so many above it: where they begin and end, and they
        without the separator. None where the text has not so many there."""
        data, separator = self.data, self.separator
        begin = end = start
        for _ in range(above):
            if not begin:
                return None
            begin = data.rfind(separator, 0, begin - 1) + 1
        for _ in range(size - above):
            if end >= len(data):
                return None
            end = data.find(separator, end) + 1 or len(data)
        lines = data[begin:end].split(separator)
        if not lines[-1]:
            lines.pop()
        return begin, end, lines

    def rows(self, offsets: Iterable[int]) -> list[int]:
        """The line (from 0) that holds each of the offsets, which rise."""
        if self._index is not None:
            return [self._index.row(offset) for offset in offsets]
        rows: list[int] = []
        row = counted = 0
        for offset in offsets:
            row += self.data.count(self.separator, counted, offset)
            counted = offset
            rows.append(row)
        return rows

    def spliced(self, splices: Sequence[Splice]) -> "Text":
        """The text with the splices made; they are in order and don't overlap."""
        bare = self.is_bare and not any(b"\r" in splice.new or b"\0" in splice.new for splice in splices)
        utf8 = self._utf8 and all(
            decodes(one.new) and self._is_between(one.start) and self._is_between(one.end) for one in splices
        )
        spans = [(splice.start, splice.end, splice.new) for splice in splices]
        cuts = cuts_of(self.data, spans, self.rows) if bare and self._lines is not None else []
        index, self._index = self._index, None
        if not bare:
            index = None
        elif index is None and self._edits >= MANY_EDITS and self.size >= LONG:
            index = Pieces(self.data)
        if index is None:
            text = Text(spliced(self.data, splices))
        else:
            for splice in reversed(splices):
                index.splice(splice.start, splice.end, splice.new)
            text = Text(index)
        text._edits = self._edits + 1
        text._bare, text._utf8 = bare or None, utf8 or None
        if cuts and self._lines is not None:
            text._lines = recut(self._lines, cuts)
            text._keyed = {
                keys: recut(keyed, [(row, end, keys(lines) if lines else []) for row, end, lines in cuts])
                for keys, keyed in self._keyed.items()
            }
        return text

    def is_made(self, splice: Splice) -> bool:
        """Whether what the splice brings stands there already, around the bytes that would give way to it. Looks at a bounded
        number of ways."""
        new, old = splice.new, self.slice(splice.start, splice.end)
        at = new.find(old)
        for _ in range(MOST_WAYS):
            if at < 0 or at > splice.start:
                return False
            start = splice.start - at
            if self.slice(start, start + len(new)) == new:
                return True
            at = new.find(old, at + 1)
        return False

    def _is_between(self, offset: int) -> bool:
        """Whether no character of UTF-8 goes on here."""
        return not b"\x80" <= self.slice(offset, offset + 1) < b"\xc0"

    @property
    def is_bare(self) -> bool:
        """No `\r` and no NUL in it: its lines end at line feeds alone, and it is no binary."""
        if self._bare is None:
            self._bare = b"\r" not in self.data and b"\0" not in self.data
        return self._bare

    @property
    def separator(self) -> bytes:
        """What ends its lines, but for a `\\r` before it."""
        if self._separator is None:
            self._separator = b"\r" if not self._bare and b"\n" not in self.data and b"\r" in self.data else b"\n"
        return self._separator

    @property
    def code(self) -> bytes:
        """The bytes for a parser, to which a lone `\\r` ends no line. Offsets are the same."""
        return self.data if self.separator == b"\n" else self.data.replace(b"\r", b"\n")

    @property
    def lines(self) -> list[bytes]:
        """Its lines without the separator; the `\\r` of a CRLF is still there."""
        if self._lines is None:
            lines = self.data.split(self.separator)
            if not lines[-1]:
                lines.pop()
            self._lines = lines
        return self._lines

    @property
    def starts(self) -> list[int]:
        """The offset of each line, and of the end of the last one (as if it had a line end)."""
        if self._starts is None:
            self._starts = list(accumulate(map((1).__add__, map(len, self.lines)), initial=0))
        return self._starts

    def start(self, row: int) -> int:
        """The offset where line `row` (from 0) begins; the file's end for the row past the last."""
        if self._index is not None:
            return self._index.start(row)
        if self._starts is None and row < len(self.lines):
            return sum(map(len, self.lines[:row])) + row
        return min(self.starts[row], len(self.data))

    def row(self, offset: int) -> int:
        """The line (from 0) that holds the offset."""
        return self.rows((offset,))[0]

    def line_start(self, offset: int) -> int:
        """Where the line begins that holds the offset."""
        return self.data.rfind(self.separator, 0, offset) + 1

    def below(self, offset: int) -> Iterator[bytes]:
        """The lines, without the separator, from the one that holds the offset on. Costs what is taken of them."""
        data, at = self.data, self.line_start(offset)
        while at < len(data):
            end = data.find(self.separator, at)
            yield data[at : end if end >= 0 else len(data)]
            at = end + 1 if end >= 0 else len(data)

    def above(self, offset: int) -> Iterator[bytes]:
        """The lines above the one that holds the offset, upwards."""
        data, at = self.data, self.line_start(offset)
        while at:
            end, at = at - 1, data.rfind(self.separator, 0, at - 1) + 1
            yield data[at:end]

    def end(self, row: int) -> bytes:
        """The bytes that end line `row`: empty for a last line that has no end."""
        if self._index is not None:
            return b"\n" if row < self._index.above[-1] else b""
        line = self.lines[row]
        if row == len(self.lines) - 1 and not self.data.endswith(self.separator):
            return b""
        return b"\r\n" if self.separator == b"\n" and line.endswith(b"\r") else self.separator

    def content(self, row: int) -> bytes:
        """The bytes of line `row` before its end."""
        if self._lines is None and self._index is not None:
            return self._index.line(row)
        line = self.lines[row]
        return line[:-1] if self.separator == b"\n" and line.endswith(b"\r") and self.end(row) else line

    def contents(self, first: int, end: int) -> list[bytes]:
        """The bytes before their ends of lines `first` to `end`, that one left out."""
        if self.is_bare:
            return self.lines[first:end]
        return [self.content(row) for row in range(first, min(end, len(self.lines)))]

    def end_near(self, row: int) -> bytes:
        """How a new line next to line `row` ends: as that line, else the one before it, else the one after, else `\\n`."""
        if self.is_bare:
            return b"\n"
        for neighbour in (row, row - 1, row + 1):
            if 0 <= neighbour < len(self.lines) and (end := self.end(neighbour)):
                return end
        return b"\n"

    def keyed(self, keys: Keys) -> list[bytes]:
        """The key of each of its lines."""
        keyed = self._keyed.get(keys)
        if keyed is None:
            keyed = self._keyed[keys] = keys(self.lines) if self.lines else []
        return keyed

    def form(self, keys: Keys) -> bytes:
        """The lines' keys between line feeds, with one before the first: a haystack for runs of whole lines.

        Rows are counted by its line feeds.
        """
        form = self._forms.get(keys)
        if form is None:
            rows = self.keyed(keys)
            form = self._forms[keys] = b"\n" + b"\n".join(rows) + b"\n" if rows else b""
        return form

    def solid(self, keys: Keys) -> bytes:
        """The lines' keys without anything between them."""
        if keys not in self._solid:
            self._solid[keys] = b"".join(self.keyed(keys))
        return self._solid[keys]

    @property
    def is_binary(self) -> bool:
        return not self._bare and b"\0" in self.data

    @property
    def is_utf8(self) -> bool:
        if self._utf8 is None:
            self._utf8 = decodes(self.data)
        return self._utf8


def stripped(lines: Sequence[bytes]) -> list[bytes]:
    """The lines without the blanks at their ends."""
    return list(map(bytes.strip, lines, repeat(BLANKS)))


def ends_stripped(lines: Sequence[bytes]) -> list[bytes]:
    """The lines without the blanks behind them."""
    return list(map(bytes.rstrip, lines, repeat(BLANKS)))


def split_lines(data: bytes) -> list[bytes]:
    """The lines of a plan's text, without their ends."""
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines


def spliced(data: bytes, splices: Sequence[Splice]) -> bytes:
    """The data with the splices made; they are in order and don't overlap."""
    pieces, done = [], 0
    for splice in splices:
        pieces += [data[done : splice.start], splice.new]
        done = splice.end
    pieces.append(data[done:])
    return b"".join(pieces)
