"""How one node of a tree is read as a definition: its name, its kind, and what holds its members.

A `Reader` looks at one node and never further than its name and its holder lie, so that reading costs the same
however large a body is. Names are the source's text, white space collapsed; bytes that are not UTF-8 come as
surrogate escapes, as they do in a plan.
"""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = [
    "Found",
    "Reader",
    "c_declaration",
    "c_field",
    "c_function",
    "c_namespace",
    "c_typedef",
    "go_method",
    "go_type",
    "go_values",
    "java_field",
    "js_assignment",
    "js_field",
    "js_pair",
    "js_value",
    "js_variable",
    "macro",
    "plain",
    "python_alias",
    "python_assignment",
    "rust_impl",
    "text_of",
    "typed",
]

NAME_LIMIT = 160
"""Bytes of source that a name may take; a longer one is cut, so that hostile names can't grow an outline."""

BLANKS = re.compile(r"\s+")
WORD = re.compile(r"[^\W\d]\w*")


class Found(NamedTuple):
    """What a node defines."""

    name: str
    kind: str
    holder: "Node | None" = None
    """What holds the members: the class body, the braces, the suite."""
    inside: "Node | None" = None
    """Where definitions may stand within it: the holder, or a function's body."""
    local: bool = False
    """Whether what stands inside is a function's own: its variables are nobody else's business."""
    forward: bool = False
    """A declaration without its body: the definition elsewhere in the file has the better claim to the plain name."""


Reader: TypeAlias = "Callable[[Node, bytes], Found | None]"


def text_of(node: "Node | None", data: bytes) -> str:
    """The node's source on one line, "" for None."""
    if node is None:
        return ""
    start, end = node.start_byte, node.end_byte
    if end - start > NAME_LIMIT:
        return BLANKS.sub(" ", data[start : start + NAME_LIMIT].decode("utf-8", "ignore")).strip()
    text = data[start:end].decode("utf-8", "surrogateescape")
    return text if text.isidentifier() else BLANKS.sub(" ", text).strip()


def plain(
    kind: str, *, field: str = "name", body: str = "body", holds: bool = True, local: bool = False, forward: str = ""
) -> Reader:
    """A node that names itself in one field. With `forward`, one that lacks that field is a forward declaration."""

    def read(node: "Node", data: bytes) -> Found | None:
        name = _unquoted(text_of(node.child_by_field_name(field), data))
        if not name:
            return None
        inside = node.child_by_field_name(body)
        bare = bool(forward) and node.child_by_field_name(forward) is None
        return Found(name, kind, inside if holds else None, inside, local, bare)

    return read


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


# Python


def python_assignment(node: "Node", data: bytes) -> Found | None:
    """`X = 1`, `X: int`, `a, b = 1, 2`, `a = b = 1`: named by all the plain names it binds."""
    names = []
    link: Node | None = node
    for _ in range(8):
        if link is None or link.type != "assignment":
            break
        left = link.child_by_field_name("left")
        if left is None:
            return None
        targets = left.named_children if left.type in ("pattern_list", "tuple_pattern") else [left]
        if len(targets) > 16 or any(target.type != "identifier" for target in targets):
            return None
        names += [text_of(target, data) for target in targets]
        link = link.child_by_field_name("right")
    return _values(names)


def python_alias(node: "Node", data: bytes) -> Found | None:
    """`type Name[T] = ...`."""
    match = WORD.match(text_of(node.child_by_field_name("left"), data))
    return Found(match.group(), "type") if match else None


# JavaScript and TypeScript

_FUNCTIONS = ("arrow_function", "function_expression", "generator_function")


def js_variable(node: "Node", data: bytes) -> Found | None:
    """`const f = () => {}` is a function, `const C = class {}` a class, other variables what they are."""
    declarators = [child for child in node.named_children if child.type == "variable_declarator"]
    names = [declarator.child_by_field_name("name") for declarator in declarators]
    if not declarators or any(name is None or name.type != "identifier" for name in names):
        return None
    if len(names) == 1:
        return _js_bound(text_of(names[0], data), declarators[0].child_by_field_name("value"), "variable")
    return _values([text_of(name, data) for name in names])


