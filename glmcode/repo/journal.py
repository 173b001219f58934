"""Landings on the user's tree, all or nothing, that survive a crash and can be taken back.

Before a file is touched, a record of the landing is on the disk: what each file must hold before and after, and the bytes
that go. Then the new contents are written beside their targets, made durable and renamed into place (`exchange`); then the
record is marked as done. Cut off at any point, the tree can be told apart by content, file by file, and brought to one side.
An undo and a redo (`undoing`) are landings like any other. The journal lives in `discover.state_dir`, never in the tree,
and is kept within bounds (`pruning`).
"""

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from glmcode.errors import Exit, GlmcodeError
from glmcode.landing.tree import PathRefusedError
from glmcode.repo import follow
from glmcode.repo import record as records
from glmcode.repo.atwork import Watch
from glmcode.repo.discover import state_dir
from glmcode.repo.disk import PLAIN, Entry, permissions_for
from glmcode.repo.exchange import Content, MovedError, State, Step, digest, entry_on
from glmcode.repo.folder import Folder, Walk, components, failure, nearest_folder, open_root, parent_of, shown
from glmcode.repo.lock import held
from glmcode.repo.options import JournalBounds
from glmcode.repo.pruning import prune, remove_leftovers
from glmcode.repo.record import Change, Record
from glmcode.repo.settle import at_end, back_out, before_contents, bring, carry, conflict, explained, names, put_back

__all__ = [
    "blob",
    "blobs",
    "carrying",
    "draft",
    "held_folder",
    "journal_folder",
    "keep_within",
    "land",
    "landing",
    "last_receipt",
    "opened",
    "recover",
    "waiting",
]


def land(
    root: str,
    before: Mapping[str, bytes | None],
    after: Mapping[str, bytes | None],
    modes: Mapping[str, str],
    receipt: Mapping[str, Any] | None,
    *,
    title: str = "",
    bounds: JournalBounds | None = None,
) -> str:
    """Takes the tree from `before` to `after`, durably, or changes nothing. Gives the landing's id, "" for no change.

    None is no file; a path that `before` leaves out must not exist. `modes` gives git's modes ("100644", "100755",
    "120000") of the paths whose mode matters; the others keep theirs, and a new file has none but the umask's. `title`
    says to people what was landed. With `bounds`, older landings that are out of them go. Raises GlmcodeError: exit 5 where a file no longer holds `before` (or another landing
    is under way), exit 4 where the disk or the safety of paths refuses.
    """
    with landing(root, before, after, modes, receipt, title=title, bounds=bounds) as record:
        return "" if record is None else record.id


@contextlib.contextmanager
def landing(
    root: str,
    before: Mapping[str, bytes | None],
    after: Mapping[str, bytes | None],
    modes: Mapping[str, str],
    receipt: Mapping[str, Any] | None = None,
    *,
    note: Mapping[str, Any] | None = None,
    title: str = "",
    of: tuple[str, ...] = (),
    bounds: JournalBounds | None = None,
) -> Iterator[Record | None]:
    """As `land`, with a block that is part of the landing: the files are written when it begins, and it fails with them.

    The block is given the landing's record, None where nothing changes and nothing is noted. A `note` says what the
    block is about to do (`follow`): by it the next command tells whether that came about where the process ended
    within the block. Where it did, an error of the block leaves the landing standing. `of` are landings that it takes back.
    """
    with opened(root) as (folder, top):
        entries = _checked(top, before, sorted({*after, *(path for path in modes if before.get(path) is not None)}))
        wanted = _wanted(entries, after, modes)
        if not wanted and not note:
            yield None
            return
        kind: records.Kind = "undo" if of else "done"
        planned = draft(folder, top, root, entries, wanted, kind=kind, of=of, title=title, note=note)
        with carrying(top, planned, entries, wanted, receipt) as record:
            yield record
        if bounds is not None:
            prune(folder, bounds)


@contextlib.contextmanager
def carrying(
    top: Folder,
    planned: Record,
    entries: Mapping[str, Entry | None],
    wanted: Mapping[str, Content | None],
    receipt: Mapping[str, Any] | None = None,
) -> Iterator[Record]:
    """Makes the planned record and its writes, then the block, all or nothing; `entries` are the files as they were,
    `wanted` as they are to be. Raises as `landing` does."""
    watch = Watch(planned.root)
    watch.wait()
    contents = [entry.data for change in planned.changes if (entry := entries[change.path]) is not None]
    record = records.write(planned, contents, receipt)
    try:
        carry(top, record, [Step(one.path, one.before, wanted[one.path]) for one in record.changes])
        if watch.is_disturbed() and (gone := next((one for one in record.changes if not at_end(top, one)), None)):
            raise MovedError(gone.path)
        yield record
        _stands(record)
    except BaseException as error:
        if not isinstance(
            error, GlmcodeError
        ):  # else its programs have ended; what a hook has left running is no matter
            follow.refuse_alive(record)
        if follow.came_about(record):
            _stands(record)
            raise
        back_out(top, record, contents=before_contents(record), failed=error)
        raise explained(error) from error


def _stands(record: Record) -> None:
    """The landing is done, with all that follows from it."""
    follow.finish(record)
    records.move(record, record.kind)


