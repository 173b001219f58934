"""One landing at a time in a repository, one process at a session: a lock file that the system frees when its holder ends, however it ends.

In the file its owner says who it is. Where the file system has no locks, a second file beside it is the lock, and its owner is
what tells whether it still counts: a process of this machine that has ended holds nothing, one of another machine is
believed.
"""

import contextlib
import os
import threading
import time
from collections.abc import Iterator

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.folder import failure, shown
from glmcode.repo.owner import Owner, read_owner, this_process
from glmcode.repo.waiting import on_waiting

__all__ = ["held", "holder"]

_PATIENCE = 10.0
"""Seconds: a landing takes a fraction of one."""
_SILENT = 1.0
"""Seconds of waiting before a word is said of it."""
_FRESH = 60.0
"""Seconds for which a lock file without an owner is taken for one that is just being made."""
_ours: set[tuple[int, int, str]] = set()
"""What this process holds, by thread: it may take it once more."""


@contextlib.contextmanager
def held(
    path: str, *, doing: str = "is landing here", patience: float | None = None, again: bool = True
) -> Iterator[None]:
    """Holds the lock at `path` for the block; the thread that holds it may take it `again`. Raises GlmcodeError (exit 5),
    naming the owner, when it stays busy for `patience` seconds (None: for 10)."""
    key = (os.getpid(), threading.get_ident(), os.path.realpath(path))
    if again and key in _ours:
        yield
        return
    fd = _waited_for(path, doing, _PATIENCE if patience is None else patience)
    _ours.add(key)
    try:
        yield
    finally:
        _ours.discard(key)
        _let_go(fd, path)


def holder(path: str) -> str:
    """Who holds the lock at `path`, in words ("process 4711, glmcode run, for 3 minutes"); "" where nobody does."""
    try:
        fd = _taken(path)
    except (OSError, GlmcodeError):
        return ""
    if fd is not None:
        _let_go(fd, path)
        return ""
    owner = _owner_of(path)
    return owner.words() if owner is not None else "a process that has not said which"


def _waited_for(path: str, doing: str, patience: float) -> int:
    start = time.monotonic()
    told = False
    while True:
        try:
            fd = _taken(path)
        except OSError as error:
            raise failure(error, path) from error
        if fd is not None:
            return fd
        waited = time.monotonic() - start
        if waited >= patience:
            raise _busy(path, doing)
        if waited >= _SILENT and not told and (tell := on_waiting.get()) is not None:
            tell(f"waiting for up to {patience:.0f} seconds: {_busy(path, doing).message}")
            told = True
        time.sleep(0.02)


def _busy(path: str, doing: str) -> GlmcodeError:
    owner = _owner_of(path)
    if owner is None or owner.is_alive() is False:  # it has just begun, and not said who it is
        return GlmcodeError(f"another glmcode {doing}", exit_code=Exit.CONFLICT, hint="try again when it has ended")
    hint = "try again when it has ended"
    if owner.is_stopped():
        hint = f"it is suspended: fg in its terminal, or kill -CONT {owner.pid}, lets it go on"
    elif owner.is_alive() is None:
        hint += f"; if that process is gone for good, remove {shown(path)}*"
    return GlmcodeError(f"another glmcode {doing} ({owner.words()})", exit_code=Exit.CONFLICT, hint=hint)


def _taken(path: str) -> int | None:
    """The lock's open file, which is the lock; None where someone else has it. Raises OSError where there can be none."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0), 0o600)
    try:
        free = _lock(fd)
        if free is None:
            free = _claimed(path)
        elif free and not _is_at(fd, path):  # whoever had it has removed the file: the lock of that name is another one
            free = False
    except BaseException:
        os.close(fd)
        raise
    if not free:
        os.close(fd)
        return None
    with contextlib.suppress(OSError):  # a full disk: the lock holds without a word
        os.ftruncate(fd, 0)
        os.write(fd, b" " + this_process().packed())  # the first byte is what Windows locks
    return fd


def _let_go(fd: int, path: str) -> None:
    with contextlib.suppress(OSError):
        os.ftruncate(fd, 0)
    with contextlib.suppress(OSError):
        owner = read_owner(_claim(path), 0)
        if owner is not None and owner.is_same(this_process()):
            os.unlink(_claim(path))
    os.close(fd)


def _lock(fd: int) -> bool | None:
    """Takes the system's lock on the file; None where the file system has none."""
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
    except OSError:
        return None
    return True


def _is_at(fd: int, path: str) -> bool:
    try:
        there = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    mine = os.fstat(fd)
    return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)


def _claim(path: str) -> str:
    return path + ".held"


def _claimed(path: str) -> bool:
    """The lock as a file that only one process can make. One whose owner has ended is moved out of the way first."""
    claim = _claim(path)
    with contextlib.suppress(FileExistsError):
        fd = os.open(claim, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            os.write(fd, this_process().packed())
        except BaseException:
            os.unlink(claim)
            raise
        finally:
            os.close(fd)
        return True
    owner = read_owner(claim, 0)
    if owner is None:
        with contextlib.suppress(FileNotFoundError):
            if time.time() - os.stat(claim).st_mtime < _FRESH:
                return False
    elif owner.is_alive() is not False:
        return False
    aside = f"{claim}.{os.urandom(6).hex()}"
    with contextlib.suppress(FileNotFoundError):
        os.rename(claim, aside)
        if read_owner(aside, 0) == owner:
            os.unlink(aside)
        else:  # another process was quicker, and this is its lock
            os.rename(aside, claim)
    return False


def _owner_of(path: str) -> Owner | None:
    return read_owner(_claim(path), 0) or read_owner(path, 1)
