"""Landing a session's work in the user's checkout: as uncommitted changes, as one commit, or as a merge.

All or nothing in each: everything is computed before the first byte is written, and a refusal leaves files, index and
branch as they were. Nothing is forced, no hook is skipped, nothing is stashed.
"""

import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo import journal
from glmcode.repo.discover import find_repository
from glmcode.repo.disk import DirectoryTree, remove_file, write_file
from glmcode.repo.git import Ended, failure, git, run_git
from glmcode.repo.merge import Change, conflict, is_missing, merge_into, merge_lines, session_changes, tree_changes
from glmcode.repo.sessions import Record, Session, load, save
from glmcode.repo.worktree import branch_tip, head_commit

__all__ = ["HOWS", "Landed", "default_message", "land_session"]

How: TypeAlias = Literal["apply", "commit", "merge"]
HOWS: tuple[How, ...] = ("apply", "commit", "merge")

_SUBJECT = 72
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


def land_session(session: Session, how: How, message: str | None = None) -> Landed:
    """Lands what the session's branch holds in the user's checkout at `session.root`, and notes it in the record.

    "apply" writes the files and leaves the index alone; `glmcode undo` takes it back. "commit" makes one commit on the
    current branch. "merge" merges the session's branch. Raises GlmcodeError (exit 5) that names files and lines where
    the user's own changes are in the way, and where a hook refuses.
    """
    repository = find_repository(session.root)
    if repository.common_dir != session.common_dir:
        raise GlmcodeError(f"session {session.id} belongs to another repository than {session.root}")
    tip = branch_tip(session)
    text = message if message and message.strip() else default_message(session)
    record = load(session.root, session.id)
    if how == "apply":
        landed = _apply(repository.root, session_changes(session, _start(repository.root, record), tip))
    elif how == "commit":
        _refuse_in_progress(repository.git_dir)
        changes = session_changes(session, _start(repository.root, record), tip)
        landed = _commit(repository.root, repository.git_dir, changes, text)
    else:
        landed = _merge(repository.root, repository.git_dir, session, tip, text)
    if landed.paths or not record.landed:
        record = replace(record, landed=how, landed_root=repository.root, landed_commit=landed.commit or "")
    save(replace(record, status="landed", landed_tip=tip))
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
    if record.landed_commit and not _holds(root, record.landed_commit, "HEAD"):
        return session.base
    if run_git(root, ["cat-file", "-e", f"{record.landed_tip}^{{commit}}"]).status != 0:
        return session.base
    landed = session_changes(session, session.base, record.landed_tip)
    return session.base if is_missing(root, landed) else record.landed_tip


def _holds(root: str, commit: str, head: str) -> bool:
    return run_git(root, ["merge-base", "--is-ancestor", commit, head]).status == 0


def _apply(root: str, changes: Iterable[Change]) -> Landed:
    merge = merge_into(root, changes)
    if merge.after:
        journal.land(root, merge.before, merge.after, merge.modes, None)
    return Landed("apply", tuple(sorted(merge.after)), None, merge.merged)


def _commit(root: str, git_dir: str, changes: tuple[Change, ...], message: str) -> Landed:
    head = head_commit(root)
    _refuse_uncommitted(root, {path for change in changes for path in change.paths})
    merge = merge_into(root, changes)
    if not merge.after:
        return Landed("commit", ())
    index = _read_index(git_dir)
    journal.land(root, merge.before, merge.after, merge.modes, None)
    try:
        # A new file must be known to the index before a commit of named files can hold it.
        new = b"".join(os.fsencode(path) + b"\0" for path, data in merge.before.items() if data is None)
        ended = run_git(root, ["update-index", "--add", "--replace", "-z", "--stdin"], stdin=new)
        if ended.status == 0:
            ended = _with_message(
                root,
                message,
                ["commit", "--quiet", "--only", "--pathspec-from-file=-", "--pathspec-file-nul"],
                stdin=b"".join(b":(top,literal)" + os.fsencode(path) + b"\0" for path in _named(merge.after)),
            )
        if ended.status != 0:
            raise failure("git commit", ended, Exit.CONFLICT)
    except BaseException:
        if head_commit(root) == head:
            _take_back(root, merge.after, merge.modes)
            _restore_index(git_dir, index)
        raise
    return Landed("commit", tuple(sorted(merge.after)), head_commit(root), merge.merged)


