"""What an alignment would lose, double or guess at: reasons to ask instead of landing it."""

from collections import Counter
from collections.abc import Sequence

from glmcode.landing import messages
from glmcode.landing.place import Refusal
from glmcode.landing.sketch_alignment import Alignment
from glmcode.landing.sketch_blocks import Block, blocks
from glmcode.landing.sketch_gains import is_surely, likeness, words_of
from glmcode.landing.sketch_lines import Line, is_removal
from glmcode.landing.text import Text
from glmcode.syntax import Definition

__all__ = ["judge", "unmarked"]

MOST_GONE = 20
"""Lines of a run that a sketch may drop without saying so."""
LEAST_ANEW = 3
"""New lines of code without which a definition is not written anew."""
MOST_FOR_ONE = 12
"""Lines that one new line of such a definition may take the place of."""
ALIKE = 0.4
"""Least likeness of a line that went and one that came, for the one to be the other."""


def judge(
    text: Text,
    sketch: Sequence[Line],
    file: Sequence[Line],
    alignment: Alignment,
    definitions: Sequence[Definition],
    begins_marked: bool,
    ends_marked: bool,
) -> Refusal | None:
    """The first reason not to land it. `begins_marked`, `ends_marked`: a marker stands before the sketch's first line, behind its last."""
    ours = [block for block in blocks(sketch) if block.is_whole]
    written_anew = _written_anew(sketch, alignment, ours)
    whole = {block.past for block in ours}
    at = 0
    for start, end in zip(alignment.starts, alignment.ends, strict=True):
        past = at
        while past < len(sketch) and sketch[past].segment == sketch[at].segment:
            past += 1
        refusal = (
            _unanchored(sketch, file, alignment, range(at, past), start, (begins_marked, ends_marked))
            or _edges(text, sketch, file, alignment, range(at, past))
            or _losses(text, sketch, file, alignment, range(at, past), (start, end), definitions, written_anew)
            or _cut_off(
                text, sketch, file, alignment, range(at, past), end, past < len(sketch) or ends_marked, past in whole
            )
        )
        if refusal is not None:
            return refusal
        at = past
    return _doubled(sketch, file, alignment)


def unmarked(
    text: Text,
    sketch: Sequence[Line],
    file: Sequence[Line],
    alignment: Alignment,
    definitions: Sequence[Definition],
    markers: Sequence[int],
) -> Refusal | None:
    """A sketch that begins or ends without a marker, where the file has more.

    Models leave such markers out: what would be a drastic loss stays. A few lines may be meant to go, which is asked.
    """
    before, after = file[: alignment.starts[0]], file[alignment.ends[-1] :]
    sides = []
    if before and not (markers and markers[0] < sketch[0].row):
        sides.append((before, "before its first line", "above it"))
    if after and not (markers and markers[-1] > sketch[-1].row):
        sides.append((after, "after its last line", "below it"))
    for lines, where, there in sides:
        first, last = lines[0].row + 1, lines[-1].row + 1
        if len(lines) > MOST_GONE or any(
            first <= one.line and one.end_line <= last and one.end_line > one.line for one in definitions
        ):
            continue
        numbers = list(range(len(lines)))
        if any(_is_block(lines, j, numbers) for j in numbers):
            continue
        return Refusal(
            "ambiguous",
            f"The sketch has no marker {where}, and the file has {messages.span(first, last)} there:\n{messages.listed(text, first - 1, last)}\nWhere they "
            f'stay, put "... existing code ..." {there}; where they go, send SEARCH/REPLACE that quotes them.',
        )
    return None


def _unanchored(
    sketch: Sequence[Line],
    file: Sequence[Line],
    alignment: Alignment,
    segment: range,
    start: int,
    marked: tuple[bool, bool],
) -> Refusal | None:
    """A segment of which no line shows where it goes."""
    for i in segment:
        j = alignment.pairs[i]
        if j is not None and (j, start) == (0, 0) and i == 0 and not marked[0]:
            return None
        if j == len(file) - 1 and i == len(sketch) - 1 and not marked[1] and sketch[i].key == file[j].key:
            return None
        if j is not None and (
            not sketch[i].trivial
            or sketch[i].title is not None
            or (sketch[i].closes and sketch[i].closes == file[j].closes)
        ):
            return None
    return Refusal(
        "ambiguous",
        f"Nothing shows where these lines of the sketch go:\n{_quoted(sketch, segment)}\nRepeat the line of the file that stands directly above or "
        "below them, in the same run, with no marker between; or send them with before=, after= or inside= and the name of a definition.",
    )


