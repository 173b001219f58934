"""Which of several definitions of one name an edit means: overloads, a getter and its setter, a prototype and its definition.

Two places are an error, never the first. But the body of an edit says whose it is: by what it begins as, once comments and
layout are put aside, or, where none begins so, by what it takes. What still fits two, or none, is asked back with the names
that tell them apart.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from glmcode.landing import messages
from glmcode.landing.body import head_of, shifted
from glmcode.landing.place import Refusal
from glmcode.landing.told import OPENING, Reading
from glmcode.syntax import Definition, Syntax, parse, stem_of
from glmcode.syntax.heads import TYPES, Head, shared_parameters
from glmcode.syntax.names import one_line

__all__ = ["beside_all", "holders", "meant", "needs_body", "several", "without_constructors"]

MOST = 64
"""Definitions of one name that are told apart; past that they are not."""
_ACCESSED = frozenset({"python"})
"""Languages whose decorators say which accessor a function is."""
_OVERLOADS = frozenset({"java", "cpp", "c_sharp", "kotlin", "swift", "scala", "typescript", "tsx"})
_DECLARED_APART = frozenset({"c", "cpp"})
_BLOCKS = {
    "rust": re.compile(rb"\s*(?:unsafe\s+)?(impl)\b(?:<[^{]*?>(?=\s))?\s+([^{]*)"),
    "go": re.compile(rb"\s*func\s*\(\s*(?:\w+\s+)?\*?\s*(\w+)[^()]*\)\s*(\w+)"),
    "swift": re.compile(rb"\s*(?:\w+\s+)*(extension)\s+([\w.]+)"),
}
"""What begins a block of a type's functions, or one of them, that stands apart from it."""
_APART = frozenset({"impl", "extension", "method"})
_NAMES_TYPE = re.compile(rb"\b(?:class|struct|union|interface|trait|enum|object|record|protocol|type|actor|template)\b")


Aim = tuple[Definition, list[bytes]]


def needs_body(syntax: Syntax, symbol: str, found: Sequence[Definition], lines: Sequence[bytes]) -> bool:
    """Whether a symbol leaves open which definition it means, so that `meant` has to look at the body."""
    return len(found) > 1 or bool(_others(syntax, symbol, found[0], lines))


def meant(syntax: Syntax, symbol: str, found: Sequence[Definition], lines: Sequence[bytes]) -> list[Aim]:
    """The definition that a body is meant for, of those found for its symbol, with the body; or, where that restates several
    of them, each with its own lines. Empty where that can't be told."""
    if len(found) > 1:
        return _aimed(syntax, found, lines)
    one = found[0]
    others = _others(syntax, symbol, one, lines)
    if not 0 < len(others) < MOST:
        return [(one, list(lines))]
    reading = Reading(syntax, [one, *others], lines)
    told = reading.told(one)
    exact = [at for at in range(len(reading.found)) if reading.twin(at) is not None]
    if exact[:1] == [0]:
        beside = [at for at in exact[1:] if reading.told(reading.found[at]) is told]
        return _parts(reading, [0, *beside], lines)
    if exact:
        return [(reading.found[exact[0]], list(lines))] if len(exact) == 1 else []
    within = [
        at
        for at, other in enumerate(reading.found)
        if reading.heads[at].kind == "function" and other in syntax.symbols.namesakes(_constructor(one))
    ]
    if within and all(body.head.kind == "function" for body in reading.told(reading.found[within[0]])):
        return _aimed(syntax, [reading.found[at] for at in within], lines)
    return [(one, list(lines))]


