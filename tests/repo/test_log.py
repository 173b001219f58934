"""The log of a session: appended to and never rewritten, read whatever stands in it, and no reason for work to stop."""

import json
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glmcode.errors import GlmcodeError
from glmcode.repo import log
from glmcode.repo.sessions import (
    begin,
    list_sessions,
    load,
    log_path,
    messages,
    note,
    save_messages,
    session_at,
)
from glmcode.repo.worktree import open_session
from tests.repo.checkout import Checkout, make, own_home


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", {"a.txt": b"one\n"})


@pytest.fixture
def path(tmp_path: Path) -> str:
    place = str(tmp_path / "x.jsonl")
    assert log.create(place, [log.line({"event": "begun"})])
    return place


def names(path: str) -> list[str]:
    return [event["event"] for event in log.read(path)]


def test_every_event_has_its_time_and_only_the_user_may_read_it(path: str) -> None:
    assert log.append(path, [log.line({"event": "said", "text": "é \udce9 \0"})])
    begun, said = log.read(path)
    assert said == {"event": "said", "time": said["time"], "text": "é \udce9 \0"}
    assert begun["time"] <= said["time"] <= log.now()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert list(log.read(path, ["said"])) == [said]


def test_a_log_is_begun_once(path: str) -> None:
    before = Path(path).read_bytes()
    assert not log.create(path, [log.line({"event": "other"})])
    assert Path(path).read_bytes() == before
    assert os.listdir(os.path.dirname(path)).count("x.jsonl") == 1
    assert not [name for name in os.listdir(os.path.dirname(path)) if name.startswith(".new-")]


def test_nothing_that_was_written_is_written_again(checkout: Checkout) -> None:
    session = open_session(checkout.root, "x")
    talk = [{"role": "user", "content": str(number)} for number in range(4)]
    before = b""
    for conversation in (talk[:2], talk, talk[:3], [talk[0], *talk], [], talk):
        assert save_messages(session, conversation)
        assert list(messages(session)) == conversation
        now = Path(log_path(session)).read_bytes()
        assert now.startswith(before)
        before = now
    save_messages(session, talk)
    assert Path(log_path(session)).read_bytes() == before