def _edges(
    text: Text, sketch: Sequence[Line], file: Sequence[Line], alignment: Alignment, segment: range
) -> Refusal | None:
    """A changed line next to a marker may be a new one, and the line that it looks like may stay."""
    same = [i for i in segment if (j := alignment.pairs[i]) is not None and sketch[i].key == file[j].key]
    keys: dict[bytes, int] | None = None
    titles: set[bytes | None] = set()
    for i in segment:
        j = alignment.pairs[i]
        if same and same[0] <= i <= same[-1]:
            continue
        if j is None:
            if sketch[i].sign:
                continue
            if sketch[i].closes is not None and (sketch[i].closes or not same):
                continue
            if keys is None:
                keys = {line.key: at for at, line in enumerate(file)}
                titles = {line.title for line in file}
            if any(name not in titles for name in sketch[i].titles):
                continue  # in a definition that is new, any line may come again
            if (at := keys.get(sketch[i].key)) is not None:
                return Refusal(
                    "ambiguous",
                    f"This line next to a marker of the sketch stands in the file already, elsewhere, at line {file[at].row + 1}:\n"
                    f"  {messages.shown(sketch[i].data.strip())}\nRepeat the lines of the file around the place that is meant, or name the definition with in=.",
                )
            continue
        if is_surely(sketch[i], file[j]):
            continue
        row = file[j].row
        return Refusal(
            "ambiguous",
            f"Does this line of the sketch replace line {row + 1}, or is it a new one beside it?\n  sketch: {messages.shown(sketch[i].data.strip())}\n"
            f"  line {row + 1}: {messages.shown(text.lines[row].strip())}\nRepeat an unchanged line of the file on its other side too, or send SEARCH/REPLACE.",
        )
    return None


def _losses(
    text: Text,
    sketch: Sequence[Line],
    file: Sequence[Line],
    alignment: Alignment,
    segment: range,
    span: tuple[int, int],
    definitions: Sequence[Definition],
    written_anew: frozenset[int],
) -> Refusal | None:
    kept = {j for i in segment if (j := alignment.pairs[i]) is not None}
    gone: list[int] = []
    new: list[int] = []
    i = segment[0]
    for j in range(span[0], span[1] + 1):
        if j in kept or j == span[1]:
            while i < segment.stop and alignment.pairs[i] != j:
                if alignment.pairs[i] is None:
                    new.append(i)
                i += 1
            i += 1
            refusal = _loss(text, sketch, file, gone, new, definitions, written_anew)
            if refusal is not None:
                return refusal
            gone, new = [], []
        else:
            gone.append(j)
    return None


def _loss(
    text: Text,
    sketch: Sequence[Line],
    file: Sequence[Line],
    gone: Sequence[int],
    new: Sequence[int],
    definitions: Sequence[Definition],
    written_anew: frozenset[int],
) -> Refusal | None:
    says_gone = [i for i in new if is_removal(sketch[i].data.decode("utf-8", "surrogateescape"))]
    if not gone and says_gone and len(says_gone) == len(new):
        return Refusal(
            "ambiguous",
            f"The sketch says that lines are gone, and shows no gap there:\n{_quoted(sketch, new)}\nRepeat the lines of the file directly above and "
            "below those that go, with this comment alone between, or send delete= or SEARCH/REPLACE.",
        )
    if not gone or says_gone:
        return None
    if any(line.sign for line in sketch):
        return Refusal(
            "ambiguous",
            f"The sketch marks lines that go with -, and leaves out {messages.span(file[gone[0]].row + 1, file[gone[-1]].row + 1)} without one:\n"
            f'{messages.listed(text, file[gone[0]].row, file[gone[-1]].row + 1)}\nQuote them with -, or put "... existing code ..." in their place.',
        )
    if _moved(sketch, file, gone):
        return None
    first, last = file[gone[0]].row + 1, file[gone[-1]].row + 1
    where = messages.span(first, last)
    for one in definitions:
        if (
            first <= one.line
            and one.end_line <= last
            and (one.end_line > one.line or one.kind in ("function", "method", "class"))
        ):
            return Refusal(
                "too-drastic",
                f"The sketch leaves out {one.name} ({messages.span(one.line, one.end_line)}) and has no marker there. Where it stays, put "
                f'"... existing code ..." in its place; where it goes, say so with a comment there, such as "removed {one.name}", or send delete="{one.name}".',
            )
    code = [i for i in new if not sketch[i].is_comment]
    if code and code[0] in written_anew and len(gone) <= max(MOST_GONE, MOST_FOR_ONE * len(code)):
        return None
    titled = next((j for j in gone if _is_block(file, j, gone)), None)
    if titled is not None or len(gone) > MOST_GONE:
        what = f"{messages.shown(file[titled].key)}, " if titled is not None else ""
        return Refusal(
            "too-drastic",
            f"The sketch leaves out {what}{where}, and has no marker there:\n{messages.listed(text, first - 1, last)}\nWhere they stay, put "
            f'"... existing code ..." in their place; where they go, say so with a comment there, such as "removed {where}".',
        )
    if not new:
        return None
    alike = sum(1 for j in gone if any(likeness(sketch[i], file[j]) >= ALIKE for i in new))
    if code and _is_said_by(sketch, file, gone, code):
        return None
    is_less = len(gone) > len(new) and (not alike or len(gone) > 6 * (len(new) + 1))
    if is_less or (not code and any(not file[j].is_comment for j in gone)):
        return Refusal(
            "ambiguous",
            f"Do the new lines of the sketch replace {where}, or do those stay?\n{_quoted(sketch, new)}\nThe file has there:\n"
            f'{messages.listed(text, first - 1, last)}\nPut "... existing code ..." where lines stay, or a comment that says "removed" where they go.',
        )
    return None


