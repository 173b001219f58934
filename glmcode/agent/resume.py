"""One answer over all the streams that it comes in: its text, its edits, and where it goes on after a cut. Pure.

A stream that breaks off leaves whole edits and, mostly, half of one. The next stream goes on to the character where the
provider can, else behind the last whole edit. Either way the text that results is what one stream would have given, and
each edit is given out once. What the reader knew at the cut is made again by reading the text once more: no state is kept
that could be wrong.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from glmcode.agent.seam import FENCES, Seam, opens_something
from glmcode.plan.edits import Begun, Broken, Edit, Event
from glmcode.plan.reader import PlanParser

__all__ = ["Cut", "Draft", "content"]

_FIRST_LINES: Final = 2
"""Lines of a continuation that are waited for, to see whether it is one,"""
_FIRST: Final = 4096
"""and characters of them."""
_LEAST: Final = 5
"""Characters that do not yet tell one line that opens an edit from another."""
_VAGUE: Final = re.compile(r"@@\D*$")
"""A hunk's first line that many hunks may have: `@@ ... @@`."""
_BEHIND: Final = 4
"""Lines behind an edit by which it may be known that it is whole."""
_ENDS: Final = re.compile(r"\s*(```+|~~~+|\*\*\* End Patch.*)\s*$")
_PREFACE: Final = 16_384
"""Characters that are held to see whether they are prose before a patch goes on."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Where an answer broke off."""

    partial: str
    """All of its text, without white space at its end: chat templates take that away."""
    closed: str
    """The text up to the end of its last whole edit; "" where none is."""
    edits: int
    """Whole edits, and blocks that could not be read, so far."""


