"""A file's bytes with all that its syntax says, worked out when it is asked for."""

from functools import cached_property
from typing import TYPE_CHECKING

from glmcode.syntax.definition import Definition
from glmcode.syntax.definitions import definitions_of
from glmcode.syntax.find import Symbols
from glmcode.syntax.grammar import parse_tree
from glmcode.syntax.imports import ImportBlock, imports_of
from glmcode.syntax.languages import LANGUAGES
from glmcode.syntax.lists import Listed, listed
from glmcode.syntax.problem import Problem, breaks_within, first_problem
from glmcode.syntax.strays import stray_statement

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

__all__ = ["Parsed", "parse"]

_BRANCHED = frozenset({"c", "cpp"})
"""Languages whose grammar reads all branches of a preprocessor's condition at once."""


class Parsed:
    """The syntax of one version of a file. Nothing is parsed until it is needed; everything is worked out once.

    A file that is no text for a grammar (UTF-16, UTF-32), or whose parsing would cost far more than its size is worth,
    has no definitions and no problem.
    """

    def __init__(self, data: bytes, language: str, old: "Tree | None" = None, *, sample: bytes | None = None) -> None:
        self.data = data
        self._sample = sample
        """The file that this is a piece of, which says how it is indented."""
        self.language = language
        self._old = old
        """An earlier text's tree, edited to fit this one."""

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """Every definition, in the order of the file."""
        tree = self._tree
        return () if tree is None else definitions_of(tree.root_node, self.data, LANGUAGES[self.language], self._sample)

    @cached_property
    def symbols(self) -> Symbols:
        """The same by their names."""
        return Symbols(self.definitions)

    def near(self, one: Definition) -> tuple[Definition, ...]:
        """All definitions, whichever is asked about."""
        return self.definitions

    @cached_property
    def problem(self) -> Problem | None:
        """The first syntax error. Python is also held against what the compiler never allows (`pythoncode.py`)."""
        return self.problem_since(None)

    def problem_since(self, known: bytes | None) -> Problem | None:
        """The same, but of a statement that stands in `known`, an earlier version, the compiler is not asked again."""
        tree = self._tree
        if tree is None or not LANGUAGES[self.language].judged:
            return None
        found = first_problem(tree.root_node, self.data)
        if found is not None and self._is_sound_otherwise:
            return None
        if found is None and self.language == "python":
            from glmcode.syntax.pythoncode import python_problem

            return python_problem(tree.root_node, self.data, known)
        return found or stray_statement(tree.root_node, self.language)

    def worse_than(self, before: "Parsed") -> Problem | None:
        """What a change made worse in a file that had a problem before; None where nothing."""
        language = LANGUAGES[self.language]
        old, new = before._tree, self._tree
        if old is None or new is None or not language.judged:
            return None
        if not old.root_node.has_error:  # only the compiler had something to say of it
            return first_problem(new.root_node, self.data)
        from glmcode.syntax.degrees import worse

        return worse(old.root_node, before.data, new.root_node, self.data, self._variants)

    def _variants(self, root: "Node", data: bytes) -> "list[Node]":
        if self.language not in _BRANCHED:
            return [root]
        from glmcode.syntax.branches import branches

        trees = [parse_tree(one, self.language) for one in branches(data)]
        return [tree.root_node for tree in trees if tree is not None] or [root]

    @property
    def _is_sound_otherwise(self) -> bool:
        """Whether the file has no error once forms that the grammar doesn't read are told in others (`unread.py`), and a
        C file none with any one branch of its conditions."""
        from glmcode.syntax.unread import readable

        data = readable(self.data, self.language)
        tree = self._tree if data is None else parse_tree(data, self.language)
        if tree is None:
            return False
        return not any(one.has_error for one in self._variants(tree.root_node, data or self.data))

    @property
    def is_clean(self) -> bool:
        """Whether the tree has no error. The compiler is not asked."""
        tree = self._tree
        return tree is not None and not tree.root_node.has_error

    def is_broken_within(self, start: int, end: int) -> bool:
        """Whether data[start:end] has a syntax error; never in a language whose grammar doesn't read all of it."""
        tree = self._tree if LANGUAGES[self.language].judged else None
        return tree is not None and breaks_within(tree.root_node, start, end)

    @cached_property
    def imports(self) -> ImportBlock:
        """Where new imports go, and which are there."""
        tree = self._tree
        if tree is None:
            return ImportBlock(0, ())
        return imports_of(tree.root_node, self.data, LANGUAGES[self.language])

    def listed(self, within: int, upto: int) -> Listed | None:
        """What stands before and behind the place `upto` in the list, separated by commas, that holds byte `within`."""
        tree = self._tree if LANGUAGES[self.language].lists else None
        return None if tree is None else listed(tree.root_node, within, upto, LANGUAGES[self.language])

    def parts(self, body: tuple[int, int] | None) -> list[tuple[int, int]]:
        """Where the file's parts stand, in order, or those of a definition's body: the children of the smallest node that
        holds all of it."""
        tree = self._tree
        if tree is None:
            return []
        node: Node | None = tree.root_node
        if body is not None:
            inside = self.data[slice(*body)]
            start, size = body[0] + len(inside) - len(inside.lstrip()), len(inside.strip())
            node = tree.root_node.descendant_for_byte_range(start, start + size)
        return [] if node is None else [(child.start_byte, child.end_byte) for child in node.children]

    def spliced(self, start: int, old_end: int, new_text: bytes) -> "Parsed":
        """The file with bytes `start:old_end` replaced. Costs little; parsing it again costs in proportion to the change.

        Its definitions and its problem are those of a fresh parse of the same bytes.
        """
        data = self.data
        if not 0 <= start <= old_end <= len(data):
            raise ValueError(f"no span of {len(data)} bytes: {start}:{old_end}")
        changed = b"".join((data[:start], new_text, data[old_end:]))
        known = self.__dict__.get("_tree", self._old)
        if known is None:
            return Parsed(changed, self.language)
        # The less a tree is told of, the more of it is used again: an edit that touches the end of a block throws away
        # all that follows.
        old_text = data[start:old_end]
        head = _common_head(old_text, new_text)
        tail = _common_head(old_text[head:][::-1], new_text[head:][::-1])
        start, old_end, new_end = start + head, old_end - tail, start + len(new_text) - tail
        tree = known.copy()
        tree.edit(start, old_end, new_end, _point(data, start), _point(data, old_end), _point(changed, new_end))
        return Parsed(changed, self.language, tree)

    @cached_property
    def _tree(self) -> "Tree | None":
        if _is_wide(self.data):
            return None
        old, self._old = self._old, None
        if old is not None and not old.root_node.has_error:
            tree = parse_tree(self.data, self.language, old)
            # How a parser recovers from an error depends on where it started: only a fresh parse is the same for all.
            if tree is not None and not tree.root_node.has_error:
                return tree
        return parse_tree(self.data, self.language)


def parse(data: bytes, language: str) -> Parsed:
    """The syntax of a file's bytes. `language` is one that `language_of` gives; a KeyError otherwise."""
    if language not in LANGUAGES:
        raise KeyError(language)
    return Parsed(data, language)


def _point(data: bytes, at: int) -> tuple[int, int]:
    return data.count(b"\n", 0, at), at - (data.rfind(b"\n", 0, at) + 1)


def _common_head(one: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _is_wide(data: bytes) -> bool:
    """Whether the bytes are UTF-16 or UTF-32, with a byte order mark or by every other byte being zero."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return True
    head = data[:256]
    return len(head) >= 4 and 5 * max(head[::2].count(0), head[1::2].count(0)) >= 2 * len(head)
