"""Definitions beside each other: which they are, and how many blank lines stand between them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import TypeAlias

from glmcode.landing.text import Text
from glmcode.landing.twice import KEYED
from glmcode.syntax import Definition, Outline, Syntax

__all__ = ["Kin", "blank_rows", "blank_rows_above", "gap_between", "kin_of", "members_of", "parent_in"]

Gaps: TypeAlias = Mapping[tuple[int, int], int]
"""Of pairs of siblings one below the other, with nothing but blank lines between them: how many of the two have several
lines, and how many blank lines there are; and how many such pairs."""


def _parent_of(every: Sequence[Definition], definition: Definition) -> Definition | None:
    around = [
        one
        for one in every
        if one.depth < definition.depth
        and one.start <= definition.start
        and definition.end <= one.end
        and one is not definition
    ]
    return max(around, key=lambda one: one.depth, default=None)


def _siblings_of(every: Sequence[Definition], definition: Definition) -> list[Definition]:
    parent = _parent_of(every, definition)
    low, high = (parent.start, parent.end) if parent else (0, max(one.end for one in every))
    return sorted(
        (one for one in every if one.depth == definition.depth and low <= one.start and one.end <= high),
        key=lambda one: one.start,
    )


@dataclass(frozen=True, slots=True)
class Kin:
    """What stands around a definition: the one that it is in, and the ones beside it."""

    parent: Definition | None
    above: Definition | None
    below: Definition | None
    gaps: Gaps


def kin_of(text: Text, syntax: Syntax, definition: Definition) -> Kin:
    if isinstance(syntax, Outline) and (beside := syntax.beside(definition)) is not None:
        return Kin(syntax.holder(), *beside, syntax.gaps)
    every = syntax.near(definition)
    siblings = _siblings_of(every, definition)
    at = siblings.index(definition)
    below = siblings[at + 1] if at + 1 < len(siblings) else None
    return Kin(_parent_of(every, definition), siblings[at - 1] if at else None, below, _gaps_of(text, siblings))


def parent_in(syntax: Syntax, definition: Definition) -> Definition | None:
    """What a definition is in."""
    if isinstance(syntax, Outline) and syntax.beside(definition) is not None:
        return syntax.holder()
    return _parent_of(syntax.near(definition), definition)


def members_of(text: Text, syntax: Syntax, definition: Definition) -> tuple[Definition | None, Gaps]:
    """The last of a definition's members, and what stands between them."""
    if isinstance(syntax, Outline) and syntax.holds_units(definition):
        return syntax.last_unit(), syntax.gaps
    members = [
        one
        for one in syntax.near(definition)
        if one.depth == definition.depth + 1 and definition.start <= one.start and one.end <= definition.end
    ]
    return max(members, key=lambda one: one.end, default=None), _gaps_of(text, members)


def _gaps_of(text: Text, siblings: Sequence[Definition]) -> Gaps:
    gaps: Counter[tuple[int, int]] = Counter()
    for one, other in pairwise(siblings):
        if not text.data[one.end : other.start].strip():
            blank = text.data.count(text.separator, one.end, other.start)
            gaps[(one.end_line > one.line) + (other.end_line > other.line), blank] += 1
    return gaps


def gap_between(gaps: Gaps, is_long: bool, depth: int, lines: Sequence[bytes], language: str | None) -> int:
    """Blank lines between such siblings in this file: as most pairs of them have it, or as the language's readers expect.

    Siblings of several lines keep their distance; `is_long` where the body or its neighbour is one.
    """
    alike: Counter[int] = Counter()
    mixed: Counter[int] = Counter()
    for (long_ones, blank), count in gaps.items():
        (alike if long_ones == (2 if is_long else 0) else mixed)[blank] += count
    if alike:
        return max(alike, key=lambda blank: (alike[blank], blank))
    if language in KEYED or language == "html":
        # Keys and elements stand line below line; only a table of TOML begins a part of its own.
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
    for count, line in enumerate(text.below(offset)):
        if line.strip():
            return count
    return 0


def blank_rows_above(text: Text, offset: int) -> int:
    return sum(1 for _ in takewhile(lambda line: not line.strip(), text.above(offset)))
