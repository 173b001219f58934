"""A file's imports, and where a new one belongs."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glmcode.syntax.spans import BOM, after, start_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from glmcode.syntax.languages import Language

__all__ = ["ImportBlock", "imports_of"]

_REQUIRE = re.compile(rb"(?:const|let|var|local)\s[^=;]{1,400}=\s*require\b|require(?:_relative)?[ \t(]")
STATEMENT = 4096
"""Bytes of an import statement that are kept; longer ones are cut."""


@dataclass(frozen=True, slots=True)
class ImportBlock:
    """Where new imports go, and what is imported already."""

    end: int
    """The byte offset at which a new import statement goes, as whole lines: past the last import that stands before
    the file's first function or class (past its last import at all where those come later); in a file without
    imports past what must come first: `#!`, the coding line, the licence comment, a docstring, `package`, an include
    guard, inner attributes."""
    statements: tuple[str, ...]
    """The file's own import statements in order, without comments and line ends, white space collapsed, undecodable
    bytes as surrogate escapes. A statement that imports several names is followed by one statement for each:
    `import a, b` by `import a` and `import b`; Go's `import (...)` by `import "fmt"`."""
    list_end: int | None = None
    """In Go, where the last of those imports is a list in parentheses of several lines: the offset of its last line."""

    def has(self, statement: str) -> bool:
        """Whether a statement is there already, white space and a closing `;` aside."""
        return _collapsed(statement) in {_collapsed(known) for known in self.statements}


def imports_of(root: "Node", data: bytes, language: "Language") -> ImportBlock:
    """Looks at the file's own level, and within the include guard of a C header."""
    statements: list[str] = []
    end = first = late = list_end = None
    defined = False
    nodes = _top(root, language)
    for node in nodes:
        if _is_import(node, data, language):
            statements += _statements(node, data, language)
            past = _past(node, data, language)
            list_end = _list_end(node, data)
            if defined:
                late = past
            else:
                end = past
        elif _defines(node, language):
            defined = True
        elif first is None and not defined and end is None:
            first = node
    if end is None:
        end = late
    if end is None:
        end = _past_prologue(nodes, data, language)
    return ImportBlock(end, tuple(statements), list_end)


def _list_end(node: "Node", data: bytes) -> int | None:
    """Where the line of the parenthesis begins that closes a list of imports; None where it has no line of its own."""
    inside = node.named_children[0] if node.named_child_count == 1 else None
    if inside is None or inside.type != "import_spec_list":
        return None
    start = data.rfind(b"\n", 0, inside.end_byte) + 1
    return start if start > inside.start_byte and not data[start : inside.end_byte - 1].strip() else None


def _top(root: "Node", language: "Language") -> "list[Node]":
    nodes = root.named_children
    if not language.imports & {"preproc_include"}:
        return nodes
    code = [node for node in nodes if node.type not in language.comments]
    guard = next((node for node in code if node.type == "preproc_ifdef"), None)
    if guard is None or len(code) > 1:  # one that holds less than the whole file guards something else
        return nodes
    inside = guard.named_children
    return inside if len(inside) > 1 and inside[1].type == "preproc_def" else nodes


def _is_import(node: "Node", data: bytes, language: "Language") -> bool:
    if node.type in language.imports:
        return True
    if node.type in ("lexical_declaration", "variable_declaration", "call"):
        return _REQUIRE.match(data, node.start_byte, min(node.end_byte, node.start_byte + 512)) is not None
    return False


def _defines(node: "Node", language: "Language") -> bool:
    """Whether the node is, or wraps, a function, a class or the like; variables and conditions don't count."""
    kind = node.type
    if kind in (
        "expression_statement",
        "lexical_declaration",
        "variable_declaration",
        "preproc_def",
        "preproc_function_def",
        "mod_item",
    ):
        return False
    return kind in language.rules or kind in language.wrappers


def _past(node: "Node", data: bytes, language: "Language") -> int:
    start = start_of(data, node.start_byte, node.start_point[1])
    end = after(data, node.end_byte, start.whole, language.comment)
    if data[end - 1 : end] != b"\n":
        # Other code shares the line: whole lines go below it.
        newline = data.find(b"\n", end)
        return len(data) if newline < 0 else newline + 1
    return end


def _past_prologue(nodes: "list[Node]", data: bytes, language: "Language") -> int:
    at = len(BOM) if data.startswith(BOM) else 0
    for index, node in enumerate(nodes):
        if node.type in language.comments:
            # A comment directly above code is about that code; one followed by a blank line is about the file.
            after_it = nodes[index + 1] if index + 1 < len(nodes) else None
            row = node.end_point[0] + (node.end_point[1] > 0)
            heads_file = data.startswith((b"#!", b"//!", b"/*!"), node.start_byte) or (
                node.start_point[0] < 2
                and language.comment == "#"
                and b"coding" in data[node.start_byte : node.end_byte]
            )
            if (
                not heads_file
                and after_it is not None
                and after_it.start_point[0] <= row
                and not _is_prologue(after_it, language, data)
            ):
                break
        elif not _is_prologue(node, language, data):
            break
        at = _past(node, data, language)
    return at


def _is_prologue(node: "Node", language: "Language", data: bytes) -> bool:
    kind = node.type
    if kind in language.prologue or kind in language.comments:
        return True
    if kind == "expression_statement":  # a docstring, "use strict"
        return node.named_child_count == 1 and node.named_children[0].type == "string"
    if kind == "preproc_call":
        return data.startswith(b"#pragma once", node.start_byte)
    # The name and the `#define` of an include guard, whose inside the caller has come to.
    return kind == "identifier" or (kind == "preproc_def" and node.child_by_field_name("value") is None)


def _statements(node: "Node", data: bytes, language: "Language") -> list[str]:
    whole = _text(node, data)
    single: list[str] = []
    if node.type == "import_statement" and not language.braces:
        single = [f"import {_text(name, data)}" for name in node.children_by_field_name("name")]
    elif node.type == "import_statement":
        single = _named_ones(node, data)
    elif node.type == "import_from_statement":
        module = node.child_by_field_name("module_name")
        if module is not None:
            single = [
                f"from {_text(module, data)} import {_text(name, data)}" for name in node.children_by_field_name("name")
            ]
    elif (
        node.type == "import_declaration"
        and node.named_child_count == 1
        and node.named_children[0].type == "import_spec_list"
    ):
        single = [
            f"import {_text(spec, data)}"
            for spec in node.named_children[0].named_children
            if spec.type == "import_spec"
        ]
    return [whole, *single] if single != [whole] else [whole]


def _named_ones(node: "Node", data: bytes) -> list[str]:
    """`import { a, b } from "m"` as `import { a } from "m"` and the like; nothing for one that imports otherwise too."""
    clause = next((child for child in node.named_children if child.type == "import_clause"), None)
    if clause is None or clause.named_child_count != 1 or clause.named_children[0].type != "named_imports":
        return []
    before = data[node.start_byte : clause.start_byte].decode("utf-8", "surrogateescape")
    behind = data[clause.end_byte : min(node.end_byte, clause.end_byte + STATEMENT)].decode("utf-8", "surrogateescape")
    names = clause.named_children[0].named_children
    return [
        _collapsed(f"{before}{{ {_text(name, data)} }}{behind}") for name in names if name.type == "import_specifier"
    ]


def _text(node: "Node", data: bytes) -> str:
    return _collapsed(
        data[node.start_byte : min(node.end_byte, node.start_byte + STATEMENT)].decode("utf-8", "surrogateescape")
    )


def _collapsed(statement: str) -> str:
    return " ".join(statement.split()).removesuffix(";").rstrip()
