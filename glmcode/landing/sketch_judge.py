"""What an alignment would double or guess at: reasons to ask instead of landing it."""

import re
from collections.abc import Sequence
from itertools import pairwise

from glmcode.landing import messages
from glmcode.landing.place import Refusal
from glmcode.landing.sketch_blocks import FARTHEST, is_head, may_be_within, opener_of
from glmcode.landing.sketch_confusion import KIN, confused, torn, uncarried
from glmcode.landing.sketch_gains import SURE, is_surely, likeness
from glmcode.landing.sketch_lines import Line, opens, shuts
from glmcode.landing.sketch_losses import MOST_GONE, is_block, losses, written_anew
from glmcode.landing.sketch_reach import LEAVES, unreached
from glmcode.landing.sketch_reading import Reading, Segment
from glmcode.landing.sketch_renames import renamed

__all__ = ["breaks_blocks", "judge", "unmarked"]

_PREAMBLE = re.compile(
    rb"(?:package|import|from|use|using|namespace|extern crate|require|require_relative|include|open|module)\b[^{]*[{(;]?$|@import\b|<\?php$"
    rb"|(?:const|let|var)\b.*\brequire\(.*\);?$|[\"']use strict[\"'];?$"
)
_HEADING = re.compile(rb"(?:package|namespace|module)\b[^{]*$|<\?php$|declare\(|#pragma once$|[\"']use strict[\"'];?$")
NEARLY = 0.8
"""Likeness of a line and the one that it replaces, next to a marker."""


def judge(reading: Reading) -> Refusal | None:
    """The first reason not to land it."""
    anew = written_anew(reading)
    segments = list(reading.segments())
    for number, segment in enumerate(segments):
        before = segments[number - 1] if number else None
        after = segments[number + 1] if number + 1 < len(segments) else None
        refusal = (
            (None if number in reading.alignment.homes else _unanchored(reading, segment, before, after))
            or _edges(reading, segment)
            or unreached(reading, segment)
            or confused(reading, segment)
            or _elsewhere(reading, segment)
            or losses(reading, segment, anew)
            or uncarried(reading, number, segment)
            or _cut_off(reading, segment)
        )
        if refusal is not None:
            return refusal
    return _doubled(reading) or renamed(reading)


def breaks_blocks(reading: Reading) -> bool:
    """Whether blocks would be cut, merged or left open: no way to take the sketch."""
    return any(
        torn(reading, segment) is not None
        or ((lost := losses(reading, segment, frozenset())) is not None and lost.reason == "too-drastic")
        for segment in reading.segments()
    )


def unmarked(reading: Reading) -> Refusal | None:
    """A sketch that begins or ends without a marker, where the file has more.

    Models leave such markers out: what would be a drastic loss stays. A few lines may be meant to go, which is asked.
    """
    file, alignment = reading.file, reading.alignment
    before, after = file[: alignment.starts[0]], file[alignment.ends[-1] :]
    sides = []
    if before and not reading.begins_marked:
        sides.append((before, "before its first line", "above it"))
    if after and not reading.ends_marked:
        sides.append((after, "after its last line", "below it"))
    for lines, where, there in sides:
        first, last = lines[0].row + 1, lines[-1].row + 1
        if _is_beside_definition(reading, at_top=lines is before) or (lines is before and _is_preamble(reading, lines)):
            continue
        if _is_amid(reading, at_top=lines is before):
            continue
        if len(lines) > MOST_GONE or any(
            first <= one.line and one.end_line <= last and one.end_line > one.line for one in reading.definitions
        ):
            continue
        numbers = list(range(len(lines)))
        if any(is_block(lines, j, numbers) for j in numbers):
            continue
        return Refusal(
            "ambiguous",
            f"The sketch has no marker {where}, and the file has {messages.span(first, last)} there:\n{messages.listed(reading.text, first - 1, last)}\n"
            f'Where they stay, put "... existing code ..." {there}; where they go, send SEARCH/REPLACE that quotes them.',
        )
    return None


