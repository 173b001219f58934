"""A worktree for every session: where the model's edits land first, away from the user's checkout."""

import contextlib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from glmcode.errors import Exit, GlmcodeError
from glmcode.landing.tree import PathRefusedError
from glmcode.repo import pool
from glmcode.repo.carry import carried, carry
from glmcode.repo.casing import spelled
from glmcode.repo.discover import find_repository
from glmcode.repo.disk import is_below, remove_file, remove_leftovers
from glmcode.repo.folder import shown
from glmcode.repo.git import failure, git, identity, run_git
from glmcode.repo.options import Worktrees
from glmcode.repo.sessions import Session, begin, load, note, session_at, traces
from glmcode.repo.submodules import fill

__all__ = [
    "Session",
    "branch_tip",
    "changed_files",
    "head_commit",
    "open_session",
    "reopen",
    "restore",
    "session_diff",
    "slug",
    "snapshot",
]

_SLUG_LENGTH = 40
# Names that Windows keeps for devices: a folder can't be called so there.
_DEVICES = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")


def open_session(
    start: str,
    task: str,
    options: Mapping[str, Any] | None = None,
    worktrees: Worktrees | None = None,
    base: str | None = None,
    tell: Callable[[str], object] | None = None,
) -> Session:
    """Makes a worktree on a new branch `glmcode/<slug>` at the commit `base`, or HEAD's, and before it the session's log with
    these options. A pooled worktree is taken where there is one. `tell` is given lines that the user should know of it.

    The user's checkout, index and branch stay as they are, and none of the user's hooks runs. Raises GlmcodeError
    (exit 2) outside a repository, in a bare one, and where HEAD has no commit yet.
    """
    repository = find_repository(start)
    worktrees = worktrees if worktrees is not None else Worktrees()
    base = head_commit(repository.root) if base is None else base
    session = _claim(repository.common_dir, repository.root, task, base, options or {})
    try:
        git_dir = pool.take(session) if worktrees.pool else None
        session = _opened(session, git_dir if git_dir is not None else _made(session))
        _furnish(session, worktrees, tell)
        return session
    except GlmcodeError:
        _give_up(session)
        raise


def reopen(
    session: Session, worktrees: Worktrees | None = None, tell: Callable[[str], object] | None = None
) -> Session:
    """The session with its worktree, which is made again from the branch where it is gone, or was never made to the end.

    Raises GlmcodeError (exit 5) where the branch is gone, and where files stand in the worktree that git doesn't know.
    The caller holds the session.
    """
    record = load(session.root, session.id)
    session = record.session
    if record.opened and os.path.isdir(session.worktree):
        if os.path.isdir(session.git_dir):
            pool.connect(session.git_dir, session.worktree)  # the repository may have moved
            return session
        raise GlmcodeError(
            f"git no longer knows the worktree of session {session.id}",
            exit_code=Exit.CONFLICT,
            hint=f"move {shown(session.worktree)} away; glmcode resume {session.id} then makes it again from its branch",
        )
    known = run_git(session.common_dir, ["show-ref", "--verify", "--quiet", session.ref]).status == 0
    if record.opened and not known:
        branch_tip(session)
    pool.discard(session.common_dir, session.worktree)
    session = _opened(session, _made(session, new=not known))
    _furnish(session, worktrees if worktrees is not None else Worktrees(), tell)
    return session


def _furnish(session: Session, worktrees: Worktrees, tell: Callable[[str], object] | None) -> None:
    """Brings into the worktree what its commit does not hold and the tests may need."""
    said = fill(session.root, session.worktree)
    said += carry(session.root, session.worktree, session.git_dir, worktrees.carry)
    for line in said:
        if tell is not None:
            tell(line)


def _opened(session: Session, git_dir: str) -> Session:
    """Work can begin. Raises GlmcodeError (exit 4) where that can't be written down."""
    if not note(session, "opened", git_dir=git_dir):
        raise GlmcodeError(
            f"cannot write the log of session {session.id}: the disk is full, or has become read-only",
            exit_code=Exit.NOT_LANDED,
        )
    return replace(session, git_dir=git_dir)


def _made(session: Session, *, new: bool = True) -> str:
    """Makes a new worktree, on a new branch or the one that is there; gives its git directory."""
    branch = ("--no-track", "-b", session.branch) if new else ()
    git(
        # As the user's checkout is sparse, and has its own settings, so has the worktree that is made from there.
        session.root if os.path.isdir(session.root) else session.common_dir,
        "worktree",
        "add",
        "--quiet",
        *branch,
        "--",
        session.worktree,
        session.base if new else session.branch,
    )
    git_dir = _git_dir(session)
    pool.mark(git_dir)
    return git_dir


