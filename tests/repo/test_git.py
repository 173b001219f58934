"""Running git: where it is told to, with nothing of the environment in the way, and its own words when it fails."""

import os
import subprocess
from pathlib import Path

import pytest

from glmcode.errors import GlmcodeError
from glmcode.repo.git import NoGitError, git, run_git
from tests.repo.checkout import Checkout, make, own_home


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", {"a": b"a\n"})


def test_missing_folder_is_an_error_and_not_the_current_one(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checkout.root)
    assert run_git(str(tmp_path / "gone"), ["rev-parse", "HEAD"]).status != 0
    with pytest.raises(GlmcodeError, match="git rev-parse failed: cannot change to"):
        git(str(tmp_path / "gone"), "rev-parse", "HEAD")


def test_no_variable_of_git_leads_astray(checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that git itself calls local to a repository, and some that change what its commands print."""
    other = make(tmp_path / "other", {"o": b"o\n"})
    wanted = git(checkout.root, "rev-parse", "HEAD", "HEAD:a")
    local = subprocess.run(["git", "rev-parse", "--local-env-vars"], check=True, capture_output=True, text=True)
    for name in {*local.stdout.split(), "GIT_CEILING_DIRECTORIES", "GIT_NAMESPACE", "GIT_TRACE", "GIT_ICASE_PATHSPECS"}:
        if name not in ("GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"):
            monkeypatch.setenv(name, other.path(".git"))
    assert git(checkout.root, "rev-parse", "HEAD", "HEAD:a") == wanted
    assert git(checkout.root, "ls-files") == b"a\n"
    assert os.environ["GIT_DIR"] == other.path(".git")


def test_configuration_given_in_the_environment_holds(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.name")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "From Environ")
    assert git(checkout.root, "config", "user.name") == b"From Environ\n"


def test_git_speaks_english_and_hooks_the_users_tongue(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("LANGUAGE", "de")
    tongue = ["-c", "alias.tongue=!echo $LC_ALL,$LANGUAGE", "tongue"]
    assert run_git(checkout.root, tongue).out == b"C,C\n"
    assert run_git(checkout.root, tongue, hooks=True).out == b"C.UTF-8,de\n"


def test_nothing_waits_for_input(checkout: Checkout) -> None:
    assert run_git(checkout.root, ["hash-object", "--stdin"]).out == git(
        checkout.root, "hash-object", "--stdin", stdin=b""
    )


def test_what_git_says_reaches_no_terminal_raw(checkout: Checkout) -> None:
    ended = run_git(checkout.root, ["-c", "alias.bad=!printf 'fatal: \\033[31mred\\007\\n' >&2; exit 3", "bad"])
    assert (ended.status, ended.err) == (3, "fatal: red?")


def test_git_that_is_not_there(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    run_git(checkout.root, ["version"])
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NoGitError, match="git could not be started"):
        run_git(checkout.root, ["version"])
