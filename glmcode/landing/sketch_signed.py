"""A sketch whose lines carry the signs of a diff: `+` for lines that come, `-` for lines that go, markers between.

A sign stands before its line, or in place of its line's first blank, or a blank stands between. The signs say which lines the file has and which are new, so they are read off, and the lines aligned as any sketch's are.
"""

from collections import Counter
from collections.abc import Sequence

from glmcode.landing import messages
from glmcode.landing.place import Refusal
from glmcode.landing.sketch_lines import Line, indent_of
from glmcode.landing.text import Text
from glmcode.plan.sketch import elides

__all__ = ["Signed", "is_signed", "read_signs", "unpaired"]

_COLUMNS = (0, 1, -1)
Signed = tuple[list[bytes], list[bytes]]
"""The lines of a sketch without their signs, and the sign of each: `+`, `-` or nothing."""


def is_signed(body: Sequence[bytes], text: Text) -> bool:
    """Whether a line is marked as added, where no line of the file begins so."""
    return any(line[:1] == b"+" and line[1:].strip() for line in body) and not any(
        line[:1] == b"+" for line in text.lines
    )


def read_signs(text: Text, body: Sequence[bytes]) -> Signed | Refusal:
    """The lines without their signs, indented as the file is."""
    indents: dict[bytes, set[bytes]] = {}
    for line in text.lines:
        indents.setdefault(b" ".join(line.split()), set()).add(indent_of(line))
    signs = [_sign(line, indents) for line in body]
    unit = _unit(text)
    everywhere = _column(body, signs, indents)
    lines: list[bytes] = []
    row = 0
    while row < len(body):
        past = row + 1
        while past < len(body) and signs[past] == signs[row]:
            past += 1
        run = body[row:past]
        if not signs[row]:
            lines += _without_margin(run, indents)
        else:
            column = _column(run, signs[row:past], indents)
            if column is None:
                column = _by_unit(run, unit, everywhere)
            if column is None and signs[row] == b"+":
                return _unclear(body, row)
            lines += [_moved(line[1:], column or 0) for line in run]
        row = past
    return lines, signs


def _unclear(body: Sequence[bytes], row: int) -> Refusal:
    """Why a sign of the sketch can't be read."""
    return Refusal(
        "malformed",
        f"Line {row + 1} of the sketch begins with the sign of a diff: {messages.shown(body[row])}\nSend the lines as the file should have them, "
        "without + and -, or a whole unified diff.",
    )


def unpaired(sketch: Sequence[Line], file: Sequence[Line], pairs: Sequence[int | None], path: str) -> Refusal | None:
    """A line marked as one that goes which the file doesn't have there, or one without a sign that only looks like the file's."""
    for line, j in zip(sketch, pairs, strict=True):
        if line.sign == b"-" and j is None:
            said, cure = (
                "takes this line away",
                "quote the lines that go as they stand, with an unchanged line beside them",
            )
        elif not line.sign and j is not None and file[j].key != line.key:
            said, cure = "has this line without a sign", "mark what goes with - and what comes with +"
        else:
            continue
        return Refusal(
            "stale",
            f"The sketch {said}, and {path} does not have it there:\n  {messages.shown(line.data.strip())}\nRead the file again, and {cure}.",
        )
    return None


def _sign(line: bytes, indents: dict[bytes, set[bytes]]) -> bytes:
    if line[:1] == b"+":
        return b"+"
    # A line of the file may begin with a hyphen itself: an item of a list.
    if line[:1] == b"-" and (b" ".join(line[1:].split()) in indents or b" ".join(line.split()) not in indents):
        return b"-"
    return b""


def _without_margin(run: Sequence[bytes], indents: dict[bytes, set[bytes]]) -> list[bytes]:
    """A run of lines that stay, without the blank that a diff puts before each."""
    margins = [_has_margin(line, indents.get(b" ".join(line.split()))) for line in run]
    mostly = margins.count(True) > margins.count(False)
    return [
        line.removeprefix(b" ") if (mostly if margin is None else margin) else line
        for line, margin in zip(run, margins, strict=True)
    ]


def _has_margin(line: bytes, stands: set[bytes] | None) -> bool | None:
    """Whether a blank stands before the line that the file has not there; None where the file says nothing of it."""
    if line[:1] == b" " and line[1:2] not in b" \t" and elides(line.decode("utf-8", "surrogateescape")):
        return True
    if not stands or not line.strip():
        return None
    return line[:1] == b" " and indent_of(line) not in stands and indent_of(line[1:]) in stands


def _moved(line: bytes, column: int) -> bytes:
    if not line.strip():
        return b""
    return b" " * column + line if column >= 0 else line.removeprefix(b" ")


def _column(body: Sequence[bytes], signs: Sequence[bytes], indents: dict[bytes, set[bytes]]) -> int | None:
    """The blanks that the lines have too few behind their sign (-1: one too many); None where nothing shows it."""
    fits: Counter[int] = Counter()
    for line, sign in zip(body, signs, strict=True):
        stands = indents.get(b" ".join(line[1:].split())) if sign and len(line[1:].strip()) > 4 else None
        for column in _COLUMNS if stands else ():
            fits[column] += indent_of(_moved(line[1:], column)) in (stands or ())
    found = [column for column in _COLUMNS if fits[column]]
    return found[0] if len(found) == 1 else None


def _by_unit(run: Sequence[bytes], unit: int, everywhere: int | None) -> int | None:
    """The same, from the indentation alone: that of code is a multiple of the file's unit."""
    sizes = {len(indent_of(line[1:])) for line in run if line[1:].strip()}
    if any(line[1:2] == b"\t" for line in run) or sizes == {0}:
        return 0
    if unit < 2:
        return everywhere
    fits = [column for column in _COLUMNS if all((size + column) % unit == 0 for size in sizes)]
    return everywhere if everywhere in fits or not fits else fits[0]


def _unit(text: Text) -> int:
    """The blanks that nearly all of the file's indentations are a multiple of; 0 where there are none such."""
    sizes = Counter(len(indent_of(line)) for line in text.lines if line[:1] in (b" ", b"\t") and line.strip())
    if any(line[:1] == b"\t" for line in text.lines):
        return 0
    total = sum(sizes.values())
    for unit in (8, 4, 3, 2):
        if total and 10 * sum(count for size, count in sizes.items() if size % unit == 0) >= 9 * total:
            return unit
    return 0
