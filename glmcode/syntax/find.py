"""Finding a definition by the name that a plan gives it."""

import re
from collections.abc import Sequence

from glmcode.syntax.definition import Definition

__all__ = ["find_symbol"]

_OWNERS_NUMBER = re.compile(r"#\d+(?=\.)")
_QUOTES = str.maketrans("", "", "\"'`$")
_ARGUMENTS = re.compile(r"<[^<>]*>")
_QUALIFIER = re.compile(r"(?:\w+::)+(?=\w)")


def find_symbol(definitions: Sequence[Definition], symbol: str) -> tuple[Definition, ...]:
    """The definitions that the symbol may mean; a caller refuses unless there is exactly one.

    The exact dotted path comes first (`total#1` is the first `total`), then every path that ends with the symbol at a
    dot (`total` for `Cart.total`), then the same with spelling aside: `Cart::total`, `Cart.total()`, a key or a heading
    with its quotes (`exports."./utils.js"`) or without, `Cart.total` for a member of `impl Cart`, of `impl Cart<T>` or of a
    second part of either (`impl Cart#2.total`), and `impl Display for Cart` for `impl fmt::Display for Cart`.
    """
    symbol = symbol.strip()
    if not symbol:
        return ()
    wanted = symbol.removesuffix("#1")
    exact = tuple(definition for definition in definitions if definition.name in (symbol, wanted))
    if exact:
        return exact
    suffix = tuple(definition for definition in definitions if definition.name.endswith("." + wanted))
    if suffix:
        return suffix
    loose = _plain(wanted)
    ends = ("." + loose, " " + loose)
    if not loose:
        return ()
    return tuple(d for d in definitions if (name := _plain(d.name)) == loose or name.endswith(ends))


def _plain(name: str) -> str:
    trait, is_for, owner = name.partition(" for ")
    if is_for:
        name = _QUALIFIER.sub("", trait) + is_for + owner
    name = _OWNERS_NUMBER.sub("", name.translate(_QUOTES).removesuffix("()").replace("::", "."))
    for _ in range(3):
        name = _ARGUMENTS.sub("", name)
    return name
