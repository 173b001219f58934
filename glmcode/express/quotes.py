"""Which lines a block must quote so that they stand in one place only.

Blocks land one after the other, from the top: when a block lands, all lines above it are new already. So a quote has to
be the only one of its kind in the new lines above and the old lines from there on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from glmcode.landing.linediff import changes

__all__ = ["MARKERS", "Hunk", "Page", "hunks", "joined", "quotes", "rows"]

MARKERS = 48
"""Bytes that the markers of a block cost: fewer between two hunks are quoted instead."""
REACH = 10
"""Lines of context that are tried in every split between above and below; past that both sides grow together."""
MANY = 48
"""Places of a quote's rarest line that are looked at; a quote of more common lines counts as standing elsewhere."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Rows a..a_end of the old give way to rows b..b_end of the new; rows both sides share may be among them."""

    a: int
    a_end: int
    b: int
    b_end: int


def rows(data: bytes) -> list[bytes]:
    """The lines without their line feeds."""
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines


def hunks(old: Sequence[bytes], new: Sequence[bytes], context: int = 0) -> list[Hunk]:
    """What differs. Hunks with at most `2 * context` lines between them are one."""
    found: list[Hunk] = []
    for a, a_end, b, b_end in changes(old, new):
        if found:
            last = found[-1]
            if a - last.a_end <= 2 * context:
                found[-1] = Hunk(last.a, a_end, last.b, b_end)
                continue
        found.append(Hunk(a, a_end, b, b_end))
    return found


def joined(old: Sequence[bytes], found: Sequence[Hunk], gap: int) -> list[Hunk]:
    """The hunks, those in one whose lines between cost at most `gap` bytes: less than the markers of another block."""
    out: list[Hunk] = []
    for hunk in found:
        if out and sum(len(row) + 1 for row in old[out[-1].a_end : min(hunk.a, out[-1].a_end + gap)]) <= gap:
            out[-1] = Hunk(out[-1].a, hunk.a_end, out[-1].b, hunk.b_end)
        else:
            out.append(hunk)
    return out


def quotes(
    old: Sequence[bytes],
    new: Sequence[bytes],
    found: Sequence[Hunk],
    context: int = 0,
    *,
    unique: bool = True,
    anywhere: bool = False,
) -> list[Hunk]:
    """The hunks with as few lines around them as make each quote the only one of its kind, and at least `context`.

    Hunks whose context would meet are joined. Where nothing is unique, the one hunk is all of the file. Without `unique`
    the context alone counts. With `anywhere` a quote is a stretch of text, which may begin amid a line elsewhere.
    """
    quoted = Page(old, new, anywhere=anywhere).quotes(found, 0, len(old), context, unique=unique)
    return [Hunk(0, len(old), 0, len(new))] if quoted is None else quoted


class Page:
    """Both sides of a change, and where each of their lines stands."""

    def __init__(self, old: Sequence[bytes], new: Sequence[bytes], *, anywhere: bool = False) -> None:
        self.old, self.new = old, new
        self._texts = (b"\n".join(old), b"\n".join(new)) if anywhere else ()
        self.in_old, self.in_new = _places(old), _places(new)

    def quotes(
        self, found: Sequence[Hunk], top: int, bottom: int, context: int = 0, *, unique: bool = True
    ) -> list[Hunk] | None:
        """The quotes of these hunks out of the old rows top..bottom; None where no lines there stand only once."""
        done: list[Hunk] = []
        todo = list(reversed(found))
        while todo:
            hunk = todo.pop()
            above = hunk.a - (done[-1].a_end if done else top)
            below = (todo[-1].a if todo else bottom) - hunk.a_end
            grown = self._grown(hunk, above, below, context, unique=unique)
            if grown is not None:
                done.append(grown)
            elif todo:
                after = todo.pop()
                todo.append(Hunk(hunk.a, after.a_end, hunk.b, after.b_end))
            elif done:
                before = done.pop()
                todo.append(Hunk(before.a, hunk.a_end, before.b, hunk.b_end))
            else:
                return None
        return done

    def _grown(self, hunk: Hunk, above: int, below: int, context: int, *, unique: bool) -> Hunk | None:
        """The hunk with the least context that will do; None where no context within reach does."""
        least = min(above, context), min(below, context)
        if not unique:
            return _wider(hunk, *least)
        for up, down in self._splits(above, below, least):
            wider = [_wider(hunk, u, d) for u, d in zip(up, down, strict=True)]
            fit = [one for one in wider if self._is_the_only(hunk, one)]
            if fit:
                return min(fit, key=lambda one: (sum(map(len, self.old[one.a : one.a_end])), one.a))
        return None

    def _splits(self, above: int, below: int, least: tuple[int, int]) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
        """Ever wider contexts: those of one size together."""
        start = sum(least)
        for size in range(start, min(start + REACH, above + below) + 1):
            up = range(max(least[0], size - below), min(above, size - least[1]) + 1)
            yield up, [size - one for one in up]
        size = start + REACH
        while size < above + below:
            size *= 2
            yield [min(above, size)], [min(below, size)]

    def _is_the_only(self, hunk: Hunk, quote: Hunk) -> bool:
        """Whether the quote stands nowhere else when its turn comes. Blank lines alone are no quote."""
        lines = self.old[quote.a : quote.a_end]
        if not any(line.strip() for line in lines):
            return not self.old
        if self._texts:
            stretch = b"\n".join(lines)
            if any(text.count(stretch) > 1 for text in self._texts):
                return False
        rarest, offset = min(
            (len(self.in_old.get(line, ())) + len(self.in_new.get(line, ())), at) for at, line in enumerate(lines[:64])
        )
        if rarest > 2 * MANY:
            return False
        line, shift = lines[offset], hunk.b - hunk.a
        own = quote.a + shift + offset
        places = [row for row in self.in_new.get(line, ()) if row < hunk.b]
        places += [row + shift for row in self.in_old.get(line, ()) if row >= hunk.a]
        return not any(self._stands(lines, place - offset, hunk, shift) for place in places if place != own)

    def _stands(self, lines: Sequence[bytes], at: int, hunk: Hunk, shift: int) -> bool:
        if at < 0 or at + len(lines) > len(self.old) + shift:
            return False
        for row, line in enumerate(lines, at):
            if line != (self.new[row] if row < hunk.b else self.old[row - shift]):
                return False
        return True


def _wider(hunk: Hunk, up: int, down: int) -> Hunk:
    return Hunk(hunk.a - up, hunk.a_end + down, hunk.b - up, hunk.b_end + down)


def _places(lines: Sequence[bytes]) -> dict[bytes, list[int]]:
    places: dict[bytes, list[int]] = {}
    for row, line in enumerate(lines):
        places.setdefault(line, []).append(row)
    return places
