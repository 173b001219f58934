"""One file at a time on the user's disk: read, replaced by rename, removed; never through a link, never outside the root."""

import contextlib
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from glmcode.landing.tree import PathRefusedError
from glmcode.repo.folder import (
    Folder,
    components,
    failure,
    made_parent_of,
    open_root,
    parent_of,
    remove_empty_parents,
    shown,
)

__all__ = [
    "Belongings",
    "DirectoryTree",
    "Entry",
    "is_below",
    "is_spelt",
    "permissions_for",
    "read_entry",
    "remove_file",
    "remove_leftovers",
    "unlink_quietly",
    "write_file",
    "write_temporary",
]

LINK = "120000"
PLAIN = "100644"
EXECUTABLE = "100755"

LARGEST = 128 << 20
"""Bytes of the largest file that is read: a plan edits text, and memory is bounded."""
_MOST_LISTED = 10_000
_ATTRIBUTES = frozenset({"system.posix_acl_access", "security.selinux"})
_LONGEST_MODULES = 1 << 20
_MODULE = re.compile(rb"^[ \t]*path[ \t]*=[ \t]*([^\r\n]*[^\s])", re.MULTILINE | re.IGNORECASE)
_SPELLS_FREELY = sys.platform in ("win32", "darwin")
"""Whether a file is found under other spellings of its name too. A plan means the one that it says, here as elsewhere."""
_TEMPORARY = re.compile(rb"\.glmcode-[0-9a-f]{18}\.tmp")
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Belongings(NamedTuple):
    """What a file has beside its content and its permission bits, and keeps when it is replaced, where the system lets it."""

    user: int
    group: int
    attributes: tuple[tuple[str, bytes], ...] = ()
    """Extended ones: the access control list, the label, those that users set. Rights that a file gives to what runs it are
    not among them: the system takes them away when a file is written, too."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as it stands: its bytes (of a link: its target), its mode as git writes it, and what a copy must keep."""

    data: bytes
    mode: str
    permissions: int
    """The permission bits, all twelve of them; 0 for a link."""
    owner: Belongings


def read_entry(folder: Folder, name: bytes, path: str, first: Callable[[int], None] | None = None) -> Entry | None:
    """What stands at `name`; None for nothing. Raises PathRefusedError for what is neither a file nor a link.

    `path` is for messages. A FIFO or a device is never opened. `first` is called with a file's descriptor before it is read.
    """
    found = folder.look(name)
    if found is None:
        return None
    owner = Belongings(found.st_uid, found.st_gid)
    if stat.S_ISLNK(found.st_mode):
        return Entry(os.readlink(folder.at(name), dir_fd=folder.fd), LINK, 0, owner)
    if stat.S_ISDIR(found.st_mode):
        raise PathRefusedError("no-such-file", f"{shown(path)} is a folder, not a file")
    if not stat.S_ISREG(found.st_mode):
        raise PathRefusedError("binary", f"{shown(path)} is a device, a socket or a pipe, not a file")
    fd = os.open(folder.at(name), _READ, dir_fd=folder.fd)
    try:
        opened = os.fstat(fd)
        if not stat.S_ISREG(opened.st_mode):
            raise PathRefusedError("binary", f"{shown(path)} is not a file")
        if first is not None:
            first(fd)
        data = _read_all(fd, opened.st_size, path)
        attributes = _attributes(fd)
    finally:
        os.close(fd)
    bits = stat.S_IMODE(opened.st_mode)
    return Entry(
        data, EXECUTABLE if bits & 0o100 else PLAIN, bits, Belongings(opened.st_uid, opened.st_gid, attributes)
    )


def _attributes(fd: int) -> tuple[tuple[str, bytes], ...]:
    if not hasattr(os, "listxattr"):
        return ()
    try:
        names = os.listxattr(fd)
        kept = [name for name in names if name in _ATTRIBUTES or name.startswith("user.")]
        return tuple((name, os.getxattr(fd, name)) for name in kept)
    except OSError:  # a file system that has none
        return ()


