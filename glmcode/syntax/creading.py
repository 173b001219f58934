"""How declarations of C and C++ are read, whose names stand within pointers, arrays, arguments and scopes."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from glmcode.syntax.reading import Found, Reader, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["c_declaration", "c_field", "c_function", "c_namespace", "c_typedef", "macro", "typed"]

_DECLARES = re.compile(r"declarator$")


def typed(kind: str) -> Reader:
    """A C struct, union, enum or C++ class: a definition only with its body."""

    def read(node: "Node", data: bytes) -> Found | None:
        body = node.child_by_field_name("body")
        if body is None:
            return None
        name = text_of(_last_of_scope(node.child_by_field_name("name")), data)
        return Found(name, kind, body, body) if name else None

    return read


def macro(node: "Node", data: bytes) -> Found | None:
    """A `#define` with a value or parameters; a bare one is an include guard or a switch."""
    if node.type == "preproc_def" and node.child_by_field_name("value") is None:
        return None
    name = text_of(node.child_by_field_name("name"), data)
    return Found(name, "macro") if name else None


def c_function(node: "Node", data: bytes) -> Found | None:
    """`int Cart::total() const {...}` is `Cart.total`."""
    name, called = _declared(node.child_by_field_name("declarator"), data)
    if not name:
        return None
    return Found(name, "method" if "." in name and called else "function", None, None)


def c_declaration(node: "Node", data: bytes) -> Found | None:
    """A prototype (`forward`), a struct that is declared with its variables, or variables."""
    kind = node.child_by_field_name("type")
    if kind is not None and kind.child_by_field_name("body") is not None and kind.type in _C_TYPES:
        return typed(_C_TYPES[kind.type])(kind, data) or _c_variables(node, kind, data)
    return _c_variables(node, None, data)


def _c_variables(node: "Node", kind: "Node | None", data: bytes) -> Found | None:
    pairs = [_declared(child, data) for child in node.children_by_field_name("declarator")[:16]]
    names = [name for name, _ in pairs]
    if not names or not all(names):
        return None
    if pairs[0][1]:
        return Found(names[0], "function", forward=True)
    holder = kind.child_by_field_name("body") if kind is not None else None
    constant = any(
        child.type == "type_qualifier" and text_of(child, data) in ("const", "constexpr")
        for child in node.named_children[:8]
    )
    return Found(", ".join(names), "constant" if constant else "variable", holder, holder)


def c_field(node: "Node", data: bytes) -> Found | None:
    """A member of a struct or class: a method's declaration or a nested type; plain fields are not definitions."""
    kind = node.child_by_field_name("type")
    if kind is not None and kind.type in _C_TYPES and kind.child_by_field_name("body") is not None:
        return typed(_C_TYPES[kind.type])(kind, data)
    declarators = node.children_by_field_name("declarator")[:1]
    name, called = _declared(declarators[0], data) if declarators else ("", False)
    return Found(name, "function", forward=True) if name and called else None


def c_typedef(node: "Node", data: bytes) -> Found | None:
    """`typedef struct {...} Cart;` is the struct `Cart`, any other typedef a type."""
    names = [_declared(child, data)[0] for child in node.children_by_field_name("declarator")[:16]]
    kind = node.child_by_field_name("type")
    if not names or not all(names):
        return None
    body = kind.child_by_field_name("body") if kind is not None else None
    if kind is not None and body is not None and kind.type in _C_TYPES:
        return Found(", ".join(names), _C_TYPES[kind.type], body, body)
    return Found(", ".join(names), "type")


def c_namespace(node: "Node", data: bytes) -> Found | None:
    """`namespace a::b {...}` is `a.b`; what an unnamed one holds counts as its surroundings' own."""
    name = text_of(node.child_by_field_name("name"), data).replace(" ", "").replace("::", ".")
    body = node.child_by_field_name("body")
    return Found(name, "namespace", body, body) if name else None


_C_TYPES = {
    "struct_specifier": "struct",
    "class_specifier": "class",
    "union_specifier": "union",
    "enum_specifier": "enum",
}


def _declared(declarator: "Node | None", data: bytes) -> tuple[str, bool]:
    """The name that a C declarator declares, with its scopes as a dotted path, and whether it declares a function."""
    called = False
    parts: list[str] = []
    for node in _inwards(declarator):
        if node.type == "function_declarator":
            inner = node.child_by_field_name("declarator")
            called = inner is None or inner.type != "parenthesized_declarator" or not _is_pointer(inner)
        elif node.type == "qualified_identifier":
            scope = text_of(_last_of_scope(node.child_by_field_name("scope")), data)
            parts += [scope] if scope else []
        elif node.type == "operator_cast":
            parts.append(f"operator {text_of(node.child_by_field_name('type'), data)}")
            called = True
        elif not _DECLARES.search(node.type) and node.type != "template_function":
            parts.append(text_of(node, data))
    if len(parts) > 24 or not parts or not parts[-1]:
        return "", called
    return ".".join(parts), called


def _inwards(node: "Node | None") -> Iterator["Node"]:
    """From a declarator to the name within it."""
    while node is not None:
        yield node
        if node.type in ("qualified_identifier", "template_function"):
            node = node.child_by_field_name("name")
        elif _DECLARES.search(node.type):
            within = node.child_by_field_name("declarator")
            if within is None:
                named = node.named_children
                within = named[-1] if named else None
            node = within
        else:
            return


def _is_pointer(node: "Node") -> bool:
    """Whether `(...)` around a declarator makes it a pointer to a function instead of the function itself."""
    for inner in _inwards(node):
        if inner.type == "function_declarator":
            return False
        if inner.type == "pointer_declarator":
            return not any(deeper.type == "function_declarator" for deeper in _inwards(inner))
    return False


def _last_of_scope(node: "Node | None") -> "Node | None":
    """`Cart` of `Cart<int>`."""
    if node is not None and node.type == "template_type":
        return node.child_by_field_name("name")
    return node
