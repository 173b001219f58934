"""Markdown: headings as definitions. A section reaches to the next heading of its own level or above."""

import re
from typing import TYPE_CHECKING

from glmcode.syntax.definition import Definition
from glmcode.syntax.keys import line_past
from glmcode.syntax.names import DEEPEST, LONGEST_PATH, Names, one_line
from glmcode.syntax.reading import text_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from glmcode.syntax.language import Language

__all__ = ["markdown_outline"]

_CLOSING = re.compile(r"(?:^|\s+)#+$")


def markdown_outline(root: "Node", data: bytes, _: "Language") -> tuple[Definition, ...]:
    """Every heading of the document's own level, as `Title.Section`. Headings in quotes and lists are text.

    A definition is the whole section without the blank lines at its end. Its body is what stands below the heading.
    """
    headings = _headings(root)
    levels = [_level(heading) for heading in headings]
    starts = [heading.start_byte - heading.start_point[1] for heading in headings]
    ends = _ends(levels, starts, len(data))
    names = Names()
    found: list[Definition] = []
    open_ones: list[tuple[int, str]] = []
    for heading, level, start, stop in zip(headings, levels, starts, ends, strict=True):
        while open_ones and open_ones[-1][0] >= level:
            open_ones.pop()
        title = _title(heading, data)
        path = f"{open_ones[-1][1]}.{title}" if open_ones else title
        if not title or len(path) > LONGEST_PATH or len(open_ones) >= DEEPEST:
            continue
        name = names.unique(path)
        past = min(
            stop, line_past(data, heading.start_byte + len(data[heading.start_byte : heading.end_byte].rstrip()) - 1)
        )
        last = start + len(data[start:stop].rstrip())
        end = min(stop, line_past(data, last - 1))
        row = heading.start_point[0]
        found.append(
            Definition(
                name=name,
                kind="section",
                start=start,
                head=start,
                keyword=start,
                end=end,
                line=row + 1,
                end_line=row + data.count(b"\n", start, last) + 1,
                indent=data[start : heading.start_byte],
                body=(past, max(past, end)),
                member_indent=b"",
                signature=one_line(data, heading.start_byte, end),
                depth=len(open_ones),
            )
        )
        open_ones.append((level, name))
    return tuple(found)


def _headings(root: "Node") -> "list[Node]":
    found: list[Node] = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type in ("atx_heading", "setext_heading"):
            found.append(node)
        elif node.type in ("document", "section"):
            stack += reversed(node.named_children)
    return found


def _level(heading: "Node") -> int:
    for child in heading.children:
        if child.type.startswith("atx_h"):
            return int(child.type[5])
        if child.type.startswith("setext_h"):
            return int(child.type[8])
    return 6


def _ends(levels: list[int], starts: list[int], size: int) -> list[int]:
    """Where each section ends: at the next heading that is not below it."""
    next_of = [size] * 7
    ends = []
    for level, start in zip(reversed(levels), reversed(starts), strict=True):
        ends.append(min(next_of[1 : level + 1]))
        next_of[level] = start
    return ends[::-1]


def _title(heading: "Node", data: bytes) -> str:
    return _CLOSING.sub("", text_of(heading.child_by_field_name("heading_content"), data))
