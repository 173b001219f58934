"""The command line: parses, dispatches, and turns every end into an exit code."""

import errno
import os
import sys
from collections.abc import Sequence
from typing import TextIO

import typer
from typer import exceptions as usage

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.waiting import on_waiting

app = typer.Typer(
    name="glmcode",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def run(arguments: Sequence[str]) -> int:
    """Runs one command; returns its exit code. The only place that catches everything."""
    _open_closed_streams()
    from glmcode.faces.cli import commands

    commands.register()
    on_waiting.set(lambda line: print(f"glmcode: {line}", file=sys.stderr, flush=True))
    try:
        code = app(args=list(arguments), prog_name="glmcode", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else Exit.OK
    except usage.Exit as end:
        return end.exit_code
    except usage.TyperException as error:
        hint = "glmcode --help lists the commands, glmcode COMMAND --help what each takes"
        return failed(GlmcodeError(error.format_message(), hint=hint), arguments)
    except GlmcodeError as error:
        return failed(error, arguments)
    except (KeyboardInterrupt, usage.Abort):
        return failed(GlmcodeError("interrupted", exit_code=Exit.INTERRUPTED), arguments)
    except BrokenPipeError:
        # The reader went away (`glmcode ... | head`): nothing to say.
        _drop_output(sys.stdout, sys.stderr)
        return Exit.CHECKS_FAIL
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC and error.filename is None:
            _drop_output(sys.stdout)
            return failed(GlmcodeError(f"can't write the output: {error.strerror}", exit_code=Exit.CHECKS_FAIL), ())
        import traceback

        traceback.print_exc()
        bug = GlmcodeError("this is a bug; the lines above say where", exit_code=Exit.BUG)
        return failed(bug, arguments)


def say(error: GlmcodeError) -> None:
    """One clear line on standard error, and the hint on the lines below it."""
    from glmcode.faces.terminal.text import printable

    lines = [f"glmcode: {printable(error.message)}", *(f"  {printable(line)}" for line in error.hint.splitlines())]
    print("\n".join(lines), file=sys.stderr)


def failed(error: GlmcodeError, arguments: Sequence[str]) -> int:
    """Says what went wrong; to a program that asked for JSON also as the result that it waits for. Returns the exit code.

    A command that answers with a JSON object of its own says its errors itself, and ends by an exit code.
    """
    say(error)
    if "--json" in arguments:
        import json

        result = {"event": "result", "ok": False, "exit_code": int(error.exit_code), "why": error.message}
        print(json.dumps({**result, "error": error.message, "hint": error.hint}), flush=True)
    return error.exit_code


def _open_closed_streams() -> None:
    """A stream that was closed (`2>&-`) becomes the null device: else the next file or pipe would get its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # It gets the lowest free number, which is the stream's own, and stays open to the end.
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115  # it stays open


def _drop_output(*streams: TextIO) -> None:
    """What these streams still hold goes nowhere, so that nothing fails once more when it is flushed at exit."""
    for stream in streams:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
