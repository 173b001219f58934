"""Members of objects, arrays and tables that commas separate."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

    from glmcode.syntax.language import Language

__all__ = ["Listed", "listed"]

_MEMBERS_OF_ANOTHER_KIND = frozenset({";", "enum_body_declarations"})
"""What stands behind an enum's constants where it has methods too: they end with it, and no comma comes after."""
_PARTS = frozenset({"constraints"})
"""Nodes that hold the list's last members together with the comma before them."""
FURTHEST = 8
"""Nodes between a list and what stands in it, its key for instance."""


class Listed(NamedTuple):
    """A place in a list: what is before it and behind it."""

    before: int | None
    """Past the last member that ends at the place or before it; None where there is none."""
    comma: int | None
    """Where the comma behind that member stands; None where it has none."""
    follows: bool
    """Whether a member stands behind the place."""


def listed(root: "Node", within: int, upto: int, language: "Language") -> Listed | None:
    """The place `upto` in the list that holds the byte at `within`; None where no list directly holds that."""
    if not language.lists:
        return None
    node = root.descendant_for_byte_range(within, within + 1)
    for _ in range(FURTHEST):
        if node is None or node.type in language.lists:
            break
        node = None if node.type in language.through else node.parent
    if node is None or node.type not in language.lists:
        return None
    before = comma = None
    for child in _children(node):
        if child.type in _MEMBERS_OF_ANOTHER_KIND:
            return None
        if child.type == ",":
            comma = child.start_byte if comma is None else comma
        elif child.is_named and child.type not in language.comments:
            if child.end_byte > upto:
                return Listed(before, comma, True)
            before, comma = child.end_byte, None
    return Listed(before, comma if before is not None else None, False)


def _children(node: "Node") -> "Iterator[Node]":
    for child in node.children:
        if child.type in _PARTS:
            yield from child.children
        else:
            yield child