def _others(syntax: Syntax, symbol: str, one: Definition, lines: Sequence[bytes]) -> Sequence[Definition]:
    """Definitions that the body of an edit may be meant for all the same where its symbol is the whole path of `one`: those
    whose path ends so, its constructors, and the blocks that hold the functions of a type."""
    symbols, symbol = syntax.symbols, symbol.strip()
    others: dict[str, Definition] = {}
    if one.name == symbol and "." not in symbol and symbols.words[symbol] > 1:
        others.update((other.name, other) for other in symbols.ending_with(symbol))
    if one.kind in TYPES:
        size = sum(head_of(lines, syntax.language))
        if size < len(lines) and not _NAMES_TYPE.search(lines[size]):
            others.update((other.name, other) for other in symbols.namesakes(_constructor(one)))
        pattern = _BLOCKS.get(syntax.language)
        blocks = (match for line in lines if pattern is not None and (match := pattern.match(line)) is not None)
        for block in blocks:
            joint = b"." if syntax.language == "go" else b" "
            name = joint.join(block.groups()).decode("utf-8", "surrogateescape").strip()
            others.update((other.name, other) for other in symbols.find(name) if other.kind in _APART)
    return tuple(others.values())


def without_constructors(found: tuple[Definition, ...]) -> tuple[Definition, ...]:
    """The definitions without the constructors of a class among them: its name means the class."""
    if len(found) < 2:
        return found
    constructors = {stem_of(_constructor(one)) for one in found if one.kind in TYPES}
    return tuple(one for one in found if stem_of(one.name) not in constructors)


def _constructor(one: Definition) -> str:
    """What the constructor of a class is called in most languages."""
    return f"{one.name}.{stem_of(one.name).rpartition('.')[2]}"


def _impls_of(syntax: Syntax, one: Definition) -> list[Definition]:
    """The `impl Cart` blocks of a type `Cart`, those of traits not among them."""
    start, _, last = stem_of(one.name).rpartition(".")
    found = syntax.symbols.find(f"{start}.impl {last}" if start else f"impl {last}")
    return [other for other in found if other.kind == "impl"]


def _parts(reading: Reading, chosen: Sequence[int], lines: Sequence[bytes]) -> list[Aim]:
    """The lines of a body for each of the definitions that it restates; empty where it has them in another order."""
    row = sorted(chosen, key=lambda at: reading.found[at].start)
    twins = [reading.twin(at) for at in row]
    starts = [0 if twin is None else twin.row for twin in twins]
    if starts != sorted(starts):
        return []
    edges = [0, *starts[1:], len(lines)]
    return [(reading.found[at], list(lines[edges[n] : edges[n + 1]])) for n, at in enumerate(row)]


def _aimed(syntax: Syntax, found: Sequence[Definition], lines: Sequence[bytes]) -> list[Aim]:
    """As `meant`, for several definitions."""
    if len(found) > MOST:
        return []
    reading = Reading(syntax, found, lines)
    if (parts := _each(reading, lines)) is not None:
        return parts
    heads = reading.heads
    pairs = []
    for at, one in enumerate(found):
        told = reading.told(one)
        same = [other for other in told if other.name == reading.name(one)]
        head = same[0].head if len(same) == 1 else told[0].head if len(told) == 1 else None
        if head is not None:
            pairs.append((at, head))
    if len({stem_of(one.name) for one in found}) > 1:  # the end of several paths: only a body that begins so tells
        fits = [at for at, head in pairs if _is_alike(heads[at], head) and heads[at].words == head.words]
        chosen = fits[0] if len(fits) == 1 else None
    else:
        chosen = _chosen(heads, pairs, syntax.language)
    return [] if chosen is None else [(found[chosen], list(lines))]


