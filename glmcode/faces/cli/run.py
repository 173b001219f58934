"""`glmcode run`: one task, from its words to green tests in a worktree."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from glmcode.errors import GlmcodeError
from glmcode.faces.cli.app import app
from glmcode.faces.cli.streams import Allow, read_input

if TYPE_CHECKING:
    from glmcode.agent import Emit, Landing
    from glmcode.agent.conversation import Options
    from glmcode.agent.events import Finished
    from glmcode.agent.task import Decisions

__all__ = ["drive", "run", "show"]

Task = Annotated[
    str, typer.Argument(metavar="TASK", help="What is to be done, in your words; - reads it from standard input.")
]
Root = Annotated[str, typer.Option("--root", metavar="DIR", help="A folder of the repository.")]
Provider = Annotated[
    str | None,
    typer.Option(
        "--provider",
        metavar="NAME",
        help="A provider of the table, such as zai or openrouter.",
        envvar="GLMCODE_PROVIDER",
    ),
]
BaseUrl = Annotated[
    str | None,
    typer.Option("--base-url", metavar="URL", help="Any OpenAI-compatible endpoint.", envvar="GLMCODE_BASE_URL"),
]
Model = Annotated[
    str | None, typer.Option("--model", metavar="ID", help="The model's name at the endpoint.", envvar="GLMCODE_MODEL")
]
Test = Annotated[
    str | None,
    typer.Option("--test", metavar="COMMAND", help="The command that judges the work.", envvar="GLMCODE_TEST"),
]
NoTests = Annotated[bool, typer.Option("--no-tests", help="Run no tests: a plan that lands is enough.")]
TestTimeout = Annotated[
    float | None,
    typer.Option(
        "--test-timeout",
        metavar="SECONDS",
        min=1,
        help="The longest that one run of the tests may take.  [default: 600]",
    ),
]
Fallback = Annotated[
    list[str] | None,
    typer.Option(
        "--fallback",
        metavar="NAME",
        help="A provider to ask where the first can't answer; may be given more than once. local: servers on this machine; none: no other.",
        envvar="GLMCODE_FALLBACK",
    ),
]
MaxRounds = Annotated[
    int | None, typer.Option("--max-rounds", metavar="N", min=1, help="The most answers to ask for.  [default: 8]")
]
MaxCost = Annotated[
    float | None, typer.Option("--max-cost", metavar="DOLLARS", min=0, help="Stop before more than this is spent.")
]
MaxTokens = Annotated[
    int | None,
    typer.Option(
        "--max-tokens", metavar="N", min=1, help="Stop before more tokens are used, prompts and answers together."
    ),
]
MaxMinutes = Annotated[
    float | None,
    typer.Option("--max-minutes", metavar="N", min=0.01, help="Stop when so many minutes have gone by."),
]
MaxOutput = Annotated[
    int | None,
    typer.Option(
        "--max-output", metavar="N", min=1, help="The most tokens of one answer, for a server with a small context."
    ),
]
Thinking = Annotated[
    bool | None,
    typer.Option("--thinking/--no-thinking", help="Let the model reason before it answers.  [default: thinking]"),
]
Retries = Annotated[
    int | None,
    typer.Option(
        "--retries",
        metavar="N",
        min=0,
        help="Further tries where a provider can't take a request, before the next one is asked; 0 waits for none."
        "  [default: 3]",
    ),
]
Resumptions = Annotated[
    int | None,
    typer.Option(
        "--resumptions",
        metavar="N",
        min=0,
        help="How often one answer may go on where its stream broke off.  [default: 64]",
    ),
]
StopEarly = Annotated[
    bool | None,
    typer.Option(
        "--stop-early/--no-stop-early",
        help="End an answer that misses, repeats itself or has left the plan for good.  [default: stop-early]",
    ),
]
Record = Annotated[
    str | None,
    typer.Option("--record", metavar="FILE", help="Record requests and answers as a cassette for glmcode replay."),
]
Land = Annotated[
    str | None,
    typer.Option(
        "--land",
        metavar="HOW",
        help="none, apply, commit, merge, patch or branch, once the tests are green. Asked for on a terminal; none elsewhere.",
    ),
]
CommitMessage = Annotated[
    str | None,
    typer.Option(
        "--message", "-m", metavar="TEXT", help="The message, where it lands as a commit. Default: the model writes it."
    ),
]
IncludeDirty = Annotated[
    bool | None,
    typer.Option(
        "--include-dirty/--no-include-dirty",
        help="Start with your uncommitted and untracked work. Asked for on a terminal; left out elsewhere.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Events as JSON, one a line; the last is the result.")]


@app.command()
def run(
    task: Task,
    root: Root = ".",
    provider: Provider = None,
    base_url: BaseUrl = None,
    model: Model = None,
    test: Test = None,
    no_tests: NoTests = False,
    test_timeout: TestTimeout = None,
    fallback: Fallback = None,
    max_rounds: MaxRounds = None,
    max_cost: MaxCost = None,
    max_tokens: MaxTokens = None,
    max_minutes: MaxMinutes = None,
    max_output: MaxOutput = None,
    thinking: Thinking = None,
    retries: Retries = None,
    resumptions: Resumptions = None,
    stop_early: StopEarly = None,
    record: Record = None,
    land: Land = None,
    message: CommitMessage = None,
    allow: Allow = None,
    include_dirty: IncludeDirty = None,
    as_json: Json = False,
) -> int:
    """Work on a task until the tests are green.

    glmcode makes a worktree of its own on a branch glmcode/..., streams an edit plan from the model, lands each edit as it
    arrives, runs the tests, and sends back what fails, round after round. Your checkout is not touched until you say how
    the work should land.

    \b
    glmcode run "make the failing tests pass"
    glmcode run --land commit --max-cost 2 "rename Order.sum to Order.total everywhere"
    glmcode run --include-dirty "finish what I have begun in cart.py"
    glmcode run --base-url http://127.0.0.1:8000/v1 --model glm-5 --test "make check" - < task.txt
    """
    if task == "-":
        task = os.fsdecode(read_input(task, "task"))
    # What is not UTF-8 could go neither to the model nor into a program's JSON.
    task = task.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    from glmcode.faces.cli.options import asked_for, limited

    options = asked_for(provider, base_url, model, fallback, thinking, retries, stop_early)
    options = limited(options, max_rounds, max_cost, max_tokens, max_output, max_minutes)
    options = replace(
        options,
        test_command=test,
        run_tests=not no_tests,
        test_timeout=options.test_timeout if test_timeout is None else test_timeout,
        record=record,
        include_dirty=include_dirty,
        resumptions=options.resumptions if resumptions is None else resumptions,
    )
    return drive(task, root, options, land, allow or [], message=message, as_json=as_json)


def drive(
    task: str,
    root: str,
    options: "Options",
    land: str | None,
    allow: "Sequence[str]" = (),
    *,
    message: str | None = None,
    as_json: bool,
) -> int:
    """Runs the task with the face that fits. Returns the exit code."""
    from glmcode.agent.task import run_task
    from glmcode.repo.terms import Terms

    terms = Terms(message=message)

    def work(emit: "Emit", decide: "Decisions | None", how: "Landing | None") -> "Finished":
        return run_task(task, root, options=options, emit=emit, decide=decide, land_as=how, allow=allow, terms=terms)

    return show(work, land, as_json=as_json)


def show(
    work: "Callable[[Emit, Decisions | None, Landing | None], Finished]", land: str | None, *, as_json: bool
) -> int:
    """Shows work with the face that fits: JSON for programs, else lines for a person. Returns its exit code."""
    from typing import cast

    from glmcode.repo.terms import HOWS

    if land not in (None, "none", *HOWS):
        raise GlmcodeError(f"--land takes none, {', '.join(HOWS[:-1])} or {HOWS[-1]}, not {land!r}")
    _end_as_interrupted()
    how = cast("Landing | None", land)
    if as_json:
        from glmcode.faces.cli.jsonl import write_event

        return work(write_event, None, how or "none").exit_code
    from glmcode.faces.terminal.ask import LandingQuestion, asks
    from glmcode.faces.terminal.render import Renderer
    from glmcode.faces.terminal.screen import Screen

    screen = Screen()
    renderer = Renderer(screen)
    # A worktree of thousands of files takes seconds, and nothing has happened yet that an event could tell of.
    screen.status("making a worktree", time.monotonic())
    decide = LandingQuestion(renderer) if asks() else None
    return work(renderer, decide, how).exit_code


def _end_as_interrupted() -> None:
    """A run that is told to end (by `timeout`, a CI's runner, a terminal that is closed) ends as by Ctrl-C: its tests are
    stopped with it, and what has landed is kept."""
    import signal

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
