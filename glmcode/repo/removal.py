"""Removing sessions: their worktree, branch, log and what else bears their name, and never work that stands nowhere else."""

import contextlib
import errno
import os
import time
from dataclasses import dataclass

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo import log, streams
from glmcode.repo.carry import carried
from glmcode.repo.disk import is_below
from glmcode.repo.folder import failure as refused
from glmcode.repo.folder import shown
from glmcode.repo.git import failure, git, run_git
from glmcode.repo.lock import held, holder
from glmcode.repo.options import Worktrees
from glmcode.repo.pool import forget, park
from glmcode.repo.sessions import (
    Record,
    Session,
    find,
    list_sessions,
    load,
    lock_path,
    traces,
)

__all__ = ["Removed", "Unlanded", "branch_at", "prune", "remove", "retire", "unlanded"]

_LITTER = frozenset({"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".coverage"})
"""What tests leave behind, in repositories that don't ignore it."""


@dataclass(frozen=True, slots=True)
class Unlanded:
    """Work of a session that stands nowhere but in it."""

    commits: int
    """On its branch: in no landing, and on no other branch, tag or remote."""
    files: tuple[str, ...] = ()
    """Changed or new in its worktree, and in no commit; by path."""
    hidden: bool = False
    """There is a worktree that git can't look into."""
    answer: bool = False
    """Some of an answer has come that did not end, or was not landed to its end."""

    def __bool__(self) -> bool:
        return bool(self.commits or self.files or self.hidden or self.answer)

    def __str__(self) -> str:
        """For a person: "2 commits and 1 uncommitted file"."""
        commits = f"{self.commits} commit{'' if self.commits == 1 else 's'}" if self.commits else ""
        count = len(self.files)
        files = f"{count} uncommitted file{'' if count == 1 else 's'}" if count else ""
        hidden = "a worktree that git can't look into" if self.hidden else ""
        answer = "an answer that broke off" if self.answer else ""
        return " and ".join(part for part in (commits, files, hidden, answer) if part) or "nothing"


@dataclass(frozen=True, slots=True)
class Removed:
    """What went."""

    id: str
    worktree: bool
    tip: str
    """Of the branch; "" where there was none any more."""
    thrown_away: Unlanded


def branch_at(session: Session) -> str:
    """The commit of the session's branch; "" where there is no such branch."""
    ended = run_git(session.common_dir, ["rev-parse", "--verify", "--quiet", f"{session.ref}^{{commit}}"])
    return ended.out.decode().strip() if ended.status == 0 else ""


def unlanded(record: Record, tip: str | None = None) -> Unlanded:
    """What would be lost with the session. `tip` is its branch's commit, where the caller has it."""
    session = record.session
    tip = branch_at(session) if tip is None else tip
    files = _uncommitted(session)
    return Unlanded(_commits(record, tip), files or (), hidden=files is None, answer=_has_answer(record))


def remove(start: str, which: str, *, force: bool = False, pool: int = Worktrees().pool) -> Removed:
    """Removes a session; `start` is any path in the repository, `which` its id or the beginning of it. Its worktree may be
    one of the `pool` that are kept for the next sessions.

    Raises GlmcodeError (exit 5) where another process works on it, and where work would be lost, unless forced. A
    session whose log can't be read is removed by its full id, and by force where a branch or worktree is left of it. What
    was removed halfway is removed by the next call.
    """
    session = find(start, which)
    if not traces(session.common_dir, session.id) and not os.path.lexists(lock_path(session)):
        return _remove(session, start, which, force, pool)  # only a worktree or a branch is left
    with held(lock_path(session), doing=f"is working on session {session.id}", patience=0):
        return _remove(session, start, which, force, pool)


def prune(start: str, days: int, *, dry_run: bool = False, pool: int = Worktrees().pool) -> tuple[str, ...]:
    """Removes the sessions whose work has landed and to which nothing happened for so many days; with `dry_run` only says
    which. Gives their ids. One that holds work of any kind, or that a process works on, stays; so does one that can't be
    removed now."""
    gone: list[str] = []
    until = log.time_of(max(0.0, time.time() - 86_400 * days))
    for record in list_sessions(start):
        with contextlib.suppress(GlmcodeError):
            if record.status != "landed" or not record.active or record.active > until:
                continue
            if unlanded(record) or (os.path.lexists(lock_path(record.session)) and holder(lock_path(record.session))):
                continue
            if not dry_run:
                remove(start, record.session.id, pool=pool)
            gone.append(record.session.id)
    return tuple(gone)


def retire(session: Session, pool: int) -> None:
    """Puts the worktree of a session by for the next ones, where all of its work was landed and no process is at it. The
    session's branch and log stay; `reopen` gives it a worktree again."""
    with contextlib.suppress(GlmcodeError):
        if not os.path.isdir(session.worktree):
            return
        with held(lock_path(session), doing=f"is working on session {session.id}", patience=0):
            record, tip = load(session.root, session.id), branch_at(session)
            if record.status == "landed" and tip and not unlanded(record, tip):
                park(record.session, tip, pool)


def _remove(session: Session, start: str, which: str, force: bool, pool: int) -> Removed:
    tip = branch_at(session)
    lost = Unlanded(0)
    try:
        record = load(start, session.id)
    except GlmcodeError:
        if not force or which != session.id:
            raise
    else:
        session, lost = record.session, unlanded(record, tip)
    if lost and not force:
        raise GlmcodeError(
            f"session {session.id} holds work that was not landed: {lost}",
            exit_code=Exit.CONFLICT,
            hint=f"glmcode {'land' if lost.commits else 'resume'} {session.id} brings it in,"
            f" glmcode sessions rm --force {session.id} throws it away",
        )
    paths = (*traces(session.common_dir, session.id), lock_path(session))
    folder = os.path.dirname(paths[-1])
    if os.path.isdir(folder) and not os.access(folder, os.W_OK):  # before anything goes
        raise refused(PermissionError(errno.EACCES, ""), folder)
    there = _remove_worktree(session, tip, pool)
    if tip:
        _remove_branch(session, tip)
    for path in paths:
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise refused(error, path, "remove") from error
    return Removed(session.id, there, tip, lost)


def _remove_worktree(session: Session, tip: str, pool: int) -> bool:
    """Whether there was one."""
    place = session.worktree
    there = os.path.lexists(place)
    if there and not (tip and park(session, tip, pool)):
        ended = run_git(session.common_dir, ["worktree", "remove", "--force", "--", place])
        if ended.status != 0 and "locked working tree" in ended.err:
            raise GlmcodeError(
                f"the worktree of session {session.id} is locked",
                exit_code=Exit.CONFLICT,
                hint=f"git worktree unlock {shown(place)}",
            )
        # What git no longer knows for a worktree, or could remove in part, is a folder of ours all the same.
        if os.path.islink(place):
            os.unlink(place)
        elif os.path.lexists(place):
            import shutil

            try:
                shutil.rmtree(place)
            except OSError as error:
                raise refused(error, error.filename or place, "remove") from error
    forget(session.common_dir, place)
    return there


def _remove_branch(session: Session, tip: str) -> None:
    """Removes the branch as it was looked at: not where it has moved since."""
    if any(line == f"branch {session.ref}" for line in _checkouts(session)):
        raise GlmcodeError(
            f"the branch {session.branch} is checked out in another worktree",
            exit_code=Exit.CONFLICT,
            hint="git worktree list says where: switch it to another branch first",
        )
    ended = run_git(session.common_dir, ["update-ref", "-d", session.ref, tip])
    if ended.status != 0:
        raise failure(f"deleting the branch {session.branch}", ended, Exit.CONFLICT)
    run_git(session.common_dir, ["config", "--remove-section", f"branch.{session.branch}"])


def _checkouts(session: Session) -> list[str]:
    return git(session.common_dir, "worktree", "list", "--porcelain").decode("utf-8", "replace").splitlines()


def _commits(record: Record, tip: str) -> int:
    """Commits up to `tip` that are in nothing else: not in the base, in a landing that stands, or on another ref."""
    session = record.session
    known = {session.base, *(landing.tip for landing in record.landings)}
    if not tip or tip in known:
        return 0
    # What the user collected meanwhile can't be asked for, and bears nothing.
    asked = "".join(f"{commit}\n" for commit in sorted(known)).encode()
    listed = run_git(session.common_dir, ["cat-file", "--batch-check=%(objecttype) %(objectname)"], stdin=asked)
    there = [line.split()[1] for line in listed.out.decode().splitlines() if line.startswith("commit ")]
    others = [f"--exclude={session.ref}", "--glob=refs/heads/*", "--tags", "--remotes"]
    ended = run_git(session.common_dir, ["rev-list", "--count", tip, "--not", *there, *others])
    return int(ended.out) if ended.status == 0 else 1


def _has_answer(record: Record) -> bool:
    """Whether the journal of the last answer holds what `resume` would go on with."""
    if record.status in ("green", "landed"):
        return False
    stream = streams.read(record.session)
    if stream is None or not any(part.text for part in stream.parts):
        return False
    return record.status == "open" or not stream.finish


def _uncommitted(session: Session) -> tuple[str, ...] | None:
    """Files of the session's worktree that are in no commit; None where git can't tell. What is ignored is no work, and
    neither is a file that went."""
    try:
        if not os.listdir(session.worktree):
            return ()
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError:
        return None
    inside = (f"--git-dir={session.git_dir}", f"--work-tree={session.worktree}")
    status = ("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=dirty")
    ended = run_git(session.worktree, [*inside, *status])
    if ended.status != 0:
        return None
    lines = [line for line in ended.out.split(b"\0") if line and line[:2] not in (b" D", b"D ")]
    paths = (os.fsdecode(line[3:]) for line in lines)
    ours = carried(session.git_dir)
    return tuple(sorted(path for path in paths if not is_below(path, ours) and not _LITTER & set(path.split("/"))))
