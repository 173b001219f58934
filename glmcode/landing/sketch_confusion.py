"""Which block of a sketch could be taken for which of the file: renamed or new, cut in two or made one."""

import re
from collections.abc import Mapping, Sequence

from glmcode.landing import messages
from glmcode.landing.place import Refusal
from glmcode.landing.sketch_blocks import Block, closed_by, extent, head_of, is_head, opener_of
from glmcode.landing.sketch_gains import SURE, is_same_thing, likeness, words_of
from glmcode.landing.sketch_indent import balance
from glmcode.landing.sketch_lines import Line, opens, shuts
from glmcode.landing.sketch_reading import Reading, Segment

__all__ = ["KIN", "confused", "torn", "uncarried"]

_GOES_ON = re.compile(rb"(?:else|elif|elsif|except|rescue|finally|ensure|catch)\b")
_TYPE = re.compile(rb"(?:[a-z]+ )*(?:class|struct|interface|trait|impl|record|enum|object)\b")
_QUOTES = (b'"""', b"'''")
HALF, MOST = 50, 75
"""Percent of two definitions that is alike, from which on the one may be the other, renamed."""
FEW = 60
"""Lines of two definitions that are compared."""
KIN = 20
"""Lines around a line among which others of its kind are looked for."""


def confused(reading: Reading, segment: Segment) -> Refusal | None:
    """The first block that may be another than it is taken for."""
    return (
        _renamed(reading, segment)
        or _beheaded(reading, segment)
        or _stacked(reading, segment)
        or _cut_text(reading, segment)
        or torn(reading, segment)
        or _twins(reading, segment)
    )


def torn(reading: Reading, segment: Segment) -> Refusal | None:
    """The first block that would be cut in two, made one with another, or closed without being opened."""
    return _entangled(reading, segment) or _dangling(reading, segment) or _unbalanced(reading, segment)


def uncarried(reading: Reading, number: int, segment: Segment) -> Refusal | None:
    """A marker in a block where nothing shows which lines of the file are to move into it."""
    if reading.alignment.carried.get(number, ...) is not None and not _may_wrap(reading, segment):
        return None
    return Refusal(
        "ambiguous",
        f"Which lines of the file does the marker below this line of the sketch stand for, and how deep are they to stand?\n"
        f"{reading.quoted([segment.lines[-1]])}\nRepeat unchanged lines directly above the block that they go into and directly below it, with no marker "
        "between, or give the lines themselves.",
    )


def _may_wrap(reading: Reading, segment: Segment) -> bool:
    """Whether the segment ends with the first line of a block that a marker fills, which is taken for one of the file's,
    changed, and lines above or below that one would go: it may as well be a new block around them all."""
    sketch, file, pairs = reading.sketch, reading.file, reading.alignment.pairs
    last = segment.lines[-1]
    line, j = sketch[last], pairs[last]
    if j is None or line.sign or not opens(line.key) or line.followed[:1] <= (line.depth,):
        return False
    if reading.is_same(last) or is_same_thing(line, file[j]):
        return False
    if last - 1 in segment.lines and (above := pairs[last - 1]) is not None and above + 1 < j:
        return True
    closing = next((i for i, opener in closed_by(sketch).items() if opener == last), len(sketch))
    below = pairs[closing + 1] if closing + 1 < len(sketch) else None
    end = pairs[closing] if closing < len(sketch) else None
    is_close = below is not None and sketch[closing].segment == sketch[closing + 1].segment
    return is_close and end is not None and below is not None and end + 1 < below


def _renamed(reading: Reading, segment: Segment) -> Refusal | None:
    """A block given whole whose first line changed: next to a marker it may as well be a new one beside the file's."""
    sketch, file, pairs = reading.sketch, reading.file, reading.alignment.pairs
    holds = [i for i in segment.lines if reading.is_same(i) and not sketch[i].trivial]
    for i in segment.lines:
        line, j = sketch[i], pairs[i]
        if j is None:
            j = _renamed_from(reading, segment, i)
        if j is None or reading.is_same(i) or line.sign or line.closes is not None or not opens(line.key):
            continue
        if not opens(file[j].key) or reading.is_in_whole_definition(i) or is_same_thing(line, file[j]):
            continue
        if not words_of(file[j]) - words_of(line):
            continue
        past, is_closed = extent(sketch, i)
        if past < segment.lines.stop and sketch[past].depth == line.depth and _GOES_ON.match(sketch[past].key):
            continue
        if past == i + 1 or not (is_closed or (past < segment.lines.stop and sketch[past].depth <= line.depth)):
            continue
        if holds and holds[0] < i and holds[-1] >= past and not _follows(reading, segment, i, extent(file, j)[0]):
            continue
        return _two_blocks(reading, i, j)
    return None


