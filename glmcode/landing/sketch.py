"""A sketch of a definition or a file is merged with what stands there.

The lines of both are aligned; `... existing code ...` stands for what lies between its neighbours. What the sketch
shows anew comes in, what it shows changed changes, and what it shows gone (two lines next to one another in it, apart
in the file) goes, within bounds. Everything that a careful reader could take in two ways is asked instead.
"""

from collections.abc import Sequence

from glmcode.landing import messages
from glmcode.landing.body import body_lines, shifted
from glmcode.landing.place import Fit, Refusal, Standing, Verdict
from glmcode.landing.sketch_align import Alignment, TooLargeError, align
from glmcode.landing.sketch_judge import judge
from glmcode.landing.sketch_lines import Line, marker_rows, read_lines
from glmcode.landing.sketch_render import hunks, splices, substance
from glmcode.landing.text import Text, UnprovenEncodingError, encode_like
from glmcode.landing.workspace import File
from glmcode.plan.edits import Sketch
from glmcode.syntax import Definition, find_symbol

__all__ = ["sketch"]

STRATEGY = "sketch"


def sketch(file: File, change: Sketch, path: str) -> Verdict:
    """The verdict on a sketch of a file that exists."""
    text = file.text
    if text.is_binary:
        return Refusal("binary", f"{path} is binary: a sketch has nothing to hold on to. Replace it as a whole.")
    try:
        _, data = encode_like(text, "", change.body)
    except UnprovenEncodingError as error:
        return Refusal("binary", f"{path}: {error}. Leave it out, or edit around it.")
    body = body_lines(data)
    definitions = file.parsed.definitions if file.parsed is not None else ()
    first, past = 0, len(text.lines)
    if change.symbol is not None:
        found = find_symbol(definitions, change.symbol)
        if len(found) != 1:
            return _not_one(path, change.symbol, definitions, found)
        first, past = text.row(found[0].start), found[0].end_line
        stands = [text.content(row) for row in range(first, past)]
        body = shifted(body, found[0].indent, stands)
    markers = marker_rows(body)
    ours = read_lines(body, markers)
    theirs = [line for line in read_lines(text.lines) if first <= line.row < past]
    if not ours:
        return Refusal(
            "malformed",
            "The sketch holds no line but markers: give the lines that change, and one unchanged line beside them.",
        )
    if not theirs:
        return Refusal("no-match", f"There is nothing in {path} that a sketch could be of: send the whole content.")
    signed = _signed(body, text)
    if signed is not None:
        return Refusal(
            "malformed",
            f"Line {signed + 1} of the sketch begins with the sign of a diff: {messages.shown(body[signed])}\nSend the lines as the file should have "
            "them, without + and -, or a whole unified diff.",
        )
    try:
        alignment, rivals = align(ours, theirs)
    except TooLargeError:
        return Refusal(
            "no-match",
            f"The sketch and {path} are too long to be compared line by line. Name the definition with in=, or send SEARCH/REPLACE.",
        )
    return _merged(
        text,
        body,
        ours,
        theirs,
        alignment,
        rivals,
        definitions,
        (bool(markers) and markers[0] < ours[0].row, bool(markers) and markers[-1] > ours[-1].row),
    )


def _merged(
    text: Text,
    body: Sequence[bytes],
    ours: list[Line],
    theirs: list[Line],
    alignment: Alignment,
    rivals: Sequence[Alignment],
    definitions: Sequence[Definition],
    marked: tuple[bool, bool],
) -> Verdict:
    refusal = judge(text, ours, theirs, alignment, definitions, *marked)
    if refusal is not None:
        return refusal
    parts = hunks(text, body, ours, theirs, alignment)
    result = substance(text, parts)
    for rival in rivals:
        if substance(text, hunks(text, body, ours, theirs, rival)) != result:
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


def _two_ways(
    text: Text, ours: Sequence[Line], theirs: Sequence[Line], alignment: Alignment, rival: Alignment
) -> Refusal:
    at = next((i for i, pair in enumerate(alignment.pairs) if pair != rival.pairs[i]), 0)
    segment = ours[at].segment - ours[0].segment
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


def _signed(body: Sequence[bytes], text: Text) -> int | None:
    """The first line that is marked as added, where no line of the file begins so."""
    first = next((row for row, line in enumerate(body) if line[:1] == b"+" and line[1:].strip()), None)
    if first is None or any(line[:1] == b"+" for line in text.lines):
        return None
    return first


def _not_one(path: str, symbol: str, definitions: Sequence[Definition], found: Sequence[Definition]) -> Refusal:
    if not found:
        return Refusal("no-such-symbol", messages.no_such_symbol(path, symbol, [one.name for one in definitions]))
    rows = "\n".join(f"- {one.name}, {messages.span(one.line, one.end_line)}: {one.signature}" for one in found[:10])
    return Refusal(
        "ambiguous",
        f"{symbol} names {len(found)} definitions of {path}:\n{rows}\nGive the full name of the one that is meant.",
    )
