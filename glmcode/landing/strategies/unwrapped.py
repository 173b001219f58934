"""What a plan copied along with the lines: the line numbers of a listing, the escapes of HTML.

Neither is believed on its own: the file must hold the quote without them, and not with them.
"""

import re
from collections.abc import Iterator

from glmcode.landing.place import Quote

__all__ = ["unescaped", "unlisted", "unwrapped"]

_NUMBERED = re.compile(rb"[ \t]*(\d{1,7})[ ]*(?:[|:\t]|\xe2\x94\x82|\xe2\x86\x92)(.*)", re.DOTALL)
_ESCAPES = ((b"&lt;", b"<"), (b"&gt;", b">"), (b"&quot;", b'"'), (b"&#39;", b"'"), (b"&#x27;", b"'"), (b"&amp;", b"&"))


def unwrapped(old: Quote, new: Quote) -> Iterator[tuple[str, Quote, Quote, int | None]]:
    """Readings of both halves without what was copied along: a name, the halves, and the row that they give."""
    for blank in (b" ", b""):
        numbered = unlisted(old, new, blank)
        if numbered is not None:
            yield ("listing", *numbered)
    plain = unescaped(old.data)
    # Text that is escaped is so throughout.
    if plain != old.data and not any(mark in side.data for mark in b"<>" for side in (old, new)):
        yield "unescaped", Quote(plain), Quote(unescaped(new.data)), None


def unescaped(data: bytes) -> bytes:
    """The text without HTML's escapes for its own marks."""
    for escape, mark in _ESCAPES:
        data = data.replace(escape, mark)
    return data


def unlisted(old: Quote, new: Quote, blank: bytes) -> tuple[Quote, Quote, int] | None:
    """Both halves without the numbers of a listing, which rise by one in the quote, and the row of its first line.

    `blank` goes too: what stands between the number's mark and the line. Lines of the replacement that have no number are taken as they
    are.
    """
    numbers: list[int] = []
    lines: list[bytes] = []
    for line in old.lines:
        match = _NUMBERED.fullmatch(line)
        if match is None:
            return None
        numbers.append(int(match[1]))
        lines.append(match[2].removeprefix(blank))
    if not numbers or any(number != numbers[0] + at for at, number in enumerate(numbers)) or not numbers[0]:
        return None
    stripped = [match[2].removeprefix(blank) if (match := _NUMBERED.fullmatch(line)) else line for line in new.lines]
    return _joined(lines, old), _joined(stripped, new), numbers[0] - 1


def _joined(lines: list[bytes], like: Quote) -> Quote:
    data = b"".join([line + b"\n" for line in lines])
    return Quote(data if like.ended else data[:-1])