def _renamed_from(reading: Reading, segment: Segment, i: int) -> int | None:
    """The line of the file that goes while what it opens stays, below line i of the sketch, which is new."""
    pairs = reading.alignment.pairs
    below = pairs[i + 1] if i + 1 in segment.lines else None
    if below is None or not opens(reading.sketch[i].key) or reading.bounds.is_new(i):
        return None
    theirs = opener_of(reading.file, below, segment.start)
    return theirs if theirs is not None and theirs not in pairs[segment.lines.start : i] else None


def _beheaded(reading: Reading, segment: Segment) -> Refusal | None:
    """A decorator of the file that would come to stand above something new, away from what it decorates."""
    sketch, file, pairs = reading.sketch, reading.file, reading.alignment.pairs
    for i in segment.lines:
        j = pairs[i]
        if j is None or sketch[i].is_comment or not is_head(sketch[i]) or not is_head(file[j]):
            continue
        ours, theirs = _past_head(sketch, i), _past_head(file, j)
        is_new = ours in segment.lines and pairs[ours] is None and theirs < len(file)
        if is_new and (not segment.start <= theirs < segment.end or theirs in pairs):
            return _two_blocks(reading, ours, theirs)
    return None


def _cut_text(reading: Reading, segment: Segment) -> Refusal | None:
    """A changed line of a text between triple quotes of which a marker hides the one end: its lines are no code to go by."""
    sketch, file, pairs = reading.sketch, reading.file, reading.alignment.pairs
    quoting = [i for i in segment.lines if _quotes(sketch[i])]
    if len(quoting) % 2 == 0:
        return None
    last = quoting[-1]
    j = pairs[last]
    begins = sketch[last].key[:3] not in _QUOTES if j is None else not sum(_quotes(line) for line in file[:j]) % 2
    within = range(last + 1, segment.lines.stop) if begins else range(segment.lines.start, quoting[0])
    if all(reading.is_same(i) for i in within):
        return None
    return Refusal(
        "ambiguous",
        f"A marker hides the one end of the text between triple quotes that these lines are of:\n{reading.quoted(within)}\nGive all of that text, or send "
        "SEARCH/REPLACE.",
    )


def _quotes(line: Line) -> bool:
    """Whether a text between triple quotes begins or ends on the line, and not both."""
    return sum(line.data.count(mark) for mark in _QUOTES) % 2 == 1


def _stacked(reading: Reading, segment: Segment) -> Refusal | None:
    """A new decorator at the beginning of a run, above what the file has with others above it: these may stay, or give way."""
    sketch, file, pairs = reading.sketch, reading.file, reading.alignment.pairs
    heads = [i for i in segment.lines if not sketch[i].is_comment]
    first = next((i for i in heads if pairs[i] is not None or not is_head(sketch[i])), None)
    j = None if first is None or first == heads[0] else pairs[first]
    if not j or j != segment.start or sketch[heads[0]].sign:
        return None
    above = file[j - 1]
    if above.is_comment or not is_head(above) or above.row + 1 != file[j].row or above.depth != file[j].depth:
        return None
    return _two_blocks(reading, heads[0], j - 1)


def _follows(reading: Reading, segment: Segment, i: int, past: int) -> bool:
    """Whether what the segment has above line i is, or is nearly, what the file has above line `past`."""
    above = reading.sketch[max(segment.lines.start, i - KIN) : i]
    there = reading.file[max(0, past - len(above)) : past]
    return 0 < len(above) == len(there) and all(
        one.key == other.key or likeness(one, other) >= SURE for one, other in zip(above, there, strict=True)
    )


