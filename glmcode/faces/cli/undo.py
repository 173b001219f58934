"""`glmcode undo`: takes the last landings back."""

from typing import Annotated

import typer

from glmcode.errors import Exit
from glmcode.faces.cli.app import app
from glmcode.faces.cli.landings import Json, List, Move, Partial, Root, To, list_landings, move_landings

Steps = Annotated[int | None, typer.Argument(metavar="N", min=1, help="How many landings. Default: 1.")]


@app.command()
def undo(
    steps: Steps = None,
    to: To = None,
    partial: Partial = False,
    show: List = False,
    root: Root = None,
    as_json: Json = False,
) -> int:
    """Take the last landing back, or several.

    Every file that it changed becomes again what it was: bytes, mode, links, emptied folders. Where one of them was
    changed since, that file is named and none is touched (exit 5); --partial takes back the others. Called again, it takes
    back the landing before. glmcode redo brings back what was taken back. A landing that is a commit or a merge is taken
    back by a commit that reverts it: what was committed stays in the history.

    \b
    glmcode undo               the last landing in this repository
    glmcode undo 3             the last three: all of them, or none
    glmcode undo --to 12       all landings after number 12
    glmcode undo --list        what can be taken back and brought again
    glmcode undo --root DIR    in the tree that glmcode apply --root DIR landed on
    """
    if show:
        list_landings(root, as_json)
    else:
        move_landings(
            _undo, root, as_json, steps, to, partial, did="took back", removed="removed: the landing had made it"
        )
    return Exit.OK


def _undo() -> Move:
    from glmcode.repo.undoing import undo

    return undo
