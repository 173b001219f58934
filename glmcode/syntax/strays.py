"""Statements where a language has none: at the margin of a file, outside of every function.

Grammars read them there, for the sake of snippets. In a file they are what is left when a function was closed too early,
or when lines came to stand outside of it.
"""

from typing import TYPE_CHECKING, Final

from glmcode.syntax.problem import Problem

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["stray_statement"]

_FLOW: Final = frozenset(
    f"{word}_statement"
    for word in [
        "return",
        "break",
        "continue",
        "goto",
        "if",
        "for",
        "while",
        "do",
        "switch",
        "case",
        "throw",
        "try",
        "yield",
        "assert",
        "synchronized",
    ]
) | {"for_range_loop", "enhanced_for_statement", "try_with_resources_statement"}
_GO: Final = frozenset(
    f"{word}_statement"
    for word in [
        "expression",
        "assignment",
        "inc",
        "dec",
        "send",
        "return",
        "break",
        "continue",
        "goto",
        "fallthrough",
        "if",
        "for",
        "go",
        "defer",
        "select",
        "labeled",
    ]
) | {"block", "short_var_declaration", "expression_switch_statement", "type_switch_statement"}
_STRAYS: Final = {
    "go": _GO,
    "rust": frozenset({"let_declaration", "expression_statement"}),
    "java": _FLOW | {"expression_statement", "labeled_statement"},
    # A macro's call may stand at the margin, and look like any other statement.
    "c": _FLOW,
    "cpp": _FLOW,
}


def stray_statement(root: "Node", language: str) -> Problem | None:
    """The first statement at the file's own level. None where there is none, or where the language has a use for it."""
    strays = _STRAYS.get(language)
    if strays is None:
        return None
    for node in root.named_children:
        if node.type in strays and not _is_macro(node):
            row, column = node.start_point
            return Problem(row + 1, column + 1, "a statement stands here outside of every function")
    return None


def _is_macro(node: "Node") -> bool:
    """Whether it is the call of a macro, which may come to anything."""
    return any(inner.type == "macro_invocation" for inner in node.named_children[:1])
