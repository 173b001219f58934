"""Lines that a marker stands for move with the block that the marker is in.

`try:`, a marker in it, and `except OSError:` put what is there in a new block; a loop that is shown deeper, with a marker
in it, takes along what that holds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from glmcode.landing.sketch_alignment import Alignment, Carried
from glmcode.landing.sketch_blocks import closed_by, extent, is_head, opener_of
from glmcode.landing.sketch_lines import TAB, Line, indent_of, opens, shuts
from glmcode.landing.sketch_runs import rendered, runs_of
from glmcode.landing.text import Text

__all__ = ["GOES_ON", "carried"]

GOES_ON = re.compile(rb"(?:else|elif|elsif|except|rescue|finally|ensure|catch)\b")
"""How a line begins that goes on with the block above it."""
_LEAVES = re.compile(rb"(?:return|raise|throw|break|continue)\b")
_KINDS = (
    re.compile(rb"\}? ?(?:el|else )?(?:if|unless|switch|match|case)\b"),
    re.compile(rb"(?:async |await )*(?:for|while|loop|until|do)\b"),
    re.compile(rb"(?:async )?(?:with|using|try|synchronized|lock)\b"),
    re.compile(rb"<"),
)
"""Blocks of one kind: the one may be the other, changed."""
_MULTILINE = (b'"""', b"'''", b"`")


@dataclass(frozen=True, slots=True)
class _Ground:
    text: Text
    body: Sequence[bytes]
    markers: Sequence[int]
    sketch: Sequence[Line]
    file: Sequence[Line]
    alignment: Alignment

    def marker_below(self, i: int) -> bytes:
        """The indentation of the marker directly below line i."""
        row = next(row for row in self.markers if row > self.sketch[i].row)
        return indent_of(self.body[row])

    def around(self, i: int, limit: int) -> int | None:
        """The line at or above line i that what stands `limit` columns deep below that is in; None where nothing
        opens there, or a marker may have ended it."""
        for at in range(i, -1, -1):
            line = self.sketch[at]
            if at < i and line.segment != self.sketch[at + 1].segment:
                limit = min((limit, *line.followed))
            if line.depth < limit and not line.is_comment:
                return at if opens(line.key) else None
        return None

    def indent(self, i: int) -> bytes:
        """The indentation that line i comes to stand at."""
        run = next(run for run in runs_of(self.sketch, self.file, self.alignment) if i in run.lines)
        return indent_of(rendered(self.text, self.sketch, self.file, self.alignment, run, i)[0])


def carried(
    text: Text,
    body: Sequence[bytes],
    markers: Sequence[int],
    sketch: Sequence[Line],
    file: Sequence[Line],
    alignment: Alignment,
) -> Alignment:
    """The alignment with the lines that move, and with the lines that close a new block around them at their end."""
    ground = _Ground(text, body, markers, sketch, file, alignment)
    runs = runs_of(sketch, file, alignment)
    for number, run in enumerate(runs):
        ground = _first_of_run(ground, run.lines[0])
        last = run.lines[-1]
        if not sketch[last].followed:
            continue
        around = ground.around(last, len(ground.marker_below(last).expandtabs(TAB)))
        if around is None:
            continue
        if ground.alignment.pairs[around] is None:
            found = _into_new(ground, number, [one.lines for one in runs], around)
        else:
            found = _along(ground, number, around)
        if found is not ground.alignment:
            ground = replace(ground, alignment=found)
    return ground.alignment


def _first_of_run(ground: _Ground, i: int) -> _Ground:
    """The ground where the first line behind a marker stands as deep as what it is in makes it, where that is new or moves."""
    alignment, file, line = ground.alignment, ground.file, ground.sketch[i]
    j, outer = alignment.pairs[i], ground.around(i - 1, line.depth) if i else None
    if j is None or outer is None or not line.indent.startswith(ground.sketch[outer].indent):
        return ground
    theirs = alignment.pairs[outer]
    if theirs is None:
        indent = ground.indent(outer) + line.indent[len(ground.sketch[outer].indent) :]
    elif opener_of(file, j, 0) == theirs and file[j].indent.startswith(file[theirs].indent):
        indent = ground.indent(outer) + file[j].indent[len(file[theirs].indent) :]
    else:
        return ground
    if indent == file[j].indent:
        return ground
    return replace(ground, alignment=replace(alignment, indents={**alignment.indents, i: indent}))


def _along(ground: _Ground, number: int, around: int) -> Alignment:
    """The lines below run `number` move as line `around` does, which the marker is in."""
    alignment, file = ground.alignment, ground.file
    j = alignment.pairs[around] or 0
    start = alignment.ends[number]
    past = min(extent(file, j)[0], alignment.starts[number + 1] if number + 1 < len(alignment.starts) else len(file))
    indent = ground.indent(around)
    if indent == file[j].indent or start >= past:
        return alignment
    return _with(ground, number, Carried(start, past, file[j].indent, indent))


def _into_new(ground: _Ground, number: int, runs: Sequence[range], around: int) -> Alignment:
    """The lines below run `number` go into the new block that line `around` begins."""
    alignment, file, sketch = ground.alignment, ground.file, ground.sketch
    pairs, nothing = alignment.pairs, _with(ground, number, None)
    top, outer = around, ground.around(around, sketch[around].depth)
    while outer is not None and pairs[outer] is None and not shuts(sketch[outer]):
        top, outer = outer, ground.around(outer, sketch[outer].depth)
    start = alignment.ends[number]
    held = [i for i in runs[number] if i < top and pairs[i] is not None]
    marker = ground.marker_below(runs[number][-1])
    if not held or not marker.startswith(sketch[top].indent):
        return nothing
    below = next((k for k in range(number + 1, len(runs)) if any(pairs[i] is not None for i in runs[k])), None)
    limit = len(file) if below is None else next(j for i in runs[below] if (j := pairs[i]) is not None)
    first = next((j for j in range(start, limit) if not file[j].is_comment), limit)
    if first == limit or not _is_within(ground, first, outer, top):
        return nothing
    begun = [sketch[i] for i in range(top, runs[number].stop) if pairs[i] is None and opens(sketch[i].key)]
    code = next((j for j in range(first, limit) if not is_head(file[j])), first)
    if any(line.title is not None or _are_of_a_kind(line, file[code]) for line in begun) or _LEAVES.match(
        sketch[runs[number][-1]].key
    ):
        return nothing  # that block may be this one, changed; and the marker may stand too deep
    past = next((j for j in range(first, limit) if file[j].depth < file[first].depth and not file[j].is_comment), limit)
    if past < limit and any(column >= sketch[top].depth for column in sketch[runs[number][-1]].followed[1:]):
        return nothing  # nothing shows how many of the lines go into the block
    moved = Carried(start, past, file[first].indent, ground.indent(top) + marker[len(sketch[top].indent) :])
    if below is None or below > number + 1:
        if number + 1 < len(runs):
            closing = sketch[runs[number + 1][0]]
            if closing.depth != sketch[top].depth or not (shuts(closing) or GOES_ON.match(closing.key)):
                return nothing
            starts, ends = list(alignment.starts), list(alignment.ends)
            starts[number + 1] = ends[number + 1] = past
            ground = replace(
                ground,
                alignment=replace(
                    alignment, starts=tuple(starts), ends=tuple(ends), homes={**alignment.homes, number + 1: 0}
                ),
            )
    elif past < limit and pairs[runs[below][0]] is None:
        return nothing
    return _with(ground, number, moved)


def _is_within(ground: _Ground, j: int, outer: int | None, top: int) -> bool:
    """Whether line j of the file is directly in what the new block, line `top` of the sketch, is in."""
    theirs = opener_of(ground.file, j, 0)
    if outer is None:
        return ground.indent(top) == ground.file[j].indent
    ours, closed, their_closed = outer, closed_by(ground.sketch), closed_by(ground.file)
    while ours in closed:
        ours = closed[ours]
    while theirs in their_closed:
        theirs = their_closed[theirs]
    if theirs is None or ground.alignment.pairs[ours] != theirs:
        return False
    # A sketch whose steps are others than the file's would leave the block between two depths.
    return ground.indent(top) == ground.indent(ours) + ground.file[j].indent[len(ground.file[theirs].indent) :]


def _are_of_a_kind(line: Line, other: Line) -> bool:
    """Whether a new block may be the one that begins on a line of the file, changed."""
    if not opens(other.key):
        return False
    kinds = [next((number for number, kind in enumerate(_KINDS) if kind.match(one.key)), -1) for one in (line, other)]
    return kinds[0] == kinds[1]


def _with(ground: _Ground, number: int, moved: Carried | None) -> Alignment:
    """The alignment with lines that move, where none of them is in a text of several lines, or begins with less."""
    file, alignment = ground.file, ground.alignment
    if moved is not None:
        lines = file[moved.start : moved.past]
        rows = [line.data for line in lines]
        is_text = any(row.count(mark) % 2 for row in rows for mark in _MULTILINE)
        if is_text or not all(line.is_comment or line.indent.startswith(moved.taken) for line in lines):
            moved = None
    return replace(alignment, carried={**alignment.carried, number: moved})