def _read_all(fd: int, size: int, path: str) -> bytes:
    pieces: list[bytes] = []
    count = 0
    while max(count, size) <= LARGEST:
        piece = os.read(fd, size - count + 1 if size >= count else 1 << 16)
        if not piece:
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.append(piece)
        count += len(piece)
    raise PathRefusedError("binary", f"{shown(path)} is larger than {LARGEST >> 20} MiB")


def permissions_for(mode: str, old: Entry | None) -> int | None:
    """The permission bits of a file that is replaced: its own, with the right to execute as `mode` says, where it may be
    read. None for a new file, which gets what the umask leaves."""
    if old is None or LINK in (old.mode, mode):
        return None
    if old.mode == mode:
        return old.permissions
    if mode == EXECUTABLE:
        return old.permissions | (old.permissions & 0o444) >> 2
    return old.permissions & ~0o111


def write_temporary(
    folder: Folder, name: bytes, data: bytes, mode: str, permissions: int | None, owner: Belongings | None
) -> int | None:
    """Writes a new file or link at `name`, which must not exist; gives the file's open descriptor, None for a link."""
    if mode == LINK:
        os.symlink(data, folder.at(name), dir_fd=folder.fd)
        return None
    start = 0o600 if permissions is not None else 0o777 if mode == EXECUTABLE else 0o666
    fd = os.open(folder.at(name), _NEW, start, dir_fd=folder.fd)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(fd, rest) :]
        if permissions is not None and hasattr(os, "fchmod"):
            if owner is not None and owner[:2] != (os.geteuid(), os.getegid()):
                with contextlib.suppress(OSError):  # only root may give files away; the others keep what they can
                    os.fchown(fd, owner.user, owner.group)
            for attribute, value in owner.attributes if owner is not None else ():
                with contextlib.suppress(OSError):
                    os.setxattr(fd, attribute, value)
            os.fchmod(fd, permissions)
    except BaseException:
        os.close(fd)
        raise
    return fd


def unlink_quietly(folder: Folder, name: bytes) -> None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        os.unlink(folder.at(name), dir_fd=folder.fd)


def write_file(root: str, path: str, data: bytes, mode: str) -> None:
    """Puts `data` at `path` below `root`, by a temporary file and a rename: a reader sees the old file or the new one.

    `mode` is git's: "100644", "100755", or "120000" for a link whose target is `data`. A file that is replaced keeps its
    permission bits but for the right to execute; a link is replaced itself, never its target; a hard link's other names
    keep the old bytes. Missing folders are made. Not synced: see `journal` for landings that must survive a crash.
    Raises PathRefusedError for a path that must not be written and GlmcodeError where the disk refuses.
    """
    with open_root(root) as top, _failing_as(path), made_parent_of(top, path) as folder:
        name = components(path)[-1]
        old = read_entry(folder, name, path)
        temporary = b".glmcode-%s.tmp" % os.urandom(9).hex().encode()
        try:
            fd = write_temporary(folder, temporary, data, mode, permissions_for(mode, old), old.owner if old else None)
            if fd is not None:
                os.close(fd)
            os.replace(folder.at(temporary), folder.at(name), src_dir_fd=folder.fd, dst_dir_fd=folder.fd)
        except BaseException:
            unlink_quietly(folder, temporary)
            raise


def remove_file(root: str, path: str) -> None:
    """Removes the file or link at `path` below `root`, and the folders that this leaves empty. Nothing there is no error.

    Raises PathRefusedError for a folder, a device or a path that leads out, GlmcodeError where the disk refuses.
    """
    with open_root(root) as top, _failing_as(path):
        with parent_of(top, path) as folder:
            name = components(path)[-1]
            if folder is None or read_entry(folder, name, path) is None:
                return
            unlink_quietly(folder, name)
        remove_empty_parents(top, path)


def remove_leftovers(root: str, path: str) -> None:
    """Removes the temporary files that `write_file` leaves beside `path` where its process is killed.

    For a tree that nobody else writes to. Raises PathRefusedError for a path that leads out.
    """
    with open_root(root) as top, _failing_as(path), parent_of(top, path) as folder:
        if folder is None:
            return
        for name in folder.names():
            if _TEMPORARY.fullmatch(name):
                unlink_quietly(folder, name)


