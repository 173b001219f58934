"""Sessions: found again by their logs, and never removed with work that is not landed."""

import json
import os
from pathlib import Path

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.branch import land_session
from glmcode.repo.removal import Unlanded, remove
from glmcode.repo.sessions import list_sessions, load, log_path, lost, messages, note, save_messages
from glmcode.repo.worktree import open_session
from tests.repo.checkout import Checkout, go_on, make, own_home, work


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", {"a.txt": b"one\n"})


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


def test_record_is_what_its_log_says(checkout: Checkout) -> None:
    task = "fix\n\tthe caf\udce9 ünï\0"
    session = open_session(checkout.root, task, {"model": "glm-5"})
    record = load(checkout.root)
    assert (record.session, record.status, record.rounds) == (session, "open", {"options": {"model": "glm-5"}})
    assert record.session.task == task
    note(session, "ended", exit_code=1, rounds=2, why="out of rounds", applied="many")
    record = load(checkout.root)
    assert record.status == "red"
    assert record.rounds == {"options": {"model": "glm-5"}, "rounds": 2, "why": "out of rounds"}
    assert record.created <= record.active
    note(session, "resumed")
    assert load(checkout.root).status == "open"
    note(session, "ended", exit_code=0)
    assert load(checkout.root).status == "green"


def test_landing_that_was_taken_back_does_not_count(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": b"two\n"}, "x")
    landed = land_session(session, "apply")
    first = load(checkout.root)
    assert (first.status, first.landed, first.landings[0].id) == ("landed", "apply", landed.landing)
    note(session, "undone", landing="another")
    assert load(checkout.root).landings == first.landings
    note(session, "undone", landing=landed.landing)
    assert (load(checkout.root).status, load(checkout.root).landings) == ("open", ())
    with pytest.raises(GlmcodeError, match="holds work that was not landed: 1 commit"):
        remove(checkout.root, "x")
    note(session, "redone", landing=landed.landing)
    assert (load(checkout.root).status, load(checkout.root).landings) == ("landed", first.landings)
    remove(checkout.root, "x")


def test_conversation_comes_back(checkout: Checkout) -> None:
    session = open_session(checkout.root, "x")
    assert messages(session) == ()
    talk = [{"role": "user", "content": "caf\udce9 \0 日本"}, {"role": "assistant", "content": "y" * 100_000}]
    save_messages(session, talk)
    assert list(messages(session)) == talk
    assert len(list_sessions(checkout.root)) == 1


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"session": {"task": 1}}', "[" * 100_000, '{"session": []}', "\xff"]
)
def test_broken_record_hides_no_other(checkout: Checkout, text: str) -> None:
    open_session(checkout.root, "good")
    bad = open_session(checkout.root, "bad")
    Path(log_path(bad)).write_text(text, "latin-1")
    assert [record.session.id for record in list_sessions(checkout.root)] == ["good"]
    assert lost(checkout.root) == ("bad",)
    with pytest.raises(GlmcodeError, match="the log of session bad can't be read"):
        load(checkout.root, "bad")
    with pytest.raises(GlmcodeError, match="can't be read"):
        remove(checkout.root, "bad")
    remove(checkout.root, "bad", force=True)
    assert not os.path.exists(checkout.path(".git/glmcode/worktrees/bad"))
    assert checkout.line("branch", "--list", "glmcode/*").split() == ["+", "glmcode/good"]


def test_bent_log_removes_nothing_but_the_sessions_own(checkout: Checkout) -> None:
    """What a log says of paths is not believed: code under test could have written it."""
    session = open_session(checkout.root, "x")
    path = Path(log_path(session))
    bent = [json.loads(line) for line in path.read_text().splitlines()]
    bent[0] |= {"worktree": checkout.root, "branch": "main", "id": "../../.."}
    bent[1]["git_dir"] = checkout.path(".git")
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in bent))
    before = checkout.state()
    assert load(checkout.root).session == session
    assert remove(checkout.root, "x").id == "x"
    assert checkout.state() == before


def test_remove_clears_worktree_branch_and_record(checkout: Checkout) -> None:
    session = open_session(checkout.root, "x")
    save_messages(session, [{"role": "user", "content": "hello"}])
    before = checkout.state()
    remove(checkout.root, "x", pool=0)
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
    assert remove(checkout.root, "x").thrown_away == Unlanded(0)
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