def js_assignment(node: "Node", data: bytes) -> Found | None:
    """`module.exports = ...`, `exports.f = ...`, `Cart.prototype.total = function () {}`."""
    left = node.child_by_field_name("left")
    if left is None or left.type not in ("member_expression", "identifier"):
        return None
    name = text_of(left, data).replace(" ", "")
    if not all(WORD.fullmatch(part.replace("$", "_")) for part in name.split(".")):
        return None
    value = node.child_by_field_name("right")
    exported = name.startswith(("module.exports", "exports."))
    if not exported and (value is None or value.type not in (*_FUNCTIONS, "class")):
        return None
    return _js_bound(name, value, "variable")


def js_value(node: "Node", data: bytes) -> Found | None:
    """The value of `export default`: a function, a class or an object; without a name of its own it is `default`."""
    return _js_bound(text_of(node.child_by_field_name("name"), data) or "default", node, "variable")


def js_field(node: "Node", data: bytes) -> Found | None:
    """A class's field; one that holds a function is a method."""
    name = node.child_by_field_name("name") or node.child_by_field_name("property")
    return _js_bound(_unquoted(text_of(name, data)), node.child_by_field_name("value"), "field") if name else None


def js_pair(node: "Node", data: bytes) -> Found | None:
    """A key of an object whose value is a function or an object; other keys are not definitions."""
    value = node.child_by_field_name("value")
    if value is None or value.type not in (*_FUNCTIONS, "object"):
        return None
    return _js_bound(_unquoted(text_of(node.child_by_field_name("key"), data)), value, "object")


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 2 and text[0] in "\"'" and text[-1] == text[0] else text


def _js_bound(name: str, value: "Node | None", kind: str) -> Found | None:
    if not name:
        return None
    if value is None:
        return Found(name, kind)
    if value.type in _FUNCTIONS:
        return Found(name, "function", None, value.child_by_field_name("body"), True)
    if value.type == "class":
        body = value.child_by_field_name("body")
        return Found(name, "class", body, body)
    if value.type == "object":
        return Found(name, kind, value, value)
    return Found(name, kind)


# Go


def go_method(node: "Node", data: bytes) -> Found | None:
    """`func (c *Cart) Total()` is `Cart.Total`."""
    receiver, name = node.child_by_field_name("receiver"), text_of(node.child_by_field_name("name"), data)
    if receiver is None or not name or not receiver.named_children:
        return None
    kind = receiver.named_children[0].child_by_field_name("type")
    for _ in range(4):
        if kind is None or kind.type == "type_identifier":
            break
        kind = kind.child_by_field_name("type") or (kind.named_children[0] if kind.named_children else None)
    owner = text_of(kind, data)
    return Found(f"{owner}.{name}" if owner else name, "method", None, node.child_by_field_name("body"), True)


def go_type(node: "Node", data: bytes) -> Found | None:
    """`type Cart struct {...}`, `type Reader interface {...}`, any other type."""
    name, value = text_of(node.child_by_field_name("name"), data), node.child_by_field_name("type")
    if not name or value is None:
        return None
    if value.type == "struct_type":
        return Found(name, "struct", value.named_children[0] if value.named_children else None)
    if value.type == "interface_type":
        return Found(name, "interface", value, value)
    return Found(name, "type")


def go_values(kind: str) -> Reader:
    """One line of a `const` or `var` declaration."""

    def read(node: "Node", data: bytes) -> Found | None:
        names = [text_of(name, data) for name in node.children_by_field_name("name")[:16] if name.is_named]
        return Found(", ".join(names), kind) if names and all(names) else None

    return read


# Rust


def rust_impl(node: "Node", data: bytes) -> Found | None:
    """`impl<T> Display for Cart<T>` is `impl Display for Cart<T>`."""
    trait, target = node.child_by_field_name("trait"), text_of(node.child_by_field_name("type"), data)
    if not target:
        return None
    body = node.child_by_field_name("body")
    return Found(f"impl {text_of(trait, data)} for {target}" if trait else f"impl {target}", "impl", body, body)


# Java


def java_field(node: "Node", data: bytes) -> Found | None:
    """`int a = 1, b;` is `a, b`."""
    names = [text_of(d.child_by_field_name("name"), data) for d in node.children_by_field_name("declarator")[:16]]
    return Found(", ".join(names), "field") if names and all(names) else None


# C and C++

_DECLARES = re.compile(r"declarator$")


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


def _values(names: list[str]) -> Found | None:
    if not names or not all(names):
        return None
    name = ", ".join(names)
    return Found(name, "constant" if name.isupper() else "variable")
