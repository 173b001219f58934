"""A session's work as a patch: one diff in git's format that `git apply` takes, with binary files, modes and renames."""

import contextlib
import os

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.folder import failure, shown
from glmcode.repo.sessions import Session
from glmcode.repo.worktree import session_diff

__all__ = ["patch", "write_patch"]


def patch(session: Session) -> bytes:
    """The diff from the commit that the session started from to the tip of its branch."""
    return session_diff(session).encode("utf-8", "surrogateescape")


def write_patch(session: Session, path: str, *, overwrite: bool) -> None:
    """Writes the patch whole or not at all. Raises GlmcodeError: exit 5 where the file is there and is not to be
    replaced, exit 4 where the disk refuses."""
    data = patch(session)
    temporary = f"{path}.glmcode-{os.urandom(6).hex()}.tmp"
    if not overwrite and os.path.lexists(path):
        raise _exists(path)
    if os.path.isdir(path):
        raise GlmcodeError(f"{shown(path)} is a folder, not a file to write a patch to")
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        try:
            with open(fd, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if overwrite:
                os.replace(temporary, os.path.realpath(path))
            else:
                _put(temporary, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
    except FileExistsError:
        raise _exists(path) from None
    except (OSError, ValueError) as error:
        raise failure(error, path) from error


def _put(temporary: str, path: str) -> None:
    """A rename that replaces nothing, also what appears in this moment."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except (OSError, AttributeError, NotImplementedError):  # a file system without hard links
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        os.replace(temporary, path)


def _exists(path: str) -> GlmcodeError:
    return GlmcodeError(
        f"{shown(path)} is there already",
        exit_code=Exit.CONFLICT,
        hint="--overwrite replaces it, --output names another",
    )
