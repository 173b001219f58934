"""A sketch of a definition or a file is merged with what stands there.

The lines of both are aligned; `... existing code ...` stands for what lies between its neighbours. What the sketch
shows anew comes in, what it shows changed changes, and what it shows gone (two lines next to one another in it, apart
in the file) goes, within bounds. Everything that a careful reader could take in two ways is asked instead.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from glmcode.landing import messages
from glmcode.landing.body import body_lines
from glmcode.landing.coding import UnprovenEncodingError, encode_like
from glmcode.landing.file import File
from glmcode.landing.namesakes import meant, several
from glmcode.landing.place import Fit, Refusal, Standing, Verdict
from glmcode.landing.sketch_align import TooLargeError, align
from glmcode.landing.sketch_alignment import Alignment
from glmcode.landing.sketch_between import between_two
from glmcode.landing.sketch_blocks import Block, Bounds, blocks, bounds, ended
from glmcode.landing.sketch_carried import carried
from glmcode.landing.sketch_guard import unspent
from glmcode.landing.sketch_home import homed
from glmcode.landing.sketch_imports import ImportRun, import_runs, with_imports
from glmcode.landing.sketch_indent import indented_alike, placed, realigned
from glmcode.landing.sketch_judge import breaks_blocks, judge, unmarked
from glmcode.landing.sketch_lines import TAB, Line, indent_of, marker_rows, read_lines
from glmcode.landing.sketch_names import names_of, sketched_names
from glmcode.landing.sketch_order import in_order
from glmcode.landing.sketch_reading import Reading
from glmcode.landing.sketch_render import hunks, splices, substance
from glmcode.landing.sketch_signed import is_signed, read_signs, unpaired
from glmcode.landing.text import Text
from glmcode.plan.edits import Sketch
from glmcode.plan.paths import path_on_line
from glmcode.syntax import Definition, full_names

__all__ = ["merge"]

STRATEGY = "sketch"


@dataclass(frozen=True, slots=True)
class _Sketched:
    """A sketch and the lines of the file that it is of."""

    path: str
    text: Text
    theirs: Sequence[Line]
    definitions: Sequence[Definition]
    body: Sequence[bytes]
    markers: Sequence[int]
    """The rows of its body that stand for lines that stay."""
    signs: Sequence[bytes]
    is_implied: bool
    is_of_file: bool
    """It is of the file, not of one definition."""


def merge(file: File, change: Sketch, path: str) -> Verdict:
    """The verdict on a sketch of a file that exists."""
    text = file.text
    if text.is_binary:
        return Refusal("binary", f"{path} is binary: a sketch has nothing to hold on to. Replace it as a whole.")
    try:
        _, data = encode_like(text, "", change.body)
    except UnprovenEncodingError as error:
        return Refusal("binary", f"{path}: {error}. Leave it out, or edit around it.")
    body = _without_path(body_lines(data), text, path)
    definitions = file.parsed.definitions if file.parsed is not None else ()
    first, past = 0, len(text.lines)
    if change.symbol is not None:
        found = _meant(file, change.symbol, body, path)
        if isinstance(found, Refusal):
            return found
        first, past = text.row(found.start), found.end_line
        stands = [text.content(row) for row in range(first, past)]
        if not is_signed(body, text):
            body = placed(body, stands, (found.indent, found.member_indent))
    else:
        body = indented_alike(body, text)
    signs: list[bytes] = []
    if is_signed(body, text):
        read = read_signs(text, body)
        if isinstance(read, Refusal):
            return read
        body, signs = read
    markers = marker_rows(body)
    if not signs:
        body = realigned(body, markers, text)
    if signs:
        markers = sorted({*markers, *(row for row, line in enumerate(body) if line.startswith(b"@@"))})
    theirs = [line for line in read_lines(text.lines, names=names_of(definitions)) if first <= line.row < past]
    ours = read_lines(body, markers, signs, {} if signs else sketched_names(body, markers, file.language, theirs))
    if signs and _stands([line for line in ours if line.sign != b"-"], theirs):
        return Standing(STRATEGY, None)
    if not ours:
        return Refusal(
            "malformed",
            "The sketch holds no line but markers: give the lines that change, and one unchanged line beside them.",
        )
    if not theirs:
        return Refusal("no-match", f"There is nothing in {path} that a sketch could be of: send the whole content.")
    is_implied = change.implied or change.symbol is not None
    sketched = _Sketched(path, text, theirs, definitions, body, markers, signs, is_implied, change.symbol is None)
    runs = [] if signs or change.symbol is not None else import_runs(ours, file, markers)
    if runs:
        verdict = _beside_imports(sketched, ours, runs, file)
        if verdict is not None:
            return verdict
    return _laid(sketched, ours)[0]


def _without_path(body: list[bytes], text: Text, path: str) -> list[bytes]:
    """The body without a first line that only says which file it is of, in a comment that the file has not."""
    first = next((row for row, line in enumerate(body) if line.strip()), None)
    if first is None or body[first].strip() in {line.strip() for line in text.lines[:3]}:
        return body
    told = path_on_line(body[first].decode("utf-8", "replace"))
    if told is None or not (path == told or path.endswith("/" + told) or told.endswith("/" + path)):
        return body
    return body[:first] + body[first + 1 :]


def _beside_imports(sketched: _Sketched, ours: Sequence[Line], runs: Sequence[ImportRun], file: File) -> Verdict | None:
    """The verdict on a sketch with imports in runs of their own; None where those don't go where imports go."""
    apart = {run.segment for run in runs}
    rest = [line for line in ours if line.segment not in apart]
    if not rest:
        hidden = [(0, len(sketched.text.lines))]
        return with_imports(Standing(STRATEGY, None), runs, hidden, sketched.text, file)
    verdict, reading = _laid(sketched, rest)
    if isinstance(verdict, Refusal) or reading is None:
        return verdict
    return with_imports(verdict, runs, [reading.hidden(run.row) for run in runs], sketched.text, file)