def _is_beside_definition(reading: Reading, *, at_top: bool) -> bool:
    """Whether the sketch begins, or ends, with a definition that the file has: no line shows that what is beyond it goes."""
    sketch, file = reading.sketch, reading.file
    if at_top:
        first = next((i for i, line in enumerate(sketch) if not is_head(line)), 0)
        j = reading.alignment.pairs[first]
        title = sketch[first].title
        return title is not None and j is not None and file[j].title == title and opens(sketch[first].key)
    for block in reading.blocks:
        theirs = reading.file_blocks.get(reading.bounds.pinned.get(block.first, -1))
        if block.past == len(sketch) and theirs is not None and sketch[block.first].title is not None:
            return theirs.past <= reading.alignment.ends[-1]
    return False


def _is_preamble(reading: Reading, lines: Sequence[Line]) -> bool:
    """Whether a file's first lines are nothing but its package, its imports and comments: a sketch that begins with a
    definition leaves them out, and means none of them to go; one that begins with an import may mean imports to go."""
    if reading.blocks and not reading.blocks[0].first:
        return all(line.is_comment or line.depth or shuts(line) or _PREAMBLE.match(line.key) for line in lines)
    is_import = _PREAMBLE.match(reading.sketch[0].key) is not None
    return is_import and all(line.is_comment or _HEADING.match(line.key) for line in lines)


def _is_amid(reading: Reading, *, at_top: bool) -> bool:
    """Whether the sketch begins in the midst of what the lines above it open, or ends before the lines below it close that.

    Without those lines the file would be torn: they stay, and what stands among them does.
    """
    file, alignment = reading.file, reading.alignment
    if at_top:
        start = alignment.pairs[0]
        return start is not None and start == alignment.starts[0] and opener_of(file, start, 0) is not None
    end = alignment.ends[-1]
    closing = (j for j in range(end, min(len(file), end + FARTHEST)) if file[j].key[:1] in b")]}")
    return any((opener := opener_of(file, j, 0)) is not None and opener < end for j in closing)


def _unanchored(reading: Reading, segment: Segment, before: Segment | None, after: Segment | None) -> Refusal | None:
    """A segment of which no line shows where it goes, nor the segments before and after it, which meet in the file."""
    sketch, file, pairs = reading.sketch, reading.file, reading.alignment.pairs
    if before is not None and after is not None and before.end == after.start and reading.is_same(before.lines[-1]):
        is_new = all(pairs[i] is None for i in segment.lines)
        if is_new and reading.is_same(after.lines[0]):
            return None
    if all(reading.is_same(i) for i in segment.lines) and segment.end - segment.start == len(segment.lines):
        return None  # it changes nothing
    for i in segment.lines:
        j = pairs[i]
        if j is None:
            continue
        if (j, segment.start, i) == (0, 0, 0) and not reading.begins_marked:
            return None
        if j == len(file) - 1 and i == len(sketch) - 1 and not reading.ends_marked and reading.is_same(i):
            return None
        if (
            not sketch[i].trivial
            or sketch[i].title is not None
            or (sketch[i].closes and sketch[i].closes == file[j].closes)
            or reading.closes_the_same(i)
        ):
            return None
    return Refusal(
        "ambiguous",
        f"Nothing shows where these lines of the sketch go:\n{reading.quoted(segment.lines)}\nRepeat the line of the file that stands directly above or "
        "below them, in the same run, with no marker between; or send them with before=, after= or inside= and the name of a definition.",
    )


def _edges(reading: Reading, segment: Segment) -> Refusal | None:
    """A changed line next to a marker may be a new one, and the line that it looks like may stay."""
    sketch, file, pairs = reading.sketch, reading.file, reading.alignment.pairs
    same = [i for i in segment.lines if reading.is_same(i)]
    firm = _firm(reading, same) if len(same) < len(segment.lines) else same
    places: dict[bytes, list[int]] | None = None
    for i in segment.lines:
        line, j = sketch[i], pairs[i]
        if (firm and firm[0] <= i <= firm[-1]) or (same and same[0] <= i <= same[-1] and (j is None or i in same)):
            continue
        if j is not None:
            if reading.is_in_whole_definition(i) or is_surely(line, file[j]) or reading.closes_the_same(i):
                continue
            if _is_nearly(line, file, j):
                continue
            if line.is_comment and _is_above_its_own(reading, segment, i, j):
                continue
            row = file[j].row
            return Refusal(
                "ambiguous",
                f"Does this line of the sketch replace line {row + 1}, or is it a new one beside it?\n  sketch: {messages.shown(line.data.strip())}\n"
                f"  line {row + 1}: {messages.shown(reading.text.lines[row].strip())}\nRepeat an unchanged line of the file on its other side too, or send SEARCH/REPLACE.",
            )
        if line.sign or not any(letter not in b"/*#- " for letter in line.key):
            continue
        if is_head(line) and not line.is_comment:
            continue  # it says nothing without what it stands above
        if (line.closes is not None and (line.closes or not same)) or reading.is_in_new_block(i, segment.lines):
            continue
        if places is None:
            places = {}
            for at, other in enumerate(file):
                places.setdefault(other.key, []).append(at)
        beside = file[min(len(file) - 1, segment.start if same and i < same[0] else max(0, segment.end - 1))]
        is_held = sum(not sketch[k].trivial for k in same) > 1 or any(sketch[k].title is not None for k in same)
        found = next(
            (
                at
                for at in places.get(line.key, ())
                if reading.bounds.allow_equal(i, at)
                and ((not line.trivial and not is_held) or _are_together(file[at], beside))
            ),
            None,
        )
        if found is not None:
            return _stands_elsewhere(reading, i, found)
    return None


