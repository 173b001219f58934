"""Changes of whole definitions of a source, written as sketches the way models write them.

A definition comes in (the source without it is the file, the source is what should result), or a line within one
changes. What should result is known from the source alone; nothing here knows how landing works. Where the sketch does
not say between which of its like a new definition goes, the case has no `after`: it may be refused, or land anywhere
among them, whole.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from glmcode.syntax import Definition, language_of, parse

__all__ = ["Case", "case", "outcome"]

_CODE = frozenset({"function", "class", "struct", "enum", "interface", "trait", "record", "method", "constructor"})
_WORDS = (
    "... existing code ...",
    "... rest of the code unchanged ...",
    "... existing methods ...",
    "... other methods ...",
    "... (existing code)",
    "...",
)
_HASH = frozenset({"python", "ruby", "elixir"})
_DASHES = frozenset({"lua", "sql"})
_BY_INDENTATION = frozenset({"python"})
_CLOSING = frozenset({"}", "};", "end"})
_STATEMENT = re.compile(r"\s*[\w.$]+.*\w\W?$")


@dataclass(frozen=True, slots=True)
class Case:
    kind: str
    before: str
    after: str | None
    plan: str
    block: str
    """The lines of the definition that comes in or changes."""


@dataclass(frozen=True, slots=True)
class _Scene:
    """A definition of a source, what it is in, and its like there."""

    chance: random.Random
    path: str
    language: str
    lines: Sequence[str]
    one: Definition
    around: Definition | None
    like: Sequence[Definition]
    spans: dict[str, tuple[int, int]]

    def span(self, one: Definition) -> tuple[int, int]:
        return self.spans[one.name]

    def mark(self, indent: str) -> str:
        sign = "# " if self.language in _HASH else "-- " if self.language in _DASHES else "// "
        return indent + sign + self.chance.choice(_WORDS)

    def is_empty(self, first: int, past: int) -> bool:
        return not any(line.strip() for line in self.lines[first:past])

    def closing(self, one: Definition) -> list[str] | None:
        """The line that closes a definition; None where it isn't one by itself."""
        if self.language in _BY_INDENTATION:
            return []
        last = self.lines[self.span(one)[1] - 1]
        return [last] if last.strip() in _CLOSING else None


def case(source: str, path: str, seed: str) -> Case | None:
    """One change of the source and a sketch of it, the same for the same seed; None where the seed's change has no place."""
    language = language_of(path)
    parsed = parse(source.encode(), language) if language is not None else None
    if language is None or parsed is None or not parsed.is_clean or not source.endswith("\n"):
        return None
    chance = random.Random(seed)
    lines = source.split("\n")[:-1]
    every = [one for one in parsed.definitions if one.kind in _CODE and one.end_line > one.line]
    spans = {one.name: (source.encode()[: one.start].count(b"\n"), one.end_line) for one in every}
    if not every:
        return None
    one = chance.choice(every)
    around = _around(one, every)
    like = [other for other in every if _around(other, every) is around]
    if sum(_base(other) == _base(one) for other in parsed.definitions) > 1 or _is_amid(one, source, spans, like):
        return None
    if around is not None and around.kind in ("function", "method"):
        return None
    scene = _Scene(chance, path, language, lines, one, around, like, spans)
    kind = chance.choice(sorted(_KINDS))
    return _KINDS[kind](scene, kind)


def outcome(one: Case, got: str | None) -> str:
    """`exact`, `layout` (blank lines aside), `refused` for None, or `wrong`; `whole` for a case without an `after`."""
    if got is None:
        return "refused"
    if one.after is not None:
        return "exact" if got == one.after else "layout" if _squeezed(got) == _squeezed(one.after) else "wrong"
    here, block = _squeezed(got), _squeezed(one.block)
    return "whole" if block in here and _squeezed(here.replace(block, "", 1)) == _squeezed(one.before) else "wrong"


def _squeezed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n") if line.strip())


def _base(one: Definition) -> str:
    return re.sub(r"#\d+$|\(.*", "", one.name.rpartition(".")[2])


def _around(one: Definition, every: Sequence[Definition]) -> Definition | None:
    found = [other for other in every if other is not one and other.start <= one.start and one.end <= other.end]
    return max(found, key=lambda other: other.start, default=None)


def _is_amid(one: Definition, source: str, spans: dict[str, tuple[int, int]], like: Sequence[Definition]) -> bool:
    """Whether its lines are not its own alone."""
    first, past = spans[one.name]
    if source.encode()[: one.start].rpartition(b"\n")[2].strip():
        return True
    return any(spans[other.name][0] < past and first < spans[other.name][1] for other in like if other is not one)


def _without(scene: _Scene) -> str:
    first, past = scene.span(scene.one)
    rest = [*scene.lines[:first], *scene.lines[past:]]
    if 0 < first < len(rest) and not rest[first - 1].strip() and not rest[first].strip():
        del rest[first]
    while first and not rest[first - 1].strip() and (first == len(rest) or rest[first].strip() in _CLOSING):
        first -= 1
        del rest[first]
    return "\n".join(rest) + "\n"


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _own(scene: _Scene) -> str:
    return _indent(scene.lines[scene.one.line - 1])


def _block(scene: _Scene) -> list[str]:
    first, past = scene.span(scene.one)
    return list(scene.lines[first:past])