def _laid(sketched: _Sketched, ours: Sequence[Line]) -> tuple[Verdict, Reading | None]:
    """The verdict on lines of the sketch, and how they were laid on the file's; None where they could not be."""
    theirs, path, signs = sketched.theirs, sketched.path, sketched.signs
    ours = in_order(ours, theirs)
    within = bounds(ours, theirs)
    try:
        alignment, rivals = align(ours, theirs, within)
    except TooLargeError:
        message = f"The sketch and {path} are too long to be compared line by line. Name the definition with in=, or send SEARCH/REPLACE."
        return Refusal("no-match", message), None
    our_blocks, file_blocks = ({block.first: block for block in blocks(lines)} for lines in (ours, theirs))
    if not signs:
        settled = functools.partial(_settled, sketched, ours, within, our_blocks, file_blocks)
        alignment, rivals = settled(alignment), map(settled, rivals)
    if signs and (refusal := unpaired(ours, theirs, alignment.pairs, path)) is not None:
        return refusal, None
    markers = sketched.markers
    reading = Reading(
        sketched.text,
        ours,
        theirs,
        alignment,
        within,
        tuple(our_blocks.values()),
        file_blocks,
        sketched.definitions,
        begins_marked=bool(markers) and markers[0] < min(line.row for line in ours),
        ends_marked=bool(markers) and markers[-1] > max(line.row for line in ours),
        is_implied=sketched.is_implied,
    )
    if not reading.is_implied:
        refusal = unmarked(reading)
        if refusal is not None:
            return refusal, None
    return _merged(reading, sketched.body, rivals), reading