def _named(after: Mapping[str, bytes | None]) -> list[str]:
    """The paths that the commit names. Where file and folder change places the new side is named, and git drops the old."""
    files = {path for path, data in after.items() if data is not None}
    folders = {folder for path in files for folder in _above(path)}
    return [path for path in after if path in files or (path not in folders and not files & set(_above(path)))]


def _above(path: str) -> list[str]:
    return [path[:end] for end, sign in enumerate(path) if sign == "/"]


def _merge(root: str, git_dir: str, session: Session, tip: str, message: str) -> Landed:
    _refuse_in_progress(git_dir)
    head = head_commit(root)
    if not _holds(root, session.base, head):
        raise GlmcodeError(
            "your branch does not hold the commit that the session started from: a merge would bring other commits along",
            exit_code=Exit.CONFLICT,
            hint="switch to the branch where the session started, or use --how apply or --how commit",
        )
    if _holds(root, tip, head):
        return Landed("merge", ())
    tree = _merged_tree(root, head, tip)
    coming = {path for change in tree_changes(root, head, tree) for path in change.paths}
    _refuse_uncommitted(root, coming)
    if run_git(root, ["diff-index", "--cached", "--quiet", head]).status != 0:
        raise GlmcodeError(
            "the index holds staged changes, and git merges only without any",
            exit_code=Exit.CONFLICT,
            hint="commit them first, or use --how apply or --how commit",
        )
    index = _read_index(git_dir)
    try:
        ended = _with_message(
            root, message, ["merge", "--quiet", "--no-ff", "--no-edit", "--no-autostash", "--", session.branch]
        )
        if ended.status != 0:
            raise failure("git merge", ended, Exit.CONFLICT)
    except BaseException:
        if head_commit(root) == head:
            if os.path.lexists(os.path.join(git_dir, "MERGE_HEAD")):
                git(root, "merge", "--abort", exit_code=Exit.CONFLICT)
            _restore_index(git_dir, index)
        raise
    ours = {path for change in tree_changes(root, session.base, head) for path in change.paths}
    both = {path for change in tree_changes(root, session.base, tip) for path in change.paths} & ours
    return Landed("merge", tuple(sorted(coming)), head_commit(root), tuple(sorted(both)))


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


def _with_message(root: str, message: str, command: list[str], stdin: bytes | None = None) -> Ended:
    """Runs the user's own commit or merge: with hooks and signing, and the message from a file, as it is written there."""

    with tempfile.TemporaryDirectory(prefix="glmcode-") as folder:
        path = os.path.join(folder, "message")
        with open(path, "wb") as file:
            file.write(message.replace("\0", "").encode("utf-8", "replace"))
        settings = ["-c", "i18n.commitEncoding=UTF-8"]
        named = [command[0], "-F", path, "--cleanup=whitespace", *command[1:]]
        return run_git(root, [*settings, *named], stdin=stdin, hooks=True)


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
    status = git(
        root, "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=no", "--ignore-submodules=all"
    )
    problems = {}
    for line in status.split(b"\0"):
        path = os.fsdecode(line[3:])
        if path in touched:
            problems[path] = (
                "you have staged changes in it" if line[:1] != b" " else "you have uncommitted changes in it"
            )
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


def _read_index(git_dir: str) -> bytes | None:
    try:
        with open(os.path.join(git_dir, "index"), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _restore_index(git_dir: str, data: bytes | None) -> None:
    """Puts the index back as it was, under git's own lock for it."""
    path = os.path.join(git_dir, "index")
    if data is None or _read_index(git_dir) == data:
        return
    try:
        fd = os.open(path + ".lock", os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    except FileExistsError:
        raise GlmcodeError(
            "another git holds the index, so that new files of the session stay staged",
            exit_code=Exit.CONFLICT,
            hint="git reset takes them out of the index",
        ) from None
    with os.fdopen(fd, "wb") as file:
        file.write(data)
    os.replace(path + ".lock", path)


def _take_back(root: str, after: Mapping[str, bytes | None], modes: Mapping[str, str]) -> None:
    """Undoes what was written for a commit that did not come about, also where its hooks wrote to the same files."""

    tree = DirectoryTree(root)
    for path, data in after.items():
        if data is None and os.path.isdir(os.path.join(root, path)):
            continue
        now = tree.entry(path)
        if (None if now is None else (now.data, now.mode)) == (None if data is None else (data, modes.get(path))):
            continue
        if data is None:
            remove_file(root, path)
        else:
            write_file(root, path, data, modes[path])
    journal.undo(root)
