"""The journal of an answer as it streams: what had arrived survives the end of the process that received it.

One file a session, `glmcode/sessions/<id>.stream.jsonl` in the common git directory, begun anew for every answer and
appended to as it arrives; only the user may read it. Each line is one of

    {"begin": {...}}     what the agent needs to go on; always the first
    {"text": "..."}      more of the answer
    {"reasoning": "..."} more of what the model thought
    {"go_on": true}      another stream follows one that broke off; true where it goes on to the character
    {"end": "stop"}      the answer has ended, and how
    {"asked": {...}}     a request went out, and what the agent needs to tell what it cost
    {"counted": true}    what it cost is known

A line that a crash tore is void with all behind it.
"""

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from glmcode.repo.sessions import Session, stream_path

__all__ = ["Journal", "Part", "Stream", "Uncounted", "discard", "read"]

LARGEST: Final = 128 * 1024 * 1024
"""Bytes of the file. A full answer of 131,072 tokens has 1 MB, and reasoning as much."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one stream brought of an answer."""

    continues: bool
    text: str
    reasoning: str


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer as far as it was written down."""

    begin: Mapping[str, Any]
    parts: tuple[Part, ...]
    """At least one; it may be empty."""
    finish: str
    """How the answer ended; "" where it broke off."""
    uncounted: "Uncounted | None" = None
    """The last request, where the process ended before it was known what it cost."""


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A request whose cost nobody has counted, and what had come of its answer."""

    asked: Mapping[str, Any]
    text: str
    reasoning: str


class Journal:
    """Writes the session's journal. A disk that takes no more ends the writing, never the work."""

    def __init__(self, session: Session) -> None:
        self._path = stream_path(session)
        self._fd: int | None = None
        self._size = 0
        self._text: list[str] = []
        self._reasoning: list[str] = []

    def begin(self, head: Mapping[str, Any]) -> None:
        """A new answer: what was written of the last one goes."""
        self.close()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        with contextlib.suppress(OSError):
            self._fd = os.open(self._path, flags, 0o600)
            os.ftruncate(self._fd, 0)
            self._size = 0
        self._write({"begin": dict(head)})

    def reopen(self) -> None:
        """The answer that is there goes on: what comes is written behind it."""
        self.close()
        flags = os.O_RDWR | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        with contextlib.suppress(OSError):
            self._fd = os.open(self._path, flags)
            with open(self._path, "rb") as file:
                whole = file.read(LARGEST).rfind(b"\n") + 1
            os.ftruncate(self._fd, whole)  # a line that was torn would hide those behind it
            self._size = whole

    def text(self, text: str) -> None:
        """More of the answer; on the disk with the next `flush`."""
        self._text.append(text)

    def reasoning(self, text: str) -> None:
        self._reasoning.append(text)

    def go_on(self, *, continues: bool) -> None:
        """What comes is of another stream; `continues`: it goes on to the character."""
        self.flush()
        self._write({"go_on": continues})

    def asked(self, request: Mapping[str, Any]) -> None:
        """A request goes out."""
        self.flush()
        self._write({"asked": dict(request)})

    def counted(self) -> None:
        """What it cost is known."""
        self.flush()
        self._write({"counted": True})

    def end(self, finish: str) -> None:
        self.flush()
        self._write({"end": finish})

    def flush(self) -> None:
        """All so far is with the operating system: the end of this process loses none of it."""
        for name, held in (("reasoning", self._reasoning), ("text", self._text)):
            if held:
                self._write({name: "".join(held)})
                held.clear()

    def close(self) -> None:
        self.flush()
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _write(self, record: Mapping[str, Any]) -> None:
        if self._fd is None:
            return
        # ASCII: halves of characters and bytes that are no text come back as they were.
        line = json.dumps(record, separators=(",", ":")).encode("ascii") + b"\n"
        self._size += len(line)
        try:
            whole = self._size <= LARGEST and os.write(self._fd, line) == len(line)
        except OSError:
            whole = False
        if not whole:
            os.close(self._fd)
            self._fd = None


def read(session: Session) -> Stream | None:
    """What the journal says of the session's last answer; None where there is none that can be read."""
    try:
        with open(stream_path(session), "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError:
        return None
    first, *lines = data.split(b"\n")
    begun = _record(first)
    begin = begun.get("begin") if begun is not None else None
    if not isinstance(begin, dict):
        return None
    parts: list[tuple[bool, list[str], list[str]]] = [(False, [], [])]
    finish = ""
    asked: Mapping[str, Any] | None = None
    since: tuple[list[str], list[str]] = ([], [])
    for line in lines[:-1]:  # behind the last line feed stands nothing, or a line that was torn
        match _record(line):
            case {"text": str(said)}:
                parts[-1][1].append(said)
                since[0].append(said)
            case {"reasoning": str(said)}:
                parts[-1][2].append(said)
                since[1].append(said)
            case {"go_on": bool(continues)}:
                parts.append((continues, [], []))
                finish = ""
            case {"end": str(said)}:
                finish = said
            case {"asked": dict(request)}:
                asked, since = request, ([], [])
            case {"counted": True}:
                asked = None
            case _:
                break
    whole = tuple(Part(c, "".join(text), "".join(thought)) for c, text, thought in parts)
    uncounted = None if asked is None else Uncounted(asked, "".join(since[0]), "".join(since[1]))
    return Stream(begin, whole, finish, uncounted)


def discard(session: Session) -> None:
    """The last answer is not to be gone on with."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(stream_path(session))


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and len(found) == 1 else None