class Draft:
    """An answer as it grows. `feed` and `close` give its plan's events, those of an edit that is repeated left out."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._parser = PlanParser()
        self._edits: list[Edit | Broken] = []
        """All of the text's, in order."""
        self._begun = 0
        """The line on which the last edit begins, whole or not."""
        self._said: set[object] = set()
        self._twice = False
        """The plan has an edit twice, and means it: as many quotes as there are places."""
        self._due = 0
        """How many of the edits known at the last cut the reader has yet to give again: those that end with the line
        behind them, as the hunks of a diff."""
        self._cut = Cut("", "", 0)
        self._tail = ""
        """What came behind the last whole edit before the last cut."""
        self._joining = False
        """The first line of what goes on to the character is waited for."""
        self._seam: Seam | None = None
        self._framed = False
        """A patch stands open at the seam: prose would end it."""
        self._held = ""
        self._repeats: _Repeats | None = None

    @property
    def text(self) -> str:
        if len(self._text) > 1:
            self._text = ["".join(self._text)]
        return self._text[0] if self._text else ""

    def feed(self, text: str) -> list[Event]:
        """More of the stream."""
        if self._joining:
            self._held += text
            whole = sum(1 for line in self._held.split("\n")[:-1] if line.strip())
            if whole < _FIRST_LINES and len(self._held) < _FIRST:
                return []
            text = self._joined()
        elif self._seam is None and not self._framed:
            return self._plainly(text)  # as all of a stream but its beginning
        return self._take(text)

    def close(self, *, cut: bool) -> list[Event]:
        """The answer has ended; with `cut`, its last edit may be half."""
        events = self._flush()
        last = self._parser.close(cut=cut)
        if cut and self._due:
            # Whole all the same: their ends were seen before the cut.
            for known in [event for event in last if isinstance(event, Edit | Broken)][: self._due]:
                last.remove(known)
            self._due = 0
        return events + self._fresh(last)

    def cut(self) -> tuple[list[Event], Cut]:
        """The stream broke off. The events that were still to come of it, and where the answer goes on."""
        events = self._flush()
        text = self.text
        closed = _closed(text, self._edits)
        partial = text.rstrip()
        if partial and "\ud800" <= partial[-1] < "\udc00":
            partial = partial[:-1].rstrip()  # half a character
        self._cut = Cut(partial, closed, len(self._edits))
        self._tail = text[len(closed) :]
        return events, self._cut

    def go_on(self, *, continues: bool) -> None:
        """Another stream follows the last cut: behind its `partial` to the character, or behind its `closed`."""
        partial, closed = self._cut.partial, self._cut.closed
        self._repeats = self._seam = None
        self._framed = False
        self._joining = continues and bool(partial)
        if self._joining and len(partial) > len(closed):
            self._begin(partial)
            return
        self._begin(closed)
        if not self._joining:
            self._expect()

    def _begin(self, text: str) -> None:
        """Makes the reader's state behind `text` anew. What it gives of it was given before."""
        self._text = [text]
        self._parser = PlanParser()
        events = self._parser.feed(text)
        self._begun = max((event.line for event in events if isinstance(event, Begun)), default=0)
        self._due = len(self._edits) - _count(events)
        self._held = ""

    def _expect(self) -> None:
        """What comes is asked for behind `closed`, and may repeat some of it."""
        if self._cut.closed:
            self._framed = self._edits[-1].form in ("v4a", "udiff")
            self._seam = Seam(self._cut.closed, self._tail, again=self._twice)

    def _joined(self) -> str:
        """The first line of what goes on to the character has come: what of it to read, with the white space that got lost."""
        self._joining = False
        held, self._held = self._held, ""
        partial, closed = self._cut.partial, self._cut.closed
        if len(partial) < len(closed):
            # The request was without the line end of a whole edit.
            missing = closed[len(partial) :]
            if held.startswith(missing):
                return held[len(missing) :]
            self._expect()
            return held
        space = (closed + self._tail)[len(partial) :]
        if (back := self._begins_anew(held)) is not None:
            self._begin(closed + self._tail[:back])
            return held
        if "\n" not in space and held.startswith(("<edit path=", "<create path=", "<remove path=", "<rename path=")):
            self._begin(closed)  # another edit begins in the middle of a line: the half one is given up
            self._expect()
            return held
        blank = held[: len(held) - len(held.lstrip())]
        if "\n" in space and "\n" not in blank:
            line, _, indent = space.rpartition("\n")
            return f"{line}\n{held if blank else indent + held}"
        return held

    def _begins_anew(self, held: str) -> int | None:
        """Where in what came behind the last whole edit the lines stand that `held` begins with, where they open the edit
        that is half, or lead to it; None where `held` goes on to the character."""
        first, *others = held.split("\n")
        second = next((line.rstrip() for line in others if line.strip()), "")
        lines: list[tuple[int, int, str]] = []  # the line's number in the text, where in the tail it begins, and it
        at = 0
        for number, line in enumerate(self._tail.rstrip().split("\n"), self._cut.closed.count("\n") + 1):
            if line.strip():
                lines.append((number, at, line.rstrip()))
            at += len(line) + 1
        if not (first := first.rstrip()) or not lines:
            return None
        opens = opens_something(first) and not _VAGUE.match(first)
        begun = self._begun
        if begun < lines[0][0]:  # a fence whose first line names a file begins an edit without a word
            begun = next((number for number, _, line in lines if line.startswith(FENCES)), lines[-1][0])
        for (number, at, line), (_, _, below) in zip(lines, [*lines[1:], (0, 0, "")], strict=True):
            if number > begun:
                break
            led = bool(below) and second.startswith(below)
            if line == first and len(line) > _LEAST and (opens or led):
                return at
        _, at, half = lines[-1]
        return at if opens and len(half) > _LEAST and first.startswith(half) else None

    def _take(self, text: str) -> list[Event]:
        seam = self._seam
        if seam is None:
            return self._read(text)
        new = seam.take(text)
        return [] if seam.open else self._behind(seam, new)

    def _behind(self, seam: Seam, new: str) -> list[Event]:
        self._seam = None
        if not seam.known:
            self._repeats = _Repeats(self._edits)
        return self._read(new)

    def _flush(self) -> list[Event]:
        """The stream has ended: what is still held is read."""
        events = self._take(self._joined()) if self._joining else []
        if self._seam is not None:
            events += self._behind(self._seam, self._seam.rest())
        held, self._held = self._held, ""
        return events + self._plainly(held)

    def _read(self, text: str) -> list[Event]:
        """Text of the answer. Prose at the seam is left out where a patch goes on behind it."""
        if self._framed:
            self._held += text
            text = self._unprefaced()
            if not self._framed:
                self._held = ""
        return self._plainly(text)

    def _unprefaced(self) -> str:
        """What is held, without the prose before a line that goes on with a patch; "" while that is not known."""
        held, at = self._held, 0
        while (end := held.find("\n", at)) >= 0 and at < _PREFACE:
            line = held[at:end]
            if line.startswith(("@@", "*** ")):
                self._framed = False
                return held[at:]
            if line.strip() and (line[0] in " +-\\" or opens_something(line)):
                break
            at = end + 1
        else:
            if len(held) < _PREFACE:
                return ""
        self._framed = False
        return held

    def _plainly(self, text: str) -> list[Event]:
        if not text:
            return []
        self._text.append(text)
        events = self._parser.feed(text)
        return self._fresh(events) if events else events

    def _fresh(self, events: list[Event]) -> list[Event]:
        """Without the edits that were given before."""
        found: list[Event] = []
        for given in events:
            event = given
            if isinstance(event, Begun):
                self._begun = event.line
            if isinstance(event, Edit | Broken):
                if self._due:
                    known = self._edits[-self._due]
                    self._due -= 1
                    if event == known:
                        continue
                    event = _grown(known, event)
                self._edits.append(event)
                if self._repeats is not None and self._repeats.has(event):
                    continue
                said = content(event)
                self._twice = self._twice or said in self._said
                self._said.add(said)
            found.append(event)
        return found


