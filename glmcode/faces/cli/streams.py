"""What the commands that work on plans have in common: their input, the tree they mean, and their one JSON object."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from glmcode.errors import GlmcodeError
from glmcode.faces.cli.app import say
from glmcode.repo.folder import shown

if TYPE_CHECKING:
    from glmcode.repo.options import RepoOptions

__all__ = ["Allow", "one_object", "options_of", "read_input", "tree_root"]

Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="PATH",
        help="A protected file that may change (CI, hooks, editor tasks, ...): its path or a pattern. May be given more than once.",
    ),
]

LARGEST = 64 << 20
"""Bytes of a plan or a receipt: a hundred times the longest answer of a model."""


def read_input(name: str | None, what: str) -> bytes:
    """The file's bytes; of `-` or None standard input's, but never waiting for a person to type what wasn't asked for.

    Raises GlmcodeError (exit 2).
    """
    try:
        if name is None or name == "-":
            if sys.stdin is None or (name is None and sys.stdin.isatty()):
                raise GlmcodeError(f"no {what} given", hint=f"name a file, or pipe the {what} in")
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with open(name, "rb") as file:
                data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a name that the system takes"
        raise GlmcodeError(f"cannot read the {what} {shown(name or '-')}: {why}") from None
    if len(data) > LARGEST:
        raise GlmcodeError(f"the {what} is larger than {LARGEST >> 20} MiB")
    return data


def tree_root(root: str | None) -> str:
    """The directory that `--root` names, else the top of the repository around the working directory.

    Raises GlmcodeError (exit 2), also for a git directory and a bare repository, which are no trees to write to.
    """
    from glmcode.repo.discover import find_repository, state_dir

    if root is None:
        return find_repository().root
    if not os.path.isdir(root):
        raise GlmcodeError(f"not a directory: {shown(root)}", hint="--root names the top of the tree to work on")
    state_dir(root)
    return os.path.realpath(root)


def options_of(root: str) -> "RepoOptions":
    """How the repository at `root` is treated. Reading the configuration is left out where there is none: it costs as much
    as the rest of a quick command."""
    from glmcode.repo.options import RepoOptions, is_configured

    if not is_configured(root):
        return RepoOptions()
    from glmcode.agent.config import repo_options

    return repo_options(root)


@contextlib.contextmanager
def one_object(wanted: bool, answer: dict[str, Any]) -> Iterator[None]:
    """Prints `answer` as one line of JSON at the block's end, where it is wanted; after an error too, with what it says.
    That is then all of the answer: the command ends with the error's exit code."""
    try:
        yield
    except GlmcodeError as error:
        if not wanted:
            raise
        say(error)
        _print(answer | {"ok": False, "error": error.message, "hint": error.hint, "exit_code": int(error.exit_code)})
        raise typer.Exit(error.exit_code) from None
    if wanted:
        _print(answer)


def _print(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
