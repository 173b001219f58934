"""Plans that are older or newer than the file: what three versions of it say should become of them.

The truth is worked out by lines, without the engine: a change goes where the lines that it drops stand one below the
other, or for new lines alone where the two lines around them do; what stands there already stays.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from glmcode.express import FileChange
from glmcode.express.quotes import hunks, rows
from glmcode.express.tags import block as written
from tests.history.block import Block, blocks, native, search_replace, text
from tests.history.determined import stands_once
from tests.history.drift import Drifted, ended

__all__ = ["stale"]

CONTEXT = 3


def stale(path: str, before: bytes, amid: bytes, after: bytes) -> Iterator[Drifted]:
    """Of three versions of a file, plans of each step on a version that they were not written for."""
    first, second = FileChange(path, before, amid), FileChange(path, amid, after)
    for kind, change, stands in (
        ("a quote of the next version", second, before),
        ("a plan on a file that went on", first, after),
        ("a plan on a file that has it", second, after),
    ):
        if b"\r" in before + amid + after:
            return
        for block in blocks(change):
            if not any((one.old or one.new or b"").strip() for one in block.lines if not one.stays):
                continue  # blank lines are added as often as that is asked for
            there = _brought(
                block, rows(change.before or b""), rows(change.after or b""), rows(stands), stands.endswith(b"\n")
            )
            if there is not None:
                yield Drifted(kind, path, native(path, search_replace(block.lines)), stands, there, determined=True)
    yield from _overlapping(second)


def _brought(
    block: Block, old: Sequence[bytes], new: Sequence[bytes], stands: Sequence[bytes], is_ended: bool
) -> bytes | None:
    """The file with the block's change; None where it is not determined."""
    ours, theirs = _mapped(old, stands), _mapped(new, stands)
    quoted = [one.old for one in block.lines if one.old is not None]
    # Rows of the base are rows of the new down to the block, and rows of the old from there on.
    a, b = block.first - (len(block.base) - len(old)), block.first
    given = [one.new for one in block.lines if one.new is not None]
    at = _only_place(quoted, stands)
    if at is not None:
        return ended([*stands[:at], *given, *stands[at + len(quoted) :]])[: None if is_ended else -1]
    if max(_places_like(quoted, stands), _places_like(given, stands)) > 1:
        return None
    whole = [theirs.get(row) for row in range(b, b + len(given))]
    stays = any(
        _stands_in(quoted[hunk.a : hunk.a_end], stands)
        or any(ours.get(a + line) is not None for line in range(hunk.a, hunk.a_end))
        for hunk in hunks(quoted, given)
    )
    if _run(whole) and not stays:
        return ended(stands)[: None if is_ended else -1]
    kept = {ours.get(row) for row in range(a, a + len(quoted))}
    cuts: list[tuple[int, int, list[bytes]]] = []
    for hunk in hunks(quoted, given):
        lines = given[hunk.b : hunk.b_end]
        rows_there = [ours.get(row) for row in range(a + hunk.a, a + hunk.a_end)]
        made = [theirs.get(row) for row in range(b + hunk.b, b + hunk.b_end)]
        around = ours.get(a + hunk.a - 1), ours.get(a + hunk.a_end)
        if rows_there and _run(rows_there) and not (made and _run(made)):
            start = rows_there[0]
            assert start is not None
            cuts.append((start, start + len(rows_there), lines))
        elif made and _run(made) and not any(row is not None for row in rows_there):
            if _stands_in(quoted[hunk.a : hunk.a_end], stands) or not kept.isdisjoint(made):
                return (
                    None  # what goes is there still, or what comes is like a line that stays: which of the two is it?
                )
        elif not rows_there and not any(row is not None for row in made) and _run(around):
            assert around[1] is not None
            cuts.append((around[1], around[1], lines))
        else:
            return None
    out = list(stands)
    for start, end, lines in reversed(cuts):
        out[start:end] = lines
    return ended(out)[: None if is_ended else -1]


def _only_place(quoted: Sequence[bytes], stands: Sequence[bytes]) -> int | None:
    """Where the quote stands line for line, if in one place: there the plan is as good as on its own file."""
    size = len(quoted)
    found = [at for at in range(len(stands) - size + 1) if list(stands[at : at + size]) == list(quoted)]
    return found[0] if len(found) == 1 else None


def _stands_in(lines: Sequence[bytes], stands: Sequence[bytes]) -> bool:
    """Whether the lines, if they say anything, stand somewhere one below the other."""
    telling = any(len(line.strip()) > 2 for line in lines)
    return telling and b"\n".join([b"", *lines, b""]) in b"\n".join([b"", *stands, b""])


def _places_like(lines: Sequence[bytes], stands: Sequence[bytes]) -> int:
    """In how many places half of the lines stand as they do here."""
    size = len(lines)
    offsets = range(1 - size, len(stands))
    solid = [(at, line) for at, line in enumerate(lines) if len(line.strip()) > 2]
    same = [
        sum(1 for at, line in solid if stands[start + at : start + at + 1] == [line] and start + at >= 0)
        for start in offsets
    ]
    return sum(2 * one >= len(solid) for one in same)


def _run(found: Sequence[int | None]) -> bool:
    known = [row for row in found if row is not None]
    return 0 < len(known) == len(found) and known == list(range(known[0], known[0] + len(known)))


def _mapped(old: Sequence[bytes], stands: Sequence[bytes]) -> dict[int, int]:
    matcher = SequenceMatcher(None, old, stands, autojunk=False)
    return {a + n: b + n for a, b, size in matcher.get_matching_blocks() for n in range(size)}


def _overlapping(change: FileChange) -> Iterator[Drifted]:
    """Two neighbouring changes as blocks whose context holds the other, as it was before the plan and as it is behind it."""
    assert change.before is not None
    assert change.after is not None
    old, new = rows(change.before), rows(change.after)
    if not change.before.endswith(b"\n") or not change.after.endswith(b"\n"):
        return
    found = hunks(old, new)
    for upper, lower in pairwise(found):
        if not 1 <= lower.a - upper.a_end < CONTEXT or not old[upper.a : upper.a_end] or not old[lower.a : lower.a_end]:
            continue
        stands = [*new[: upper.b], *old[upper.a :]]
        target = ended([*new[: lower.b_end], *old[lower.a_end :]])
        top, bottom = new[max(0, upper.b - CONTEXT) : upper.b], old[lower.a_end : lower.a_end + CONTEXT]
        above, below = (
            (old[upper.a : upper.a_end], new[upper.b : upper.b_end]),
            (old[lower.a : lower.a_end], new[lower.b : lower.b_end]),
        )
        between = old[upper.a_end : lower.a]
        if not all(stands_once(one, stands) for one in ([*top, *above[0], *between], [*between, *below[0], *bottom])):
            continue
        for kind, plan in (
            (
                "blocks that quote the file before the plan",
                _block(top, above, [*between, *below[0]]) + _block([*above[0], *between], below, bottom),
            ),
            (
                "blocks that quote the file behind the plan",
                _block(top, above, [*between, *below[1]]) + _block([*above[1], *between], below, bottom),
            ),
            (
                "blocks from below, each quoting what stands",
                _block([*above[0], *between], below, bottom) + _block(top, above, [*between, *below[1]]),
            ),
        ):
            yield Drifted(kind, change.path, native(change.path, plan), ended(stands), target)


def _block(upper: Sequence[bytes], change: tuple[Sequence[bytes], Sequence[bytes]], lower: Sequence[bytes]) -> str:
    return written(*(text([*upper, *side, *lower]) for side in change))