def _written_anew(sketch: Sequence[Line], alignment: Alignment, whole: Sequence[Block]) -> frozenset[int]:
    """The lines of definitions that the sketch gives from the first line to the last, with a fair share of new lines.

    Such a definition is one written again, not one with lines left out.
    """
    found: set[int] = set()
    for block in whole:
        pairs = [alignment.pairs[i] for i in range(block.first, block.past)]
        kept = [j for j in pairs if j is not None]
        if pairs[0] is None:
            continue
        code = sum(alignment.pairs[i] is None and not sketch[i].is_comment for i in range(block.first, block.past))
        gone = kept[-1] - kept[0] + 1 - len(kept)
        if code >= LEAST_ANEW and gone <= MOST_FOR_ONE * code:
            found.update(range(block.first, block.past))
    return frozenset(found)


def _is_said_by(sketch: Sequence[Line], file: Sequence[Line], gone: Sequence[int], new: Sequence[int]) -> bool:
    """Whether the new lines hold most of the words of those that go: lines joined into one."""
    ours = sum((words_of(sketch[i]) for i in new), Counter[bytes]())
    theirs = sum((words_of(file[j]) for j in gone), Counter[bytes]())
    return sum(theirs.values()) >= 4 and 10 * sum((ours & theirs).values()) >= 7 * sum(theirs.values())


def _moved(sketch: Sequence[Line], file: Sequence[Line], gone: Sequence[int]) -> bool:
    """Whether what goes comes again elsewhere in the sketch, for the most part: its first line aside, which may have a new name."""
    keys = {line.key for line in sketch}
    lines = [file[j] for j in gone if not file[j].trivial and file[j].title is None]
    return len(lines) >= 2 and 5 * sum(line.key in keys for line in lines) >= 4 * len(lines)


def _is_block(file: Sequence[Line], j: int, gone: Sequence[int]) -> bool:
    """Whether the line begins a definition of several lines, all of which go."""
    if file[j].title is None or j + 1 >= len(file) or file[j + 1].depth <= file[j].depth:
        return False
    last = j + 1
    while last + 1 < len(file) and file[last + 1].depth > file[j].depth:
        last += 1
    return last <= gone[-1] and last - j >= 2


def _cut_off(
    text: Text,
    sketch: Sequence[Line],
    file: Sequence[Line],
    alignment: Alignment,
    segment: range,
    end: int,
    marked: bool,
    is_ended: bool,
) -> Refusal | None:
    """A definition is begun and not closed, and the file's has more lines: they may stay or go."""
    line = sketch[segment[-1]]
    if is_ended or any(sketch[i].sign for i in segment):
        return None
    around = next((sketch[i] for i in reversed(segment) if sketch[i].title in line.titles[-1:]), None)
    if around is None or not line.titles or end >= len(file) or line.titles[-1] not in file[end].titles:
        return None
    new_last = alignment.pairs[segment[-1]] is None and around.key.endswith(b":") and not line.is_comment
    if marked and not new_last:
        return None
    row = file[end].row
    return Refusal(
        "ambiguous",
        f"The sketch ends within {messages.shown(around.key)}, where the file goes on:\n{messages.listed(text, row, row + 4)}\nDo these lines stay "
        '(put "... existing code ..." below the last line, indented as it is), or go (send the whole definition with replace=)?',
    )


def _doubled(sketch: Sequence[Line], file: Sequence[Line], alignment: Alignment) -> Refusal | None:
    """A definition that the sketch brings anew stands in the file, and would stay there."""
    taken = set(alignment.pairs)
    bounds = list(zip(alignment.starts, alignment.ends, strict=True))
    stays: dict[bytes, list[int]] = {}
    keys: dict[bytes, list[int]] = {}
    for j, line in enumerate(file):
        if j not in taken and not any(start <= j < end for start, end in bounds):
            keys.setdefault(line.key, []).append(j)
            if line.title is not None:
                stays.setdefault(line.title, []).append(j)
    for i, line in enumerate(sketch):
        if alignment.pairs[i] is not None or line.is_comment:
            continue
        found = [j for j in stays.get(line.title or b"", ()) if file[j].parent == line.parent or not line.parent]
        if not line.trivial and line.closes is None and line.key.endswith((b"{", b":", b"(")) and b" " in line.key:
            found += [j for j in keys.get(line.key, ()) if len(keys[line.key]) == 1]
        if found:
            j = found[0]
            name = messages.shown(line.title or line.key)
            return Refusal(
                "ambiguous",
                f"{name} stands at line {file[j].row + 1} of the file, and the sketch would bring a second one after it or before it. Put its lines where "
                f'the file has them, or change it with in="{name}".',
            )
    return None


def _quoted(sketch: Sequence[Line], numbers: Sequence[int]) -> str:
    rows = [f"  | {messages.shown(sketch[i].data)}" for i in list(numbers)[:4]]
    return "\n".join(rows) + ("\n  | …" if len(numbers) > 4 else "")
