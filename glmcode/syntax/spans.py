"""Where lines and definitions begin and end in a file's bytes.

Everything here costs in proportion to the bytes it looks at, and looks at few: a file may be one line of 3 MB.
"""

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

    from glmcode.syntax.language import Comments, Language

__all__ = ["Opening", "Start", "after", "body_of", "bottom", "indent_unit", "last_row", "line_end", "start_of"]

BOM = b"\xef\xbb\xbf"
INDENT_LIMIT = 1024
"""Bytes of white space that count as indentation; code further right than that shares its line."""

_REST: dict["Comments", re.Pattern[bytes]] = {
    "#": re.compile(rb"[ \t\f\r;]*+(?:#[^\n]*+)?(?:\n|\Z)"),
    "--": re.compile(rb"[ \t\f\r;,]*+(?:--[^\n]*+)?(?:\n|\Z)"),
    "<!--": re.compile(rb"[ \t\f\r]*+(?:<!--[^-\n]*+(?:-(?!->)[^-\n]*+)*-->[ \t\f\r]*+)?(?:\n|\Z)"),
    "//": re.compile(rb"[ \t\f\r;,]*+(?:/\*[^*\n]*+(?:\*(?!/)[^*\n]*+)*\*/[ \t\f\r]*+)?(?://[^\n]*+)?(?:\n|\Z)"),
}
_BLANK = (b"\n", b" ", b"\t", b"\r")
_COMMENTS = re.compile(rb"(?:/\*[^*]*(?:\*(?!/)[^*]*)*\*/[ \t]*)+")
_SEPARATOR = re.compile(rb"[ \t]*+[;,][ \t]*+")
_CLOSES = {"{": "}", "[": "]", "(": ")", "do": "end", "start_tag": "end_tag"}
_INDENT = re.compile(rb"[{:][ \t]*+\r?\n([ \t]++)(?!public|private|protected|\s|\*)")


class Start(NamedTuple):
    """Where something begins: at a line's start, or amid a line behind other code."""

    offset: int
    """The line's first byte (behind a byte order mark), or the exact byte where it shares its line."""
    whole: bool
    """Whether only white space stands before it on its line."""
    indent: bytes
    """The line's white space."""


class Opening(NamedTuple):
    """The bytes between an opening and its close, as whole lines where the layout allows it."""

    start: int
    end: int


def start_of(data: bytes, at: int, column: int) -> Start:
    """The start of what begins at byte `at`, `column` bytes into its line."""
    line = at - column
    if column <= INDENT_LIMIT:
        before = data[line:at]
        if line == 0 and before.startswith(BOM):
            line, before = len(BOM), before[len(BOM) :]
        bare = before.lstrip(b" \t\f")
        if not bare or (bare.startswith(b"/*") and _COMMENTS.fullmatch(bare)):
            return Start(line, True, before[: len(before) - len(bare)])
    shown = data[line : line + INDENT_LIMIT]
    return Start(at, False, shown[: len(shown) - len(shown.lstrip(b" \t"))])


def line_end(data: bytes, at: int, comment: "Comments") -> int | None:
    """Past the line end that follows `at` with at most separators and a comment between; None where code follows."""
    match = _REST[comment].match(data, at)
    return match.end() if match else None


def after(data: bytes, at: int, whole: bool, comment: "Comments") -> int:
    """Where the span of a definition ends whose last byte is before `at`.

    A definition that begins its line takes its last line whole. One that shares its first or its last line ends with
    itself and the separator behind it.
    """
    if data[at - 1 : at] == b"\n":  # the node took its line end with it, as a preprocessor's line does
        return at
    if whole:
        end = line_end(data, at, comment)
        if end is not None:
            return end
    match = _SEPARATOR.match(data, at)
    if match is None or match.end() == len(data) or data[match.end()] in b"\r\n":
        return at if match is None else at + len(match.group().rstrip(b" \t"))
    return match.end()


def bottom(data: bytes, node: "Node") -> tuple[int, int]:
    """Past the node's last byte that is not white space, and that byte's row: some grammars take blank lines along."""
    end, row = node.end_byte, last_row(node)
    if data[end - 1 : end] not in _BLANK or end - node.start_byte < 2:
        return end, row
    stop = node.start_byte + len(data[node.start_byte : end].rstrip())
    return stop, node.start_point[0] + data.count(b"\n", node.start_byte, stop)


def last_row(node: "Node") -> int:
    """The node's last row, from 0: some nodes end at the start of the row below."""
    start, end = node.start_point, node.end_point
    return end[0] - 1 if end[1] == 0 and end[0] > start[0] else end[0]


def body_of(data: bytes, owner: "Node", holder: "Node", language: "Language") -> Opening | None:
    """The span for members of `holder`, which belongs to the definition `owner`; None where it can't hold any."""
    if not language.braces:
        return _suite(data, owner, holder, language)
    opening = closing = None
    closes = ""
    for child in holder.children:
        if opening is None and child.type in _CLOSES:
            opening, closes = child, _CLOSES[child.type]
        elif child.type == closes:
            closing = child
    if opening is None and language.ended:
        opening, closing = _before_end(holder, language)
    elif opening is None and language.suites:
        return _suite(data, owner, holder, language)
    if opening is None or closing is None or closing.is_missing:
        return None
    start = line_end(data, opening.end_byte, language.comment)
    close = start_of(data, closing.start_byte, closing.start_point[1])
    if start is None or start > close.offset:
        start = opening.end_byte
    return Opening(start, close.offset)


def _before_end(holder: "Node", language: "Language") -> "tuple[Node | None, Node | None]":
    """The last node of the opening of what `end` closes (a Ruby class's name or superclass), and the `end`."""
    opening = None
    opened = False
    body = holder.child_by_field_name("body")
    for child in holder.children:
        if child.type == "end":
            return opening, child
        opened = opened or child == body or child.type in language.comments
        if not opened:
            opening = child
    return None, None


def _suite(data: bytes, owner: "Node", holder: "Node", language: "Language") -> Opening:
    """A Python suite: its lines, with the comments above its first statement."""
    first = holder
    if language.suites and holder.named_children:  # Scala's begins with its colon
        first = holder.named_children[0]
    for child in owner.children:
        if (
            child.type == "comment"
            and child.start_byte < holder.start_byte
            and child.start_point[0] > owner.start_point[0]
        ):
            first = child
            break
    colon = start_of(data, first.start_byte, first.start_point[1])
    return Opening(colon.offset, after(data, bottom(data, holder)[0], colon.whole, language.comment))


def indent_unit(data: bytes, default: bytes) -> bytes:
    """One step of the file's own indentation: that of the first line indented below a `{` or `:`."""
    match = _INDENT.search(data, 0, 65536)
    if match is None:
        return default
    indent = match.group(1)
    if indent.startswith(b"\t"):
        return b"\t"
    return indent if len(indent) <= 8 and b"\t" not in indent else default
