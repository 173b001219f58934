"""What the looser strategies share: lines between those that were found, and a place made of what they found."""

import itertools
from collections.abc import Sequence

from glmcode.landing.linediff import matching_blocks
from glmcode.landing.place import Place
from glmcode.landing.strategies.indentation import common_shift, indent_of
from glmcode.landing.text import BLANKS, Text

__all__ = ["Span", "filled", "place_of"]

Span = tuple[int, int]


def filled(text: Text, lines: Sequence[bytes], spans: Sequence[Span | None]) -> list[Span | None]:
    """The spans, with lines of the quote between two that were found set against the rows between those.

    Only rows that say the same are given to them: blank ones, and comments told word for word.
    """
    out = list(spans)
    known = [line for line, span in enumerate(spans) if span is not None]
    for above, below in itertools.pairwise(known):
        upper, lower = spans[above], spans[below]
        if below - above < 2 or upper is None or lower is None or upper[1] >= lower[0]:
            continue
        ours = [line.strip(BLANKS) for line in lines[above + 1 : below]]
        theirs = [line.strip(BLANKS) for line in text.lines[upper[1] : lower[0]]]
        for at, row, size in matching_blocks(ours, theirs):
            for n in range(size):
                first = upper[1] + row + n
                out[above + 1 + at + n] = (first, first + 1)
    if known:
        _ends(text, lines, out, known[0], known[-1])
    return out


def _ends(text: Text, lines: Sequence[bytes], out: list[Span | None], first: int, last: int) -> None:
    """Blank lines and comments at the quote's own ends, as many as stand there."""
    top, bottom = out[first], out[last]
    if top is None or bottom is None:
        return
    row, end = top[0], bottom[1]
    for line in range(first - 1, -1, -1):
        row -= 1
        if row < 0 or lines[line].strip(BLANKS) != text.lines[row].strip(BLANKS):
            break
        out[line] = (row, row + 1)
    for line in range(last + 1, len(lines)):
        if end >= len(text.lines) or lines[line].strip(BLANKS) != text.lines[end].strip(BLANKS):
            break
        out[line] = (end, end + 1)
        end += 1


def place_of(
    text: Text,
    lines: Sequence[bytes],
    spans: Sequence[Span | None],
    guessed: frozenset[int] = frozenset(),
    *,
    fuzzy: bool = False,
) -> Place | None:
    """The place whose lines these are; None where they are not indented by one common shift.

    A guessed line whose row is indented otherwise than the sure ones say is another row's.
    """
    known = [(line, span) for line, span in enumerate(spans) if span is not None]
    sure: list[tuple[bytes, bytes]] = []
    others: list[tuple[bytes, bytes]] = []
    before: Span | None = None
    for line, span in known:
        if span != before:
            (others if line in guessed else sure).append((lines[line], text.lines[span[0]]))
        before = span
    pairs = sure or others
    shift = common_shift([ours for ours, _ in pairs], [theirs for _, theirs in pairs])
    if shift is None:
        return None
    for ours, theirs in others if sure else ():
        stands = shift(ours)
        if ours.strip(BLANKS) and stands is not None and indent_of(stands) != indent_of(theirs):
            return None
    row, end = known[0][1][0], max(span[1] for _, span in known)
    return Place(text.start(row), text.start(end), row, shift=shift, spans=tuple(spans), guessed=guessed, fuzzy=fuzzy)
