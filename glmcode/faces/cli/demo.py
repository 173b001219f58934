"""`glmcode demo`: the main job on a small real repository, with no key and no network."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from glmcode.errors import GlmcodeError
from glmcode.faces.cli.app import app

if TYPE_CHECKING:
    from glmcode.model.cassette import Answer

__all__ = ["demo"]

SAID = """\
This is a demonstration on a copy of examples/bookshop. The model's answers are recorded ones: they were written for the
demonstration and not by GLM-5. Everything else is real: a server on loopback that streams them, the client, git, the tests."""


@app.command()
def demo(
    rate: Annotated[
        float,
        typer.Option("--rate", metavar="TOKENS", min=1, help="Tokens a second that the recorded answers stream at."),
    ] = 200,
    live: Annotated[
        bool, typer.Option("--live", help="Ask the configured model instead of playing the recording.")
    ] = False,
    folder: Annotated[
        str | None,
        typer.Option("--dir", metavar="DIR", help="Work in this new folder and keep it; else a temporary one."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Events as JSON, one a line; the last is the result.")
    ] = False,
) -> int:
    """Show the main job on an example, without key or network.

    A small repository whose tests fail becomes green in two rounds.

    The model's answers are recorded, and a server on loopback streams them through the same client
    and the same code as glmcode run.

    \b
    glmcode demo
    glmcode demo --rate 62 --dir /tmp/bookshop
    glmcode demo --live
    """
    from glmcode.agent.conversation import Options
    from glmcode.faces.cli.run import drive
    from glmcode.resources import folder as resource

    material = resource("examples") / "demo"
    task = (material / "task.txt").read_text(encoding="utf-8").strip()
    with ExitStack() as stack:
        root = _repository(stack, folder)
        if not live:
            from glmcode.model.cassette import from_answers
            from glmcode.model.replay import ReplayServer

            print(SAID, end="\n\n", file=sys.stderr, flush=True)
            server = stack.enter_context(ReplayServer(from_answers(_answers(material)), rate=rate))
            options = Options(base_url=server.url, model="recorded-answers", book=False)
        else:
            from glmcode.agent.config import configured

            options = configured().options
        code = drive(task, root, options, "commit", message=task, as_json=as_json)
        if folder is not None:
            print(f"\nthe repository is kept: {root}", file=sys.stderr)
    return code


def _answers(material: Path) -> "list[Answer]":
    """The recorded answers, one a round."""
    from glmcode.model.cassette import Answer

    return [
        Answer(
            plan.read_text(encoding="utf-8"),
            reasoning=plan.with_name(f"{plan.stem}.thinking.txt").read_text(encoding="utf-8"),
        )
        for plan in sorted(material.glob("round-*.md"))
    ]


def _repository(stack: ExitStack, folder: str | None) -> str:
    """A copy of the example as a repository of its own, with one commit."""
    import shutil
    import tempfile

    from glmcode.repo.git import git
    from glmcode.resources import folder as resource

    if folder is None:
        root = os.path.join(stack.enter_context(tempfile.TemporaryDirectory(prefix="glmcode-demo-")), "bookshop")
    else:
        root = os.path.abspath(folder)
        if os.path.lexists(root):
            raise GlmcodeError(
                f"{folder} is there already", hint="--dir takes the path of a folder that does not exist yet"
            )
    try:
        shutil.copytree(
            resource("examples") / "bookshop", root, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache")
        )
    except OSError as error:
        raise GlmcodeError(f"the example can't be copied to {root}: {error.strerror or error}") from None
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(
        root,
        "-c",
        "user.name=Demonstration",
        "-c",
        "user.email=demo@localhost",
        "commit",
        "--quiet",
        "--message",
        "The bookshop, with failing tests",
    )
    # The run commits too, and a fresh machine has no identity configured.
    git(root, "config", "user.name", "Demonstration")
    git(root, "config", "user.email", "demo@localhost")
    return root
