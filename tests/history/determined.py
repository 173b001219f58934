"""Whether a drifted quote still determines its change: worked out here line by line, with none of the engine's code.

It does where three things hold:

1. *One place.* The quoted lines stand in exactly one place of the file, read by the rule of the drift: with indentation
   aside for a shifted quote, without comments where those were left out, and so on. Where the file's own context differs
   (a stale line), the true place has fewer lines that differ than any other, by two and by a fifth of the quote.
2. *Lines that go stand as quoted*, spacing aside.
3. *New lines have one place to go.* The rows around every change, as far as the same change could be told higher or
   lower, stand one below the other in the file: nothing that the quote left out is among them.

A plan whose change is not determined may be refused; if it lands, it must still land as it was meant.
"""

from collections.abc import Callable, Sequence

from tests.history.block import Told

__all__ = ["Key", "is_determined", "is_solid", "stands_as_quoted", "stands_once", "stands_once_unbroken", "stripped"]

Key = Callable[[bytes], bytes | None]
"""A line by the rule of a drift; None for one that the rule passes over."""


def stripped(line: bytes) -> bytes:
    return b" ".join(line.split())


def is_determined(lines: Sequence[Told], base: Sequence[bytes], key: Key = stripped, differ: int = 0) -> bool:
    """Whether the block's change is determined; at most `differ` quoted lines stand otherwise in the file."""
    quoted = [one.old for one in lines if one.old is not None]
    return stands_as_quoted(lines, base) and stands_once(quoted, base, key, differ) and is_solid(lines)


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