def _git_dir(session: Session) -> str:
    named = os.fsdecode(git(session.worktree, "rev-parse", "--absolute-git-dir")).removesuffix("\n")
    return os.path.join(session.common_dir, "worktrees", os.path.basename(named))


def slug(task: str) -> str:
    """A short name for the task, safe as part of a branch and of a path: at most 40 of a-z, 0-9 and single hyphens."""
    import unicodedata

    # Whatever the task is, its first words name it; the rest of a long one is not looked at.
    plain = unicodedata.normalize("NFKD", task[:400]).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.lower())
    name = ""
    for word in words:
        longer = f"{name}-{word}" if name else word[:_SLUG_LENGTH]
        if len(longer) > _SLUG_LENGTH:
            break
        name = longer
    if not name or _DEVICES.fullmatch(name):
        name = f"task-{name}".rstrip("-")
    return name


def snapshot(session: Session, paths: Iterable[str], message: str) -> str:
    """Commits these paths of the worktree (added, changed or deleted; with mode) on the session's branch, and only these.

    Git's own filters apply; no hook runs. Returns the branch's tip: the commit made, or the one before where nothing
    differs. Raises GlmcodeError (exit 5) where the branch moved meanwhile or git can't take a path.
    """
    tip = branch_tip(session)
    if not os.path.isdir(session.worktree):
        raise GlmcodeError(f"the worktree of session {session.id} is gone", exit_code=Exit.CONFLICT)
    # The worktree may hold tests that move `.git` or the index about: both are named, and the index starts from the tip.
    inside = (f"--git-dir={session.git_dir}", f"--work-tree={session.worktree}")
    git(session.worktree, *inside, "read-tree", "--reset", tip)
    # Files that gave way to a folder go first, so that the folder's files find their place free.
    gone: list[bytes] = []
    there: list[bytes] = []
    ours = carried(session.git_dir)
    for path in sorted(set(paths)):
        if is_below(path, ours):
            continue
        full = os.path.join(session.worktree, path)
        is_file = os.path.lexists(full) and (os.path.islink(full) or not os.path.isdir(full))
        (there if is_file else gone).append(os.fsencode(path))
    if run_git(session.common_dir, ["config", "--type=bool", "core.ignoreCase"]).out == b"true\n":
        known = git(session.worktree, *inside, "ls-files", "-z").split(b"\0")
        gone, there = spelled(session.worktree, known, gone, there)
    listed = b"".join(path + b"\0" for path in [*gone, *there])
    # What a sparse checkout leaves out is not on the disk, and has not gone.
    update = [*inside, "update-index", "--add", "--remove", "--ignore-skip-worktree-entries", "-z", "--stdin"]
    ended = run_git(session.worktree, update, stdin=listed)
    if ended.status != 0:
        raise failure("taking the worktree's changes", ended, Exit.CONFLICT)
    tree = git(session.worktree, *inside, "write-tree").decode().strip()
    if tree == git(session.common_dir, "rev-parse", f"{tip}^{{tree}}").decode().strip():
        return tip
    text = message.replace("\0", "").encode("utf-8", "surrogateescape")
    commit = git(
        session.common_dir, "commit-tree", "-p", tip, "-F", "-", tree, stdin=text, env=identity(session.common_dir)
    )
    made = commit.decode().strip()
    reason = "glmcode: snapshot"
    git(session.common_dir, "update-ref", "-m", reason, session.ref, made, tip, exit_code=Exit.CONFLICT)
    return made


def restore(session: Session, commit: str, paths: Iterable[str]) -> None:
    """Puts these paths of the worktree back to what the session's `commit` has at them: a file, or none.

    What a killed process left there of git's own locks and of files half written is cleared: the caller holds the session. Raises GlmcodeError
    (exit 5) where the worktree or the commit is gone.
    """
    if not os.path.isdir(session.worktree):
        raise GlmcodeError(f"the worktree of session {session.id} is gone", exit_code=Exit.CONFLICT)
    left = (os.path.join(session.git_dir, "index.lock"), os.path.join(session.common_dir, f"{session.ref}.lock"))
    for lock in left:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(lock)
    inside = (f"--git-dir={session.git_dir}", f"--work-tree={session.worktree}")
    git(session.worktree, *inside, "read-tree", "--reset", commit, exit_code=Exit.CONFLICT)
    known = set(git(session.worktree, *inside, "ls-files", "-z").split(b"\0"))
    wanted = sorted({os.fsencode(path) for path in paths})
    for path in wanted:
        with contextlib.suppress(PathRefusedError):  # a folder, or beyond a link: no edit has written there
            remove_leftovers(session.worktree, os.fsdecode(path))
            if path not in known:
                remove_file(session.worktree, os.fsdecode(path))
    listed = b"".join(path + b"\0" for path in wanted if path in known)
    git(session.worktree, *inside, "checkout-index", "--force", "-z", "--stdin", stdin=listed, exit_code=Exit.CONFLICT)


