"""Folders of the user's disk, walked component by component from an open root, so that no path leads out of it.

No component may be a symbolic link or a repository of its own: what is opened is what was checked, whatever is swapped
meanwhile. Where the system has no calls relative to an open folder (Windows), each component is looked at before it is
used. Names are bytes here: UTF-8, with surrogate escapes standing for the bytes that aren't.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from glmcode.errors import Exit, GlmcodeError
from glmcode.landing.paths import LONGEST_PATH, MOST_NAMES, is_gits_own, windows_takes
from glmcode.landing.tree import PathRefusedError

__all__ = [
    "Folder",
    "Walk",
    "components",
    "failure",
    "made_parent_of",
    "nearest_folder",
    "open_root",
    "parent_of",
    "remove_empty_parents",
    "shown",
    "words",
]

_BY_FD = {os.open, os.stat, os.unlink, os.mkdir, os.rmdir, os.rename, os.symlink, os.readlink} <= os.supports_dir_fd
_INTO = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
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

    def names(self) -> list[bytes]:
        """What it holds."""
        if self.fd is None:
            return os.listdir(self.path)
        fd = os.open(b".", os.O_RDONLY, dir_fd=self.fd)  # the folder's own may be good for paths alone
        try:
            return [os.fsencode(name) for name in os.listdir(fd)]
        finally:
            os.close(fd)

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
        raise GlmcodeError(f"not a directory that can be used: {shown(root)} ({words(error)})") from None
    with contextlib.closing(folder):
        yield folder


def _is_reparse_point(found: os.stat_result) -> bool:
    """A junction, on Windows: a link by another name."""
    return bool(getattr(found, "st_reparse_tag", None))


@lru_cache(maxsize=4096)
def components(path: str) -> tuple[bytes, ...]:
    """The path's components as the disk holds them; raises PathRefusedError for what could lead anywhere but inside."""
    try:
        parts = tuple(path.encode("utf-8", "surrogateescape").split(b"/"))
    except UnicodeEncodeError:
        raise PathRefusedError("outside-root", f"{shown(path)} can't be a file's name") from None
    if len(path) > LONGEST_PATH or len(parts) > MOST_NAMES:
        raise PathRefusedError(
            "malformed", f"a path of {len(path)} characters in {len(parts)} names is longer than any file's"
        )
    for part in parts:
        name = part.decode("utf-8", "surrogateescape")
        refused = name in ("", ".", "..") or "\0" in name or is_gits_own(name)
        if refused or (os.name == "nt" and not windows_takes(name)):
            raise PathRefusedError("outside-root", f"{shown(path)} is not a path inside the root")
    return parts


class Walk:
    """Goes to the folders of one path after the other. The one that it was in last stays open, for the next path is mostly
    in it as well: what is opened is what was checked, for all of them."""

    def __init__(self, top: Folder) -> None:
        self._top = top
        self._at: tuple[str, Folder, tuple[bytes, ...]] | None = None

    def __enter__(self) -> "Walk":
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def to(self, path: str) -> tuple[Folder, tuple[bytes, ...]]:
        """The deepest folder on the way to `path` that exists, open until the walk goes on, and the components of it that
        don't. Raises PathRefusedError for a link on the way."""
        above = path.rpartition("/")[0]
        if self._at is None or self._at[0] != above:
            parts = components(path)[:-1]
            self.leave()
            self._at = (above, *_descend(self._top, parts, path))
        return self._at[1:]

    def leave(self) -> None:
        """For when folders come or go."""
        if self._at is not None:
            self._at[1].close()
            self._at = None


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
            folder = b"/".join(parts[: index + 1]).decode("utf-8", "surrogateescape")
            kept = (permissions or {}).get(folder)
            os.mkdir(reached.at(parts[index]), 0o777 if kept is None else kept, dir_fd=reached.fd)
            made.append(folder)
            inner = reached.enter(parts[index])
            reached.close()
            reached = inner
            if kept is not None:  # the umask may have taken some
                os.chmod(b"." if inner.fd is not None else inner.path, kept, dir_fd=inner.fd)
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
    """As deep as folders go, and what is left; a file in the place of a folder ends the way. A link is refused, and so is
    a folder that is a repository of its own, such as a submodule."""
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
            if here.look(b".git") is not None:
                module = b"/".join(parts[: index + 1]).decode("utf-8", "surrogateescape")
                raise PathRefusedError("outside-root", f"{shown(path)} belongs to another repository, {shown(module)}")
    except BaseException:
        here.close()
        raise
    return here, ()


def remove_empty_parents(top: Folder, path: str, only: frozenset[str] | None = None) -> None:
    """Removes the folders that `path` was in, innermost first, as far as they are empty (and among `only`)."""
    parts = components(path)[:-1]
    with contextlib.ExitStack() as opened:
        chain = [top]  # the way down is walked once: a walk for each folder would grow with the depth's square
        for part in parts[:-1]:
            try:
                chain.append(opened.enter_context(contextlib.closing(chain[-1].enter(part))))
            except (FileNotFoundError, NotADirectoryError):
                break
        for depth in range(len(chain), 0, -1):
            folder = b"/".join(parts[:depth]).decode("utf-8", "surrogateescape")
            if not parts or (only is not None and folder not in only):
                continue
            try:
                os.rmdir(chain[depth - 1].at(parts[depth - 1]), dir_fd=chain[depth - 1].fd)
            except FileNotFoundError:
                continue
            except OSError:
                return


def failure(error: OSError | ValueError, path: str, verb: str = "write") -> GlmcodeError:
    """The one clear line for what the disk refused."""
    return GlmcodeError(f"cannot {verb} {shown(path)}: {words(error)}", exit_code=Exit.NOT_LANDED)


def shown(path: str) -> str:
    """A path for a message: on one line, with nothing in it that a terminal would act on."""
    return path if path.isprintable() else path.encode("unicode_escape").decode("ascii")


def words(error: OSError | ValueError) -> str:
    if not isinstance(error, OSError):
        return "not a name that the system takes"
    return _WORDS.get(error.errno or 0) or error.strerror or "the system refused it"
