"""The command line: parses, dispatches, and turns every end into an exit code."""

import os
import sys
from collections.abc import Sequence

import typer
from typer import exceptions as usage

from glmcode.errors import Exit, GlmcodeError

app = typer.Typer(
    name="glmcode",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def run(arguments: Sequence[str]) -> int:
    """Runs one command; returns its exit code. The only place that catches everything."""
    from glmcode.faces.cli import commands

    commands.register()
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
        # The reader went away (`glmcode ... | head`): nothing to say, and nothing may be flushed at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.CHECKS_FAIL
    except Exception:
        import traceback

        traceback.print_exc()
        print("glmcode: this is a bug; the lines above say where", file=sys.stderr)
        return Exit.BUG


def failed(error: GlmcodeError, arguments: Sequence[str]) -> int:
    """One clear line on standard error, and the hint on the lines below it; for a program that asked for JSON, the result
    that every stream of it ends with. Returns the exit code."""
    from glmcode.faces.terminal.text import printable

    print(f"glmcode: {printable(error.message)}", file=sys.stderr)
    for line in error.hint.splitlines():
        print(f"  {printable(line)}", file=sys.stderr)
    if "--json" in arguments:
        import json

        result = {"event": "result", "ok": False, "exit_code": int(error.exit_code), "why": error.message}
        print(json.dumps({**result, "error": error.message, "hint": error.hint}))
    return error.exit_code
