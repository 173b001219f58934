"""Which lines of two runs are the same ones: linear on anything large, close to minimal on anything small.

Common ends are cut off; lines that stand once on each side anchor the rest (as patience diff does); what no anchor
splits is compared in full only where it is small, and taken as replaced where it is not.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

__all__ = ["Block", "changes", "matching_blocks"]

Block = tuple[int, int, int]
"""Lines a..a+n of the one are lines b..b+n of the other: (a, b, n)."""

SMALL = 4096
"""Blocks of at most this many pairs are compared in full."""
DEEPEST = 40
"""Anchors within anchors, at most: each depth reads every line once."""


def matching_blocks(old: Sequence[bytes], new: Sequence[bytes]) -> list[Block]:
    """Runs of equal lines, in order, adjacent ones joined; the last is (len(old), len(new), 0)."""
    found: list[Block] = []
    todo = [(0, len(old), 0, len(new), 0)]
    while todo:
        a, a_end, b, b_end, depth = todo.pop()
        head = 0
        while a + head < a_end and b + head < b_end and old[a + head] == new[b + head]:
            head += 1
        if head:
            found.append((a, b, head))
            a, b = a + head, b + head
        tail = 0
        while a < a_end - tail and b < b_end - tail and old[a_end - tail - 1] == new[b_end - tail - 1]:
            tail += 1
        if tail:
            a_end, b_end = a_end - tail, b_end - tail
            found.append((a_end, b_end, tail))
        if a == a_end or b == b_end:
            continue
        anchors = _anchors(old, new, a, a_end, b, b_end) if depth < DEEPEST else []
        if anchors:
            for at, bt in anchors:
                todo.append((a, at, b, bt, depth + 1))
                a, b = at, bt
            todo.append((a, a_end, b, b_end, depth + 1))
        elif (a_end - a) * (b_end - b) <= SMALL and not set(old[a:a_end]).isdisjoint(new[b:b_end]):
            from difflib import SequenceMatcher

            matcher = SequenceMatcher(None, old[a:a_end], new[b:b_end], autojunk=False)
            found.extend((a + i, b + j, n) for i, j, n in matcher.get_matching_blocks() if n)
    return _joined(sorted(found), len(old), len(new))


def changes(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[tuple[int, int, int, int]]:
    """What differs, in order: lines a..a_end of the old give way to lines b..b_end of the new."""
    a = b = 0
    for at, bt, n in matching_blocks(old, new):
        if a < at or b < bt:
            yield a, at, b, bt
        a, b = at + n, bt + n


def _anchors(
    old: Sequence[bytes], new: Sequence[bytes], a: int, a_end: int, b: int, b_end: int
) -> list[tuple[int, int]]:
    """Pairs of lines that stand once on each side, as many as rise together."""
    in_old, in_new = Counter(old[a:a_end]), Counter(new[b:b_end])
    places = {line: row for row, line in enumerate(new[b:b_end], b) if in_new[line] == 1 and in_old.get(line) == 1}
    if len(places) > 1:
        # A blank line may be any other one: it says where the others are only where nothing else does.
        places = {line: row for line, row in places.items() if line.strip()} or places
    if not places:
        return []
    pairs = [(row, places[line]) for row, line in enumerate(old[a:a_end], a) if line in places]
    # The longest rising run of the right-hand rows.
    tops: list[int] = []
    tops_at: list[int] = []
    before: list[int] = []
    for index, (_, row) in enumerate(pairs):
        pile = bisect_left(tops, row)
        before.append(tops_at[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(row)
            tops_at.append(index)
        else:
            tops[pile] = row
            tops_at[pile] = index
    rising = []
    index = tops_at[-1]
    while index >= 0:
        rising.append(pairs[index])
        index = before[index]
    return rising[::-1]


def _joined(blocks: list[Block], a_end: int, b_end: int) -> list[Block]:
    joined: list[Block] = []
    for a, b, n in blocks:
        if joined and joined[-1][0] + joined[-1][2] == a and joined[-1][1] + joined[-1][2] == b:
            joined[-1] = (joined[-1][0], joined[-1][1], joined[-1][2] + n)
        else:
            joined.append((a, b, n))
    joined.append((a_end, b_end, 0))
    return joined
