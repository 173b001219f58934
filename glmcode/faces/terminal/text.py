"""Text for a terminal: nothing that a model, a file or a test prints may act on the screen it is shown on."""

import re

__all__ = ["printable"]

# Controls but tab and line feed, bidirectional marks and overrides, the line ends of Unicode, and lone surrogates.
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """The text with every character that would act, or that no encoding can write, as a visible escape (`\\x1b`)."""
    return _ACTING.sub(_escaped, text) if _ACTING.search(text) else text


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00  # a byte that isn't UTF-8
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
