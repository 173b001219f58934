"""The file as an alignment with a sketch makes it: its own bytes for lines that are the same, the sketch's for the others."""

from collections.abc import Sequence
from dataclasses import dataclass

from glmcode.landing.place import Splice
from glmcode.landing.sketch_alignment import Alignment, Carried
from glmcode.landing.sketch_blocks import is_head
from glmcode.landing.sketch_lines import Line, indent_of, is_removal, opens, shuts
from glmcode.landing.sketch_runs import Run, rendered, runs_of
from glmcode.landing.text import Text

__all__ = ["Hunk", "hunks", "splices", "substance"]


@dataclass(frozen=True, slots=True)
class Hunk:
    """Rows first..past of the file give way to lines: each its content, and the row whose line it is (None: a new one)."""

    first: int
    past: int
    lines: tuple[tuple[bytes, int | None], ...]


def hunks(
    text: Text, body: Sequence[bytes], sketch: Sequence[Line], file: Sequence[Line], alignment: Alignment
) -> list[Hunk]:
    """One hunk for each segment of the sketch, in the file's order."""
    found = []
    for number, run in enumerate(runs_of(sketch, file, alignment)):
        span = run.start, alignment.ends[number]
        gap = alignment.homes.get(number)
        found.append(_hunk(text, body, sketch, file, alignment, run.lines, span, run.shift, gap))
        if (moved := alignment.carried.get(number)) is not None:
            found.append(_carried(text, file, moved))
    return found


def _carried(text: Text, file: Sequence[Line], moved: Carried) -> Hunk:
    """The file's lines that a marker stands for, as deep as what that is in."""
    first, past = file[moved.start].row, file[moved.past - 1].row + 1
    lines: list[tuple[bytes, int | None]] = []
    for row in range(first, past):
        own = text.content(row)
        is_moved = own.strip() and own.startswith(moved.taken)
        lines.append((moved.given + own[len(moved.taken) :], None) if is_moved else (own, row))
    return Hunk(first, past, tuple(lines))


def splices(text: Text, parts: Sequence[Hunk]) -> tuple[Splice, ...]:
    """The hunks that change something, as bytes."""
    found = []
    for part in parts:
        stands = [(text.content(row), row) for row in range(part.first, part.past)]
        head = tail = 0
        lines = list(part.lines)
        while head < min(len(stands), len(lines)) and stands[head] == lines[head]:
            head += 1
        while tail < min(len(stands), len(lines)) - head and stands[-1 - tail] == lines[-1 - tail]:
            tail += 1
        first, past = part.first + head, part.past - tail
        given = lines[head : len(lines) - tail]
        if first == past and not given:
            continue
        found.append(Splice(text.start(first), text.start(past), _bytes(text, first, past, given)))
    return tuple(splice for splice in found if text.data[splice.start : splice.end] != splice.new)


def substance(text: Text, parts: Sequence[Hunk]) -> list[tuple[int, int, tuple[bytes, ...]]]:
    """What the hunks come to, blank lines aside: equal for two ways that give the same file."""
    found: list[bytes] = []
    row = 0
    for part in parts:
        found += [line.rstrip() for line in text.lines[row : part.first] if line.strip()]
        found += [line.rstrip() for line, _ in part.lines if line.strip()]
        row = part.past
    found += [line.rstrip() for line in text.lines[row:] if line.strip()]
    return [(0, 0, tuple(found))]


def _bytes(text: Text, first: int, past: int, given: Sequence[tuple[bytes, int | None]]) -> bytes:
    out = bytearray()
    unended = bool(text.data) and not text.data.endswith(text.separator)
    at_end = past >= len(text.lines)
    if unended and first >= len(text.lines) and given:
        out += text.end_near(first - 1)
    near = min(first, max(0, len(text.lines) - 1))
    for number, (line, row) in enumerate(given):
        end = text.end(row) if row is not None else b""
        if number == len(given) - 1 and at_end and unended:
            end = b""
        else:
            end = end or text.end_near(near)
        out += line + end
    if not given and at_end and unended and first:
        # The line before is the last now; it keeps its end.
        return b""
    return bytes(out)


