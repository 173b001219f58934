"""Names on a disk that takes `A.txt` and `a.txt` for one file."""

import os
import unicodedata
from collections.abc import Iterable, Sequence

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.folder import shown

__all__ = ["spelled"]


def spelled(
    root: str, known: Iterable[bytes], gone: Sequence[bytes], there: Sequence[bytes]
) -> tuple[list[bytes], list[bytes]]:
    """The paths that are gone and those that are there, where the disk says so of each spelling: of a file whose name
    changed in case alone, both spellings seem to be there.

    Raises GlmcodeError (exit 5) where a path would stand in git beside another that is the same file on the disk.
    """
    names: dict[str, set[bytes]] = {}
    for path in {*known, *there}:
        names.setdefault(_folded(path), set()).add(path)
    lost = set(gone)
    kept: list[bytes] = []
    for path in there:
        if len(names[_folded(path)]) > 1 and os.path.basename(path) not in _listed(root, path):
            lost.add(path)
        else:
            kept.append(path)
    for path in kept:
        for other in sorted(names[_folded(path)] - lost - {path}):
            raise GlmcodeError(
                f"{shown(os.fsdecode(other))} and {shown(os.fsdecode(path))} are one file where case makes no difference,"
                " as core.ignoreCase says of this disk",
                exit_code=Exit.CONFLICT,
                hint="give one of them another name",
            )
    return sorted(lost), kept


def _folded(path: bytes) -> str:
    return unicodedata.normalize("NFC", path.decode("utf-8", "surrogateescape")).casefold()


def _listed(root: str, path: bytes) -> list[bytes]:
    try:
        return os.listdir(os.path.dirname(os.path.join(os.fsencode(root), path)))
    except OSError:
        return []
