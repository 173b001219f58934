"""`glmcode redo`: brings landings again that were taken back."""

from typing import Annotated

import typer

from glmcode.errors import Exit
from glmcode.faces.cli.app import app
from glmcode.faces.cli.landings import Json, List, Move, Partial, Root, To, list_landings, move_landings

Steps = Annotated[int | None, typer.Argument(metavar="N", min=1, help="How many landings. Default: 1.")]


@app.command()
def redo(
    steps: Steps = None,
    to: To = None,
    partial: Partial = False,
    show: List = False,
    root: Root = None,
    as_json: Json = False,
) -> int:
    """Bring the landing again that was taken back last, or several.

    Every file becomes what the landing had left: bytes, mode, links, removed files. Where one of them was changed since,
    that file is named and none is touched (exit 5); --partial does the others. A new landing ends what can be brought
    again, as typing does in an editor.

    \b
    glmcode redo               the landing that the last glmcode undo took back
    glmcode redo 3             three of them: all, or none
    glmcode redo --to 14       all up to number 14
    glmcode redo --list        what can be taken back and brought again
    """
    if show:
        list_landings(root, as_json)
    else:
        move_landings(
            _redo, root, as_json, steps, to, partial, did="brought back", removed="removed, as the landing had"
        )
    return Exit.OK


def _redo() -> Move:
    from glmcode.repo.undoing import redo

    return redo