@given(cut=st.integers(0, 400), junk=st.binary(max_size=60))
def test_a_torn_line_hides_no_other(cut: int, junk: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.jsonl")
        log.create(path, [log.line({"event": "begun"}), log.line({"event": "said", "text": "y" * 100})])
        data = Path(path).read_bytes()
        Path(path).write_bytes(data[:cut] + junk)
        whole = names(path)
        assert log.append(path, [log.line({"event": "last"})])
        # Half a line is none, unless chance has made a whole one of it.
        assert names(path) in ([*whole, "last"], [*whole, names(path)[-2], "last"] if len(names(path)) > 1 else [])


HOSTILE = [
    b"\xff\x00" * 1000,
    b'{"event":"begun",' + b'"a":' + b"[" * 100_000,
    b'{"event":"begun","time":"t","x":' + b"9" * 10_000 + b"}",
    b'{"event":"said","time":"t","x":NaN}',
    b'{"event":"said","time":"t","x":1e999}',
    b'{"event":"said","time":5}',
    b'{"event":"said"}',
    b'["event"]',
    b'{"event":"said","event":7,"time":"t"}',
    b"null",
    b"",
]


@pytest.mark.parametrize("line", HOSTILE)
def test_a_line_that_is_no_event_is_passed_over(path: str, line: bytes) -> None:
    with open(path, "ab") as file:
        file.write(line + b"\n")
    assert log.append(path, [log.line({"event": "last"})])
    assert names(path) == ["begun", "last"]


def test_a_line_or_a_file_that_is_too_large_is_not_written_and_not_read(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "LONGEST", 1000)
    monkeypatch.setattr(log, "LARGEST", 3000)
    assert not log.append(path, [log.line({"event": "long", "text": "x" * 1000})])
    with open(path, "ab") as file:
        file.write(log.line({"event": "long", "text": "x" * 1100}))
    assert log.append(path, [log.line({"event": "short"})])
    assert names(path) == ["begun", "short"]
    while log.append(path, [log.line({"event": "more", "text": "x" * 500})]):
        assert os.stat(path).st_size < 3000
    assert os.stat(path).st_size <= 3000
    with open(path, "ab") as file:
        file.write(log.line({"event": "behind"}) * 100)
    assert "behind" not in names(path)[:-50]


def test_what_is_no_file_is_no_log(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.symlink("/etc/passwd", tmp_path / "link")
    places = ["folder", "link", "missing", "nul\0"]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "fifo")
        places.append("fifo")
    for place in places:
        assert list(log.read(str(tmp_path / place))) == []
        if "\0" not in place:
            assert not log.append(str(tmp_path / place), [log.line({"event": "x"})])
    assert not (tmp_path / "missing").exists()


def test_two_processes_that_append_at_once_tear_nothing(path: str) -> None:
    script = (
        "import sys; from glmcode.repo import log\n"
        "for number in range(200):\n"
        "    assert log.append(sys.argv[1], [log.line({'event': 'said', 'who': sys.argv[2], 'n': number, 'text': 'x' * 9000})])"
    )
    both = [subprocess.Popen([sys.executable, "-c", script, path, who]) for who in "ab"]
    assert [one.wait() for one in both] == [0, 0]
    said = list(log.read(path, ["said"]))
    assert len(said) == 400
    for who in "ab":
        assert [event["n"] for event in said if event["who"] == who] == list(range(200))


FULL = """
import errno, os, sys
from glmcode.repo import log
real = os.write
def write(fd, data):
    half = real(fd, data[: len(data) // 2])
    if half < 10:
        raise OSError(errno.ENOSPC, "full")
    return half
os.write = write
print(log.append(sys.argv[1], [log.line({"event": "half"})]))
os.write = real
print(log.append(sys.argv[1], [log.line({"event": "last"})]))
"""


def test_a_full_disk_ends_the_line_and_not_the_work(path: str) -> None:
    done = subprocess.run([sys.executable, "-c", FULL, path], capture_output=True, text=True, check=True)
    assert done.stdout == "False\nTrue\n"
    assert names(path) == ["begun", "last"]


def test_no_session_begins_without_its_log(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: str, lines: object) -> bool:
        raise OSError(28, "No space left on device", path)

    before = checkout.state()
    monkeypatch.setattr(log, "create", full)
    with pytest.raises(GlmcodeError, match=r"cannot write .*x\.jsonl: the disk is full"):
        open_session(checkout.root, "x")
    assert checkout.state() == before
    assert list_sessions(checkout.root) == ()
    assert checkout.line("branch", "--list", "glmcode/*") == ""


def test_a_log_of_a_later_version_is_left_alone(checkout: Checkout) -> None:
    session = open_session(checkout.root, "x")
    text = Path(log_path(session)).read_text()
    Path(log_path(session)).write_text(text.replace('"format":1', '"format":2'))
    with pytest.raises(GlmcodeError, match="session x was written by a newer glmcode"):
        load(checkout.root, "x")
    assert not begin(session, {})


def test_events_of_other_kinds_and_fields_of_other_types_are_passed_over(checkout: Checkout) -> None:
    session = open_session(checkout.root, "x")
    good = load(checkout.root)
    for event in ("landed", "ended", "undone", "redone", "opened", "message", "rewound", "begun", "of-tomorrow"):
        values: tuple[object, ...] = (None, 7, "x", [], {}, True)
        for value in values:
            fields = ("exit_code", "how", "tip", "root", "commit", "landing", "git_dir", "at", "to", "content")
            note(session, event, **dict.fromkeys(fields, value))
    bent = load(checkout.root)
    assert bent.session == good.session
    assert bent.landings == ()
    assert messages(session) == ()
    save_messages(session, [{"role": "user", "content": "go on"}])
    assert messages(session) == ({"role": "user", "content": "go on"},)


# The sessions of the time before there were logs


def old_session(checkout: Checkout, **changes: object) -> str:
    """A session's files as glmcode 0.1.0 wrote them."""
    session = open_session(checkout.root, "old one")
    os.unlink(log_path(session))
    kept = {
        "id": session.id,
        "task": session.task,
        "root": session.root,
        "git_dir": session.git_dir,
        "common_dir": session.common_dir,
        "worktree": session.worktree,
        "branch": session.branch,
        "base": session.base,
    }
    record = {
        "session": kept,
        "created": "2026-01-31T10:00:00.123456+00:00",
        "status": "open",
        "rounds": {"options": {"model": "glm-5"}},
        "landed": "",
        "landed_tip": "",
        "landed_root": "",
        "landed_commit": "",
        **changes,
    }
    folder = os.path.dirname(log_path(session))
    Path(folder, "old-one.json").write_text(json.dumps(record, indent=1))
    talk = [{"role": "system", "content": "s"}, {"role": "user", "content": "caf\udce9"}]
    Path(folder, "old-one.messages.json").write_text(json.dumps(talk))
    return folder


@pytest.mark.parametrize("status", ["open", "green", "red", "landed"])
def test_an_old_session_is_read_as_it_was_and_goes_on_in_a_log(checkout: Checkout, status: str) -> None:
    landed = {"landed": "apply", "landed_tip": "a" * 40, "landed_root": checkout.root} if status != "open" else {}
    folder = old_session(checkout, status=status, **landed, rounds={"options": {"model": "glm-5"}, "rounds": 2})
    files = sorted(os.listdir(folder))
    record = load(checkout.root)
    assert (record.session.id, record.status, record.landed) == ("old-one", status, landed.get("landed", ""))
    assert record.rounds["options"] == {"model": "glm-5"}
    assert messages(record.session)[1]["content"] == "caf\udce9"
    assert sorted(os.listdir(folder)) == files  # to look changes nothing
    note(record.session, "resumed")
    assert sorted(os.listdir(folder)) == ["old-one.jsonl"]
    again = load(checkout.root)
    assert (again.session, again.created, again.landings) == (record.session, record.created, record.landings)
    assert again.status == "open"
    assert len(messages(again.session)) == 2


@pytest.mark.parametrize("text", ["", "{", "[]", '{"session": []}', "[" * 100_000, '{"session": {}, "created": 1}'])
def test_an_old_record_that_can_not_be_read_begins_nothing(checkout: Checkout, text: str) -> None:
    folder = old_session(checkout)
    Path(folder, "old-one.json").write_text(text)
    assert list_sessions(checkout.root) == ()
    assert not note(session_at(os.path.join(checkout.root, ".git"), "old-one"), "resumed")
    assert sorted(os.listdir(folder)) == ["old-one.json", "old-one.messages.json"]
