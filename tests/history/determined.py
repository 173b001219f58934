"""Whether a drifted quote still determines its change: worked out here line by line, with none of the engine's code.

It does where three things hold:

1. *One place.* The quoted lines stand in exactly one place of the file, read by the rule of the drift: with indentation
   aside for a shifted quote, without comments where those were left out, and so on. Where lines differ (a stale line, one
   left out), no other place holds as many of the quote's lines in order, but for two and a fifth of them; where blank lines
   or comments are left out, none holds the quote line for line but for one.
2. *Lines that go stand as quoted*, spacing aside.
3. *New lines have one place to go.* The rows around every change, as far as the same change could be told higher or
   lower, stand one below the other in the file: nothing that the quote left out is among them.

A plan whose change is not determined may be refused; if it lands, it must still land as it was meant.
"""

from collections.abc import Callable, Sequence

from tests.history.block import Told

__all__ = [
    "Key",
    "has_rival",
    "is_determined",
    "is_solid",
    "rows_of",
    "stands_as_quoted",
    "stands_but_for_one",
    "stands_once",
    "stands_once_unbroken",
    "stripped",
]

Key = Callable[[bytes], bytes | None]
"""A line by the rule of a drift; None for one that the rule passes over."""


def stripped(line: bytes) -> bytes:
    return b" ".join(line.split())


def is_determined(lines: Sequence[Told], base: Sequence[bytes], key: Key = stripped, differ: int = 0) -> bool:
    """Whether the block's change is determined; at most `differ` quoted lines stand otherwise in the file."""
    quoted = [one.old for one in lines if one.old is not None]
    if differ and has_rival(quoted, base, rows_of(lines), differ):
        return False
    return stands_as_quoted(lines, base) and stands_once(quoted, base, key, differ) and is_solid(lines)


def rows_of(lines: Sequence[Told]) -> range:
    """The rows of the file from the first quoted one to the last."""
    rows = [one.row for one in lines if one.row is not None]
    return range(min(rows), max(rows) + 1)


def has_rival(quoted: Sequence[bytes], base: Sequence[bytes], own: range, differ: int) -> bool:
    """Whether too many lines differ, or another place than the quote's own holds nearly as many of its lines, in order."""
    ours = [stripped(line) for line in quoted if line.strip()]
    least = len(ours) - differ - max(2, len(ours) // 5)
    if differ * 4 > len(ours):
        return True
    wanted = set(ours)
    for part in (base[: own.start], base[own.stop :]):
        rows = [(row, line) for row, line in enumerate(map(stripped, part)) if line in wanted]
        for at, (first, _) in enumerate(rows):
            near = [line for row, line in rows[at : at + 2 * len(ours)] if row < first + len(quoted) + len(ours) // 2]
            if len(near) >= least and _in_order(ours, near) >= least:
                return True
    return False


def _in_order(ours: Sequence[bytes], theirs: Sequence[bytes]) -> int:
    """How many lines both have, in the same order."""
    best = [0] * (len(theirs) + 1)
    for line in ours:
        diagonal = 0
        for at, other in enumerate(theirs, 1):
            diagonal, best[at] = best[at], diagonal + 1 if line == other else max(best[at], best[at - 1])
    return best[-1]


def stands_but_for_one(quoted: Sequence[bytes], base: Sequence[bytes], own: range) -> bool:
    """Whether the quote stands line for line in another place than its own, but for one line at most."""
    ours, theirs = list(map(stripped, quoted)), list(map(stripped, base))
    for at in range(len(theirs) - len(ours) + 1):
        if min(at + len(ours), own.stop) - max(at, own.start) > len(ours) // 2:
            continue
        if sum(line != there for line, there in zip(ours, theirs[at:], strict=False)) <= 1:
            return True
    return False


def stands_as_quoted(lines: Sequence[Told], base: Sequence[bytes]) -> bool:
    """Whether every line that goes stands there, spacing aside."""
    return all(
        one.row is not None and stripped(one.old) == stripped(base[one.row])
        for one in lines
        if one.old is not None and one.new is None and one.old.strip()
    )


def stands_once_unbroken(quoted: Sequence[bytes], base: Sequence[bytes]) -> bool:
    """Whether the quote stands in one place alone, wherever its lines are broken."""
    needle = b"".join(b"".join(quoted).split())
    starts, size = [], 0
    for line in base:
        starts.append(size)
        size += len(b"".join(line.split()))
    hay = b"".join(b"".join(base).split())
    return len(needle) > 0 and len({at for at in starts if hay.startswith(needle, at)}) == 1


def stands_once(quoted: Sequence[bytes], base: Sequence[bytes], key: Key = stripped, differ: int = 0) -> bool:
    """Whether the quote stands in one place of the file alone, read by the rule."""
    ours = [made for line in quoted if (made := key(line)) is not None]
    theirs = [made for line in base if (made := key(line)) is not None]
    size = len(ours)
    if not any(ours) or differ * 4 > size:
        return False
    margin = differ + max(2, size // 5) if differ else 0
    found = 0
    for at in range(len(theirs) - size + 1):
        off = 0
        for one, other in zip(ours, theirs[at : at + size], strict=True):
            off += one != other
            if off > margin:
                break
        else:
            found += 1
    return found == 1


def is_solid(lines: Sequence[Told]) -> bool:
    """Whether the rows around every change stand one below the other."""
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and not lines[end].stays:
            end += 1
        if end == at:
            at += 1
            continue
        up, down = _slack(lines, at, end)
        around = [one.row for one in lines[max(0, at - up - 1) : end + down + 1] if one.old is not None]
        if any(row is None for row in around):
            return False
        known = list(dict.fromkeys(row for row in around if row is not None))
        if not known or known != list(range(known[0], known[0] + len(known))):
            return False
        at = end
    return True


def _slack(lines: Sequence[Told], at: int, end: int) -> tuple[int, int]:
    """How many lines higher and lower the same pure insertion or deletion could be told."""
    run = lines[at:end]
    if len({one.old is None for one in run}) > 1:
        return 0, 0
    body = [one.new if one.old is None else one.old for one in run]
    up = 0
    while at - up > 0 and lines[at - up - 1].stays and lines[at - up - 1].old == body[-1 - up % len(body)]:
        up += 1
    down = 0
    while end + down < len(lines) and lines[end + down].stays and lines[end + down].old == body[down % len(body)]:
        down += 1
    return up, down
