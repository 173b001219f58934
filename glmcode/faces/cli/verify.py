"""`glmcode verify`: lands a receipt's plan again and says whether the result is the same to the byte."""

import sys
from typing import Annotated, Any

import typer

from glmcode.errors import Exit, GlmcodeError
from glmcode.faces.cli.app import app
from glmcode.faces.cli.streams import one_object, read_input, tree_root

Receipt = Annotated[
    str | None,
    typer.Argument(metavar="RECEIPT", help="A file, or - for standard input. Default: the last landing's receipt."),
]
Root = Annotated[
    str | None,
    typer.Option("--root", metavar="DIR", help="The tree. Default: the repository of the working directory."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]


@app.command()
def verify(receipt: Receipt = None, root: Root = None, as_json: Json = False) -> int:
    """Land a receipt's plan again and compare the result to the byte.

    RECEIPT is what glmcode apply --json printed, or its receipt member. The files as they were before are found by their
    digests: in the tree, in the last landings, in git's HEAD. Nothing is written.

    Exit codes: 0 the same, 4 different (the files are named), 2 it can't be checked (what is missing is named).

    \b
    glmcode verify                                   the last landing here
    glmcode verify receipt.json                      a receipt that was kept
    glmcode apply --json plan.txt | glmcode verify - at once
    """
    answer: dict[str, Any] = {"ok": False, "different": [], "edits": [], "files": 0, "version": None}
    with one_object(as_json, answer):
        return _verify(receipt, tree_root(root), as_json, answer)


def _verify(source: str | None, root: str, as_json: bool, answer: dict[str, Any]) -> int:
    from glmcode.repo.folder import shown
    from glmcode.repo.journal import last_receipt
    from glmcode.repo.verify import checked_receipt, read_receipt, verify
    from glmcode.version import __version__

    if source is None:
        kept = last_receipt(root)
        if kept is None:
            raise GlmcodeError(
                "no landing with a receipt is kept here", hint="name a receipt's file, or - for standard input"
            )
        receipt = checked_receipt(kept)
    else:
        receipt = read_receipt(read_input(source, "receipt"))
    verified = verify(root, receipt)
    answer |= {"ok": verified.same, "different": verified.different, "edits": verified.edits}
    answer |= {"files": verified.compared, "version": receipt.version}
    if not as_json:
        if receipt.version != __version__:
            print(f"glmcode: landed by {shown(receipt.version[:40])}, checked by {__version__}", file=sys.stderr)
        files = f"{verified.compared} file{'' if verified.compared == 1 else 's'}"
        edits = f"{len(receipt.edits)} edit{'' if len(receipt.edits) == 1 else 's'}"
        print(f"the same to the byte: {files}, {edits}" if verified.same else f"different: landing {edits} again gives")
        for path in verified.different:
            print(f"  {shown(path)}  other bytes or another mode")
        for index in verified.edits:
            print(f"  edit {index + 1}  another outcome")
    return Exit.OK if verified.same else Exit.NOT_LANDED
