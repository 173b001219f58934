"""Which definition of a sketch is which of the file: lines are aligned within these pairs, and never across them.

A definition is known by its name and by what it is in. One that the file has once and the sketch has once is that one;
one that the file doesn't have is new, and so are all of its lines, however much they look like lines of the file.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from glmcode.landing.sketch_alignment import Alignment
from glmcode.landing.sketch_lines import TITLED, Line, opens

__all__ = ["Block", "blocks", "bounded", "in_order"]

PINNED = 400
"""What it gains to take a definition's first line for that of its namesake: more than any run of lines gains elsewhere."""
_NAMED = re.compile(rb"[^()=\"']{1,120}[{]$")
_FLOW = frozenset(
    b"if for while switch catch return else do with try finally match loop elif foreach except unsafe".split()
)
_LEAVES = re.compile(rb"(?:return|raise|throw)\b")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines first..past, of which the first names what they define."""

    first: int
    past: int
    name: bytes
    is_whole: bool
    """Given from its first line to its last, with no marker between."""


def bounded(
    sketch: Sequence[Line], file: Sequence[Line], gains: list[dict[int, int]], costs: list[int]
) -> tuple[list[dict[int, int]], list[int]]:
    """The gains of lines within paired definitions and outside of them, without those across; what new lines cost."""
    ours, theirs = blocks(sketch), blocks(file)
    if not ours or any(line.sign for line in sketch):
        return gains, costs
    by_name: dict[bytes, list[Block]] = {}
    for block in theirs:
        by_name.setdefault(block.name, []).append(block)
    titles = {line.title for line in file if line.title is not None}
    in_place = _segments_in_place(sketch, file)
    times: dict[tuple[bytes, tuple[bytes, ...]], int] = {}
    for block in ours:
        key = (block.name, sketch[block.first].titles)
        times[key] = times.get(key, 0) + 1
    of_ours: list[int | None] = [None] * len(sketch)
    of_theirs: list[int | None] = [None] * len(file)
    whole: dict[int, bool] = {}
    for number, block in enumerate(ours):
        line = sketch[block.first]
        found = [
            one for one in by_name.get(block.name, ()) if _is_same(line, file[one.first], line.segment in in_place)
        ]
        if times[block.name, line.titles] != 1:
            continue
        if len(found) == 1 and (found[0].first in gains[block.first] or not line.trivial):
            other = found[0]
            whole[number] = block.is_whole
            of_ours[block.first : block.past] = [number] * (block.past - block.first)
            of_theirs[other.first : other.past] = [number] * (other.past - other.first)
            gains[block.first] = {other.first: PINNED}
        elif not found and block.is_whole and (block.name not in titles or line.segment in in_place):
            whole[number] = True
            of_ours[block.first : block.past] = [-1] * (block.past - block.first)
    firsts = {block.first for block in ours}
    for i, line_gains in enumerate(gains):
        mine = of_ours[i]
        if mine == -1:
            gains[i], costs[i] = {}, 0
        elif i not in firsts or mine is None:
            gains[i] = {
                j: gain
                for j, gain in line_gains.items()
                if (theirs_of := of_theirs[j]) == mine
                or (mine is None and theirs_of is not None and not whole[theirs_of])
            }
    return gains, costs


def ended(sketch: Sequence[Line], file: Sequence[Line], alignment: Alignment) -> Alignment:
    """The alignment, where a definition is given to its last line, to the last line of its namesake in the file too."""
    pasts = {block.first: block.past for block in blocks(file)}
    segments = {line.segment: number for number, line in enumerate(_first_lines(sketch))}
    ends = list(alignment.ends)
    for block in blocks(sketch):
        at_end = block.past == len(sketch) or sketch[block.past].segment != sketch[block.first].segment
        if not at_end or not block.is_whole or sketch[block.past - 1].closes is not None:
            continue
        first = alignment.pairs[block.first]
        number = segments[sketch[block.first].segment]
        past = pasts.get(first, 0) if first is not None else 0
        if past > ends[number] and (number + 1 == len(ends) or past <= alignment.starts[number + 1]):
            ends[number] = past
    return replace(alignment, ends=tuple(ends))


def _first_lines(sketch: Sequence[Line]) -> list[Line]:
    return [line for i, line in enumerate(sketch) if i == 0 or sketch[i - 1].segment != line.segment]


def in_order(sketch: Sequence[Line], file: Sequence[Line]) -> list[Line]:
    """The sketch's lines with its runs in the order of the file, where each is shown by lines that the file has once.

    A run is what stands between two markers outside of all that the sketch opens. Putting runs in order moves nothing
    in the file: a marker stands between them.
    """
    runs: list[list[Line]] = []
    for line in sketch:
        if not runs or (line.segment != runs[-1][-1].segment and line.is_outermost):
            runs.append([])
        runs[-1].append(line)
    if len(runs) < 2 or any(line.sign for line in sketch):
        return list(sketch)
    once: dict[bytes, int] = {}
    for j, line in enumerate(file):
        once[line.key] = -1 if line.key in once else j
    seen: set[bytes] = set()
    again = {line.key for line in sketch if line.key in seen or seen.add(line.key)}  # type: ignore[func-returns-value]
    spans: list[tuple[int, int]] = []
    for run in runs:
        places = [
            j for line in run if not line.trivial and line.key not in again and (j := once.get(line.key, -1)) >= 0
        ]
        if not places or places != sorted(places):
            return list(sketch)
        spans.append((places[0], places[-1]))
    order = sorted(range(len(runs)), key=lambda number: spans[number])
    if order == sorted(order) or any(spans[one][1] >= spans[other][0] for one, other in pairwise(order)):
        return list(sketch)
    found: list[Line] = []
    segment = 0
    for number in order:
        before = runs[number][0].segment
        segment += 1
        for line in runs[number]:
            segment += line.segment != before
            before = line.segment
            found.append(replace(line, segment=segment))
    return found


def blocks(lines: Sequence[Line]) -> list[Block]:
    """The definitions of several lines, outer ones first."""
    found = []
    for first, line in enumerate(lines):
        name = line.title or _name_of(line)
        if name is None or not (opens(line.key) or _goes_deeper(lines, first)):
            continue
        past, is_closed = first + 1, False
        while past < len(lines):
            other = lines[past]
            if (
                other.segment != lines[past - 1].segment
                and other.marked <= line.depth
                and other.closes != _closed(line)
            ):
                break
            if other.depth > line.depth:
                past += 1
            elif other.depth == line.depth and other.closes is not None and not is_closed:
                past += 1
                is_closed = not opens(other.key)
                if is_closed:
                    break
            else:
                break
        if past == first + 1:
            continue
        last = lines[past - 1]
        ended = is_closed or (
            past < len(lines) and lines[past].segment == last.segment and lines[past].depth <= line.depth
        )
        leaves = _LEAVES.match(last.key) is not None and last.depth == min(
            one.depth for one in lines[first + 1 : past] if one.closes is None or one.depth > line.depth
        )
        is_whole = line.segment == last.segment and (ended or (leaves and not line.key.endswith(b"{")))
        found.append(Block(first, past, name, is_whole))
    return found


def _closed(line: Line) -> bytes:
    return TITLED + line.title if line.title else line.key


def _goes_deeper(lines: Sequence[Line], i: int) -> bool:
    return i + 1 < len(lines) and lines[i + 1].depth > lines[i].depth


def _name_of(line: Line) -> bytes | None:
    """What a block without a title is known by: the selector of a style rule, the head of a table."""
    if line.is_comment or line.closes is not None or _NAMED.fullmatch(line.key) is None:
        return None
    return None if line.key.split(maxsplit=1)[0] in _FLOW else line.key


def _segments_in_place(sketch: Sequence[Line], file: Sequence[Line]) -> set[int]:
    """The segments of which a line stands in the file at the same indentation: theirs says what they are in."""
    indents: dict[bytes, bytes | None] = {}
    for line in file:
        indents[line.key] = line.indent if line.key not in indents else None
    return {
        line.segment for line in sketch if not line.trivial and line.indent and indents.get(line.key) == line.indent
    }


def _is_same(line: Line, other: Line, in_place: bool) -> bool:
    """Whether the definitions that two lines begin may be one: what the one is in does not speak against the other."""
    short = min(len(line.titles), len(other.titles))
    if short and line.titles[-short:] != other.titles[-short:]:
        return False
    return line.indent == other.indent or not in_place
