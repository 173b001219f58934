"""`glmcode sessions`, `show` and `rm` as a person and as a program call them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from glmcode.model.cassette import from_answers
from glmcode.model.replay import ReplayServer
from glmcode.repo.branch import land_session
from glmcode.repo.lock import held
from glmcode.repo.removal import remove
from glmcode.repo.sessions import Session, list_sessions, load, lock_path, log_path, note, save_messages
from glmcode.repo.streams import Journal
from glmcode.repo.worktree import open_session
from tests.agent.rig import FIX_ADD, FIX_DOUBLE, git, repository, served
from tests.faces.command import tree as files
from tests.faces.killed_sessions import HANDS, TEST, answers, one
from tests.faces.rig import KEY, acting, environ
from tests.faces.rig import glmcode as run
from tests.model.faults import FaultServer, error
from tests.repo.checkout import Checkout, go_on, make, own_home, put, work


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", {"a.txt": b"one\n", "b.txt": b"b\n"})


def glmcode(checkout: Checkout, *arguments: str, **more: str) -> tuple[int, str, str]:
    ended = subprocess.run(
        [sys.executable, "-m", "glmcode", *arguments],
        cwd=checkout.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env={**os.environ, **more},
    )
    out, err = ended.stdout.decode("utf-8", "surrogateescape"), ended.stderr.decode("utf-8", "surrogateescape")
    assert "Traceback" not in err, err
    assert not acting(err)
    return ended.returncode, out, err


def result(out: str) -> dict[str, Any]:
    """The last line of JSON that `--json` prints."""
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    assert found["event"] == "result"
    return found


def worked(checkout: Checkout) -> Session:
    """A session as a run leaves it: two rounds, an edit that was rejected, and work to land."""
    session = open_session(checkout.root, "mend it\nall of it", {"model": "glm-5"})
    note(session, "task", task=session.task, provider="zai", model="glm-5")
    save_messages(session, [{"role": "user", "content": "secret of the user"}])
    edit = {"index": 0, "status": "rejected", "path": "a.txt", "reason": "no-match", "message": "Nearest is line 2."}
    for number, status in ((1, "rejected"), (2, "applied")):
        note(session, "edit-landed", round=number, outcome={**edit, "status": status})
        note(
            session,
            "usage-counted",
            round=number,
            prompt_tokens=1000,
            output_tokens=200,
            dollars=0.01,
            estimated=False,
            provider="zai",
            model="glm-5",
        )
        note(session, "check-finished", round=number, green=number == 2, summary=f"{number} passed")
    note(session, "kept", commit=go_on(session, {"a.txt": b"two\n"}), message="round 2")
    note(session, "ended", exit_code=0, why="the tests are green", rounds=2, applied=1, rejected=1)
    return session


# The list


def test_sessions_are_listed_newest_first_with_what_is_to_land(checkout: Checkout) -> None:
    assert glmcode(checkout, "sessions") == (0, "no sessions in this repository\n", "")
    land_session(work(checkout, {"a.txt": b"two\n"}, "first task\nwith more"), "apply")
    other = work(checkout, {"a.txt": b"three\n"}, "second\x1b[31m")
    put(other.worktree, {"new.txt": b"new\n", "__pycache__/a.pyc": b"\0"})
    code, out, _ = glmcode(checkout, "sessions")
    assert code == 0
    rows = [line.split(maxsplit=4) for line in out.splitlines()]
    assert [(row[0], row[1], row[4]) for row in rows] == [
        ("second-31m", "open", "second\\x1b[31m  (1 commit and 1 uncommitted file to land)"),
        ("first-task-with-more", "landed", "first task"),
    ]
    code, out, _ = glmcode(checkout, "sessions", "--json")
    second, first = result(out)["sessions"]
    assert (first["status"], first["landed"], first["unlanded"]["commits"]) == ("landed", "apply", 0)
    assert second["unlanded"] == {"commits": 1, "files": ["new.txt"], "hidden": False, "answer": False}
    assert second["at_work"] is None
    assert second["bytes"] > os.stat(log_path(other)).st_size
    assert second["created"] <= second["active"]


def test_who_works_on_a_session_is_told_and_it_is_not_removed(checkout: Checkout) -> None:
    session = open_session(checkout.root, "x")
    with held(lock_path(session)):
        _, out, _ = glmcode(checkout, "sessions")
        assert f"at work: process {os.getpid()}" in out
        _, out, _ = glmcode(checkout, "show")
        assert f"at work   process {os.getpid()}" in out
        code, out, err = glmcode(checkout, "sessions", "rm", "--force", "x")
        assert (code, out) == (5, "")
        assert f"another glmcode is working on session x (process {os.getpid()}" in err
    assert os.path.isdir(session.worktree)
    assert glmcode(checkout, "sessions", "rm", "x")[0] == 0


def test_ids_are_completed_in_the_shell(checkout: Checkout) -> None:
    for task in ("fix cart", "fix order", "other"):
        open_session(checkout.root, task)
    for command in ("show", "sessions rm", "sessions show", "resume", "land"):
        words = f"glmcode {command} fi"
        asked = {"_GLMCODE_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
        _, out, _ = glmcode(checkout, **asked)
        assert sorted(out.split()) == ["fix-cart", "fix-order"], command


# One session


def test_show_is_the_whole_account(checkout: Checkout) -> None:
    session = worked(checkout)
    code, out, err = glmcode(checkout, "show", "mend")
    assert (code, err) == (0, "")
    for words in (
        "session mend-it-all-of-it: green",
        "round 1  glm-5 at zai",
        "  edits     1 rejected",
        "  ✗ a.txt  no-match\n      Nearest is line 2.",
        "  edits     1 landed",
        "  tests     2 passed",
        "the tests are green",
        "  cost      2,000 tokens in, 400 out, $0.0200",
        "  left      1 commit: glmcode land mend-it-all-of-it",
    ):
        assert words in out
    land_session(session, "apply")
    _, out, _ = glmcode(checkout, "sessions", "show")
    assert "as uncommitted changes in" in out
    assert "left      nothing to land" in out
    assert glmcode(checkout, "undo")[0] == 0
    _, out, _ = glmcode(checkout, "show")
    assert "undone" in out
    assert "left      1 commit: glmcode land" in out
    assert glmcode(checkout, "redo")[0] == 0
    assert "left      nothing to land" in glmcode(checkout, "show")[1]


def test_show_gives_the_diff_the_log_and_the_events(checkout: Checkout) -> None:
    worked(checkout)
    code, out, _ = glmcode(checkout, "show", "--diff")
    assert code == 0
    assert "-one\n+two\n" in out
    code, out, _ = glmcode(checkout, "show", "--log")
    assert code == 0
    assert [line.split()[1] for line in out.splitlines()][:3] == ["begun", "opened", "task"]
    assert "task=mend it⏎all of it" in out
    code, out, _ = glmcode(checkout, "show", "--json")
    events = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [event["event"] for event in events[-2:]] == ["ended", "result"]
    assert events[-1]["id"] == "mend-it-all-of-it"
    assert events[-1]["unlanded"]["commits"] == 1
    code, _, err = glmcode(checkout, "show", "nope")
    assert (code, err.splitlines()[0]) == (2, "glmcode: there is no session 'nope'")


def test_nothing_that_a_log_says_acts_on_the_terminal(checkout: Checkout) -> None:
    evil = "x\x1b]0;title\x07\x1b[2J\u202e\x9b31m\r\udcff"
    session = open_session(checkout.root, evil)
    note(session, "task", task=evil + "2", provider=evil, model=evil)
    note(
        session,
        "edit-landed",
        round=1,
        outcome={"index": 0, "status": "rejected", "path": evil, "reason": evil, "message": evil},
    )
    note(session, "usage-counted", round=1, prompt_tokens=1, output_tokens=1, provider=evil, model=evil)
    note(session, "check-finished", round=1, green=True, summary=evil)
    note(session, "kept", commit=evil)
    note(session, "budget-spent", detail=evil)
    note(session, "provider-switched", provider=evil, model=evil, why=evil)
    note(session, "ended", exit_code=1, why=evil)
    note(session, "landed", how=evil, root=evil, tip="a" * 40, commit="", landing=evil, files=1)
    note(session, "undone", landing=evil)
    note(session, "of-tomorrow", **{evil: evil})
    put(session.worktree, {"new\x1b[31m.txt": b"x"})
    with open(log_path(session), "ab") as file:
        file.write(b'{"event":"ended","time":"\\u001b[31m","why":"x","exit_code":1}\n')
    for arguments in (("sessions",), ("show",), ("show", "--log"), ("sessions", "rm", session.id)):
        _, out, err = glmcode(checkout, *arguments)
        assert not acting(out + err), arguments
    assert load(checkout.root).session.task == evil


def test_no_key_gets_into_what_is_kept(tmp_path: Path) -> None:
    """Not from the task, nor from a file that the model is shown, nor from what a server says."""
    root = repository(tmp_path / "repo")
    (root / "notes.md").write_text(f"the key is {KEY}\n")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "A key in a file")
    with FaultServer(error(401, "1002", f"the key {KEY} has expired")) as server:
        where = ("--base-url", server.url, "--model", "m", "--retries", "0", "--test", TEST)
        ran = run(root, "run", *where, f"mend notes.md with {KEY}", env=environ(tmp_path))
    assert ran.code == 2
    with served([FIX_ADD, FIX_DOUBLE]) as replay:
        where = ("--base-url", replay.url, "--model", "m", "--retries", "0", "--test", TEST)
        ran = run(root, "run", *where, "--land", "commit", f"mend notes.md with {KEY}", env=environ(tmp_path))
        assert any(KEY in json.dumps(request) for request in replay.requests)
    assert ran.code == 0, ran.err
    logs = list((root / ".git" / "glmcode").rglob("*.jsonl"))
    assert logs
    for one_log in logs:
        assert KEY not in one_log.read_text()
    assert KEY not in git(root, "log", "--all", "--format=%B")
    assert KEY not in "".join(path.read_text() for path in tmp_path.rglob("usage-*.jsonl"))


# Removing


def test_rm_keeps_unlanded_work_unless_forced_and_says_what_went(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": b"two\n"}, "x")
    tip = checkout.line("rev-parse", session.branch)
    code, out, err = glmcode(checkout, "sessions", "rm", "x")
    assert (code, out) == (5, "")
    assert "session x holds work that was not landed: 1 commit\n" in err
    assert "sessions rm --force x" in err
    code, out, err = glmcode(checkout, "sessions", "rm", "--force", "x")
    assert (code, err) == (0, "")
    assert out.startswith(
        f"removed session x: its worktree and its branch at {tip[:12]}; thrown away: 1 commit (git branch "
    )
    checkout.git("branch", "rescued", tip[:12])
    assert list_sessions(checkout.root) == ()
    code, _, err = glmcode(checkout, "sessions", "rm", "x")
    assert code == 2
    assert "there is no session 'x'" in err


def test_rm_of_several_removes_those_that_can_go(checkout: Checkout) -> None:
    for name in ("one", "two", "three"):
        open_session(checkout.root, name)
    go_on(load(checkout.root, "two").session, {"a.txt": b"two\n"})
    code, out, err = glmcode(checkout, "sessions", "rm", "one", "two", "thr", "four")
    assert code == 5
    assert [line.split(":")[0] for line in out.splitlines()] == ["removed session one", "removed session three"]
    assert "session two holds work" in err
    assert "there is no session 'four'" in err
    code, out, _ = glmcode(checkout, "sessions", "rm", "two", "--json")
    told = result(out)
    assert (code, told["ok"], told["removed"], told["refused"][0]["session"]) == (5, False, [], "two")
    assert "1 commit" in told["why"]


def test_rm_landed_removes_all_that_have_landed_and_nothing_else(checkout: Checkout) -> None:
    land_session(work(checkout, {"a.txt": b"two\n"}, "one"), "apply")
    further = work(checkout, {"b.txt": b"two\n"}, "two")
    land_session(further, "apply")
    go_on(further, {"b.txt": b"three\n"})
    open_session(checkout.root, "three")
    code, out, err = glmcode(checkout, "sessions", "rm", "--landed")
    assert code == 5
    assert out.startswith("removed session one: ")
    assert "session two holds work" in err
    assert sorted(one.session.id for one in list_sessions(checkout.root)) == ["three", "two"]
    assert glmcode(checkout, "sessions", "rm", "--landed", "--force")[0] == 2
    assert glmcode(checkout, "sessions", "rm")[0] == 2


@pytest.mark.parametrize("hand", ["commits", "moves", "writes", "deletes", "answer"])
def test_the_users_own_work_in_a_landed_session_is_not_removed(checkout: Checkout, hand: str) -> None:
    session = work(checkout, {"a.txt": b"two\n"}, "x")
    if hand != "answer":
        land_session(session, "apply")
    match hand:
        case "commits":
            go_on(session, {"a.txt": b"mine\n"})
        case "moves":
            mine = checkout.line("commit-tree", "-m", "mine", "HEAD^{tree}")
            checkout.git("update-ref", session.ref, mine)
        case "writes":
            put(session.worktree, {"b.txt": b"mine\n"})
        case "deletes":
            os.unlink(os.path.join(session.worktree, "b.txt"))
        case "answer":
            checkout.git("update-ref", session.ref, session.base)
            checkout.git("-C", session.worktree, "reset", "--hard", "--quiet")
            journal = Journal(session)
            journal.begin({"round": 1})
            journal.text("half an edit")
            journal.close()
    lost = hand != "deletes"  # of what is gone nothing can be lost
    before = (checkout.line("rev-parse", session.ref), sorted(os.listdir(session.worktree)))
    code, _, err = glmcode(checkout, "sessions", "rm", "x")
    assert code == (5 if lost else 0), err
    if lost:
        assert (checkout.line("rev-parse", session.ref), sorted(os.listdir(session.worktree))) == before


def test_a_branch_that_others_hold_may_go(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": b"two\n"}, "x")
    checkout.git("merge", "--quiet", session.branch)
    code, out, _ = glmcode(checkout, "sessions", "rm", "x")
    assert code == 0
    assert "thrown away" not in out


def test_a_session_that_was_removed_halfway_is_removed_by_the_next(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": b"two\n", "c/d.txt": b"d\n"}, "x")
    land_session(session, "apply")
    shutil.rmtree(os.path.join(session.worktree, "c"))
    os.unlink(os.path.join(session.worktree, ".git"))
    assert remove(checkout.root, "x").id == "x"
    assert not os.path.exists(session.worktree)
    session = work(checkout, {"b.txt": b"three\n"}, "x")
    land_session(session, "apply")
    shutil.rmtree(session.worktree)
    shutil.rmtree(session.git_dir)
    assert glmcode(checkout, "sessions", "rm", "x")[0] == 0
    assert checkout.line("for-each-ref", "refs/heads/glmcode") == ""


def test_a_locked_worktree_and_a_branch_that_is_checked_out_elsewhere_stay(checkout: Checkout, tmp_path: Path) -> None:
    session = open_session(checkout.root, "x")
    checkout.git("worktree", "lock", session.worktree)
    code, _, err = glmcode(checkout, "sessions", "rm", "x")
    assert (code, "git worktree unlock" in err) == (5, True)
    checkout.git("worktree", "unlock", session.worktree)
    checkout.git("worktree", "move", session.worktree, str(tmp_path / "elsewhere"))
    code, _, err = glmcode(checkout, "sessions", "rm", "x")
    assert (code, "is checked out in another worktree" in err) == (5, True)
    assert (tmp_path / "elsewhere" / "a.txt").exists()


def test_gc_removes_landed_sessions_that_have_rested_and_no_other(checkout: Checkout) -> None:
    for name in ("old", "fresh", "open", "more"):
        land = work(checkout, {f"{name}.txt": b"two\n"}, name)
        if name != "open":
            land_session(land, "apply")
        if name == "more":
            go_on(land, {"more.txt": b"three\n"})
        if name != "fresh":
            os.utime(log_path(land), (0, 1_700_000_000))
    code, out, _ = glmcode(checkout, "gc", "--dry-run")
    assert (code, "would remove session old: " in out, out.count("session ")) == (0, True, 1)
    code, out, _ = glmcode(checkout, "gc", "--json")
    assert (code, json.loads(out)["sessions"]) == (0, ["old"])
    assert sorted(one.session.id for one in list_sessions(checkout.root)) == ["fresh", "more", "open"]
    code, out, _ = glmcode(checkout, "gc", "--session-days", "0", "--json")
    assert (code, json.loads(out)["sessions"]) == (0, ["fresh"])


# What the disk refuses


def test_a_folder_that_can_not_be_read_is_not_an_empty_one(checkout: Checkout) -> None:
    os.makedirs(checkout.path(".git/glmcode"))
    os.symlink("sessions", checkout.path(".git/glmcode/sessions"))
    for command in (("sessions",), ("show",), ("sessions", "rm", "x"), ("resume",), ("land", "--how", "apply")):
        code, out, err = glmcode(checkout, *command)
        assert (code, out) == (4, ""), command
        assert f"cannot read {checkout.path('.git/glmcode/sessions')}: " in err


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True, check=False
    )
    if not mounted or mounted.returncode != 0:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@pytest.mark.parametrize("room", [24, 72])
def test_a_full_disk_is_one_line_and_nothing_half_done(small: Path, tmp_path: Path, room: int) -> None:
    root = repository(small / "repo")
    found = os.statvfs(small)
    with open(small / "ballast", "wb") as file:
        file.write(b"\0" * (found.f_bavail * found.f_frsize - room * 1024))
    before = files(root)
    with ReplayServer(from_answers(answers())) as server:
        where = ("--base-url", server.url, "--model", "m", "--retries", "0")
        ran = run(root, "run", *where, "--test", TEST, "--land", "apply", "mend it", env=environ(tmp_path))
    assert ran.code == 4, ran.err
    assert files(root) == before
    assert "the disk is full" in ran.err
    os.unlink(small / "ballast")
    git(root, "fsck")
    listed = run(root, "sessions", env=environ(tmp_path)).out.decode()
    assert listed.startswith("mend-it " if room == 72 else "no sessions")
    if room == 72:  # what had landed is in the session, and goes on from there
        with ReplayServer(from_answers(answers())) as server:
            again = run(root, "resume", "--base-url", server.url, "--model", "m", env=environ(tmp_path))
        assert again.code == 0, again.err


# Killed


@pytest.mark.skipif(os.name != "posix", reason="a process is killed by a signal")
def test_killed_in_the_middle_every_command_has_an_answer(tmp_path: Path) -> None:
    """`python -m tests.faces.killed_sessions` does it by the hundred, at any moment and with the user's hand in between."""
    one(repository(tmp_path / "repo"), HANDS[1], 0.7)
