"""Definitions beside each other: which they are, and how many blank lines stand between them."""

from collections.abc import Sequence
from itertools import pairwise

from glmcode.landing.text import Text
from glmcode.landing.twice import KEYED
from glmcode.syntax import Definition

__all__ = ["blank_rows", "blank_rows_above", "gap_between", "parent_of", "siblings_of"]


def parent_of(every: Sequence[Definition], definition: Definition) -> Definition | None:
    around = [
        one
        for one in every
        if one.depth < definition.depth
        and one.start <= definition.start
        and definition.end <= one.end
        and one is not definition
    ]
    return max(around, key=lambda one: one.depth, default=None)


def siblings_of(every: Sequence[Definition], definition: Definition) -> list[Definition]:
    parent = parent_of(every, definition)
    low, high = (parent.start, parent.end) if parent else (0, max(one.end for one in every))
    return sorted(
        (one for one in every if one.depth == definition.depth and low <= one.start and one.end <= high),
        key=lambda one: one.start,
    )


def gap_between(
    text: Text,
    siblings: Sequence[Definition],
    is_long: bool,
    depth: int,
    lines: Sequence[bytes],
    language: str | None,
) -> int:
    """Blank lines between such siblings in this file: as most pairs of them have it, or as the language's readers expect.

    Siblings of several lines keep their distance; `is_long` where the body or its neighbour is one.
    """
    alike: dict[int, int] = {}
    mixed: dict[int, int] = {}
    for one, other in pairwise(siblings):
        if text.data[one.end : other.start].strip():
            continue
        long_ones = (one.end_line > one.line) + (other.end_line > other.line)
        counts = alike if long_ones == (2 if is_long else 0) else mixed
        blank = text.data.count(text.separator, one.end, other.start)
        counts[blank] = counts.get(blank, 0) + 1
    if alike:
        return max(alike, key=lambda blank: (alike[blank], blank))
    if language in KEYED:
        # Keys stand line below line; only a table of TOML begins a part of its own.
        return 1 if language == "toml" and lines[0].lstrip().startswith(b"[") else 0
    if not is_long and language != "markdown":
        return 0
    if mixed:
        return max(1, max(mixed, key=lambda blank: (mixed[blank], blank)))
    # Only Python's readers expect two, and only between what stands at the margin.
    opening = lines[0].lstrip()
    is_python = opening.startswith((b"def ", b"class ", b"async def ", b"@")) and not opening.rstrip().endswith(b"{")
    return 2 if depth == 0 and is_python else 1


def blank_rows(text: Text, offset: int) -> int:
    """Blank lines from the line at `offset` on, up to something that is none; 0 where the file ends with them."""
    row = first = text.row(offset)
    while row < len(text.lines) and not text.lines[row].strip():
        row += 1
    return row - first if row < len(text.lines) else 0


def blank_rows_above(text: Text, offset: int) -> int:
    row = first = text.row(offset)
    while row and not text.lines[row - 1].strip():
        row -= 1
    return first - row
