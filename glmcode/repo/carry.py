"""What git ignores and the tests need, brought from the user's checkout into a session's worktree.

By kind, so that no test can harm what the user works with more than it could by running there, and nothing large is copied:

- An environment or a folder of packages (`.venv`, `node_modules`) becomes a folder of links, one to each entry of the
  user's. It can't be copied: its scripts name the place where they were installed, and it is large. What is written into
  the folder itself (caches) stays in the worktree; only who writes into an installed package writes into the user's.
  A link of theirs that leads into the checkout (a package of the same repository) leads into the worktree here.
- Anything else (`.env`, `target`) is copied, as a clone of its blocks where the file system can: tests write there. What
  would take more than a bound to copy is left out and named.

Links are copied as links and never followed. What was carried belongs to nobody's work: it is not shown, edited, committed
or landed, and goes with the worktree.
"""

import contextlib
import json
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from glmcode.errors import GlmcodeError
from glmcode.landing.tree import PathRefusedError
from glmcode.repo.folder import components, shown
from glmcode.repo.git import run_git

__all__ = ["MOST_COPIED", "MOST_FILES", "NOTE", "carried", "carry"]

KNOWN = (".venv", "venv", "node_modules", ".env", ".env.local", ".env.test")
"""What is carried where nothing is configured, if it is there in the root."""
MOST_COPIED = 64 << 20
"""Bytes that are copied where the file system can't clone."""
MOST_FILES = 20_000
"""Files and links that are made for one carried path."""
NOTE = "carried.json"
"""In the worktree's git directory: the paths."""
_CLONE = 0x40049409  # FICLONE of Linux: the copy shares the blocks until one of the two is written
_LARGEST_NOTE = 1 << 20


class _TooMuchError(Exception):
    pass


@dataclass(slots=True)
class _Budget:
    """What may still be made."""

    files: int
    size: int

    def take(self, files: int, size: int = 0) -> None:
        self.files, self.size = self.files - files, self.size - size
        if self.files < 0:
            raise _TooMuchError(f"more than {MOST_FILES:,} files")
        if self.size < 0:
            raise _TooMuchError(f"more than {MOST_COPIED >> 20} MiB, and this file system can't clone")


def carry(root: str, worktree: str, git_dir: str, wanted: Iterable[str] | None) -> tuple[str, ...]:
    """Brings the paths, or those known of, from the checkout at `root`. Gives lines for a person: what was done, and what
    not and why. Only what git ignores there, what stands in the root itself and is not there in the worktree is carried."""
    known = wanted is None
    names = KNOWN if wanted is None else tuple(dict.fromkeys(name.rstrip("/") for name in wanted))
    chosen, said = [], []
    for name in names:
        why = _unfit(root, name)
        if why is None:
            chosen.append(name)
        elif not known:
            said.append(f"{shown(name)} is not carried: {why}")
    ignored = _ignored(root, chosen)
    linked: list[str] = []
    copied: list[str] = []
    for name in chosen:
        if name not in ignored:
            if not known:
                said.append(f"{shown(name)} is not carried: git does not ignore it")
            continue
        # Noted before it is there: what is carried in part is no work either.
        _note(git_dir, [*linked, *copied, name])
        try:
            (linked if _bring(root, worktree, name) else copied).append(name)
        except (_TooMuchError, OSError, GlmcodeError) as error:
            with contextlib.suppress(OSError):
                _remove(os.path.join(worktree, name))
            why = error.strerror if isinstance(error, OSError) else str(error)
            said.append(f"{shown(name)} is not carried: {why}")
    for verb, done in (("linked", linked), ("copied", copied)):
        if done:
            said.append(f"{verb} from your checkout: {', '.join(map(shown, done))}")
    _note(git_dir, [*linked, *copied])
    return tuple(said)


def carried(git_dir: str) -> tuple[str, ...]:
    """The paths in the worktree of this git directory that were carried there."""
    try:
        with open(os.path.join(git_dir, NOTE), "rb") as file:
            found = json.loads(file.read(_LARGEST_NOTE))
    except (OSError, ValueError, RecursionError):
        return ()
    return tuple(str(name) for name in found) if isinstance(found, list) else ()


