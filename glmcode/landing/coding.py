"""How a file's bytes become those that are edited and back again, and how it writes the characters that an edit brings."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glmcode.landing.text import Text

__all__ = ["Coding", "UnprovenEncodingError", "decodes", "encode_like", "opened", "quoted_bytes"]

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class UnprovenEncodingError(Exception):
    """Characters that the edit brings, and no byte of the file says how they would be written in it."""


@dataclass(frozen=True, slots=True)
class Coding:
    """How a file's bytes become the bytes that are edited, and back again."""

    bom: bytes = b""
    codec: str | None = None

    def close(self, data: bytes) -> bytes:
        """The file's bytes for the edited ones."""
        if self.codec is not None:
            data = data.decode("utf-8").encode(self.codec)
        return self.bom + data if self.bom else data


_PLAIN = Coding()


def opened(raw: bytes) -> tuple[bytes, Coding]:
    """The bytes to edit, and the way back. A BOM stays outside; UTF-16 with a BOM is edited as UTF-8."""
    if raw.startswith(_UTF8_BOM):
        return raw[3:], Coding(_UTF8_BOM)
    codec = _UTF16.get(raw[:2])
    if codec is not None:
        try:
            text = raw[2:].decode(codec)
        except UnicodeDecodeError:
            return raw, _PLAIN
        # UTF-32 also begins like UTF-16; a NUL says that the guess was wrong.
        if "\0" not in text:
            return text.encode("utf-8"), Coding(raw[:2], codec)
    return raw, _PLAIN


def quoted_bytes(text: str) -> bytes:
    """The plan's text as bytes, raw bytes as they came. Raises UnicodeEncodeError for what no file can hold."""
    return text.encode("utf-8", "surrogateescape")


def encode_like(text: "Text", quote: str, words: str) -> tuple[bytes, bytes]:
    """Quote and replacement as the file would write them.

    UTF-8, but for a file that is not UTF-8 and whose own bytes show every character as Latin-1. Raises
    UnprovenEncodingError where the file shows neither.
    """
    if (quote.isascii() and words.isascii()) or text.is_utf8:
        return quoted_bytes(quote), quoted_bytes(words)
    if not quote.isascii():
        # The quoted stretch itself is the proof: it stands there in one encoding or in the other.
        first = next((line.strip() for line in quote.split("\n") if not line.isascii()), "")
        if quoted_bytes(first) in text.data:
            return quoted_bytes(quote), quoted_bytes(words)
        try:
            if first.encode("latin-1", "surrogateescape") in text.data:
                return quote.encode("latin-1", "surrogateescape"), words.encode("latin-1", "surrogateescape")
        except UnicodeEncodeError:
            pass
    alien = {character for character in words if character > "\x7f" and not "\udc80" <= character <= "\udcff"}
    if not alien:
        return quoted_bytes(quote), quoted_bytes(words)
    if all(quoted_bytes(character) in text.data for character in alien):
        return quoted_bytes(quote), quoted_bytes(words)
    if all(character <= "\xff" and _stands_as_latin1(text, character) for character in alien):
        return quoted_bytes(quote), words.encode("latin-1", "surrogateescape")
    shown = " ".join(sorted(alien)[:5])
    raise UnprovenEncodingError(f"the file is not UTF-8, and nothing in it shows how it would write {shown}")


def _stands_as_latin1(text: "Text", character: str) -> bool:
    """The character's Latin-1 byte stands in the file where it can't be a part of UTF-8."""
    byte = character.encode("latin-1")
    at = text.data.find(byte)
    for _ in range(64):
        if at < 0:
            return False
        # No sequence of UTF-8 is longer than four bytes: a window around the byte decides.
        before, after = text.data[max(0, at - 3) : at], text.data[at : at + 4]
        if not any(
            decodes(before[skip:] + after[:take])
            for skip in range(len(before) + 1)
            for take in range(1, len(after) + 1)
        ):
            return True
        at = text.data.find(byte, at + 1)
    return False


def decodes(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
