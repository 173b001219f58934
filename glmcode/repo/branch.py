"""Landing a session's work in the user's checkout: as uncommitted changes, as one commit, as a merge; or beside it, as a
patch or a branch.

All or nothing in each: everything is computed before the first byte is written, and a refusal leaves files, index and
branch as they were. Nothing is forced, no hook is skipped, nothing is stashed.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo import journal
from glmcode.repo.committing import commit_changes, merge_branch, refuse_in_progress
from glmcode.repo.dirty import refuse_taken
from glmcode.repo.discover import find_repository
from glmcode.repo.follow import holds
from glmcode.repo.git import failure, run_git
from glmcode.repo.merge import Change, is_missing, merge_into, session_changes
from glmcode.repo.message import with_trailer
from glmcode.repo.options import RepoOptions
from glmcode.repo.patch import patch, write_patch
from glmcode.repo.protected import refuse_protected, with_hooks
from glmcode.repo.sessions import Record, Session, load, note
from glmcode.repo.staging import staged
from glmcode.repo.terms import HOWS, How, Landed, Terms
from glmcode.repo.worktree import branch_tip, changed_files

__all__ = ["HOWS", "How", "Landed", "Terms", "default_message", "land_session", "refuse_unfit"]

_SUBJECT = 72
_CONFLICTS = (
    "glmcode land --how apply --conflicts leaves what both changed between conflict markers; the session is kept"
)
_FIT = {
    "trailer": ("commit", "merge"),
    "message": ("commit", "merge"),
    "stage": ("apply",),
    "conflicts": ("apply",),
    "output": ("patch",),
    "overwrite": ("patch",),
    "name": ("branch",),
}


def land_session(
    session: Session,
    how: How,
    message: str | None = None,
    terms: Terms | None = None,
    *,
    options: RepoOptions | None = None,
    allow: Iterable[str] = (),
    write: Callable[[], str | None] | None = None,
) -> Landed:
    """Lands what the session's branch holds in the user's checkout at `session.root`, and notes it in the session's log.

    "apply" writes the files and leaves the index alone unless `terms.stage`; `glmcode undo` takes it back. "commit" makes
    one commit on the current branch. "merge" merges the session's branch. "patch" writes a file that `git apply` takes,
    "branch" makes a branch. `message` stands for `terms.message`; without either `write` is asked for one, when all
    is ready for the commit. The trailer is that of `options` where the terms say none. Raises GlmcodeError (exit 5) that names files and lines where the user's own changes are in the way, and where a
    hook refuses; ProtectedError (exit 4) for changes of protected files that `allow` doesn't name.
    """
    terms = terms or Terms()
    if message is not None:
        terms = replace(terms, message=message)
    repository = find_repository(session.root)
    journal.recover(repository.root)
    if repository.common_dir != session.common_dir:
        raise GlmcodeError(f"session {session.id} belongs to another repository than {session.root}")
    tip = branch_tip(session)
    record = load(session.root, session.id)
    if how == "patch":
        return _patch(session, terms)
    if how == "branch":
        return _branch(record, tip, terms)
    if terms.trailer is None and options is not None:
        terms = replace(terms, trailer=options.commits.trailer)
    if how != "apply":
        refuse_in_progress(repository.git_dir)
    start = session.base if how == "merge" else _start(repository.root, record)
    changes = session_changes(session, start, tip)
    protect = with_hooks((options or RepoOptions()).protect, repository.root)
    refuse_protected({path for change in changes for path in change.paths}, protect, allow)
    make = partial(_message, session, terms, write)
    if how == "apply":
        landed = _apply(repository.root, changes, session, terms)
    elif how == "commit":
        landed = commit_changes(repository.root, repository.git_dir, changes, make)
    else:
        landed = merge_branch(repository.root, repository.git_dir, session, tip, make)
    if landed.conflicts:
        return landed  # what is right is not decided: the session keeps its work
    _note(session, landed, repository.root, tip)
    if options is not None:
        journal.keep_within(repository.root, options.journal)
    return landed


def _note(session: Session, landed: Landed, root: str, tip: str) -> None:
    told = {"commit": landed.commit or "", "landing": landed.landing, "files": len(landed.paths)}
    note(session, "landed", how=landed.how, root=root, tip=tip, **told)


def refuse_unfit(how: How, terms: Terms) -> None:
    """Raises GlmcodeError (exit 2) where something was asked for that this way to land does not know."""
    for field, fitting in _FIT.items():
        if getattr(terms, field) not in (None, False) and how not in fitting:
            flag = {"stage": "index"}.get(field, field)
            raise GlmcodeError(f"--{flag} goes with --how {' or '.join(fitting)}, not with {how}")


def _message(session: Session, terms: Terms, write: Callable[[], str | None] | None) -> str:
    text = terms.message if terms.message and terms.message.strip() else None
    text = text or (write() if write is not None else None) or default_message(session)
    return with_trailer(session.root, text, terms.trailer or "")


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
    last = next((one for one in reversed(record.landings) if one.how != "branch"), None)
    if last is None or not last.tip or last.root != root:
        return session.base
    if last.commit and not holds(root, last.commit, "HEAD"):
        return session.base
    if run_git(root, ["cat-file", "-e", f"{last.tip}^{{commit}}"]).status != 0:
        return session.base
    return session.base if is_missing(root, session_changes(session, session.base, last.tip)) else last.tip


def _apply(root: str, changes: tuple[Change, ...], session: Session, terms: Terms) -> Landed:
    how = {"label": session.id} if terms.conflicts else {"advice": _CONFLICTS}
    merge = merge_into(root, changes, **how)
    entries = staged(root, changes, merge, stage=terms.stage)
    if not merge.after and not entries:
        return Landed("apply", ())
    then = {"kind": "index", "entries": [[path, *both] for path, both in entries.items()]} if entries else None
    with journal.landing(
        root, merge.before, merge.after, merge.modes, note=then, title=f"session {session.id}"
    ) as record:
        landing = "" if record is None else record.id
    paths = tuple(sorted({*merge.after, *entries}))
    return Landed("apply", paths, None, merge.merged, tuple(sorted(merge.conflicts)), landing=landing)


def _patch(session: Session, terms: Terms) -> Landed:
    paths = changed_files(session)
    if not paths:
        return Landed("patch", ())
    if terms.output == "-":
        return Landed("patch", paths, patch=patch(session))
    target = terms.output if terms.output is not None else f"{session.id}.patch"
    write_patch(session, target, overwrite=terms.overwrite)
    return Landed("patch", paths, output=os.path.abspath(target))


def _branch(record: Record, tip: str, terms: Terms) -> Landed:
    """Leaves the work on the session's branch, or makes one that stays when the session goes."""
    session = record.session
    paths = changed_files(session)
    if not paths or terms.name is None:
        return Landed("branch", paths, output=session.branch)
    refuse_taken(session, "a branch")
    if run_git(session.root, ["check-ref-format", "--branch", terms.name]).status != 0 or terms.name.startswith("-"):
        raise GlmcodeError(f"{terms.name!r} is no name for a branch")
    ref = f"refs/heads/{terms.name}"
    if run_git(session.root, ["show-ref", "--verify", "--quiet", ref]).status == 0:
        raise GlmcodeError(f"there is a branch {terms.name} already", exit_code=Exit.CONFLICT, hint="give another name")
    # A branch of this name that someone makes in this moment is not moved: no commit is what it must stand at.
    reason = f"glmcode: the work of session {session.id}"
    ended = run_git(session.root, ["update-ref", "-m", reason, ref, tip, "0" * len(tip)], hooks=True)
    if ended.status != 0:
        raise failure(f"making the branch {terms.name}", ended, Exit.CONFLICT)
    landed = Landed("branch", paths, output=terms.name)
    _note(session, landed, session.root, tip)
    return landed
