"""`glmcode` alone: the interactive session."""

import sys
from dataclasses import replace

import typer

from glmcode.errors import GlmcodeError
from glmcode.faces.cli.app import app
from glmcode.faces.cli.run import (
    BaseUrl,
    Fallback,
    MaxCost,
    MaxMinutes,
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
    test_timeout: TestTimeout = None,
    fallback: Fallback = None,
    max_rounds: MaxRounds = None,
    max_cost: MaxCost = None,
    max_tokens: MaxTokens = None,
    max_minutes: MaxMinutes = None,
    max_output: MaxOutput = None,
    thinking: Thinking = None,
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
    from glmcode.faces.cli.options import asked_for, limited
    from glmcode.faces.terminal.session import converse

    options = asked_for(provider, base_url, model, fallback, thinking)
    options = limited(options, max_rounds, max_cost, max_tokens, max_output, max_minutes)
    options = replace(
        options,
        test_command=test,
        run_tests=not no_tests,
        test_timeout=options.test_timeout if test_timeout is None else test_timeout,
    )
    return converse(root, options)
