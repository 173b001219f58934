"""How one node of a tree is read as a definition: its name, its kind, and what holds its members.

A `Reader` looks at one node and never further than its name and its holder lie, so that reading costs the same
however large a body is. Names are the source's text, white space collapsed; bytes that are not UTF-8 come as
surrogate escapes, as they do in a plan.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = [
    "Found",
    "Reader",
    "go_method",
    "go_type",
    "go_values",
    "java_field",
    "js_assignment",
    "js_field",
    "js_pair",
    "js_value",
    "js_variable",
    "plain",
    "python_alias",
    "python_assignment",
    "python_decorated",
    "rust_impl",
    "text_of",
    "ts_alias",
    "unquoted",
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
        name = unquoted(text_of(node.child_by_field_name(field), data))
        if not name:
            return None
        inside = node.child_by_field_name(body)
        bare = bool(forward) and node.child_by_field_name(forward) is None
        return Found(name, kind, inside if holds else None, inside, local, bare)

    return read


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


_python_function = plain("function", holds=False, local=True)


def python_decorated(node: "Node", data: bytes) -> Found | None:
    """A function with decorators: one under `@overload` only declares what another of its name defines."""
    found = _python_function(node, data)
    above = node.prev_named_sibling
    while found is not None and above is not None and above.type == "decorator":
        if text_of(above, data).removeprefix("@").rpartition(".")[2].strip() == "overload":
            return found._replace(forward=True)
        above = above.prev_named_sibling
    return found


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


def ts_alias(node: "Node", data: bytes) -> Found | None:
    """`type Cart = {...}` holds members as an interface does; other aliases are what they are."""
    name, value = text_of(node.child_by_field_name("name"), data), node.child_by_field_name("value")
    if not name:
        return None
    holder = value if value is not None and value.type == "object_type" else None
    return Found(name, "type", holder, holder)


def js_field(node: "Node", data: bytes) -> Found | None:
    """A class's field; one that holds a function is a method."""
    name = node.child_by_field_name("name") or node.child_by_field_name("property")
    return _js_bound(unquoted(text_of(name, data)), node.child_by_field_name("value"), "field") if name else None


def js_pair(node: "Node", data: bytes) -> Found | None:
    """A key of an object whose value is a function or an object; other keys are not definitions."""
    value = node.child_by_field_name("value")
    if value is None or value.type not in (*_FUNCTIONS, "object"):
        return None
    return _js_bound(unquoted(text_of(node.child_by_field_name("key"), data)), value, "object")


def unquoted(text: str) -> str:
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


def _values(names: list[str]) -> Found | None:
    if not names or not all(names):
        return None
    name = ", ".join(names)
    return Found(name, "constant" if name.isupper() else "variable")
