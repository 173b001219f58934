"""Finding a definition by the name that a plan gives it."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from glmcode.syntax.definition import Definition

__all__ = ["Symbols", "find_symbol", "without_number"]

_OWNERS_NUMBER = re.compile(r"#\d+(?=\.)")
_QUOTES = str.maketrans("", "", "\"'`$")
_ARGUMENTS = re.compile(r"<[^<>]*>")
_NUMBER = re.compile(r"#\d+$")
_KEYWORDS = re.compile(
    r"^(?:(?:export|default|pub(?:\([^)]*\))?|public|private|protected|internal|static|abstract|final|sealed|override|async|inline"
    r"|unsafe|const|let|var|val|get|set|def|fn|func|fun|function|class|struct|enum|union|interface|trait|type|mod|module|namespace"
    r"|record|object|method|macro)\s+)+(?=[\w(*$])"
)
_RECEIVER = re.compile(r"^\((?:\w+\s+)?\*?(\w+)[^()]*\)\s*\.?\s*(?=\w)")
_MEMBER = re.compile(r"#(?=[^\W\d])|\s+>\s+|->")
_DATA = frozenset({"section", "key", "object", "array", "table", "entry", "element", "rule"})
"""Kinds that nobody declares: their names are words as they stand."""
LONGEST = 400
"""Characters of a name that is told as a declaration."""
_QUALIFIER = re.compile(r"(?:\w+::)+(?=\w)")


class Symbols:
    """A file's definitions by their names. Worked out once, so that asking for each of many costs what one costs."""

    def __init__(self, definitions: Iterable[Definition] = ()) -> None:
        self._by_name: dict[str, Definition] = {}
        self._by_last: dict[str, dict[str, Definition]] = {}
        self._namesakes: dict[str, dict[str, Definition]] = {}
        self.words: Counter[str] = Counter()
        """How many definitions end with this word, whatever they are in."""
        for one in definitions:
            self._add(one)

    def _add(self, one: Definition) -> None:
        name = one.name
        self._by_name[name] = one
        self._by_last.setdefault(name.rpartition(".")[2], {})[name] = one
        self._namesakes.setdefault(without_number(name), {})[name] = one
        self.words[_last(name)] += 1

    def changed(self, gone: Sequence[Definition], came: Sequence[Definition]) -> "Symbols":
        """The same without those that are gone and with those that came, last of their names."""
        other = Symbols()
        other._by_name, other._by_last, other._namesakes = (
            dict(self._by_name),
            dict(self._by_last),
            dict(self._namesakes),
        )
        other.words.update(self.words)
        names = {one.name for one in (*gone, *came)}
        for known, keys in (
            (other._by_last, {name.rpartition(".")[2] for name in names}),
            (other._namesakes, {without_number(name) for name in names}),
        ):
            known.update((key, dict(known[key])) for key in keys if key in known)
        for one in gone:
            name = one.name
            del other._by_name[name], other._by_last[name.rpartition(".")[2]][name]
            del other._namesakes[without_number(name)][name]
            other.words[_last(name)] -= 1
        for one in came:
            other._add(one)
        return other

    def find(self, symbol: str) -> tuple[Definition, ...]:
        """The definitions that the symbol may mean; a caller refuses unless there is exactly one.

        The exact dotted path comes first (`total#1` is the first `total`), then every path that ends with the symbol at a
        dot (`total` for `Cart.total`), then the same with spelling aside: `Cart::total`, `Cart.total()`, a key or a heading
        with its quotes (`exports."./utils.js"`) or without, `Cart.total` for a member of `impl Cart`, of `impl Cart<T>` or
        of a second part of either (`impl Cart#2.total`), and `impl Display for Cart` for `impl fmt::Display for Cart`;
        last the name out of a declaration.
        """
        symbol = symbol.strip()
        if not symbol:
            return ()
        wanted = symbol.removesuffix("#1")
        exact = self._by_name.get(symbol) or self._by_name.get(wanted)
        if exact is not None:
            return (exact,)
        ending = "." + wanted
        suffix = tuple(
            one for one in self._by_last.get(wanted.rpartition(".")[2], {}).values() if one.name.endswith(ending)
        )
        if suffix:
            return suffix
        loose = _plain(wanted)
        ends = ("." + loose, " " + loose)
        every = tuple(self._by_name.values())
        found = tuple(one for one in every if loose and ((name := _plain(one.name)) == loose or name.endswith(ends)))
        return found or _as_declared(every, symbol)

    def namesakes(self, name: str) -> Sequence[Definition]:
        """The definitions of the same dotted path, `total#2` for `total` as well."""
        return tuple(self._namesakes.get(without_number(name), {}).values())


def find_symbol(definitions: Sequence[Definition], symbol: str) -> tuple[Definition, ...]:
    """What `Symbols.find` finds, for one symbol."""
    return Symbols(definitions).find(symbol)


def without_number(name: str) -> str:
    """`Cart.total` for `Cart.total#2`."""
    return _NUMBER.sub("", name) if "#" in name else name


def _last(name: str) -> str:
    return name.rpartition(".")[2].partition("#")[0]


def _as_declared(definitions: Sequence[Definition], symbol: str) -> tuple[Definition, ...]:
    """For a symbol told as code and documentation tell it: `class Cart`, `def total(self):`, `Cart#total`, `(*Cart).Total`,
    and `total(int)` for one of several that differ in what they take."""
    name = _KEYWORDS.sub("", symbol[:LONGEST]).rstrip(":{ ")
    name = _RECEIVER.sub(r"\1.", name, count=1)
    name, _, arguments = name.partition("(")
    name = _MEMBER.sub(".", name).strip().removeprefix("self.").removeprefix("*")
    if not name or name == symbol:
        return ()
    definitions = [one for one in definitions if one.kind not in _DATA]
    found = find_symbol(definitions, name)
    if not arguments or not found:
        return found
    namesakes = {without_number(one.name) for one in found}
    found = tuple(one for one in definitions if without_number(one.name) in namesakes)
    return found if len(found) == 1 else tuple(one for one in found if _takes(one, arguments.rstrip(") ")))


def _takes(definition: Definition, arguments: str) -> bool:
    """Whether a definition takes these: told in full, or by their types, or by their names."""
    own = definition.signature.partition("(")[2].rpartition(")")[0]
    told, theirs = ([part.split() for part in side.split(",")] for side in (arguments, own))
    return len(told) == len(theirs) and all(
        few == all_of[: len(few)] or few == all_of[len(all_of) - len(few) :]
        for few, all_of in zip(told, theirs, strict=True)
    )


@lru_cache(1 << 14)
def _plain(name: str) -> str:
    trait, is_for, owner = name.partition(" for ")
    if is_for:
        name = _QUALIFIER.sub("", trait) + is_for + owner
    name = _OWNERS_NUMBER.sub("", name.translate(_QUOTES).removesuffix("()").replace("::", "."))
    for _ in range(3):
        name = _ARGUMENTS.sub("", name)
    return name