def _entangled(reading: Reading, segment: Segment) -> Refusal | None:
    """Lines of a block whose first line is new are lines of a block of the file whose own first line would stay above."""
    sketch, file, pairs = reading.sketch, reading.file, reading.alignment.pairs
    held = [(i, j) for i in segment.lines if (j := pairs[i]) is not None and not sketch[i].sign]
    if not held:
        return None
    taken = {j for _, j in held}
    shift = min(sketch[i].depth - file[j].depth for i, j in held)
    for i, j in held:
        ours, theirs = opener_of(sketch, i, segment.lines.start), opener_of(file, j, 0)
        if theirs is None:
            continue
        stands = ours is None or pairs[ours] is not None
        is_merged = shuts(sketch[i]) and theirs >= segment.start and theirs not in taken and stands
        if is_merged and not reading.is_in_whole_definition(i):
            return _one_block(reading, theirs, j)
        if ours is None or stands or theirs >= segment.start:
            continue
        if file[theirs].depth >= sketch[ours].depth - shift:
            return _two_blocks(reading, ours, theirs)
    return None


def _unbalanced(reading: Reading, segment: Segment) -> Refusal | None:
    """A block of the file loses its first line here, and its last stays below, where no marker's lines are told of."""
    sketch, file, pairs = reading.sketch, reading.file, reading.alignment.pairs
    kept = {j for i in segment.lines if (j := pairs[i]) is not None}
    beheaded = [
        j
        for j in range(segment.start, segment.end)
        if j not in kept and opens(file[j].key) and extent(file, j)[0] > segment.end
    ]
    if not beheaded:
        return None
    begun = 0
    for i in segment.lines:
        past, is_closed = extent(sketch, i)
        begun += pairs[i] is None and opens(sketch[i].key) and past >= segment.lines.stop and not is_closed
    if begun >= len(beheaded) or any(sketch[i].sign for i in segment.lines):
        return None
    return _one_block(reading, beheaded[0], extent(file, beheaded[0])[0] - 1)


def _one_block(reading: Reading, first: int, last: int) -> Refusal:
    rows = (reading.file[first].row, reading.file[last].row)
    return Refusal(
        "too-drastic",
        f"The sketch leaves out the first line of a block and keeps its last, {messages.span(rows[0] + 1, rows[1] + 1)}, so that two would be one:\n"
        f'{messages.listed(reading.text, rows[0], rows[1] + 1)}\nPut "... existing code ..." where lines stay, or send SEARCH/REPLACE.',
    )


def _two_blocks(reading: Reading, i: int, j: int) -> Refusal:
    line, other = reading.sketch[i], reading.file[j]
    return Refusal(
        "ambiguous",
        f"Does this block of the sketch replace the one at line {other.row + 1}, or is it a new one beside it?\n  sketch: {messages.shown(line.key)}\n"
        f"  line {other.row + 1}: {messages.shown(other.key)}\nRepeat an unchanged line of the file above it and one below it, with no marker between.",
    )


def _dangling(reading: Reading, segment: Segment) -> Refusal | None:
    """A new line that closes what no line of its segment opens: it should have been the file's."""
    sketch, closed = reading.sketch, closed_by(reading.sketch)
    for i in segment.lines:
        line = sketch[i]
        if reading.alignment.pairs[i] is not None or line.sign or not shuts(line) or opens(line.key):
            continue
        begun = closed.get(i)
        if begun is not None and shuts(sketch[begun]) and begun in segment.lines:
            continue  # `} else {`
        if begun is not None and reading.alignment.pairs[begun] is None and reading.alignment.carried:
            continue  # it closes a new block, into which the lines between go
        opener = opener_of(sketch, i, segment.lines.start)
        if opener is not None and line.key[:1] in b")]}" and not opens(sketch[opener].key):
            # A line that is only less deep, unless it opens a bracket and goes on behind it.
            opener = opener if sum(balance(one.data) for one in sketch[opener:i]) > 0 else None
        if not reading.bounds.is_new(i) and opener is None:
            return Refusal(
                "ambiguous",
                f"What does this line of the sketch close?\n{reading.quoted(range(max(segment.lines.start, i - 2), i + 1))}\nThe file has no such line there. "
                "Repeat the line that opens it, or an unchanged line above it.",
            )
    return None


