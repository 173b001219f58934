"""TOML: tables and keys as definitions, each named by its whole path."""

from typing import TYPE_CHECKING

from glmcode.syntax.definition import Definition
from glmcode.syntax.keys import comments_above, line_past
from glmcode.syntax.names import DEEPEST, LONGEST_PATH, Names, one_line
from glmcode.syntax.reading import text_of, unquoted
from glmcode.syntax.spans import Opening, after, body_of, bottom, indent_unit, last_row, start_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from glmcode.syntax.language import Language

__all__ = ["toml_outline"]

_KEYS = ("bare_key", "quoted_key", "dotted_key")


def toml_outline(root: "Node", data: bytes, language: "Language") -> tuple[Definition, ...]:
    """`[tool.ruff.lint]` is the table `tool.ruff.lint`, and its keys are its members; so are those of an inline table.

    A table ends with its last key, or with the comments behind that which don't stand directly above the next table.
    """
    names = Names()
    found: list[Definition] = []
    unit = indent_unit(data, language.unit)
    nodes = root.named_children
    for at, node in enumerate(nodes):
        if node.type == "pair":
            _add_pair(node, "", 0, data, language, unit, names, found)
        elif node.type in ("table", "table_array_element"):
            following = nodes[at + 1] if at + 1 < len(nodes) else None
            _add_table(node, following, data, language, unit, names, found)
    return tuple(found)


def _add_table(
    node: "Node",
    following: "Node | None",
    data: bytes,
    language: "Language",
    unit: bytes,
    names: Names,
    found: list[Definition],
) -> None:
    children = node.named_children
    path = _path(children[0], data) if children and children[0].type in _KEYS else ""
    if not path or len(path) > LONGEST_PATH:
        return
    line = node.start_byte - node.start_point[1]
    indent = data[line : node.start_byte]
    if indent.strip(b" \t"):
        return
    header = line_past(data, children[0].end_byte)
    stop = len(data) if following is None else following.start_byte - following.start_point[1]
    if following is not None:
        stop = comments_above(data, stop, data[stop : following.start_byte])
    inside = children[1:]
    while inside and inside[-1].start_byte >= stop:
        inside.pop()
    end, row = header, node.start_point[0]
    if inside:
        past, row = bottom(data, inside[-1])
        end = line_past(data, past)
    name = names.unique(path)
    members = [child for child in inside if child.type == "pair"]
    found.append(
        Definition(
            name=name,
            kind="table" if node.type == "table" else "entry",
            start=comments_above(data, line, indent),
            head=line,
            keyword=line,
            end=end,
            line=node.start_point[0] + 1,
            end_line=row + 1,
            indent=indent,
            body=(header, end),
            member_indent=_indent_of(members[0], data) if members else indent,
            signature=one_line(data, node.start_byte, end),
            depth=0,
        )
    )
    for member in members:
        _add_pair(member, name, 1, data, language, unit, names, found)


def _add_pair(
    node: "Node",
    owner: str,
    depth: int,
    data: bytes,
    language: "Language",
    unit: bytes,
    names: Names,
    found: list[Definition],
) -> None:
    """One key, and the keys of the inline table that it holds."""
    key, value = node.named_children[0], node.named_children[-1]
    path = f"{owner}.{_path(key, data)}" if owner else _path(key, data)
    if key.type not in _KEYS or len(path) > LONGEST_PATH or depth > DEEPEST:
        return
    begin = start_of(data, node.start_byte, node.start_point[1])
    is_inline = value.type == "inline_table"
    body: Opening | None = None
    member_indent = b""
    if value is not key and (is_inline or value.type == "array"):
        body = body_of(data, node, value, language)
        first = next((child for child in value.named_children[:8] if child.type != "comment"), None)
        member_indent = begin.indent + unit
        if first is not None and start_of(data, first.start_byte, first.start_point[1]).whole:
            member_indent = _indent_of(first, data)
    name = names.unique(path)
    end = after(data, node.end_byte, begin.whole, "#")
    found.append(
        Definition(
            name=name,
            kind="table" if is_inline else "array" if body else "key",
            start=comments_above(data, begin.offset, begin.indent) if begin.whole else begin.offset,
            head=begin.offset,
            keyword=begin.offset,
            end=end,
            line=node.start_point[0] + 1,
            end_line=last_row(node) + 1,
            indent=begin.indent,
            body=None if body is None else (body.start, body.end),
            member_indent=member_indent,
            signature=one_line(data, node.start_byte, end),
            depth=depth,
        )
    )
    if is_inline:
        for child in value.named_children:
            if child.type == "pair":
                _add_pair(child, name, depth + 1, data, language, unit, names, found)


def _path(key: "Node", data: bytes) -> str:
    """`tool."a.b"` is `tool.a.b`: a name is what its parts say."""
    parts: list[str] = []
    while key.type == "dotted_key" and len(parts) < DEEPEST:
        below = key.named_children
        if len(below) != 2:
            break
        parts.append(unquoted(text_of(below[1], data)))
        key = below[0]
    parts.append(unquoted(text_of(key, data)))
    return ".".join(reversed(parts))


def _indent_of(node: "Node", data: bytes) -> bytes:
    return start_of(data, node.start_byte, node.start_point[1]).indent
