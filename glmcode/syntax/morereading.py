"""How definitions are read in the languages of the extra, where a name's field alone does not say it."""

import re
from typing import TYPE_CHECKING

from glmcode.syntax.reading import Found, Reader, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = [
    "bash_variables",
    "child_of",
    "cs_member",
    "cs_variables",
    "dotted",
    "kotlin_class",
    "kotlin_function",
    "kotlin_property",
    "lua_assignment",
    "lua_field",
    "lua_function",
    "named",
    "php_elements",
    "ruby_assignment",
    "ruby_call",
    "ruby_class",
    "scala_value",
    "sql_create",
    "swift_class",
    "swift_property",
]

MOST_NAMES = 16
_ARGUMENTS = re.compile(r"<.*>$")
_SQL_QUOTES = str.maketrans("", "", '"`[]')


def child_of(node: "Node", *types: str) -> "Node | None":
    """The first child of one of these types."""
    return next((child for child in node.children if child.type in types), None)


def _several(names: list[str], kind: str) -> Found | None:
    return Found(", ".join(names), kind) if names and all(names) else None


def named(name: str, kind: str, *, body: str = "body") -> Reader:
    """A node whose name the language gives: `init`, `this[]`."""

    def read(node: "Node", _: bytes) -> Found | None:
        return Found(name, kind, None, node.child_by_field_name(body) or child_of(node, body), True)

    return read


def dotted(kind: str, separator: str) -> Reader:
    """`A::B`, `A\\B` are `A.B`; a node without a body (`namespace A;`) is about the file."""

    def read(node: "Node", data: bytes) -> Found | None:
        body = node.child_by_field_name("body")
        name = text_of(node.child_by_field_name("name"), data).replace(separator, ".")
        return Found(name, kind, body, body) if name and body is not None else None

    return read


# Ruby

_RUBY_BLOCKS = frozenset(
    {"describe", "context", "it", "specify", "test", "feature", "scenario", "task", "namespace", "shared_examples"}
)


def ruby_class(kind: str) -> Reader:
    """`class Shop::Cart < Base` is `Shop.Cart`. Its members stand before its `end`."""

    def read(node: "Node", data: bytes) -> Found | None:
        name = text_of(node.child_by_field_name("name"), data).replace("::", ".").strip(".")
        return Found(name, kind, node, node.child_by_field_name("body")) if name else None

    return read


def ruby_assignment(node: "Node", data: bytes) -> Found | None:
    """A constant."""
    left = node.child_by_field_name("left")
    return Found(text_of(left, data), "constant") if left is not None and left.type == "constant" else None


def ruby_call(node: "Node", data: bytes) -> Found | None:
    """`private def f`, and the blocks of tests and tasks, named by their first argument."""
    arguments = node.child_by_field_name("arguments")
    if arguments is None or not arguments.named_child_count:
        return None
    first = arguments.named_children[0]
    if first.type in ("method", "singleton_method"):
        name = text_of(first.child_by_field_name("name"), data)
        return Found(name, "method", None, first.child_by_field_name("body"), True) if name else None
    block = node.child_by_field_name("block")
    word = text_of(node.child_by_field_name("method"), data)
    if block is None or block.type != "do_block" or word not in _RUBY_BLOCKS:
        return None
    name = text_of(first, data).strip("\"':").rstrip(":")
    return Found(name, word, block, block.child_by_field_name("body")) if name else None


# PHP, C#


def php_elements(kind: str, element: str) -> Reader:
    """`const A = 1, B = 2`, `private array $lines = []`."""

    def read(node: "Node", data: bytes) -> Found | None:
        found = [child for child in node.named_children if child.type == element][:MOST_NAMES]
        return _several([text_of(one.named_children[0], data).lstrip("$") for one in found if one.named_children], kind)

    return read


def cs_variables(node: "Node", data: bytes) -> Found | None:
    """`private int a, b;`, `public event Handler Changed;`."""
    declared = child_of(node, "variable_declaration")
    if declared is None:
        return None
    found = [child for child in declared.named_children if child.type == "variable_declarator"][:MOST_NAMES]
    return _several([text_of(one.child_by_field_name("name"), data) for one in found], "field")


def cs_member(node: "Node", data: bytes) -> Found | None:
    """A destructor, `~Cart`; an operator, `operator +`."""
    sign = node.child_by_field_name("operator") or node.child_by_field_name("type")
    name = text_of(node.child_by_field_name("name"), data)
    name = f"~{name}" if node.type == "destructor_declaration" else f"operator {text_of(sign, data)}"
    return Found(name, "method", None, node.child_by_field_name("body"), True)


# Kotlin, Swift, Scala


def kotlin_class(node: "Node", data: bytes) -> Found | None:
    """A class, interface, enum or object; a companion without a name is `Companion`."""
    name = text_of(node.child_by_field_name("name"), data)
    body = child_of(node, "class_body", "enum_class_body")
    if node.type == "companion_object":
        return Found(name or "Companion", "object", body, body)
    if not name:
        return None
    if node.type == "object_declaration":
        return Found(name, "object", body, body)
    if body is not None and body.type == "enum_class_body":
        return Found(name, "enum", body, body)
    return Found(name, "interface" if child_of(node, "interface") else "class", body, body)