def _firm(reading: Reading, same: Sequence[int]) -> list[int]:
    """The unchanged lines of a segment that hold what is beside them, and those that close the block of such a line."""
    sketch, file, pairs = reading.sketch, reading.file, reading.alignment.pairs
    found: list[int] = []
    for i in same:
        above = found[-1] if found and shuts(sketch[i]) else None
        if above is not None:
            ours, theirs = sketch[above:i], file[pairs[above] or 0 : pairs[i] or 0]
            closes = all(one.depth > sketch[i].depth for one in ours)
            closes = closes and all(one.depth > file[pairs[i] or 0].depth for one in theirs)
        if _is_firm(reading, i, same) or (above is not None and closes):
            found.append(i)
    return found


def _is_firm(reading: Reading, i: int, same: Sequence[int]) -> bool:
    """Whether an unchanged line of the sketch holds what is beside it: the file has it once, or with the one next to it."""
    line, j = reading.sketch[i], reading.alignment.pairs[i]
    if line.title is not None or line.closes or i - 1 in same or i + 1 in same:
        return True
    return not any(other.key == line.key for k, other in enumerate(reading.file) if k != j)


def _is_above_its_own(reading: Reading, segment: Segment, i: int, j: int) -> bool:
    """Whether a changed comment stands above the line that it stands above in the file, though that may have changed too."""
    if i + 1 not in segment.lines or reading.alignment.pairs[i + 1] != j + 1:
        return False
    return reading.is_same(i + 1) or is_surely(reading.sketch[i + 1], reading.file[j + 1])


def _is_nearly(line: Line, file: Sequence[Line], j: int) -> bool:
    """Whether the line is hardly anything but the file's, changed, and that is not one of several of its kind."""
    if likeness(line, file[j]) < NEARLY or line.key.split()[0] != file[j].key.split()[0]:
        return False
    near = range(max(0, j - KIN), min(len(file), j + KIN + 1))
    return not any(k != j and file[k].parent == file[j].parent and likeness(line, file[k]) >= SURE for k in near)


def _elsewhere(reading: Reading, segment: Segment) -> Refusal | None:
    """Lines that the sketch shows where the file has others, and which stand together elsewhere in the file."""
    sketch, file = reading.sketch, reading.file
    follows: dict[tuple[bytes, bytes], int] | None = None
    for i in segment.lines[1:]:
        if reading.is_same(i) or reading.is_same(i - 1) or sketch[i].sign or sketch[i - 1].sign:
            continue
        if sketch[i].trivial or sketch[i - 1].trivial or reading.is_in_new_block(i, segment.lines):
            continue
        if reading.is_in_whole_definition(i):
            continue
        if follows is None:
            follows = {}
            for at, (one, other) in enumerate(pairwise(file)):
                follows[one.key, other.key] = -1 if (one.key, other.key) in follows else at
        at = follows.get((sketch[i - 1].key, sketch[i].key), -1)
        if at >= 0 and not (segment.start <= at < segment.end):
            return _stands_elsewhere(reading, i - 1, at)
    return None


def _stands_elsewhere(reading: Reading, i: int, j: int) -> Refusal:
    return Refusal(
        "ambiguous",
        f"This line next to a marker of the sketch stands in the file already, elsewhere, at line {reading.file[j].row + 1}:\n"
        f"  {messages.shown(reading.sketch[i].data.strip())}\nRepeat the lines of the file around the place that is meant, or name the definition with in=.",
    )


