"""How Elixir is read, where every definition is the call of a macro."""

from typing import TYPE_CHECKING

from glmcode.syntax.morereading import child_of
from glmcode.syntax.reading import Found, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["attribute", "belongs", "call"]

_MODULES = {"defmodule": "module", "defprotocol": "protocol", "defimpl": "impl"}
_FUNCTIONS = {
    **dict.fromkeys(("def", "defp", "defdelegate"), "function"),
    **dict.fromkeys(("defmacro", "defmacrop", "defguard", "defguardp"), "macro"),
}
_BLOCKS = frozenset({"describe", "test"})
_ABOUT_THE_NEXT = frozenset(
    {"doc", "spec", "impl", "deprecated", "typedoc", "tag", "dialyzer", "since", "optional_callbacks"}
)
_TYPES = frozenset({"type", "typep", "opaque", "callback", "macrocallback"})


def call(node: "Node", data: bytes) -> Found | None:
    """`defmodule Shop.Cart do`, `def total(cart) when ... do`, `test "it works" do`."""
    word = text_of(node.child_by_field_name("target"), data)
    if word not in _MODULES and word not in _FUNCTIONS and word not in _BLOCKS:
        return Found("defstruct", "struct") if word == "defstruct" else None
    arguments, block = child_of(node, "arguments"), child_of(node, "do_block")
    if arguments is None or not arguments.named_child_count:
        return None
    first = arguments.named_children[0]
    if word in _FUNCTIONS:
        name = _head(first, data)
        return Found(name, _FUNCTIONS[word], None, block, True) if name else None
    name = text_of(first, data).strip('"')
    if word == "defimpl" and arguments.named_child_count > 1:
        pair = child_of(arguments.named_children[1], "pair")
        target = text_of(pair.child_by_field_name("value"), data) if pair is not None else ""
        name = f"impl {name} for {target}" if target else name
    return Found(name, _MODULES.get(word, word), block, block) if name else None


def _head(node: "Node", data: bytes) -> str:
    """The name in `total(cart) when is_list(cart)`, `f`, `a + b`."""
    for _ in range(4):
        if node.type != "binary_operator":
            break
        sign = text_of(node.child_by_field_name("operator"), data)
        left = node.child_by_field_name("left")
        if sign != "when" or left is None:
            return sign
        node = left
    if node.type == "call":
        return text_of(node.child_by_field_name("target"), data)
    return text_of(node, data) if node.type == "identifier" else ""


def attribute(node: "Node", data: bytes) -> Found | None:
    """`@limit 100` is `@limit`; `@type t :: ...` is `t`."""
    word, operand = _attribute(node, data)
    if operand is None or word == "moduledoc":
        return None
    if word in _TYPES:
        arguments = child_of(operand, "arguments")
        first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
        left = first.child_by_field_name("left") if first is not None else None
        name = _head(left, data) if left is not None else ""
        return Found(name, "type") if name else None
    return Found(f"@{word}", "constant")


def belongs(node: "Node", data: bytes) -> bool:
    """`@doc`, `@spec` and the like are about the definition below them."""
    return _attribute(node, data)[0] in _ABOUT_THE_NEXT


def _attribute(node: "Node", data: bytes) -> "tuple[str, Node | None]":
    operand = node.child_by_field_name("operand")
    if operand is None or operand.type != "call" or not data.startswith(b"@", node.start_byte):
        return "", None
    return text_of(operand.child_by_field_name("target"), data), operand
