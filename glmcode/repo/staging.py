"""What a landing of files puts into the index: exactly the session's changes on top of HEAD, or the sides of a conflict."""

from collections.abc import Iterable

from glmcode.errors import Exit
from glmcode.repo.git import git
from glmcode.repo.index import entries as index_entries
from glmcode.repo.index import tree_entries, uncommitted
from glmcode.repo.merge import Change, Merge, conflict, merge_lines

__all__ = ["staged"]

Both = tuple[str | None, str | None]


def staged(root: str, changes: Iterable[Change], merge: Merge, *, stage: bool) -> dict[str, Both]:
    """The index's entries that change, each as it is and as it is to be; none without `stage` and without conflicts.

    Raises GlmcodeError (exit 5) where the user has staged changes of these files: they would be lost among ours.
    """
    changes = tuple(changes)
    wanted: dict[str, str | None] = dict(merge.conflicts)
    if not stage and not wanted:
        return {}
    touched = {path for change in changes for path in change.paths} if stage else set(wanted)
    letters = uncommitted(root)
    problems = [
        (path, "you have staged changes in it")
        for path in sorted(touched)
        if letters.get(path, "  ")[0] != " " or letters.get(path) == " A"
    ]
    head = tree_entries(root, "HEAD", touched)
    if stage:
        for change in changes:
            if not set(change.paths) & wanted.keys():
                problems += _add(root, change, head, wanted)
    if problems:
        raise conflict(problems, "commit or unstage them first, or land without --index and --conflicts")
    now = index_entries(root)
    return {path: (now.get(path), entry) for path, entry in wanted.items() if now.get(path) != entry}


def _add(root: str, change: Change, head: dict[str, str], wanted: dict[str, str | None]) -> list[tuple[str, str]]:
    """The change on top of HEAD's entries; what can't be done is given back."""
    old = None if change.old is None else head.get(change.old)
    there = None if change.new is None else head.get(change.new)
    theirs = None if change.new is None else f"{change.new_mode} {change.new_blob} 0"
    if change.new is None:
        assert change.old is not None
        if old is not None and old.split(" ")[1] != change.old_blob:
            return [(change.old, "the session deletes it, and your branch changed it")]
        wanted[change.old] = None
        return []
    if change.old is None or old is None:
        if (there is None and change.old is None) or (there is not None and there.split(" ")[1] == change.new_blob):
            wanted[change.new] = theirs
            return []
        return [(change.new, "your branch has it otherwise than the session left it")]
    mode, blob, _ = old.split(" ")
    mode = mode if change.old_mode == change.new_mode else change.new_mode
    if blob == change.old_blob:
        blob = change.new_blob
    elif blob != change.new_blob:
        sides = (
            git(root, "cat-file", "blob", one, exit_code=Exit.CONFLICT)
            for one in (blob, change.old_blob, change.new_blob)
        )
        merged, why = merge_lines(*sides)
        if merged is None:
            return [(change.old, why)]
        blob = git(root, "hash-object", "-w", "--no-filters", "--stdin", stdin=merged).decode().strip()
    if change.old != change.new:
        if there is not None:
            return [(change.new, "the session moves a file here, and your branch has one")]
        wanted[change.old] = None
    wanted[change.new] = f"{mode} {blob} 0"
    return []
