"""Many files at once: all new contents are written beside their targets and made durable, then put into place.

Each file holds "before" or "after" at any moment, and which one is told by its content. `journal` records enough beforehand
to go on or back from any point. A file goes into its place by trading names with the one that stands there (`swap`), which
is looked at before it goes: what was saved to it in the last instant is put back, and the exchange fails.
"""

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from glmcode.errors import Exit, GlmcodeError
from glmcode.landing.tree import PathRefusedError
from glmcode.repo.aside import Aside, displaced_name, open_aside, temporary_name
from glmcode.repo.disk import LINK, Belongings, Entry, read_entry, unlink_quietly, write_temporary
from glmcode.repo.folder import (
    Folder,
    Walk,
    components,
    failure,
    made_parent_of,
    nearest_folder,
    parent_of,
    remove_empty_parents,
    shown,
)
from glmcode.repo.swap import is_being_written, move_in, trade
from glmcode.repo.sync import Barrier

__all__ = [
    "Content",
    "MovedError",
    "State",
    "Step",
    "closed",
    "digest",
    "entry_at",
    "entry_on",
    "exchange",
    "is_as",
    "replace",
    "unrefused",
]


class MovedError(Exception):
    """A file isn't what it was a moment ago."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, slots=True)
class State:
    """What a file holds, without the bytes."""

    sha256: str
    mode: str
    permissions: int | None = None
    """All permission bits; None where they are whatever the umask and the file before left."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a file is to become."""

    data: bytes
    mode: str
    permissions: int | None = None
    """All permission bits; None for what the umask leaves."""
    owner: Belongings | None = None
    """User, group and extended attributes; None for the process's own."""


@dataclass(frozen=True, slots=True)
class Step:
    """One file's way from what it must hold now (None: nothing) to what it is to hold (None: nothing)."""

    path: str
    now: State | None
    then: Content | None


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def is_as(entry: Entry | None, state: State | None) -> bool:
    """The same content, and the same kind: a link is never a file. The right to execute may differ."""
    if entry is None or state is None:
        return entry is None and state is None
    return (entry.mode == LINK) == (state.mode == LINK) and digest(entry.data) == state.sha256


def entry_at(top: Folder, path: str) -> Entry | None:
    """The file at `path`; a folder there is no file. Raises PathRefusedError, and GlmcodeError where the disk refuses."""
    with Walk(top) as walk:
        return entry_on(walk, path)


def entry_on(walk: Walk, path: str) -> Entry | None:
    """As `entry_at`, one of many."""
    try:
        name = components(path)[-1]
        folder, missing = walk.to(path)
        return None if missing else read_entry(folder, name, path)
    except PathRefusedError as error:
        if error.reason == "no-such-file":
            return None
        raise
    except (OSError, ValueError) as error:
        raise failure(error, path, "read") from error


def exchange(
    top: Folder,
    steps: Sequence[Step],
    token: str,
    *,
    aside: str,
    paths: Sequence[str],
    prunable: frozenset[str],
    folder_permissions: Mapping[str, int],
) -> None:
    """Takes every step, or fails between two of them.

    Raises MovedError, PathRefusedError or GlmcodeError; then some files may have made their step, and temporary files
    may be left: the caller takes back the first and removes the second (`leftovers`). `aside` is a folder for
    them outside of the tree. Folders of `prunable`
    that a removal leaves empty go; missing ones are made, with `folder_permissions` where they are known. `paths` are
    those that must be as they are then whatever happens, also where an earlier exchange made their step.
    """
    staged: list[tuple[Step, str | None]] = []
    with open_aside(aside) as away:
        with Barrier(len(steps)) as barrier, Walk(top) as walk:
            for step in steps:
                if step.then is not None:
                    name = temporary_name(token, step.path)
                    staged.append((step, _stage(walk, away, step.path, step.then, name, barrier)))
            with _syncing(top):
                barrier.wait()
        for step in steps:
            if step.then is None:
                _take_away(top, away, step, token, prunable)
        with Walk(top) as walk:
            for step, place in staged:
                folder = _parent(walk, step.path) if place in (None, step.path.rpartition("/")[0]) else None
                if folder is not None:
                    _put(folder if place is not None else away.own, folder, step, token, away)
                else:
                    walk.leave()
                    _put_anew(top, away, step, place, token, folder_permissions)
    _sync_folders(top, paths)


