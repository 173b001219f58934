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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from glmcode.errors import Exit, GlmcodeError
from glmcode.landing.tree import PathRefusedError
from glmcode.repo.disk import LINK, Entry, read_entry, unlink_quietly, write_temporary
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
    "digest",
    "entry_at",
    "entry_on",
    "exchange",
    "is_as",
    "put_back_displaced",
    "remove_temporaries",
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
    owner: tuple[int, int] | None = None
    """User and group; None for the process's own."""


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
    paths: Sequence[str],
    prunable: frozenset[str],
    folder_permissions: Mapping[str, int],
) -> None:
    """Takes every step, or fails between two of them.

    Raises MovedError, PathRefusedError or GlmcodeError; then some files may have made their step, and temporary files
    may be left: the caller takes back the first and removes the second (`remove_temporaries`). Folders of `prunable`
    that a removal leaves empty go; missing ones are made, with `folder_permissions` where they are known. `paths` are
    those that must be as they are then whatever happens, also where an earlier exchange made their step.
    """
    staged: list[tuple[Step, str]] = []
    with Barrier(len(steps)) as barrier, Walk(top) as walk:
        for step in steps:
            if step.then is not None:
                staged.append((step, _stage(walk, step.path, step.then, temporary_name(token, step.path), barrier)))
        barrier.wait()
    for step in steps:
        if step.then is None:
            _take_away(top, step, token, prunable)
    with Walk(top) as walk:
        for step, place in staged:
            folder = _parent(walk, step.path) if place == step.path.rpartition("/")[0] else None
            if folder is not None:
                _put(folder, folder, step, token)
            else:
                walk.leave()
                _put_anew(top, step, place, token, folder_permissions)
    _sync_folders(top, paths)


@lru_cache(maxsize=1024)
def temporary_name(token: str, path: str) -> bytes:
    """Told by the token and the path alone, so that a later process finds it."""
    return f".glmcode-{token}-{digest(path.encode('utf-8', 'surrogateescape'))[:16]}.tmp".encode()


def displaced_name(token: str, path: str) -> bytes:
    """What a file is called, beside its path, while it waits to trade places and once it did: it is whole, always."""
    return temporary_name(token, path).removesuffix(b".tmp") + b".old"


def put_back_displaced(top: Folder, path: str, token: str, sides: Sequence[State | None]) -> None:
    """Settles what an exchange that was cut off may have left beside `path`: one of the two known `sides` goes; what is
    neither was saved there just before, and takes its place again unless something newer has it."""
    name, held = components(path)[-1], displaced_name(token, path)
    with contextlib.suppress(PathRefusedError), parent_of(top, path) as folder:
        if folder is None or folder.look(held) is None:
            return
        if any(is_as(_unrefused(folder, held, path), side) for side in sides if side is not None):
            os.unlink(folder.at(held), dir_fd=folder.fd)
        elif folder.look(name) is None:
            move_in(folder, held, folder, name)
        elif any(is_as(_unrefused(folder, name, path), side) for side in sides if side is not None):
            os.replace(folder.at(held), folder.at(name), src_dir_fd=folder.fd, dst_dir_fd=folder.fd)


def remove_temporaries(top: Folder, paths: Iterable[str], token: str) -> None:
    """Removes what an exchange of `paths` may have left; each may be in any folder above its path."""
    for path in paths:
        name = temporary_name(token, path)
        parts = path.split("/")
        with contextlib.suppress(PathRefusedError, OSError):
            unlink_quietly(top, name)
            for depth in range(1, len(parts)):
                with parent_of(top, "/".join([*parts[:depth], "x"])) as folder:
                    if folder is None:
                        break
                    unlink_quietly(folder, name)


def _stage(walk: Walk, path: str, then: Content, name: bytes, barrier: Barrier) -> str:
    """Writes the new content into the nearest folder that exists ("" for the top), which it gives: the folders between
    are made only when every content is safe, and something that goes may still stand in their place."""
    try:
        folder, missing = walk.to(path)
        fd = write_temporary(folder, name, then.data, then.mode, then.permissions, then.owner)
        if fd is not None:
            try:
                barrier.add(fd)
            finally:
                os.close(fd)
        return "/".join(path.split("/")[: -1 - len(missing)])
    except (OSError, ValueError) as error:
        raise failure(error, path) from error


