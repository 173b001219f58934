"""A new file and the one that stands in its place trade names in one step, so that what was displaced can be looked at.

A rename over a file takes what stands there at that instant, whatever was read a moment before: a save of the user's in
between would be gone. After a trade nothing is: what came out is compared, and goes back where it isn't what was expected.
Linux and macOS can do that on their own file systems; elsewhere `trade` says that it can't.
"""

import errno
import os
import sys
from functools import cache
from typing import Any

from glmcode.repo.folder import Folder

__all__ = ["is_being_written", "move_in", "trade"]

_NO_REPLACE, _EXCHANGE = (1, 2) if sys.platform == "linux" else (4, 2)
_CANNOT = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}


def trade(one: Folder, name: bytes, other: Folder, its: bytes) -> bool:
    """What these two names stand for, each in its folder, changes places in one step. False where the system can't do
    that; raises FileNotFoundError where one of them is missing, and OSError."""
    return _rename(one, name, other, its, _EXCHANGE)


def move_in(source: Folder, name: bytes, target: Folder, new: bytes) -> None:
    """Moves a file to a name that must be free: raises FileExistsError where something stands there, and OSError."""
    if os.name == "nt":
        os.rename(source.at(name), target.at(new))
        return
    if _rename(source, name, target, new, _NO_REPLACE):
        return
    try:
        os.link(source.at(name), target.at(new), src_dir_fd=source.fd, dst_dir_fd=target.fd, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if target.look(new) is not None:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        os.rename(source.at(name), target.at(new), src_dir_fd=source.fd, dst_dir_fd=target.fd)
        return
    os.unlink(source.at(name), dir_fd=source.fd)


def is_being_written(fd: int) -> bool:
    """Whether a process has the file, open here for reading, open for writing: what it writes would go with the file. Only
    Linux tells, of files that are the user's own; False elsewhere."""
    if sys.platform != "linux":
        return False
    import fcntl
    import signal

    try:
        # The system gives a read lease only on a file that nobody has open for writing. Who opens it then is told of by a
        # signal, which must not be the one that ends a process.
        fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    return False


def _rename(source: Folder, name: bytes, target: Folder, new: bytes, flag: int) -> bool:
    call = _call()
    if call is None or source.fd is None or target.fd is None:
        return False
    import ctypes

    if call(source.fd, name, target.fd, new, flag) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), os.fsdecode(new))


@cache
def _call() -> Any:
    """`renameat2` of Linux or `renameatx_np` of macOS; None where the C library has neither."""
    name = {"linux": "renameat2", "darwin": "renameatx_np"}.get(sys.platform)
    if name is None:
        return None
    import ctypes

    try:
        found = getattr(ctypes.CDLL(None, use_errno=True), name)
    except (OSError, AttributeError):
        return None
    found.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    return found
