"""Text for a terminal: nothing that a model, a file or a test prints may act on the screen it is shown on."""

import re

__all__ = ["clipped", "fitted", "printable", "wrapped"]

# Controls but tab and line feed, bidirectional marks and overrides, the line ends of Unicode, and lone surrogates.
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

LONGEST = 2_000
"""Characters of one line that are shown: more is no text that anyone reads."""


def printable(text: str) -> str:
    """The text with every character that would act, or that no encoding can write, as a visible escape (`\\x1b`)."""
    return _ACTING.sub(_escaped, text) if _ACTING.search(text) else text


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00  # a byte that isn't UTF-8
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def clipped(line: str) -> str:
    """The line, or its first 2,000 characters and how many there are more."""
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}… ({len(line) - LONGEST:,} characters more)"


def fitted(text: str, width: int) -> str:
    """The text in at most `width` columns; of one that is longer the beginning and the end, which say most of a path or
    of a test's name."""
    if _columns(text) <= width:
        return text
    tail = _cut(text[::-1], (width - 1) // 2)[::-1]
    return f"{_cut(text, width - 1 - _columns(tail))}…{tail}" if width > 0 else ""


def wrapped(line: str, width: int) -> list[str]:
    """The line in pieces of at most `width` columns, broken at blanks where that can be."""
    pieces: list[str] = []
    while _columns(line) > width > 0:
        piece = _cut(line, width) or line[:1]
        blank = piece.rfind(" ")
        if blank > width // 2 and line[len(piece) : len(piece) + 1] != " ":
            piece = piece[:blank]
        pieces.append(piece.rstrip(" "))
        line = line[len(piece) :].lstrip(" ")
    return [*pieces, line] if line or not pieces else pieces


def _cut(text: str, width: int) -> str:
    """As much of the text's beginning as fits."""
    if text.isascii() and "\t" not in text:
        return text[: max(0, width)]
    used = 0
    for at, sign in enumerate(text):
        used += _columns(sign)
        if used > width:
            return text[:at]
    return text


def _columns(text: str) -> int:
    """How many columns a terminal needs for it. A tab counts as eight, the most that it can take."""
    if text.isascii():
        return len(text) + 7 * text.count("\t")
    from unicodedata import combining, east_asian_width

    return sum(8 if c == "\t" else 0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
