"""Landings on the user's tree, all or nothing, that survive a crash and can be taken back.

Before a file is touched, a record of the landing is on the disk: what each file must hold before and after, and the bytes
that go. Then the new contents are written beside their targets, made durable and renamed into place (`exchange`); then the
record is marked as done. Cut off at any point, the tree can be told apart by content, file by file, and brought to one side.
The journal lives in `discover.state_dir`, never in the tree, and keeps the last 50 landings.
"""

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from glmcode.errors import GlmcodeError
from glmcode.landing.tree import PathRefusedError
from glmcode.repo import follow
from glmcode.repo import record as records
from glmcode.repo.discover import state_dir
from glmcode.repo.disk import PLAIN, Entry, permissions_for
from glmcode.repo.exchange import (
    Content,
    MovedError,
    State,
    Step,
    digest,
    entry_at,
    exchange,
    is_as,
)
from glmcode.repo.folder import Folder, components, failure, nearest_folder, open_root, parent_of
from glmcode.repo.lock import held
from glmcode.repo.record import Change, Record
from glmcode.repo.settle import at_end, back_out, before_contents, bring, conflict, explained, look, names, put_back

__all__ = ["Undone", "blob", "blobs", "land", "landing", "last_receipt", "recover", "undo", "waiting"]

KEPT = 50
"""Landings whose records stay, for `undo` and `verify`."""


@dataclass(frozen=True, slots=True)
class Undone:
    """A landing that was taken back."""

    id: str
    restored: tuple[str, ...]
    """Files that hold again what they held before, sorted."""
    removed: tuple[str, ...]
    """Files that the landing had made, and that are gone again, sorted."""


def land(
    root: str,
    before: Mapping[str, bytes | None],
    after: Mapping[str, bytes | None],
    modes: Mapping[str, str],
    receipt: Mapping[str, Any] | None,
) -> str:
    """Takes the tree from `before` to `after`, durably, or changes nothing. Gives the landing's id, "" for no change.

    None is no file; a path that `before` leaves out must not exist. `modes` gives git's modes ("100644", "100755",
    "120000") of the paths whose mode matters; the others keep theirs, and a new file has none but the umask's. Raises
    GlmcodeError: exit 5 where a file no longer holds `before` (or another landing is under way), exit 4 where the disk
    or the safety of paths refuses.
    """
    with landing(root, before, after, modes, receipt) as record:
        return "" if record is None else record.id


@contextlib.contextmanager
def landing(
    root: str,
    before: Mapping[str, bytes | None],
    after: Mapping[str, bytes | None],
    modes: Mapping[str, str],
    receipt: Mapping[str, Any] | None = None,
    note: Mapping[str, Any] | None = None,
) -> Iterator[Record | None]:
    """As `land`, with a block that is part of the landing: the files are written when it begins, and it fails with them.

    The block is given the landing's record, None where nothing changes and nothing is noted. A `note` says what the
    block is about to do (`follow.Note`): by it the next command tells whether that came about where the process ended
    within the block. Where it did, an error of the block leaves the landing standing.
    """
    with _journal(root) as folder, open_root(root) as top:
        _settle_pending(folder, root)
        entries = _checked(top, before, sorted({*after, *(path for path in modes if before.get(path) is not None)}))
        wanted = _wanted(entries, after, modes)
        if not wanted and not note:
            yield None
            return
        paths = sorted(wanted)
        changes = [_change(path, entries[path], wanted[path]) for path in paths]
        made, folders = _folders(top, changes)
        contents = [entry.data for path in paths if (entry := entries[path]) is not None]
        record = records.write(
            folder,
            os.path.realpath(root),
            os.urandom(6).hex(),
            changes,
            contents,
            made=made,
            folders=folders,
            receipt=receipt,
            note=note,
        )
        try:
            steps = [Step(change.path, change.before, wanted[change.path]) for change in changes]
            exchange(top, steps, record.token)
            yield record
            _stands(record)
        except BaseException as error:
            follow.refuse_alive(record)
            if follow.came_about(record):
                _stands(record)
                raise
            back_out(top, record, back=True, contents=before_contents(record), failed=error)
            records.drop(record)
            raise explained(error) from error
        _prune(folder)


