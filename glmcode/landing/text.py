"""A file's bytes as landing edits them: line ends, encodings, and the normal forms that loose matching searches.

Nothing here decodes a file to edit it. A line ends at `\\n` (a `\\r` before it belongs to the end), or at a lone
`\\r` in a file that has no `\\n`. U+2028, form feed and the like are characters of a line like any other.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeAlias

from glmcode.landing.pieces import Pieces

__all__ = [
    "BLANKS",
    "Coding",
    "Keys",
    "Splice",
    "Text",
    "UnprovenEncodingError",
    "encode_like",
    "ends_stripped",
    "opened",
    "quoted_bytes",
    "spliced",
    "split_lines",
    "stripped",
]

BLANKS = b" \t\r"
_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


Keys: TypeAlias = Callable[[Sequence[bytes]], list[bytes]]
"""What lines are taken for in a normal form, of all of them in one go: a call a line would cost more than it does."""


class UnprovenEncodingError(Exception):
    """Characters that the edit brings, and no byte of the file says how they would be written in it."""


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
MANY_EDITS = 12
"""... once it has been edited so often: cutting costs as much as that many edits of the whole."""


class Text:
    """One state of a file's bytes, with what is derived from them on demand. Never changes.

    A long text that is edited again and again is held in `Pieces`, which go on from each state to the next: the earlier
    one keeps its bytes alone.
    """

    __slots__ = (
        "_bare",
        "_data",
        "_edits",
        "_forms",
        "_index",
        "_lines",
        "_pieces",
        "_separator",
        "_starts",
        "_utf8",
        "size",
    )

    def __init__(self, data: bytes | Pieces) -> None:
        self._index = data if isinstance(data, Pieces) else None
        self._pieces = list(data.pieces) if isinstance(data, Pieces) else []
        self._data = None if isinstance(data, Pieces) else data
        self.size = data.starts[-1] if isinstance(data, Pieces) else len(data)
        self._edits = 0
        self._bare: bool | None = None
        self._separator: bytes | None = None
        self._lines: list[bytes] | None = None
        self._starts: list[int] | None = None
        self._forms: dict[Keys, bytes] = {}
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
            _decodes(one.new) and self._is_between(one.start) and self._is_between(one.end) for one in splices
        )
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

    def form(self, keys: Keys) -> bytes:
        """The lines' keys between line feeds, with one before the first: a haystack for runs of whole lines.

        Rows are counted by its line feeds.
        """
        form = self._forms.get(keys)
        if form is None:
            rows = keys(self.lines)
            form = b"\n" + b"\n".join(rows) + b"\n" if rows else b""
            self._forms[keys] = form
        return form

    @property
    def is_binary(self) -> bool:
        return not self._bare and b"\0" in self.data

    @property
    def is_utf8(self) -> bool:
        if self._utf8 is None:
            self._utf8 = _decodes(self.data)
        return self._utf8


@dataclass(frozen=True, slots=True)
class Coding:
    """How a file's bytes become the bytes that are edited, and back again."""

    bom: bytes = b""
    codec: str | None = None

    def close(self, data: bytes) -> bytes:
        """The file's bytes for the edited ones."""
        if self.codec is not None:
            data = data.decode("utf-8").encode(self.codec)
        return self.bom + data if self.bom else data


_PLAIN = Coding()


def opened(raw: bytes) -> tuple[bytes, Coding]:
    """The bytes to edit, and the way back. A BOM stays outside; UTF-16 with a BOM is edited as UTF-8."""
    if raw.startswith(_UTF8_BOM):
        return raw[3:], Coding(_UTF8_BOM)
    codec = _UTF16.get(raw[:2])
    if codec is not None:
        try:
            text = raw[2:].decode(codec)
        except UnicodeDecodeError:
            return raw, _PLAIN
        # UTF-32 also begins like UTF-16; a NUL says that the guess was wrong.
        if "\0" not in text:
            return text.encode("utf-8"), Coding(raw[:2], codec)
    return raw, _PLAIN


def quoted_bytes(text: str) -> bytes:
    """The plan's text as bytes, raw bytes as they came. Raises UnicodeEncodeError for what no file can hold."""
    return text.encode("utf-8", "surrogateescape")


def encode_like(text: Text, quote: str, words: str) -> tuple[bytes, bytes]:
    """Quote and replacement as the file would write them.

    UTF-8, but for a file that is not UTF-8 and whose own bytes show every character as Latin-1. Raises
    UnprovenEncodingError where the file shows neither.
    """
    if (quote.isascii() and words.isascii()) or text.is_utf8:
        return quoted_bytes(quote), quoted_bytes(words)
    if not quote.isascii():
        # The quoted stretch itself is the proof: it stands there in one encoding or in the other.
        first = next((line.strip() for line in quote.split("\n") if not line.isascii()), "")
        if quoted_bytes(first) in text.data:
            return quoted_bytes(quote), quoted_bytes(words)
        try:
            if first.encode("latin-1", "surrogateescape") in text.data:
                return quote.encode("latin-1", "surrogateescape"), words.encode("latin-1", "surrogateescape")
        except UnicodeEncodeError:
            pass
    alien = {character for character in words if character > "\x7f" and not "\udc80" <= character <= "\udcff"}
    if not alien:
        return quoted_bytes(quote), quoted_bytes(words)
    if all(quoted_bytes(character) in text.data for character in alien):
        return quoted_bytes(quote), quoted_bytes(words)
    if all(character <= "\xff" and _stands_as_latin1(text, character) for character in alien):
        return quoted_bytes(quote), words.encode("latin-1", "surrogateescape")
    shown = " ".join(sorted(alien)[:5])
    raise UnprovenEncodingError(f"the file is not UTF-8, and nothing in it shows how it would write {shown}")


def stripped(lines: Sequence[bytes]) -> list[bytes]:
    """The lines without the blanks at their ends."""
    return [line.strip(BLANKS) for line in lines]


def ends_stripped(lines: Sequence[bytes]) -> list[bytes]:
    """The lines without the blanks behind them."""
    return [line.rstrip(BLANKS) for line in lines]


def split_lines(data: bytes) -> list[bytes]:
    """The lines of a plan's text, without their ends."""
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines


def _stands_as_latin1(text: Text, character: str) -> bool:
    """The character's Latin-1 byte stands in the file where it can't be a part of UTF-8."""
    byte = character.encode("latin-1")
    at = text.data.find(byte)
    for _ in range(64):
        if at < 0:
            return False
        # No sequence of UTF-8 is longer than four bytes: a window around the byte decides.
        before, after = text.data[max(0, at - 3) : at], text.data[at : at + 4]
        if not any(
            _decodes(before[skip:] + after[:take])
            for skip in range(len(before) + 1)
            for take in range(1, len(after) + 1)
        ):
            return True
        at = text.data.find(byte, at + 1)
    return False


def spliced(data: bytes, splices: Sequence[Splice]) -> bytes:
    """The data with the splices made; they are in order and don't overlap."""
    pieces, done = [], 0
    for splice in splices:
        pieces += [data[done : splice.start], splice.new]
        done = splice.end
    pieces.append(data[done:])
    return b"".join(pieces)


def _decodes(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