class _Repeats:
    """Tells the edits that a model says again before it goes on: the first that comes is one of those known, and what is
    said again comes in the order in which it was said."""

    def __init__(self, edits: list[Edit | Broken]) -> None:
        self._where: dict[object, list[int]] = {}
        for number, edit in enumerate(edits):
            self._where.setdefault(content(edit), []).append(number)
        self._last = len(edits) - 1
        self._at = -1
        self._over = False

    def has(self, edit: Edit | Broken) -> bool:
        if self._over:
            return False
        found = next((number for number in self._where.get(content(edit), ()) if number > self._at), None)
        if found is None:
            self._over = self._at < 0
            return False
        self._at = found
        self._over = found == self._last
        return True


def _grown(known: Edit | Broken, event: Edit | Broken) -> Broken:
    """An edit that had no end but the line behind it, as a diff's last hunk, has landed; what goes on would be part of it."""
    why = (
        f"Lines up to {event.end_line} go on with the edit of line {known.line}, which had come to its end before the answer "
        "was cut, and stands: send what they were to change as an edit of its own."
    )
    return Broken(known.path, known.form, why, known.line, event.end_line)


def content(edit: Edit | Broken) -> object:
    """What an edit says, wherever it stands: equal for one that is said again."""
    return (edit.path, edit.change) if isinstance(edit, Edit) else (edit.path, re.sub("[0-9]+", "", edit.why))


def _closed(text: str, edits: Sequence[Edit | Broken]) -> str:
    """The text up to the end of the last of these edits. An edit that is known by the line behind it takes that with it
    where it is the end of a fence or a patch, a blank one or prose: the next edit's first line is asked for again."""
    closed = _lines(text, max((edit.end_line for edit in edits), default=0))
    parser = PlanParser()
    missing = len(edits) - _count(parser.feed(closed))
    behind = closed
    for line in text[len(closed) :].splitlines(keepends=True)[:_BEHIND]:
        if not missing or not line.endswith("\n"):
            break
        if opens_something(line[:-1]) and line.strip() and not _ENDS.match(line):
            break
        behind += line
        missing -= _count(parser.feed(line))
    return closed if missing else behind


def _count(events: Iterable[Event]) -> int:
    return sum(isinstance(event, Edit | Broken) for event in events)


def _lines(text: str, count: int) -> str:
    """The first `count` lines."""
    end = 0
    for _ in range(count):
        end = text.find("\n", end) + 1
        if not end:
            return text
    return text[:end]
