"""What follows the writes of a landing: a commit on the user's branch, or entries in the index.

The landing's record notes it before it begins, and the commit's id before the branch moves. So a process that ended at any
moment leaves behind what tells whether it came about, and how the rest of it is done.
"""

import contextlib
import os
import re
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo import index
from glmcode.repo.discover import find_repository
from glmcode.repo.folder import failure
from glmcode.repo.git import run_git
from glmcode.repo.index import uncommitted
from glmcode.repo.notes import added, beside
from glmcode.repo.record import Record

__all__ = [
    "alive",
    "awaits",
    "came_about",
    "clear",
    "clear_locks",
    "commit_of",
    "finish",
    "holds",
    "index_note",
    "refuse_alive",
    "sentence",
    "what",
]

_COMMITS = ("commit", "merge", "revert")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_STALE = 2.0
"""Seconds after which an empty lock of a branch is nobody's."""


def awaits(record: Record) -> bool:
    """Whether the landing stands by its commit alone, and not by its files."""
    return record.note.get("kind") in _COMMITS


def commit_of(record: Record) -> str | None:
    """The commit that was made for the landing, whether or not the branch holds it."""
    found = added(record).get("commit")
    return found if awaits(record) and isinstance(found, str) and _COMMIT.fullmatch(found) else None


def came_about(record: Record) -> bool:
    """Whether the commit for which the files were written is, or was, on the branch: also where the user has gone on
    from it since, or has committed the files without us."""
    if not awaits(record):
        return False
    root, note = record.root, record.note
    commit = commit_of(record)
    if commit is not None:
        if any(holds(root, commit, name) for name in (note["ref"], "HEAD")):
            return True
        for name in (note["ref"], "HEAD"):
            if commit.encode() in run_git(root, ["log", "-g", "-n", "10000", "--format=%H", name, "--"]).out.split():
                return True
    return _committed_by_user(record)


def finish(record: Record) -> None:
    """Does what is still to be done of a landing that stands. It can be done again."""
    kind = record.note.get("kind")
    if kind is None:
        return
    repository = find_repository(record.root)
    commit = commit_of(record)
    if commit is not None and holds(record.root, commit, "HEAD"):
        index.follow_commit(record.root, repository.git_dir, record.token, record.note["head"], commit)
    if kind == "index":
        wanted = {path: (before, after) for path, before, after in record.note["entries"]}
        index.stage(record.root, repository.git_dir, record.token, wanted)
    clear(record)


def clear(record: Record) -> None:
    """Removes what the landing needed while it was under way."""
    if not record.note:
        return
    index.clear(find_repository(record.root).git_dir, record.token)
    for ending in ("index", "index.lock", "alive"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside(record, ending))


def index_note(moved: Sequence[Record], skip: Collection[str], *, back: bool) -> dict[str, Any]:
    """What is to become of the index where these landings are taken back, or brought again, in this order; empty for
    nothing. Entries of the paths in `skip` stay."""
    ways: dict[str, tuple[str | None, str | None]] = {}
    for record in moved:
        for path, before, after in record.note.get("entries", ()):
            here, there = (after, before) if back else (before, after)
            if path not in skip:
                ways[path] = (ways[path][0] if path in ways else here, there)
    return {"kind": "index", "entries": [[path, *way] for path, way in ways.items()]} if ways else {}


def sentence(record: Record, files: str) -> str:
    """That a landing was finished which had been cut off. `files` says how many it has."""
    commit = commit_of(record)
    if commit is not None:
        return f"An earlier {what(record)} was cut off behind its commit {commit[:12]}: it is whole ({files})."
    if awaits(record):
        return f"An earlier landing was cut off, and you have committed its files ({files}): they stay."
    return f"An earlier {what(record)} was cut off after its last write: all of it ({files}) is in the tree."


def what(record: Record) -> str:
    """What the record is of, in a word."""
    return "landing" if record.kind == "done" else record.kind


@contextlib.contextmanager
def alive(record: Record) -> Iterator[int | None]:
    """An open file for the programs of a landing (git, its hooks) to keep: it tells whether one of them still runs where
    this process has ended. None where the system has no such thing."""
    try:
        import fcntl
    except ImportError:
        yield None
        return
    path = beside(record, "alive")
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise failure(error, path) from error
    try:
        fcntl.flock(fd, fcntl.LOCK_SH)
        yield fd
    finally:
        os.close(fd)


def refuse_alive(record: Record, patience: float = 0.0) -> None:
    """Raises GlmcodeError (exit 5) where a git or a hook of the landing still runs after `patience` seconds."""
    if not record.note:
        return
    path = beside(record, "alive")
    deadline = time.monotonic() + patience
    while _is_alive(path):
        if time.monotonic() >= deadline:
            raise GlmcodeError(
                "an earlier landing was cut off, and its git or one of its hooks is still running",
                exit_code=Exit.CONFLICT,
                hint=f"try again when it has ended; fuser {path} shows what runs\n"
                "where that is only a daemon which a hook has started, remove that file",
            )
        time.sleep(0.02)


def _is_alive(path: str) -> bool:
    try:
        import fcntl

        fd = os.open(path, os.O_RDONLY)
    except (ImportError, FileNotFoundError):
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def clear_locks(record: Record) -> None:
    """Removes the locks that a killed git left on the branch when it was about to move it: until then no git can.

    One that names the landing's commit is ours. An empty one is a git's that has just begun to take its locks, which
    takes no time: where it stays as it is for two seconds, the git that made it is gone. Where the branch's names another
    commit a git of the user's is about to move it, and its locks are left alone, however long its hooks take.
    """
    commit = commit_of(record)
    if commit is None:
        return
    repository, ref = find_repository(record.root), str(record.note["ref"])
    owner = repository.git_dir if ref == "HEAD" else repository.common_dir
    branch, head = os.path.join(owner, f"{ref}.lock"), os.path.join(repository.git_dir, "HEAD.lock")
    noted = _looked_at(beside(record, "added"))
    seen = {path: found for path in (branch, head) if (found := _looked_at(path)) is not None}
    held = _read(branch) if branch in seen else b""
    ours = held == f"{commit}\n".encode()
    if noted is None or (held and not ours):
        return
    left = [path for path in seen if path == branch or not _read(path)]
    if not left:
        return
    if not ours:
        time.sleep(_STALE)
    for path in left:
        if _looked_at(path) == seen[path] and seen[path][1] >= noted[1]:
            with contextlib.suppress(OSError):
                os.unlink(path)


def _looked_at(path: str) -> tuple[int, int] | None:
    """What tells a file from one that is made anew at its place: inode, and time of writing in nanoseconds."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(256)
    except OSError:
        return b"?"


def holds(root: str, commit: str, name: str) -> bool:
    """Whether the branch or commit `name` has `commit` in its history."""
    return run_git(root, ["merge-base", "--is-ancestor", commit, name]).status == 0


def _committed_by_user(record: Record) -> bool:
    """Whether the files of the landing stand in HEAD's commit as they stand on the disk, other than before."""
    root, note = record.root, record.note
    paths = [change.path for change in record.changes]
    if not paths or run_git(root, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).out.strip() == _text(note):
        return False
    raw = run_git(root, ["diff-tree", "-r", "-z", "--name-only", "--no-renames", note["head"], "HEAD"]).out
    if not set(paths) <= {os.fsdecode(path) for path in raw.split(b"\0")}:
        return False
    return not set(paths) & uncommitted(root).keys()


def _text(note: Mapping[str, Any]) -> bytes:
    return str(note["head"]).encode()
