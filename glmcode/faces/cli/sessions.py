"""`glmcode sessions`: what was worked on, and what of it is still to land."""

from typing import TYPE_CHECKING, Annotated

import typer

from glmcode.errors import Exit
from glmcode.faces.cli.app import app

if TYPE_CHECKING:
    from glmcode.repo.sessions import Record

__all__ = ["sessions"]

sessions = typer.Typer(name="sessions", rich_markup_mode=None)
app.add_typer(sessions)

Root = Annotated[str, typer.Option("--root", metavar="DIR", help="A folder of the repository.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


@sessions.callback(invoke_without_command=True)
def show(context: typer.Context, root: Root = ".", as_json: Json = False) -> int:
    """List the sessions of this repository, the newest first, or remove one.

    \b
    glmcode sessions
    glmcode sessions rm fix-cart
    """
    if context.invoked_subcommand is not None:
        return Exit.OK
    from glmcode.repo.sessions import list_sessions

    found = list_sessions(root)
    if as_json:
        import json

        print(json.dumps({"event": "result", "ok": True, "exit_code": 0, "sessions": [_row(one) for one in found]}))
    elif not found:
        print("no sessions in this repository")
    else:
        width = max(len(one.session.id) for one in found)
        for one in found:
            print(f"{one.session.id:<{width}}  {one.status:<6}  {one.created[:16].replace('T', ' ')}  {_title(one)}")
    return Exit.OK


@sessions.command("rm")
def remove(
    which: Annotated[str, typer.Argument(metavar="SESSION", help="The session's id or its beginning.")],
    root: Root = ".",
    force: Annotated[bool, typer.Option("--force", help="Also where its work was not landed.")] = False,
) -> int:
    """Remove a session: its record, its worktree and its branch.

    Refused where the branch holds work that was not landed, unless --force is given.

    \b
    glmcode sessions rm fix-cart
    glmcode sessions rm --force fix
    """
    from glmcode.repo.removal import remove as remove_session

    print(f"removed session {remove_session(root, which, force=force).id}")
    return Exit.OK


def _row(record: "Record") -> dict[str, object]:
    session = record.session
    return {
        "id": session.id,
        "task": session.task,
        "status": record.status,
        "created": record.created,
        "landed": record.landed,
        "root": session.root,
        "worktree": session.worktree,
        "branch": session.branch,
        "base": session.base,
        "rounds": dict(record.rounds),
    }


def _title(record: "Record") -> str:
    return "".join(sign for sign in record.session.task.split("\n", 1)[0] if sign.isprintable())[:72]
