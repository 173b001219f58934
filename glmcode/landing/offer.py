"""The block to send instead: a refused quote's change, on the lines that stand where it comes closest.

Only what is sure to land is offered: the block quotes lines as they stand, enough of them to stand once, and has been
read back and landed before it is shown. Whether it is what was meant is for the model to say, by sending it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from glmcode.landing import messages
from glmcode.landing.file import File
from glmcode.landing.guard import broken
from glmcode.landing.hints import Hints
from glmcode.landing.linediff import changes
from glmcode.landing.nearest import is_trivial, rows_of
from glmcode.landing.place import Fit, Near, Place, Quote, Refusal, Shift
from glmcode.landing.strategies.exact import find
from glmcode.landing.strategies.indentation import common_shift
from glmcode.landing.text import BLANKS, Text
from glmcode.plan.edits import Edit, Substitute
from glmcode.plan.reader import parse_plan

__all__ = ["with_offer"]

MOST_CONTEXT = 6
"""Lines above and below the change that a block quotes to stand once."""
LONGEST_LINE = 300
MOST_STEPS = 12
_TOKENS = re.compile(rb"\w+|[ \t]+|[^\w \t]")
_INSTEAD = "If this is what you mean, send it instead:"
_ONE_OF = "Send the one that is meant:"


@dataclass(frozen=True, slots=True)
class _Change:
    """Rows of the file, and the lines that they become."""

    first: int
    end: int
    lines: list[bytes]


def with_offer(file: File, path: str, refusal: Refusal) -> str:
    """The refusal's message, with the block or blocks to send instead where there are any that fit into it."""
    near = refusal.near
    if near is None or file.text.is_binary:
        return refusal.message
    head = refusal.message.rpartition("\n")[0]
    if refusal.places:
        return _with_places(file, path, refusal.places, near, refusal.message)
    # New lines go below the line above them, or above the line below: where the file holds others between, that is two places.
    sides = (_block(file, path, near, dict(near.rows), below=below) for below in (False, True))
    blocks = [*dict.fromkeys(block for block in sides if block is not None)]
    if not blocks:
        return refusal.message
    offers = "\n".join([_INSTEAD if len(blocks) == 1 else _ONE_OF, *blocks])
    shorter = messages.within(head, messages.LONGEST - len(offers) - 1)
    return refusal.message if shorter is None else f"{shorter}\n{offers}"


def _with_places(file: File, path: str, places: Sequence[Place], near: Near, message: str) -> str:
    """Blocks for as many of the places as there is room for, each with the lines around that tell it from the others."""
    blocks: list[str] = []
    room = messages.LONGEST - len(message) - len(_ONE_OF) - 1
    for place in places[: messages.MOST_PLACES]:
        block = _block(file, path, near, _rows_of(place, len(near.old.lines)))
        if block is None or len(block) + 1 > room:
            break
        blocks.append(block)
        room -= len(block) + 1
    return "\n".join([message, _ONE_OF, *blocks]) if blocks else message


def _rows_of(place: Place, size: int) -> dict[int, int]:
    if place.spans is None:
        return {number: place.row + number for number in range(size)}
    return {
        number: span[0]
        for number, span in enumerate(place.spans)
        if span is not None and span[1] == span[0] + 1 and number not in place.guessed
    }


def _block(file: File, path: str, near: Near, rows: Mapping[int, int], *, below: bool = False) -> str | None:
    """The shortest block that makes the change at these rows and nowhere else; None where none does for sure."""
    text = file.text
    steps = _steps(text, near, rows, below)
    if not steps:
        return None
    first, end = steps[0].first, steps[-1].end
    contents = [
        text.content(row) for row in range(max(0, first - MOST_CONTEXT), min(len(text.lines), end + MOST_CONTEXT))
    ]
    base = max(0, first - MOST_CONTEXT)
    over = under = 0
    while True:
        top, bottom = max(0, first - over), min(len(text.lines), end + under)
        quote = contents[top - base : bottom - base]
        if any(line.strip() for line in quote) and _stands_once(text, quote, top):
            break
        if over >= MOST_CONTEXT and under >= MOST_CONTEXT:
            return None
        over, under = (over + 1, under) if over <= under else (over, under + 1)
    words: list[bytes] = []
    row = top
    for step in steps:
        words += contents[row - base : step.first - base] + step.lines
        row = step.end
    words += contents[row - base : bottom - base]
    return _proved(file, path, quote, words, (top, bottom))


def _stands_once(text: Text, quote: Sequence[bytes], row: int) -> bool:
    wanted = Quote(b"".join(line + b"\n" for line in quote))
    if b"\r" not in text.data:
        return len(find(text, wanted, 2)) == 1
    from glmcode.landing.strategies.line_ends import find as find_loosely

    return len(find_loosely(text, wanted, 2)) == 1


