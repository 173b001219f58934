"""`glmcode show`: one session, from its task to what is left of it to land."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from glmcode.errors import Exit
from glmcode.faces.cli.app import app
from glmcode.faces.cli.sessions import Root, Which, sessions

if TYPE_CHECKING:
    from glmcode.repo.history import Mark, Round, Step
    from glmcode.repo.removal import Unlanded
    from glmcode.repo.sessions import Record

__all__ = ["show"]

Diff = Annotated[bool, typer.Option("--diff", help="The session's work as a diff, and nothing else.")]
Log = Annotated[bool, typer.Option("--log", help="Every event of the session, a line each.")]
Json = Annotated[bool, typer.Option("--json", help="The events as JSON, one a line; the last is the result.")]

_HOWS = {
    "apply": "as uncommitted changes",
    "commit": "as one commit",
    "merge": "as a merge of its branch",
    "branch": "as a branch",
}


@sessions.command("show")
@app.command("show")
def show(which: Which = None, root: Root = ".", diff: Diff = False, log: Log = False, as_json: Json = False) -> int:
    """Show a session: its task, what each round did and cost, what was landed, and what is left to land.

    \b
    glmcode show                     the newest session
    glmcode show fix-cart --diff | git apply --check
    glmcode show fix --log
    """
    from glmcode.repo.sessions import events, load

    record = load(root, which)
    if as_json:
        return _as_json(record)
    if diff:
        from glmcode.faces.terminal.render import write_diff
        from glmcode.repo.worktree import session_diff

        write_diff(session_diff(record.session))
    elif log:
        for event in events(record.session):
            print(_line(event))
    else:
        _Account(record).tell()
    return Exit.OK


def _as_json(record: "Record") -> int:
    import json

    from glmcode.faces.cli.sessions import row
    from glmcode.repo.sessions import events

    for event in events(record.session):
        print(json.dumps(event, separators=(",", ":")))
    print(json.dumps({"event": "result", "ok": True, "exit_code": 0, **row(record)}, separators=(",", ":")))
    return Exit.OK


def _line(event: "Any") -> str:
    """One event on one line, the shorter fields of it first."""
    import json

    from glmcode.faces.terminal.text import clipped, printable

    fields = {key: value for key, value in event.items() if key not in ("event", "time")}
    told = (f"{key}={value if isinstance(value, str) else json.dumps(value)}" for key, value in fields.items())
    text = "  ".join(part if len(part) <= 120 else f"{part[:119]}…" for part in told)
    return clipped(printable(f"{event['time'][:19]}  {event['event']:<17} {text}".replace("\n", "⏎")))


class _Account:
    """What there is to tell of a session, on standard output."""

    def __init__(self, record: "Record") -> None:
        import sys

        from glmcode.faces.terminal.screen import Screen
        from glmcode.repo.history import history
        from glmcode.repo.lock import holder
        from glmcode.repo.removal import branch_at, unlanded
        from glmcode.repo.sessions import events, lock_path

        self._record = record
        self._screen: Screen = Screen(sys.stdout)
        self._steps: tuple[Step, ...] = history(events(record.session))
        self._tip = branch_at(record.session)
        self._left: Unlanded = unlanded(record, self._tip)
        self._holder = holder(lock_path(record.session)) if os.path.lexists(lock_path(record.session)) else ""

    def tell(self) -> None:
        from glmcode.repo.history import Round

        self._head()
        for step in self._steps:
            if isinstance(step, Round):
                self._round(step)
            else:
                self._mark(step)
        self._end()

    def _head(self) -> None:
        record, session = self._record, self._record.session
        self._screen.line(f"session {session.id}: {record.status}", "bold")
        self._field("task", session.task.strip())
        by = f" by glmcode {record.version}" if record.version else ""
        self._field("begun", f"{_moment(record.created)}{by}, from {session.base[:10]} in {session.root}")
        gone = "" if os.path.isdir(session.worktree) else "  (gone)"
        self._field("worktree", f"{session.worktree}{gone}")
        self._field("branch", f"{session.branch} at {self._tip[:10]}" if self._tip else f"{session.branch}  (gone)")
        if self._holder:
            self._field("at work", self._holder)

    def _round(self, step: "Round") -> None:
        if not step.number:
            self._field("before", step.tests, "green" if step.green else "red")
            return
        self._screen.line()
        at = f"  {step.model or 'a model'} at {step.provider}" if step.provider else ""
        self._screen.line(f"round {step.number}{at}", "bold")
        counts = ((step.count("applied"), "landed"), (step.count("already"), "already there"))
        told = [f"{count} {what}" for count, what in (*counts, (step.count("rejected"), "rejected")) if count]
        self._field("edits", ", ".join(told) or "none")
        for one in step.rejected()[:20]:
            self._screen.line(f"{one.path or '(no path)'}  {one.reason}", mark="  ✗ ", mark_style="red")
            self._screen.line("\n".join(one.message.strip().split("\n")[:3]), "dim", indent="      ")
        if step.tests:
            self._field("tests", step.tests, "green" if step.green else "red")
        if step.commit:
            self._field("commit", step.commit[:10])
        self._field("usage", _cost(step.usage), "dim")

    def _mark(self, step: "Mark") -> None:
        from glmcode.repo.history import Mark

        when = _moment(step.time)
        match step:
            case Mark("ended"):
                ok = step.event.get("exit_code") == 0
                self._screen.line()
                self._field("ended", f"{when}  {step.text('why')}", "green" if ok else "red")
            case Mark("resumed"):
                self._field("resumed", f"{when}  {step.text('model')} at {step.text('provider')}")
            case Mark("task") if step.text("task") != self._record.session.task:
                self._screen.line()
                self._field("task", step.text("task").strip())
            case Mark("landed"):
                how = _HOWS.get(step.text("how"), step.text("how"))
                made = f" {step.text('commit')[:10]}" if step.text("commit") else ""
                self._field("landed", f"{when}  {how}{made} in {step.text('root')}", "green")
            case Mark("undone") | Mark("redone"):
                self._field(step.name, f"{when}  landing {step.text('landing')}", "yellow")
            case Mark("budget-spent"):
                self._field("budget", step.text("detail"), "yellow")
            case Mark("provider-switched"):
                self._field("switched", f"{step.text('model')} at {step.text('provider')}: {step.text('why')}")

    def _end(self) -> None:
        from glmcode.repo.history import usage

        self._screen.line()
        self._field("cost", _cost(usage(self._steps)))
        name = self._record.session.id
        if not self._left:
            self._field("left", "nothing to land")
            return
        how = f": glmcode land {name}" if self._left.commits else f": glmcode resume {name}"
        self._field("left", f"{self._left}{how}", "yellow")
        for path in self._left.files[:10]:
            self._screen.item(path, indent=" " * 12)
        if len(self._left.files) > 10:
            self._screen.line(f"and {len(self._left.files) - 10} more", indent=" " * 12)

    def _field(self, name: str, text: str, style: str = "") -> None:
        self._screen.line(text, style, mark=f"  {name:<9} ", mark_style="dim")


def _moment(time: str) -> str:
    """To the minute, in UTC."""
    return time[:16].replace("T", " ")


def _cost(usage: "Any") -> str:
    about = "about " if usage.estimated else ""
    price = "" if usage.dollars is None else f", ${usage.dollars:.4f}"
    return f"{about}{usage.prompt:,} tokens in, {usage.output:,} out{price}"
