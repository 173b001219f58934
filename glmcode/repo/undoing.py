"""Taking landings back and bringing them again, many at once if wanted, by what each file holds.

Both are landings like any other, with a record of their own: all or nothing, whatever happens. What stands is told by the
newest record that speaks of a landing. A new landing ends the line of those that can be brought again, as in an editor.
"""

import contextlib
import itertools
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo import follow
from glmcode.repo import record as records
from glmcode.repo.disk import LINK, Belongings, Entry, permissions_for
from glmcode.repo.exchange import Content, State, digest, is_as
from glmcode.repo.folder import Folder, remove_empty_parents, shown
from glmcode.repo.journal import blobs, carrying, draft, journal_folder, opened
from glmcode.repo.options import JournalBounds
from glmcode.repo.pruning import prune
from glmcode.repo.record import Record
from glmcode.repo.settle import conflict, look

__all__ = ["Moved", "Past", "past", "redo", "standing", "undo"]

Stand: TypeAlias = Literal["stands", "undone", "ended"]


@dataclass(frozen=True, slots=True)
class Moved:
    """Landings that were taken back or brought again."""

    landings: tuple[str, ...]
    """Their ids, in the order in which it was done."""
    restored: tuple[str, ...]
    """Files that hold again what they held on the other side, sorted."""
    removed: tuple[str, ...]
    """Files that are gone again, sorted."""
    left: tuple[str, ...]
    """Files that were changed since, which are left as they are; sorted. None but with `partial`."""
    commit: str = ""
    """The commit that reverts the landing's, where that was a commit; the files are its."""


@dataclass(frozen=True, slots=True)
class Past:
    """What can be taken back and brought again, the next one first each."""

    standing: tuple[Record, ...]
    undone: tuple[Record, ...]
    ended: tuple[Record, ...]
    """Taken back, and then a new landing came: they can't be brought again. The newest first."""


def undo(
    root: str, steps: int = 1, *, to: int | None = None, partial: bool = False, bounds: JournalBounds | None = None
) -> Moved:
    """Takes the last landings on this root back that still stand, as many as `steps`, or all after the one numbered `to`.

    All of them durably, or nothing. One that is a commit is taken back by a commit that reverts it (`revert`). With `partial` the files that were changed since are left as they are, else they
    stop it. Raises GlmcodeError: exit 2 where there are not so many, exit 5 where a file no longer holds what the landing
    left (all are named, none is touched), exit 4 where the disk refuses.
    """
    with opened(root) as (folder, top):
        line = standing(folder, root)
        if to is None:
            chosen = list(itertools.islice(line, steps))
        else:
            chosen = list(itertools.takewhile(lambda one: int(one.id) > to, line))
            _refuse_unknown(to, [0, *(int(one.id) for one in standing(folder, root))], "stands")
        _refuse_too_few(chosen, steps if to is None else 1, "undo", "taken back")
        commits = [one for one in chosen if follow.awaits(one)]
        if len(chosen) > 1 or not commits:
            _refuse_commits(commits, "glmcode undo takes it back by a commit that reverts it, one landing at a time")
            moved = _move(folder, top, root, chosen, "undo", partial)
            if bounds is not None:
                prune(folder, bounds)
            return moved
    from glmcode.repo.revert import revert

    made, restored, removed = revert(root, commits[0])  # it opens the journal itself
    return Moved((commits[0].id,), restored, removed, (), made)


def redo(
    root: str, steps: int = 1, *, to: int | None = None, partial: bool = False, bounds: JournalBounds | None = None
) -> Moved:
    """Brings landings again that were taken back, the last one first, as many as `steps`, or all up to the one numbered
    `to`. Raises as `undo` does."""
    with opened(root) as (folder, top):
        line = _undone(folder, root)
        chosen = line[:steps] if to is None else [one for one in line if int(one.id) <= to]
        if to is not None:
            _refuse_unknown(to, [int(one.id) for one in line], "was taken back")
        _refuse_too_few(chosen, steps if to is None else 1, "redo", "brought again")
        _refuse_commits(chosen, "git revert of the commit that took it back brings it again: git log shows it")
        moved = _move(folder, top, root, chosen, "redo", partial)
        with contextlib.suppress(GlmcodeError, OSError):  # failing to tidy is no failure
            _tidy(folder, root)
        if bounds is not None:
            prune(folder, bounds)
        return moved


