"""Where new definitions go that no line of the sketch holds on to: behind what the sketch shows to be before them.

They go behind the definition that a marker within it ends, as `def total(self):`, the marker, and a new method beside
it; or to the end of what a marker and they are in, where the sketch shows nothing of it below them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from glmcode.landing.sketch_alignment import Alignment
from glmcode.landing.sketch_blocks import Block, Bounds, head_of, opener_of
from glmcode.landing.sketch_lines import Line, shuts

__all__ = ["homed"]

_STANDS_LAST = re.compile(rb"export\b|module\.exports\b|exports\.|__all__\b|@?[\w.$]+(?: ?: ?[^=]+)? = ")
"""What new functions may come behind at the end of a file: it runs nothing that could need them."""
_HOLDS_ALL = re.compile(rb"(?:inline |export |declare )*(?:namespace|extern|mod|module)\b")
_CONDITION = re.compile(rb"# ?(?:if|ifdef|ifndef|else|elif|endif)\b")


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a place is looked for in."""

    sketch: Sequence[Line]
    file: Sequence[Line]
    alignment: Alignment
    within: Bounds
    blocks: Mapping[int, Block]
    """The file's, by their first line."""
    leading: tuple[int, ...]
    """Columns of the markers before the sketch's first line."""
    is_whole_file: bool

    def twin(self, i: int) -> Block | None:
        """The file's definition whose first line, or the last of whose signature, is line i of the sketch."""
        at: int | None = i
        while at is not None and shuts(self.sketch[at]):
            at = opener_of(self.sketch, at, 0)
        j = None if at is None else self.within.pinned.get(at, self.alignment.pairs[at])
        if at is None or j is None or self.file[j].title != self.sketch[at].title:
            return None
        return self.blocks.get(j)


def homed(
    sketch: Sequence[Line],
    file: Sequence[Line],
    alignment: Alignment,
    within: Bounds,
    blocks: Mapping[int, Block],
    leading: tuple[int, ...],
    *,
    is_whole_file: bool,
) -> Alignment:
    """The alignment with each run of nothing but new definitions at the place that what is above it tells.

    `leading` are the columns of the markers before the sketch's first line; `is_whole_file`: it is a sketch of the
    file, not of one definition.
    """
    ground = _Ground(sketch, file, alignment, within, blocks, leading, is_whole_file)
    starts, ends, homes = list(alignment.starts), list(alignment.ends), dict[int, int]()
    at = 0
    for number in range(len(starts)):
        past = at
        while past < len(sketch) and sketch[past].segment == sketch[at].segment:
            past += 1
        run = range(at, past)
        at = past
        found = _place(ground, run) if all(within.is_new(i) for i in run) else None
        if found is None:
            continue
        place, beside = found
        if max(ends[:number], default=0) <= place <= min(starts[number + 1 :], default=len(file)):
            starts[number] = ends[number] = place
            homes[number] = -1 if beside is None else _gap(file, beside)
    return replace(alignment, starts=tuple(starts), ends=tuple(ends), homes=homes) if homes else alignment


def _place(ground: _Ground, run: range) -> tuple[int, Block | None] | None:
    """The line of the file before which the run goes, and the definition of its like that ends there; None where nothing
    tells."""
    sketch = ground.sketch
    depth = min(sketch[i].depth for i in run)
    markers = sketch[run.start - 1].followed if run.start else ground.leading
    if not markers or sketch[run.start].depth != depth:
        return None
    code = [i for i in range(run.start - 1, -1, -1) if not sketch[i].is_comment]
    beside = next((i for i in code if sketch[i].depth <= depth), None)
    if beside is not None and sketch[beside].depth == depth and min(markers) > depth:
        block = ground.twin(beside)
        return None if block is None else (block.past, block)
    if depth not in markers or not _is_last(sketch, run, depth):
        return None
    around = next((i for i in code if sketch[i].depth < depth), None)
    between = range(run.start if around is None else around, run.start)
    if min((*markers, *(column for i in between for column in sketch[i].followed))) < depth:
        return None
    if around is not None:
        block = ground.twin(around)
    elif ground.is_whole_file:
        return None if depth else _end_of_file(ground)
    else:
        block = ground.blocks.get(min(ground.blocks, default=-1))
    if block is None or ground.file[block.first].depth >= depth:
        return None
    closing = ground.file[block.past - 1]
    place = block.past - (shuts(closing) and closing.depth == ground.file[block.first].depth)
    return place, _last_in(ground, place, block.first)


def _last_in(ground: _Ground, place: int, first: int) -> Block | None:
    """The outermost definition behind line `first` that ends at the place."""
    return next((one for one in ground.blocks.values() if one.first > first and one.past == place), None)


def _is_last(sketch: Sequence[Line], run: range, depth: int) -> bool:
    """Whether nothing of what the run is in is shown or marked below it."""
    if any(column >= depth for column in sketch[run.stop - 1].followed):
        return False
    return run.stop == len(sketch) or sketch[run.stop].depth < depth


def _end_of_file(ground: _Ground) -> tuple[int, Block | None] | None:
    """The end of the file, where what stands there is a definition or runs nothing."""
    file = ground.file
    last = max(
        (block for block in ground.blocks.values() if not file[block.first].depth),
        key=lambda one: one.past,
        default=None,
    )
    if last is None or _HOLDS_ALL.match(file[last.first].key):
        return None
    for line in file[last.past :]:
        is_loose = not line.depth and not shuts(line) and not line.is_comment
        if (is_loose and not _STANDS_LAST.match(line.key)) or _CONDITION.match(line.key):
            return None
    return len(file), _last_in(ground, len(file), -1)


def _gap(file: Sequence[Line], beside: Block) -> int:
    """How many blank lines stand between a definition and its like, above or below; -1 where it is alone."""
    head = head_of(file, beside.first)
    if head and file[head - 1].depth >= file[head].depth:
        return file[head].row - file[head - 1].row - 1
    past = beside.past
    if past < len(file) and file[past].depth == file[head].depth and not shuts(file[past]):
        return file[past].row - file[past - 1].row - 1
    return -1