def _stands(record: Record) -> Record:
    """The landing is done, with all that follows from it."""
    follow.finish(record)
    return records.move(record, "done")


def recover(root: str) -> str | None:
    """Brings a landing or an undoing that was cut off to one of its ends; gives the sentence to show, None for nothing.

    A landing all of whose files had arrived is finished, any other is taken back; an undoing is finished. A file that
    holds neither side's content was changed since: it is left as it is, and named.
    """
    if not waiting(root):
        return None
    with _journal(root) as folder:
        return " ".join(_settle_pending(folder, root)) or None


def undo(root: str) -> Undone:
    """Takes the last landing on this root back that still stands, durably or not at all.

    Raises GlmcodeError: exit 2 where there is none, exit 5 where one of its files no longer holds what the landing left
    (all are named, none is touched), exit 4 where the disk refuses.
    """
    with _journal(root) as folder, open_root(root) as top:
        _settle_pending(folder, root)
        record = _last(folder, root)
        if record is None:
            raise GlmcodeError("nothing to undo here", hint="glmcode keeps the last 50 landings of a repository")
        now: dict[str, bytes] = {}
        moved: list[str] = []
        for change in record.changes:
            entry, refused = look(top, change.path)
            if refused or not is_as(entry, change.after):
                moved.append(change.path)
            elif entry is not None:
                now[change.path] = entry.data
        if moved:
            raise conflict(
                moved, "since the landing", "take your own change of it back first, or mend the file by hand"
            )
        record = records.move(record, "undoing")
        try:
            left = bring(top, record, back=True, contents=before_contents(record))
            if left:
                raise MovedError(left[0])
        except BaseException as error:
            back_out(top, record, back=False, contents=now, failed=error)
            records.move(record, "done")
            raise explained(error) from error
        records.move(record, "undone")
        restored = tuple(change.path for change in record.changes if change.before is not None)
        return Undone(record.id, restored, tuple(change.path for change in record.changes if change.before is None))


def last_receipt(root: str) -> dict[str, Any] | None:
    """The receipt of the last landing on this root that still stands; None where there is none or it had none."""
    record = _last(_folder(root), root)
    return None if record is None else records.receipt(record)


def blob(root: str, sha256: str) -> bytes | None:
    """Bytes that one of the kept landings replaced, by their digest; None where none did."""
    return blobs(root, {sha256}).get(sha256)


def blobs(root: str, wanted: Set[str]) -> dict[str, bytes]:
    """As `blob`, for many digests in one reading of the journal; those that aren't there are left out."""
    folder = _folder(root)
    found: dict[str, bytes] = {}
    for number, phase in reversed(records.listed(folder)):
        missing = wanted - found.keys()
        if not missing:
            break
        with contextlib.suppress(GlmcodeError, OSError):
            for data in records.find_blobs(records.load(folder, number, phase), missing):
                key = digest(data)
                if key in missing:
                    found[key] = data
    return found


def waiting(root: str) -> bool:
    """Whether a landing in this repository was cut off, or is under way: `recover` would have something to look at."""
    return any(phase in ("pending", "undoing") for _, phase in records.listed(_folder(root)))


def _folder(root: str) -> str:
    return os.path.join(os.path.realpath(state_dir(root)), "journal")


@contextlib.contextmanager
def _journal(root: str) -> Iterator[str]:
    """The journal's folder, made where it is missing, held for this process alone."""
    folder = _folder(root)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        raise failure(error, folder) from error
    with held(os.path.join(folder, "lock")):
        yield folder


def _checked(top: Folder, before: Mapping[str, bytes | None], paths: Iterable[str]) -> dict[str, Entry | None]:
    """What stands at each path, which must be what `before` says."""
    entries: dict[str, Entry | None] = {}
    moved: list[str] = []
    for path in paths:
        try:
            entry = entries[path] = entry_at(top, path)
        except PathRefusedError as error:
            raise explained(error) from error
        if (None if entry is None else entry.data) != before.get(path):
            moved.append(path)
    if moved:
        raise conflict(
            moved, "while the plan was landing", "run the same again: it lands on the files as they are then"
        )
    return entries


