"""`glmcode` alone: the interactive session."""

import sys

import typer

from glmcode.errors import GlmcodeError
from glmcode.faces.cli.app import app
from glmcode.faces.cli.run import (
    BaseUrl,
    MaxCost,
    MaxOutput,
    MaxRounds,
    MaxTokens,
    Model,
    NoTests,
    Provider,
    Root,
    Test,
    TestTimeout,
    Thinking,
)

__all__ = ["interactive"]


@app.callback(invoke_without_command=True)
def interactive(
    context: typer.Context,
    root: Root = ".",
    provider: Provider = None,
    base_url: BaseUrl = None,
    model: Model = None,
    test: Test = None,
    no_tests: NoTests = False,
    test_timeout: TestTimeout = 600,
    max_rounds: MaxRounds = 8,
    max_cost: MaxCost = None,
    max_tokens: MaxTokens = None,
    max_output: MaxOutput = None,
    thinking: Thinking = True,
) -> int | None:
    """A coding agent for GLM-5: its edits land while they stream, exactly or not at all, and tests run until they are green.

    Without a command: an interactive session in the repository of this folder. Every message is a task in the same
    worktree; Ctrl-C stops the model and keeps what has landed, Ctrl-D leaves.

    \b
    glmcode                                      talk about the repository of this folder
    glmcode run "make the failing tests pass"    one task, from a script or a terminal
    glmcode demo                                 see it work, without a key
    """
    if context.invoked_subcommand is not None:
        return None
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise GlmcodeError(
            "an interactive session needs a terminal",
            hint='glmcode run "TASK" works without one; glmcode --help lists the commands',
        )
    from glmcode.agent.conversation import Options
    from glmcode.agent.limits import Limits
    from glmcode.faces.terminal.session import converse

    options = Options(
        provider=provider,
        base_url=base_url,
        model=model,
        limits=Limits(max_rounds, max_cost, max_tokens, max_output),
        test_command=test,
        run_tests=not no_tests,
        test_timeout=test_timeout,
        thinking=thinking,
    )
    return converse(root, options)
