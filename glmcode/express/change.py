"""What is to be expressed: one file's bytes before and after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["BeforeTree", "FileChange"]


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file's change. Bytes of a symbolic link are its target; modes are as in git: "100644", "100755", "120000"."""

    path: str
    """Where the file is, or was if it goes."""
    before: bytes | None
    """None where it is new."""
    after: bytes | None
    """None where it goes."""
    mode_before: str = "100644"
    mode_after: str = "100644"
    was: str | None = None
    """The path that it moved from; `before` is what it held there."""


class BeforeTree:
    """The files before the change, as landing reads them."""

    roots = ()

    def __init__(self, changes: Sequence[FileChange]) -> None:
        self._files = {one.was or one.path: one for one in changes if one.before is not None}

    def read(self, path: str) -> bytes | None:
        file = self._files.get(path)
        return None if file is None else file.before

    def mode(self, path: str) -> str:
        return self._files[path].mode_before

    def names(self, folder: str) -> Iterable[str]:
        below = f"{folder}/" if folder else ""
        return {path[len(below) :].partition("/")[0] for path in self._files if path.startswith(below)}

    def paths(self) -> Iterable[str]:
        return sorted(self._files)
