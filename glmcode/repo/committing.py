"""A commit on the user's branch and the files of it: both, or neither.

All is computed before the first byte is written, and a refusal leaves files, index and branch as they were.
"""

import os
from collections.abc import Callable, Iterable, Mapping

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo import journal
from glmcode.repo.commits import Intent, after_hook, identity, make
from glmcode.repo.dirty import refuse_taken
from glmcode.repo.disk import DirectoryTree, remove_file, write_file
from glmcode.repo.folder import shown
from glmcode.repo.follow import holds, refuse_alive
from glmcode.repo.git import failure, git, run_git
from glmcode.repo.index import uncommitted
from glmcode.repo.kept import keep
from glmcode.repo.merge import Change, Merge, conflict, is_missing, merge_into, merge_lines, tree_changes
from glmcode.repo.sessions import Session
from glmcode.repo.terms import Landed
from glmcode.repo.worktree import head_commit

__all__ = ["commit_changes", "committed", "merge_branch", "refuse_in_progress", "refuse_uncommitted"]

_IN_PROGRESS = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "sequencer": "a cherry-pick or revert of several commits",
}
_PATIENCE = 10.0
"""Seconds that a hook may take to end when it is interrupted."""


def commit_changes(root: str, git_dir: str, changes: tuple[Change, ...], message: Callable[[], str]) -> Landed:
    """One commit of the changes on the current branch, and of nothing else that the user has at hand."""
    head = head_commit(root)
    author = identity(root)
    refuse_uncommitted(root, {path for change in changes for path in change.paths})
    merge = merge_into(root, changes)
    if not merge.after:
        return Landed("commit", ())
    intent = Intent("commit", root, git_dir, head, message(), paths=tuple(merge.after))
    commit, landing = committed(intent, merge, author)
    return Landed("commit", tuple(sorted(merge.after)), commit, merge.merged, landing=landing)


def committed(intent: Intent, merge: Merge, author: Mapping[str, str]) -> tuple[str, str]:
    """Writes the files and makes the commit of them: both, or neither. Gives the commit, and the landing's id."""
    files = (merge.before, merge.after, merge.modes)
    with journal.landing(intent.root, *files, note=intent.note(), title=intent.title, of=intent.of) as record:
        assert record is not None  # with a note there always is one
        try:
            commit = make(intent, record, author)
        except BaseException as error:
            if not isinstance(error, GlmcodeError):
                refuse_alive(record, _PATIENCE)  # a hook that was interrupted may still write
            raise _set_aside(intent.root, merge, error) from error
    after_hook(intent.root, merge=bool(intent.merged))
    return commit, record.id


def merge_branch(root: str, git_dir: str, session: Session, tip: str, message: Callable[[], str]) -> Landed:
    """A merge of the session's branch into the current one."""
    refuse_taken(session, "a merge")
    head = head_commit(root)
    author = identity(root)
    if not holds(root, session.base, head):
        raise GlmcodeError(
            "your branch does not hold the commit that the session started from: a merge would bring other commits along",
            exit_code=Exit.CONFLICT,
            hint="switch to the branch where the session started, or use --how apply or --how commit",
        )
    if holds(root, tip, head):
        if is_missing(root, tree_changes(root, session.base, tip)):
            raise GlmcodeError(
                "the session's branch is merged already, and its changes were taken back since: git merges it no second time",
                exit_code=Exit.CONFLICT,
                hint="--how commit or --how apply lands them again",
            )
        return Landed("merge", ())
    tree = _merged_tree(root, head, tip)
    changes = tree_changes(root, head, tree)
    coming = {path for change in changes for path in change.paths}
    refuse_uncommitted(root, coming)
    if run_git(root, ["diff-index", "--cached", "--quiet", head]).status != 0:
        raise GlmcodeError(
            "the index holds staged changes, and git merges only without any",
            exit_code=Exit.CONFLICT,
            hint="commit them first, or use --how apply or --how commit",
        )
    merge = merge_into(root, changes)
    intent = Intent("merge", root, git_dir, head, message(), merged=tip, tree=tree)
    commit, landing = committed(intent, merge, author)
    ours = {path for change in tree_changes(root, session.base, head) for path in change.paths}
    both = {path for change in tree_changes(root, session.base, tip) for path in change.paths} & ours
    return Landed("merge", tuple(sorted(coming)), commit, tuple(sorted(both)), landing=landing)


def _merged_tree(root: str, head: str, tip: str) -> str:
    """The tree that the merge will make, computed without touching the checkout; refuses where it would conflict."""
    ended = run_git(root, ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", head, tip])
    tree, *paths = ended.out.split(b"\0")
    if ended.status == 0:
        return tree.decode().strip()
    if ended.status != 1:
        raise failure("git merge-tree", ended, Exit.NOT_LANDED)
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


def refuse_in_progress(git_dir: str) -> None:
    """Refuses while the user is in the middle of something that a commit would get into."""
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


def refuse_uncommitted(root: str, touched: Iterable[str]) -> None:
    """Refuses where a path of the landing holds work of the user's that is in no commit."""
    touched = set(touched)
    problems = {
        path: "you have staged changes in it" if letters[0] != " " else "you have uncommitted changes in it"
        for path, letters in uncommitted(root).items()
        if path in touched
    }
    known = {os.fsdecode(line[2:]): line[:1].decode() for line in git(root, "ls-files", "-v", "-z").split(b"\0")}
    for path in touched - set(problems):
        full, letter = os.path.join(root, path), known.get(path)
        if not os.path.lexists(full) or (os.path.isdir(full) and not os.path.islink(full)):
            continue
        if letter is None:
            problems[path] = "an untracked file stands there"
        elif letter.islower() or letter == "S":
            what = "assume-unchanged" if letter.islower() else "skip-worktree"
            problems[path] = f"git is told not to look at it (git update-index --no-{what} ends that)"
    if problems:
        raise conflict(
            sorted(problems.items()),
            "commit or move them first, or use --how apply, which merges with uncommitted work",
        )


def _set_aside(root: str, merge: Merge, error: BaseException) -> BaseException:
    """Makes ready for the landing to be taken back where a hook (or someone else, meanwhile) wrote to its files: what
    stands there is kept in git, and the error says as which."""
    tree = DirectoryTree(root)
    kept: list[str] = []
    for path, data in merge.after.items():
        if data is None and os.path.isdir(os.path.join(root, path)):
            continue
        now, mode = tree.entry(path), merge.modes.get(path)
        if (None if now is None else now.data) in (data, merge.before[path]) and (now is None or now.mode == mode):
            continue
        if now is not None and now.data not in (data, merge.before[path]):
            blob = keep(root, now.data)
            kept.append(f"{shown(path)} was changed meanwhile, by a hook perhaps: git cat-file blob {blob} shows it")
        if data is None:
            remove_file(root, path)
        else:
            write_file(root, path, data, merge.modes[path])
    if kept and isinstance(error, GlmcodeError):
        return GlmcodeError(error.message, exit_code=error.exit_code, hint="\n".join([error.hint, *kept]).strip())
    if kept and isinstance(error, KeyboardInterrupt):
        return GlmcodeError("interrupted", exit_code=Exit.INTERRUPTED, hint="\n".join(kept))
    return error
