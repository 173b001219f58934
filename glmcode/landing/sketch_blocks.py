"""Which definition of a sketch is which of the file: lines are aligned within these pairs, and never across them.

A definition is known by its name and by what it is in. One that the file has once and the sketch has once is that one;
one that the file doesn't have is new, and so are all of its lines, however much they look like lines of the file.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from glmcode.landing.sketch_alignment import Alignment
from glmcode.landing.sketch_lines import TITLED, Line, are_two, is_label, opens, shuts, told_by

__all__ = [
    "FARTHEST",
    "Block",
    "Bounds",
    "blocks",
    "bounds",
    "closed_by",
    "closed_name",
    "ended",
    "extent",
    "head_of",
    "is_head",
    "may_be_within",
    "opener_of",
]

FARTHEST = 2000
"""Lines above a line in which what it is in is looked for."""
NEW_BLOCK = -1
_ARGUMENTS = rb"(?: ?\(.*\))?"
_DECORATOR = re.compile(
    rb"(?:@[\w.:]+" + _ARGUMENTS + rb"(?: @[\w.:]+" + _ARGUMENTS + rb")*|#!?\[.*\]|\[[\w.:]+" + _ARGUMENTS
    + rb"(?:, [\w.:]+" + _ARGUMENTS + rb")*\]|\[\[.*\]\]|template ?<.*>|@(?:spec|doc|impl|moduledoc) .*)"
    + rb"(?: (?://|#|/\*).*)?$"
)  # fmt: skip
"""A line of its own that belongs to the definition below it: decorators, attributes, annotations, a template's head."""
_DECORATES = re.compile(rb"@[\w.]+ ?\(|#\[|\[[\w.:]+\(")
"""The same, of several lines: how the first of them begins."""
_TYPE = re.compile(
    rb"(?!return\b|else\b|do\b|break\b|continue\b)[A-Za-z_][\w:]*(?:[ *&]+[\w:]+|<[\w:, *&<>]*>){0,8}[ *&]*"
)
_WORDED = re.compile(rb"[^\W_]")
_NAME_FIRST = re.compile(rb"[\w:~]+ ?\(")
_NAMED = re.compile(rb"[^()=\"']{1,120}[{]$")
_ON_ONE_LINE = re.compile(rb"([^()={}\"']{1,120}[{])[^{}]*[}]")
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
    is_ended: bool = False
    """The same, or what is shown of it ends with a marker that stands outside of it, or with the sketch."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which definition each line is in, of those that sketch and file have both, and which lines are surely new."""

    of_ours: tuple[int | None, ...]
    of_theirs: tuple[int | None, ...]
    whole: dict[int, bool]
    """Whether the sketch gives the definition from its first line to its last."""
    pinned: dict[int, int]
    """The first lines of definitions of the sketch that the file has."""
    around: dict[int, int | None]
    """Comments and attributes of the file above such definitions: which definition they are in themselves."""
    in_place: frozenset[int]
    """The runs of the sketch that are indented as the file is."""

    def allow_equal(self, i: int, j: int) -> bool:
        """Whether line i of the sketch may be line j of the file, which says the same.

        What stands above a definition may be told without it, or in the run before.
        """
        return self.allow(i, j) or (
            i not in self.pinned and j in self.around and self.around[j] == self.of_ours[i] != NEW_BLOCK
        )

    def allow(self, i: int, j: int) -> bool:
        """Whether line i of the sketch may be line j of the file."""
        mine, theirs = self.of_ours[i], self.of_theirs[j]
        if i in self.pinned:
            return self.pinned[i] == j
        return theirs == mine or (mine is None and theirs is not None and not self.whole[theirs])

    def is_new(self, i: int) -> bool:
        return self.of_ours[i] == NEW_BLOCK


