"""Finding a definition by the name that a plan gives it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from glmcode.syntax.definition import Definition
from glmcode.syntax.layered import Layered

__all__ = ["Symbols", "counts_anew", "find_symbol", "full_names", "stem_of", "without_number"]

_QUOTES = str.maketrans("", "", "\"'`$")
_ARGUMENTS = re.compile(r"<[^<>]*>")
_NUMBER = re.compile(r"(?<=\S)#\d+$")
_NUMBERS = re.compile(r"(?<=\S)#(\d+)(?=\.|$)")
_KEYWORDS = re.compile(
    r"^(?:(?:export|default|pub(?:\([^)]*\))?|public|private|protected|internal|static|abstract|final|sealed|override|async|inline"
    r"|unsafe|const|let|var|val|get|set|def|fn|func|fun|function|class|struct|enum|union|interface|trait|type|mod|module|namespace"
    r"|record|object|method|macro)\s+)+(?=[\w(*$])"
)
_RECEIVER = re.compile(r"^\((?:\w+\s+)?\*?(\w+)[^()]*\)\s*\.?\s*(?=\w)")
_MEMBER = re.compile(r"#(?=[^\W\d])|\s+>\s+|->|(?<=\w):(?=\w)")
_BLOCK = re.compile(r"(?:^|\.)(?:impl|extension) (?:\S+ for )?(?:&\s*|mut |dyn )*$")
_DATA = frozenset({"section", "key", "object", "array", "table", "entry", "element", "rule"})
"""Kinds that nobody declares: their names are words as they stand."""
LONGEST = 400
"""Characters of a name that is told as a declaration."""
_QUALIFIER = re.compile(r"(?:\w+::)+(?=\w)")
_Group: TypeAlias = Mapping[str, Definition]
"""Definitions that one key finds, by their names."""


class Symbols:
    """A file's definitions by their names. Worked out once, so that asking for each of many costs what one costs."""

    def __init__(self, definitions: Iterable[Definition] = ()) -> None:
        by_name: dict[str, Definition] = {}
        groups: tuple[dict[str, dict[str, Definition]], ...] = ({}, {}, {})
        words: Counter[str] = Counter()
        for one in definitions:
            name = one.name
            by_name[name] = one
            for known, key in zip(groups, _keys(name), strict=True):
                known.setdefault(key, {})[name] = one
            words[_last(name)] += 1
        self._by_name = Layered(by_name)
        self._by_stem, self._by_last, self._namesakes = (Layered[_Group](dict(known)) for known in groups)
        self.words = Layered[int](words)
        """How many definitions end with this word, whatever they are in."""

    def changed(self, gone: Sequence[Definition], came: Sequence[Definition]) -> "Symbols":
        """The same without those that are gone and with those that came. Costs what these are, not what the file is."""
        other = Symbols.__new__(Symbols)
        names: dict[str, Definition | None] = {one.name: None for one in gone}
        names.update((one.name, one) for one in came)
        other._by_name = self._by_name.changed(names)
        other._by_stem, other._by_last, other._namesakes = (
            _regrouped(known, at, names) for at, known in enumerate((self._by_stem, self._by_last, self._namesakes))
        )
        words = Counter(_last(one.name) for one in came)
        words.subtract(_last(one.name) for one in gone)
        other.words = self.words.changed({word: self.words.get(word, 0) + more for word, more in words.items()})
        return other

    def find(self, symbol: str) -> tuple[Definition, ...]:
        """The definitions that the symbol may mean; a caller refuses unless there is exactly one, or it knows which.

        The dotted path comes first, with the number of each part that has one: `total` is every `total`, `total#1` the first
        of them, `Cart#2.total` the one in the second `Cart`. Then every path that ends with the symbol at a dot (`total` for
        `Cart.total`), then the same with spelling aside: `Cart::total`, `Cart.total()`, a key or a heading with its quotes
        (`exports."./utils.js"`) or without, `Cart.total` for a member of `impl Cart`, of `impl Cart<T>` or of a second part
        of either (`impl Cart#2.total`), and `impl Display for Cart` for `impl fmt::Display for Cart`; last the name out of a
        declaration.
        """
        symbol = symbol.strip()
        if not symbol:
            return ()
        stem, numbers = _numbered(symbol)
        exact = _with_numbers(self._by_stem.get(stem, {}).values(), numbers)
        if exact:
            return exact
        suffix = self.ending_with(symbol)
        if suffix or (numbers and stem in self._by_stem):
            return suffix
        loose = _plain(stem)
        number = {0: numbers[0]} if 0 in numbers else {}
        every = tuple(self._by_name.values())
        found = tuple(one for one in every if loose and _ends_with(_plain(one.name), loose))
        return _with_numbers(found, number) or _as_declared(every, symbol)

    def ending_with(self, symbol: str) -> tuple[Definition, ...]:
        """Every definition whose path goes on above the symbol, as `Cart.total` does above `total`."""
        stem, numbers = _numbered(symbol.strip())
        ending = "." + stem
        known = self._by_last.get(stem.rpartition(".")[2], {}).values()
        return _with_numbers((one for one in known if _numbered(one.name)[0].endswith(ending)), numbers)

    def namesakes(self, name: str) -> Sequence[Definition]:
        """The definitions of the same dotted path, `total#2` for `total` as well."""
        return tuple(self._namesakes.get(without_number(name), {}).values())

    def full(self, name: str) -> str:
        """The name with the number of each part that others bear too: `total#1` for a `total` beside a `total#2`."""
        parts = [at for at, char in enumerate(name) if char == "."] + [len(name)]
        for at in reversed(parts):
            if self._is_first(name[:at]):
                name = f"{name[:at]}#1{name[at:]}"
        return name

    def _is_first(self, name: str) -> bool:
        """Whether it is the first of several definitions of this very path."""
        return name in self._by_name and len(self._namesakes.get(name, ())) > 1


