"""One landing at a time in a repository, one process at a session: a lock file that the system frees when its holder ends, however it ends."""

import contextlib
import os
import time
from collections.abc import Iterator

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.folder import failure

__all__ = ["held"]

_PATIENCE = 5.0
"""Seconds: a landing takes a fraction of one."""


@contextlib.contextmanager
def held(path: str, *, doing: str = "is landing here", patience: float = _PATIENCE) -> Iterator[None]:
    """Holds the lock at `path` for the block. Raises GlmcodeError (exit 5), naming the owner, when it stays busy for
    `patience` seconds."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError as error:
        raise failure(error, path) from error
    try:
        deadline = time.monotonic() + patience
        while not _taken(fd):
            if time.monotonic() >= deadline:
                owner = os.pread(fd, 32, 1).decode("ascii", "replace").strip() if hasattr(os, "pread") else ""
                raise GlmcodeError(
                    f"another glmcode {doing}{f' (process {owner})' if owner.isdigit() else ''}",
                    exit_code=Exit.CONFLICT,
                    hint="try again when it has ended",
                )
            time.sleep(0.02)
        os.ftruncate(fd, 0)
        os.write(fd, b" %d\n" % os.getpid())  # the first byte is what Windows locks
        yield
    finally:
        os.close(fd)


def _taken(fd: int) -> bool:
    try:
        import fcntl
    except ImportError:
        import msvcrt

        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
