"""Landing a session's work in the user's checkout: as uncommitted changes, as one commit, or as a merge.

All or nothing in each: everything is computed before the first byte is written, and a refusal leaves files, index and
branch as they were. Nothing is forced, no hook is skipped, nothing is stashed.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo import journal
from glmcode.repo.commits import Intent, after_hook, identity, make
from glmcode.repo.discover import find_repository
from glmcode.repo.disk import DirectoryTree, remove_file, write_file
from glmcode.repo.folder import shown
from glmcode.repo.follow import holds, refuse_alive
from glmcode.repo.git import failure, git, run_git
from glmcode.repo.index import uncommitted
from glmcode.repo.merge import (
    Change,
    Merge,
    conflict,
    is_missing,
    merge_into,
    merge_lines,
    session_changes,
    tree_changes,
)
from glmcode.repo.options import RepoOptions
from glmcode.repo.protected import refuse_protected
from glmcode.repo.sessions import Record, Session, load, note
from glmcode.repo.worktree import branch_tip, head_commit

__all__ = ["HOWS", "Landed", "default_message", "land_session"]

How: TypeAlias = Literal["apply", "commit", "merge"]
HOWS: tuple[How, ...] = ("apply", "commit", "merge")

_SUBJECT = 72
_PATIENCE = 10.0
"""Seconds that a hook may take to end when it is interrupted."""
_IN_PROGRESS = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
}


@dataclass(frozen=True, slots=True)
class Landed:
    """What was landed. No paths: the user's checkout held all of it already."""

    how: How
    paths: tuple[str, ...]
    commit: str | None = None
    """The commit that was made on the user's branch; None for "apply"."""
    merged: tuple[str, ...] = ()
    """Paths where the user's own changes were merged with the session's."""
    landing: str = field(default="", compare=False)
    """The landing's id in the journal, by which `undo` knows it; "" where none was made."""


def land_session(
    session: Session,
    how: How,
    message: str | None = None,
    *,
    options: RepoOptions | None = None,
    allow: Iterable[str] = (),
) -> Landed:
    """Lands what the session's branch holds in the user's checkout at `session.root`, and notes it in the session's log.

    "apply" writes the files and leaves the index alone; `glmcode undo` takes it back. "commit" makes one commit on the
    current branch. "merge" merges the session's branch. Raises GlmcodeError (exit 5) that names files and lines where
    the user's own changes are in the way, and where a hook refuses; ProtectedError (exit 4) for changes of protected
    files that `allow` doesn't name.
    """
    repository = find_repository(session.root)
    journal.recover(repository.root)
    if repository.common_dir != session.common_dir:
        raise GlmcodeError(f"session {session.id} belongs to another repository than {session.root}")
    tip = branch_tip(session)
    text = message if message and message.strip() else default_message(session)
    record = load(session.root, session.id)
    if how != "apply":
        _refuse_in_progress(repository.git_dir)
    changes = session_changes(session, session.base if how == "merge" else _start(repository.root, record), tip)
    options = RepoOptions() if options is None else options
    refuse_protected({path for change in changes for path in change.paths}, options.protect, allow)
    if how == "apply":
        landed = _apply(repository.root, changes)
    elif how == "commit":
        landed = _commit(repository.root, repository.git_dir, changes, text)
    else:
        landed = _merge(repository.root, repository.git_dir, session, tip, text)
    note(
        session,
        "landed",
        how=how,
        root=repository.root,
        tip=tip,
        commit=landed.commit or "",
        landing=landed.landing,
        files=len(landed.paths),
    )
    return landed


