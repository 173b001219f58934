"""A definition that stood in an earlier text, told where it stands now, without parsing again."""

import re
from collections.abc import Iterable
from dataclasses import replace

from glmcode.landing.place import Splice
from glmcode.syntax import Definition

__all__ = ["carried"]

_PLAIN = re.compile(r"[^\W\d]\w*")
_NEXT_TEXT = re.compile(rb"(?:[ \t\f\r]*\n)*[^\W\d][^\n]*(?:\n|\Z)")
"""Through the next line that is not blank, where that begins with a word: a comment would end nothing."""
_CODE = re.compile(rb"[ \t]*[\w)\]}\"']")
"""The start of a line that is neither a comment nor a decorator: those would go with what follows them."""

_SWALLOWS = (b'"""', b"'''", b"`", b"/*", b"*/", b"<<")
"""What begins text of several lines: one more or less of them above may make what follows a string or a comment."""


def carried(
    definition: Definition, every: Iterable[Definition], before: bytes, now: bytes, splices: Iterable[Splice]
) -> Definition | None:
    """The definition as an outline of `now` would list it; None where that can't be told for sure.

    `before` is the text that it was found in, which had no syntax error, and `every` its outline; each splice is in terms of the text after those
    before it. Sure is: a definition at the file's top and at its margin, whose name no other has and which stands in none of what was put in,
    with the nearest lines of text above and below it left alone, or the one above given anew. The splices can then move it, but neither end
    it elsewhere nor give its name to another, unless they break the file: that is for the syntax guard to see.
    """
    if definition.depth or definition.indent or not _PLAIN.fullmatch(definition.name):
        return None
    if sum(_last(one.name) == definition.name for one in every) > 1:
        return None
    start, keyword = definition.start, definition.keyword
    next_text = _NEXT_TEXT.match(before, definition.end)
    text_above = len(before[:start].rstrip(b" \t\f\r\n"))
    if next_text is None or not text_above or before[start - 1 : start] != b"\n":
        return None
    above, below, moved = before.rfind(b"\n", 0, text_above) + 1, next_text.end(), 0
    if not _CODE.match(before, above):
        return None
    word = definition.name.encode("utf-8", "surrogateescape")
    for splice in splices:
        if word in splice.new:
            return None
        if splice.end <= start + moved:
            at_line_end = before[splice.end - moved - 1 : splice.end - moved] == b"\n"
            if splice.end > above + moved and not (at_line_end and _CODE.match(_last_text(splice.new))):
                return None
            moved += len(splice.new) - (splice.end - splice.start)
        elif splice.start < below + moved:
            return None
    if any(before.count(mark, 0, start) != now.count(mark, 0, start + moved) for mark in _SWALLOWS):
        return None
    lines = now.count(b"\n", 0, keyword + moved) - before.count(b"\n", 0, keyword)
    body = definition.body
    return replace(
        definition,
        start=start + moved,
        head=definition.head + moved,
        keyword=keyword + moved,
        end=definition.end + moved,
        line=definition.line + lines,
        end_line=definition.end_line + lines,
        body=None if body is None else (body[0] + moved, body[1] + moved),
    )


def _last(name: str) -> str:
    return name.rpartition(".")[2].partition("#")[0]


def _last_text(data: bytes) -> bytes:
    """From the last line that is not blank; empty where there is none."""
    text = data.rstrip(b" \t\f\r\n")
    return text[text.rfind(b"\n") + 1 :]
