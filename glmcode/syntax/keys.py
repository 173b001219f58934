"""What the outlines of key paths share: names of keys, and the comment lines around them."""

from typing import TYPE_CHECKING

from glmcode.syntax.reading import Found, text_of, unquoted

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["comments_above", "comments_below", "json_pair", "line_past"]


def json_pair(node: "Node", data: bytes) -> Found | None:
    """A key of an object. An object's keys are its members; an array holds members without names."""
    name = unquoted(text_of(node.child_by_field_name("key"), data))
    value = node.child_by_field_name("value")
    if not name:
        return None
    if value is not None and value.type == "object":
        return Found(name, "table", value, value)
    if value is not None and value.type == "array":
        return Found(name, "array", value)
    return Found(name, "key")


def line_past(data: bytes, at: int) -> int:
    """Past the end of the line that holds `at`."""
    newline = data.find(b"\n", at)
    return len(data) if newline < 0 else newline + 1


def comments_above(data: bytes, line: int, indent: bytes) -> int:
    """Where the comment lines begin that stand directly above the line at `line`, indented as it is."""
    mark = indent + b"#"
    while line:
        above = data.rfind(b"\n", 0, line - 1) + 1
        if not data.startswith(mark, above) or data.startswith(b"#!", above):
            break
        line = above
    return line


def comments_below(data: bytes, line: int, indent: bytes) -> int:
    """Past the comment lines from `line` on that are indented deeper than `indent`: they are about what is above."""
    end = line
    while line < len(data):
        stop = line_past(data, line)
        bare = data[line:stop].lstrip(b" \t")
        if bare.startswith(b"#"):
            if stop - line - len(bare) <= len(indent):
                break
            end = stop
        elif bare.strip():
            break
        line = stop
    return end
