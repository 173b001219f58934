"""Making a commit on the user's branch, as `git commit` and `git merge` do it, from files that a landing has written.

Those two can't be used for it: which commit they will make is known only when the branch has moved, and a merge writes the
user's files without a way back. So their steps are taken one by one, each by git itself: hooks, signature and identity are
the user's, and the commit's id is noted before the branch moves. The index that it is made from is one of our own.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.follow import alive
from glmcode.repo.git import Ended, complaint, failure, run_git
from glmcode.repo.index import copy_index
from glmcode.repo.notes import add_note, beside
from glmcode.repo.record import Record

__all__ = ["Intent", "after_hook", "branch_ref", "identity", "make"]


@dataclass(frozen=True, slots=True)
class Intent:
    """The commit that is to be made."""

    kind: str
    """What the record's note says: "commit", "merge" or "revert"."""
    root: str
    git_dir: str
    head: str
    """The commit that the branch must still stand at."""
    message: str
    paths: tuple[str, ...] = ()
    """What goes into the commit, as it stands on the disk."""
    merged: str = ""
    """The second parent of a merge; "" for none."""
    tree: str = ""
    """The tree of a merge, before its hooks."""
    of: tuple[str, ...] = ()
    """The landings that it takes back."""

    @property
    def title(self) -> str:
        """What the journal calls the landing."""
        return self.message.split("\n", 1)[0][:72]

    def note(self, **more: str) -> dict[str, object]:
        """What the landing's record says of it."""
        return {"kind": self.kind, "head": self.head, "ref": branch_ref(self.root), **more}


def branch_ref(root: str) -> str:
    """The full name of the current branch; "HEAD" where none is checked out."""
    return os.fsdecode(run_git(root, ["symbolic-ref", "--quiet", "HEAD"]).out).strip() or "HEAD"


def identity(root: str) -> dict[str, str]:
    """Who the author is, for the commit and its hooks. Raises GlmcodeError (exit 5) where git doesn't know who commits."""
    for role in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        ended = run_git(root, ["var", role])
        if ended.status != 0:
            raise failure("git commit", ended, Exit.CONFLICT)
        if role == "GIT_AUTHOR_IDENT":
            name, _, rest = os.fsdecode(ended.out).strip().rpartition(" <")
            email, _, date = rest.partition("> ")
    return {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email, "GIT_AUTHOR_DATE": f"@{date}"}


def make(intent: Intent, record: Record, author: Mapping[str, str]) -> str:
    """Makes the commit and moves the branch to it; gives its id. The files are as the landing wrote them.

    Raises GlmcodeError (exit 5) where a hook refuses, where nothing is left to commit, and where the branch has moved:
    then it stands where it stood. The user's index is not touched.
    """
    with alive(record) as keep:
        own = beside(record, "index")
        copy_index(intent.git_dir, own)
        run = _Run(intent.root, {**author, "GIT_INDEX_FILE": own}, keep)
        _fill(run, intent)
        run.hook("pre-merge-commit" if intent.merged else "pre-commit")
        tree = run.git("write-tree")
        if not intent.merged and tree == run.git("rev-parse", f"{intent.head}^{{tree}}"):
            raise GlmcodeError("nothing is left to commit: a hook took all of it back", exit_code=Exit.CONFLICT)
        message = _message(run, intent)
        commit = _commit(run, intent, tree, message)
        add_note(record, {"commit": commit})
        _move_branch(run, intent, str(record.note["ref"]), commit, message)
        return commit


def after_hook(root: str, *, merge: bool) -> None:
    """The hook that git runs when all is done. What it says or how it ends changes nothing."""
    name = ["post-merge", "--", "0"] if merge else ["post-commit"]
    run_git(root, ["hook", "run", "--ignore-missing", *name], hooks=True)


