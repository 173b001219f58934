"""Which file an edit's path means: told relative to the root, and without the `a/` or `b/` of a diff where the files prove it."""

from dataclasses import replace

from glmcode.landing.coding import quoted_bytes
from glmcode.landing.paths import normalise, relative
from glmcode.landing.text import split_lines
from glmcode.landing.tree import PathRefusedError
from glmcode.landing.workspace import Workspace
from glmcode.plan.edits import AtPlace, AtSymbol, Broken, Change, Edit, Rename, Sketch, Substitute, Whole

__all__ = ["named"]

_SIDES = ("a/", "b/")
_EDITS = (Substitute, AtSymbol, AtPlace, Sketch, Whole)


def named(edit: Edit | Broken, workspace: Workspace) -> Edit | Broken:
    """The edit with its paths as the tree has them; one that may not be written stays as it is, to be refused."""
    if edit.path is None:
        return edit
    path = relative(edit.path, workspace.tree.roots)
    if isinstance(edit, Broken):
        return edit if path == edit.path else replace(edit, path=path)
    change = edit.change
    if isinstance(change, Rename):
        to = relative(change.to, workspace.tree.roots)
        change = change if to == change.to else replace(change, to=to)
    path = _without_side(change, path, workspace)
    return edit if path == edit.path and change is edit.change else replace(edit, path=path, change=change)


def _without_side(change: Change, path: str, workspace: Workspace) -> str:
    """`a/F` means F where F stands and there is no folder `a`, for an edit of what a file says. A file that is made, moved or
    removed may not be there for that very reason: its path is taken at its word, but for a whole file that is F told again."""
    plain = path.removeprefix("./")
    if not plain.startswith(_SIDES) or not isinstance(change, _EDITS):
        return path
    if isinstance(change, Substitute) and not change.old:
        return path
    try:
        bare = normalise(plain[2:])
        file = None if workspace.is_folder(plain[0]) or workspace.get(plain[0]) else workspace.get(bare)
    except PathRefusedError:
        return path
    if file is None or (isinstance(change, Whole) and not _retells(change, file.text.lines)):
        return path
    return bare


def _retells(change: Whole, lines: list[bytes]) -> bool:
    """Whether most of what a file says is in the body too."""
    try:
        body = {line.strip() for line in split_lines(quoted_bytes(change.body))}
    except UnicodeEncodeError:
        return False
    told = [line.strip() for line in lines if line.strip()]
    return 2 * sum(line in body for line in told) > len(told)
