"""The user's uncommitted work as a commit that no branch of theirs shows: what a session starts from with `--include-dirty`.

Git takes it as `git add --all` would, with the user's filters, line ends, modes and sparse checkout, but into an index of
its own: the user's index, files, HEAD, branches and stash stay as they are.
"""

import contextlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.account import Session
from glmcode.repo.discover import Repository, find_repository
from glmcode.repo.folder import shown
from glmcode.repo.git import git, identity, run_git

__all__ = ["LARGEST_FILE", "MOST", "MOST_FILES", "Taken", "Uncommitted", "prune", "refuse_taken", "take", "uncommitted"]

LARGEST_FILE = 64 << 20
"""Bytes of an untracked file that is taken along: what is larger is data that nobody meant to commit."""
MOST = 512 << 20
"""Bytes of all untracked files that are taken along."""
MOST_FILES = 20_000
_MESSAGE = b"glmcode: the uncommitted work that a session started from\n"
_FOLDER = ".dirty-"
_FORGOTTEN = 3600.0
"""Seconds after which an index of ours is one of a process that was killed."""
_QUICK = ("-c", "core.splitIndex=false", "-c", "core.untrackedCache=false", "-c", "add.ignoreErrors=false")


@dataclass(frozen=True, slots=True)
class Uncommitted:
    """How much of the user's work is in no commit."""

    changed: int
    """Files that git knows and that differ from HEAD."""
    untracked: int
    """Files and whole folders that it doesn't know and doesn't ignore."""

    def __bool__(self) -> bool:
        return bool(self.changed or self.untracked)

    def __str__(self) -> str:
        """For a person: "2 changed files and 1 untracked"."""
        changed = f"{self.changed} changed file{'' if self.changed == 1 else 's'}" if self.changed else ""
        untracked = f"{self.untracked} untracked" if self.untracked else ""
        return " and ".join(part for part in (changed, untracked) if part) or "nothing"


@dataclass(frozen=True, slots=True)
class Taken:
    """Where the session starts."""

    commit: str
    """HEAD's own where there is nothing to take."""
    left: tuple[str, ...] = ()
    """What was not taken along, and why, for a person; by path."""


def uncommitted(start: str) -> Uncommitted:
    """What of the checkout around `start` is in no commit; one run of `git status`, as the user has it configured."""
    root = find_repository(start).root
    status = git(root, "status", "--porcelain=v1", "-z", "--no-renames", "--ignore-submodules=dirty")
    lines = [line for line in status.split(b"\0") if line]
    untracked = sum(line.startswith(b"??") for line in lines)
    return Uncommitted(len(lines) - untracked, untracked)


def take(repository: Repository, head: str) -> Taken:
    """Makes the commit on top of `head`. Raises GlmcodeError (exit 5) where files are in conflict or there is more than
    one would commit, and with git's reason where git can't take a file."""
    folder = os.path.join(repository.common_dir, "glmcode")
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=_FOLDER, dir=folder) as own:
        index = os.path.join(own, "index")
        try:
            # With what git knows of the files' times, so that only those that changed are read; and with its own time, by
            # which git tells files that were changed in the instant in which it was written.
            shutil.copy2(os.path.join(repository.git_dir, "index"), index)
        except FileNotFoundError:
            git(repository.root, "read-tree", "--empty", env={"GIT_INDEX_FILE": index})
        return _taken(repository.root, head, {"GIT_INDEX_FILE": index})


def refuse_taken(session: Session, how: str) -> None:
    """Refuses (exit 5) where the session's branch holds the user's uncommitted work, which `how` would make a commit of theirs."""
    ended = run_git(session.common_dir, ["cat-file", "commit", session.base])
    if ended.out.partition(b"\n\n")[2] == _MESSAGE:
        raise GlmcodeError(
            f"session {session.id} started with your uncommitted work, and {how} would hold that as a commit",
            exit_code=Exit.CONFLICT,
            hint="--how apply, --how commit and --how patch land the session's own work alone",
        )


def prune(common: str) -> None:
    """Removes what processes that were killed have left of `take`."""
    folder = os.path.join(common, "glmcode")
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if name.startswith(_FOLDER) and time.time() - os.lstat(path).st_mtime > _FORGOTTEN:
                shutil.rmtree(path)


def _taken(root: str, head: str, env: dict[str, str]) -> Taken:
    unmerged = git(root, "ls-files", "--unmerged", "-z", env=env)
    if unmerged:
        path = os.fsdecode(unmerged.split(b"\0", 1)[0].partition(b"\t")[2])
        raise GlmcodeError(
            f"{shown(path)} is in conflict: uncommitted work can't be taken along before that is resolved",
            exit_code=Exit.CONFLICT,
            hint="resolve it and git add it, or start with --no-include-dirty",
        )
    git(root, *_QUICK, "add", "--update", "--sparse", "--", ".", env=env, exit_code=Exit.CONFLICT)
    untracked, left = _untracked(root, env)
    update = (*_QUICK, "update-index", "--add", "-z", "--stdin")
    git(root, *update, stdin=b"".join(path + b"\0" for path in untracked), env=env, exit_code=Exit.CONFLICT)
    tree = git(root, "write-tree", env=env, exit_code=Exit.CONFLICT).decode().strip()
    if tree == git(root, "rev-parse", f"{head}^{{tree}}").decode().strip():
        return Taken(head, left)
    made = git(root, "commit-tree", "-p", head, "-F", "-", tree, stdin=_MESSAGE, env=identity(root))
    return Taken(made.decode().strip(), left)


def _untracked(root: str, env: dict[str, str]) -> tuple[list[bytes], tuple[str, ...]]:
    """What git neither knows nor ignores and is taken along; and what is not, with why."""
    if run_git(root, ["config", "--get", "status.showUntrackedFiles"]).out.strip() == b"no":
        return [], ()  # so untracked files are no part of what this user is working on
    listed = git(root, "ls-files", "--others", "--exclude-standard", "-z", env=env).split(b"\0")
    paths, left, size = [], [], 0
    for path in filter(None, listed):
        if path.endswith(b"/"):
            left.append(f"{shown(os.fsdecode(path))} (a repository of its own)")
            continue
        try:
            found = os.lstat(os.path.join(os.fsencode(root), path))
        except FileNotFoundError:
            continue  # gone since it was listed
        if stat.S_ISREG(found.st_mode) and found.st_size > LARGEST_FILE:
            left.append(f"{shown(os.fsdecode(path))} ({found.st_size >> 20} MiB)")
            continue
        paths.append(path)
        size += found.st_size
    if len(paths) > MOST_FILES or size > MOST:
        raise GlmcodeError(
            f"{len(paths):,} untracked files of {size >> 20:,} MiB are more than can be taken along: most are {_most(paths)}",
            exit_code=Exit.CONFLICT,
            hint="ignore what is no work (.gitignore or .git/info/exclude), or start with --no-include-dirty",
        )
    return paths, tuple(left)


def _most(paths: Iterable[bytes]) -> str:
    """Where most of the files are."""
    from collections import Counter

    ((first, _),) = Counter(path.partition(b"/")[0] for path in paths).most_common(1)
    return f"in {shown(os.fsdecode(first))}"
