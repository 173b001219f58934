"""What holds for every way to land."""

import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.branch import HOWS, How, land_session
from glmcode.repo.worktree import open_session
from tests.repo.checkout import LINES, Checkout, changed, make, own_home, refused, work

HOWS_ALL: list[How] = ["apply", "commit", "merge"]


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", {"a.txt": LINES, "sub/b.txt": b"b\n", "other.txt": b"other\n"})


def test_hows_are_the_ones_of_the_type() -> None:
    assert get_args(How) == HOWS


@pytest.mark.parametrize("what", ["merge", "rebase", "cherry-pick", "revert"])
def test_commit_and_merge_wait_for_what_the_user_is_in_the_middle_of(checkout: Checkout, what: str) -> None:
    session = work(checkout, {"other.txt": b"theirs\n"})
    checkout.git("checkout", "-q", "-b", "side")
    side = checkout.commit({"a.txt": changed(3, b"side")})
    checkout.commit({"a.txt": changed(3, b"side 2")})
    checkout.git("checkout", "-q", "main")
    checkout.commit({"a.txt": changed(3, b"main")})
    target = {"merge": "side", "rebase": "side", "cherry-pick": side, "revert": side}[what]
    stopped = subprocess.run(["git", what, target], cwd=checkout.root, capture_output=True, check=False)
    assert stopped.returncode != 0
    for how in ("commit", "merge"):
        before = checkout.state()
        with pytest.raises(GlmcodeError, match=f"a {what} is in progress") as error:
            land_session(session, how)
        assert error.value.exit_code == Exit.CONFLICT
        assert checkout.state() == before
    assert land_session(session, "apply").paths == ("other.txt",)


def test_user_deleted_the_sessions_branch(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three")})
    checkout.git("worktree", "remove", "--force", session.worktree)
    checkout.git("branch", "-D", session.branch)
    for how in HOWS_ALL:
        with refused(checkout, "the branch glmcode/do-the-work of this session is gone"):
            land_session(session, how)


def test_lands_in_a_linked_worktree(checkout: Checkout, tmp_path: Path) -> None:
    checkout.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    side = Checkout(os.path.realpath(tmp_path / "side"))
    session = work(side, {"a.txt": changed(3, b"three"), "n": b"n\n"})
    main = checkout.state()
    land_session(session, "commit")
    assert side.line("log", "-1", "--format=%s", "side") == "do the work"
    assert side.line("status", "--porcelain") == ""
    assert checkout.state() == main


def test_lands_beside_submodules(tmp_path: Path) -> None:
    inner = make(tmp_path / "inner", {"i.txt": b"i\n"})
    checkout = make(tmp_path / "repo", {"a.txt": LINES}, submodule_recurse="true")
    checkout.git("submodule", "--quiet", "add", inner.root, "mod")
    checkout.commit({})
    checkout.write({"mod/i.txt": b"the user's work in the submodule\n"})
    for number, how in enumerate(HOWS_ALL, 1):
        session = work(checkout, {"a.txt": changed(number, b"x", checkout.read("a.txt") or b"")})
        land_session(session, how)
        assert checkout.read("mod/i.txt") == b"the user's work in the submodule\n"
        checkout.git("commit", "-qam", "all", "--allow-empty")


def test_moved_submodule_is_refused(tmp_path: Path) -> None:
    inner = make(tmp_path / "inner", {"i.txt": b"i\n"})
    checkout = make(tmp_path / "repo", {"a.txt": LINES})
    checkout.git("submodule", "--quiet", "add", inner.root, "mod")
    checkout.commit({})
    session = open_session(checkout.root, "x")
    worktree = Checkout(session.worktree)
    moved = inner.commit({"i.txt": b"2\n"})
    worktree.git("update-index", "--cacheinfo", f"160000,{moved},mod")
    worktree.git("commit", "-qm", "moved")
    for how in ("apply", "commit"):
        with refused(checkout, "the session changes the submodule mod"):
            land_session(session, how)


def test_inside_a_hook_of_the_users(checkout: Checkout) -> None:
    """`git commit` sets GIT_INDEX_FILE for its hooks: a landing from there must not write to that index."""
    session = work(checkout, {"a.txt": changed(3, b"three"), "n": b"n\n"})
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    program = "from glmcode.repo.branch import land_session as l; from glmcode.repo.sessions import load; l(load('.').session, 'apply')"
    checkout.hook("pre-commit", f'PYTHONPATH="{here}" "{sys.executable}" -c "{program}"')
    checkout.write({"other.txt": b"mine\n"})
    checkout.git("commit", "-qm", "mine", "--", "other.txt")
    assert checkout.line("show", "--name-only", "--format=", "HEAD") == "other.txt"
    assert checkout.git("status", "--porcelain") == b" M a.txt\n?? n\n"
    assert session.base == checkout.line("rev-parse", "HEAD^")