def _stage(walk: Walk, away: Aside, path: str, then: Content, name: bytes, barrier: Barrier) -> str | None:
    """Writes the new content where it can wait: aside (None), or in the nearest folder that exists ("" for the top), which
    it gives: the folders between are made only when every content is safe, and something that goes may still stand in
    their place."""
    try:
        folder, missing = walk.to(path)
        waits = away.beside(folder)
        fd = write_temporary(waits, name, then.data, then.mode, then.permissions, then.owner)
        if fd is not None:
            try:
                barrier.add(fd)
            finally:
                os.close(fd)
        return None if waits is away.own else "/".join(path.split("/")[: -1 - len(missing)])
    except (OSError, ValueError) as error:
        raise failure(error, path) from error


def _take_away(top: Folder, away: Aside, step: Step, token: str, prunable: frozenset[str]) -> None:
    try:
        with parent_of(top, step.path) as folder:
            name, held = components(step.path)[-1], displaced_name(token, step.path)
            if folder is None or not is_as(read_entry(folder, name, step.path), step.now):
                raise MovedError(step.path)
            at = away.beside(folder)
            try:
                replace(folder, name, at, held)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                at = folder
                replace(folder, name, at, held)
            try:
                _expect(at, held, step)
            except BaseException:
                _set_back(at, held, folder, name)
                raise
            os.unlink(at.at(held), dir_fd=at.fd)
        remove_empty_parents(top, step.path, prunable)
    except FileNotFoundError as error:
        raise MovedError(step.path) from error
    except (OSError, ValueError) as error:
        raise failure(error, step.path, "remove") from error


def _parent(walk: Walk, path: str) -> Folder | None:
    try:
        folder, missing = walk.to(path)
    except OSError as error:
        raise failure(error, path) from error
    return None if missing else folder


def _put_anew(
    top: Folder, away: Aside, step: Step, place: str | None, token: str, folder_permissions: Mapping[str, int]
) -> None:
    """As `_put`, of what waits at `place`, in folders that are to be made."""
    try:
        with made_parent_of(top, step.path, folder_permissions) as folder:
            if place is None:
                _put(away.own, folder, step, token, away)
                return
            with parent_of(top, f"{place}/x".lstrip("/")) as source:
                if source is None:
                    raise MovedError(step.path)
                _put(source, folder, step, token, away)
    except (OSError, ValueError) as error:
        raise failure(error, step.path) from error


def _put(source: Folder, folder: Folder, step: Step, token: str, away: Aside) -> None:
    try:
        try:
            _trade_in(source, source if source is away.own else folder, folder, step, token)
        except OSError as error:
            if error.errno != errno.EXDEV or source is not away.own:
                raise
            _stage_again(away.own, folder, step, token)
            _trade_in(folder, folder, folder, step, token)
    except FileNotFoundError as error:
        raise MovedError(step.path) from error
    except (OSError, ValueError) as error:
        raise failure(error, step.path) from error


def _stage_again(own: Folder, folder: Folder, step: Step, token: str) -> None:
    """Beside its place after all: another file system is mounted there that bears the same number."""
    assert step.then is not None
    then, name = step.then, temporary_name(token, step.path)
    for waits in (name, displaced_name(token, step.path)):
        unlink_quietly(own, waits)
    fd = write_temporary(folder, name, then.data, then.mode, then.permissions, then.owner)
    if fd is not None:
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def _trade_in(source: Folder, at: Folder, folder: Folder, step: Step, token: str) -> None:
    """From its waiting place into the file's: what it displaces is looked at in the folder `at`."""
    name, temporary = components(step.path)[-1], temporary_name(token, step.path)
    held = displaced_name(token, step.path)
    if step.now is None:
        _put_new(source, folder, temporary, name, step.path)
        return
    replace(source, temporary, at, held)
    if not trade(at, held, folder, name):
        # No trading here: between this look and the rename there is an instant in which a save is lost.
        if not is_as(read_entry(folder, name, step.path), step.now):
            raise MovedError(step.path)
        replace(at, held, folder, name)
        return
    try:
        _expect(at, held, step)
    except BaseException:
        _trade_back(at, held, folder, name, step)
        raise
    os.unlink(at.at(held), dir_fd=at.fd)


