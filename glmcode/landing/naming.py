"""Which file an edit's path means: told relative to the root, and without the `a/` or `b/` of a diff where the files prove it."""

from dataclasses import replace

from glmcode.landing.paths import normalise, relative
from glmcode.landing.text import quoted_bytes, split_lines
from glmcode.landing.tree import PathRefusedError
from glmcode.landing.workspace import Workspace
from glmcode.plan.edits import Broken, Create, Edit, Rename, Substitute, Whole

__all__ = ["named"]

_SIDES = ("a/", "b/")


def named(edit: Edit | Broken, workspace: Workspace) -> Edit | Broken:
    """The edit with its paths as the tree has them; one that may not be written stays as it is, to be refused.

    `a/F` means F where F stands and neither a file nor a folder `a/F` does. A path that is to be made is not there for that
    reason, so it is taken at its word, but for a whole file that is F told again.
    """
    if edit.path is None:
        return edit
    path = relative(edit.path, workspace.tree.roots)
    if isinstance(edit, Broken):
        return edit if path == edit.path else replace(edit, path=path)
    bare = _without_side(edit, path, workspace)
    change = edit.change
    if isinstance(change, Rename):
        to = relative(change.to, workspace.tree.roots)
        # Both names of a diff, or neither.
        to = to[2:] if bare != path and to.startswith(_SIDES) else to
        change = change if to == change.to else replace(change, to=to)
    return edit if bare == edit.path and change is edit.change else replace(edit, path=bare, change=change)


def _without_side(edit: Edit, path: str, workspace: Workspace) -> str:
    change = edit.change
    plain = path.removeprefix("./")
    if (
        not plain.startswith(_SIDES)
        or isinstance(change, Create)
        or (isinstance(change, Substitute) and not change.old)
    ):
        return path
    try:
        whole, bare = normalise(plain), normalise(plain[2:])
        if workspace.get(whole) is not None:
            return path
        file = workspace.get(bare)
    except PathRefusedError:
        return path
    if file is None:
        return path
    return path if isinstance(change, Whole) and not _retells(change, file.text.lines) else bare


def _retells(change: Whole, lines: list[bytes]) -> bool:
    """Whether most of what a file says is in the body too."""
    try:
        body = {line.strip() for line in split_lines(quoted_bytes(change.body))}
    except UnicodeEncodeError:
        return False
    told = [line.strip() for line in lines if line.strip()]
    return 2 * sum(line in body for line in told) > len(told)
