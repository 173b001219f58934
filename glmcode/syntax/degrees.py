"""Whether a change made a file worse that had syntax errors before.

Such a file may be one that a grammar can't read although its language can: macros, newer syntax, another dialect. So
more errors alone prove nothing; brackets or quotes that no longer pair do, where the errors grow with them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from glmcode.syntax.problem import Problem, first_problem

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["worse"]

_PAIRS = (("(", ")"), ("[", "]"), ("{", "}"))
_QUOTES = ('"', "'", "`")


def worse(
    before: "Node", old: bytes, after: "Node", new: bytes, variants: "Callable[[Node, bytes], Sequence[Node]]"
) -> Problem | None:
    """The first of the errors that a change brought to the tree of a broken file; None where it is no worse.

    The statements at the top of the file that have errors are compared by their text: those that came with those that
    went. The file is worse where more is wrong with the ones that came, and more brackets or quotes than before lack
    their counterpart. `variants` gives the trees to count those in: of a C file one for each branch of its conditions.
    """
    if not after.has_error:
        return None
    had, has = _broken(before, old), _broken(after, new)
    kept = Counter(text for text, _ in had) & Counter(text for text, _ in has)
    came, went = _others(has, kept), _others(had, kept)
    if not came:
        return None
    errors, covered = _weight(came)
    most, room = _weight(went)
    if errors <= most and covered <= room + max(0, len(new) - len(old)):
        return None
    if _unpaired(variants(after, new)) <= _unpaired(variants(before, old)):
        return None
    return first_problem(came[0], new)


def _unpaired(roots: "Iterable[Node]") -> int:
    """Brackets and quotes without a counterpart, as far as counting tells, in the worst of the trees."""
    most = 0
    for root in roots:
        counts: Counter[str] = Counter()
        stack = [root]
        while stack:
            node = stack.pop()
            if node.child_count:
                stack += node.children
            elif not node.is_missing:
                counts[node.type] += 1
        alone = sum(abs(counts[opening] - counts[closing]) for opening, closing in _PAIRS)
        most = max(most, alone + sum(counts[quote] % 2 for quote in _QUOTES))
    return most


def _broken(root: "Node", data: bytes) -> "list[tuple[bytes, Node]]":
    return [
        (data[node.start_byte : node.end_byte], node) for node in root.children if node.has_error or node.is_missing
    ]


def _others(pieces: "Iterable[tuple[bytes, Node]]", kept: Counter[bytes]) -> "list[Node]":
    left = kept.copy()
    others = []
    for text, node in pieces:
        if left[text]:
            left[text] -= 1
        else:
            others.append(node)
    return others


def _weight(nodes: "Iterable[Node]") -> tuple[int, int]:
    """How many errors the nodes hold, and the bytes that those cover."""
    errors = covered = 0
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            errors += 1
            covered += node.end_byte - node.start_byte
        if node.has_error:
            stack += node.children
    return errors, covered