def _put_new(source: Folder, folder: Folder, temporary: bytes, name: bytes, path: str) -> None:
    try:
        move_in(source, temporary, folder, name)
    except FileExistsError as error:
        found = folder.look(name)
        if found is not None and stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)) from error
        raise MovedError(path) from None


def _expect(folder: Folder, held: bytes, step: Step) -> None:
    """Raises where what was displaced isn't what the step began with, or is still being written."""
    entry, written = closed(folder, held, step.path)
    if written:
        raise GlmcodeError(
            f"another program has {shown(step.path)} open for writing",
            exit_code=Exit.CONFLICT,
            hint="try again when it has saved and closed the file",
        )
    if not is_as(entry, step.now):
        raise MovedError(step.path)


def closed(folder: Folder, name: bytes, path: str) -> tuple[Entry | None, bool]:
    """What stands there, as `unrefused`, and whether somebody still writes to it."""
    written = False

    def ask(fd: int) -> None:
        nonlocal written
        written = is_being_written(fd)

    try:
        return read_entry(folder, name, path, ask), written
    except PathRefusedError:
        return None, written


def _trade_back(at: Folder, held: bytes, folder: Folder, name: bytes, step: Step) -> None:
    """What was displaced takes its place again. What comes out is what this exchange had put there; if it was saved over
    already, it is put beside the path, for that too is the user's."""
    assert step.then is not None
    try:
        trade(at, held, folder, name)
    except FileNotFoundError:  # removed meanwhile
        _set_back(at, held, folder, name)
        return
    state = State(digest(step.then.data), step.then.mode)
    entry, written = closed(at, held, step.path)
    if not written and is_as(entry, state):
        os.unlink(at.at(held), dir_fd=at.fd)
    elif at is not folder:
        with contextlib.suppress(FileExistsError):
            move_in(at, held, folder, held)


def _set_back(at: Folder, held: bytes, folder: Folder, name: bytes) -> None:
    """To its place, or beside it where something newer stands there by now."""
    try:
        move_in(at, held, folder, name)
    except FileExistsError:
        if at is not folder:
            with contextlib.suppress(FileExistsError):
                move_in(at, held, folder, held)


def replace(source: Folder, name: bytes, target: Folder, new: bytes) -> None:
    os.replace(source.at(name), target.at(new), src_dir_fd=source.fd, dst_dir_fd=target.fd)


def unrefused(folder: Folder, name: bytes, path: str) -> Entry | None:
    """What stands there; None also for a folder and for what is no file."""
    try:
        return read_entry(folder, name, path)
    except PathRefusedError:
        return None


def _sync_folders(top: Folder, paths: Iterable[str]) -> None:
    """Makes the renames last. A folder that went is covered by the nearest one above it."""
    if not hasattr(os, "O_DIRECTORY"):
        return  # Windows has no such thing, and NTFS keeps its own journal of names
    folders = sorted({path.rpartition("/")[0] for path in paths})
    with _syncing(top), Barrier(len(folders)) as barrier:
        for path in folders:
            with nearest_folder(top, f"{path}/x".lstrip("/")) as (folder, _missing):
                fd = os.open(b".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=folder.fd)
                try:
                    barrier.add_folder(fd)
                finally:
                    os.close(fd)
        barrier.wait()


@contextlib.contextmanager
def _syncing(top: Folder) -> Iterator[None]:
    """What the disk refuses to make last is told of the tree: a sync of a file system names no file."""
    try:
        yield
    except OSError as error:
        raise failure(error, os.fsdecode(top.path), "sync") from error