def _take_away(top: Folder, step: Step, token: str, prunable: frozenset[str]) -> None:
    try:
        with parent_of(top, step.path) as folder:
            name, held = components(step.path)[-1], displaced_name(token, step.path)
            if folder is None or not is_as(read_entry(folder, name, step.path), step.now):
                raise MovedError(step.path)
            os.rename(folder.at(name), folder.at(held), src_dir_fd=folder.fd, dst_dir_fd=folder.fd)
            try:
                _expect(folder, held, step)
            except BaseException:
                with contextlib.suppress(
                    FileExistsError
                ):  # saved anew meanwhile: then that one stays, and this beside it
                    move_in(folder, held, folder, name)
                raise
            os.unlink(folder.at(held), dir_fd=folder.fd)
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


def _put_anew(top: Folder, step: Step, place: str, token: str, folder_permissions: Mapping[str, int]) -> None:
    """As `_put`, of what waits at `place`, in folders that are to be made."""
    try:
        with (
            made_parent_of(top, step.path, folder_permissions) as folder,
            parent_of(top, f"{place}/x".lstrip("/")) as source,
        ):
            if source is None:
                raise MovedError(step.path)
            _put(source, folder, step, token)
    except (OSError, ValueError) as error:
        raise failure(error, step.path) from error


def _put(source: Folder, folder: Folder, step: Step, token: str) -> None:
    name, temporary = components(step.path)[-1], temporary_name(token, step.path)
    held = displaced_name(token, step.path)
    try:
        if step.now is None:
            _put_new(source, folder, temporary, name, step.path)
            return
        os.rename(source.at(temporary), folder.at(held), src_dir_fd=source.fd, dst_dir_fd=folder.fd)
        if not trade(folder, held, name):
            # No trading here: between this look and the rename there is an instant in which a save is lost.
            if not is_as(read_entry(folder, name, step.path), step.now):
                raise MovedError(step.path)
            os.replace(folder.at(held), folder.at(name), src_dir_fd=folder.fd, dst_dir_fd=folder.fd)
            return
        try:
            _expect(folder, held, step)
        except BaseException:
            _trade_back(folder, held, name, step)
            raise
        os.unlink(folder.at(held), dir_fd=folder.fd)
    except FileNotFoundError as error:
        raise MovedError(step.path) from error
    except (OSError, ValueError) as error:
        raise failure(error, step.path) from error


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
    entry, written = _closed(folder, held, step.path)
    if written:
        raise GlmcodeError(
            f"another program has {shown(step.path)} open for writing",
            exit_code=Exit.CONFLICT,
            hint="try again when it has saved and closed the file",
        )
    if not is_as(entry, step.now):
        raise MovedError(step.path)


def _closed(folder: Folder, name: bytes, path: str) -> tuple[Entry | None, bool]:
    """What stands there, as `_unrefused`, and whether somebody still writes to it."""
    written = False

    def ask(fd: int) -> None:
        nonlocal written
        written = is_being_written(fd)

    try:
        return read_entry(folder, name, path, ask), written
    except PathRefusedError:
        return None, written


def _trade_back(folder: Folder, held: bytes, name: bytes, step: Step) -> None:
    """What was displaced takes its place again. What comes out is what this exchange had put there; if it was saved over
    already, it stays beside the path, for that too is the user's."""
    assert step.then is not None
    try:
        trade(folder, held, name)
    except FileNotFoundError:  # removed meanwhile
        with contextlib.suppress(FileExistsError):
            move_in(folder, held, folder, name)
        return
    state = State(digest(step.then.data), step.then.mode)
    entry, written = _closed(folder, held, step.path)
    if not written and is_as(entry, state):
        os.unlink(folder.at(held), dir_fd=folder.fd)


def _unrefused(folder: Folder, name: bytes, path: str) -> Entry | None:
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
    with Barrier(len(folders)) as barrier:
        for path in folders:
            with nearest_folder(top, f"{path}/x".lstrip("/")) as (folder, _missing):
                fd = os.open(b".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=folder.fd)
                try:
                    barrier.add_folder(fd)
                finally:
                    os.close(fd)
        barrier.wait()
