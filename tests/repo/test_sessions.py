"""Records of sessions: found again, never half written, never removed with work that is not landed."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.branch import land_session
from glmcode.repo.sessions import list_sessions, load, messages, remove, save, save_messages
from glmcode.repo.worktree import open_session
from tests.repo.checkout import Checkout, go_on, make, own_home, work


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", {"a.txt": b"one\n"})


def record_path(checkout: Checkout, name: str) -> str:
    return checkout.path(f".git/glmcode/sessions/{name}.json")


def test_session_is_found_by_id_by_beginning_and_as_the_newest(checkout: Checkout) -> None:
    first, second = open_session(checkout.root, "fix cart"), open_session(checkout.root, "fix order")
    assert load(checkout.root).session == second
    assert load(checkout.root, "fix-c").session == first
    assert load(checkout.root, "fix-order").session == second
    assert [record.session.id for record in list_sessions(checkout.root)] == ["fix-order", "fix-cart"]
    with pytest.raises(GlmcodeError, match="'fix' may be fix-cart, fix-order"):
        load(checkout.root, "fix")
    with pytest.raises(GlmcodeError, match="there is no session 'other'"):
        load(checkout.root, "other")


def test_whole_id_wins_over_longer_ones(checkout: Checkout) -> None:
    first = open_session(checkout.root, "fix")
    open_session(checkout.root, "fix")
    assert load(checkout.root, "fix").session == first


def test_no_sessions_is_said(checkout: Checkout) -> None:
    assert list_sessions(checkout.root) == ()
    with pytest.raises(GlmcodeError, match="there is no session"):
        load(checkout.root)
    with pytest.raises(GlmcodeError, match="there is no session"):
        load(checkout.root, "")


def test_record_comes_back_as_it_was_saved(checkout: Checkout) -> None:
    task = "fix\n\tthe caf\udce9 ünï\0"
    session = open_session(checkout.root, task)
    record = replace(load(checkout.root), status="green", rounds={"rounds": 2, "why": "green"})
    save(record)
    assert load(checkout.root, session.id) == record
    assert record.session.task == task


def test_conversation_comes_back(checkout: Checkout) -> None:
    session = open_session(checkout.root, "x")
    assert messages(session) == ()
    talk = [{"role": "user", "content": "caf\udce9 \0 日本"}, {"role": "assistant", "content": "y" * 100_000}]
    save_messages(session, talk)
    assert list(messages(session)) == talk
    assert len(list_sessions(checkout.root)) == 1


def test_save_that_fails_keeps_the_old_record(checkout: Checkout) -> None:
    open_session(checkout.root, "x")
    record = load(checkout.root)
    with pytest.raises(TypeError):
        save(replace(record, rounds={"what": object()}))
    assert load(checkout.root) == record
    assert sorted(os.listdir(checkout.path(".git/glmcode/sessions"))) == ["x.json"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"session": {"task": 1}}', "[" * 100_000, '{"session": []}', "\xff"]
)
def test_broken_record_hides_no_other(checkout: Checkout, text: str) -> None:
    open_session(checkout.root, "good")
    open_session(checkout.root, "bad")
    Path(record_path(checkout, "bad")).write_text(text, "latin-1")
    assert [record.session.id for record in list_sessions(checkout.root)] == ["good"]
    with pytest.raises(GlmcodeError, match="the record of session bad can't be read"):
        load(checkout.root, "bad")
    with pytest.raises(GlmcodeError, match="can't be read"):
        remove(checkout.root, "bad")
    remove(checkout.root, "bad", force=True)
    assert not os.path.exists(checkout.path(".git/glmcode/worktrees/bad"))
    assert checkout.line("branch", "--list", "glmcode/*").split() == ["+", "glmcode/good"]


def test_bent_record_removes_nothing_but_the_sessions_own(checkout: Checkout) -> None:
    """What a record says of paths is not believed: code under test could have written it."""
    session = open_session(checkout.root, "x")
    path = Path(record_path(checkout, "x"))
    bent = json.loads(path.read_text())
    bent["session"] |= {"worktree": checkout.root, "branch": "main", "id": "../../.."}
    path.write_text(json.dumps(bent))
    before = checkout.state()
    assert load(checkout.root).session == session
    assert remove(checkout.root, "x") == "x"
    assert checkout.state() == before
    bent["session"] |= {"git_dir": checkout.path(".git")}
    path.write_text(json.dumps(bent))
    assert list_sessions(checkout.root) == ()


def test_remove_clears_worktree_branch_and_record(checkout: Checkout) -> None:
    session = open_session(checkout.root, "x")
    save_messages(session, [{"role": "user", "content": "hello"}])
    before = checkout.state()
    remove(checkout.root, "x")
    assert not os.path.exists(session.worktree)
    assert not os.path.exists(session.git_dir)
    assert checkout.line("for-each-ref", "--format=%(refname)") == "refs/heads/main"
    assert os.listdir(checkout.path(".git/glmcode/sessions")) == []
    assert checkout.state() == before


def test_remove_keeps_work_that_was_not_landed(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": b"two\n"}, "x")
    with pytest.raises(GlmcodeError, match="holds work that was not landed") as refused:
        remove(checkout.root, "x")
    assert refused.value.exit_code == Exit.CONFLICT
    assert load(checkout.root, "x").session == session
    land_session(session, "apply")
    go_on(session, {"a.txt": b"three\n"})
    with pytest.raises(GlmcodeError, match="holds work that was not landed"):
        remove(checkout.root, "x")
    land_session(session, "apply")
    assert remove(checkout.root, "x") == "x"
    assert checkout.read("a.txt") == b"three\n"


def test_remove_by_force_throws_work_away_with_dirty_worktree(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": b"two\n"}, "x")
    Path(session.worktree, "left.txt").write_text("left")
    remove(checkout.root, "x", force=True)
    assert not os.path.exists(session.worktree)


def test_remove_goes_on_where_parts_are_gone_already(checkout: Checkout) -> None:
    import shutil

    session = open_session(checkout.root, "x")
    shutil.rmtree(session.worktree)
    checkout.git("worktree", "prune")
    checkout.git("branch", "-D", session.branch)
    remove(checkout.root, "x")
    assert list_sessions(checkout.root) == ()


def test_sessions_are_seen_from_every_worktree(checkout: Checkout, tmp_path: Path) -> None:
    session = open_session(checkout.root, "x")
    checkout.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    assert load(str(tmp_path / "side")).session == session
    assert load(session.worktree).session == session
