"""YAML: the keys of mappings as definitions, each named by its whole path."""

from typing import TYPE_CHECKING

from glmcode.syntax.definition import Definition
from glmcode.syntax.keys import comments_above, comments_below
from glmcode.syntax.names import DEEPEST, LONGEST_PATH, Names, one_line
from glmcode.syntax.reading import text_of, unquoted
from glmcode.syntax.spans import after, body_of, indent_unit, start_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from glmcode.syntax.language import Language

__all__ = ["yaml_outline"]

_PAIRS = ("block_mapping_pair", "flow_pair")
_MAPPINGS = ("block_mapping", "flow_mapping")
_LISTS = ("block_sequence", "flow_sequence")
_PROPERTIES = ("anchor", "tag", "comment")


def yaml_outline(root: "Node", data: bytes, language: "Language") -> tuple[Definition, ...]:
    """Every key of the documents' mappings. What the items of a list hold has no path of its own.

    A key's comments are those directly above it and indented alike; comments below it that are indented deeper are
    its own too.
    """
    names = Names()
    found: list[Definition] = []
    unit = indent_unit(data, language.unit)
    stack: list[tuple[Node, str, int]] = [
        (mapping, "", 0)
        for document in reversed(root.named_children)
        if (mapping := _content(document)) is not None and mapping.type in _MAPPINGS
    ]
    pairs: list[tuple[Node, str, int]] = []
    while stack or pairs:
        if not pairs:
            mapping, path, depth = stack.pop()
            pairs = _pairs(mapping, path, depth)
            continue
        node, path, depth = pairs.pop()
        value = node.child_by_field_name("value")
        held = None if value is None else _content(value)
        one = _definition(node, held, path, depth, data, language, unit, names)
        if one is None:
            continue
        found.append(one)
        if held is not None and held.type in _MAPPINGS and depth < DEEPEST:
            pairs += _pairs(held, one.name, depth + 1)
    return tuple(found)


def _pairs(mapping: "Node", path: str, depth: int) -> "list[tuple[Node, str, int]]":
    """A mapping's pairs, the first one last."""
    return [(child, path, depth) for child in reversed(mapping.named_children) if child.type in _PAIRS]


def _content(node: "Node") -> "Node | None":
    """What a node holds beside its anchor and tag: a mapping, a list or a scalar."""
    for _ in range(3):
        inner = next((child for child in reversed(node.named_children) if child.type not in _PROPERTIES), None)
        if inner is None:
            return None
        if inner.type not in ("block_node", "flow_node"):
            return inner
        node = inner
    return None


def _definition(
    node: "Node",
    held: "Node | None",
    path: str,
    depth: int,
    data: bytes,
    language: "Language",
    unit: bytes,
    names: Names,
) -> Definition | None:
    key = unquoted(text_of(node.child_by_field_name("key"), data))
    path = f"{path}.{key}" if path else key
    if not key or len(path) > LONGEST_PATH:
        return None
    begin = start_of(data, node.start_byte, node.start_point[1])
    last = _last(node)
    stop = last.start_byte + len(data[last.start_byte : last.end_byte].rstrip())
    end = after(data, stop, begin.whole, "#")
    if begin.whole and data[end - 1 : end] == b"\n":
        end = comments_below(data, end, begin.indent)
    row = node.start_point[0] + data.count(b"\n", node.start_byte, end - 1)
    kind, body, member_indent = "key", None, b""
    if held is None:
        if begin.whole and node.type == "block_mapping_pair":
            body, member_indent = (end, end), begin.indent + unit
    elif held.type in _MAPPINGS or held.type in _LISTS:
        kind = "table" if held.type in _MAPPINGS else "array"
        first = held.named_children[0] if held.named_children else None
        inner = start_of(data, held.start_byte, held.start_point[1])
        if held.type.startswith("block") and first is not None and inner.whole and begin.whole:
            body = (comments_above(data, inner.offset, inner.indent), end)
            member_indent = inner.indent
        elif held.type.startswith("flow"):
            opening = body_of(data, node, held, language)
            body = None if opening is None else (opening.start, opening.end)
            spot = None if first is None else start_of(data, first.start_byte, first.start_point[1])
            member_indent = spot.indent if spot is not None and spot.whole else begin.indent + unit
    return Definition(
        name=names.unique(path),
        kind=kind,
        start=comments_above(data, begin.offset, begin.indent) if begin.whole else begin.offset,
        head=begin.offset,
        keyword=begin.offset,
        end=end,
        line=node.start_point[0] + 1,
        end_line=row + 1,
        indent=begin.indent,
        body=body,
        member_indent=member_indent,
        signature=one_line(data, node.start_byte, end),
        depth=depth,
    )


def _last(node: "Node") -> "Node":
    """The last leaf of a node that is no comment: some nodes take the comments below them along."""
    while True:
        inner = next((child for child in reversed(node.children) if child.type != "comment"), None)
        if inner is None or node.type == "block_scalar":
            return node
        node = inner