def _twins(reading: Reading, segment: Segment) -> Refusal | None:
    """A new definition much like the file's next to it, which a marker hides: that one may have a new name, or stay."""
    sketch, file = reading.sketch, reading.file
    holds = [i for i in segment.lines if reading.is_same(i) and not sketch[i].trivial]
    titles = {line.title for line in sketch}
    for block in reading.blocks:
        if block.first not in segment.lines or not reading.bounds.is_new(block.first):
            continue
        head = head_of(sketch, block.first)
        is_closed = any(reading.is_same(i) for i in range(block.past, segment.lines.stop))
        if is_closed:
            at = _twin_between(reading, segment, head, block.past, is_held=any(i < head for i in holds))
        else:
            at = reading.file_blocks.get(_past_head(file, segment.end))
        # A constructor is named as its class is.
        is_shown = at is not None and file[at.first].title in titles - {*sketch[block.first].titles}
        if at is None or is_shown or _is_called(reading, at):
            continue
        # What only closes blocks below it holds a new definition last in what it is in: the likelier place of a new one.
        share = HALF if any(i >= block.past for i in holds) or not is_closed else MOST
        if _are_twins(sketch[block.first + 1 : block.past], file[at.first + 1 : at.past], share):
            return _two_blocks(reading, block.first, at.first)
    return None


def _is_called(reading: Reading, block: Block) -> bool:
    """Whether lines of the file that stay call a function by its name: it has no new one."""
    file = reading.file
    name, around = file[block.first].title or b"", file[block.first].titles
    is_member = _TYPE.match(file[block.first].parent) is not None
    called = re.compile((rb"\b(?:self|this)\." if is_member else rb"(?<![\w.$#])") + re.escape(name) + rb"\(")
    changed = {j for i, j in enumerate(reading.alignment.pairs) if j is not None and not reading.is_same(i)}
    gone = {j for segment in reading.segments() for j in range(segment.start, segment.end)} - set(
        reading.alignment.pairs
    )
    return any(
        line.titles[: len(around)] == around and called.search(line.key) is not None
        for j, line in enumerate(file)
        if not block.first <= j < block.past and j not in changed and j not in gone and line.title != name
    )


def _twin_between(reading: Reading, segment: Segment, head: int, past: int, *, is_held: bool) -> Block | None:
    """The definition of the file just above a new one with unchanged lines below, where those above it show nothing:
    there are none, or they stand above that definition too."""
    pairs, file = reading.alignment.pairs, reading.file
    below = next((j for i in range(past, segment.lines.stop) if (j := pairs[i]) is not None), segment.end)
    at = _block_before(file, below if is_held else segment.start, reading.file_blocks)
    if at is None or not is_held:
        return at
    above = [line.key for line in reading.sketch[max(segment.lines.start, head - KIN) : head]]
    first = head_of(file, at.first)
    return at if above == [line.key for line in file[max(0, first - len(above)) : first]] else None


def _past_head(file: Sequence[Line], j: int) -> int:
    """The first line from j on that is no comment, decorator or attribute."""
    while j < len(file) and is_head(file[j]):
        j += 1
    return j


def _block_before(file: Sequence[Line], j: int, blocks: Mapping[int, Block]) -> Block | None:
    """The definition whose last line is just above line j."""
    return next((block for block in blocks.values() if block.past == j and file[block.first].title is not None), None)


def _are_twins(ours: Sequence[Line], theirs: Sequence[Line], share: int) -> bool:
    """Whether as large a share of what two definitions hold, in percent, is the same, or nearly so."""
    mine = [line for line in ours if not line.trivial]
    other = [line for line in theirs if not line.trivial]
    if not mine or not other:
        return not mine and not other and share < MOST
    keys = {line.key for line in other}
    same = sum(line.key in keys or any(likeness(line, one) >= SURE for one in other[:FEW]) for line in mine[:FEW])
    return 200 * same >= share * (len(mine[:FEW]) + len(other[:FEW]))