def _keys(name: str) -> tuple[str, str, str]:
    """What a definition is found under: its path without numbers, the last part of that, and the path of its namesakes."""
    stem = _numbered(name)[0]
    return stem, stem.rpartition(".")[2], without_number(name)


def _regrouped(known: Layered[_Group], at: int, names: Mapping[str, Definition | None]) -> Layered[_Group]:
    """The groups, by the key at that place of `_keys`, with other definitions of these names; without one that is None."""
    changes: dict[str, dict[str, Definition | None]] = {}
    for name, one in names.items():
        changes.setdefault(_keys(name)[at], {})[name] = one
    return known.changed({key: _layered(known.get(key, {})).changed(group) for key, group in changes.items()})


def _layered(group: _Group) -> Layered[Definition]:
    return group if isinstance(group, Layered) else Layered(dict(group))


def counts_anew(symbol: str, before: Symbols, now: Symbols) -> bool:
    """Whether a number in the symbol means another definition now than it did before: one of that name has come or gone, and
    what bears the number does not begin as what did, or not it alone."""
    for match in _NUMBERS.finditer(symbol.strip()):
        part = symbol.strip()[: match.end()]
        old, new = before.find(part), now.find(part)
        if len(old) != 1 or len(new) != 1:
            continue
        then, these = (symbols.namesakes(one.name) for symbols, one in ((before, old[0]), (now, new[0])))
        is_alike = [one.signature for one in then].count(new[0].signature) == 1
        if len(then) != len(these) and not (is_alike and old[0].signature == new[0].signature):
            return True
    return False


def full_names(definitions: Sequence[Definition]) -> list[str]:
    """What to call each of them so that it alone is meant: `Symbols.full`."""
    symbols = Symbols(definitions)
    return [symbols.full(one.name) for one in definitions]


def find_symbol(definitions: Sequence[Definition], symbol: str) -> tuple[Definition, ...]:
    """What `Symbols.find` finds, for one symbol."""
    return Symbols(definitions).find(symbol)


def without_number(name: str) -> str:
    """`Cart.total` for `Cart.total#2`."""
    return _NUMBER.sub("", name) if "#" in name else name


def stem_of(name: str) -> str:
    """`Cart.total` for `Cart#2.total#3`."""
    return _numbered(name)[0]


def _numbered(name: str) -> tuple[str, dict[int, int]]:
    """A name without its numbers, and they, by how many characters of it follow each."""
    if "#" not in name:
        return name, {}
    stem = _NUMBERS.sub("", name)
    numbers = {}
    behind = len(stem)
    done = 0
    for match in _NUMBERS.finditer(name):
        behind -= match.start() - done
        numbers[behind], done = int(match.group(1)[:9]), match.end()
    return stem, numbers


def _with_numbers(found: Iterable[Definition], numbers: dict[int, int]) -> tuple[Definition, ...]:
    """Those that bear these numbers; what bears none is the first."""
    if not numbers:
        return tuple(found)
    wanted = numbers.items()
    return tuple(
        one for one in found if all(_numbered(one.name)[1].get(behind, 1) == number for behind, number in wanted)
    )


def _last(name: str) -> str:
    return name.rpartition(".")[2].partition("#")[0]


def _ends_with(name: str, ending: str) -> bool:
    """Whether a path is the ending, or goes on above it: at a dot, or as `impl Display for Cart.total` does above `Cart.total`."""
    if not name.endswith(ending):
        return False
    above = name[: len(name) - len(ending)]
    if ending.startswith("#"):  # an element by its id
        return above[-1:].isalnum()
    return not above or above.endswith(".") or bool(_BLOCK.search(above))


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
    told = " ".join(symbol.split())
    found = tuple(one for one in found if one.signature.startswith(told)) or found
    if not arguments or len(found) < 2:
        return found
    return tuple(one for one in found if _takes(one, arguments.rstrip(") ")))


def _takes(definition: Definition, arguments: str) -> bool:
    """Whether a definition takes these: told in full, or by their types, or by their names."""
    own = definition.signature.partition("(")[2].rpartition(")")[0]
    told, theirs = ([part.split() for part in side.split(",")] for side in (arguments, own))
    if not arguments.strip():
        return not own.strip()
    return len(told) == len(theirs) and all(
        few == all_of[: len(few)] or few == all_of[len(all_of) - len(few) :]
        for few, all_of in zip(told, theirs, strict=True)
    )


@lru_cache(1 << 14)
def _plain(name: str) -> str:
    trait, is_for, owner = name.partition(" for ")
    if is_for:
        name = _QUALIFIER.sub("", trait) + is_for + owner
    name = _numbered(name.translate(_QUOTES).removesuffix("()").replace("::", "."))[0]
    for _ in range(3):
        name = _ARGUMENTS.sub("", name)
    return name
