"""New blocks at the edge of a run of lines, beside a marker: the lines that the marker stands for do not go for them."""

from collections.abc import Sequence
from dataclasses import replace

from glmcode.landing.sketch_alignment import Alignment
from glmcode.landing.sketch_blocks import opener_of
from glmcode.landing.sketch_gains import is_same_thing, likeness
from glmcode.landing.sketch_lines import Line

__all__ = ["unspent"]

ALIKE = 0.6
"""Least likeness of a line that would go and a new one, for the one to be the other."""


def unspent(sketch: Sequence[Line], file: Sequence[Line], alignment: Alignment, *, ends_marked: bool) -> Alignment:
    """The alignment in which no new block before a marker takes the place of lines that are nothing like it.

    `if x is None: return 0` and a marker below a function's first line is a guard: where that function ends with
    `return 1`, which the guard's line is like, all that is above it would go.
    """
    pairs, ends = list(alignment.pairs), list(alignment.ends)
    first = 0
    for number in range(len(ends)):
        past = first
        while past < len(sketch) and sketch[past].segment == sketch[first].segment:
            past += 1
        if past < len(sketch) or ends_marked:
            held = max(
                (i for i in range(first, past) if pairs[i] is not None and not _is_in_new(sketch, pairs, first, i)),
                default=None,
            )
            if held is not None and _is_for_others(sketch, file, pairs, held, past):
                pairs[held + 1 : past] = [None] * (past - held - 1)
                ends[number] = (pairs[held] or 0) + 1
        first = past
    return replace(alignment, pairs=tuple(pairs), ends=tuple(ends))


def _is_in_new(sketch: Sequence[Line], pairs: Sequence[int | None], first: int, i: int) -> bool:
    opener = opener_of(sketch, i, first)
    while opener is not None and pairs[opener] is not None:
        opener = opener_of(sketch, opener, first)
    return opener is not None


def _is_for_others(
    sketch: Sequence[Line], file: Sequence[Line], pairs: Sequence[int | None], held: int, past: int
) -> bool:
    """Whether lines in a new block below line `held` are taken for some of the file among others that go, and that
    nothing of the block is like."""
    rows = [i for i in range(held + 1, past) if pairs[i] is not None]
    if not rows or sketch[rows[0]].sign or not _is_in_new(sketch, pairs, held + 1, rows[0]):
        return False
    above = opener_of(file, pairs[rows[0]] or 0, 0)
    if above is not None and above > (pairs[held] or 0) and not _is_whole(sketch, rows[0], held + 1, past):
        return False  # the block has another first line, and the marker stands for the rest of it
    taken = {pairs[i] for i in rows} | {above}  # the new block's first line is for that one
    ours = [line for line in sketch[held + 1 : past] if not line.is_comment]
    gone = (file[j] for j in range((pairs[held] or 0) + 1, (pairs[rows[-1]] or 0) + 1) if j not in taken)
    return any(
        not any(is_same_thing(line, one) or likeness(line, one) >= ALIKE for line in ours)
        for one in gone
        if not one.is_comment
    )


def _is_whole(sketch: Sequence[Line], i: int, first: int, past: int) -> bool:
    """Whether the marker before line `past` stands outside of the outermost block that line i is in."""
    outermost = i
    while (opener := opener_of(sketch, outermost, first)) is not None:
        outermost = opener
    return any(columns <= sketch[outermost].depth for columns in sketch[past - 1].followed)
