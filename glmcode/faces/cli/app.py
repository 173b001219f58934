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
    import glmcode.faces.cli.commands  # noqa: F401 - registers every command

    try:
        code = app(args=list(arguments), prog_name="glmcode", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else Exit.OK
    except usage.Exit as end:
        return end.exit_code
    except usage.TyperException as error:
        show_error(
            GlmcodeError(
                error.format_message(), hint="glmcode --help lists the commands, glmcode COMMAND --help what each takes"
            )
        )
        return Exit.USAGE
    except GlmcodeError as error:
        show_error(error)
        return error.exit_code
    except (KeyboardInterrupt, usage.Abort):
        print("glmcode: interrupted", file=sys.stderr)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`glmcode ... | head`): nothing to say, and nothing may be flushed at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.CHECKS_FAIL
    except Exception:
        import traceback

        traceback.print_exc()
        print("glmcode: this is a bug; the lines above say where", file=sys.stderr)
        return Exit.BUG


def show_error(error: GlmcodeError) -> None:
    """One clear line on standard error, and the hint on the lines below it."""
    print(f"glmcode: {error.message}", file=sys.stderr)
    for line in error.hint.splitlines():
        print(f"  {line}", file=sys.stderr)
