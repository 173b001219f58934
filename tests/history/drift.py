"""Plans as models drift from the file: of one change, a drifted plan of each kind, and what it may come to.

A drifted plan lands as the change that was meant, or is refused; anything else is wrong.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from glmcode.express import FileChange
from glmcode.express.quotes import Hunk, hunks, quotes, rows
from glmcode.express.tags import block

__all__ = ["Drifted", "drifted"]

CONTEXT = 3
_COMMENTS = (b"#", b"//", b"/*", b"*", b"--")

Line = tuple[bytes, int, int]
"""A line of a block, the row of the old that it is or -1, and the row of the new."""


@dataclass(frozen=True, slots=True)
class Drifted:
    kind: str
    plan: str
    before: bytes
    after: bytes | None
    """What the plan may make of `before`; None where it must be refused."""
    determined: bool = False
    """What it quotes still says what is meant: a refusal is safe, but not needed."""


def drifted(change: FileChange, chance: random.Random) -> Iterator[Drifted]:
    """One drifted plan of each kind that the change allows; none for a file that comes, goes or has odd line ends."""
    before, after = change.before, change.after
    if (
        before is None
        or after is None
        or b"\r" in before + after
        or not before.endswith(b"\n")
        or not after.endswith(b"\n")
    ):
        return
    old, new = rows(before), rows(after)
    found = quotes(old, new, hunks(old, new, CONTEXT), CONTEXT)
    if not all(any(line.strip() for line in old[one.a : one.a_end]) for one in found):
        return
    kinds: tuple[tuple[str, Callable[[list[Line]], list[Line]]], ...] = (
        (
            "trailing blanks",
            lambda lines: [(one + b"  " if chance.random() < 0.5 else one, a, b) for one, a, b in lines],
        ),
        ("blank lines left out", lambda lines: [one for one in lines if one[0].strip() or -1 in one[1:]]),
        ("comments left out", lambda lines: [one for one in lines if not _is_comment(one[0]) or -1 in one[1:]]),
        ("a level deeper", lambda lines: [(b"    " + one if one.strip() else one, a, b) for one, a, b in lines]),
        ("a level less", _flatter),
    )
    for kind, drift in kinds:
        blocks = [_lines(old, new, one) for one in found]
        moved = [_only_quoted(drift(lines)) if kind == "trailing blanks" else drift(lines) for lines in blocks]
        if moved != blocks and all(any(a >= 0 and one.strip() for one, a, _ in lines) for lines in moved):
            yield Drifted(kind, _plan(change.path, moved), before, after, determined=True)
    plain = _plan(change.path, [_lines(old, new, one) for one in found])
    yield from _stale(old, new, found, plain, chance)
    if len(found) == 1:
        only = found[0]
        twice = before + b"".join(line + b"\n" for line in old[only.a : only.a_end])
        yield Drifted("the quote stands twice", plain, twice, None)


def _lines(old: Sequence[bytes], new: Sequence[bytes], quote: Hunk) -> list[Line]:
    """The block's lines: old ones that go, new ones that come, and those of both."""
    out: list[Line] = []
    row, shift = quote.a, quote.b
    ours, theirs = old[quote.a : quote.a_end], new[quote.b : quote.b_end]
    for one in hunks(ours, theirs):
        out += [(old[at], at, shift + at - row) for at in range(row, quote.a + one.a)]
        out += [(old[at], at, -1) for at in range(quote.a + one.a, quote.a + one.a_end)]
        out += [(new[at], -1, at) for at in range(quote.b + one.b, quote.b + one.b_end)]
        row, shift = quote.a + one.a_end, quote.b + one.b_end
    out += [(old[at], at, shift + at - row) for at in range(row, quote.a_end)]
    return out


def _plan(path: str, blocks: Sequence[Sequence[Line]]) -> str:
    parts = []
    for lines in blocks:
        ours, theirs = [one for one, a, _ in lines if a >= 0], [one for one, _, b in lines if b >= 0]
        parts.append(
            block(
                *(b"".join(line + b"\n" for line in side).decode("utf-8", "surrogateescape") for side in (ours, theirs))
            )
        )
    return f'<edit path="{path}">\n{"".join(parts)}</edit>\n'


def _only_quoted(lines: list[Line]) -> list[Line]:
    """Lines that only come are as the change has them."""
    return [(one[:-2] if a < 0 and one.endswith(b"  ") else one, a, b) for one, a, b in lines]


def _flatter(lines: list[Line]) -> list[Line]:
    bare = [one for one, _, _ in lines if one.strip()]
    for unit in (b"    ", b"  ", b"\t"):
        if bare and all(one.startswith(unit) for one in bare):
            return [(one.removeprefix(unit) if one.strip() else one, a, b) for one, a, b in lines]
    return lines


def _is_comment(line: bytes) -> bool:
    return line.lstrip().startswith(_COMMENTS)


def _stale(
    old: Sequence[bytes], new: Sequence[bytes], found: Sequence[Hunk], plan: str, chance: random.Random
) -> Iterator[Drifted]:
    """The file has moved on under the plan: in a line that the plan changes, or in one that it only quotes."""
    gone = [row for one in found for line, row, b in _lines(old, new, one) if row >= 0 and b < 0 and _words(line)]
    if gone:
        row = chance.choice(gone)
        yield Drifted("a stale line that goes", plan, _ended([*old[:row], _newer(old[row]), *old[row + 1 :]]), None)
    kept = [(a, b) for one in found for line, a, b in _lines(old, new, one) if a >= 0 and b >= 0 and _words(line)]
    if kept:
        a, b = chance.choice(kept)
        before = _ended([*old[:a], _newer(old[a]), *old[a + 1 :]])
        yield Drifted("a stale line of the context", plan, before, _ended([*new[:b], _newer(new[b]), *new[b + 1 :]]))


def _words(line: bytes) -> bool:
    return sum(byte in b"abcdefghijklmnopqrstuvwxyz" for byte in line) >= 4


def _newer(line: bytes) -> bytes:
    """The line with one word changed: spacing would not be a change."""
    at = next(at for at in range(len(line) - 1, -1, -1) if line[at : at + 1].isalpha())
    return line[: at + 1] + b"_newer" + line[at + 1 :]


def _ended(lines: Sequence[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)
