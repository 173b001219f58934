"""What the readers of the forms share: the plan's lines one by one, what was given back, and the events so far."""

import re
from collections import deque
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from glmcode.plan.edits import Broken, Change, Edit, Event, Form, Prose
from glmcode.plan.fences import Fence
from glmcode.plan.headings import Heading
from glmcode.plan.paths import files_named

__all__ = ["Line", "Reading", "Source", "mended", "text_of"]

MOST_SPOKEN_OF = 32
"""Names of files that are kept of a stretch of prose."""


class Line(NamedTuple):
    """One line of the plan. Only a line feed ends a line: a carriage return before it stays part of the text."""

    number: int
    text: str
    ended: bool = True
    """A line feed followed; only the plan's last line can be without."""
    last: bool = False
    """Not a line: the plan has ended."""


Reading: TypeAlias = Generator[None, Line, None]
"""A reader at work. It takes lines as `source.ahead.popleft() if source.ahead else (yield)`: those that another reader
gave back first. Written out at each place, for a call there would need a generator for every line."""


@dataclass(slots=True)
class Source:
    """What all readers of one plan share. A reader that meets the plan's end gives it back like any other line."""

    path: str | None
    """The file that an edit without a path means: that of the edit before, at first `given`."""
    given: str | None
    """The path that the caller gave."""
    events: list[Event] = field(default_factory=list)
    ahead: deque[Line] = field(default_factory=deque)
    fence: Fence | None = None
    """The fence that stands open around the current line, outside of any edit."""
    above: Heading | None = None
    """The file that the line above names, where that line says what a block below it is."""
    said: str = ""
    """The last line of prose that is not blank."""
    held: list[Line] = field(default_factory=list)
    """That line, a blank one, the opening of a fence: prose unless an edit follows."""
    no_call_before: int = 0
    """Lines above this one have been looked at for a tool call, and hold none."""
    put_right: int = 0
    """Blocks whose end was found at the plan's end."""
    no_list_before: int = 0
    """Lines above this one have been looked at for an indented fence that closes, and hold none."""
    only: Form | None = None
    """The one form that the whole plan is of; None where it may mix them."""
    cut: bool = False
    """The plan didn't end: its stream broke off."""
    spoken_of: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_SPOKEN_OF))
    """The files that the prose since the edit before names."""

    def meant(self) -> str | None:
        """The file of an edit that begins here and names none in itself: that of the line above, of its fence, or of the edit
        before. None where the prose since then speaks of other files only: which of them is meant would be a guess."""
        named = self.above.path if self.above else self.fence.path if self.fence else None
        return named or (None if self._another() else self.path)

    def _another(self) -> str | None:
        """A file that the prose since the edit before names, where it doesn't name the file of that edit."""
        if self.path is None or self.path == self.given or not self.spoken_of:
            return None
        own = "/" + self.path
        if any(own.endswith("/" + file) or f"/{file}".endswith(own) for file in self.spoken_of):
            return None
        return self.spoken_of[-1]

    def back(self, lines: Iterable[Line]) -> None:
        self.ahead.extendleft(reversed(list(lines)))

    def release(self) -> None:
        """What was held is prose: no edit followed."""
        for line in self.held:
            self.prose(line)
        self.held.clear()
        self.above = None

    def prose(self, line: Line) -> None:
        self.events.append(Prose(line.text.removesuffix("\r"), line.number))
        self.spoken_of.extend(files_named(line.text))

    def edit(self, form: Form, path: str | None, change: Change, line: int, end_line: int) -> None:
        if path is None:
            other = self._another()
            why = _NO_PATH if other is None else _OTHER_PATH.format(other[:200], (self.path or "")[:200])
            self.broken(form, None, f"{why}; {_WHERE_PATHS_GO[form]}.", line, end_line)
        else:
            self.path = path
            self.spoken_of.clear()
            self.events.append(Edit(path, form, change, line, end_line))

    def broken(self, form: Form, path: str | None, why: str, line: int, end_line: int) -> None:
        if path is not None:
            self.spoken_of.clear()
        self.events.append(Broken(path, form, why, line, max(line, end_line)))


_NO_PATH = "The edit names no file, and no edit before it does"
_OTHER_PATH = "The edit names no file: the text above it speaks of {}, and the edit before is of {}"
_WHERE_PATHS_GO: dict[Form, str] = {
    "native": 'write <edit path="the/file.py" ...>',
    "search-replace": "write its path alone on the line above the block",
    "udiff": "write `--- a/the/file.py` and `+++ b/the/file.py` above the hunk",
    "v4a": "write `*** Update File: the/file.py` above it",
    "sketch": "write its path alone on the line above the block",
    "whole": "write its path alone on the line above the block",
    "tool-call": 'add "path"',
}


def text_of(lines: Iterable[Line]) -> str:
    """The lines' own text, each ended by a line feed where the plan ended it so."""
    return "".join([line.text + "\n" if line.ended else line.text for line in lines])


_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_LONE = re.compile("[\ud800-\udbff\udc00-\udc7f]")


def mended(text: str) -> str:
    """Text that goes back to bytes with `surrogateescape`.

    A stream of JSON strings can split a character outside the basic plane in two halves, or lose one: halves that meet
    are joined, a lost one becomes U+FFFD. Escaped bytes stay.
    """
    if text.isascii():
        return text
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        text = _PAIR.sub(lambda m: m[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), text)
        text = _LONE.sub("\ufffd", text)
    return text
