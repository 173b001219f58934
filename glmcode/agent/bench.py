"""The session's worktree, as the loop sees it."""

import contextlib
from collections.abc import Iterable, Mapping

from glmcode.landing.tree import Tree
from glmcode.repo.sessions import Session, note

__all__ = ["Bench"]


class Bench:
    """Writes what lands, and keeps it on the session's branch."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._written: set[str] = set()
        self._untested: set[str] = set()

    def tree(self) -> Tree:
        from glmcode.repo.carry import carried
        from glmcode.repo.disk import DirectoryTree

        return DirectoryTree(self._session.worktree, carried(self._session.git_dir))

    def write(self, files: Mapping[str, bytes | None], modes: Mapping[str, str]) -> None:
        from glmcode.repo.disk import remove_file, write_file

        for path, data in files.items():
            if data is None:
                remove_file(self._session.worktree, path)
            else:
                write_file(self._session.worktree, path, data, modes[path])
        self._written.update(files)
        self._untested.update(files)

    def untested(self) -> list[str]:
        """The paths written since this was last asked."""
        paths = sorted(self._untested)
        self._untested.clear()
        return paths

    def keep(self, message: str) -> None:
        from glmcode.repo.worktree import snapshot

        if not self._written:
            return
        note(self._session, "kept", commit=snapshot(self._session, sorted(self._written), message), message=message)
        self._written.clear()

    def restore(self, commit: str, paths: Iterable[str]) -> None:
        """Puts these paths back to what the session's `commit` has there. Paths that no edit could write are passed over."""
        from glmcode.landing.paths import normalise
        from glmcode.landing.tree import PathRefusedError
        from glmcode.repo.worktree import restore

        safe: set[str] = set()
        for path in paths:
            with contextlib.suppress(PathRefusedError):
                safe.add(normalise(path))
        restore(self._session, commit, safe)

    def diff(self) -> str:
        from glmcode.repo.worktree import session_diff

        return session_diff(self._session)