class DirectoryTree:
    """The files below a directory, as `landing` reads them. Nothing is kept: each call sees the disk as it is."""

    def __init__(self, root: str, closed: tuple[str, ...] = ()) -> None:
        """`closed` are paths that are no part of the tree, though they stand there, with all that is below them."""
        self.closed = closed
        self.root = os.path.realpath(root)
        self.roots = tuple(dict.fromkeys((self.root, os.path.abspath(root))))

    def read(self, path: str) -> bytes | None:
        """Raises PathRefusedError for a path that leads out, through a link, or to what is no file; GlmcodeError where
        the file can't be read."""
        entry = self.entry(path)
        if entry is None:
            self._refuse_module(path)
        return None if entry is None else entry.data

    def _refuse_module(self, path: str) -> None:
        """A submodule that isn't checked out has an empty folder: nothing may be made there, since git would not see it."""
        listed = self.entry(".gitmodules") if path != ".gitmodules" else None
        if listed is not None and len(listed.data) <= _LONGEST_MODULES:
            for found in _MODULE.findall(listed.data):
                module = os.fsdecode(found.strip(b'"')).strip("/")
                if path == module or path.startswith(f"{module}/"):
                    raise PathRefusedError(
                        "outside-root", f"{shown(path)} belongs to another repository, {shown(module)}"
                    )

    def mode(self, path: str) -> str:
        self._refuse_closed(path)
        with open_root(self.root) as top, _failing_as(path, "read"), parent_of(top, path) as folder:
            found = None if folder is None else folder.look(components(path)[-1])
        if found is not None and stat.S_ISLNK(found.st_mode):
            return LINK
        return EXECUTABLE if found is not None and found.st_mode & 0o100 else PLAIN

    def entry(self, path: str) -> Entry | None:
        self._refuse_closed(path)
        with open_root(self.root) as top, _failing_as(path, "read"), parent_of(top, path) as folder:
            if folder is None or (_SPELLS_FREELY and not is_spelt(top, path)):
                return None
            return read_entry(folder, components(path)[-1], path)

    def names(self, folder: str) -> Iterable[str]:
        """What the folder holds ("" is the root); nothing where it can't be listed."""
        try:
            with open_root(self.root) as top, parent_of(top, f"{folder}/x".lstrip("/")) as found:
                return [] if found is None else [os.fsdecode(name) for name in found.names()]
        except (PathRefusedError, OSError):
            return []

    def _refuse_closed(self, path: str) -> None:
        if self.closed and is_below(path, self.closed):
            raise PathRefusedError("protected-path", f"{shown(path)} is no part of the repository: git ignores it")

    def paths(self) -> Iterable[str]:
        """Up to 10,000 files, those near the root first, without git's own and without what links lead to."""
        listed: list[str] = []
        waiting = [b""]
        for folder in waiting:
            try:
                with os.scandir(os.path.join(os.fsencode(self.root), folder)) as found:
                    entries = sorted(found, key=lambda one: one.name)
            except OSError:
                continue
            if folder and any(entry.name == b".git" for entry in entries):
                continue  # another repository's
            for entry in entries:
                path = os.path.join(folder, entry.name)
                name = path.decode("utf-8", "surrogateescape").replace(os.sep, "/")
                if entry.name.lower() == b".git" or is_below(name, self.closed):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(path)
                else:
                    listed.append(name)
                    if len(listed) == _MOST_LISTED:
                        return listed
        return listed


def is_below(path: str, names: Iterable[str]) -> bool:
    """Whether the path is one of these or lies in one, in whatever case it is spelled."""
    folded = path.casefold()
    return any(folded == name.casefold() or folded.startswith(f"{name.casefold()}/") for name in names)


def is_spelt(top: Folder, path: str) -> bool:
    """Whether what stands at the path has its very spelling, letter by letter; how accents are composed aside."""
    from unicodedata import normalize

    parts = path.split("/")
    for depth, name in enumerate(parts):
        with parent_of(top, "/".join(parts[: depth + 1])) as folder:
            names = [] if folder is None else [os.fsdecode(one) for one in folder.names()]
        if name not in names and normalize("NFC", name) not in {normalize("NFC", one) for one in names}:
            return False
    return True


@contextlib.contextmanager
def _failing_as(path: str, verb: str = "write") -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        raise failure(error, path, verb) from error