def _are_together(one: Line, other: Line) -> bool:
    """Whether two lines of the file are in the same definition: the one may be taken for a line at the other's place."""
    if one.titles or other.titles:
        return one.titles == other.titles
    return one.parent == other.parent


def _cut_off(reading: Reading, segment: Segment) -> Refusal | None:
    """A definition is begun and not closed, and the file's has more lines: they may stay or go."""
    sketch, file, lines = reading.sketch, reading.file, segment.lines
    line = sketch[lines[-1]]
    if any(sketch[i].sign for i in lines):
        return None
    if any(block.is_whole and block.past == lines.stop for block in reading.blocks):
        return None
    around = next((sketch[i] for i in reversed(lines) if sketch[i].title in line.titles[-1:]), None)
    end = segment.end
    if around is None or not line.titles or end >= len(file) or line.titles[-1] not in file[end].titles:
        return None
    new_last = (
        reading.alignment.pairs[lines[-1]] is None
        and around.key.partition(b" # ")[0].endswith(b":")
        and not line.is_comment
        and not _goes_on(line, around)
    )
    if (lines.stop < len(sketch) or reading.ends_marked or reading.is_implied) and not new_last:
        return None
    if lines.stop == len(sketch) and _is_amid(reading, at_top=False):
        return None
    row = file[end].row
    return Refusal(
        "ambiguous",
        f"The sketch ends within {messages.shown(around.key)}, where the file goes on:\n{messages.listed(reading.text, row, row + 4)}\nDo these lines stay "
        '(put "... existing code ..." below the last line, indented as it is), or go (send the whole definition with replace=)?',
    )


def _goes_on(line: Line, around: Line) -> bool:
    """Whether a marker below the line stands for the rest of what is around it, and that can be reached from the line."""
    is_left = line.parent == around.key and LEAVES.match(line.key) is not None
    return not is_left and any(columns > around.depth for columns in line.followed)


def _may_be_one(line: Line, other: Line) -> bool:
    """Whether two lines of one title may define the same, as far as what they are in tells."""
    if other.parent == line.parent or not line.parent:
        return True
    return bool(line.titles) and line.indent == other.indent and may_be_within(line.titles, other.titles)


def _titles_beside(reading: Reading, i: int) -> tuple[bytes, ...] | None:
    """What the file has a line of the sketch in, as a line as deep in its run tells that the file has."""
    sketch, pairs = reading.sketch, reading.alignment.pairs
    at = i
    while at and sketch[at - 1].segment == sketch[i].segment:
        at -= 1
        j = pairs[at]
        if sketch[at].depth < sketch[i].depth:
            return None
        if sketch[at].depth == sketch[i].depth and j is not None and sketch[at].closes is None:
            return reading.file[j].titles
    return None


def _doubled(reading: Reading) -> Refusal | None:
    """A definition that the sketch brings anew stands in the file, and would stay there."""
    file, alignment = reading.file, reading.alignment
    taken = set(alignment.pairs)
    spans = list(zip(alignment.starts, alignment.ends, strict=True))
    stays: dict[bytes, list[int]] = {}
    keys: dict[bytes, list[int]] = {}
    for j, line in enumerate(file):
        if j not in taken and not any(start <= j < end for start, end in spans):
            keys.setdefault(line.key, []).append(j)
            if line.title is not None:
                stays.setdefault(line.title, []).append(j)
    for i, line in enumerate(reading.sketch):
        if alignment.pairs[i] is not None or line.is_comment:
            continue
        titles = _titles_beside(reading, i)
        found = [
            j
            for j in stays.get(line.title or b"", ())
            if _may_be_one(line, file[j]) and titles in (None, file[j].titles)
        ]
        if not line.trivial and line.closes is None and line.key.endswith((b"{", b":", b"(")) and b" " in line.key:
            found += [j for j in keys.get(line.key, ()) if len(keys[line.key]) == 1 and file[j].titles == line.titles]
        if found:
            j = found[0]
            name = messages.shown(line.title or line.key)
            return Refusal(
                "ambiguous",
                f"{name} stands at line {file[j].row + 1} of the file, and the sketch would bring a second one after it or before it. Put its lines where "
                f'the file has them, or change it with in="{name}".',
            )
    return None
