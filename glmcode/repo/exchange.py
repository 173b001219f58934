"""Many files at once: all new contents are written beside their targets and made durable, then renamed into place.

The renames are all that stands between "before" and "after": each file holds one or the other at any moment, and which
one is told by its content. `journal` records enough beforehand to go on or back from any point.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from glmcode.landing.tree import PathRefusedError
from glmcode.repo.disk import LINK, Entry, read_entry, unlink_quietly, write_temporary
from glmcode.repo.folder import (
    Folder,
    components,
    failure,
    made_parent_of,
    nearest_folder,
    parent_of,
    remove_empty_parents,
)
from glmcode.repo.sync import Barrier

__all__ = ["Content", "MovedError", "State", "Step", "digest", "entry_at", "exchange", "is_as", "remove_temporaries"]


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
    try:
        with parent_of(top, path) as folder:
            return None if folder is None else read_entry(folder, components(path)[-1], path)
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
    prunable: frozenset[str] | None = None,
    folder_permissions: Mapping[str, int] | None = None,
) -> None:
    """Takes every step, or fails between two of them.

    Raises MovedError, PathRefusedError or GlmcodeError; then some files may have made their step, and temporary files
    may be left: the caller takes back the first and removes the second (`remove_temporaries`). Folders that a removal
    leaves empty go (where `prunable` is given, only those of it); missing ones are made, with `folder_permissions`
    where they are known.
    """
    staged: list[tuple[Step, str, bytes]] = []
    with Barrier(len(steps)) as barrier:
        for step in steps:
            if step.then is not None:
                name = temporary_name(token, step.path)
                staged.append((step, _stage(top, step.path, step.then, name, barrier), name))
        barrier.wait()
    for step in steps:
        if step.then is None:
            _take_away(top, step, prunable)
    for step, place, name in staged:
        _put(top, step, place, name, folder_permissions or {})
    _sync_folders(top, steps)


def temporary_name(token: str, path: str) -> bytes:
    """Told by the token and the path alone, so that a later process finds it."""
    return f".glmcode-{token}-{digest(path.encode('utf-8', 'surrogateescape'))[:16]}.tmp".encode()


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


def _stage(top: Folder, path: str, then: Content, name: bytes, barrier: Barrier) -> str:
    """Writes the new content into the nearest folder that exists ("" for the top), which it gives: the folders between
    are made only when every content is safe, and something that goes may still stand in their place."""
    try:
        with nearest_folder(top, path) as (folder, missing):
            fd = write_temporary(folder, name, then.data, then.mode, then.permissions, then.owner)
            if fd is not None:
                try:
                    barrier.add(fd)
                finally:
                    os.close(fd)
        return "/".join(path.split("/")[: -1 - len(missing)])
    except (OSError, ValueError) as error:
        raise failure(error, path) from error


def _take_away(top: Folder, step: Step, prunable: frozenset[str] | None) -> None:
    try:
        with parent_of(top, step.path) as folder:
            name = components(step.path)[-1]
            if folder is None or not is_as(read_entry(folder, name, step.path), step.now):
                raise MovedError(step.path)
            os.unlink(folder.at(name), dir_fd=folder.fd)
        remove_empty_parents(top, step.path, prunable)
    except (OSError, ValueError) as error:
        raise failure(error, step.path, "remove") from error


def _put(top: Folder, step: Step, place: str, temporary: bytes, folder_permissions: Mapping[str, int]) -> None:
    name = components(step.path)[-1]
    try:
        with (
            made_parent_of(top, step.path, folder_permissions) as folder,
            parent_of(top, f"{place}/x".lstrip("/")) as source,
        ):
            if source is None or not is_as(read_entry(folder, name, step.path), step.now):
                raise MovedError(step.path)
            os.replace(source.at(temporary), folder.at(name), src_dir_fd=source.fd, dst_dir_fd=folder.fd)
    except (OSError, ValueError) as error:
        raise failure(error, step.path) from error


def _sync_folders(top: Folder, steps: Iterable[Step]) -> None:
    """Makes the renames last. A folder that went is covered by the nearest one above it."""
    if not hasattr(os, "O_DIRECTORY"):
        return  # Windows has no such thing, and NTFS keeps its own journal of names
    folders = sorted({step.path.rpartition("/")[0] for step in steps})
    with Barrier(len(folders)) as barrier:
        for path in folders:
            with nearest_folder(top, f"{path}/x".lstrip("/")) as (folder, _missing):
                fd = os.open(b".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=folder.fd)
                try:
                    barrier.add_folder(fd)
                finally:
                    os.close(fd)
        barrier.wait()
