"""The journal of an answer: what was flushed is read back, wherever the process ended."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glmcode.repo.sessions import Session, stream_path
from glmcode.repo.streams import Journal, Part, Stream, Uncounted, discard, read


@pytest.fixture
def session(tmp_path: Path) -> Session:
    (tmp_path / "glmcode" / "sessions").mkdir(parents=True)
    return Session("s", "task", str(tmp_path), str(tmp_path), str(tmp_path), str(tmp_path), "glmcode/s", "0" * 40)


def written(session: Session) -> Path:
    journal = Journal(session)
    journal.begin({"round": 1})
    journal.reasoning("hm")
    journal.text("one é \ud800")
    journal.text("\ntwo")
    journal.flush()
    journal.go_on(continues=True)
    journal.text("three")
    journal.end("stop")
    journal.close()
    return Path(stream_path(session))


def test_what_was_written_is_read_back(session: Session) -> None:
    written(session)
    parts = (Part(False, "one é \ud800\ntwo", "hm"), Part(True, "three", ""))
    assert read(session) == Stream({"round": 1}, parts, "stop")


def test_the_request_whose_cost_is_not_known_is_told_with_what_came_of_it(session: Session) -> None:
    journal = Journal(session)
    journal.begin({"round": 1})
    journal.asked({"prompt": 1})
    journal.text("one")
    journal.counted()
    for expected in (None, Uncounted({"prompt": 2}, "two", "hm"), None):
        journal.flush()
        found = read(session)
        assert found is not None
        assert found.uncounted == expected
        if expected is None:
            journal.asked({"prompt": 2})
            journal.go_on(continues=False)
            journal.reasoning("hm")
            journal.text("two")
        else:
            journal.counted()
    journal.close()


def test_only_the_user_may_read_it(session: Session) -> None:
    assert written(session).stat().st_mode & 0o077 == 0


def test_torn_at_any_byte_it_holds_what_came_before(session: Session) -> None:
    path = written(session)
    data = path.read_bytes()
    texts = ["", "one é \ud800\ntwo", "one é \ud800\ntwothree"]
    for end in range(data.index(b"\n") + 1, len(data) + 1):
        path.write_bytes(data[:end])
        stream = read(session)
        assert stream is not None
        assert "".join(part.text for part in stream.parts) in texts
        assert stream.finish == ("stop" if end == len(data) else "")


def test_behind_a_torn_line_it_goes_on(session: Session) -> None:
    path = written(session)
    data = path.read_bytes()
    for end in range(data.index(b"\n") + 1, len(data), 3):
        path.write_bytes(data[:end])
        before = read(session)
        assert before is not None
        journal = Journal(session)
        journal.reopen()
        journal.go_on(continues=False)
        journal.text("more")
        journal.close()
        assert read(session) == Stream(before.begin, (*before.parts, Part(False, "more", "")), "")


@given(junk=st.binary(max_size=200))
def test_what_is_no_journal_is_none(tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
    root = tmp_path_factory.mktemp("junk")
    (root / "glmcode" / "sessions").mkdir(parents=True)
    session = Session("s", "", "", "", str(root), "", "", "")
    assert read(session) is None
    Path(stream_path(session)).write_bytes(junk)
    found = read(session)
    assert found is None or found.begin is not None


def test_a_new_answer_takes_the_place_of_the_last(session: Session) -> None:
    written(session)
    journal = Journal(session)
    journal.begin({"round": 2})
    journal.close()
    assert read(session) == Stream({"round": 2}, (Part(False, "", ""),), "")
    discard(session)
    discard(session)
    assert read(session) is None


def test_a_folder_that_is_gone_ends_the_writing_and_not_the_work(tmp_path: Path) -> None:
    journal = Journal(Session("s", "", "", "", str(tmp_path / "gone"), "", "", ""))
    journal.begin({})
    journal.text("x")
    journal.reopen()
    journal.end("stop")
    journal.close()