def _hunk(
    text: Text,
    body: Sequence[bytes],
    sketch: Sequence[Line],
    file: Sequence[Line],
    alignment: Alignment,
    segment: range,
    span: tuple[int, int],
    shift: tuple[bytes, bytes],
    gap: int | None,
) -> Hunk:
    start, end = span
    if start < end:
        first, past = file[start].row, file[end - 1].row + 1
    else:
        first = past = file[start - 1].row + 1 if start else 0
    blanks = _blanks_above(text, body, sketch, file, alignment, segment, first)
    first -= len(blanks)
    lines: list[tuple[bytes, int | None]] = []
    before: int | None = None
    gone = dropped(sketch, alignment, segment, span)
    # A line that goes and comes again as it was quoted stays as it stands.
    again = {
        (line.key, line.indent): j
        for i in segment
        if (line := sketch[i]).sign == b"-" and (j := alignment.pairs[i]) is not None
    }
    for i in segment:
        j = alignment.pairs[i]
        line = sketch[i]
        if i in gone:
            continue
        if line.sign == b"-":
            before = j
            continue
        if i > segment[0]:
            earlier = sketch[i - 1].row
            if j == start and blanks:
                lines += blanks
            elif j is not None and before is not None and j == before + 1:
                lines += [(text.content(row), row) for row in range(file[before].row + 1, file[j].row)]
            else:
                lines += [(b"", None)] * (line.row - earlier - 1)
        same = again.get((line.key, line.indent)) if line.sign == b"+" else None
        if same is not None:
            lines.append((text.content(file[same].row), file[same].row))
        else:
            lines.append(rendered(text, sketch, file, alignment, Run(segment, start, shift), i))
        before = j
    if gap is None:
        lines = _spaced(text, body, sketch, alignment, segment, (first, past), lines)
    else:
        lines = _apart(text, body, sketch[segment[0]].row, (first, gap), lines)
    return Hunk(first, past, tuple(lines))


def _blanks_above(
    text: Text,
    body: Sequence[bytes],
    sketch: Sequence[Line],
    file: Sequence[Line],
    alignment: Alignment,
    segment: range,
    first: int,
) -> list[tuple[bytes, int | None]]:
    """The file's blank lines above row `first`, where new lines go above those: the end of a block, with another below."""
    new = next((i for i in segment if alignment.pairs[i] is not None), segment.stop)
    if not segment.start < new < segment.stop or (j := alignment.pairs[new]) is None or file[j].row != first:
        return []
    top, bottom = sketch[segment.start], sketch[new]
    is_apart = bottom.row > sketch[new - 1].row + 1
    is_close = bool(top.row) and bool(body[top.row - 1].strip()) and j > 0 and file[j - 1].depth == file[j].depth
    if not is_apart or (top.depth <= bottom.depth and not is_close):
        return []
    row = first
    while row and not text.lines[row - 1].strip():
        row -= 1
    return [(text.content(at), at) for at in range(row, first)]


def dropped(sketch: Sequence[Line], alignment: Alignment, segment: range, span: tuple[int, int]) -> frozenset[int]:
    """The comments that say of lines that they are gone: they stand where lines of the file go, and go with them."""
    found: list[int] = []
    done, pending, other = span[0], list[int](), False
    for i in [*segment, None]:
        j = span[1] if i is None else alignment.pairs[i]
        if j is not None:
            if j > done and not other:
                found += pending
            done, pending, other = j + 1, [], False
        elif i is not None and is_removal(sketch[i].data.decode("utf-8", "surrogateescape")):
            pending.append(i)
        else:
            other = True
    return frozenset(found)


def _spaced(
    text: Text,
    body: Sequence[bytes],
    sketch: Sequence[Line],
    alignment: Alignment,
    segment: range,
    rows: tuple[int, int],
    lines: list[tuple[bytes, int | None]],
) -> list[tuple[bytes, int | None]]:
    """With the blank lines that the sketch has at its edges, where new lines meet lines of the file."""
    first, past = rows
    top, bottom = sketch[segment[0]], sketch[segment[-1]]
    if (
        alignment.pairs[segment[0]] is None
        and _is_set_apart(top)
        and top.row
        and not body[top.row - 1].strip()
        and first
        and text.lines[first - 1].strip()
    ):
        lines = [(b"", None), *lines]
    below = bottom.row + 1
    if (
        alignment.pairs[segment[-1]] is None
        and _is_set_apart(bottom)
        and below < len(body)
        and not body[below].strip()
        and past < len(text.lines)
        and text.lines[past].strip()
    ):
        lines = [*lines, (b"", None)]
    return lines


def _apart(
    text: Text, body: Sequence[bytes], top: int, place: tuple[int, int], lines: list[tuple[bytes, int | None]]
) -> list[tuple[bytes, int | None]]:
    """New definitions with the blank lines that the file has between such, or the sketch above them."""
    row, gap = place
    if gap < 0:
        gap = next((count for count in range(top) if body[top - count - 1].strip()), top)
    blanks: list[tuple[bytes, int | None]] = [(b"", None)] * gap
    is_met = row < len(text.lines) and text.lines[row].strip() and indent_of(text.lines[row]) == indent_of(lines[0][0])
    return [*blanks, *lines, *(blanks if is_met else [])]


def _is_set_apart(line: Line) -> bool:
    """Whether a blank line beside it is more than the marker's: beside a definition, a block or a comment."""
    return line.title is not None or is_head(line) or shuts(line) or opens(line.key)
