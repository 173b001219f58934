"""`glmcode sessions`: what was worked on, what of it is still to land, and what may go."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from glmcode.errors import Exit, GlmcodeError
from glmcode.faces.cli.app import app, say

if TYPE_CHECKING:
    from glmcode.repo.removal import Removed
    from glmcode.repo.sessions import Record

__all__ = ["Root", "Which", "names", "row", "sessions"]

sessions = typer.Typer(name="sessions", rich_markup_mode=None)
app.add_typer(sessions)


def names(incomplete: str) -> list[str]:
    """The ids that begin so, for the shell. Never fails: what can't be listed is not offered."""
    from glmcode.repo.sessions import list_sessions

    try:
        return [one.session.id for one in list_sessions(".") if one.session.id.startswith(incomplete)]
    except (GlmcodeError, OSError):
        return []


Root = Annotated[str, typer.Option("--root", metavar="DIR", help="A folder of the repository.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Which = Annotated[
    str | None,
    typer.Argument(
        metavar="SESSION", help="The session's id or its beginning. Default: the newest.", autocompletion=names
    ),
]


@sessions.callback(invoke_without_command=True)
def listed(context: typer.Context, root: Root = ".", as_json: Json = False) -> int:
    """List the sessions of this repository, the newest first; show one, or remove some.

    \b
    glmcode sessions
    glmcode sessions show fix-cart
    glmcode sessions rm --landed
    """
    if context.invoked_subcommand is not None:
        return Exit.OK
    from glmcode.repo.sessions import list_sessions, lost

    found, broken = list_sessions(root), lost(root)
    if as_json:
        import json

        rows = [{**row(one), "bytes": _size(one)} for one in found]
        print(json.dumps({"event": "result", "ok": True, "exit_code": 0, "sessions": rows, "lost": broken}))
        return Exit.OK
    if not found and not broken:
        print("no sessions in this repository")
    width = max((len(one.session.id) for one in found), default=0)
    for one in found:
        when = one.active[:16].replace("T", " ")
        print(f"{one.session.id:<{width}}  {one.status:<6}  {when}  {_title(one)}{_state(one)}")
    for name in broken:
        print(f"{name:<{width}}  lost    its log can't be read: glmcode sessions rm --force {name} clears what is left")
    return Exit.OK


@sessions.command("rm")
def remove(
    which: Annotated[
        list[str] | None,
        typer.Argument(metavar="SESSION...", help="Ids of sessions, or their beginnings.", autocompletion=names),
    ] = None,
    root: Root = ".",
    landed: Annotated[bool, typer.Option("--landed", help="All whose work has landed.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also where work of theirs was not landed.")] = False,
    as_json: Json = False,
) -> int:
    """Remove sessions: their logs, their worktrees and their branches.

    Refused where another glmcode works on one (exit 5), and where its branch or its worktree holds work that stands nowhere
    else, unless --force is given. Of several, those that can go do.

    \b
    glmcode sessions rm fix-cart
    glmcode sessions rm --force fix add-tests
    glmcode sessions rm --landed
    """
    from glmcode.faces.cli.streams import options_of
    from glmcode.repo.discover import find_repository
    from glmcode.repo.removal import remove as remove_session
    from glmcode.repo.sessions import list_sessions

    if landed and force:
        raise GlmcodeError("--landed with --force would throw work away", hint="name the sessions that are to go")
    chosen = list(dict.fromkeys(which or []))
    if landed:
        chosen += [one.session.id for one in list_sessions(root) if one.landings and one.session.id not in chosen]
    elif not chosen:
        raise GlmcodeError(
            "no session is named", hint="glmcode sessions lists them; --landed means all that have landed"
        )
    pool = options_of(find_repository(root).root).worktrees.pool
    gone: list[Removed] = []
    kept: list[tuple[str, GlmcodeError]] = []
    for name in chosen:
        try:
            gone.append(remove_session(root, name, force=force, pool=pool))
        except GlmcodeError as error:
            kept.append((name, error))
        else:
            if not as_json:
                print(_farewell(gone[-1]))
    for _, why in kept:
        say(why)
    code = kept[0][1].exit_code if kept else Exit.OK
    if as_json:
        import json

        refused = [{"session": name, "why": why.message, "hint": why.hint} for name, why in kept]
        removed = [{"session": one.id, "worktree": one.worktree, "tip": one.tip} for one in gone]
        told: dict[str, Any] = {"event": "result", "ok": not kept, "exit_code": int(code)}
        if kept:
            told |= {"why": kept[0][1].message, "hint": kept[0][1].hint}
        print(json.dumps({**told, "removed": removed, "refused": refused}))
    elif landed and not chosen:
        print("no session has landed")
    return code


def row(record: "Record") -> dict[str, Any]:
    """The session for a program."""
    from glmcode.repo.removal import branch_at, unlanded

    session = record.session
    tip = branch_at(session)
    left = unlanded(record, tip)
    return {
        "id": session.id,
        "task": session.task,
        "status": record.status,
        "created": record.created,
        "active": record.active,
        "landed": record.landed,
        "landings": [
            {
                "how": one.how,
                "root": one.root,
                "tip": one.tip,
                "commit": one.commit,
                "landing": one.id,
                "time": one.time,
            }
            for one in record.landings
        ],
        "unlanded": {
            "commits": left.commits,
            "files": [_text(path) for path in left.files],
            "hidden": left.hidden,
            "answer": left.answer,
        },
        "at_work": _holder(record) or None,
        "root": session.root,
        "worktree": session.worktree,
        "branch": session.branch,
        "base": session.base,
        "tip": tip or None,
        "rounds": dict(record.rounds),
    }


def _state(record: "Record") -> str:
    """What is to be known beside a session's name; "" where it is at rest."""
    from glmcode.repo.removal import branch_at, unlanded

    told = []
    tip = branch_at(record.session)
    if left := unlanded(record, tip):
        told.append(f"{left} to land" if left.commits else str(left))
    if not tip:
        told.append("its branch is gone")
    elif record.status != "landed" and not os.path.isdir(record.session.worktree):  # else the next session has it
        told.append("its worktree is gone")
    if holder := _holder(record):
        told.append(f"at work: {holder}")
    return f"  ({'; '.join(told)})" if told else ""


def _holder(record: "Record") -> str:
    from glmcode.repo.lock import holder
    from glmcode.repo.sessions import lock_path

    path = lock_path(record.session)
    return holder(path) if os.path.lexists(path) else ""


def _farewell(gone: "Removed") -> str:
    parts = [*(["its worktree"] if gone.worktree else []), *([f"its branch at {gone.tip[:12]}"] if gone.tip else [])]
    line = f"removed session {gone.id}" + (f": {' and '.join(parts)}" if parts else "")
    if gone.thrown_away:
        line += f"; thrown away: {gone.thrown_away}"
        if gone.thrown_away.commits:
            line += f" (git branch NAME {gone.tip[:12]} brings them back, for a while)"
    return line


def _size(record: "Record") -> int:
    """Bytes that the session takes on the disk, its worktree with it; what others share with it is not told apart."""
    from glmcode.repo.sessions import traces

    session = record.session
    total = 0
    for path in traces(session.common_dir, session.id):
        total += os.lstat(path).st_size
    for place, _, files in os.walk(session.worktree):
        for name in files:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
            except OSError:
                continue
    return total


def _title(record: "Record") -> str:
    from glmcode.faces.terminal.text import printable

    return printable(record.session.task.strip().split("\n", 1)[0])[:72]


def _text(path: str) -> str:
    """JSON is UTF-8: a name that isn't comes with replacement characters."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
