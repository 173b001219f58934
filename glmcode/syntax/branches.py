"""A C file as the preprocessor might leave it: a grammar reads all branches of a condition at once, a compiler one."""

import re

__all__ = ["branches"]

MOST = 6
_DIRECTIVE = re.compile(rb"[ \t]*#[ \t]*(if|el|endif)")


def branches(data: bytes) -> tuple[bytes, ...]:
    """The file with the first branch of every `#if`, then with the second (or the last, where it has fewer), and so on.

    The rest is blank lines, so that lines keep their numbers. Empty for a file whose conditions have one branch only,
    more than six, or don't match up.
    """
    rows = data.split(b"\n")
    words = [match.group(1) if (match := _DIRECTIVE.match(row)) else b"" for row in rows]
    if b"el" not in words:
        return ()
    sizes: list[int] = []
    open_ones: list[int] = []
    for word in words:
        if word == b"if":
            open_ones.append(len(sizes))
            sizes.append(1)
        elif word and not open_ones:
            return ()
        elif word == b"el":
            sizes[open_ones[-1]] += 1
        elif word:
            open_ones.pop()
    if open_ones or max(sizes) > MOST:
        return ()
    return tuple(_with_branch(rows, words, sizes, number) for number in range(max(sizes)))


def _with_branch(rows: list[bytes], words: list[bytes], sizes: list[int], number: int) -> bytes:
    out: list[bytes] = []
    passed = 0
    hidden = 0
    """How many of the conditions around are in a branch that goes."""
    at: list[tuple[int, int]] = []
    """For each condition around: the branch there, and the one that stays."""
    for row, word in zip(rows, words, strict=True):
        out.append(b"" if word or hidden else row)
        if word == b"if":
            at.append((0, min(number, sizes[passed] - 1)))
            passed += 1
            hidden += at[-1][0] != at[-1][1]
        elif word:
            here, stays = at.pop()
            hidden -= here != stays
            if word == b"el":
                at.append((here + 1, stays))
                hidden += here + 1 != stays
    return b"\n".join(out)
