"""Edits that name a definition or a place, or sketch what changed: each tried on the file before it is believed."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from glmcode.express.quotes import Hunk
from glmcode.express.tags import edit, tag
from glmcode.express.units import Rows, Unit, shortest, text_of
from glmcode.landing.at_place import at_place
from glmcode.landing.at_symbol import at_symbol
from glmcode.landing.file import File
from glmcode.landing.place import Fit
from glmcode.landing.sketch import sketch
from glmcode.plan.edits import AtPlace, AtSymbol, Sketch
from glmcode.syntax import Definition

__all__ = ["Change", "named", "written"]

SLIDE = 64
"""Rows that an insertion or deletion is slid to where a definition begins."""
SKETCHED = (1, 2)
"""Lines on either side of a change that a sketch shows."""
_HASH = (".py", ".pyi", ".rb", ".sh", ".toml", ".yaml", ".yml", ".cfg", ".ini", ".txt", ".md", ".rst", ".ex", ".exs")

Change: TypeAlias = AtSymbol | AtPlace | Sketch


def named(
    file: File,
    path: str,
    old: Sequence[bytes],
    new: Sequence[bytes],
    unit: Unit,
    target: bytes,
    *,
    sketches: bool,
) -> list[Change] | None:
    """The unit as edits that are shorter than its blocks and make `target` of the file, which then is so; or None."""
    saved = file.saved()
    ways = iter([_replacement(unit)]) if unit.name else _ways(file, path, old, new, unit.hunks, sketches)
    for way in ways:
        if unit.name or sum(len(written(change, [])) for change in way) < unit.cost:
            if _tried(file, path, way) and file.text.data == target:
                return way
            file.restore(saved)
    return None


def _replacement(unit: Unit) -> list[Change]:
    return [AtSymbol(unit.name, "replace", unit.body)]


def written(change: Change, attributes: list[tuple[str, str]]) -> str:
    """The edit's text, with these attributes first."""
    if isinstance(change, Sketch):
        return edit([*attributes, *([("in", change.symbol)] if change.symbol else [])], change.body)
    if isinstance(change, AtPlace):
        return edit([*attributes, ("at", change.place)], change.body)
    named = [*attributes, (change.action, change.symbol)]
    return tag("edit", named, empty=True) if change.action == "delete" else edit(named, change.body)


def _tried(file: File, path: str, way: Sequence[Change]) -> bool:
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


def _ways(
    file: File, path: str, old: Sequence[bytes], new: Sequence[bytes], hunks: Sequence[Hunk], sketches: bool
) -> Iterator[list[Change]]:
    """Edits that may be what the hunks do, the shortest kinds first."""
    parsed = file.parsed
    definitions = parsed.definitions if parsed is not None else ()
    places = Rows(file.text.data)
    spans = [(*places.span(one), one) for one in definitions]
    hunk = hunks[0]
    if len(hunks) == 1 and hunk.a == hunk.a_end:
        yield from _insertions(definitions, spans, file.text.lines, new, hunk.b, hunk.b_end)
    elif len(hunks) == 1 and hunk.b == hunk.b_end:
        yield from _deletions(definitions, spans, old, hunk.a, hunk.a_end, hunk.b - hunk.a)
    # A sketch quotes nothing that goes: where lines only come, it is as long as a block.
    if sketches:
        yield from _sketches(path, definitions, spans, old, new, hunks)


def _sketches(
    path: str,
    definitions: Sequence[Definition],
    spans: Sequence[tuple[int, int, Definition]],
    old: Sequence[bytes],
    new: Sequence[bytes],
    hunks: Sequence[Hunk],
) -> Iterator[list[Change]]:
    """The new lines between the ones that stay around them, of the innermost definition that holds them all, or of the file."""
    start, shift = hunks[0].b, hunks[0].b - hunks[0].a
    end = hunks[-1].a_end + shift
    around = [(first - last, first, last, one) for first, last, one in spans if first < start and end < last]
    marker = "# ...\n" if path.endswith(_HASH) or "." not in path else "// ...\n"
    symbol = None
    top, bottom = 0, len(old) + shift
    if around:
        _, top, bottom, one = max(around, key=lambda span: span[0])
        symbol = shortest(definitions, one)
    for size in SKETCHED:
        body = ""
        done = top  # rows as the file has them now, old ones moved by `shift`
        for number, hunk in enumerate(hunks):
            above = max(hunk.a + shift - size, done)
            next_row = hunks[number + 1].a + shift if number + 1 < len(hunks) else bottom
            below = min(hunk.a_end + shift + size, next_row)
            if above > done and (body or symbol is None):
                body += marker
            body += text_of(old[above - shift : hunk.a]) + text_of(new[hunk.b : hunk.b_end])
            body += text_of(old[hunk.a_end : below - shift])
            done = below
        if symbol is None and done < bottom:
            body += marker
        yield [Sketch(body, symbol, implied=symbol is not None)]


def _insertions(
    definitions: Sequence[Definition],
    spans: Sequence[tuple[int, int, Definition]],
    now: Sequence[bytes],
    new: Sequence[bytes],
    b: int,
    b_end: int,
) -> Iterator[list[Change]]:
    for start, end in _slid(new, b, b_end):
        lines = list(new[start:end])
        while lines and not lines[0].strip():
            lines.pop(0)
        while lines and not lines[-1].strip():
            lines.pop()
        if not lines:
            continue
        body = text_of(lines)
        if start == b:
            yield [AtPlace("imports", body)]
            if b >= len(now):
                yield [AtPlace("bottom", text_of(new[start:end]))]
            if b == 0:
                yield [AtPlace("top", text_of(new[start:end]))]
        above = start
        while above and not now[above - 1].strip():
            above -= 1
        below = start
        while below < len(now) and not now[below].strip():
            below += 1
        # The innermost first: it is at the body's own depth more often.
        for first, last, one in sorted(spans, key=lambda span: -span[2].depth):
            if last in (above, start):
                yield [AtSymbol(shortest(definitions, one), "after", body)]
            elif first in (below, start):
                yield [AtSymbol(shortest(definitions, one), "before", body)]
            elif one.body is not None and first < start <= last and last - start <= 3:
                yield [AtSymbol(shortest(definitions, one), "inside", body)]


def _deletions(
    definitions: Sequence[Definition],
    spans: Sequence[tuple[int, int, Definition]],
    old: Sequence[bytes],
    a: int,
    a_end: int,
    shift: int,
) -> Iterator[list[Change]]:
    """Definitions that cover what goes, blank lines aside."""
    for start, end in _slid(old, a, a_end):
        row, limit = start, end
        gone: list[Change] = []
        for first, last, one in spans:
            while row < limit and not old[row].strip():
                row += 1
            if first - shift == row and last - shift <= limit and row < limit:
                gone.append(AtSymbol(shortest(definitions, one), "delete"))
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
