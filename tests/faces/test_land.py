"""`glmcode land` as a person and as a program call them: real processes, real terminals."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest

from glmcode.repo.sessions import load
from tests.repo.checkout import Checkout, go_on, make, own_home, work

QUESTION = "land it? [a]pply uncommitted, [c]ommit, [m]erge, [p]atch file, [b]ranch, [n]ot now: "
LINES = b"one\ntwo\nthree\nfour\nfive\n"
MINE, THEIRS = LINES.replace(b"five", b"mine"), LINES.replace(b"one", b"theirs")


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", {"a.txt": LINES, "b.txt": b"b\n"})


def glmcode(checkout: Checkout, *arguments: str) -> tuple[int, str, str]:
    ended = subprocess.run(
        [sys.executable, "-m", "glmcode", *arguments],
        cwd=checkout.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.returncode, ended.stdout, ended.stderr


def result(out: str) -> dict[str, Any]:
    """The one line of JSON that `--json` prints."""
    assert out.count("\n") == 1
    found: dict[str, Any] = json.loads(out)
    assert found["event"] == "result"
    return found


def test_lands_the_newest_session(checkout: Checkout) -> None:
    work(checkout, {"b.txt": b"older\n"}, "older")
    work(checkout, {"a.txt": THEIRS}, "newer")
    checkout.write({"a.txt": MINE})
    code, out, err = glmcode(checkout, "land", "--how", "apply")
    assert (code, err) == (0, "")
    assert out == (
        f"session newer: 1 file changed in {checkout.root}, uncommitted; glmcode undo takes it back\n"
        "  a.txt  (merged with your changes)\n"
    )
    assert checkout.read("a.txt") == MINE.replace(b"one", b"theirs")
    assert checkout.read("b.txt") == b"b\n"


def test_session_is_named_by_its_beginning_and_lands_once(checkout: Checkout) -> None:
    work(checkout, {"b.txt": b"older\n"}, "older")
    work(checkout, {"a.txt": THEIRS}, "newer")
    code, out, _ = glmcode(checkout, "land", "ol", "--how", "commit", "-m", "Say it\n\nAt length.")
    assert code == 0
    assert out == f"session older: 1 file in commit {checkout.line('rev-parse', 'HEAD')[:12]}\n  b.txt\n"
    assert checkout.line("log", "-1", "--format=%B") == "Say it\n\nAt length.\n\nAssisted-by: glmcode (GLM-5)"
    code, out, _ = glmcode(checkout, "land", "older", "--how", "commit")
    assert (code, out) == (0, "session older was landed before (--how commit): there is nothing left to land\n")


def test_merge_says_what_it_merged(checkout: Checkout) -> None:
    work(checkout, {"a.txt": THEIRS}, "x")
    code, out, _ = glmcode(checkout, "land", "--how", "merge")
    assert code == 0
    assert out == f"session x: 1 file, branch glmcode/x merged by {checkout.line('rev-parse', 'HEAD')[:12]}\n  a.txt\n"


def test_without_a_terminal_it_asks_nothing(checkout: Checkout) -> None:
    work(checkout, {"a.txt": THEIRS}, "x")
    before = checkout.state()
    code, out, err = glmcode(checkout, "land")
    assert (code, out) == (2, "")
    assert err.startswith("glmcode: say how to land session x\n  --how apply ")
    code, out, err = glmcode(checkout, "land", "--how", "force")
    assert (code, out) == (2, "")
    assert "--how 'force' is not known" in err
    assert checkout.state() == before


def test_conflict_exits_5_and_names_the_lines(checkout: Checkout) -> None:
    work(checkout, {"a.txt": THEIRS, "b.txt": b"theirs\n"}, "x")
    checkout.write({"a.txt": THEIRS.replace(b"theirs", b"mine"), "b.txt": b"mine\n"})
    before = checkout.state()
    code, out, err = glmcode(checkout, "land", "--how", "apply")
    assert (code, out) == (5, "")
    assert err == (
        "glmcode: can't land: 2 files are in the way of the session's changes\n"
        "  a.txt: you and the session changed the same lines: line 1\n"
        "  b.txt: you and the session changed the same lines: line 1\n"
        "  glmcode land --how apply --conflicts leaves what both changed between conflict markers; the session is kept\n"
    )
    code, out, _ = glmcode(checkout, "land", "--how", "apply", "--json")
    told = result(out)
    assert (code, told["ok"], told["exit_code"]) == (5, False, 5)
    assert "a.txt: you and the session changed the same lines: line 1" in told["hint"]
    assert checkout.state() == before


def test_json_says_what_landed(checkout: Checkout) -> None:
    odd = os.fsdecode(b"\xff\n")
    work(checkout, {"a.txt": THEIRS, odd: b"o\n"}, "x")
    checkout.commit({"a.txt": MINE})
    code, out, err = glmcode(checkout, "land", "--how", "commit", "--json")
    assert (code, err) == (0, "")
    told = result(out)
    assert told.pop("commit") == checkout.line("rev-parse", "HEAD")
    assert told == {
        "event": "result",
        "ok": True,
        "exit_code": 0,
        "session": "x",
        "how": "commit",
        "paths": ["a.txt", "�\n"],
        "merged": ["a.txt"],
        "conflicts": [],
        "output": "",
        "already": False,
    }
    code, out, _ = glmcode(checkout, "land", "--how", "commit", "--json")
    assert (code, result(out)["already"]) == (0, True)


def test_patch_goes_to_a_file_or_to_standard_output(checkout: Checkout) -> None:
    work(checkout, {"a.txt": THEIRS}, "x")
    code, patch, err = glmcode(checkout, "land", "--how", "patch", "--output", "-")
    assert (code, err) == (0, "")
    code, out, _ = glmcode(checkout, "land", "--how", "patch")
    assert (code, out) == (
        0,
        f"session x: 1 file in the patch {checkout.path('x.patch')}; git apply takes it\n  a.txt\n",
    )
    assert checkout.read("x.patch") == patch.encode()
    code, _, err = glmcode(checkout, "land", "--how", "patch")
    assert code == 5
    assert "--overwrite replaces it" in err
    code, out, _ = glmcode(checkout, "land", "--how", "patch", "--overwrite", "--json")
    assert (code, result(out)["output"]) == (0, checkout.path("x.patch"))
    assert glmcode(checkout, "land", "--how", "patch", "--output", "-", "--json")[0] == 2
    checkout.git("apply", "x.patch")
    assert checkout.read("a.txt") == THEIRS


def test_branch_is_left_or_named(checkout: Checkout) -> None:
    work(checkout, {"a.txt": THEIRS}, "x")
    code, out, _ = glmcode(checkout, "land", "--how", "branch")
    assert (code, out) == (0, "session x: 1 file on the branch glmcode/x; git merge takes it\n  a.txt\n")
    code, out, _ = glmcode(checkout, "land", "--how", "branch", "--name", "fix")
    assert (code, out) == (0, "session x: 1 file on the branch fix; git merge takes it\n  a.txt\n")
    assert checkout.line("rev-parse", "fix") == checkout.line("rev-parse", "glmcode/x")


def test_conflicts_are_left_only_if_asked_and_exit_5(checkout: Checkout) -> None:
    work(checkout, {"a.txt": THEIRS}, "x")
    checkout.commit({"a.txt": THEIRS.replace(b"theirs", b"mine")})
    code, out, _ = glmcode(checkout, "land", "--how", "apply", "--conflicts")
    assert code == 5
    assert "  a.txt  (conflict: both sides are in it)\n" in out
    assert checkout.git("status", "--porcelain") == b"UU a.txt\n"
    code, out, err = glmcode(checkout, "land", "--how", "commit")
    assert (code, out) == (5, "")
    assert "a.txt" in err


def test_words_that_do_not_fit_are_refused(checkout: Checkout) -> None:
    work(checkout, {"a.txt": THEIRS}, "x")
    before = checkout.state()
    for words, told in (
        (("commit", "--index"), "--index goes with --how apply, not with commit"),
        (("apply", "-m", "x"), "--message goes with --how commit or merge, not with apply"),
        (("merge", "--name", "x"), "--name goes with --how branch, not with merge"),
        (("commit", "--trailer", "no"), "'no' is no trailer"),
    ):
        code, _, err = glmcode(checkout, "land", "--how", *words)
        assert code == 2
        assert told in err
    assert checkout.state() == before


def test_trailer_is_the_users_to_choose(checkout: Checkout, tmp_path: Path) -> None:
    folder = tmp_path / "home" / ".config" / "glmcode"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('[commit]\ntrailer = "Co-written-by: a machine"\n')
    work(checkout, {"a.txt": THEIRS}, "x")
    assert glmcode(checkout, "land", "--how", "commit")[0] == 0
    assert checkout.line("log", "-1", "--format=%B") == "x\n\nCo-written-by: a machine"
    work(checkout, {"b.txt": b"new\n"}, "y")
    assert glmcode(checkout, "land", "--how", "commit", "--trailer", "")[0] == 0
    assert checkout.line("log", "-1", "--format=%B") == "y"


def test_odd_names_reach_the_terminal_escaped(checkout: Checkout) -> None:
    work(checkout, {os.fsdecode(b"\xff\x1b[31m\n"): b"o\n"}, "x")
    code, out, _ = glmcode(checkout, "land", "--how", "apply")
    assert code == 0
    assert "\x1b" not in out
    assert out.count("\n") == 2


def test_landed_before_and_changed_since_is_said(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": THEIRS}, "x")
    glmcode(checkout, "land", "--how", "apply")
    checkout.write({"a.txt": THEIRS.replace(b"theirs", b"edited")})
    go_on(session, {"a.txt": THEIRS.replace(b"theirs", b"second")})
    code, _, err = glmcode(checkout, "land", "--how", "apply")
    assert code == 5
    assert "line 1" in err
    assert "session x was landed before (--how apply)" in err


def test_root_chooses_the_checkout(checkout: Checkout, tmp_path: Path) -> None:
    work(checkout, {"a.txt": THEIRS}, "x")
    checkout.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    before = checkout.state()
    code, _, _ = glmcode(checkout, "land", "--how", "apply", "--root", str(tmp_path / "side"))
    assert code == 0
    assert (tmp_path / "side" / "a.txt").read_bytes() == THEIRS
    assert checkout.state() == before


def test_nothing_to_land_with(checkout: Checkout, tmp_path: Path) -> None:
    code, _, err = glmcode(checkout, "land", "--how", "apply")
    assert code == 2
    assert err.startswith("glmcode: there is no session in this repository\n")
    (tmp_path / "plain").mkdir()
    code, _, err = glmcode(Checkout(str(tmp_path / "plain")), "land", "--how", "apply")
    assert code == 2
    assert "not in a git repository" in err


@pytest.mark.parametrize(("answer", "landed"), [("x\na", "apply"), ("commit", "commit"), ("n", ""), ("", "")])
def test_on_a_terminal_it_asks(checkout: Checkout, answer: str, landed: str) -> None:
    work(checkout, {"a.txt": THEIRS}, "mend\x1b[31m it")
    child = pexpect.spawn(sys.executable, ["-m", "glmcode", "land"], cwd=checkout.root, encoding="utf-8", timeout=100)
    for line in answer.split("\n"):
        child.expect_exact(QUESTION)
        child.sendline(line)
    child.expect(pexpect.EOF)
    child.close()
    assert load(checkout.root).landed == landed
    assert (checkout.read("a.txt") == THEIRS) == bool(landed)
    assert child.exitstatus == (0 if landed else 130)


def test_end_of_input_lands_nothing(checkout: Checkout) -> None:
    work(checkout, {"a.txt": THEIRS}, "x")
    child = pexpect.spawn(sys.executable, ["-m", "glmcode", "land"], cwd=checkout.root, encoding="utf-8", timeout=100)
    child.expect_exact("[n]ot now: ")
    child.sendeof()
    child.expect(pexpect.EOF)
    assert load(checkout.root).landed == ""
