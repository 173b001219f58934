"""Submodules of a session's worktree: filled from the user's own checkout of them, never from the network."""

import os
from collections.abc import Iterator

from glmcode.errors import GlmcodeError
from glmcode.repo.folder import shown
from glmcode.repo.git import complaint, git, run_git

__all__ = ["fill"]

_DEEPEST = 8
"""Submodules within submodules."""
_LOCAL = ("-c", "protocol.allow=never", "-c", "protocol.file.allow=always")


def fill(root: str, worktree: str, depth: int = 0) -> tuple[str, ...]:
    """Checks out in `worktree` those submodules that the user's checkout at `root` has filled, at the commits that the
    worktree's own commit names. Gives lines for a person on those that had to be left empty."""
    if depth == _DEEPEST or not os.path.lexists(os.path.join(worktree, ".gitmodules")):
        return ()
    said: list[str] = []
    for name, path in _submodules(worktree):
        theirs, ours = os.path.join(root, path), os.path.join(worktree, path)
        if not os.path.lexists(os.path.join(theirs, ".git")) or os.path.islink(theirs) or os.path.islink(ours):
            continue  # as empty as in the user's checkout
        try:
            source = os.fsdecode(git(theirs, "rev-parse", "--absolute-git-dir")).removesuffix("\n")
        except GlmcodeError as error:
            said.append(f"the submodule {shown(path)} stays empty: {error.message}")
            continue
        settings = (*_LOCAL, "-c", f"submodule.{name}.url={source}", "-c", f"submodule.{name}.active=true")
        ended = run_git(worktree, [*settings, "submodule", "--quiet", "update", "--checkout", "--", path])
        if ended.status != 0:
            said.append(f"the submodule {shown(path)} stays empty: {complaint(ended)}")
            continue
        said += fill(theirs, ours, depth + 1)
    return tuple(said)


def _submodules(worktree: str) -> Iterator[tuple[str, str]]:
    """Names and paths of the submodules that are links of the worktree's commit, not only lines of its .gitmodules."""
    listed = run_git(worktree, ["config", "--file", ".gitmodules", "-z", "--get-regexp", r"^submodule\..*\.path$"])
    links = {
        os.fsdecode(entry.partition(b"\t")[2])
        for entry in git(worktree, "ls-files", "--stage", "-z").split(b"\0")
        if entry.startswith(b"160000 ")
    }
    for entry in listed.out.split(b"\0"):
        key, _, path = os.fsdecode(entry).partition("\n")
        if path in links:
            yield key.removeprefix("submodule.").removesuffix(".path"), path