@dataclass(frozen=True, slots=True)
class _Run:
    root: str
    env: Mapping[str, str]
    keep: int | None

    def git(self, *arguments: str, stdin: bytes | None = None) -> str:
        ended = run_git(self.root, arguments, stdin=stdin, env=self.env, keep=self.keep)
        if ended.status != 0:
            raise failure(f"git {arguments[0]}", ended, Exit.CONFLICT)
        return os.fsdecode(ended.out).strip()

    def with_hooks(self, *arguments: str) -> Ended:
        return run_git(self.root, arguments, hooks=True, env=self.env, keep=self.keep)

    def hook(self, name: str, *arguments: str) -> None:
        given = ["--", *arguments] if arguments else []
        ended = self.with_hooks("hook", "run", "--ignore-missing", name, *given)
        if ended.status != 0:
            said = "\n".join(line.rstrip()[:500] for line in ended.err.splitlines()[:20] if line.strip())
            raise GlmcodeError(
                f"the hook {name} refused: {complaint(ended)}",
                exit_code=Exit.CONFLICT,
                hint=said if "\n" in said else "",
            )


def _fill(run: _Run, intent: Intent) -> None:
    """The index of our own: the branch's commit with the paths as they stand on the disk, or the merge's tree."""
    run.git("read-tree", "--reset", intent.tree or intent.head)
    # Files that gave way to a folder go first, so that the folder's files find their place free.
    there = [path for path in intent.paths if _is_file(os.path.join(intent.root, path))]
    gone = [path for path in intent.paths if path not in set(there)]
    listed = b"".join(os.fsencode(path) + b"\0" for path in [*gone, *there])
    run.git("update-index", "--add", "--remove", "-z", "--stdin", stdin=listed)


def _is_file(path: str) -> bool:
    return os.path.lexists(path) and (os.path.islink(path) or not os.path.isdir(path))


def _message(run: _Run, intent: Intent) -> str:
    """The message's file, as the hooks have left it."""
    path = os.path.join(intent.git_dir, "COMMIT_EDITMSG")
    _write(path, run, intent.message.replace("\0", "").encode("utf-8", "replace"))
    shown = os.path.relpath(path, intent.root) if intent.git_dir == os.path.join(intent.root, ".git") else path
    run.hook("prepare-commit-msg", shown, "merge" if intent.merged else "message")
    run.hook("commit-msg", shown)
    with open(path, "rb") as file:
        _write(path, run, file.read())
    if not os.path.getsize(path):
        raise GlmcodeError("the commit's message is empty", exit_code=Exit.CONFLICT, hint="a hook may have emptied it")
    return path


def _write(path: str, run: _Run, text: bytes) -> None:
    """The message without blanks at the ends of its lines and blank lines around it, as git keeps one that is given."""
    clean = run_git(run.root, ["stripspace"], stdin=text).out
    with open(path, "wb") as file:
        file.write(clean)


def _commit(run: _Run, intent: Intent, tree: str, message: str) -> str:
    signed = run_git(run.root, ["config", "--type=bool", "--get", "commit.gpgSign"]).out.strip() == b"true"
    parents = [intent.head, intent.merged] if intent.merged else [intent.head]
    command = ["-c", "i18n.commitEncoding=UTF-8", "commit-tree", *(["-S"] if signed else [])]
    ended = run.with_hooks(*command, *(part for one in parents for part in ("-p", one)), "-F", message, tree)
    if ended.status != 0:
        raise failure("git commit", ended, Exit.CONFLICT)
    return ended.out.decode().strip()


def _move_branch(run: _Run, intent: Intent, ref: str, commit: str, message: str) -> None:
    if branch_ref(run.root) != ref:
        raise GlmcodeError("you have switched to another branch meanwhile", exit_code=Exit.CONFLICT)
    with open(message, encoding="utf-8", errors="replace") as file:
        subject = " ".join(file.readline().split())
    reason = f"merge {intent.merged[:12]}: Merge made by glmcode." if intent.merged else f"commit: {subject}"
    how: Sequence[str] = ("--no-deref",) if ref == "HEAD" else ()
    ended = run.with_hooks("update-ref", *how, "-m", reason, ref, commit, intent.head)
    if ended.status != 0:
        raise failure("moving the branch", ended, Exit.CONFLICT)
