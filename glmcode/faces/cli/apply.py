"""`glmcode apply`: lands an edit plan on a tree, with no model and no network."""

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from glmcode.errors import Exit, GlmcodeError
from glmcode.faces.cli.app import app
from glmcode.faces.cli.landings import journal_bounds
from glmcode.faces.cli.streams import Allow, one_object, options_of, read_input, tree_root

if TYPE_CHECKING:
    from glmcode.faces.terminal.screen import Screen
    from glmcode.landing.outcome import Outcome
    from glmcode.landing.result import Result

Plan = Annotated[
    str | None, typer.Argument(metavar="PLAN", help="The plan's file, or - for standard input (the default).")
]
Root = Annotated[
    str | None,
    typer.Option("--root", metavar="DIR", help="The tree. Default: the repository of the working directory."),
]
CheckOnly = Annotated[bool, typer.Option("--check", help="Write nothing; say what would come of each edit.")]
Diff = Annotated[bool, typer.Option("--diff", help="Print the diff on standard output.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output, and nothing else there.")]
Partial = Annotated[
    bool, typer.Option("--partial", help="Land the files whose edits all applied, even where others fail.")
]
Path = Annotated[str | None, typer.Option("--path", metavar="F", help="The file that an edit without a path means.")]
Form = Annotated[
    str,
    typer.Option(
        "--form",
        metavar="FORM",
        help="The whole plan's form: native, search-replace, udiff, v4a, sketch, whole or tool-call. Default: auto.",
    ),
]


@app.command()
def apply(
    plan: Plan = None,
    root: Root = None,
    check: CheckOnly = False,
    diff: Diff = False,
    as_json: Json = False,
    partial: Partial = False,
    path: Path = None,
    form: Form = "auto",
    allow: Allow = None,
) -> int:
    """Land an edit plan on a tree: exactly, or not at all.

    The plan is a model's answer with edits in any form that glmcode reads. One rejected edit leaves every file as it
    was (see --partial), and says what would make it land. glmcode undo takes a landing back. Files that others run without
    being asked (workflows, hooks, editor tasks, glmcode.toml, ...) need your consent by name: asked for on a terminal, given
    with --allow elsewhere.

    Exit codes: 0 every edit applied or was there already, 4 an edit was rejected or lacks consent, 5 a file changed meanwhile, 2 usage.

    \b
    glmcode apply plan.txt                  land on this repository
    glmcode apply --check --diff plan.txt   only show what would change
    pbpaste | glmcode apply --path cart.py  a pathless edit from the clipboard
    glmcode apply --json - < plan.txt       for programs: outcomes, digests and the receipt
    glmcode apply --allow .github/workflows/ci.yml plan.txt
    """
    answer: dict[str, Any] = {"ok": False, "edits": [], "files": {}, "receipt": None}
    with one_object(as_json, answer):
        return _apply(plan, tree_root(root), check, diff, as_json, partial, path, form, allow or [], answer)


def _apply(
    plan: str | None,
    root: str,
    check: bool,
    diff: bool,
    as_json: bool,
    partial: bool,
    path: str | None,
    form: str,
    allow: list[str],
    answer: dict[str, Any],
) -> int:
    from glmcode.library import apply_plan
    from glmcode.repo import journal

    text = read_input(plan, "plan")
    _settle(root, check)
    result = apply_plan(text, root, form=form, path=path, partial=partial)
    if not result.edits:
        raise GlmcodeError("the plan holds no edits", hint="glmcode apply --help shows what a plan looks like to it")
    answer["edits"] = result.receipt["edits"]
    if not as_json:
        _report(result)
    if result.files:
        _consented(root, result, check, as_json, allow)
    if result.files and not check:
        title = os.path.basename(plan) if plan and plan != "-" else ""
        receipt, bounds = result.receipt, journal_bounds()
        journal.land(root, result.before, result.files, result.modes, receipt, title=title, bounds=bounds)
    answer |= {"ok": result.ok, "files": _digests(result), "receipt": result.receipt}
    if diff and as_json:
        answer["diff"] = result.diff
    elif diff:
        from glmcode.faces.terminal.render import write_diff

        write_diff(result.diff)
    if not as_json:
        _sum_up(result, check, partial)
    return Exit.OK if result.ok else Exit.NOT_LANDED


def _consented(root: str, result: "Result", check: bool, as_json: bool, allow: list[str]) -> None:
    """Nothing goes on without consent to each protected file, but for a check, which only says what would need it."""
    from glmcode.faces.terminal.ask import asks, consents
    from glmcode.repo.protected import ProtectedError, protected, with_hooks

    paths = protected(result.files, with_hooks(options_of(root).protect, root), allow)
    if not paths:
        return
    error = ProtectedError(paths)
    if check:
        print(f"glmcode: {error.message.partition(';')[0]}\n  {error.hint}", file=sys.stderr)
    elif as_json or not asks() or not consents(paths):
        raise error


def _settle(root: str, check: bool) -> None:
    """What a crash left is put right before anything is read; but a check writes nothing."""
    from glmcode.repo import journal

    if not journal.waiting(root):
        return
    said = (
        "An earlier landing was cut off: this check sees the tree as it is, the next landing puts it right first."
        if check
        else journal.recover(root)
    )
    if said:
        print(f"glmcode: {said}", file=sys.stderr)


def _digests(result: "Result") -> dict[str, dict[str, str | None]]:
    return {path: {"before": was["before"], "after": was["after"]} for path, was in result.receipt["files"].items()}


def _report(result: "Result") -> None:
    from glmcode.faces.terminal.screen import Screen

    screen = Screen(sys.stderr)
    for outcome in result.edits:
        _report_edit(screen, outcome)


def _report_edit(screen: "Screen", outcome: "Outcome") -> None:
    from glmcode.repo.folder import shown

    style = {"applied": "green", "already": "dim", "rejected": "red"}[outcome.status]
    where = shown(outcome.path) or "(no path)"
    if outcome.lines is not None:
        first, last = outcome.lines
        where += f":{first}" if last <= first else f":{first}-{last}"
    how = outcome.reason or outcome.strategy or ""
    if outcome.status == "applied" and outcome.confidence < 1:
        how += f" ({outcome.confidence:.2f})"
    if outcome.status == "rejected":
        how += f" (line {outcome.plan_line} of the plan)"
    screen.line(f"{where}  {how}".rstrip(), mark=f"{outcome.status:<8}  ", mark_style=style)
    for line in outcome.message.split("\n") if outcome.status == "rejected" else ():
        screen.line(f"    {line}".rstrip())


def _sum_up(result: "Result", check: bool, partial: bool) -> None:
    """The last line: how many edits came to what, and what that did to the files."""
    counts = [
        (sum(one.status == status for one in result.edits), status) for status in ("applied", "already", "rejected")
    ]
    edits = f"{len(result.edits)} edit{_s(len(result.edits))}: " + ", ".join(
        f"{n} {status}" for n, status in counts if n
    )
    files = f"{len(result.files)} file{_s(len(result.files))}"
    if result.files:
        done = f"{files} would change" if check else f"{files} changed, glmcode undo takes it back"
    elif result.ok:
        done = "nothing to change"
    else:
        done = "nothing changed" + ("" if partial else ", because all or nothing lands (--partial: file by file)")
    print(f"{edits}; {done}", file=sys.stderr)


def _s(count: int) -> str:
    return "" if count == 1 else "s"
