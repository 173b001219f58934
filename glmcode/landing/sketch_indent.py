"""The indentation of a sketch, made that of the file: as a whole, as a definition's, and of lines that are flush left alone."""

import re
from collections.abc import Iterable, Sequence
from math import gcd

from glmcode.landing.body import shift_of
from glmcode.landing.sketch_lines import TAB, indent_of, opens
from glmcode.landing.text import Text
from glmcode.plan.sketch import elides

__all__ = ["indented_alike", "placed", "realigned"]

_QUOTED = re.compile(rb"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`[^`\n]*`|//.*|#.*")
_LEADING = re.compile(rb"\s*[\])}]+")


def placed(body: Sequence[bytes], stands: Sequence[bytes], indents: Iterable[bytes]) -> list[bytes]:
    """The body of a definition's sketch where most of its lines stand as the definition has them: as it is, or with its
    least indented line where the definition begins, or where its members do."""
    told = [line for line in body if line.strip() and not elides(line.decode("utf-8", "replace"))]
    own = {(line.strip(), indent_of(line)) for line in stands}
    base = min((indent_of(line) for line in told), key=len, default=b"")
    ways = [list(body)]
    for indent in indents:
        shift = shift_of([base + b"x", *told], indent, stands)
        ways.append([line if (moved := shift(line)) is None else moved for line in body])
    return max(ways, key=lambda way: sum((line.strip(), indent_of(line)) in own for line in way if line.strip()))


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
            below is None or _depth(below) >= len(stands.expandtabs(TAB)) + opens(line.strip())
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
    balance = _balance(body[rows[0]])
    if balance <= 0:
        return None
    for row in rows[1:]:
        leading = _LEADING.match(body[row])
        if leading and balance - len(leading[0].strip()) <= 0:
            return row
        balance += _balance(body[row])
        if balance <= 0:
            return None
    return None


def _balance(line: bytes) -> int:
    """How many brackets the line opens and does not close."""
    code = _QUOTED.sub(b"", line)
    return sum(map(code.count, (b"(", b"[", b"{"))) - sum(map(code.count, (b")", b"]", b"}")))


def _depth(line: bytes) -> int:
    return len(indent_of(line).expandtabs(TAB))
