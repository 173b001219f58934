"""The first thing in a file that its language does not allow."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["Problem", "breaks_within", "first_problem"]

_CLOSES = {"(": ")", "[": "]", "{": "}"}
SHOWN = 40


@dataclass(frozen=True, slots=True)
class Problem:
    """Where a file stops making sense, as far as that can be told. Line and column (bytes) count from 1."""

    line: int
    column: int
    what: str
    """One short sentence without a full stop, for people and for the model."""


def first_problem(root: "Node", data: bytes) -> Problem | None:
    """The first error in a tree, found along the one path that leads to it. None for a tree without errors."""
    if not root.has_error:
        return None
    node = root
    while not node.is_missing:
        broken = next((child for child in node.children if child.has_error or child.is_error or child.is_missing), None)
        if broken is None:
            break
        node = broken
    row, column = node.start_point
    if node.is_missing:
        return Problem(row + 1, column + 1, f"{node.type!r} is missing here")
    opening = _unclosed(node)
    if opening is not None:
        row, column = opening.start_point
        return Problem(row + 1, column + 1, f"no {_CLOSES[opening.type]!r} closes this {opening.type!r}")
    shown = (
        data[node.start_byte : min(node.end_byte, node.start_byte + SHOWN)]
        .decode("utf-8", "replace")
        .split("\n", 1)[0]
        .strip()
    )
    return Problem(row + 1, column + 1, f"{shown!r} makes no sense here" if shown else "the code makes no sense here")


def breaks_within(root: "Node", start: int, end: int) -> bool:
    """Whether an error of the tree begins in bytes start..end."""
    stack = [root]
    while stack:
        node = stack.pop()
        if (node.is_error or node.is_missing) and start <= node.start_byte < end:
            return True
        if node.has_error and node.start_byte < end and node.end_byte >= start:
            stack += node.children
    return False


def _unclosed(error: "Node") -> "Node | None":
    """The innermost bracket that an error opens and doesn't close."""
    open_ones: list[Node] = []
    for child in error.children:
        if child.type in _CLOSES:
            open_ones.append(child)
        elif open_ones and child.type == _CLOSES[open_ones[-1].type]:
            open_ones.pop()
    return open_ones[-1] if open_ones else None