def _shortened(scene: _Scene, one: Definition) -> list[str] | None:
    """A definition with a marker for what it holds."""
    first, _ = scene.span(one)
    head, closing = list(scene.lines[first : one.line]), scene.closing(one)
    if closing is None or not head[-1].rstrip().endswith(("{", ":", "do")):
        return None
    return [*head, scene.mark(_indent(head[-1]) + "    "), *closing]


def _put(scene: _Scene, kind: str, inner: list[str], after: str | None, before: str) -> Case | None:
    """The lines of the sketch within those of what they are in, as a fenced block."""
    if scene.around is not None:
        header, closing = scene.lines[scene.around.line - 1], scene.closing(scene.around)
        if closing is None or not header.rstrip().endswith(("{", ":", "do")):
            return None
        margin = _indent(header)
        inner = [scene.mark(margin), header, *inner, *closing, scene.mark(margin)]
    plan = f"{scene.path}\n```\n" + "\n".join(inner) + "\n```\n"
    where = "file" if scene.around is None else "definition"
    return Case(f"{kind}, {where}", before, after, plan, "\n".join(_block(scene)))


def _last(scene: _Scene, kind: str) -> Case | None:
    if not _is_last(scene):
        return None
    inner = [scene.mark(_own(scene)), "", *_block(scene)]
    return _put(scene, kind, inner, "\n".join(scene.lines) + "\n", _without(scene))


def _is_last(scene: _Scene) -> bool:
    around = scene.around
    end = len(scene.lines) if around is None else scene.span(around)[1] - len(scene.closing(around) or ())
    return len(scene.like) > 1 and scene.is_empty(scene.span(scene.one)[1], end)


def _last_in(scene: _Scene, kind: str) -> Case | None:
    around = scene.around
    if around is None or not _is_last(scene):
        return None
    body = [scene.mark(_own(scene)), "", *_block(scene)]
    if scene.chance.random() < 0.5:
        closing, header = scene.closing(around), scene.lines[around.line - 1]
        if closing is None or not header.rstrip().endswith(("{", ":", "do")):
            return None
        body = [header, *body, *closing]
    plan = f'<edit path="{scene.path}" in="{around.name}">\n' + "\n".join(body) + "\n</edit>\n"
    return Case(kind, _without(scene), "\n".join(scene.lines) + "\n", plan, "\n".join(_block(scene)))


def _beside(scene: _Scene, kind: str) -> Case | None:
    """Above or below another, which is shown whole or shortened."""
    at = scene.like.index(scene.one)
    is_below, is_whole = kind.startswith("below"), kind.endswith("shown")
    near = at - 1 if is_below else at + 1
    if not 0 <= near < len(scene.like):
        return None
    other = scene.like[near]
    first, past = sorted((scene.span(scene.one), scene.span(other)))
    if not scene.is_empty(first[1], past[0]):
        return None
    shown = list(scene.lines[slice(*scene.span(other))]) if is_whole else _shortened(scene, other)
    if shown is None:
        return None
    mark, block = scene.mark(_own(scene)), _block(scene)
    begins = 0 if scene.around is None else scene.around.line
    above = [] if is_below and scene.is_empty(begins, scene.span(other)[0]) else [mark, ""]
    inner = [*above, *shown, "", *block, "", mark] if is_below else [*above, *block, "", *shown, "", mark]
    return _put(scene, kind, inner, "\n".join(scene.lines) + "\n", _without(scene))


def _between(scene: _Scene, kind: str) -> Case | None:
    """Between two markers: nothing tells between which of its like."""
    mark = scene.mark(_own(scene))
    return _put(scene, kind, [mark, "", *_block(scene), "", mark], None, _without(scene))


def _changed(scene: _Scene, kind: str) -> Case | None:
    """A line of it changes: it is shown whole, without what stands above its name, or around the line."""
    first, past = scene.span(scene.one)
    closing = scene.closing(scene.one)
    if closing is None:
        return None
    end = past - len(closing)
    rows = [row for row in range(scene.one.line + 1, end - 1) if _STATEMENT.match(scene.lines[row])]
    head = scene.lines[scene.one.line - 1]
    if not rows or not head.rstrip().endswith(("{", ":", "do")):
        return None
    row = scene.chance.choice(rows)
    word = scene.chance.choice(list(re.finditer(r"\w+", scene.lines[row])))
    line = scene.lines[row]
    lines = [*scene.lines]
    lines[row] = line[: word.end()] + "_changed" + line[word.end() :]
    if kind == "changed, shown":
        inner = lines[first:past]
    elif kind == "changed, without its head":
        inner = lines[scene.one.line - 1 : past]
    else:
        low, high = row - scene.chance.choice((1, 2)), row + scene.chance.choice((1, 2))
        low, high = max(low, scene.one.line), min(high, end - 1)
        if not lines[low].strip() or not lines[high].strip():
            return None
        inside = _indent(lines[row])
        inner = [head, *([scene.mark(inside)] if low > scene.one.line else []), *lines[low : high + 1]]
        inner += [*([scene.mark(inside)] if high + 1 < end else []), *closing]
    mark = scene.mark(_own(scene))
    return _put(scene, kind, [mark, *inner, mark], "\n".join(lines) + "\n", "\n".join(scene.lines) + "\n")


_KINDS: dict[str, Callable[[_Scene, str], Case | None]] = {
    "last": _last,
    "last, given with in=": _last_in,
    "above one that is shown": _beside,
    "above one that is shortened": _beside,
    "below one that is shown": _beside,
    "below one that is shortened": _beside,
    "between two markers": _between,
    "changed, shown": _changed,
    "changed, without its head": _changed,
    "changed, shown in part": _changed,
}
