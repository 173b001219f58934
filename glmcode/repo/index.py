"""The user's index, changed by entry and all at once: what the user has staged meanwhile stays.

Git's own lock is held while a copy of the index is changed and put in its place. The lock's file says whose it is, so that
one that a killed process left behind is known for ours, and no other is ever removed.
"""

import contextlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.folder import failure
from glmcode.repo.git import git, run_git

__all__ = ["clear", "copy_index", "entries", "follow_commit", "stage", "tree_entries", "uncommitted"]

_PATIENCE = 5.0
"""Seconds that another git may hold the index."""

Entries: TypeAlias = Mapping[str, str | None]
"""Paths, each with its entry as git lists it ("mode blob stage"); None for no entry, a line for each of several stages."""


def copy_index(git_dir: str, target: str) -> None:
    """The index as it is now, at `target`. A repository without one has an empty one.

    With its time: by that git knows which files may have been written in the same moment as their entries, and looks at
    their contents. A copy with a later time would hide such a change.
    """
    with contextlib.suppress(FileNotFoundError):
        os.unlink(target)
    with contextlib.suppress(FileNotFoundError):
        shutil.copy2(os.path.join(git_dir, "index"), target)


def entries(root: str, index: str | None = None) -> dict[str, str]:
    """What the index holds (another one than the user's where it is named), every path of it."""
    env = {} if index is None else {"GIT_INDEX_FILE": index}
    found: dict[str, str] = {}
    for line in git(root, "ls-files", "--stage", "-z", env=env).split(b"\0"):
        head, _, name = line.partition(b"\t")
        if name:
            path = os.fsdecode(name)
            found[path] = f"{found[path]}\n{head.decode()}" if path in found else head.decode()
    return found


def tree_entries(root: str, tree: str, paths: Iterable[str] | None = None) -> dict[str, str]:
    """As `entries`, of a commit or tree; only these paths where they are given."""
    wanted = None if paths is None else set(paths)
    found: dict[str, str] = {}
    for line in git(root, "ls-tree", "-r", "-z", "--full-tree", tree).split(b"\0"):
        head, _, name = line.partition(b"\t")
        path = os.fsdecode(name)
        if name and (wanted is None or path in wanted):
            mode, _kind, blob = head.decode().split(" ")
            found[path] = f"{mode} {blob} 0"
    return found


def uncommitted(root: str) -> dict[str, str]:
    """Tracked paths whose index or file differs from HEAD's commit, each with git's two letters for it."""
    form = ("--porcelain=v1", "-z", "--no-renames", "--untracked-files=no", "--ignore-submodules=all")
    lines = git(root, "status", *form).split(b"\0")
    return {os.fsdecode(line[3:]): line[:2].decode() for line in lines if line}


def follow_commit(root: str, git_dir: str, token: str, old: str, new: str) -> None:
    """Entries that say what the commit `old` says become what `new` says; any other was staged by the user, and stays."""
    raw = git(root, "diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new)
    paths = [os.fsdecode(path) for path in raw.split(b"\0") if path]
    if not paths:
        return
    before, after = tree_entries(root, old, paths), tree_entries(root, new, paths)
    with _changing(git_dir, token) as index:
        now = entries(root, index)
        wanted = {path: after.get(path) for path in paths if now.get(path) == before.get(path) != after.get(path)}
        _set(root, index, wanted)


def stage(root: str, git_dir: str, token: str, wanted: Mapping[str, tuple[str | None, str | None]]) -> None:
    """Each path's entry goes from the first to the second (None: no entry); one that says something else stays."""
    with _changing(git_dir, token) as index:
        now = entries(root, index)
        _set(root, index, {path: after for path, (before, after) in wanted.items() if now.get(path) == before})


def clear(git_dir: str, token: str) -> None:
    """Removes what a process that was killed in here has left, and nothing else."""
    lock = os.path.join(git_dir, "index.lock")
    with contextlib.suppress(OSError):
        with open(lock, "rb") as file:
            ours = file.read(256) == _mark(token)
        if ours:
            os.unlink(lock)
    for name in (_copy(git_dir, token), _copy(git_dir, token) + ".lock", _sign(git_dir, token)):
        with contextlib.suppress(OSError):
            os.unlink(name)


@contextlib.contextmanager
def _changing(git_dir: str, token: str) -> Iterator[str]:
    """Holds the index. The block changes the copy that it is given, which then becomes the index."""
    index, copy = os.path.join(git_dir, "index"), _copy(git_dir, token)
    try:
        clear(git_dir, token)
        _lock(git_dir, token)
        try:
            copy_index(git_dir, copy)
            yield copy
            if os.path.exists(copy):
                _sync(copy)
                os.replace(copy, index)
        finally:
            clear(git_dir, token)
    except OSError as error:
        raise failure(error, index) from error


def _set(root: str, index: str, wanted: Entries) -> None:
    if not wanted:
        return
    env = {"GIT_INDEX_FILE": index}
    # A path that gets the sides of a conflict must have no other entry.
    gone = b"".join(os.fsencode(path) + b"\0" for path, one in wanted.items() if one is None or not one.endswith(" 0"))
    there = b"".join(
        line.encode() + b"\t" + os.fsencode(path) + b"\0"
        for path, entry in wanted.items()
        for line in (entry or "").split("\n")
        if line
    )
    git(root, "update-index", "--force-remove", "-z", "--stdin", stdin=gone, env=env)
    git(root, "update-index", "--replace", "-z", "--index-info", stdin=there, env=env)
    run_git(root, ["update-index", "-q", "--refresh"], env=env)  # files that differ are no failure


def _lock(git_dir: str, token: str) -> None:
    """Takes git's lock of the index, with our mark in it from its first moment."""
    lock, sign = os.path.join(git_dir, "index.lock"), _sign(git_dir, token)
    with open(sign, "wb") as file:
        file.write(_mark(token))
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            _appear(sign, lock, token)
            return
        except FileExistsError:
            if time.monotonic() >= deadline:
                raise GlmcodeError(
                    "another git is at work in your checkout: it holds index.lock",
                    exit_code=Exit.CONFLICT,
                    hint=f"try again when it has ended; if none is running, remove {lock}",
                ) from None
        time.sleep(0.05)


def _appear(sign: str, lock: str, token: str) -> None:
    try:
        os.link(sign, lock)
    except FileExistsError:
        raise
    except (OSError, AttributeError, NotImplementedError):
        # A file system without links: the mark comes a moment later.
        with open(lock, "xb") as file:
            file.write(_mark(token))


def _sync(path: str) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _mark(token: str) -> bytes:
    return f"glmcode {token}\n".encode()


def _copy(git_dir: str, token: str) -> str:
    return os.path.join(git_dir, f"glmcode-{token}.index")


def _sign(git_dir: str, token: str) -> str:
    return os.path.join(git_dir, f"glmcode-{token}.sign")
