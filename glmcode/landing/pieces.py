"""A long text under many edits: its bytes in pieces of whole lines, and which pieces each line stands in.

Finding a quote then costs what the quote and a few pieces cost, and so does a splice; the text as a whole is put
together only when someone asks for it.
"""

from bisect import bisect_left, bisect_right
from itertools import accumulate

__all__ = ["BLANKS", "Pieces"]

MOST_PIECES = 1000
SHORTEST = 16384
"""Bytes of a piece, at least: below that the list of pieces costs more than the pieces."""
GROWTH = 8
"""Times its first size that a piece may grow to; then the text is cut anew, which that much of the plan has paid for."""
COMMON = 16
"""Pieces that a line may stand in and still say where a quote is."""
_EVERYWHERE: tuple[int, ...] = ()
_NOWHERE = (-1,)
BLANKS = b" \t\r"


class Pieces:
    """The text as it is now; it changes. Lines end at a line feed alone: whoever edits with other ends stays away."""

    __slots__ = ("_above", "_counts", "_longest", "_starts", "_where", "pieces")

    def __init__(self, data: bytes) -> None:
        self.pieces: list[bytes] = []
        """Each of whole lines, but for the text's last line."""
        self._cut(data)

    def _cut(self, data: bytes) -> None:
        size = max(SHORTEST, len(data) // MOST_PIECES)
        self._longest = GROWTH * size
        self._where: dict[int, tuple[int, ...]] = {}
        """By the hash of a line, without the blanks at its ends, the pieces that it stands in, or did: a hint that is held
        against the text each time."""
        self._starts: list[int] | None = None
        self._above: list[int] | None = None
        self.pieces.clear()
        at = 0
        while at < len(data) or not self.pieces:
            end = data.find(b"\n", at + size) + 1 or len(data)
            self.pieces.append(data[at:end])
            self._note(len(self.pieces) - 1, self.pieces[-1])
            at = end
        self._counts = [piece.count(b"\n") for piece in self.pieces]

    def _note(self, number: int, data: bytes) -> None:
        where, alone = self._where, (number,)
        for key in {hash(line.strip(BLANKS)) for line in data.split(b"\n")}:
            known = where.setdefault(key, alone)
            if known and known[-1] != number and number not in known:
                where[key] = known + alone if len(known) < COMMON else _EVERYWHERE

    @property
    def starts(self) -> list[int]:
        """The offset of each piece, and of the text's end."""
        if self._starts is None:
            self._starts = list(accumulate(map(len, self.pieces), initial=0))
        return self._starts

    @property
    def above(self) -> list[int]:
        """How many lines end before each piece, and in all."""
        if self._above is None:
            self._above = list(accumulate(self._counts, initial=0))
        return self._above

    def row(self, offset: int) -> int:
        """The line (from 0) that holds the offset."""
        number = self._holding(offset)
        return self.above[number] + self.pieces[number].count(b"\n", 0, offset - self.starts[number])

    def line(self, row: int) -> bytes:
        """Line `row` (from 0) without its end."""
        number = min(bisect_right(self.above, row), len(self.pieces)) - 1
        return self.pieces[number].split(b"\n")[row - self.above[number]]

    def start(self, row: int) -> int:
        """Where line `row` (from 0) begins; the text's end for the row past the last."""
        if row > self.above[-1]:
            return self.starts[-1]
        if not row:
            return 0
        number = bisect_left(self.above, row) - 1  # the piece in which the line above ends
        at, piece = 0, self.pieces[number]
        for _ in range(row - self.above[number]):
            at = piece.find(b"\n", at) + 1
        return self.starts[number] + at

    def those_with(self, bare: bytes) -> list[tuple[int, bytes]] | None:
        """Where the pieces begin in which a line may stand that is this but for blanks at its ends, and they; None where it
        stands everywhere."""
        known = self._where.get(hash(bare), _NOWHERE)
        if known == _EVERYWHERE:
            return None
        return [] if known is _NOWHERE else [(self.starts[number], self.pieces[number]) for number in sorted(known)]

    def _holding(self, offset: int) -> int:
        """The last piece that begins at or before the offset."""
        return min(bisect_right(self.starts, offset), len(self.pieces)) - 1

    def slice(self, start: int, end: int) -> bytes:
        """The bytes start..end, as slicing the text would give them."""
        start, end = max(0, start), min(end, self.starts[-1])
        if start >= end:
            return b""
        first = self._holding(start)
        begins = self.starts[first]
        if end <= self.starts[first + 1]:
            return self.pieces[first][start - begins : end - begins]
        last = self._holding(end - 1)
        return b"".join(
            [
                self.pieces[first][start - begins :],
                *self.pieces[first + 1 : last],
                self.pieces[last][: end - self.starts[last]],
            ]
        )

    def find(self, needle: bytes, limit: int) -> list[int] | None:
        """The first `limit` offsets where the needle stands, overlapping ones too; None where only the whole text tells:
        it holds no line from end to end, or only such as stand everywhere."""
        lines = needle.split(b"\n")[1:-1]
        numbers, before = _EVERYWHERE, 0
        at = needle.find(b"\n") + 1
        for line in lines:
            known = self._where.get(hash(line.strip(BLANKS)))
            if known is None:
                return []
            if known and (not numbers or len(known) < len(numbers)):
                numbers, before = known, at
                if len(known) == 1:
                    break
            at += len(line) + 1
        if not numbers:
            return None
        found: list[int] = []
        for number in sorted(numbers):
            # Where the quote begins if the line is in this piece: no two pieces have such an offset in common.
            first = max(0, self.starts[number] - before)
            window = self.slice(first, self.starts[number + 1] - before + len(needle) - 1)
            hit = window.find(needle)
            while hit >= 0 and len(found) < limit:
                found.append(first + hit)
                hit = window.find(needle, hit + 1)
        return found

    def splice(self, start: int, end: int, new: bytes) -> None:
        """Bytes start..end give way to `new`."""
        first, last = self._holding(start), self._holding(end)
        while first and self.starts[first] == start and not self.pieces[first - 1].endswith(b"\n"):
            first -= 1  # the text's last line goes on
        while last > first and self.starts[last] == end:
            last -= 1
        head, tail = self.pieces[first][: start - self.starts[first]], self.pieces[last][end - self.starts[last] :]
        merged = head + new + tail
        while not merged.endswith(b"\n") and last + 1 < len(self.pieces):
            last += 1
            merged += self.pieces[last]
        if len(merged) > self._longest and len(self.pieces) > 1:
            self._cut(b"".join([*self.pieces[:first], merged, *self.pieces[last + 1 :]]))
            return
        self.pieces[first] = merged
        self.pieces[first + 1 : last + 1] = [b""] * (last - first)
        self._counts[first : last + 1] = [merged.count(b"\n")] + [0] * (last - first)
        self._starts = self._above = None
        line = head.rfind(b"\n") + 1
        stop = merged.find(b"\n", len(head) + len(new)) if last == first else -1
        self._note(first, merged[line:] if stop < 0 else merged[line:stop])
