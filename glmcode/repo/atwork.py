"""Another git at work in the same checkout. It looks at all files, under its lock of the index, and writes them a moment later:
what is landed in between would be gone. So a landing waits until it has ended, and looks again where one began meanwhile."""

import os
import time

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.discover import find_repository
from glmcode.repo.folder import shown
from glmcode.repo.waiting import on_waiting

__all__ = ["Watch"]

_PATIENCE = 10.0
_SILENT = 1.0
"""Seconds: git holds its lock for as long as it writes files, or a hook or the editor of `git commit --all` runs."""


class Watch:
    """Of the checkout around `root`; of nothing where that is in no repository, or where git itself waits for us (a hook)."""

    def __init__(self, root: str) -> None:
        self._index = ""
        if "GIT_INDEX_FILE" not in os.environ:
            try:
                self._index = os.path.join(find_repository(root).git_dir, "index")
            except GlmcodeError:
                return
        self._then = self._now()

    def wait(self) -> None:
        """Returns when no git is at work. Raises GlmcodeError (exit 5) where one is for long, or has left its lock."""
        lock, start, told = f"{self._index}.lock", time.monotonic(), False
        while self._index and os.path.lexists(lock):
            waited = time.monotonic() - start
            if waited >= _PATIENCE:
                raise GlmcodeError(
                    "another git is at work in your checkout: it holds index.lock",
                    exit_code=Exit.CONFLICT,
                    hint=f"try again when it has ended; if none is running, remove {shown(lock)}",
                )
            if waited >= _SILENT and not told and (tell := on_waiting.get()) is not None:
                tell(f"waiting for up to {_PATIENCE:.0f} seconds: another git is at work in your checkout")
                told = True
            time.sleep(0.01)
        self._then = self._now()

    def is_disturbed(self) -> bool:
        """Whether a git was at work since `wait`; it has ended then. Raises as that does."""
        then = self._then
        if not self._index or (self._now() == then and not os.path.lexists(f"{self._index}.lock")):
            return False
        self.wait()
        return True

    def _now(self) -> tuple[int, int, int] | None:
        try:
            found = os.stat(self._index)
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size