def _steps(text: Text, near: Near, rows: Mapping[int, int], below: bool) -> list[_Change]:
    """What the edit changes, on the file's rows; empty where a part of it has no sure place there. With `below`, lines that are
    only added stand above the line that follows them, otherwise below the one before."""
    old, new = near.old.lines, near.new.lines
    stands = {number: row for number, row in rows.items() if row < len(text.lines) and old[number].strip(BLANKS)}
    pairs = [number for number in stands if _bare(old[number]) == _bare(text.lines[stands[number]])]
    shift = _shift(text, old, stands, pairs or [*stands])
    if shift is None:
        return []
    offsets = _sure_offsets(text, old, stands, pairs) if near.rows else None
    found: list[_Change] = []
    for a, a_end, b, b_end in changes(old, new):
        given = [shift(line.removesuffix(b"\r")) for line in new[b:b_end]]
        lines = [line for line in given if line is not None]
        at = _rows_between(text, old, stands, (a, a_end), below)
        if a == a_end and not pairs:
            return []  # nothing that stands there holds the new lines
        if at is None or len(lines) < len(given) or len(found) >= MOST_STEPS:
            return []
        if offsets is not None and pairs and at[0] - a not in offsets:
            return []
        for number, row in zip(range(a, a_end), range(at[0], at[1]), strict=True):
            theirs = text.content(row)
            if _bare(old[number]) == _bare(theirs):
                continue
            # The line has changed since it was quoted: both changes, where they are apart from one another.
            quoted = shift(old[number].removesuffix(b"\r"))
            merged = None if quoted is None or b_end - b != a_end - a else _woven(quoted, lines[number - a], theirs)
            if merged is None:
                return []
            lines[number - a] = merged
        if found and at[0] < found[-1].end:
            return []
        if a == a_end and _stand_beside(text, at[0], lines):
            continue  # somebody has added them already
        found.append(_Change(*at, lines))
    return found


def _stand_beside(text: Text, row: int, lines: Sequence[bytes]) -> bool:
    """Whether the lines stand right above the row or right below it."""
    wanted = [_bare(line) for line in lines]
    if all(is_trivial(line) for line in wanted):
        return False
    size = len(wanted)
    return any([_bare(line) for line in text.lines[at : at + size]] == wanted for at in (max(0, row - size), row))


def _sure_offsets(text: Text, old: Sequence[bytes], stands: Mapping[int, int], pairs: Sequence[int]) -> set[int]:
    """How many rows the quote's lines are from where they stand, as told by lines that stand only once in the file."""
    found = rows_of(text, {line for number in pairs if not is_trivial(line := _bare(old[number]))})
    return {stands[number] - number for number in pairs if found.get(_bare(old[number])) == [stands[number]]}


def _shift(text: Text, old: Sequence[bytes], stands: Mapping[int, int], numbers: Sequence[int]) -> Shift | None:
    return common_shift([old[number] for number in numbers], [text.lines[stands[number]] for number in numbers])


def _bare(line: bytes) -> bytes:
    return line.strip(BLANKS)


def _rows_between(
    text: Text, old: Sequence[bytes], stands: Mapping[int, int], lines: tuple[int, int], below: bool
) -> tuple[int, int] | None:
    """The rows of a run of the quote's lines (of none the row before which they would be), told by those that stand."""
    a, a_end = lines
    starts = {stands[number] - (number - a) for number in range(a, a_end) if number in stands}
    if not starts:
        over = next((number for number in range(a - 1, -1, -1) if number in stands), None)
        under = next((number for number in range(a_end, len(old)) if number in stands), None)
        if over is not None and (a < a_end or over == a - 1):
            starts.add(stands[over] + a - over)
        if under is not None and (a < a_end or under == a_end):
            starts.add(stands[under] - (under - a))
        if a == a_end and starts:
            starts = {max(starts) if below else min(starts)}
    if len(starts) != 1:
        return None
    first = starts.pop()
    end = first + a_end - a
    return (first, end) if 0 <= first <= end <= len(text.lines) else None


def _woven(quoted: bytes, wanted: bytes, stands: bytes) -> bytes | None:
    """The line that stands with the edit's own change of the quoted one; None where both touch the same words."""
    if max(len(quoted), len(wanted), len(stands)) > LONGEST_LINE:
        return None
    ours, theirs, base = (_TOKENS.findall(line) for line in (wanted, stands, quoted))
    mine, other = list(changes(base, ours)), list(changes(base, theirs))
    same = len(base) - sum(a_end - a for a, a_end, _, _ in other)
    if 2 * same < len(base):
        return None
    out: list[bytes] = []
    at = -1
    for a, a_end, _, piece in sorted(
        [(a, a_end, 0, ours[b:b_end]) for a, a_end, b, b_end in mine]
        + [(a, a_end, 1, theirs[b:b_end]) for a, a_end, b, b_end in other]
    ):
        # A word between them must have stayed.
        if a <= at:
            return None
        out += [*base[max(at, 0) : a], *piece]
        at = a_end
    return b"".join([*out, *base[max(at, 0) :]])


def _proved(file: File, path: str, quote: Sequence[bytes], words: Sequence[bytes], rows: tuple[int, int]) -> str | None:
    """The block as text, where reading and landing it does just this and leaves a file that parses."""
    from glmcode.landing.substitute import substitute

    try:
        old, new = (b"".join(line + b"\n" for line in lines).decode("utf-8") for lines in (quote, words))
    except UnicodeDecodeError:
        return None
    block = f'<edit path="{path}">\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n</edit>'
    if len(block) > messages.LONGEST or messages.plain(block) != block:
        return None
    read = parse_plan(block)
    if len(read) != 1 or not isinstance(read[0], Edit) or read[0].path != path:
        return None
    change = read[0].change
    if not isinstance(change, Substitute) or (change.old, change.new) != (old, new):
        return None
    verdict = substitute(file.text, change, path, Hints())
    if not isinstance(verdict, Fit) or verdict.strategy not in ("exact", "line-ends"):
        return None
    if verdict.lines != (rows[0] + 1, rows[1]) or not _passes_the_guard(file, path, verdict):
        return None
    return block


def _passes_the_guard(file: File, path: str, fit: Fit) -> bool:
    """Whether the next turn could land it: on the file as it is now."""
    if not file.takes(fit):
        return False
    next_turn = File(file.text.data, file.coding, file.mode, path)
    next_turn.apply(fit, "search-replace")
    return broken(next_turn) is None
