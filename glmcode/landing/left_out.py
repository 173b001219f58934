"""Lines of the file that a loose quote left out, next to what changes: whether it is clear on which side of the change they stand."""

import itertools
from collections.abc import Iterable, Sequence

from glmcode.landing.nearest import is_trivial
from glmcode.landing.place import Place
from glmcode.landing.strategies.blank_lines import without_blanks
from glmcode.landing.text import Text

__all__ = [
    "LONGEST_LINE",
    "barely_apart",
    "left_out_beside",
    "may_stand_beside",
    "pairwise_alike",
    "says_nothing",
    "told_otherwise",
]

LONGEST_LINE = 400
"""Bytes of a line that are compared with another."""
SAME = 85
"""Percent of likeness from which a line is the other one, but for a comma or a letter."""
AKIN = 50
"""Percent of likeness from which a line of the replacement may be what a quoted one became."""

_COMMENTS = (b"#", b"//", b"/*", b"*", b"--", b"<!--")

MOST_PAIRS = 40
"""Lines that are each compared with all that may have become of them."""

Step = tuple[int, int, int, int]
"""Lines a..a_end of the quote give way to lines b..b_end of the replacement."""


def told_otherwise(place: Place, ours: Sequence[bytes], theirs: Sequence[bytes], steps: Sequence[Step]) -> int | None:
    """A line beside which the quote left lines out, where the same change can be told as one on their other side.

    `]` comes after new lines that hold a `]` too: whichever of them is the old one, quote and replacement are the same, but
    not what becomes of a blank line that the file has behind it, or before it. None where there is no such line.
    """
    spans = place.spans or ()
    for number, (a, a_end, b, b_end) in enumerate(steps):
        given = theirs[b:b_end]
        if not given:
            continue
        bottom = steps[number + 1][0] if number + 1 < len(steps) else len(ours)
        top = steps[number - 1][1] if number else 0
        for line in _taken(range(a_end, bottom), ours, given):
            if _is_gap(spans, line - 1, line) or _is_gap(spans, line, line + 1):
                return line
        for line in _taken(range(a - 1, top - 1, -1), ours, given[::-1]):
            if _is_gap(spans, line - 1, line) or _is_gap(spans, line, line + 1):
                return line
    return None


def barely_apart(
    text: Text, place: Place, old: Sequence[bytes], new: Sequence[bytes], steps: Sequence[Step]
) -> int | None:
    """The line where a change begins that only blank lines hold apart from the next one, where one of the two only takes or
    brings lines and others are left out beside them: which of its blank lines the replacement keeps, it doesn't say. None
    where there is none."""
    for (a, a_end, b, mid), (above, end, low, b_end) in itertools.pairwise(steps):
        apart = any(line.strip() for line in old[a_end:above])
        moves = a == a_end or b == mid or above == end or low == b_end
        if not apart and moves and left_out_beside(text, place, old, new, (a, end, b, b_end)):
            return a
    return None


def _taken(lines: Iterable[int], ours: Sequence[bytes], given: Sequence[bytes]) -> Iterable[int]:
    """Of the lines next to a change those that could be some of the given ones, all up to there in order."""
    rest = iter(given)
    return itertools.takewhile(lambda line: ours[line] in rest, lines)


def _is_gap(spans: Sequence[tuple[int, int] | None], above: int, below: int) -> bool:
    """Whether the file has lines between the two that the quote has not."""
    upper = next((span for span in reversed(spans[: above + 1]) if span is not None), None)
    lower = next((span for span in spans[below:] if span is not None), None)
    return upper is not None and lower is not None and upper[1] < lower[0]


def left_out_beside(
    text: Text, place: Place, old: Sequence[bytes], new: Sequence[bytes], step: tuple[int, int, int, int]
) -> bool:
    """Whether lines that the quote left out stand right above or below lines that others replace, and nothing tells among
    which of the new ones they belong.

    What stands above must stand above what became of the first line, and what stands below, below what became of the last.
    Code is not left out lightly: of that it is believed only where each line has become another one, none was added, and what
    was left out is not of their kind, as the next import of a sorted list is.
    """
    a, a_end, b, b_end = step
    covered = [span for span in (place.spans or ())[a:a_end] if span is not None]
    if b == b_end or not covered:
        return False
    above, below = _left_out(text, place, old, new, step, (covered[0][0], covered[-1][1]))
    code = [text.lines[row] for row in (*above, *below) if not says_nothing(text.lines[row])]
    if code:
        told = [line for line in (*old[a:a_end], *new[b:b_end]) if line.strip()]
        akin = len(code) > MOST_PAIRS or any(
            _likeness(line, other) >= AKIN for line in code for other in told[:MOST_PAIRS]
        )
        return akin or not pairwise_alike(old[a:a_end], new[b:b_end])
    return bool(above and not _succeeds(old[a], new[b:b_end], 0)) or bool(
        below and not _succeeds(old[a_end - 1], new[b:b_end], -1)
    )


