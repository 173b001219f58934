"""What a plan copied along with the lines: the line numbers of a listing, the escapes of HTML.

Neither is believed on its own: the file must hold the quote without them, and not with them.
"""

import re
from collections.abc import Iterator

from glmcode.landing.place import Quote

__all__ = ["unbackslashed", "unescaped", "unlisted", "unwrapped"]

_NUMBERED = re.compile(rb"[ \t]*(\d{1,7})[ ]*(?:[|:\t]|\xe2\x94\x82|\xe2\x86\x92)(.*)", re.DOTALL)
_BACKSLASHED = re.compile(rb"\\([nt\"'\\])")
_MEANT = {b"n": b"\n", b"t": b"\t", b'"': b'"', b"'": b"'", b"\\": b"\\"}
_ESCAPES = ((b"&lt;", b"<"), (b"&gt;", b">"), (b"&quot;", b'"'), (b"&#39;", b"'"), (b"&#x27;", b"'"), (b"&amp;", b"&"))


def unwrapped(old: Quote, new: Quote) -> Iterator[tuple[str, Quote, Quote, int | None]]:
    """Readings of both halves without what was copied along: a name, the halves, and the row that they give."""
    for blank in (b" ", b"") if _NUMBERED.match(old.data) else ():
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


def unbackslashed(data: bytes) -> bytes:
    """The text with one level of backslashes undone, as in a string of JSON that was escaped twice."""
    return _BACKSLASHED.sub(lambda match: _MEANT[match[1]], data) if b"\\" in data else data


def unlisted(old: Quote, new: Quote, blank: bytes) -> tuple[Quote, Quote, int] | None:
    """Both halves without the numbers of a listing, which rise by one in the quote, and the row of its first line.

    `blank` goes too: what stands between the number's mark and every line that is not empty. Lines of the replacement
    that have no number are taken as they are.
    """
    ours, theirs = ([_NUMBERED.fullmatch(line) for line in side.lines] for side in (old, new))
    known = [match for match in ours if match is not None]
    numbers = [int(match[1]) for match in known]
    if len(known) < len(ours) or not _rise(numbers):
        return None
    if any(match[2] and not match[2].startswith(blank) for match in (*known, *theirs) if match is not None):
        return None
    lines = [match[2].removeprefix(blank) for match in known]
    given = [
        line if match is None else match[2].removeprefix(blank) for match, line in zip(theirs, new.lines, strict=True)
    ]
    return _joined(lines, old), _joined(given, new), numbers[0] - 1


def _rise(numbers: list[int]) -> bool:
    return bool(numbers) and numbers[0] > 0 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _joined(lines: list[bytes], like: Quote) -> Quote:
    data = b"".join([line + b"\n" for line in lines])
    return Quote(data if like.ended else data[:-1])
