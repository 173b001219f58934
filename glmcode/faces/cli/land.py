"""`glmcode land`: a session's work goes to the user's branch."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from glmcode.errors import Exit, GlmcodeError
from glmcode.faces.cli.app import app, say
from glmcode.faces.cli.sessions import Which
from glmcode.faces.cli.streams import Allow, options_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from glmcode.repo.sessions import Record, Session
    from glmcode.repo.terms import How, Landed, Terms

__all__ = ["land"]

CHOICES = "apply (uncommitted changes), commit (one commit), merge (of the session's branch), patch (a file) or branch (left there)"

HowOption = Annotated[
    str | None,
    typer.Option("--how", metavar="HOW", help="apply, commit, merge, patch or branch. Asked for on a terminal."),
]
Message = Annotated[
    str | None,
    typer.Option("--message", "-m", metavar="TEXT", help="commit, merge: the message. Default: the task."),
]
Write = Annotated[
    bool, typer.Option("--write", help="commit, merge: the model that the session was begun with writes the message.")
]
Trailer = Annotated[
    str | None,
    typer.Option(
        "--trailer",
        metavar="LINE",
        help='commit, merge: a last line "Key: value"; "" for none. Default: as configured.',
    ),
]
Index = Annotated[bool, typer.Option("--index", help="apply: stage what lands, and only that.")]
Conflicts = Annotated[
    bool,
    typer.Option(
        "--conflicts", help="apply: where you changed the same lines, leave both between conflict markers (exit 5)."
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="patch: the file; - for standard output.  [default: SESSION.patch]"
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="patch: replace a file that is there.")]
Name = Annotated[
    str | None,
    typer.Option(
        "--name", metavar="NAME", help="branch: make a new branch of this name. Default: glmcode/SESSION stays."
    ),
]
Root = Annotated[
    str | None,
    typer.Option("--root", metavar="DIR", help="The checkout to land in. Default: the one the session started from."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


@app.command()
def land(
    session: Which = None,
    how: HowOption = None,
    message: Message = None,
    write: Write = False,
    trailer: Trailer = None,
    index: Index = False,
    conflicts: Conflicts = False,
    output: Output = None,
    overwrite: Overwrite = False,
    name: Name = None,
    root: Root = None,
    allow: Allow = None,
    as_json: Json = False,
) -> int:
    """Land a session's work in your branch.

    Where you changed the same files meanwhile, the changes are merged line by line, or the landing is refused and says
    where; then nothing has changed. Your hooks run, nothing is forced, nothing is stashed. glmcode undo takes it back.

    \b
    glmcode land                              the newest session; asks how
    glmcode land --how apply                  as uncommitted changes; --index stages them
    glmcode land --how apply --conflicts      conflicts stay in the files, between markers
    glmcode land fix-cart --how commit        as one commit on the current branch
    glmcode land --how commit -m "Fix it"     with your own message; --write lets the model write it
    glmcode land --how merge                  as a merge of the session's branch
    glmcode land --how patch -o fix.patch     as a file for git apply; your checkout stays as it is
    glmcode land --how branch --name fix      as a branch of that name; your checkout stays as it is
    glmcode land --how commit --allow .github/workflows/ci.yml
    """
    from glmcode.repo.terms import Terms

    try:
        terms = Terms(message, trailer, index, conflicts, output, overwrite, name)
        record, landed = _land(session, how, terms, root, allow or [], write=write, as_json=as_json)
    except GlmcodeError as error:
        if as_json:
            why = {"why": error.message, "hint": error.hint}
            _print({"event": "result", "ok": False, "exit_code": int(error.exit_code), **why})
            say(error)
            return error.exit_code
        raise
    from glmcode.repo.removal import retire

    retire(record.session, options_of(record.session.root).worktrees.pool)
    code = Exit.CONFLICT if landed.conflicts else Exit.OK
    if as_json:
        _print(
            {
                "event": "result",
                "ok": code is Exit.OK,
                "exit_code": int(code),
                "session": record.session.id,
                "how": landed.how,
                "paths": [_text(path) for path in landed.paths],
                "commit": landed.commit,
                "merged": [_text(path) for path in landed.merged],
                "conflicts": [_text(path) for path in landed.conflicts],
                "output": _text(landed.output),
                "already": not landed.paths,
            }
        )
    elif landed.patch is not None:
        sys.stdout.flush()
        sys.stdout.buffer.write(landed.patch)
    else:
        _report(record, landed, staged=index)
    return code


def _land(
    which: str | None,
    how: str | None,
    terms: "Terms",
    root: str | None,
    allow: list[str],
    *,
    write: bool,
    as_json: bool,
) -> "tuple[Record, Landed]":
    from dataclasses import replace

    from glmcode.faces.terminal.ask import asks, consents
    from glmcode.repo.branch import land_session, refuse_unfit
    from glmcode.repo.discover import find_repository
    from glmcode.repo.journal import recover
    from glmcode.repo.protected import ProtectedError
    from glmcode.repo.sessions import load

    chosen = _how(how)
    if chosen is not None:
        refuse_unfit(chosen, terms)
    if write and (terms.message is not None or chosen not in (None, "commit", "merge")):
        raise GlmcodeError("--write goes with --how commit or merge, and without --message")
    if as_json and terms.output == "-":
        raise GlmcodeError("standard output has room for the patch or for JSON, not for both", hint="--output FILE")
    record = load(root or ".", which)
    if chosen is None:
        if as_json or not asks():
            raise GlmcodeError(f"say how to land session {record.session.id}", hint=f"--how {CHOICES}")
        chosen = _ask(record)
        if chosen is None:
            raise GlmcodeError(f"nothing landed; session {record.session.id} is kept", exit_code=Exit.INTERRUPTED)
        refuse_unfit(chosen, terms)
    session = record.session if root is None else replace(record.session, root=find_repository(root).root)
    if said := recover(session.root):
        print(f"glmcode: {said}", file=sys.stderr)
    try:
        options = options_of(session.root)
        by_model = _by_model(session) if write else None
        try:
            return record, land_session(session, chosen, terms=terms, options=options, allow=allow, write=by_model)
        except ProtectedError as error:
            if as_json or not asks() or not consents(error.paths):
                raise
            return record, land_session(
                session, chosen, terms=terms, options=options, allow=(*allow, *error.paths), write=by_model
            )
    except GlmcodeError as error:
        if record.landed:
            note = f"session {session.id} was landed before (--how {record.landed})"
            hint = f"{error.hint}\n{note}".strip()
            raise GlmcodeError(error.message, exit_code=error.exit_code, hint=hint) from error
        raise


def _by_model(session: "Session") -> "Callable[[], str | None]":
    from glmcode.agent.events import Note
    from glmcode.agent.handing import message_for

    def tell(event: object) -> None:
        if isinstance(event, Note):
            print(f"glmcode: {event.text}", file=sys.stderr)

    return lambda: message_for(session, tell)


def _how(word: str | None) -> "How | None":
    from glmcode.repo.branch import HOWS

    if word is None:
        return None
    for how in HOWS:
        if word == how:
            return how
    raise GlmcodeError(f"--how {word!r} is not known", hint=f"--how {CHOICES}")


def _ask(record: "Record") -> "How | None":
    """The user's choice; None for not now. Only where someone reads and answers."""
    from glmcode.faces.terminal.ask import QUESTION

    answers: dict[str, How] = {"a": "apply", "c": "commit", "m": "merge", "p": "patch", "b": "branch"}
    print(f"session {record.session.id}: {_title(record)}", file=sys.stderr)
    while True:
        print(QUESTION, end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        word = line.strip().lower()
        if not line or word in ("", "n", "no", "none"):
            return None
        for letter, how in answers.items():
            if word in (letter, how):
                return how


def _report(record: "Record", landed: "Landed", *, staged: bool) -> None:
    from glmcode.repo.folder import shown

    session = record.session
    if not landed.paths:
        again = f" was landed before (--how {record.landed})" if record.landed else " holds nothing new"
        print(f"session {session.id}{again}: there is nothing left to land")
        return
    files = f"{len(landed.paths)} file{'' if len(landed.paths) == 1 else 's'}"
    if landed.how == "apply":
        how = "staged" if staged else "uncommitted"
        print(f"session {session.id}: {files} changed in {shown(session.root)}, {how}; glmcode undo takes it back")
    elif landed.how == "patch":
        print(f"session {session.id}: {files} in the patch {shown(landed.output)}; git apply takes it")
    elif landed.how == "branch":
        print(f"session {session.id}: {files} on the branch {shown(landed.output)}; git merge takes it")
    elif landed.how == "commit":
        print(f"session {session.id}: {files} in commit {(landed.commit or '')[:12]}")
    else:
        print(f"session {session.id}: {files}, branch {session.branch} merged by {(landed.commit or '')[:12]}")
    for path in landed.paths:
        note = "  (merged with your changes)" if path in landed.merged else ""
        note = "  (conflict: both sides are in it)" if path in landed.conflicts else note
        print(f"  {shown(path)}{note}")
    if landed.conflicts:
        print("mend the conflicts and git add each file, or take it all back with glmcode undo; the session is kept")


def _title(record: "Record") -> str:
    lines = record.session.task.split("\n", 1)[0]
    return "".join(sign for sign in lines if sign.isprintable())[:72]


def _text(path: str) -> str:
    """JSON is UTF-8: a name that isn't comes with replacement characters."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _print(result: dict[str, object]) -> None:
    import json

    print(json.dumps(result, ensure_ascii=True))
