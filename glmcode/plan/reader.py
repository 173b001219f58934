"""The incremental reader of edit plans: text in, events out, an edit the moment its last line has arrived.

    parser = PlanParser()
    for chunk in stream:
        for event in parser.feed(chunk): ...
    for event in parser.close(): ...

Only a line feed ends a line. A carriage return before it is passed over where a tag, a marker, a fence or a path is
recognised, and is kept in what an edit quotes and gives: the bodies of a plan that is all CRLF are CRLF too, and landing
gives them the file's own line ends.
"""

import codecs
import contextlib

from glmcode.plan.edits import Broken, Check, Edit, Event, Form
from glmcode.plan.lines import Line, Source, mended
from glmcode.plan.mixed import read_plan

__all__ = ["FORMS", "PlanParser", "parse_plan"]

_PIECES = 4096
"""Chunks of one line that are kept apart, so that a line of many megabytes in small chunks costs no more memory than text."""

FORMS: tuple[Form, ...] = ("native", "search-replace", "udiff", "v4a", "sketch", "whole", "tool-call")


class PlanParser:
    """Reads one plan. Events come at line granularity only: any chunking of the same plan gives the same list.

    `form` restricts the reader to one form, which the whole plan is of; `path` is the file that an edit without a path
    means until another names one. Bytes are UTF-8; those that aren't come as surrogate escapes. Text never raises.
    """

    def __init__(self, form: str = "auto", path: str | None = None) -> None:
        only = next((one for one in FORMS if one == form), None)
        if only is None and form != "auto":
            raise ValueError(f"no form {form!r}: it is auto or one of {', '.join(FORMS)}")
        self._source = Source(path, path, only=only)
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._bytes_held = False
        self._line: list[str] = []
        self._long: list[str] = []
        self._number = 0
        self._closed = False
        self._reading = read_plan(self._source)
        next(self._reading)

    def feed(self, chunk: str | bytes) -> list[Event]:
        """The events that end with a line of this chunk."""
        if self._closed:
            raise ValueError("the plan is closed")
        if isinstance(chunk, str):
            text = self._rest_of_bytes() + chunk if self._bytes_held else chunk
        else:
            text = self._decoder.decode(chunk)
            self._bytes_held = True
        if "\n" not in text:
            if text:
                self._line.append(text)
                if len(self._line) == _PIECES:
                    self._long.append("".join(self._line))
                    self._line.clear()
            return []
        head, *rest = text.split("\n")
        self._line.append(head)
        self._send(self._whole_line())
        if len(rest) > 1:
            send, is_ascii = self._reading.send, text.isascii()
            for line in rest[:-1]:
                self._number += 1
                send(Line(self._number, line if is_ascii else mended(line)))
        if rest[-1]:
            self._line.append(rest[-1])
        return self._events()

    def close(self, *, cut: bool = False) -> list[Event]:
        """The last events. With `cut` the stream broke off, so that an edit without an end of its own is half an edit.

        Its last line is then not read, where no line feed ended it; and of hunks at its end only one whose counts say
        that it is whole is taken.
        """
        if self._closed:
            return []
        self._closed = True
        self._source.cut = cut
        self._line.append(self._rest_of_bytes())
        rest = self._whole_line()
        if rest and not cut:
            self._send(rest, ended=False)
        with contextlib.suppress(StopIteration):
            self._reading.send(Line(self._number + 1, "", ended=False, last=True))
        return self._events()

    def _rest_of_bytes(self) -> str:
        self._bytes_held = False
        rest = self._decoder.decode(b"", True)
        self._decoder.reset()
        return rest

    def _whole_line(self) -> str:
        line = "".join([*self._long, *self._line])
        self._long.clear()
        self._line.clear()
        return line

    def _send(self, text: str, *, ended: bool = True) -> None:
        self._number += 1
        if self._number == 1:
            text = text.removeprefix("\ufeff")
        self._reading.send(Line(self._number, mended(text), ended))

    def _events(self) -> list[Event]:
        events, self._source.events = self._source.events, []
        return events


def parse_plan(plan: str | bytes, *, form: str = "auto", path: str | None = None) -> tuple[Edit | Broken | Check, ...]:
    """All of a plan's edits, broken blocks and checkpoints, in order."""
    parser = PlanParser(form, path)
    events = parser.feed(plan) + parser.close()
    return tuple(event for event in events if isinstance(event, Edit | Broken | Check))
