"""One file at a time on the user's disk: read, replaced by rename, removed; never through a link, never outside the root.

Every path is walked component by component from an open root, and no component may be a symbolic link: what is opened is
what was checked, whatever is swapped meanwhile. Where the system has no such calls (Windows), each component is looked at
before it is used. Names are bytes here: UTF-8, with surrogate escapes standing for the bytes that aren't.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from glmcode.errors import Exit, GlmcodeError
from glmcode.landing.tree import PathRefusedError

__all__ = [
    "DirectoryTree",
    "Entry",
    "Folder",
    "components",
    "failure",
    "open_root",
    "remove_file",
    "shown",
    "write_file",
]

LINK = "120000"
PLAIN = "100644"
EXECUTABLE = "100755"

LARGEST = 128 << 20
"""Bytes of the largest file that is read: a plan edits text, and memory is bounded."""
_MOST_LISTED = 10_000
_BY_FD = {os.open, os.stat, os.unlink, os.mkdir, os.rmdir, os.rename, os.symlink, os.readlink} <= os.supports_dir_fd
_INTO = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_WORDS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file would be larger than allowed",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOTDIR: "a file is in the way of its folder",
    errno.EISDIR: "a folder is in the way",
    errno.EEXIST: "something is in the way",
    errno.ENOTEMPTY: "a folder is in the way",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as it stands: its bytes (of a link: its target), its mode as git writes it, and what a copy must keep."""

    data: bytes
    mode: str
    permissions: int
    """The permission bits, all twelve of them; 0 for a link."""
    owner: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Folder:
    """An open folder. Names inside it are single components; no call follows a link that stands at the name."""

    path: bytes
    fd: int | None
    """None where the system can't work relative to an open folder; then `path` is used."""

    def at(self, name: bytes) -> bytes:
        """What to hand to a call of `os` together with `dir_fd=self.fd`."""
        return name if self.fd is not None else os.path.join(self.path, name)

    def look(self, name: bytes) -> os.stat_result | None:
        try:
            return os.stat(self.at(name), dir_fd=self.fd, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def enter(self, name: bytes) -> "Folder":
        """Raises NotADirectoryError for a link, OSError for what else isn't a folder that can be entered."""
        inner = os.path.join(self.path, name)
        if self.fd is not None:
            try:
                return Folder(inner, os.open(name, _INTO, dir_fd=self.fd))
            except OSError as error:
                if error.errno == errno.ELOOP:
                    raise NotADirectoryError(errno.ENOTDIR, "a link") from None
                raise
        found = os.lstat(inner)
        if not stat.S_ISDIR(found.st_mode) or _is_reparse_point(found):
            raise NotADirectoryError(errno.ENOTDIR, "not a folder")
        return Folder(inner, None)

    def close(self) -> None:
        if self.fd is not None:
            os.close(self.fd)


@contextlib.contextmanager
def open_root(root: str) -> Iterator[Folder]:
    """The root itself may be reached through links: the user named it. Raises GlmcodeError where it is no folder."""
    path = os.fsencode(os.path.realpath(root))
    try:
        if _BY_FD:
            folder = Folder(path, os.open(path, _INTO))
        else:
            os.listdir(path)
            folder = Folder(path, None)
    except OSError as error:
        raise GlmcodeError(f"not a directory that can be used: {shown(root)} ({_words(error)})") from None
    with contextlib.closing(folder):
        yield folder


def _is_reparse_point(found: os.stat_result) -> bool:
    """A junction, on Windows: a link by another name."""
    return bool(getattr(found, "st_reparse_tag", None))


def components(path: str) -> tuple[bytes, ...]:
    """The path's components as the disk holds them; raises PathRefusedError for what could lead anywhere but inside."""
    try:
        parts = tuple(path.encode("utf-8", "surrogateescape").split(b"/"))
    except UnicodeEncodeError:
        raise PathRefusedError("outside-root", f"{shown(path)} can't be a file's name") from None
    for part in parts:
        if (
            part in (b"", b".", b"..")
            or b"\0" in part
            or part.lower() == b".git"
            or (os.name == "nt" and set(part) & set(b"\\:"))
        ):
            raise PathRefusedError("outside-root", f"{shown(path)} is not a path inside the root")
    return parts


@contextlib.contextmanager
def parent_of(top: Folder, path: str) -> Iterator[Folder | None]:
    """The open folder that `path` is in; None where it doesn't exist. Raises PathRefusedError for a link on the way."""
    reached, rest = _descend(top, components(path)[:-1], path)
    with contextlib.closing(reached):
        yield None if rest else reached


@contextlib.contextmanager
def made_parent_of(top: Folder, path: str, permissions: Mapping[str, int] | None = None) -> Iterator[Folder]:
    """As `parent_of`, with the missing folders made (and removed again where the block fails), with the permission bits
    that `permissions` gives by folder."""
    parts = components(path)[:-1]
    reached, rest = _descend(top, parts, path)
    made: list[str] = []
    try:
        for index in range(len(parts) - len(rest), len(parts)):
            os.mkdir(reached.at(parts[index]), 0o777, dir_fd=reached.fd)
            made.append(b"/".join(parts[: index + 1]).decode("utf-8", "surrogateescape"))
            inner = reached.enter(parts[index])
            reached.close()
            reached = inner
            if permissions is not None and made[-1] in permissions:
                os.chmod(b"." if inner.fd is not None else inner.path, permissions[made[-1]], dir_fd=inner.fd)
        yield reached
    except BaseException:
        remove_empty_parents(top, path, frozenset(made))
        raise
    finally:
        reached.close()


@contextlib.contextmanager
def nearest_folder(top: Folder, path: str) -> Iterator[tuple[Folder, tuple[bytes, ...]]]:
    """The deepest folder on the way to `path` that exists, and the components of it that don't."""
    reached, rest = _descend(top, components(path)[:-1], path)
    with contextlib.closing(reached):
        yield reached, rest


def _descend(top: Folder, parts: tuple[bytes, ...], path: str) -> tuple[Folder, tuple[bytes, ...]]:
    """As deep as folders go, and what is left; a file in the place of a folder ends the way, a link is refused."""
    here = Folder(top.path, os.dup(top.fd) if top.fd is not None else None)
    try:
        for index, part in enumerate(parts):
            try:
                inner = here.enter(part)
            except (FileNotFoundError, NotADirectoryError):
                found = here.look(part)
                if found is not None and (stat.S_ISLNK(found.st_mode) or _is_reparse_point(found)):
                    link = b"/".join(parts[: index + 1]).decode("utf-8", "surrogateescape")
                    raise PathRefusedError(
                        "outside-root", f"{shown(path)} leads through the symbolic link {shown(link)}"
                    ) from None
                return here, parts[index:]
            here.close()
            here = inner
    except BaseException:
        here.close()
        raise
    return here, ()


def read_entry(folder: Folder, name: bytes, path: str) -> Entry | None:
    """What stands at `name`; None for nothing. Raises PathRefusedError for what is neither a file nor a link.

    `path` is for messages. A FIFO or a device is never opened.
    """
    found = folder.look(name)
    if found is None:
        return None
    owner = (found.st_uid, found.st_gid)
    if stat.S_ISLNK(found.st_mode):
        return Entry(os.readlink(folder.at(name), dir_fd=folder.fd), LINK, 0, owner)
    if stat.S_ISDIR(found.st_mode):
        raise PathRefusedError("no-such-file", f"{shown(path)} is a folder, not a file")
    if not stat.S_ISREG(found.st_mode):
        raise PathRefusedError("binary", f"{shown(path)} is a device, a socket or a pipe, not a file")
    fd = os.open(folder.at(name), _READ, dir_fd=folder.fd)
    with open(fd, "rb", buffering=0) as file:
        opened = os.fstat(fd)
        if not stat.S_ISREG(opened.st_mode):
            raise PathRefusedError("binary", f"{shown(path)} is not a file")
        if opened.st_size > LARGEST:
            raise PathRefusedError("binary", f"{shown(path)} is larger than {LARGEST >> 20} MiB")
        pieces = bytearray()
        while piece := file.read(opened.st_size - len(pieces) + 1 if opened.st_size >= len(pieces) else 1 << 16):
            pieces += piece
            if len(pieces) > LARGEST:
                raise PathRefusedError("binary", f"{shown(path)} is larger than {LARGEST >> 20} MiB")
    bits = stat.S_IMODE(opened.st_mode)
    return Entry(bytes(pieces), EXECUTABLE if bits & 0o100 else PLAIN, bits, owner)


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
    folder: Folder, name: bytes, data: bytes, mode: str, permissions: int | None, owner: tuple[int, int] | None
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
            if owner is not None and owner != (os.geteuid(), os.getegid()):
                with contextlib.suppress(OSError):  # only root may give files away; the others keep what they can
                    os.fchown(fd, *owner)
            os.fchmod(fd, permissions)
    except BaseException:
        os.close(fd)
        raise
    return fd


def unlink_quietly(folder: Folder, name: bytes) -> None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        os.unlink(folder.at(name), dir_fd=folder.fd)


def remove_empty_parents(top: Folder, path: str, only: frozenset[str] | None = None) -> None:
    """Removes the folders that `path` was in, innermost first, as far as they are empty (and among `only`)."""
    parts = components(path)[:-1]
    for depth in range(len(parts), 0, -1):
        folder = b"/".join(parts[:depth]).decode("utf-8", "surrogateescape")
        if only is not None and folder not in only:
            return
        with parent_of(top, folder) as parent:
            if parent is None:
                continue
            try:
                os.rmdir(parent.at(parts[depth - 1]), dir_fd=parent.fd)
            except OSError:
                return


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
        temporary = b".glmcode-" + os.urandom(9).hex().encode() + b".tmp"
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


class DirectoryTree:
    """The files below a directory, as `landing` reads them. Nothing is kept: each call sees the disk as it is."""

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)

    def read(self, path: str) -> bytes | None:
        """Raises PathRefusedError for a path that leads out, through a link, or to what is no file; GlmcodeError where
        the file can't be read."""
        entry = self.entry(path)
        return None if entry is None else entry.data

    def mode(self, path: str) -> str:
        with open_root(self.root) as top, _failing_as(path, "read"), parent_of(top, path) as folder:
            found = None if folder is None else folder.look(components(path)[-1])
        if found is not None and stat.S_ISLNK(found.st_mode):
            return LINK
        return EXECUTABLE if found is not None and found.st_mode & 0o100 else PLAIN

    def entry(self, path: str) -> Entry | None:
        with open_root(self.root) as top, _failing_as(path, "read"), parent_of(top, path) as folder:
            return None if folder is None else read_entry(folder, components(path)[-1], path)

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
            for entry in entries:
                path = os.path.join(folder, entry.name)
                if entry.name.lower() == b".git":
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(path)
                else:
                    listed.append(path.decode("utf-8", "surrogateescape").replace(os.sep, "/"))
                    if len(listed) == _MOST_LISTED:
                        return listed
        return listed


def failure(error: OSError | ValueError, path: str, verb: str = "write") -> GlmcodeError:
    """The one clear line for what the disk refused."""
    return GlmcodeError(f"cannot {verb} {shown(path)}: {_words(error)}", exit_code=Exit.NOT_LANDED)


def shown(path: str) -> str:
    """A path for a message: on one line, with nothing in it that a terminal would act on."""
    return path if path.isprintable() else path.encode("unicode_escape").decode("ascii")


@contextlib.contextmanager
def _failing_as(path: str, verb: str = "write") -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        raise failure(error, path, verb) from error


def _words(error: OSError | ValueError) -> str:
    if not isinstance(error, OSError):
        return "not a name that the system takes"
    return _WORDS.get(error.errno or 0) or error.strerror or "the system refused it"
