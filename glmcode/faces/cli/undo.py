"""`glmcode undo`: takes the last landing back."""

import sys
from typing import Annotated, Any

import typer

from glmcode.errors import Exit
from glmcode.faces.cli.app import app
from glmcode.faces.cli.streams import one_object, tree_root

Root = Annotated[
    str | None,
    typer.Option("--root", metavar="DIR", help="The tree. Default: the repository of the working directory."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]


@app.command()
def undo(root: Root = None, as_json: Json = False) -> int:
    """Take the last landing back.

    Every file that it changed becomes again what it was, to the byte. Where one of them was changed since, that file is
    named and none is touched (exit 5). Called again, it takes back the landing before; the last 50 are kept.

    \b
    glmcode undo               in this repository
    glmcode undo --root DIR    in the tree that glmcode apply --root DIR landed on
    """
    answer: dict[str, Any] = {"ok": False, "landing": None, "restored": [], "removed": []}
    with one_object(as_json, answer):
        from glmcode.repo import journal
        from glmcode.repo.folder import shown

        top = tree_root(root)
        if said := journal.recover(top):
            print(f"glmcode: {said}", file=sys.stderr)
        undone = journal.undo(top)
        answer |= {"ok": True, "landing": undone.id, "restored": undone.restored, "removed": undone.removed}
        if not as_json:
            count = len(undone.restored) + len(undone.removed)
            print(f"took back landing {int(undone.id)}: {count} file{'' if count == 1 else 's'} as before")
            for path in undone.restored:
                print(f"  {shown(path)}")
            for path in undone.removed:
                print(f"  {shown(path)}  (removed: the landing had made it)")
    return Exit.OK
