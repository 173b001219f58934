"""What a sketch would take from a file: what it may drop without saying so, and what must be asked."""

from collections import Counter
from collections.abc import Sequence

from glmcode.landing import messages
from glmcode.landing.place import Refusal
from glmcode.landing.sketch_gains import likeness, words_of
from glmcode.landing.sketch_lines import Line, is_removal
from glmcode.landing.sketch_reading import Reading, Segment

__all__ = ["MOST_GONE", "is_block", "losses", "written_anew"]

MOST_GONE = 20
"""Lines of a run that a sketch may drop without saying so."""
LEAST_ANEW = 3
"""New lines of code without which a definition is not written anew."""
MOST_FOR_ONE = 12
"""Lines that one new line of such a definition may take the place of."""
ALIKE = 0.4
"""Least likeness of a line that went and one that came, for the one to be the other."""


def losses(reading: Reading, segment: Segment, anew: frozenset[int]) -> Refusal | None:
    """The first reason not to drop what the segment leaves out. `anew`: lines of definitions that are written anew."""
    pairs = reading.alignment.pairs
    kept = {j for i in segment.lines if (j := pairs[i]) is not None}
    gone: list[int] = []
    new: list[int] = []
    i = segment.lines.start
    for j in range(segment.start, segment.end + 1):
        if j in kept or j == segment.end:
            while i < segment.lines.stop and pairs[i] != j:
                if pairs[i] is None:
                    new.append(i)
                i += 1
            refusal = _loss(reading, segment, gone, new, i, anew)
            if refusal is not None:
                return refusal
            i += 1
            gone, new = [], []
        else:
            gone.append(j)
    return None


def _loss(
    reading: Reading, segment: Segment, gone: Sequence[int], new: Sequence[int], after: int, anew: frozenset[int]
) -> Refusal | None:
    """The same for one run of lines that go, and those that come there, before line `after` of the sketch."""
    sketch, file, text = reading.sketch, reading.file, reading.text
    says_gone = [i for i in new if is_removal(sketch[i].data.decode("utf-8", "surrogateescape"))]
    if not gone and says_gone and len(says_gone) == len(new):
        return Refusal(
            "ambiguous",
            f"The sketch says that lines are gone, and shows no gap there:\n{reading.quoted(new)}\nRepeat the lines of the file directly above and "
            "below those that go, with this comment alone between, or send delete= or SEARCH/REPLACE.",
        )
    if not gone or says_gone:
        return None
    if any(line.sign for line in sketch):
        return Refusal(
            "ambiguous",
            f"The sketch marks lines that go with -, and leaves out {messages.span(file[gone[0]].row + 1, file[gone[-1]].row + 1)} without one:\n"
            f'{messages.listed(text, file[gone[0]].row, file[gone[-1]].row + 1)}\nQuote them with -, or put "... existing code ..." in their place.',
        )
    if _crosses(reading, gone, new, after, segment):
        return _too_drastic(reading, gone, "the end of one block and the beginning of another, ")
    if _moved(sketch, file, gone) and _is_held(reading, segment, gone):
        return None
    first, last = file[gone[0]].row + 1, file[gone[-1]].row + 1
    for one in reading.definitions:
        if (
            first <= one.line
            and one.end_line <= last
            and (one.end_line > one.line or one.kind in ("function", "method", "class"))
        ):
            return Refusal(
                "too-drastic",
                f"The sketch leaves out {one.name} ({messages.span(one.line, one.end_line)}) and has no marker there. Where it stays, put "
                f'"... existing code ..." in its place; where it goes, say so with a comment there, such as "removed {one.name}", or send delete="{one.name}".',
            )
    code = [i for i in (*_changed_beside(reading, segment, new, after), *new) if not sketch[i].is_comment]
    if any(i in anew for i in new if not sketch[i].is_comment) and len(gone) <= max(
        MOST_GONE, MOST_FOR_ONE * len(code)
    ):
        return None
    titled = next((j for j in gone if is_block(file, j, gone)), None)
    if titled is not None or len(gone) > MOST_GONE:
        return _too_drastic(reading, gone, f"{messages.shown(file[titled].key)}, " if titled is not None else "")
    if not new or _is_said_by(sketch, file, gone, code):
        return None
    alike = sum(1 for j in gone if any(likeness(sketch[i], file[j]) >= ALIKE for i in (*code, *new)))
    is_less = len(gone) > len(new) and (not alike or len(gone) > 6 * (len(new) + 1))
    if is_less or (not code and any(not file[j].is_comment for j in gone)):
        return Refusal(
            "ambiguous",
            f"Do the new lines of the sketch replace {messages.span(first, last)}, or do those stay?\n{reading.quoted(new)}\nThe file has there:\n"
            f'{messages.listed(text, first - 1, last)}\nPut "... existing code ..." where lines stay, or a comment that says "removed" where they go.',
        )
    return None