def session_diff(session: Session) -> str:
    """The session's work as one diff in git's format, base to branch: binary files whole, no final newline dropped.

    Bytes that are not UTF-8 come as surrogate escapes.
    """
    form = ("diff-tree", "-p", "--binary", "--full-index", "--no-ext-diff", "--no-textconv", "--no-color")
    sides = ("--src-prefix=a/", "--dst-prefix=b/", "-M", "--diff-algorithm=histogram")
    return git(session.common_dir, *form, *sides, session.base, branch_tip(session)).decode("utf-8", "surrogateescape")


def changed_files(session: Session) -> tuple[str, ...]:
    """Paths that the session's branch changed since its base, sorted; of a renamed file both."""
    raw = git(
        session.common_dir, "diff-tree", "-r", "-z", "--name-only", "--no-renames", session.base, branch_tip(session)
    )
    return tuple(sorted(os.fsdecode(path) for path in raw.split(b"\0") if path))


def branch_tip(session: Session) -> str:
    """The commit that the session's branch stands at. Raises GlmcodeError (exit 5) where the branch is gone."""
    ended = run_git(session.common_dir, ["rev-parse", "--verify", "--quiet", f"{session.ref}^{{commit}}"])
    if ended.err.strip() and ended.status != 0:  # no word of the branch: git does not look, for who owns the repository
        raise failure("reading the session's branch", ended, Exit.CONFLICT)
    if ended.status != 0:
        raise GlmcodeError(
            f"the branch {session.branch} of this session is gone",
            exit_code=Exit.CONFLICT,
            hint=f"glmcode sessions rm {session.id} clears what is left of it",
        )
    return ended.out.decode().strip()


def head_commit(root: str) -> str:
    """HEAD's commit. Raises GlmcodeError (exit 2) where the repository or the current branch has none yet."""
    ended = run_git(root, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
    if ended.status == 0:
        return ended.out.decode().strip()
    if ended.err.strip():
        raise failure("reading HEAD", ended)
    hint = "commit something first: the work starts from HEAD's commit"
    if not git(root, "rev-list", "--max-count=1", "--all"):
        raise GlmcodeError("the repository has no commits yet", hint=hint)
    branch = run_git(root, ["symbolic-ref", "--quiet", "--short", "HEAD"]).out.decode("utf-8", "replace").strip()
    raise GlmcodeError(f"the current branch {branch!r} has no commits yet", hint=hint)


def _claim(common: str, root: str, task: str, base: str, options: Mapping[str, Any]) -> Session:
    """A session with the first free id among `slug`, `slug-2`, ...; claimed by the log that is begun."""
    listed = git(root, "for-each-ref", "--format=%(refname)", "refs/heads/glmcode")
    taken = {os.fsdecode(line).lower() for line in listed.splitlines()}
    if "refs/heads/glmcode" in taken:
        raise GlmcodeError(
            "a branch named glmcode stands in the way of branches glmcode/...",
            hint="rename it: git branch -m glmcode NAME",
        )
    wanted = slug(task)
    number = 1
    while True:
        ending = "" if number == 1 else f"-{number}"
        name = wanted[: _SLUG_LENGTH - len(ending)].rstrip("-") + ending
        number += 1
        session = session_at(common, name, task=task, root=root, base=base)
        if session.ref in taken or os.path.lexists(session.worktree):
            continue
        if begin(session, options):
            return session


def _give_up(session: Session) -> None:
    """Clears what a failed start left behind; what can't be cleared stays, the first error is what counts."""
    pool.discard(session.common_dir, session.worktree)
    run_git(session.common_dir, ["update-ref", "-d", session.ref, session.base])
    for path in traces(session.common_dir, session.id):
        with contextlib.suppress(OSError):
            os.unlink(path)