def default_message(session: Session) -> str:
    """The commit's message: the task's first line, cut to 72 characters, and the whole task below it where that says more."""
    task = "".join(sign for sign in session.task if sign.isprintable() or sign in "\n\t").strip()
    first = task.split("\n", 1)[0].strip()
    subject = first
    if len(first) > _SUBJECT:
        cut = first[: _SUBJECT - 1]
        subject = (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip() + "…"
    if not subject:
        return f"Land {session.branch}\n"
    return f"{subject}\n" if subject == task else f"{subject}\n\n{task}\n"


def _start(root: str, record: Record) -> str:
    """The commit up to which the user's files hold the session's work: its base, or what was landed here before.

    A landing that was taken back since (by undo, by a revert, by another branch) does not count.
    """
    session = record.session
    if not record.landed_tip or record.landed_root != root:
        return session.base
    if record.landed_commit and not holds(root, record.landed_commit, "HEAD"):
        return session.base
    if run_git(root, ["cat-file", "-e", f"{record.landed_tip}^{{commit}}"]).status != 0:
        return session.base
    landed = session_changes(session, session.base, record.landed_tip)
    return session.base if is_missing(root, landed) else record.landed_tip


def _apply(root: str, changes: Iterable[Change]) -> Landed:
    merge = merge_into(root, changes)
    landing = journal.land(root, merge.before, merge.after, merge.modes, None) if merge.after else ""
    return Landed("apply", tuple(sorted(merge.after)), None, merge.merged, landing)


def _commit(root: str, git_dir: str, changes: tuple[Change, ...], message: str) -> Landed:
    head = head_commit(root)
    author = identity(root)
    _refuse_uncommitted(root, {path for change in changes for path in change.paths})
    merge = merge_into(root, changes)
    if not merge.after:
        return Landed("commit", ())
    intent = Intent("commit", root, git_dir, head, message, paths=tuple(merge.after))
    commit, landing = _committed(intent, merge, author)
    return Landed("commit", tuple(sorted(merge.after)), commit, merge.merged, landing)


def _committed(intent: Intent, merge: Merge, author: Mapping[str, str]) -> tuple[str, str]:
    """Writes the files and makes the commit of them: both, or neither. Gives the commit and the landing's id."""
    with journal.landing(intent.root, merge.before, merge.after, merge.modes, note=intent.note()) as record:
        assert record is not None  # with a note there always is one
        try:
            commit = make(intent, record, author)
        except BaseException as error:
            refuse_alive(record, _PATIENCE)  # a hook that was interrupted may still write
            raise _set_aside(intent.root, merge, error) from error
    after_hook(intent.root, merge=bool(intent.merged))
    return commit, record.id


def _merge(root: str, git_dir: str, session: Session, tip: str, message: str) -> Landed:
    head = head_commit(root)
    author = identity(root)
    if not holds(root, session.base, head):
        raise GlmcodeError(
            "your branch does not hold the commit that the session started from: a merge would bring other commits along",
            exit_code=Exit.CONFLICT,
            hint="switch to the branch where the session started, or use --how apply or --how commit",
        )
    if holds(root, tip, head):
        return Landed("merge", ())
    tree = _merged_tree(root, head, tip)
    changes = tree_changes(root, head, tree)
    coming = {path for change in changes for path in change.paths}
    _refuse_uncommitted(root, coming)
    if run_git(root, ["diff-index", "--cached", "--quiet", head]).status != 0:
        raise GlmcodeError(
            "the index holds staged changes, and git merges only without any",
            exit_code=Exit.CONFLICT,
            hint="commit them first, or use --how apply or --how commit",
        )
    intent = Intent("merge", root, git_dir, head, message, merged=tip, tree=tree)
    commit, landing = _committed(intent, merge_into(root, changes), author)
    ours = {path for change in tree_changes(root, session.base, head) for path in change.paths}
    both = {path for change in tree_changes(root, session.base, tip) for path in change.paths} & ours
    return Landed("merge", tuple(sorted(coming)), commit, tuple(sorted(both)), landing)


def _merged_tree(root: str, head: str, tip: str) -> str:
    """The tree that the merge will make, computed without touching the checkout; refuses where it would conflict."""

    ended = run_git(root, ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", head, tip])
    tree, *paths = ended.out.split(b"\0")
    if ended.status == 0:
        return tree.decode().strip()
    if ended.status != 1:
        raise failure("git merge-tree", ended, Exit.CONFLICT)
    names = dict.fromkeys(os.fsdecode(path) for path in paths if path)
    raise conflict(
        ((name, _where(root, head, tip, name)) for name in names),
        "--how apply or --how commit may land the rest; the session is kept",
    )


def _where(root: str, head: str, tip: str, path: str) -> str:

    base = git(root, "merge-base", head, tip).decode().strip()
    sides = [run_git(root, ["cat-file", "blob", f"{commit}:{path}"]) for commit in (head, base, tip)]
    if any(side.status != 0 for side in sides):
        return "you and the session both changed it, and one side added, moved or deleted it"
    merged, why = merge_lines(*(side.out for side in sides))
    return why if merged is None else "you and the session both changed it"


def _refuse_in_progress(git_dir: str) -> None:
    if os.path.lexists(os.path.join(git_dir, "index.lock")):
        raise GlmcodeError(
            "another git is at work in your checkout: it holds index.lock",
            exit_code=Exit.CONFLICT,
            hint=f"try again when it has ended; if none is running, remove {os.path.join(git_dir, 'index.lock')}",
        )
    for name, what in _IN_PROGRESS.items():
        if os.path.lexists(os.path.join(git_dir, name)):
            raise GlmcodeError(
                f"{what} is in progress in your checkout",
                exit_code=Exit.CONFLICT,
                hint="finish or abort it first, or use --how apply",
            )


def _refuse_uncommitted(root: str, touched: Iterable[str]) -> None:
    """Refuses where a path of the landing holds work of the user's that is in no commit."""

    touched = set(touched)
    problems = {
        path: "you have staged changes in it" if letters[0] != " " else "you have uncommitted changes in it"
        for path, letters in uncommitted(root).items()
        if path in touched
    }
    known = {os.fsdecode(path) for path in git(root, "ls-files", "-z").split(b"\0")}
    for path in touched - known - set(problems):
        full = os.path.join(root, path)
        if os.path.lexists(full) and (os.path.islink(full) or not os.path.isdir(full)):
            problems[path] = "an untracked file stands there"
    if problems:
        raise conflict(
            sorted(problems.items()),
            "commit or move them first, or use --how apply, which merges with uncommitted work",
        )


def _set_aside(root: str, merge: Merge, error: BaseException) -> BaseException:
    """Makes ready for the landing to be taken back where a hook (or someone else, meanwhile) wrote to its files: what
    stands there is kept among git's objects, and the error says as which."""
    tree = DirectoryTree(root)
    kept: list[str] = []
    for path, data in merge.after.items():
        if data is None and os.path.isdir(os.path.join(root, path)):
            continue
        now, mode = tree.entry(path), merge.modes.get(path)
        if (None if now is None else now.data) in (data, merge.before[path]) and (now is None or now.mode == mode):
            continue
        if now is not None and now.data not in (data, merge.before[path]):
            blob = git(root, "hash-object", "-w", "--no-filters", "--stdin", stdin=now.data).decode().strip()
            kept.append(f"{shown(path)} was changed meanwhile, by a hook perhaps: git cat-file blob {blob} shows it")
        if data is None:
            remove_file(root, path)
        else:
            write_file(root, path, data, merge.modes[path])
    if kept and isinstance(error, GlmcodeError):
        return GlmcodeError(error.message, exit_code=error.exit_code, hint="\n".join([error.hint, *kept]).strip())
    return error
