"""Making what was written durable: file by file for a few, with one sync of the file system for many."""

import contextlib
import os
import sys
from types import TracebackType

__all__ = ["Barrier"]

_FEW = 16
"""Up to here an fsync a file is cheaper than flushing whatever else the file system has waiting."""


class Barrier:
    """Collects open files and folders; after `wait` all that was added is on the disk. `count` is how many will come."""

    def __init__(self, count: int) -> None:
        self._whole_systems = count > _FEW and sys.platform == "linux"
        self._systems: dict[int, int] = {}

    def __enter__(self) -> "Barrier":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for fd in self._systems.values():
            os.close(fd)
        self._systems.clear()

    def add(self, fd: int) -> None:
        if not self._whole_systems:
            os.fsync(fd)
            return
        device = os.fstat(fd).st_dev
        if device not in self._systems:
            self._systems[device] = os.dup(fd)

    def add_folder(self, fd: int) -> None:
        """As `add`; some file systems have no fsync of folders, and need none."""
        with contextlib.suppress(OSError):
            self.add(fd)

    def wait(self) -> None:
        if not self._systems:
            return
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        for fd in self._systems.values():
            if libc.syncfs(fd) != 0:
                number = ctypes.get_errno()
                raise OSError(number, os.strerror(number))