def _each(reading: Reading, lines: Sequence[bytes]) -> list[Aim] | None:
    """Where a body holds several definitions of the name: each of those that it restates with its lines, in the file's order.
    None where it holds one; empty where it can't be told which is which."""
    for first in reading.found:
        name = reading.name(first)
        told = [one for one in reading.told(first) if one.name == name]
        if len(told) > 1:
            break
    else:
        return None
    kinds = {(one.head.kind, one.head.is_declaration) for one in told}
    restated = sorted(
        (
            (one, head)
            for one, head in zip(reading.found, reading.heads, strict=True)
            if reading.name(one) == name and (head.kind, head.is_declaration) in kinds
        ),
        key=lambda pair: pair[0].start,
    )
    if len({stem_of(one.name) for one, _ in restated}) > 1:
        return []
    if len(told) < len(restated) or any(reading.told(one) != reading.told(first) for one, _ in restated):
        return []
    wanted: list[int] = []
    for _, head in restated:
        fits = [at for at, one in enumerate(told) if _is_same(head, one.head, reading.syntax.language)]
        wanted.append(fits[0] if len(fits) == 1 else -1)
    if wanted.count(-1) == 1 and len(told) == len(restated):  # the one that has changed
        wanted[wanted.index(-1)] = next(at for at in range(len(told)) if at not in wanted)
    if -1 in wanted or wanted != sorted(set(wanted)):
        return []
    rows = [0, *(told[at].row for at in wanted[1:]), len(lines)]
    return [(one, list(lines[rows[at] : rows[at + 1]])) for at, (one, _) in enumerate(restated)]


def _is_same(one: Head, other: Head, language: str) -> bool:
    """Whether one is the other with another body: it takes the same."""
    if not _is_alike(one, other) or (language in _ACCESSED and one.marks != other.marks):
        return False
    return one.words == other.words or (one.types is not None and one.types == other.types and one.tail == other.tail)


def _is_alike(one: Head, other: Head) -> bool:
    return (one.kind, one.is_declaration, one.accessor) == (other.kind, other.is_declaration, other.accessor)


_STRICT: tuple[Callable[[Head, Head, str], bool], ...] = (
    lambda own, body, _: own.words == body.words and own.marks == body.marks,
    lambda own, body, _: own.words == body.words and not body.marks,
    lambda own, body, language: language in _ACCESSED and bool(body.marks) and own.marks == body.marks,
    # `@doc` and `@spec` stand above the first clause alone.
    lambda own, body, language: language == "elixir" and bool(body.marks) and bool(own.marks),
    lambda own, body, _: own.words == body.words,
    lambda own, body, _: own.parameters is not None and (own.parameters, own.tail) == (body.parameters, body.tail),
    lambda own, body, _: own.types is not None and (own.types, own.tail) == (body.types, body.tail),
    lambda own, body, _: own.types is not None and own.types == body.types,
)
"""From strict to loose: how the definition meant for a body may be like it."""


def _is_near(own: Head, body: Head) -> bool:
    """Whether a definition might come to be the other: it takes more or less of the same, or something else of the same name.
    That both take as much says nothing: the body may be of one that took less."""
    if own.parameters is None or body.parameters is None:
        return False
    if len(own.parameters) == len(body.parameters):
        return any(p.name == q.name != b"" and p.is_told for p, q in zip(own.parameters, body.parameters, strict=True))
    return shared_parameters(own, body) > 0


def _chosen(heads: Sequence[Head], pairs: Sequence[tuple[int, Head]], language: str) -> int | None:
    """The one of several definitions that is meant, of those that may be at all, each with the body read in its place."""
    alike = [(at, body) for at, body in pairs if _is_alike(heads[at], body)]
    for test in _STRICT:
        fits = [(at, body) for at, body in alike if test(heads[at], body, language)]
        if len(fits) == 1:
            return fits[0][0]
        alike = fits or alike
    if len(alike) == 1:
        (at, body), others = alike[0], (head for other, head in enumerate(heads) if other != alike[0][0])
        # An overload of its own, whose prototype stands there, is not the one definition that there is.
        is_another = language in _OVERLOADS and any(head.types == body.types for head in others)
        return None if is_another and body.types is not None else at
    near = [at for at, body in alike if _is_near(heads[at], body)]
    return near[0] if len(near) == 1 else None