def _wanted(
    entries: Mapping[str, Entry | None], after: Mapping[str, bytes | None], modes: Mapping[str, str]
) -> dict[str, Content | None]:
    """What each file that really changes is to become."""
    wanted: dict[str, Content | None] = {}
    for path, entry in entries.items():
        data = after.get(path, None if entry is None else entry.data)
        mode = modes.get(path) or (PLAIN if entry is None else entry.mode)
        if data is None:
            if entry is not None:
                wanted[path] = None
        elif entry is None or data != entry.data or mode != entry.mode:
            wanted[path] = Content(data, mode, permissions_for(mode, entry), None if entry is None else entry.owner)
    return wanted


def _change(path: str, entry: Entry | None, content: Content | None) -> Change:
    return Change(
        path,
        None if entry is None else State(digest(entry.data), entry.mode, entry.permissions),
        None if content is None else State(digest(content.data), content.mode, content.permissions),
        0 if entry is None else len(entry.data),
    )


def _folders(top: Folder, changes: Iterable[Change]) -> tuple[list[str], dict[str, int]]:
    """The folders that the landing makes, and the permission bits of those that it may leave empty and remove."""
    made: set[str] = set()
    emptied: dict[str, int] = {}
    for change in changes:
        above = change.path.split("/")[:-1]
        if change.before is None:
            with nearest_folder(top, change.path) as (_, missing):
                made.update("/".join(above[: len(above) - index]) for index in range(len(missing)))
        elif change.after is None:
            for depth in range(len(above), 0, -1):
                folder = "/".join(above[:depth])
                if folder in emptied:
                    break
                with parent_of(top, folder) as parent:
                    found = None if parent is None else parent.look(components(folder)[-1])
                    if found is not None:
                        emptied[folder] = stat.S_IMODE(found.st_mode)
    return sorted(made), emptied


def _settle_pending(folder: str, root: str) -> list[str]:
    """Brings what was cut off on this root to one of its ends; a sentence for each."""
    said: list[str] = []
    for number, phase in records.listed(folder):
        if phase not in ("pending", "undoing"):
            continue
        record = records.load(folder, number, phase)
        if record.root != os.path.realpath(root):
            continue
        follow.refuse_alive(record, patience=1.0)
        follow.clear_locks(record)
        with open_root(root) as top:
            for change in record.changes:
                put_back(top, record, change)
            finished = phase == "pending" and _finished(top, record)
            try:
                left = [] if finished else bring(top, record, back=True, contents=before_contents(record))
            except (PathRefusedError, MovedError, GlmcodeError) as error:
                raise explained(error, "an earlier landing that was cut off is still to be taken back") from error
        what = f"{len(record.changes)} file{'s' if len(record.changes) != 1 else ''}"
        if finished:
            _stands(record)
            said.append(follow.sentence(record, what))
        elif phase == "pending":
            records.drop(record)
            said.append(
                f"An earlier landing was cut off: it was taken back ({what}), and the tree is as it was before."
            )
        else:
            records.move(record, "undone")
            said.append(
                f"An earlier undo was cut off: it is finished ({what}), and the tree is as it was before the landing."
            )
        if left:
            said.append(f"Left as they are, because they changed since: {names(left)}.")
    return said


def _finished(top: Folder, record: Record) -> bool:
    """Whether the landing is to stand: all its files have arrived, or that came about which they were written for."""
    if follow.awaits(record):
        return follow.came_about(record)
    return all(at_end(top, change) for change in record.changes)


def _last(folder: str, root: str) -> Record | None:
    for number, phase in reversed(records.listed(folder)):
        if phase == "done":
            record = records.load(folder, number, phase)
            if record.root == os.path.realpath(root):
                return record
    return None


def _prune(folder: str) -> None:
    """Old landings go; one that was cut off stays as long as its tree does. Failing to tidy is no failure."""
    with contextlib.suppress(OSError, GlmcodeError):
        for number, phase in records.listed(folder)[:-KEPT]:
            record = records.load(folder, number, phase)
            if phase in ("done", "undone") or not os.path.isdir(record.root):
                records.drop(record)
