"""What the quick commands load, as fresh processes tell it: hooks and editors start them all day long."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "openai",
    "httpx2",
    "git",
    "rich",
    "prompt_toolkit",
    "pydantic",
    "rapidfuzz",
    "unidiff",
    "asyncio",
    "ssl",
    "importlib.metadata",
)

SCRIPT = """
import sys
from glmcode.__main__ import main
sys.argv[0] = "glmcode"
code = main()
print(code, *sorted(sys.modules), file=sys.stderr)
"""


def loaded(root: Path, *arguments: str) -> tuple[str, set[str]]:
    """The exit code, and the modules that the command had loaded at its end."""
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    code, *modules = ended.stderr.splitlines()[-1].split()
    return code, set(modules)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "cart.py").write_text("def total():\n    return 1\n")
    (tmp_path / "plan").write_text('<edit path="cart.py" replace="total">\ndef total():\n    return 2\n</edit>\n')
    return tmp_path


@pytest.mark.parametrize("word", ["--version", "-V"])
def test_the_version_is_answered_before_anything_is_loaded(root: Path, word: str) -> None:
    code, modules = loaded(root, word)
    assert code == "0"
    ours = {name for name in modules if name.partition(".")[0] == "glmcode"}
    assert ours == {"glmcode", "glmcode.__main__", "glmcode.version"}
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    more = modules - set(bare.stdout.split())
    assert not more & {"typer", "dataclasses", "inspect", "pathlib", "subprocess", "json", "argparse", *HEAVY}


@pytest.mark.parametrize("arguments", [("apply", "plan"), ("apply", "--check", "--json", "plan"), ("undo",)])
def test_landing_loads_nothing_heavy(root: Path, arguments: tuple[str, ...]) -> None:
    if arguments == ("undo",):
        loaded(root, "apply", "plan")
    code, modules = loaded(root, *arguments)
    assert code == "0"
    assert not modules & set(HEAVY)
    assert not {name for name in modules if name.startswith(("glmcode.agent", "glmcode.model", "glmcode.checks"))}


def test_an_edit_of_one_language_loads_no_other_grammar(root: Path) -> None:
    _, modules = loaded(root, "apply", "plan")
    assert {name for name in modules if name.startswith("tree_sitter_") and "." not in name} == {"tree_sitter_python"}


def test_help_lists_every_command_without_loading_what_they_need(root: Path) -> None:
    code, modules = loaded(root, "--help")
    assert code == "0"
    assert not modules & {"tree_sitter", *HEAVY}
    assert not {
        name for name in modules if name.startswith(("glmcode.agent", "glmcode.model", "glmcode.landing.engine"))
    }


def test_importing_the_library_loads_none_of_it() -> None:
    script = "import sys, glmcode; print(*sorted(sys.modules))"
    out = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=os.sep
    ).stdout.split()
    assert {name for name in out if name.startswith("glmcode")} == {"glmcode", "glmcode.version"}