def _settled(
    sketched: _Sketched,
    ours: Sequence[Line],
    within: Bounds,
    our_blocks: Mapping[int, Block],
    file_blocks: Mapping[int, Block],
    alignment: Alignment,
) -> Alignment:
    """The alignment with whole definitions to their ends, and with new ones where what is around them tells."""
    rows = (row for row in sketched.markers if row < ours[0].row)
    leading = tuple(len(indent_of(sketched.body[row]).expandtabs(TAB)) for row in rows)
    theirs, markers = sketched.theirs, sketched.markers
    alignment = unspent(ours, theirs, alignment, ends_marked=bool(markers) and markers[-1] > ours[-1].row)
    alignment = ended(ours, theirs, alignment)
    alignment = homed(ours, theirs, alignment, within, file_blocks, leading, is_whole_file=sketched.is_of_file)
    alignment = between_two(ours, theirs, alignment, our_blocks, file_blocks)
    return carried(sketched.text, sketched.body, markers, ours, theirs, alignment)


def _merged(reading: Reading, body: Sequence[bytes], rivals: Iterable[Alignment]) -> Verdict:
    refusal = judge(reading)
    if refusal is not None:
        return refusal
    text, ours, theirs, alignment = reading.text, reading.sketch, reading.file, reading.alignment
    parts = hunks(text, body, ours, theirs, alignment)
    result = substance(text, parts)
    for rival in rivals:
        if substance(text, hunks(text, body, ours, theirs, rival)) != result:
            if breaks_blocks(replace(reading, alignment=rival)):
                continue
            return _two_ways(text, ours, theirs, alignment, rival)
    changed = splices(text, parts)
    lines = (parts[0].first + 1, parts[-1].past)
    if not changed:
        return Standing(STRATEGY, lines)
    return Fit(
        changed,
        STRATEGY,
        0.9,
        (text.row(changed[0].start) + 1, max(text.row(changed[0].start), text.row(max(0, changed[-1].end - 1)) + 1)),
    )


def _stands(ours: list[Line], theirs: list[Line]) -> bool:
    """Whether the file has every line of the sketch, run by run, as a diff of it would leave them."""
    keys = {line.key for line in theirs}
    if not ours or any(line.sign and line.key not in keys for line in ours):
        return False
    plain = [replace(line, sign=b"") for line in ours]
    try:
        alignment, _ = align(plain, theirs, bounds(plain, theirs))
    except TooLargeError:
        return False
    pairs = alignment.pairs
    return all(
        j is not None
        and theirs[j].key == line.key
        and (i == 0 or plain[i - 1].segment != line.segment or pairs[i - 1] == j - 1)
        for i, (line, j) in enumerate(zip(plain, pairs, strict=True))
    )


def _two_ways(
    text: Text, ours: Sequence[Line], theirs: Sequence[Line], alignment: Alignment, rival: Alignment
) -> Refusal:
    at = next((i for i, pair in enumerate(alignment.pairs) if pair != rival.pairs[i]), 0)
    segment = len({line.segment for line in ours[: at + 1]}) - 1
    here, there = (alignment.starts[segment], alignment.ends[segment]), (rival.starts[segment], rival.ends[segment])
    rows = [theirs[min(place, len(theirs) - 1)].row for place in (here[0], there[0])]
    if rows[0] == rows[1]:
        rows = [theirs[min(place, len(theirs) - 1)].row for place in (here[1], there[1])]
    shown = "\n".join(f"line {row + 1}:\n{messages.listed(text, row - 1, row + 3)}" for row in rows)
    return Refusal(
        "ambiguous",
        f"The sketch from `{messages.shown(ours[at].key)}` on fits the file in two ways, at\n{shown}\nRepeat unchanged lines directly above and below "
        "what changes, name the definition with in=, or send SEARCH/REPLACE.",
    )


def _meant(file: File, symbol: str, body: Sequence[bytes], path: str) -> Definition | Refusal:
    """The definition that a sketch is of."""
    parsed = file.parsed
    found = () if parsed is None else parsed.symbols.find(symbol)
    if parsed is None or not found:
        names = [] if parsed is None else full_names(parsed.definitions)
        return Refusal("no-such-symbol", messages.no_such_symbol(path, symbol, names, "in"))
    aims = meant(parsed, symbol, found, body)
    return aims[0][0] if len(aims) == 1 else several(path, symbol, found, parsed)
