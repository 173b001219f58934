"""Lines on a terminal: colour where it is wanted, and one status line at the bottom that gives way to them."""

import os
import shutil
import sys
import threading
import time
from io import TextIOWrapper
from typing import TextIO

from glmcode.faces.terminal.text import clipped, fitted, printable, wrapped

__all__ = ["Screen", "tolerant", "wants_colour"]

CODES = {"dim": "2", "bold": "1", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def wants_colour(stream: TextIO) -> bool:
    """Colour goes to terminals alone, never where NO_COLOR is set (no-color.org), always where FORCE_COLOR is."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def tolerant(stream: TextIO) -> TextIO:
    """The stream, which from now on writes what its encoding has no sign for as an escape instead of failing."""
    if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
        stream.reconfigure(errors="backslashreplace")
    return stream


class Screen:
    """Writes lines to a stream. What it is given may hold anything: control characters are made visible.

    On a terminal, long lines are broken at blanks, and the status line counts the seconds; `close` stops that.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = tolerant(stream if stream is not None else sys.stderr)
        self._colour = wants_colour(self._stream)
        self._live = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._lock = threading.Lock()
        self._status: tuple[str, float | None] | None = None
        self._closed: threading.Event | None = None
        """Set when the seconds need not be counted any more; None while nobody counts."""

    def line(self, text: str = "", style: str = "", *, mark: str = "", mark_style: str = "", indent: str = "") -> None:
        """One or more lines. `mark` goes before the first in a style of its own; `indent` before every line, also those
        that a long one is broken into."""
        lines = [clipped(line) for line in printable(text).split("\n")]
        if self._live:
            room = self._width() - len(indent)
            lines = [piece for line in lines for piece in wrapped(line, room - len(mark))]
        lead = self._styled(mark, mark_style)
        rest = " " * len(mark)
        body = "".join(
            f"{lead if number == 0 else rest}{self._styled(indent + line, style)}".rstrip() + "\n"
            for number, line in enumerate(lines)
        )
        with self._lock:
            self._clear()
            self._stream.write(body)
            self._stream.flush()

    def item(self, text: str, style: str = "", *, indent: str = "") -> None:
        """A name in a list: one line, whose middle gives way where the terminal is too narrow for it."""
        text = clipped(printable(text).replace("\n", " "))
        self.line(fitted(text, self._width() - len(indent)) if self._live else text, style, indent=indent)

    def status(self, text: str, since: float | None = None) -> None:
        """What is going on now, and for how many seconds (`since` is a time of the monotonic clock). The next line or
        status takes its place. Nothing where the stream is no terminal."""
        if not self._live:
            return
        with self._lock:
            self._status = (clipped(printable(text).replace("\n", " ")), since)
            self._draw()
            if since is not None and self._closed is None:
                self._closed = threading.Event()
                threading.Thread(target=self._count, args=(self._closed,), name="status", daemon=True).start()

    def close(self) -> None:
        """Takes the status line away."""
        with self._lock:
            self._clear()
            self._stream.flush()
            if self._closed is not None:
                self._closed.set()
                self._closed = None

    def _count(self, closed: threading.Event) -> None:
        """Draws the status line anew every second. Holds the lock while it does, so that no line is torn."""
        while not closed.wait(1.0):
            with self._lock:
                if self._status is not None and not closed.is_set():
                    try:
                        self._draw()
                    except (OSError, ValueError):
                        return  # the terminal is gone; whoever writes the next line is told

    def _draw(self) -> None:
        assert self._status is not None
        text, since = self._status
        seconds = "" if since is None else elapsed(time.monotonic() - since)
        text = fitted(text, self._width() - 1 - len(seconds)) + seconds
        self._stream.write("\r\x1b[K" + self._styled(text, "dim"))
        self._stream.flush()

    def _clear(self) -> None:
        if self._status is not None:
            self._stream.write("\r\x1b[K")
            self._status = None

    def _width(self) -> int:
        return max(20, shutil.get_terminal_size().columns)

    def _styled(self, text: str, style: str) -> str:
        if not (text and style and self._colour):
            return text
        codes = ";".join(CODES[word] for word in style.split())
        return f"\x1b[{codes}m{text}\x1b[0m"


def elapsed(seconds: float) -> str:
    """What a status line ends with; nothing before the first second is over."""
    whole = int(seconds)
    if whole < 1:
        return ""
    return f"  {whole} s" if whole < 60 else f"  {whole // 60} min {whole % 60:02} s"