def past(root: str) -> Past:
    """All of it. Raises GlmcodeError where a record can't be read."""
    folder = journal_folder(root)
    told = list(_told(folder, root))
    return Past(
        tuple(record for record, stand in told if stand == "stands"),
        tuple(_undone(folder, root)),
        tuple(record for record, stand in told if stand == "ended"),
    )


def standing(folder: str, root: str) -> Iterator[Record]:
    """The landings on this root that stand, the newest first."""
    return (record for record, stand in _told(folder, root) if stand == "stands")


def _undone(folder: str, root: str) -> list[Record]:
    """The landings that can be brought again, the last one that was taken back first."""
    line = itertools.takewhile(lambda one: one[1] != "stands", _told(folder, root))
    return sorted((record for record, stand in line if stand == "undone"), key=lambda record: record.id)


def _told(folder: str, root: str) -> Iterator[tuple[Record, Stand]]:
    """Every landing on this root and what became of it, the newest first. Reads only as far as it is asked."""
    told: dict[str, Stand] = {}
    landed_since = False
    for number, phase in reversed(records.listed(folder)):
        if phase == "pending":
            continue
        record = records.load(folder, number, phase)
        if record.root != os.path.realpath(root):
            continue
        if record.kind == "done":
            landed_since = True
            yield record, told.get(record.id, "stands")
        else:
            stand: Stand = "stands" if record.kind == "redo" else "ended" if landed_since else "undone"
            told = {**dict.fromkeys(record.of, stand), **told}


def _refuse_too_few(chosen: Sequence[Record], steps: int, verb: str, done: str) -> None:
    if chosen and len(chosen) >= steps:
        return
    if not chosen:
        raise GlmcodeError(f"nothing to {verb} here", hint=f"glmcode {verb} --list shows what is kept")
    raise GlmcodeError(
        f"only {len(chosen)} landing{'s' if len(chosen) != 1 else ''} can be {done}, not {steps}",
        hint=f"glmcode {verb} --list shows what is kept",
    )


def _refuse_unknown(number: int, known: Sequence[int], what: str) -> None:
    if number not in known:
        raise GlmcodeError(
            f"there is no landing {number} here that {what}", hint="glmcode undo --list shows what is kept"
        )


def _refuse_commits(chosen: Sequence[Record], hint: str) -> None:
    """A landing that is a commit is not moved by its files alone."""
    for record in chosen:
        if follow.awaits(record):
            commit = (follow.commit_of(record) or "")[:12]
            what = (
                f"landing {int(record.id)} is the commit {commit}"
                if commit
                else f"landing {int(record.id)} is committed"
            )
            raise GlmcodeError(what, exit_code=Exit.CONFLICT, hint=hint)


def _move(folder: str, top: Folder, root: str, chosen: Sequence[Record], kind: records.Kind, partial: bool) -> Moved:
    """Takes the chosen landings to their other side, one after the other, in one landing."""
    ways = _ways(top, chosen, back=kind == "undo")
    left = sorted(way.path for way in ways if way.moved)
    if left and not partial:
        hint = f"take your own change of it back first, or leave it as it is: glmcode {kind} --partial"
        raise conflict(left, "since the landing", hint)
    free = [way for way in ways if not way.moved]
    wanted = {way.path: way.end for way in free if not _is_there(way)}
    contents = _contents(folder, root, wanted, chosen)
    entries = {way.path: way.entry for way in free}
    goals = {path: _content(entries[path], state, contents) for path, state in wanted.items()}
    made, emptied = _folders_between(chosen, back=kind == "undo")
    note = follow.index_note(chosen, left, back=kind == "undo")
    plan = draft(folder, top, root, entries, goals, kind=kind, of=tuple(one.id for one in chosen), note=note)
    plan = replace(
        plan,
        made={name: made.get(name) for name in plan.made},
        folders={name: bits for name, bits in plan.folders.items() if name in emptied},
    )
    with carrying(top, plan, entries, goals):
        pass
    for way in free:
        if way.end is None:
            remove_empty_parents(top, way.path, frozenset(emptied))
    return Moved(
        plan.of,
        tuple(sorted(way.path for way in free if way.end is not None)),
        tuple(sorted(way.path for way in free if way.end is None)),
        tuple(left),
    )