def beside_all(syntax: Syntax, found: Sequence[Definition], lines: Sequence[bytes], side: str) -> Sequence[Definition]:
    """The first or last of several definitions that stand one below the other as one, for what goes before or after them.

    In C a prototype and a definition are far apart: a body that is the one or the other goes beside its like. All of them
    where it can't be told which is meant.
    """
    row = _one_run(syntax, found)
    if not row and syntax.language in _DECLARED_APART and len(found) <= MOST:
        row = _one_run(syntax, _of_its_like(syntax, found, lines))
    if not row:
        return found
    return row[:1] if side == "before" else row[-1:]


def _of_its_like(syntax: Syntax, found: Sequence[Definition], lines: Sequence[bytes]) -> list[Definition]:
    """The prototypes among the definitions, or the definitions, or those that carry their class: as the body is."""
    reading = Reading(syntax, found, lines)
    fits = []
    for one, head in zip(found, reading.heads, strict=True):
        told = reading.told(one)
        if told and all(
            (other.head.kind, other.head.is_declaration, "." in other.name)
            == (head.kind, head.is_declaration, "." in reading.name(one))
            for other in told
        ):
            fits.append(one)
    return fits


def _one_run(syntax: Syntax, found: Sequence[Definition]) -> Sequence[Definition]:
    """The definitions in the file's order, if they stand one below the other with nothing between; else none."""
    row = sorted(found, key=lambda one: one.start)
    are_beside = all(
        one.depth == other.depth and one.end <= other.start and not syntax.data[one.end : other.start].strip()
        for one, other in pairwise(row)
    )
    return row if are_beside else ()


def holders(syntax: Syntax, found: Sequence[Definition], lines: Sequence[bytes]) -> Sequence[Definition]:
    """Those of the definitions found that can have these lines for a member; in Rust the `impl` of the one found among them.
    All of them where none of several can."""
    able = [one for one in found if one.body is not None]
    if len(able) == 1 and syntax.language == "rust" and able[0].kind in TYPES:
        able += _impls_of(syntax, able[0])
    if not 1 < len(able) <= MOST:
        return able or found
    # Where a type and its `impl` are looked at and neither can, as where the `impl` is broken, both are asked about: the
    # name of the type alone would mean both again.
    return [one for one in able if _can_hold(syntax, one, lines)] or max(found, able[::-1], key=len)


def _can_hold(syntax: Syntax, one: Definition, lines: Sequence[bytes]) -> bool:
    if one.body is None:
        return False  # an `impl` that is broken
    data = syntax.data
    head = OPENING.get(syntax.language, b"") + data[one.keyword : one.body[0]].lstrip(b" \t")
    close = data[one.body[1] : one.end]
    return parse(
        head + b"\n" + b"\n".join(shifted(lines, one.member_indent, ())) + b"\n" + close, syntax.language
    ).is_clean


def several(path: str, symbol: str, found: Sequence[Definition], syntax: Syntax) -> Refusal:
    """What to say of a symbol that names several definitions, each with the name that means it alone."""
    if len(found) == 1:
        found = (*found, *syntax.symbols.ending_with(symbol))
    names = [syntax.symbols.full(one.name) for one in found]
    rows = [
        f"- {name}, {messages.span(one.line, one.end_line)}: {_shown(syntax.data, one)}"
        for name, one in zip(names[:10], found, strict=False)
    ]
    more = f"\n- and {len(found) - 10} others" if len(found) > 10 else ""
    return Refusal(
        "ambiguous",
        f"{symbol} names {len(found)} definitions of {path}:\n"
        + "\n".join(rows)
        + more
        + f"\nSend the edit again with the full name of the one that is meant, as in {names[0]}.",
    )


def _shown(data: bytes, one: Definition) -> str:
    """Its first line, with the decorator that tells a setter from its getter."""
    above = one_line(data, one.head, one.keyword)
    return f"{above} {one.signature}" if above and not one.signature.startswith(above) else one.signature
