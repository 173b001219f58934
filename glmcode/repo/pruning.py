"""Keeping the journal within its bounds: what is oldest goes first, what waits to be finished never does."""

import contextlib
import os
import re
import time
from dataclasses import dataclass

from glmcode.errors import GlmcodeError
from glmcode.repo import record as records
from glmcode.repo.folder import failure
from glmcode.repo.options import JournalBounds

__all__ = ["Freed", "freed", "prune", "remove_leftovers"]

_LEFTOVER = re.compile(rf"(\d{{8}})\.(tmp|{'|'.join(map(re.escape, records.BESIDE))})", re.ASCII)
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Freed:
    """What went, or would go."""

    landings: int
    bytes: int
    kept_landings: int
    kept_bytes: int
    waiting: int
    """Landings that were cut off, in any tree of the repository. They stay."""
    leftovers: int
    """Files that killed processes had left in the journal."""


def prune(folder: str, bounds: JournalBounds) -> None:
    """After a landing: old ones go. Failing to tidy is no failure."""
    with contextlib.suppress(GlmcodeError, OSError):
        freed(folder, bounds)


def freed(folder: str, bounds: JournalBounds, *, dry_run: bool = False) -> Freed:
    """Removes what is out of bounds; with `dry_run` only says what that would be. Raises GlmcodeError where the
    disk refuses.

    Records go from the oldest on, so that what was taken back later never seems to stand. The newest landing stays
    however large and old it is, so that it can be undone, unless no landing at all is to be kept.
    """
    found = [_kept(folder, number, phase) for number, phase in records.listed(folder)]
    done = [one for one in found if one.phase != "pending"]
    gone = done[: len(done) - _in_bounds(done, bounds)]
    stay = [one for one in found if one not in gone]
    leftovers = _leftovers(folder)
    if not dry_run:
        _remove([one.path for one in gone])
        _remove(leftovers)
        remove_leftovers(folder)  # what stood beside the records that went
    return Freed(
        sum(one.phase == "done" for one in gone),
        sum(one.size for one in gone),
        sum(one.phase == "done" for one in stay),
        sum(one.size for one in stay),
        sum(one.phase == "pending" for one in stay),
        len(leftovers),
    )


def remove_leftovers(folder: str) -> None:
    """What killed processes left in the journal: a record that was not yet one. Failing to tidy is no failure."""
    for path in _leftovers(folder):
        with contextlib.suppress(OSError):
            os.unlink(path)


def _remove(paths: list[str]) -> None:
    for path in paths:
        try:
            os.unlink(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise failure(error, path, "remove") from error


def _leftovers(folder: str) -> list[str]:
    known = {number for number, _ in records.listed(folder)}
    try:
        names = os.listdir(folder)
    except OSError:  # no journal yet
        return []
    return [
        os.path.join(folder, name)
        for name in names
        if (match := _LEFTOVER.fullmatch(name)) and (match[2] == "tmp" or match[1] not in known)
    ]


@dataclass(frozen=True, slots=True)
class _Kept:
    path: str
    phase: records.Phase
    size: int
    time: float


def _kept(folder: str, number: str, phase: records.Phase) -> _Kept:
    path = os.path.join(folder, f"{number}.{phase}")
    try:
        found = os.lstat(path)
    except FileNotFoundError:  # it ended meanwhile
        return _Kept(path, phase, 0, time.time())
    return _Kept(path, phase, found.st_size, found.st_mtime)


def _in_bounds(done: list[_Kept], bounds: JournalBounds) -> int:
    """How many of the newest records stay."""
    oldest = time.time() - bounds.days * _DAY
    landings = total = 0
    for count, one in enumerate(reversed(done)):
        newer, landings = landings, landings + (one.phase == "done")
        total += one.size
        beyond = total > bounds.megabytes << 20 or one.time < oldest
        if not bounds.landings or landings > bounds.landings or (beyond and newer):
            return count
    return len(done)
