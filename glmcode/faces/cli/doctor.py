"""`glmcode doctor`: what glmcode finds on this machine, and what it misses."""

import json
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Literal, TypeAlias

import typer

from glmcode.errors import Exit, GlmcodeError
from glmcode.faces.cli.app import app

__all__ = ["doctor"]

State: TypeAlias = Literal["ok", "missing", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    name: str
    state: State
    text: str
    needed: bool
    """Whether `glmcode run` can't do without it."""


@app.command()
def doctor(
    root: Annotated[str, typer.Option("--root", metavar="DIR", help="A folder of the repository.")] = ".",
    provider: Annotated[
        str | None,
        typer.Option("--provider", metavar="NAME", help="A provider of the table.", envvar="GLMCODE_PROVIDER"),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option("--base-url", metavar="URL", help="Any OpenAI-compatible endpoint.", envvar="GLMCODE_BASE_URL"),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="ID", help="The model's name at the endpoint.", envvar="GLMCODE_MODEL"),
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Don't ask the endpoint anything.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> int:
    """Check this machine: git, tests, sandbox, key and endpoint.

    Exits 0 when glmcode run has all it needs, 2 when something is missing. A key is never printed.

    \b
    glmcode doctor
    glmcode doctor --offline --json
    glmcode doctor --base-url http://127.0.0.1:8000/v1
    """
    findings: list[Finding] = []
    for finding in _look(root, provider, base_url, model, offline):
        findings.append(finding)
        if not as_json:
            _show(finding)
    ok = not any(finding.needed and finding.state == "missing" for finding in findings)
    if as_json:
        print(json.dumps({"ok": ok, "findings": [asdict(finding) for finding in findings]}))
    return Exit.OK if ok else Exit.USAGE


def _show(finding: Finding) -> None:
    from glmcode.faces.terminal.screen import Screen

    marks = {"ok": ("✓", "green"), "missing": ("✗", "red" if finding.needed else "yellow"), "unknown": ("?", "yellow")}
    mark, style = marks[finding.state]
    Screen(sys.stdout).line(f" {finding.name:<11} {finding.text}", mark=mark, mark_style=style)


def _look(root: str, provider: str | None, base_url: str | None, model: str | None, offline: bool) -> Iterator[Finding]:
    from glmcode.version import __version__

    yield Finding("glmcode", "ok", f"{__version__}, Python {platform.python_version()} on {platform.system()}", True)
    yield _git()
    repository, where = _try(lambda: _repository(root))
    yield Finding("repository", "ok" if where else "missing", repository, True)
    if where:
        yield _tests(where)
    yield _sandbox()
    yield from _model(provider, base_url, model, offline)


def _git() -> Finding:
    import subprocess

    found = shutil.which("git")
    if found is None:
        return Finding("git", "missing", "not on PATH: glmcode needs git 2.39 or newer", True)
    said = subprocess.run(
        [found, "--version"], capture_output=True, text=True, errors="replace", check=False
    ).stdout.strip()
    number = tuple(int(part) for part in said.removeprefix("git version ").split(".")[:2] if part.isdigit())
    if number < (2, 39):
        return Finding("git", "missing", f"{said}: glmcode needs 2.39 or newer", True)
    return Finding("git", "ok", said, True)


def _repository(root: str) -> tuple[str, str]:
    from glmcode.repo.discover import find_repository

    found = find_repository(root).root
    return found, found


def _tests(root: str) -> Finding:
    from glmcode.checks.find import find_tests

    try:
        command = find_tests(root, root, None)
    except GlmcodeError as error:
        return Finding("tests", "missing", error.message, False)
    if command is None:
        return Finding("tests", "missing", "none found: --test COMMAND names them", False)
    return Finding("tests", "ok", f"{' '.join(command.argv)} ({command.why})", False)


def _sandbox() -> Finding:
    found = shutil.which("bwrap")
    if found:
        return Finding("sandbox", "ok", f"bubblewrap at {found}; tests run without it in this version", False)
    return Finding("sandbox", "missing", "no bubblewrap (bwrap): tests run as plain processes of yours", False)


def _model(provider: str | None, base_url: str | None, model: str | None, offline: bool) -> Iterator[Finding]:
    from glmcode.agent.config import configured
    from glmcode.faces.cli.options import asked_for
    from glmcode.model.providers import choose

    try:
        options = asked_for(provider, base_url, model)
        endpoint = choose(options.provider, options.base_url, options.model, os.environ, configured().providers)
    except GlmcodeError as error:
        yield Finding("key", "missing", error.message, True)
        return
    yield Finding(
        "key", "ok", f"present for {endpoint.provider.name} (not shown)" if endpoint.key else "none needed", True
    )
    if offline:
        yield Finding("endpoint", "unknown", f"{endpoint.base_url} was not asked (--offline)", False)
        return
    from glmcode.model.client import Client
    from glmcode.model.retry import Retry

    try:
        with Client(endpoint, Retry(tries=0, connect=10, stall=10)) as client:
            models = client.models()
    except GlmcodeError as error:
        yield Finding("endpoint", "missing", error.message, True)
        return
    listed = f"lists {len(models)} models" + (f", {endpoint.model} among them" if endpoint.model in models else "")
    yield Finding("endpoint", "ok", f"{endpoint.base_url} answers and {listed}", True)


def _try(look: Callable[[], tuple[str, str]]) -> tuple[str, str | None]:
    """What was found, or the one line that says why not."""
    try:
        return look()
    except GlmcodeError as error:
        return error.message, None