def _left_out(
    text: Text,
    place: Place,
    old: Sequence[bytes],
    new: Sequence[bytes],
    step: tuple[int, int, int, int],
    rows: tuple[int, int],
) -> tuple[list[int], list[int]]:
    """The rows right above and right below these that the quote left out.

    A blank line that the quote has there is no bound where a change has blank lines of its own: it could be told beyond it.
    """
    a, a_end, b, b_end = step
    spans = place.spans or ()
    through = any(not line.strip() for line in (*old[a:a_end], *new[b:b_end]))
    told = [line for line, span in enumerate(spans) if span is not None and (old[line].strip() or not through)]
    upper = next((spans[line] for line in reversed(told) if line < a), None)
    lower = next((spans[line] for line in told if line >= a_end), None)
    known = {row for span in spans if span is not None for row in range(*span)}
    above = range(upper[1], rows[0]) if upper is not None else range(0)
    below = range(rows[1], lower[0]) if lower is not None else range(0)
    return [row for row in above if row not in known], [row for row in below if row not in known]


def may_stand_beside(text: Text, place: Place, old: Sequence[bytes], new: Sequence[bytes], step: Step) -> bool:
    """Whether lines that come may stand next to a change already, where the quote does not say what does.

    A line of the context that the file tells otherwise may be one of them, rather than what became of the context; beyond the
    quote's own end all of them may stand, and where lines of the quote don't, several anywhere.
    """
    a, a_end, b, b_end = step
    spans = place.spans or ()
    given = [line.strip() for line in new[b:b_end] if line.strip()]
    telling = sum(not is_trivial(line) for line in given)
    if not telling:
        return False
    several = place.fuzzy and telling > 1 and text.find_all(max(given, key=len), 1)
    if several and b"\n".join([b"", *given, b""]) in text.form(without_blanks):
        return True
    for near, beyond in ((range(a - 1, -1, -1), -1), (range(a_end, len(old)), 1)):
        told = next((line for line in near if old[line].strip()), None)
        if told is not None:
            span = spans[told]
            stands = b"" if span is None else text.lines[span[0]].strip()
            if told in place.guessed and stands in given and _likeness(old[told], stands) < SAME:
                return not is_trivial(stands)
        elif a == a_end:
            other = next((span for span in (spans[a:] if beyond < 0 else spans[:a][::-1]) if span is not None), None)
            if other is not None and _said(text, other[0] - 1 if beyond < 0 else other[1], beyond, len(given)) == given:
                return True
    return False


def _said(text: Text, row: int, step: int, size: int) -> list[bytes]:
    """So many lines that are not blank, from a row on upwards or downwards, in the file's order."""
    found: list[bytes] = []
    while 0 <= row < len(text.lines) and len(found) < size:
        if text.lines[row].strip():
            found.append(text.lines[row].strip())
        row += step
    return found[::step]


def pairwise_alike(old: Sequence[bytes], new: Sequence[bytes]) -> bool:
    """Whether each line is what became of its counterpart, more than of any other line: as many lines as before may still
    be others. Of many lines that is not asked."""
    return len(old) == len(new) <= MOST_PAIRS and all(_succeeds(line, new, at) for at, line in enumerate(old))


def _likeness(line: bytes, other: bytes) -> float:
    from rapidfuzz import fuzz

    return fuzz.ratio(line.strip()[:LONGEST_LINE], other.strip()[:LONGEST_LINE])


def _succeeds(line: bytes, others: Sequence[bytes], at: int) -> bool:
    """Whether of all the others that one is what became of the line."""
    ratios = [_likeness(line, other) for other in others]
    return ratios[at] >= AKIN and ratios[at] == max(ratios)


def says_nothing(line: bytes) -> bool:
    """True for a blank line or a comment."""
    bare = line.strip()
    return not bare or bare.startswith(_COMMENTS)
