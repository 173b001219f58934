"""What a language's table says: which nodes are definitions and how each is read, which only wrap one, and the like."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from glmcode.syntax.reading import Reader

if TYPE_CHECKING:
    from tree_sitter import Node

    from glmcode.syntax.definition import Definition

__all__ = ["Comments", "Language"]

Comments: TypeAlias = Literal["#", "//", "--", "<!--"]


@dataclass(frozen=True, slots=True)
class Language:
    """One language's table. Strings are the grammar's node types, unless said otherwise."""

    wheel: str
    """The module that carries the grammar, imported when a file of the language is first parsed."""
    suffixes: tuple[str, ...]
    """Ends of file names."""
    rules: Mapping[str, Reader] = field(default_factory=dict)
    """Nodes that are definitions."""
    through: frozenset[str] = frozenset()
    """Nodes that may hold definitions without being one."""
    wrappers: Mapping[str, Mapping[str, Reader]] = field(default_factory=dict)
    """Nodes that hold one definition and lend it their span, and what counts as a definition there."""
    values: frozenset[str] = frozenset()
    """Nodes that define nothing but variables: within a function they are passed by."""
    decorators: frozenset[str] = frozenset()
    """Children at a definition's front that are its decorators, annotations or attributes."""
    attributes: frozenset[str] = frozenset()
    """Nodes before a definition, beside it in the tree, that belong to it."""
    comments: frozenset[str] = frozenset({"comment"})
    comment: Comments = "//"
    """How comments are written."""
    imports: frozenset[str] = frozenset()
    prologue: frozenset[str] = frozenset()
    """Nodes at the top of a file that imports come after."""
    entry: str = "language"
    """The function of the wheel that gives the grammar."""
    unit: bytes = b"    "
    """The indentation of members where a file shows none."""
    braces: bool = True
    """Members stand between braces; otherwise in an indented suite."""
    suites: bool = False
    """Members may also stand in an indented suite."""
    ended: bool = False
    """Members stand before a closing `end`."""
    belongs: "Mapping[str, Callable[[Node, bytes], bool]]" = field(default_factory=dict)
    """Nodes of which some belong to the definition below them, and which do."""
    lists: frozenset[str] = frozenset()
    """Nodes whose members commas separate."""
    names: tuple[str, ...] = ()
    """Whole names of files."""
    outline: "Callable[[Node, bytes, Language], tuple[Definition, ...]] | None" = None
    """Gives the definitions where they are not read node by node."""
    extra: bool = False
    """The grammar comes with the extra `grammars`."""
    judged: bool = True
    """Whether an error in the tree is one in the file: the grammar reads all that the language's own programs take."""
