"""The same tokens of the syntax tree, comments and layout aside.

Candidates are found in a normal form of the lines, without white space and without what looks like a comment; the
syntax trees of quote and candidate then say whether only comments and layout differ.
"""

import re
from collections.abc import Sequence
from itertools import accumulate

from glmcode.landing.place import Place, Quote
from glmcode.landing.strategies.gaps import Span, filled, place_of
from glmcode.landing.text import Text, stripped

__all__ = ["find"]

MOST_CANDIDATES = 16
MOST_HITS = 256
_SPACE = b" \t\r\f"
_HASH = re.compile(rb"(?m)(?:^|[ \t])#.*$")
_SLASHES = re.compile(rb"(?m)(?:^|[ \t])//.*$|^/\*.*$|^\*(?:[ /].*)?$")


def find(text: Text, quote: Quote, limit: int, language: str | None = None) -> list[Place]:
    """Places of whole lines that have the quote's tokens. None in a language without a grammar."""
    if language is None:
        return []
    bare = _without_hashes if language == "python" else _without_slashes
    ours = bare([line.strip() for line in quote.lines])
    needle = b"".join(ours)
    if len(needle) < 2:
        return []
    hay = text.solid(bare)
    at = hay.find(needle)
    if at < 0:
        return []
    theirs = text.keyed(bare)
    starts = list(accumulate(map(len, theirs), initial=0))
    row_at = {start: row for row, start in enumerate(starts) if row < len(theirs) and theirs[row]}
    end_at = {start + len(line): row + 1 for row, (start, line) in enumerate(zip(starts, theirs, strict=False)) if line}
    candidates: list[tuple[int, int]] = []
    for _ in range(MOST_HITS):
        if at < 0:
            break
        if at in row_at and at + len(needle) in end_at:
            candidates.append((row_at[at], end_at[at + len(needle)]))
        at = hay.find(needle, at + 1)
    if at >= 0 or len(candidates) > MOST_CANDIDATES:
        return []  # it stands all over the file
    places = [_place(text, quote, ours, theirs, span, language) for span in candidates]
    return [place for place in places if place is not None][:limit]


def _without_hashes(lines: Sequence[bytes]) -> list[bytes]:
    code = b"\n".join(lines)
    return (_HASH.sub(b"", code) if b"#" in code else code).translate(None, _SPACE).split(b"\n")


def _without_slashes(lines: Sequence[bytes]) -> list[bytes]:
    code = b"\n".join(stripped(lines))
    return (_SLASHES.sub(b"", code) if b"/" in code or b"*" in code else code).translate(None, _SPACE).split(b"\n")


def _comments_stand(text: Text, quote: Quote, ours: list[bytes], rows: Span) -> bool:
    """Whether the comment lines that the quote has stand there too, in order. It may leave comments out; one that it has
    and the place hasn't says that another place is meant, whose code has changed since."""
    told = [line.strip() for line, code in zip(quote.lines, ours, strict=False) if not code and line.strip()]
    if not told:
        return True
    code = [number for number, line in enumerate(ours) if line]
    first, last = max(0, rows[0] - code[0]), rows[1] + len(ours) - 1 - code[-1]
    there = iter([line.strip() for line in text.lines[first:last]])
    return all(comment in there for comment in told)


def _place(text: Text, quote: Quote, ours: list[bytes], theirs: list[bytes], rows: Span, language: str) -> Place | None:
    from glmcode.syntax.tokens import leaves

    if not _comments_stand(text, quote, ours, rows):
        return None
    told = leaves(quote.data, language)
    if told is None or told != leaves(b"\n".join(text.lines[rows[0] : rows[1]]), language):
        return None
    # Lines are set against rows where both begin and end with the same token.
    spans: list[Span | None] = [None] * len(ours)
    guessed: set[int] = set()
    group: list[int] = []
    row = rows[0]
    first, have, want = -1, 0, 0
    for number, line in enumerate(ours):
        if not line:
            continue
        group.append(number)
        want += len(line)
        while have < want:
            if theirs[row] and first < 0:
                first = row
            have += len(theirs[row])
            row += 1
        if have > want:
            continue
        for member in group:
            spans[member] = (first, row)
        stands = b"".join(text.lines[first:row]).translate(None, _SPACE)
        if b"".join([quote.lines[member] for member in group]).translate(None, _SPACE) != stands:
            # A comment behind the code of one side: as context it stays, but the line is not as quoted.
            guessed.update(group)
        group, first = [], -1
    return place_of(text, quote.lines, filled(text, quote.lines, spans), frozenset(guessed))