def _note(git_dir: str, names: list[str]) -> None:
    path = os.path.join(git_dir, NOTE)
    if names:
        with open(path, "w") as file:
            json.dump(names, file)
    else:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def _unfit(root: str, name: str) -> str | None:
    """Why the path can't be carried; None where it can."""
    try:
        components(name)
    except PathRefusedError as error:
        return error.why
    place = os.path.join(root, name)
    if os.path.realpath(os.path.dirname(place)) != os.path.normpath(
        os.path.join(os.path.realpath(root), os.path.dirname(name))
    ):
        return "it is behind a link"
    return None if os.path.lexists(place) else "there is none"


def _ignored(root: str, names: list[str]) -> set[str]:
    """Those of the paths that git ignores and doesn't know."""
    if not names:
        return set()
    asked = b"".join(os.fsencode(name) + b"\0" for name in names)
    ended = run_git(root, ["check-ignore", "-z", "--stdin"], stdin=asked)
    return {os.fsdecode(name) for name in ended.out.split(b"\0") if name}


def _bring(root: str, worktree: str, name: str) -> bool:
    """Whether it was linked, else copied. Raises OSError and _TooMuchError; what was made until then stays."""
    source, target = os.path.join(root, name), os.path.join(worktree, name)
    above = os.path.dirname(name)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.realpath(os.path.dirname(target)) != os.path.normpath(os.path.join(os.path.realpath(worktree), above)):
        raise GlmcodeError("it would lie behind a link")
    if os.path.lexists(target):
        raise GlmcodeError("the commit holds something of that name")
    budget = _Budget(MOST_FILES, MOST_COPIED)
    packages = os.path.basename(name) == "node_modules"
    if packages or os.path.lexists(os.path.join(source, "pyvenv.cfg")):
        _link_entries(os.path.realpath(root), worktree, os.path.realpath(source), target, budget, packages=packages)
        return True
    _copy(source, target, budget)
    return False


def _link_entries(root: str, worktree: str, source: str, target: str, budget: _Budget, *, packages: bool) -> None:
    os.mkdir(target)
    with os.scandir(source) as entries:
        for entry in entries:
            budget.take(1)
            there = os.path.join(target, entry.name)
            real = os.path.realpath(entry.path)
            if packages and entry.name.startswith("@") and entry.is_dir(follow_symlinks=False):
                _link_entries(root, worktree, entry.path, there, budget, packages=True)
            elif (
                packages and entry.name.startswith(".") and entry.name != ".bin" and entry.is_dir(follow_symlinks=False)
            ):
                continue  # caches, which are written
            elif (
                entry.is_symlink() and _inside(real, root) and not _inside(real, source) and not _installed(real, root)
            ):
                os.symlink(worktree + real[len(root) :], there)  # of this very repository: the worktree's own
            else:
                os.symlink(entry.path, there)


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _installed(path: str, root: str) -> bool:
    """Whether the path lies in a folder of packages, which the worktree does not hold."""
    return "node_modules" in path[len(root) :].split(os.sep)


def _copy(source: str, target: str, budget: _Budget) -> None:
    """A file, a link as it is, or a folder of these; nothing else. Modes and times are kept."""
    found = os.lstat(source)
    budget.take(1)
    if stat.S_ISLNK(found.st_mode):
        os.symlink(os.readlink(source), target)
    elif stat.S_ISREG(found.st_mode):
        _copy_file(source, target, budget)
    elif stat.S_ISDIR(found.st_mode):
        os.mkdir(target, 0o700)
        for name in _names(source):
            _copy(os.path.join(source, name), os.path.join(target, name), budget)
        shutil.copystat(source, target)


def _names(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        yield from sorted(entry.name for entry in entries if entry.name != ".git")


def _copy_file(source: str, target: str, budget: _Budget) -> None:
    with open(source, "rb") as old, open(target, "xb") as new:
        os.chmod(target, 0o600)
        if not _cloned(old.fileno(), new.fileno()):
            rest = os.fstat(old.fileno()).st_size
            budget.take(0, rest)
            while rest and (piece := old.read(min(rest, 1 << 20))):  # no more than it was, if it grows meanwhile
                new.write(piece)
                rest -= len(piece)
    shutil.copystat(source, target)


def _cloned(source: int, target: int) -> bool:
    try:
        import fcntl

        fcntl.ioctl(target, _CLONE, source)
    except (ImportError, OSError):
        return False
    return True


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)
