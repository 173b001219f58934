"""One block of a change, line by line: what a plan quotes and gives, and which row of the file each quoted line is."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from glmcode.express import FileChange
from glmcode.express.quotes import Hunk, hunks, quotes, rows
from glmcode.express.tags import block

__all__ = ["Block", "Told", "blocks", "call", "native", "search_replace", "sides", "text"]

CONTEXT = 3


@dataclass(frozen=True, slots=True)
class Told:
    """One line as a block tells it: on both sides, or on one of them, where the other is None."""

    old: bytes | None
    new: bytes | None
    row: int | None = None
    """The row of the file that it quotes; None for a line that comes, or one that the file does not hold."""

    @property
    def stays(self) -> bool:
        return self.old is not None and self.new is not None


@dataclass(frozen=True, slots=True)
class Block:
    path: str
    base: tuple[bytes, ...]
    """The file's lines when the block's turn comes: what blocks above it did is done."""
    lines: tuple[Told, ...]
    target: tuple[bytes, ...]
    """The file's lines with this block's change made."""

    @property
    def first(self) -> int:
        return next(one.row for one in self.lines if one.row is not None)

    def kept(self) -> list[int]:
        """Which of its lines stay, those that say something."""
        return [at for at, one in enumerate(self.lines) if one.stays and one.old is not None and one.old.strip()]


def blocks(change: FileChange, context: int = CONTEXT) -> Iterator[Block]:
    """The blocks of a change; none for a file that comes, goes or has odd line ends, nor one that quotes only blanks."""
    before, after = change.before, change.after
    if before is None or after is None or b"\r" in before + after:
        return
    if not before.endswith(b"\n") or not after.endswith(b"\n"):
        return
    old, new = rows(before), rows(after)
    for quote in quotes(old, new, hunks(old, new, context), context):
        if any(line.strip() for line in old[quote.a : quote.a_end]):
            yield _block(change.path, old, new, quote)


def _block(path: str, old: Sequence[bytes], new: Sequence[bytes], quote: Hunk) -> Block:
    base = (*new[: quote.b], *old[quote.a :])
    target = (*new[: quote.b_end], *old[quote.a_end :])
    ours, theirs = old[quote.a : quote.a_end], new[quote.b : quote.b_end]
    out: list[Told] = []
    done = 0
    for one in hunks(ours, theirs):
        out += [Told(ours[at], ours[at], quote.b + at) for at in range(done, one.a)]
        out += [Told(ours[at], None, quote.b + at) for at in range(one.a, one.a_end)]
        out += [Told(None, line) for line in theirs[one.b : one.b_end]]
        done = one.a_end
    out += [Told(ours[at], ours[at], quote.b + at) for at in range(done, len(ours))]
    return Block(path, base, tuple(out), target)


def sides(lines: Sequence[Told]) -> tuple[list[bytes], list[bytes]]:
    """What is quoted, and what is given."""
    return [one.old for one in lines if one.old is not None], [one.new for one in lines if one.new is not None]


def text(lines: Sequence[bytes]) -> str:
    return b"".join(line + b"\n" for line in lines).decode("utf-8", "surrogateescape")


def search_replace(lines: Sequence[Told]) -> str:
    """The bare block."""
    ours, theirs = sides(lines)
    return block(text(ours), text(theirs))


def native(path: str, body: str) -> str:
    return f'<edit path="{path}">\n{body}</edit>\n'


def call(path: str, old: str, new: str) -> str:
    return json.dumps({"path": path, "old_string": old, "new_string": new}) + "\n"