def _too_drastic(reading: Reading, gone: Sequence[int], what: str) -> Refusal:
    first, last = reading.file[gone[0]].row + 1, reading.file[gone[-1]].row + 1
    where = messages.span(first, last)
    return Refusal(
        "too-drastic",
        f"The sketch leaves out {what}{where}, and has no marker there:\n{messages.listed(reading.text, first - 1, last)}\nWhere they stay, put "
        f'"... existing code ..." in their place; where they go, say so with a comment there, such as "removed {where}".',
    )


def _changed_beside(reading: Reading, segment: Segment, new: Sequence[int], after: int) -> list[int]:
    """The lines directly above and below new ones that replace lines of the file: with those they are one change."""
    if not new:
        return []
    beside = (new[0] - 1, after)
    return [
        i for i in beside if i in segment.lines and reading.alignment.pairs[i] is not None and not reading.is_same(i)
    ]


def _crosses(reading: Reading, gone: Sequence[int], new: Sequence[int], after: int, segment: Segment) -> bool:
    """Whether what goes leaves one block and enters another, so that two blocks would become one."""
    file, pairs = reading.file, reading.alignment.pairs
    if after in segment.lines and reading.is_in_whole_definition(after):
        return False
    if gone[0] == segment.start or gone[-1] + 1 >= segment.end or after >= segment.lines.stop:
        return False
    above, below = file[gone[0] - 1], file[gone[-1] + 1]
    lowest = min((file[j].depth for j in gone if not _is_loose(file[j])), default=below.depth)
    if lowest >= min(above.depth, below.depth) or pairs[after] != gone[-1] + 1:
        return False
    return not any(
        reading.sketch[i].depth - _deeper(reading, after) <= lowest for i in new if not _is_loose(reading.sketch[i])
    )


def _deeper(reading: Reading, i: int) -> int:
    """By how many columns a line of the sketch stands deeper than in the file."""
    j = reading.alignment.pairs[i]
    return 0 if j is None else reading.sketch[i].depth - reading.file[j].depth


def _is_loose(line: Line) -> bool:
    """Whether the line's indentation says nothing: a comment, a directive, a label."""
    return (
        line.is_comment
        or line.key.startswith(b"#")
        or (line.key.endswith(b":") and b" " not in line.key and line.depth == 0)
    )


def written_anew(reading: Reading) -> frozenset[int]:
    """The lines of definitions that the sketch gives from the first line to the last, with a fair share of new lines.

    Such a definition is one written again, not one with lines left out.
    """
    sketch, pairs_of = reading.sketch, reading.alignment.pairs
    found: set[int] = set()
    for block in reading.blocks:
        pairs = [pairs_of[i] for i in range(block.first, block.past)]
        kept = [j for j in pairs if j is not None]
        if pairs[0] is None or not block.is_whole:
            continue
        code = sum(pairs_of[i] is None and not sketch[i].is_comment for i in range(block.first, block.past))
        gone = kept[-1] - kept[0] + 1 - len(kept)
        if code >= LEAST_ANEW and gone <= MOST_FOR_ONE * code:
            found.update(range(block.first, block.past))
    return frozenset(found)


def _is_said_by(sketch: Sequence[Line], file: Sequence[Line], gone: Sequence[int], new: Sequence[int]) -> bool:
    """Whether the new lines hold most of the words of those that go: lines joined into one."""
    ours = sum((words_of(sketch[i]) for i in new), Counter[bytes]())
    theirs = sum((words_of(file[j]) for j in gone), Counter[bytes]())
    return sum(theirs.values()) >= 4 and 10 * sum((ours & theirs).values()) >= 7 * sum(theirs.values())


def _moved(sketch: Sequence[Line], file: Sequence[Line], gone: Sequence[int]) -> bool:
    """Whether what goes comes again elsewhere in the sketch, for the most part: its first line aside, which may have a new name."""
    keys = {line.key for line in sketch}
    lines = [file[j] for j in gone if not file[j].trivial and file[j].title is None]
    return len(lines) >= 2 and 5 * sum(line.key in keys for line in lines) >= 4 * len(lines)


def _is_held(reading: Reading, segment: Segment, gone: Sequence[int]) -> bool:
    """Whether the lines above and below what goes say more than that something is closed."""
    file = reading.file
    beside = [j for j in (gone[0] - 1, gone[-1] + 1) if segment.start <= j < segment.end]
    return all(file[j].closes is None and not file[j].trivial for j in beside)


def is_block(file: Sequence[Line], j: int, gone: Sequence[int]) -> bool:
    """Whether the line begins a definition of several lines, all of which go."""
    if file[j].title is None or j + 1 >= len(file) or file[j + 1].depth <= file[j].depth:
        return False
    last = j + 1
    while last + 1 < len(file) and file[last + 1].depth > file[j].depth:
        last += 1
    return last <= gone[-1] and last - j >= 2
