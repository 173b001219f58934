"""The indentation of a sketch, made that of the file: as a whole, as a definition's, and of lines that are flush left alone."""

import re
from collections.abc import Iterable, Sequence
from math import gcd

from glmcode.landing.body import shift_of
from glmcode.landing.sketch_lines import TAB, indent_of, opens, title_of
from glmcode.landing.text import Text
from glmcode.plan.sketch import elides

__all__ = ["balance", "indented_alike", "placed", "realigned"]

_QUOTED = re.compile(rb"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`[^`\n]*`|//.*|#.*")
_LEADING = re.compile(rb"\s*[\])}]+")


def placed(body: Sequence[bytes], stands: Sequence[bytes], indents: Iterable[bytes]) -> list[bytes]:
    """The body of a definition's sketch where most of its lines stand as the definition has them: as it is, or with its
    least indented line where the definition begins, or where its members do.

    Lines that go deeper may by chance stand as they did: where all of it is flush left, the definition's first line decides.
    """
    told = [line for line in body if line.strip() and not elides(line.decode("utf-8", "replace"))]
    own = {(line.strip(), indent_of(line)) for line in stands}
    base = min((indent_of(line) for line in told), key=len, default=b"")
    ways = [list(body)]
    for indent in indents:
        shift = shift_of([base + b"x", *told], indent, stands)
        ways.append([line if (moved := shift(line)) is None else moved for line in body])
        if len(ways) == 2 and _is_flush_left(body, told, stands):
            return ways[1]
    return max(ways, key=lambda way: sum((line.strip(), indent_of(line)) in own for line in way if line.strip()))


def _is_flush_left(body: Sequence[bytes], told: Sequence[bytes], stands: Sequence[bytes]) -> bool:
    """Whether the sketch begins with the definition's first line, less deep than it stands, and has others that could not
    be in it so: less deep than that too, or as deep where a colon opens it and nothing closes it."""
    title = title_of(told[0]) if told else None
    first = next((line for line in stands if title is not None and title_of(line) == title), None)
    if first is None or _depth(told[0]) >= _depth(first):
        return False
    least = _depth(first) + first.rstrip().endswith(b":")
    is_begun = False
    for line in body:
        if not line.strip():
            continue
        is_marker = elides(line.decode("utf-8", "replace"))
        if not is_marker and not is_begun and line is not told[0] and _depth(line) < least:
            return True
        is_begun = is_marker  # the line behind a marker is often flush left alone
    return False


def indented_alike(body: list[bytes], text: Text) -> list[bytes]:
    """The body with tabs for blanks, or blanks for tabs, where the file knows only the one and the body the other."""
    ours = {indent_of(line) for line in body if line.strip()} - {b""}
    theirs = {indent_of(line) for line in text.lines if line.strip()} - {b""}
    if not ours or not theirs:
        return body
    if not b"".join(ours).strip(b" ") and not b"".join(theirs).strip(b"\t"):
        unit = gcd(*(len(indent) for indent in ours))
        if unit < 2:
            return body
        return [b"\t" * (len(indent_of(line)) // unit) + line.lstrip(b" ") for line in body]
    if not b"".join(ours).strip(b"\t") and not b"".join(theirs).strip(b" "):
        unit = gcd(*(len(indent) for indent in theirs))
        return [b" " * (len(indent_of(line)) * unit) + line.lstrip(b"\t") for line in body]
    return body


def realigned(body: Sequence[bytes], markers: Sequence[int], text: Text) -> list[bytes]:
    """The body with the first line behind a marker as deep as it should be, where it is flush left and the others are not:
    as deep as the line that closes it, or as the file has it."""
    out = list(body)
    own: dict[bytes, bytes | None] = {}
    for line in text.lines:
        bare, indent = line.strip(), indent_of(line)
        own[bare] = indent if own.get(bare, indent) == indent else None
    for first in (-1, *markers):
        rows = _run(body, first + 1, frozenset(markers))
        if not rows:
            continue
        line, below = body[rows[0]], body[rows[1]] if len(rows) > 1 else None
        stands = own.get(line.strip())
        closing = _closing(body, rows)
        if stands == indent_of(line):
            continue
        if closing is not None:
            meant = indent_of(body[closing])
        elif stands is not None and (
            below is None
            or _depth(below) >= len(stands.expandtabs(TAB)) + opens(line.strip())
            or (_depth(below) > _depth(line) and not balance(line) and not opens(line.strip()))
        ):
            meant = stands
        else:
            continue
        if _depth(line) < len(meant.expandtabs(TAB)):
            out[rows[0]] = meant + line.lstrip(b" \t")
    return out


def _run(body: Sequence[bytes], first: int, markers: frozenset[int]) -> list[int]:
    """The rows from the first on, down to the next marker, that are not blank."""
    rows = []
    for row in range(first, len(body)):
        if row in markers:
            break
        if body[row].strip():
            rows.append(row)
    return rows


def _closing(body: Sequence[bytes], rows: Sequence[int]) -> int | None:
    """The row that closes what the first of the rows opens, where it begins with that."""
    count = balance(body[rows[0]])
    if count <= 0:
        return None
    for row in rows[1:]:
        leading = _LEADING.match(body[row])
        if leading and count - len(leading[0].strip()) <= 0:
            # What is between stands deeper; brackets in a pattern or a string may have led astray.
            return row if row == rows[1] or _depth(body[rows[1]]) > _depth(body[row]) else None
        count += balance(body[row])
        if count <= 0:
            return None
    return None


def balance(line: bytes) -> int:
    """How many brackets the line opens and does not close."""
    code = _QUOTED.sub(b"", line)
    return sum(map(code.count, (b"(", b"[", b"{"))) - sum(map(code.count, (b")", b"]", b"}")))


def _depth(line: bytes) -> int:
    return len(indent_of(line).expandtabs(TAB))
