"""Where new contents wait until they go into place: in a folder of glmcode's own, so that nobody who stages, commits or watches
the tree meets them. That must be on the same file system, and give new files the same rights as their own folder does;
else they wait beside their place.
"""

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from functools import lru_cache

from glmcode.repo.folder import Folder, open_root

__all__ = ["Aside", "displaced_name", "open_aside", "temporary_name"]


class Aside:
    """The folder of our own, open."""

    def __init__(self, own: Folder) -> None:
        self.own = own
        self._kind = _kind(own)
        self._known: dict[bytes, bool] = {}

    def beside(self, folder: Folder) -> Folder:
        """Where what is to go into this folder may wait: our own one, or the folder itself."""
        if self._kind is None:
            return folder
        if folder.path not in self._known:
            self._known[folder.path] = _kind(folder) == self._kind
        return self.own if self._known[folder.path] else folder


@contextlib.contextmanager
def open_aside(path: str) -> Iterator[Aside]:
    """Raises GlmcodeError where there is no such folder."""
    with open_root(path) as own:
        yield Aside(own)


@lru_cache(maxsize=1024)
def temporary_name(token: str, path: str) -> bytes:
    """Told by the token and the path alone, so that a later process finds it."""
    return f".glmcode-{token}-{hashlib.sha256(path.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}.tmp".encode()


def displaced_name(token: str, path: str) -> bytes:
    """What a file is called while it waits to trade places and once it did: it is whole, always."""
    return temporary_name(token, path).removesuffix(b".tmp") + b".old"


def _kind(folder: Folder) -> tuple[int, ...] | None:
    """Folders of one kind give new files the same owner and rights, and a rename leads from one to the other, mostly. None
    for those that are like no other."""
    if folder.fd is None:
        return None
    found = os.fstat(folder.fd)
    if found.st_mode & stat.S_ISGID:
        return None
    if hasattr(os, "getxattr"):
        try:
            os.getxattr(b"/proc/self/fd/%d" % folder.fd, "system.posix_acl_default")
        except OSError:
            return (found.st_dev,)
        return None
    return (found.st_dev, found.st_gid)