@dataclass(frozen=True, slots=True)
class _Way:
    """What one file holds, and what it comes to on the other side of the landings."""

    path: str
    entry: Entry | None
    moved: bool
    """It holds neither what the landing left nor what the other side has, or did so between two of them."""
    end: State | None


def _ways(top: Folder, chosen: Sequence[Record], *, back: bool) -> list[_Way]:
    ways: dict[str, _Way] = {}
    for change in (change for record in chosen for change in record.changes):
        here, there = (change.after, change.before) if back else (change.before, change.after)
        way = ways.get(change.path)
        if way is None:
            entry, refused = look(top, change.path)
            way = _Way(change.path, entry, refused, None if entry is None else _state(entry))
        if not way.moved:
            if _same(way.end, here) or _same(way.end, there):
                way = replace(way, end=_brought(way.end, here, there))
            else:
                way = replace(way, moved=True)
        ways[change.path] = way
    return list(ways.values())


def _state(entry: Entry) -> State:
    return State(digest(entry.data), entry.mode, entry.permissions)


def _same(one: State | None, other: State | None) -> bool:
    """As `is_as`, of two states."""
    if one is None or other is None:
        return one is None and other is None
    return (one.mode == LINK) == (other.mode == LINK) and one.sha256 == other.sha256


def _brought(now: State | None, here: State | None, there: State | None) -> State | None:
    """The other side's content; a mode that the landing did not change stays as the user has it now."""
    if now is None or here is None or there is None or (now.mode == LINK) != (there.mode == LINK):
        return there
    if here.mode == there.mode:
        return State(there.sha256, now.mode, now.permissions)
    if now.permissions == here.permissions or there.permissions is None:
        return there
    old = Entry(b"", now.mode, now.permissions or 0, Belongings(0, 0))
    return State(there.sha256, there.mode, permissions_for(there.mode, old))


def _is_there(way: _Way) -> bool:
    if way.entry is None or way.end is None:
        return way.entry is None and way.end is None
    return is_as(way.entry, way.end) and way.entry.mode == way.end.mode


def _content(entry: Entry | None, end: State | None, contents: dict[str, bytes]) -> Content | None:
    if end is None:
        return None
    return Content(contents[end.sha256], end.mode, end.permissions, None if entry is None else entry.owner)


def _contents(folder: str, root: str, wanted: dict[str, State | None], chosen: Sequence[Record]) -> dict[str, bytes]:
    """The bytes of the other side, by their digest, from wherever the journal has them."""
    found = blobs(root, {state.sha256 for state in wanted.values() if state is not None})
    for path, state in wanted.items():
        if state is not None and state.sha256 not in found:
            raise GlmcodeError(
                f"the record of a landing is damaged: {chosen[-1].path}",
                hint=f"no copy is left of {shown(path)} as it was",
            )
    return found


def _folders_between(chosen: Iterable[Record], *, back: bool) -> tuple[dict[str, int | None], set[str]]:
    """The permission bits of folders that the other side has, and the folders that it doesn't have."""
    made: dict[str, int | None] = {}
    emptied: set[str] = set()
    for record in chosen:
        came, went = (record.folders, record.made) if back else (record.made, record.folders)
        made |= came
        emptied |= set(went)
    return made, emptied


def _tidy(folder: str, root: str) -> None:
    """What was taken back and all brought again needs no record of either: the landing stands, as it did."""
    told = {record.id: stand for record, stand in _told(folder, root)}
    useful: set[str] = set()
    for number, phase in records.listed(folder):
        if phase in ("undo", "redo"):
            record = records.load(folder, number, phase)
            if record.root == os.path.realpath(root):
                keep = {one for one in record.of if told.get(one) not in (None, "stands")} or useful & set(record.of)
                if keep:
                    useful |= set(record.of)
                else:
                    records.drop(record)