def bounds(sketch: Sequence[Line], file: Sequence[Line]) -> Bounds:
    """The definitions that sketch and file both have once, and those that only the sketch has, from first line to last."""
    of_ours: list[int | None] = [None] * len(sketch)
    of_theirs: list[int | None] = [None] * len(file)
    whole: dict[int, bool] = {}
    pinned: dict[int, int] = {}
    around: dict[int, int | None] = {}
    ours = [] if any(line.sign for line in sketch) else blocks(sketch)
    theirs = blocks(file) if ours else []
    by_name: dict[bytes, list[Block]] = {}
    for block in theirs:
        by_name.setdefault(block.name, []).append(block)
    by_title: dict[bytes | None, list[Line]] = {}
    for one in file:
        by_title.setdefault(one.title, []).append(one)
    keys = {line.key for line in file}
    told = {told_by(line.key) for line in file if line.title is None}
    in_place = _segments_in_place(sketch, file)
    owned = _owned(file, theirs) if ours else {}
    times = Counter((block.name, sketch[block.first].titles) for block in ours)
    for number, block in enumerate(ours):
        line = sketch[block.first]
        if times[block.name, line.titles] != 1 or of_ours[block.first] == NEW_BLOCK:
            continue  # what is in a new definition is new, whatever it is named
        found = [
            other
            for other in by_name.get(block.name, ())
            if of_ours[block.first] in (None, of_theirs[other.first])
            and _is_same(line, file[other.first], line.segment in in_place)
            and not are_two(line, file[other.first])
        ]
        if len(found) == 1 and (line.key == file[found[0].first].key or line.title is not None or not line.trivial):
            other = found[0]
            whole[number] = block.is_whole
            head, their_head = head_of(sketch, block.first), head_of(file, other.first)
            of_ours[head : block.past] = [number] * (block.past - head)
            around.update((j, of_theirs[j]) for j in range(their_head, other.first))
            of_theirs[their_head : other.past] = [number] * (other.past - their_head)
            pinned[block.first] = other.first
        elif (
            not found
            and block.is_ended
            and block.name not in told
            and (
                line.segment in in_place
                if any(not are_two(line, one) for one in by_title.get(block.name, ()))
                else line.key not in keys
            )
        ):
            head = _own_head(sketch, block.first, owned)
            of_ours[head : block.past] = [NEW_BLOCK] * (block.past - head)
    return Bounds(tuple(of_ours), tuple(of_theirs), whole, pinned, around, frozenset(in_place))


def is_head(line: Line) -> bool:
    """Whether the line is a comment, a decorator or an attribute."""
    return line.is_comment or _DECORATOR.match(line.key) is not None


def _is_type_of(line: Line, below: Line) -> bool:
    """Whether the line is the type of a function whose name begins the next line, as some write C."""
    return _NAME_FIRST.match(below.key) is not None and _TYPE.fullmatch(line.key) is not None


def head_of(lines: Sequence[Line], first: int) -> int:
    """The first of the comments, decorators and attributes directly above a definition's first line."""
    head = first
    while (
        head
        and (above := lines[head - 1]).row + 1 == lines[head].row
        and above.segment == lines[first].segment
        and above.sign == lines[first].sign
        and abs(above.depth - lines[first].depth) <= 1
    ):
        if is_head(above) or (head == first and _is_type_of(above, lines[first])):
            head -= 1
            continue
        opener = opener_of(lines, head - 1, 0) if shuts(above) and not opens(above.key) else None
        if opener is None or lines[opener].depth != above.depth or _DECORATES.match(lines[opener].key) is None:
            break
        head = opener
    return head


def _own_head(sketch: Sequence[Line], first: int, owned: Mapping[bytes, bool]) -> int:
    """The first line of a new definition's head: the comment above its decorators may be the file's, as `owned` tells."""
    head = head_of(sketch, first)
    decorated = next((i for i in range(head, first) if not sketch[i].is_comment), first)
    said = [owned.get(sketch[i].key, True) for i in range(head, decorated) if _WORDED.search(sketch[i].key)]
    return decorated if said and not any(said) else head


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


def blocks(lines: Sequence[Line]) -> list[Block]:
    """The definitions of several lines, outer ones first."""
    found = []
    for first, line in enumerate(lines):
        name = line.title or _name_of(line)
        alone = _ON_ONE_LINE.fullmatch(line.key) if name is None and not line.is_comment else None
        if alone is not None and line.key.split(maxsplit=1)[0] not in _FLOW:
            found.append(Block(first, first + 1, alone[1], is_whole=True))
            continue
        if name is None or not (
            opens(line.key) or line.last > line.row or _goes_deeper(lines, first) or _brace_below(lines, first) > first
        ):
            continue
        past, is_closed = extent(lines, first)
        if past == first + 1:
            continue
        last = lines[past - 1]
        ended = is_closed or (
            past < len(lines) and lines[past].segment == last.segment and lines[past].depth <= line.depth
        )
        leaves = _LEAVES.match(last.key) is not None and last.depth == min(
            (one.depth for one in lines[first + 1 : past] if one.depth > line.depth), default=-1
        )
        is_whole = line.segment == last.segment and (ended or (leaves and line.key.endswith(b":")))
        is_ended = past == len(lines) if not last.followed else last.followed[0] <= line.depth
        found.append(Block(first, past, name, is_whole, is_whole or (line.segment == last.segment and is_ended)))
    return found


