"""One common shift of indentation: every line of the quote stands deeper, or less deep, by the same blanks."""

from collections.abc import Sequence
from dataclasses import replace
from math import gcd

from glmcode.landing.place import Place, Quote, Shift
from glmcode.landing.strategies.rows import find_runs
from glmcode.landing.text import Text, stripped

__all__ = ["common_shift", "find", "indent_of", "settled"]

AROUND = 50
"""Rows above and below that say how a file is indented."""
USUAL = 4
"""Blanks of one level, in most files."""
MOST_COMPARED = 300_000
"""Lines of all candidates together whose indentation is compared."""


def find(text: Text, quote: Quote, limit: int, language: str | None = None) -> list[Place]:
    """Places where the lines are the quote's after one shift (blanks at their ends aside)."""
    if quote.is_blank:
        return []
    size = len(quote.lines)
    places: list[Place] = []
    compared = 0
    for run in find_runs(text, quote, stripped, limit):
        compared += size
        if compared > MOST_COMPARED and compared > size:
            # A place that nobody has looked at may be a second one: a single one is not enough then.
            return places if len(places) > 1 else []
        shift = common_shift(quote.lines, run.lines)
        if shift is not None:
            places.append(Place(run.start, run.end, run.row, shift=shift))
    return places


def common_shift(quoted: Sequence[bytes], stands: Sequence[bytes]) -> Shift | None:
    """The shift that turns the indentation of each quoted line into that of the line that stands there, if one does.

    The lines are the same but for blanks at their ends. Blank lines say nothing.
    """
    pairs = [(indent_of(ours), indent_of(theirs)) for ours, theirs in zip(quoted, stands, strict=True) if ours.strip()]
    if not pairs:
        return None
    swap = _swap(pairs)
    if swap is not None and not (swap.taken.strip(b" ") or swap.given.strip(b" ")):
        return swap
    return _units(pairs) or swap


def indent_of(line: bytes) -> bytes:
    return line[: len(line) - len(line.lstrip(b" \t"))]


def _swap(pairs: Sequence[tuple[bytes, bytes]]) -> Shift | None:
    ours, theirs = pairs[0]
    same = 0
    while same < min(len(ours), len(theirs)) and ours[len(ours) - same - 1] == theirs[len(theirs) - same - 1]:
        same += 1
    taken, given = ours[: len(ours) - same], theirs[: len(theirs) - same]
    for quoted, stands in pairs:
        if not quoted.startswith(taken) or stands != given + quoted[len(taken) :]:
            return None
    flat = all(quoted == taken for quoted, _ in pairs)
    return Shift(taken, given, 0, len(given) if flat and not given.strip(b"\t") and not taken.strip(b" ") else 0)


def _units(pairs: Sequence[tuple[bytes, bytes]]) -> Shift | None:
    """Tabs on the one side and blanks on the other: so many blanks a tab, and a common offset."""
    all_ours, all_theirs = b"".join(ours for ours, _ in pairs), b"".join(theirs for _, theirs in pairs)
    if not all_ours.strip(b" ") and not all_theirs.strip(b"\t"):
        tabs_first = False
    elif not all_ours.strip(b"\t") and not all_theirs.strip(b" "):
        tabs_first = True
    else:
        return None
    steps = [(len(ours), len(theirs)) if tabs_first else (len(theirs), len(ours)) for ours, theirs in pairs]
    tabs, blanks = steps[0]
    other = next((step for step in steps if step[0] != tabs), None)
    if other is not None:
        unit, rest = divmod(other[1] - blanks, other[0] - tabs)
    elif tabs:
        unit, rest = divmod(blanks, tabs)
    else:
        return None
    base = blanks - tabs * unit
    if rest or unit < 1 or any(count != base + n * unit for n, count in steps) or (base < 0 and base % unit):
        return None
    return _shift(base, -unit if tabs_first else unit, tabs if other is None else 0)


def _shift(base: int, unit: int, tabs: int) -> Shift:
    blanks, deeper = b" " * max(0, base), b"\t" * (max(0, -base) // abs(unit))
    return Shift(blanks, deeper, unit, tabs) if unit > 0 else Shift(deeper, blanks, unit, tabs)


def settled(shift: Shift, lines: Sequence[bytes], text: Text, row: int) -> Shift:
    """The shift with what the side that is indented with blanks says of its unit: lines that come, or the file around.

    A quote of one depth, 4 blanks where the file has two tabs, is told with 2 blanks a tab or one level less deep.
    """
    if not shift.tabs:
        return shift
    if not shift.unit:
        # Nothing deeper is quoted, and the file has tabs: what is deeper in the lines that come is so in tabs too.
        deeper = [
            indent_of(line)[len(shift.taken) :] for line in lines if line.startswith(shift.taken) and line.strip()
        ]
        step = gcd(*map(len, deeper))
        return replace(shift, unit=step) if step > 1 and not b"".join(deeper).strip(b" ") else shift
    blanks = shift.tabs * abs(shift.unit)
    told = lines if shift.unit > 0 else text.lines[max(0, row - AROUND) : row + AROUND]
    indents = [indent_of(line) for line in told if line.strip()]
    step, unit = gcd(*(len(indent) - blanks for indent in indents if not indent.strip(b" "))), abs(shift.unit)
    if shift.unit < 0:
        # One level of the file is as many tabs as the lines that come are apart.
        tabs = [indent for indent in map(indent_of, lines) if not indent.strip(b"\t")]
        apart = gcd(*(len(indent) - shift.tabs for indent in tabs)) or 1
        step = step // apart if step % apart == 0 else unit
    # Steps of less than a usual unit are the alignment of continued lines.
    if not (step > unit and step % unit == 0) and not (unit > USUAL and step >= USUAL and unit % step == 0):
        return shift
    if (blanks - shift.tabs * step) % step:
        return shift
    return _shift(blanks - shift.tabs * step, step if shift.unit > 0 else -step, 0)
