"""A watcher over what no landing may touch: the kernel's own record of every change, and a comparison of all that stands."""

import ctypes
import os
import stat
import struct
from collections.abc import Callable, Iterable
from types import TracebackType

__all__ = ["Snapshot", "Watcher", "snapshot"]

_CHANGES = {
    0x2: "written", 0x4: "given other attributes", 0x8: "closed after writing", 0x40: "moved from", 0x80: "moved to",
    0x100: "made", 0x200: "removed", 0x400: "itself removed", 0x800: "itself moved",
}  # fmt: skip
_READS = {0x1: "read", 0x20: "opened"}
_OVERFLOW, _IGNORED, _IS_FOLDER = 0x4000, 0x8000, 0x40000000
_HEAD = struct.Struct("iIII")

Snapshot = dict[bytes, tuple[object, ...]]


class Watcher:
    """Told of every change, and of every opening for reading, of what is directly in the watched folders. Linux only."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "inotify_init1")
        self._places: dict[int, bytes] = {}

    def __enter__(self) -> "Watcher":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)

    def add(self, folder: bytes, *, changes: bool, reads: bool) -> None:
        mask = (sum(_CHANGES) if changes else 0) | (sum(_READS) if reads else 0)
        number = self._libc.inotify_add_watch(self._fd, folder, mask)
        if number < 0:
            raise OSError(ctypes.get_errno(), "inotify_add_watch", folder)
        self._places[number] = folder

    def seen(self) -> list[tuple[bytes, str]]:
        """What happened since this was last asked: a path, and what was done to it."""
        found: list[tuple[bytes, str]] = []
        while True:
            try:
                data = os.read(self._fd, 1 << 18)
            except BlockingIOError:
                return found
            at = 0
            while at < len(data):
                number, mask, _cookie, length = _HEAD.unpack_from(data, at)
                name = data[at + _HEAD.size : at + _HEAD.size + length].rstrip(b"\0")
                at += _HEAD.size + length
                if mask & _OVERFLOW:
                    raise OverflowError("more happened than the kernel keeps: ask more often")
                if mask & _IGNORED:
                    continue
                words = [word for bit, word in (_CHANGES | _READS).items() if mask & bit]
                found.append((os.path.join(self._places[number], name), ", ".join(words)))


def snapshot(folder: bytes, skip: Callable[[bytes], bool], *, identity: bool = True) -> Snapshot:
    """All below the folder, by path: kind, mode and content, and with `identity` also inode and the times of changes."""
    found: Snapshot = {}
    waiting = [folder]
    for place in waiting:
        with os.scandir(place) as entries:
            for entry in entries:
                if skip(entry.path):
                    continue
                what = entry.stat(follow_symlinks=False)
                content: bytes = b""
                if stat.S_ISDIR(what.st_mode):
                    waiting.append(entry.path)
                elif stat.S_ISLNK(what.st_mode):
                    content = os.readlink(entry.path)
                elif stat.S_ISREG(what.st_mode):
                    with open(entry.path, "rb") as file:
                        content = file.read()
                known: tuple[object, ...] = (what.st_mode, what.st_uid, what.st_gid, content)
                if identity:
                    known += (what.st_ino, what.st_mtime_ns)
                found[entry.path] = known
    return found


def different(before: Snapshot, after: Snapshot) -> Iterable[bytes]:
    """The paths at which something else stands."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
