"""Every command explains itself."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from glmcode.errors import Exit
from glmcode.faces.cli.commands import FILES
from tests.faces.rig import environ, glmcode

COMMANDS = [name for name in FILES if name != "interactive"]


def test_the_list_of_commands(tmp_path: Path) -> None:
    ran = glmcode(tmp_path, "--help", env=environ(tmp_path))
    assert ran.code == Exit.OK
    text = ran.out.decode()
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", text, re.MULTILINE), name


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_each_has_an_example_and_fits(tmp_path: Path, name: str) -> None:
    ran = glmcode(tmp_path, name, "--help", env=environ(tmp_path, COLUMNS="80"))
    assert ran.code == Exit.OK
    lines = ran.out.decode().splitlines()
    assert any(line.strip().startswith(f"glmcode {name}") for line in lines)
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("arguments", [["frobnicate"], ["run", "--frobnicate", "x"], ["apply", "--form", "poem", "-"]])
def test_what_is_not_there_is_one_clear_line(tmp_path: Path, arguments: list[str]) -> None:
    ran = glmcode(tmp_path, *arguments, env=environ(tmp_path))
    assert ran.code == Exit.USAGE
    first, *rest = ran.err.splitlines()
    assert first.startswith("glmcode: ")
    assert all(line.startswith("  ") for line in rest)
    assert ran.out == b""


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_completion_can_be_shown(tmp_path: Path) -> None:
    """From a shell of its own: which one it is is told by the processes above."""
    command = ["bash", "-c", f"{shlex.quote(sys.executable)} -m glmcode --show-completion; exit $?"]
    ran = subprocess.run(command, cwd=tmp_path, env=environ(tmp_path), capture_output=True, check=False)
    assert ran.returncode == Exit.OK, ran.stderr
    assert b"_GLMCODE_COMPLETE" in ran.stdout
