"""Taking a landing back that is a commit: by another commit that reverts it. History stays; nothing is reset.

A reset would take along what was committed since, and what others have fetched already; files alone would leave the commit
in the branch and its reverse uncommitted. The new commit goes the same way as the one that it reverts: the user's hooks and
signature, before or after whatever happens, and refused where the user's own work is in the way.
"""

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo import journal
from glmcode.repo.commits import Intent, identity
from glmcode.repo.committing import committed, refuse_in_progress, refuse_uncommitted
from glmcode.repo.discover import find_repository
from glmcode.repo.follow import commit_of, holds
from glmcode.repo.git import git
from glmcode.repo.merge import merge_into, tree_changes
from glmcode.repo.record import Record
from glmcode.repo.worktree import head_commit

__all__ = ["revert"]


def revert(root: str, record: Record) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Reverts the commit of this landing by a commit on the current branch: its id ("" where nothing of it is left to take
    back), the files that hold again what they held, and those that are gone. Raises GlmcodeError (exit 5) otherwise."""
    commit, number = commit_of(record), int(record.id)
    if commit is None:
        raise GlmcodeError(
            f"you have committed the files of landing {number} yourself",
            exit_code=Exit.CONFLICT,
            hint="git log shows the commit, git revert takes it back",
        )
    if not holds(root, commit, "HEAD"):
        raise GlmcodeError(
            f"landing {number} made the commit {commit[:12]}, which is not on the current branch",
            exit_code=Exit.CONFLICT,
            hint=f"switch to the branch that has it: git branch --contains {commit[:12]}",
        )
    git_dir = find_repository(root).git_dir
    refuse_in_progress(git_dir)
    head, author = head_commit(root), identity(root)
    changes = tree_changes(root, commit, f"{commit}^1")
    refuse_uncommitted(root, {path for change in changes for path in change.paths})
    try:
        merge = merge_into(root, changes)
    except GlmcodeError as error:
        mend = f"what was committed since is in the way; git revert {_parent(root, commit)}{commit[:12]} leaves the conflicts to you"
        hint = f"{error.hint}\n{mend}".strip()
        message = error.message.replace("the session's changes", "what is to be taken back")
        raise GlmcodeError(message, exit_code=error.exit_code, hint=hint) from error
    if not merge.after:
        with journal.opened(root) as (folder, top):
            planned = journal.draft(folder, top, root, {}, {}, kind="undo", of=(record.id,))
            with journal.carrying(top, planned, {}, {}):
                return "", (), ()
    restored = tuple(sorted(path for path, data in merge.after.items() if data is not None))
    removed = tuple(sorted(path for path, data in merge.after.items() if data is None))
    message = _message(root, commit)
    intent = Intent("revert", root, git_dir, head, message, paths=tuple(merge.after), of=(record.id,))
    made, _ = committed(intent, merge, author)
    return made, restored, removed


def _message(root: str, commit: str) -> str:
    subject = git(root, "log", "-1", "--format=%s", commit).decode("utf-8", "replace").strip()
    merged = git(root, "log", "-1", "--format=%P", commit).decode().split()
    more = f", reversing\nchanges made to {merged[0]}" if len(merged) > 1 else ""
    return f'Revert "{subject}"\n\nThis reverts commit {commit}{more}.\n'


def _parent(root: str, commit: str) -> str:
    return "-m 1 " if len(git(root, "log", "-1", "--format=%P", commit).split()) > 1 else ""
