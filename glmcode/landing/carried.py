"""A definition that stood in an earlier text, told where it stands now, without parsing again."""

import re
from bisect import bisect_right
from copy import copy
from dataclasses import replace

from glmcode.landing.place import Splice
from glmcode.landing.text import Text
from glmcode.syntax import Definition, Symbols

__all__ = ["Behind", "carried"]

_PLAIN = re.compile(r"[^\W\d]\w*")
_WORD = re.compile(rb"[\w\x80-\xff]+")
_NEXT_TEXT = re.compile(rb"(?:[ \t\f\r]*\n)*[^\W\d][^\n]*(?:\n|\Z)")
"""Through the next line that is not blank, where that begins with a word: a comment would end nothing."""
_CODE = re.compile(rb"[ \t]*[\w)\]}\"']")
"""The start of a line that is neither a comment nor a decorator: those would go with what follows them."""

_SWALLOWS = (b'"""', b"'''", b"`", b"/*", b"*/", b"<<")
"""What begins text of several lines: one more or less of them above may make what follows a string or a comment."""
_LONGEST_SWALLOW = 3
MOST_ABOVE = 1024
"""Stretches that a new one may come before: each of them has to move. Past that, parsing again costs less."""


class Behind:
    """The splices that have been made since a text was parsed, and what each stretch of that text has become.

    A stretch is bytes starts[i]..ends[i] of the parsed text; they are in order and don't overlap. Asking costs the logarithm
    of their number, and so does adding one behind the others; one before others costs a step for each of those.
    """

    __slots__ = ("_grown", "_lines", "_marks", "ends", "is_tangled", "new", "splices", "starts", "words")

    def __init__(self) -> None:
        self.splices: list[Splice] = []
        """Each in terms of the text after those before it."""
        self.is_tangled = False
        """Whether one fell into what another had put in, or before too many: where things stand is then no longer told."""
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.new: list[bytes] = []
        self.words: set[bytes] = set()
        """All words of what was put in."""
        # What all stretches before the i-th add: to the bytes, to the lines, and to each of the marks that swallow text.
        self._grown: list[int] = [0]
        self._lines: list[int] = [0]
        self._marks: list[tuple[int, ...]] = [(0,) * len(_SWALLOWS)]

    def __len__(self) -> int:
        return len(self.splices)

    def copied(self) -> "Behind":
        other = copy(self)
        for name in self.__slots__:
            setattr(other, name, copy(getattr(self, name)))
        return other

    def add(self, splice: Splice, text: Text) -> None:
        """One more splice; `text` is what it is about to change."""
        self.splices.append(splice)
        if self.is_tangled:
            return
        at = self._above_now(splice.start)
        shift = self._grown[at]
        start, end = splice.start - shift, splice.end - shift
        if at < len(self.starts) and (end > self.starts[at] or at < len(self.starts) - MOST_ABOVE):
            self.is_tangled = True
            return
        gone = text.slice(splice.start, splice.end)
        before = text.slice(max(0, splice.start - _LONGEST_SWALLOW), splice.start)
        after = text.slice(splice.end, splice.end + _LONGEST_SWALLOW)
        was, becomes = before + gone + after, before + splice.new + after
        marks = [becomes.count(mark) - was.count(mark) for mark in _SWALLOWS]
        grown, lines = len(splice.new) - len(gone), splice.new.count(b"\n") - gone.count(b"\n")
        self.starts.insert(at, start)
        self.ends.insert(at, end)
        self.new.insert(at, splice.new)
        self.words.update(_WORD.findall(splice.new))
        self._grown.insert(at + 1, shift)
        self._lines.insert(at + 1, self._lines[at])
        self._marks.insert(at + 1, self._marks[at])
        for later in range(at + 1, len(self._grown)):
            self._grown[later] += grown
            self._lines[later] += lines
            self._marks[later] = tuple(map(int.__add__, self._marks[later], marks))

    def _above_now(self, offset: int) -> int:
        """How many stretches end at or before an offset of the text as it is now."""
        low, high = 0, len(self.ends)
        if not high or self.ends[-1] + self._grown[-1] <= offset:
            return high
        while low < high:
            middle = (low + high) // 2
            if self.ends[middle] + self._grown[middle + 1] <= offset:
                low = middle + 1
            else:
                high = middle
        return low

    def moved(self, above: int) -> tuple[int, int] | None:
        """Bytes and lines that the first `above` stretches add; None where they may swallow what follows them."""
        return None if any(self._marks[above]) else (self._grown[above], self._lines[above])


def carried(definition: Definition, symbols: Symbols, before: bytes, behind: Behind) -> Definition | None:
    """The definition as an outline of the text now would list it; None where that can't be told for sure.

    `before` is the text that it was found in, which had no syntax error, and `symbols` its outline's; `behind` is what was
    spliced since. Sure is: a definition at the file's top and at its margin, whose name no other has and which stands in
    none of what was put in, with the nearest lines of text above and below it left alone, or the one above given anew. The
    splices can then move it, but neither end it elsewhere nor give its name to another, unless they break the file: that is
    for the syntax guard to see.
    """
    if behind.is_tangled or definition.depth or definition.indent or not _PLAIN.fullmatch(definition.name):
        return None
    if symbols.words[definition.name] > 1 or definition.name.encode("utf-8", "surrogateescape") in behind.words:
        return None
    start = text_above = definition.start
    while text_above and before[text_above - 1] in b" \t\f\r\n":
        text_above -= 1
    next_text = _NEXT_TEXT.match(before, definition.end)
    if next_text is None or not text_above or before[start - 1 : start] != b"\n":
        return None
    above = before.rfind(b"\n", 0, text_above) + 1
    if not _CODE.match(before, above):
        return None
    at = bisect_right(behind.ends, start)
    if at < len(behind.starts) and behind.starts[at] < next_text.end():
        return None
    for near in range(at - 1, -1, -1):
        if behind.ends[near] <= above:
            break
        at_line_end = before[behind.ends[near] - 1 : behind.ends[near]] == b"\n"
        if not (at_line_end and _CODE.match(_last_text(behind.new[near]))):
            return None
    shift = behind.moved(at)
    if shift is None:
        return None
    moved, lines = shift
    body = definition.body
    return replace(
        definition,
        start=start + moved,
        head=definition.head + moved,
        keyword=definition.keyword + moved,
        end=definition.end + moved,
        line=definition.line + lines,
        end_line=definition.end_line + lines,
        body=None if body is None else (body[0] + moved, body[1] + moved),
        opens=definition.opens and definition.opens + moved,
    )


def _last_text(data: bytes) -> bytes:
    """From the last line that is not blank; empty where there is none."""
    text = data.rstrip(b" \t\f\r\n")
    return text[text.rfind(b"\n") + 1 :]
