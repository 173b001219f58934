"""Lines on a terminal: colour where it is wanted, and one status line at the bottom that gives way to them."""

import os
import shutil
import sys
from typing import TextIO

from glmcode.faces.terminal.text import printable

__all__ = ["Screen", "wants_colour"]

CODES = {"dim": "2", "bold": "1", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def wants_colour(stream: TextIO) -> bool:
    """Colour goes to terminals alone, never where NO_COLOR is set (no-color.org), always where FORCE_COLOR is."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


class Screen:
    """Writes lines to a stream. What it is given may hold anything: control characters are made visible."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._colour = wants_colour(self._stream)
        self._live = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._shown = False

    def line(self, text: str = "", style: str = "", *, mark: str = "", mark_style: str = "") -> None:
        """One or more lines; `mark` goes before the first in a style of its own."""
        self._clear()
        body = self._styled(printable(text), style)
        self._stream.write(self._styled(mark, mark_style) + body + "\n")
        self._stream.flush()

    def status(self, text: str) -> None:
        """What is going on now; the next line or status takes its place. Nothing where the stream is no terminal."""
        if not self._live:
            return
        width = max(20, shutil.get_terminal_size().columns - 1)
        self._stream.write("\r\x1b[K" + self._styled(printable(text).replace("\n", " ")[:width], "dim"))
        self._stream.flush()
        self._shown = True

    def close(self) -> None:
        """Takes the status line away."""
        self._clear()
        self._stream.flush()

    def _clear(self) -> None:
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._shown = False

    def _styled(self, text: str, style: str) -> str:
        if not (text and style and self._colour):
            return text
        codes = ";".join(CODES[word] for word in style.split())
        return "\n".join(f"\x1b[{codes}m{line}\x1b[0m" for line in text.split("\n"))
