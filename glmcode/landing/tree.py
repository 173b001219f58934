"""The files that a plan lands on, as landing sees them: bytes by path, read when they are needed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from glmcode.landing.outcome import Reason

__all__ = ["MappingTree", "PathRefusedError", "Tree"]


class PathRefusedError(Exception):
    """A path that must not be read or written, and the reason code that an edit of it is rejected with."""

    def __init__(self, reason: Reason, why: str) -> None:
        super().__init__(why)
        self.reason = reason
        self.why = why


class Tree(Protocol):
    """Where the bytes come from. Paths are relative, with `/`, already normalised by `landing.paths`."""

    @property
    def roots(self) -> Sequence[str]:
        """The absolute names of the folder that paths are relative to; none where the files lie on no disk."""

    def read(self, path: str) -> bytes | None:
        """The file's bytes (of a symlink: its target), None where there is no file. Raises PathRefusedError: for a folder
        with the reason `no-such-file`."""

    def mode(self, path: str) -> str:
        """The file's mode as git writes it: "100644", "100755" or "120000". Only asked where `read` gave bytes."""

    def names(self, folder: str) -> Iterable[str]:
        """What the folder holds, files and folders ("" is the root): names, in the spelling that stands there. None where
        there is no such folder."""

    def paths(self) -> Iterable[str]:
        """Paths that exist, for "did you mean" only; may be empty where listing would be dear."""


class MappingTree:
    """A tree over a plain mapping of paths to bytes."""

    roots = ()

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._folders: dict[str, set[str]] | None = None

    def read(self, path: str) -> bytes | None:
        data = self._files.get(path)
        if data is None and path in self._all_folders():
            raise PathRefusedError("no-such-file", f"{path} is a folder, not a file")
        return data

    def mode(self, path: str) -> str:
        return "100644"

    def names(self, folder: str) -> Iterable[str]:
        return self._all_folders().get(folder, ()) if folder else {path.partition("/")[0] for path in self._files}

    def paths(self) -> Iterable[str]:
        return sorted(self._files)

    def _all_folders(self) -> dict[str, set[str]]:
        """The names in each folder but the root."""
        if self._folders is None:
            self._folders = {}
            for path in self._files:
                at = path.find("/")
                while at >= 0:
                    self._folders.setdefault(path[:at], set()).add(path[at + 1 :].partition("/")[0])
                    at = path.find("/", at + 1)
        return self._folders
