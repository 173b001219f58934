"""How deep the lines of a sketch are written: as the file has them, or by what they are in where that is new or moves."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from glmcode.landing.sketch_alignment import Alignment
from glmcode.landing.sketch_blocks import opener_of
from glmcode.landing.sketch_lines import DEEPEST, Line, indent_of, opens
from glmcode.landing.text import Text

__all__ = ["Run", "rendered", "runs_of"]


@dataclass(frozen=True, slots=True)
class Run:
    """Lines of the sketch between two markers, where they begin in the file, and what their indentation begins with there
    and here: `shift`."""

    lines: range
    start: int
    shift: tuple[bytes, bytes]


def runs_of(sketch: Sequence[Line], file: Sequence[Line], alignment: Alignment) -> list[Run]:
    """The runs of the sketch between two markers."""
    found: list[Run] = []
    shift = (b"", b"")
    at = 0
    for start in alignment.starts:
        past = at
        while past < len(sketch) and sketch[past].segment == sketch[at].segment:
            past += 1
        shift = _shift(sketch, file, alignment, range(at, past)) or shift
        found.append(Run(range(at, past), start, shift))
        at = past
    return found


def _shift(
    sketch: Sequence[Line], file: Sequence[Line], alignment: Alignment, segment: range
) -> tuple[bytes, bytes] | None:
    """What the sketch's indentation begins with, and what the file has in its place; None where no line tells.

    Lines within a new block don't tell, and of the others the least indented do: what is deeper may be in a block no more.
    """
    within_new = _within_new(sketch, alignment, segment)
    held = [
        (sketch[i], file[j])
        for i in segment
        if i not in within_new
        and (j := alignment.pairs[i]) is not None
        and (sketch[i].key == file[j].key or sketch[i].title is not None)
    ]
    if held and held[0][0] is sketch[segment[0]]:
        # The first line behind a marker is often flush left where the others are not.
        line, other = held[0]
        if len(held) > 1:
            held = held[1:]
        elif all(sketch[i].depth >= other.depth + opens(line.key) for i in segment[1:]):
            return b"", b""
    seen: Counter[tuple[bytes, bytes]] = Counter()
    least = min((line.depth for line, _ in held), default=0)
    for line, other in held:
        if line.depth > least:
            continue
        ours, theirs = line.indent, other.indent
        if ours == theirs:
            return b"", b""
        common = 0
        while common < min(len(ours), len(theirs)) and ours[len(ours) - 1 - common] == theirs[len(theirs) - 1 - common]:
            common += 1
        seen[ours[: len(ours) - common], theirs[: len(theirs) - common]] += 1
    return max(seen, key=lambda one: (seen[one], one)) if seen else None


def _within_new(sketch: Sequence[Line], alignment: Alignment, segment: range) -> set[int]:
    """The lines of a segment that are, by their indentation, in something that a new line of it opens."""
    found: set[int] = set()
    around: list[tuple[int, bool]] = []
    for i in segment:
        line = sketch[i]
        while around and around[-1][0] >= line.depth:
            around.pop()
        is_within = bool(around) and around[-1][1]
        if is_within:
            found.add(i)
        if not line.is_comment:
            around.append((line.depth, is_within or alignment.pairs[i] is None))
    return found


def _stays_in(
    sketch: Sequence[Line],
    file: Sequence[Line],
    alignment: Alignment,
    segment: range,
    start: int,
    i: int,
    shift: tuple[bytes, bytes],
) -> bool:
    """Whether a line of both is, in the sketch, in what it is in in the file, and that stands as deep: however it is told."""
    for _ in range(DEEPEST):
        j = alignment.pairs[i]
        if j is None:
            return False
        ours, theirs = opener_of(sketch, i, segment.start), opener_of(file, j, start)
        if ours is None or theirs is None:
            return ours is theirs and not _is_moved(sketch, file, alignment, segment, i, j)
        if alignment.pairs[ours] != theirs:
            return False
        if ours == segment.start or indent_of(_shifted(sketch[ours].data, shift)) == file[theirs].indent:
            return True
        i = ours
    return False


def _is_moved(
    sketch: Sequence[Line], file: Sequence[Line], alignment: Alignment, segment: range, i: int, j: int
) -> bool:
    """Whether a line, where indentation is all that shows blocks, is in another than the line of both above it, or no more.

    So is one that stands to that line as it did, where that one is.
    """
    if sum(line.key.endswith(b":") - line.key.endswith(b"{") for line in file) <= 0:
        return False
    held = [(k, at) for k in range(segment.start, i) if (at := alignment.pairs[k]) is not None]
    while held:
        number = next((n for n in range(len(held) - 1, -1, -1) if sketch[held[n][0]].depth <= sketch[i].depth), 0)
        above, there = held[number]
        ours, theirs = sketch[i].depth - sketch[above].depth, file[j].depth - file[there].depth
        if (ours > 0, ours < 0) != (theirs > 0, theirs < 0):
            return True
        # Out by fewer blocks, or more: neither by as many columns nor, where the sketch's steps are others, by as large a share.
        if ours < 0 and ours != theirs and ours * file[there].depth != theirs * sketch[above].depth:
            return True
        i, j, held = above, there, held[:number]
    return False


def _shifted(line: bytes, shift: tuple[bytes, bytes]) -> bytes:
    taken, given = shift
    if not line.strip():
        return b""
    if line.startswith(taken):
        return given + line[len(taken) :]
    return line.lstrip(b" \t")


def rendered(
    text: Text, sketch: Sequence[Line], file: Sequence[Line], alignment: Alignment, run: Run, i: int
) -> tuple[bytes, int | None]:
    """Line i of the sketch as it is written, and the row of the file whose line that is (None: a new one)."""
    line, j = sketch[i], alignment.pairs[i]
    shifted = _shifted(line.data, run.shift)
    if j is None:
        return shifted.rstrip(b"\r"), None
    if line.key != file[j].key:
        if i == run.lines[0]:
            shifted = alignment.indents.get(i, file[j].indent) + line.data.lstrip(b" \t")
        return shifted.rstrip(b"\r"), None
    own = text.content(file[j].row)
    if i in alignment.indents:
        return alignment.indents[i] + own.lstrip(b" \t"), None
    signs = any(sketch[k].sign for k in run.lines)
    is_told = indent_of(shifted) == file[j].indent or i == run.lines[0] or signs
    if is_told or _stays_in(sketch, file, alignment, run.lines, run.start, i, run.shift):
        return own, file[j].row
    return indent_of(shifted) + own.lstrip(b" \t"), None