def extent(lines: Sequence[Line], first: int) -> tuple[int, bool]:
    """Just past what the line begins, by indentation and closing brackets, and whether that is seen to be closed."""
    line = lines[first]
    past, is_closed = first + 1, False
    if line.last > line.row:
        while past < len(lines) and lines[past].row <= line.last and not _leaves(lines, first, past):
            past += 1
        last = lines[past - 1]
        is_closed = past > first + 1 and shuts(last) and not opens(last.key) and last.depth == line.depth
        # Behind a marker a line may be less deep than one above it, which a grammar takes for the end.
        while (
            not is_closed and past < len(lines) and lines[past].depth > line.depth and not _leaves(lines, first, past)
        ):
            past += 1
        return past, is_closed
    brace = _brace_below(lines, first)
    while past < len(lines):
        other = lines[past]
        if _leaves(lines, first, past):
            break
        if other.depth > line.depth or past <= brace:
            past += 1
        elif other.depth == line.depth and shuts(other) and not (other.key[:1] in b")]}" and is_label(line.key)):
            past += 1
            is_closed = not opens(other.key)
            if is_closed:
                break
        else:
            break
    return past, is_closed


def _leaves(lines: Sequence[Line], first: int, i: int) -> bool:
    """Whether a marker before line i stands outside of what line `first` begins, and line i doesn't close that."""
    line, other = lines[first], lines[i]
    return other.segment != lines[i - 1].segment and other.marked <= line.depth and other.closes != closed_name(line)


def opener_of(lines: Sequence[Line], i: int, least: int) -> int | None:
    """The line that opens what line i is in or closes, no earlier than line `least`."""
    depth, open_ends = lines[i].depth, int(shuts(lines[i]))
    is_bracket = lines[i].key[:1] in b")]}"
    for at in range(i - 1, max(least, i - FARTHEST) - 1, -1):
        line = lines[at]
        if line.segment != lines[i].segment:
            return None
        if line.is_comment or line.depth > depth:
            continue
        if line.depth < depth:
            return at
        if open_ends:
            open_ends += shuts(line) - (opens(line.key) and not (is_bracket and is_label(line.key)))
            if not open_ends:
                return at
    return None


def _brace_below(lines: Sequence[Line], first: int) -> int:
    """The line on which the brace of what the line begins stands alone: the next one, or the one below a constructor's
    initializers; `first` where there is none."""
    at = first + 1
    while at < len(lines) and lines[at].key[:1] in (b":", b",") and lines[at].depth >= lines[first].depth:
        at += 1
    return at if at < len(lines) and lines[at].key == b"{" and lines[at].depth == lines[first].depth else first


def closed_by(lines: Sequence[Line]) -> dict[int, int]:
    """Which line each closing line closes, by their depths, markers between them or not."""
    found: dict[int, int] = {}
    begun: dict[int, int] = {}
    for i, line in enumerate(lines):
        if line.is_comment:
            continue
        if shuts(line) and (opener := begun.pop(line.depth, None)) is not None:
            found[i] = opener
        # A label (`public:`, `case 1:`) may stand as deep as the line whose bracket is still open around it.
        is_open = is_label(line.key)
        for depth in [depth for depth in begun if depth > line.depth or (depth == line.depth and not is_open)]:
            del begun[depth]
        if opens(line.key) and not is_open:
            begun[line.depth] = i
    return found


def closed_name(line: Line) -> bytes:
    """What the line that closes this one has as what it closes."""
    return TITLED + line.title if line.title else line.key


def _goes_deeper(lines: Sequence[Line], i: int) -> bool:
    return i + 1 < len(lines) and lines[i + 1].depth > lines[i].depth


def _name_of(line: Line) -> bytes | None:
    """What a block without a title is known by: the selector of a style rule, the head of a table."""
    if line.is_comment or shuts(line) or _NAMED.fullmatch(line.key) is None:
        return None
    return None if line.key.split(maxsplit=1)[0] in _FLOW else line.key


def _owned(file: Sequence[Line], blocks: Sequence[Block]) -> dict[bytes, bool]:
    """Whether each comment of the file stands above definitions alone, as part of them."""
    heads: set[int] = set()
    for block in blocks:
        heads.update(range(head_of(file, block.first), block.first))
    found: dict[bytes, bool] = {}
    for j, line in enumerate(file):
        if line.is_comment and _WORDED.search(line.key):
            found[line.key] = found.get(line.key, True) and j in heads
    return found


def _segments_in_place(sketch: Sequence[Line], file: Sequence[Line]) -> set[int]:
    """The segments of which a line stands in the file at the same indentation: theirs says what they are in."""
    indents: dict[bytes, bytes | None] = {}
    for line in file:
        indents[line.key] = line.indent if line.key not in indents else None
    return {
        line.segment for line in sketch if not line.trivial and line.indent and indents.get(line.key) == line.indent
    }


def may_be_within(some: Sequence[bytes], all_of_them: Sequence[bytes]) -> bool:
    """Whether the titles of the one name part of what the other is in, in order: a sketch leaves some out."""
    short, long = sorted((some, all_of_them), key=len)
    rest = iter(long)
    return all(name in rest for name in short)


def _is_same(line: Line, other: Line, in_place: bool) -> bool:
    """Whether the definitions that two lines begin may be one: what the one is in does not speak against the other."""
    if not may_be_within(line.titles, other.titles):
        return False
    return line.indent == other.indent or not in_place
