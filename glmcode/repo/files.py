"""What the agent reads of a checkout: which files git knows, which differ, and their text."""

import os
import stat

from glmcode.landing.tree import PathRefusedError
from glmcode.repo.disk import DirectoryTree
from glmcode.repo.git import git

__all__ = ["read_text", "status_paths", "tracked_files"]

_REGULAR = (b"100644 ", b"100755 ")
LARGEST_TEXT = 4 << 20
"""Bytes: what is larger is no file that anyone writes by hand."""


def tracked_files(root: str) -> tuple[str, ...]:
    """Regular files of the index, by path, in git's order: no links, no submodules. They need not be on the disk."""
    entries = git(root, "ls-files", "-z", "--stage").split(b"\0")
    # A file in conflict stands there up to three times.
    paths = (entry.partition(b"\t")[2] for entry in entries if entry.startswith(_REGULAR))
    return tuple(dict.fromkeys(os.fsdecode(path) for path in paths))


def status_paths(root: str) -> tuple[str, ...]:
    """Files that differ from HEAD in index or working tree, and untracked ones that git doesn't ignore, by path."""
    status = git(root, "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
    return tuple(sorted(os.fsdecode(line[3:]) for line in status.split(b"\0") if line))


def read_text(root: str, path: str, limit: int = LARGEST_TEXT) -> str | None:
    """The file's text, whole; None for what is missing, no regular file, binary, outside `root`, or over `limit` bytes.

    For reading only: a byte order mark is dropped, and bytes that are not UTF-8 come as U+FFFD.
    """
    try:
        found = os.lstat(os.path.join(root, path))
        if not stat.S_ISREG(found.st_mode) or found.st_size > limit:
            return None
        data = DirectoryTree(root).read(path)
    except (OSError, ValueError, PathRefusedError):
        return None
    if data is None or len(data) > limit or b"\0" in data:
        return None
    return data.decode("utf-8-sig", "replace")
