"""The native form: definitions by their name where that is shorter, else the smallest block that fits one place."""

from collections.abc import Sequence

from glmcode.express.named import Change, named, written
from glmcode.express.quotes import MARKERS, Hunk, Page, hunks, joined, quotes, rows
from glmcode.express.tags import edit
from glmcode.express.units import Rows, Unit, by_definition, cost, grouped, quoted
from glmcode.landing.coding import Coding
from glmcode.landing.file import File
from glmcode.landing.place import Fit, Splice
from glmcode.syntax import language_of, parse

__all__ = ["edits"]

MOST = 200
"""Hunks of a file for which other edits than blocks are looked for; a file with more is written in linear time."""
FEW, SMALL = 40, 400_000
"""Hunks and bytes of a file for which sketches are tried."""

_Part = tuple[Unit, list[Change] | None]


def edits(path: str, before: bytes, after: bytes) -> str:
    """Edits of one file, the first with its path. Each is tried on the file as it is by then; what doesn't give the
    bytes wanted there is written as blocks."""
    old, new = rows(before), rows(after)
    page = Page(old, new)
    exact = hunks(old, new)
    if 0 < len(exact) <= MOST and b"\0" not in before + after:
        text = _all(page, _parts(page, exact, path, before, after), path)
        if text is not None:
            return text
    whole = quotes(old, new, joined(old, exact, MARKERS))
    return edit([("path", path)], "".join(quoted(old, new, quote) for quote in whole), bare=False)


def _parts(page: Page, exact: Sequence[Hunk], path: str, before: bytes, after: bytes) -> list[_Part]:
    """The parts of the change in order, each with the edits that make it; None for blocks."""
    language = language_of(path, before)
    ours, theirs = (parse(data, language).definitions if language else () for data in (before, after))
    old_rows = Rows(before)
    units = by_definition(page, exact, ours, theirs, old_rows, Rows(after))
    file = File(before, Coding(), "100644", path)
    # A sketch is aligned with all of its definition, or of the file: too dear to be tried for every one of many hunks.
    sketches = len(exact) <= FEW and len(before) <= SMALL
    parts: list[_Part] = []
    for group in grouped(units, ours, old_rows):
        together = Unit(tuple(one for unit in group for one in unit.hunks), cost(page.old, group))
        found = None
        if len(group) > 1:
            found = named(
                file, path, page.old, page.new, together, _target(page, together.hunk, before, after), sketches=sketches
            )
        if found is not None:
            parts.append((together, found))
            continue
        for unit in group:
            target = _target(page, unit.hunk, before, after)
            found = named(file, path, page.old, page.new, unit, target, sketches=sketches)
            if found is None:
                _bring(file, page, unit.hunk, target)
            parts.append((unit, found))
    return parts


def _all(page: Page, parts: Sequence[_Part], path: str) -> str | None:
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
            blocks = page.quotes(joined(page.old, run, MARKERS), top, bottom)
            if blocks is None:
                return None
            body = "".join(quoted(page.old, page.new, quote) for quote in blocks)
            out.append(edit(_first(path, out), body, bare=False))
            run = []
        if unit is not None and found is not None:
            out += [written(change, _first(path, out)) for change in found]
            top = unit.hunk.a_end
    return "".join(out)


def _first(path: str, out: Sequence[str]) -> list[tuple[str, str]]:
    return [] if out else [("path", path)]


def _target(page: Page, hunk: Hunk, before: bytes, after: bytes) -> bytes:
    """What the file should be once this part has landed: the new lines down to it, the old ones below."""
    if hunk.a_end >= len(page.old):
        return after
    rest = b"\n".join(page.old[hunk.a_end :]) + (b"\n" if before.endswith(b"\n") else b"")
    return b"".join(line + b"\n" for line in page.new[: hunk.b_end]) + rest


def _bring(file: File, page: Page, hunk: Hunk, target: bytes) -> None:
    """Makes the file what it is once the hunk's blocks have landed."""
    data = file.text.data
    start = _size(page.new[: hunk.b])
    end, new_end = start + _size(page.old[hunk.a : hunk.a_end]), start + _size(page.new[hunk.b : hunk.b_end])
    splice = Splice(start, end, target[start:new_end])
    if end > len(data) or data[:start] + splice.new + data[end:] != target:
        splice = Splice(0, len(data), target)  # the file's last line has no line feed
    file.apply(Fit((splice,), None, 1.0, None), "native")


def _size(lines: Sequence[bytes]) -> int:
    return sum(map(len, lines)) + len(lines)