def kotlin_function(node: "Node", data: bytes) -> Found | None:
    """`fun Cart.isEmpty()` is `Cart.isEmpty`."""
    name = node.child_by_field_name("name")
    if name is None:
        return None
    receiver = next((c for c in node.named_children if c.type == "user_type" and c.end_byte <= name.start_byte), None)
    owner = _ARGUMENTS.sub("", text_of(receiver, data))
    called = text_of(name, data)
    return Found(f"{owner}.{called}" if owner else called, "function", None, child_of(node, "function_body"), True)


def kotlin_property(node: "Node", data: bytes) -> Found | None:
    """`val size: Int`, `val Cart.first get() = ...`."""
    declared = child_of(node, "variable_declaration")
    name = text_of(declared.named_children[0], data) if declared is not None and declared.named_children else ""
    if not name:
        return None
    modifiers = child_of(node, "modifiers")
    constant = modifiers is not None and "const" in text_of(modifiers, data).split()
    return Found(name, "constant" if constant else "variable")


_SWIFT_KINDS = {"class": "class", "struct": "struct", "enum": "enum", "actor": "class", "extension": "extension"}


def swift_class(node: "Node", data: bytes) -> Found | None:
    """A class, struct, enum or actor; `extension Cart: Codable` is `extension Cart`."""
    name, body = text_of(node.child_by_field_name("name"), data), node.child_by_field_name("body")
    kind = next((_SWIFT_KINDS[child.type] for child in node.children if child.type in _SWIFT_KINDS), "class")
    return Found(f"extension {name}" if kind == "extension" else name, kind, body, body) if name else None


def swift_property(node: "Node", data: bytes) -> Found | None:
    """`let x, y: Int` is `x, y`; `case small, large` likewise."""
    names = node.children_by_field_name("name")[:MOST_NAMES]
    texts = [text_of(name.child_by_field_name("bound_identifier") or name, data) for name in names]
    return _several(texts, "constant" if node.type == "enum_entry" else "variable")


def scala_value(kind: str) -> Reader:
    """`val size = 1`; what takes a value apart has no name."""

    def read(node: "Node", data: bytes) -> Found | None:
        pattern = node.child_by_field_name("pattern") or node.child_by_field_name("name")
        return Found(text_of(pattern, data), kind) if pattern is not None and pattern.type == "identifier" else None

    return read


# Lua, Bash, SQL


def lua_function(node: "Node", data: bytes) -> Found | None:
    """`function Cart:total()` is `Cart.total`."""
    name = text_of(node.child_by_field_name("name"), data).replace(":", ".")
    kind = "method" if "." in name else "function"
    return Found(name, kind, None, node.child_by_field_name("body"), True) if name else None


def lua_assignment(node: "Node", data: bytes) -> Found | None:
    """`local f = function() end`, `Cart.empty = function() end`, `local settings = {...}`, other variables."""
    inner = node if node.type == "assignment_statement" else child_of(node, "assignment_statement") or node
    names, values = child_of(inner, "variable_list"), child_of(inner, "expression_list")
    if names is None or any(name.type == "bracket_index_expression" for name in names.named_children[:MOST_NAMES]):
        return None
    texts = [text_of(name, data) for name in names.children_by_field_name("name")[:MOST_NAMES]]
    if len(texts) == 1 and values is not None and values.named_child_count == 1:
        return _lua_bound(texts[0], values.named_children[0], "variable")
    return _several(texts, "variable")


def lua_field(node: "Node", data: bytes) -> Found | None:
    """A table's field that holds a function or a table."""
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is None or value is None or value.type not in ("function_definition", "table_constructor"):
        return None
    return _lua_bound(text_of(name, data).strip("\"'"), value, "object")


def _lua_bound(name: str, value: "Node", kind: str) -> Found | None:
    if not name:
        return None
    if value.type == "function_definition":
        return Found(name, "function", None, value.child_by_field_name("body"), True)
    return Found(name, kind, value, value) if value.type == "table_constructor" else Found(name, kind)


def bash_variables(node: "Node", data: bytes) -> Found | None:
    """`NAME=value`, `export A=1 B=2`."""
    found = [node] if node.type == "variable_assignment" else node.named_children[: MOST_NAMES + 4]
    names = [one.child_by_field_name("name") for one in found if one.type == "variable_assignment"]
    texts = [text_of(name, data) for name in names if name is not None and name.type == "variable_name"]
    return _several(texts[:MOST_NAMES], "variable") if len(texts) == len(names) else None


def sql_create(kind: str) -> Reader:
    """`CREATE TABLE shop.carts (...)` is `shop.carts`, and its columns are its members."""

    def read(node: "Node", data: bytes) -> Found | None:
        name = node.child_by_field_name("column") or child_of(node, "object_reference", "identifier")
        columns = child_of(node, "column_definitions")
        text = text_of(name, data).translate(_SQL_QUOTES)
        return Found(text, kind, columns, columns) if text else None

    return read