def draft(
    folder: str,
    top: Folder,
    root: str,
    entries: Mapping[str, Entry | None],
    wanted: Mapping[str, Content | None],
    *,
    kind: records.Kind = "done",
    of: tuple[str, ...] = (),
    title: str = "",
    note: Mapping[str, Any] | None = None,
) -> Record:
    """The record of a landing that takes the files from `entries` to `wanted`, not yet written."""
    changes = [_change(path, entries[path], wanted[path]) for path in sorted(wanted)]
    made, emptied = _folders(top, changes)
    return Record(
        folder=folder,
        root=os.path.realpath(root),
        token=os.urandom(6).hex(),
        changes=tuple(changes),
        made=dict.fromkeys(made),
        folders=emptied,
        kind=kind,
        of=of,
        title=title,
        note=note or {},
    )


def keep_within(root: str, bounds: JournalBounds) -> None:
    """Old landings that are out of bounds go. Failing to tidy is no failure."""
    with contextlib.suppress(GlmcodeError), held_folder(root) as folder:
        prune(folder, bounds)


def recover(root: str) -> str | None:
    """Brings what was cut off to one of its ends; gives the sentence to show, None for nothing.

    A landing all of whose files had arrived is finished, any other is taken back; so is an undo. A file that holds
    neither side's content was changed since: it is left as it is, and named.
    """
    if not waiting(root):
        return None
    with held_folder(root) as folder:
        return " ".join(_settle_pending(folder, root)) or None


@contextlib.contextmanager
def opened(root: str) -> Iterator[tuple[str, Folder]]:
    """The journal's folder and the root, for this process alone; what was cut off on it is at one of its ends."""
    with held_folder(root) as folder, open_root(root) as top:
        _settle_pending(folder, root)
        yield folder, top


def last_receipt(root: str) -> dict[str, Any] | None:
    """The receipt of the last landing on this root that still stands; None where there is none or it had none."""
    from glmcode.repo.undoing import standing

    record = next(standing(journal_folder(root), root), None)
    return None if record is None else records.receipt(record)


def blob(root: str, sha256: str) -> bytes | None:
    """Bytes that one of the kept landings replaced, by their digest; None where none did."""
    return blobs(root, {sha256}).get(sha256)


def blobs(root: str, wanted: Set[str]) -> dict[str, bytes]:
    """As `blob`, for many digests in one reading of the journal; those that aren't there are left out."""
    folder = journal_folder(root)
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
    return any(phase == "pending" for _, phase in records.listed(journal_folder(root)))


def journal_folder(root: str) -> str:
    return os.path.join(
        os.path.realpath(os.path.dirname(state_dir(root))), os.path.basename(state_dir(root)), "journal"
    )


@contextlib.contextmanager
def held_folder(root: str) -> Iterator[str]:
    """The journal's folder, made where it is missing, held for this process alone."""
    folder = journal_folder(root)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        raise failure(error, folder) from error
    for one in (os.path.dirname(folder), folder):
        if os.path.islink(one):
            raise GlmcodeError(
                f"the journal of landings is a link, which glmcode does not follow: {shown(one)}",
                exit_code=Exit.NOT_LANDED,
                hint="move the folder that it leads to into its place",
            )
    with held(os.path.join(folder, "lock")):
        yield folder


def _checked(top: Folder, before: Mapping[str, bytes | None], paths: Iterable[str]) -> dict[str, Entry | None]:
    """What stands at each path, which must be what `before` says."""
    entries: dict[str, Entry | None] = {}
    moved: list[str] = []
    with Walk(top) as walk:
        for path in paths:
            try:
                entry = entries[path] = entry_on(walk, path)
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
    """Brings what was cut off on this root to one of its ends, and removes what killed processes left in the journal; a
    sentence for each landing."""
    remove_leftovers(folder)
    said: list[str] = []
    for number, phase in records.listed(folder):
        if phase == "pending":
            record = records.load(folder, number, phase)
            if record.root == os.path.realpath(root):
                said += _settle(record)
    return said


def _settle(record: Record) -> list[str]:
    follow.refuse_alive(record, patience=1.0)
    follow.clear_locks(record)
    left: list[str] = []
    with open_root(record.root) as top:
        put_back(top, record)
        finished = _finished(top, record)
        try:
            if finished:
                carry(top, record, [])
            else:
                left = bring(top, record, back=True, contents=before_contents(record))
        except (PathRefusedError, MovedError, GlmcodeError) as error:
            raise explained(error, "an earlier landing that was cut off is still to be taken back") from error
    files = f"{len(record.changes)} file{'s' if len(record.changes) != 1 else ''}"
    if finished:
        _stands(record)
        return [follow.sentence(record, files)]
    records.drop(record)
    what = follow.what(record)
    said = [f"An earlier {what} was cut off: it was taken back ({files}), and the tree is as it was before."]
    return [*said, f"Left as they are, because they changed since: {names(left)}."] if left else said


def _finished(top: Folder, record: Record) -> bool:
    """Whether the landing is to stand: all its files have arrived, or that came about which they were written for."""
    if follow.awaits(record):
        return follow.came_about(record)
    return all(at_end(top, change) for change in record.changes)
