"""Conflicts as git leaves them: both sides in the file between markers, and the sides as unmerged entries of the index.

The entries are what `git status`, `git mergetool` and `git checkout --theirs` go by; so a landing with conflicts is mended
as a merge is.
"""

import os
import tempfile

from glmcode.errors import Exit
from glmcode.repo.disk import Entry
from glmcode.repo.git import failure, git, run_git

__all__ = ["marked", "stages"]


def marked(root: str, mine: bytes, base: bytes, theirs: bytes, label: str) -> bytes | None:
    """The three merged, with markers around what can't be: `<<<<<<< yours`, `>>>>>>> label`, and the base between them
    where the user's merge.conflictStyle says so. None for binary files."""
    if any(b"\0" in side for side in (mine, base, theirs)):
        return None
    with tempfile.TemporaryDirectory(prefix="glmcode-") as folder:
        sides = (("mine", mine), ("base", base), ("theirs", theirs))
        for name, data in sides:
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        labels = ("-L", "yours", "-L", "base", "-L", label)
        files = (os.path.join(folder, name) for name, _ in sides)
        ended = run_git(root, ["merge-file", "-p", "-q", *labels, *files])
    if not 0 <= ended.status < 128:
        raise failure("git merge-file", ended, Exit.CONFLICT)
    return ended.out


def stages(root: str, path: str, base: str | None, mine: Entry | None, theirs: str | None) -> str:
    """The unmerged entries of a path, "mode blob stage" a line. `base` and `theirs` are "mode blob"."""
    lines = [] if base is None else [f"{base} 1"]
    if mine is not None:
        filters = ["--no-filters"] if mine.mode == "120000" else [f"--path={path}"]
        blob = git(root, "hash-object", "-w", *filters, "--stdin", stdin=mine.data, exit_code=Exit.CONFLICT)
        lines.append(f"{mine.mode} {blob.decode().strip()} 2")
    return "\n".join(lines if theirs is None else [*lines, f"{theirs} 3"])
