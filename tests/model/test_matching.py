"""Where a request differs from the one that was recorded."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glmcode.errors import GlmcodeError
from glmcode.model.cassette import Recorder, read_cassette
from glmcode.model.client import Client, Message, Request
from glmcode.model.matching import difference
from glmcode.model.providers import choose
from glmcode.model.replay import ReplayServer
from tests.model.faults import FaultServer, good

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def body(**changes: object) -> dict[str, object]:
    messages = [{"role": "system", "content": "be short"}, {"role": "user", "content": "one\ntwo\nthree"}]
    return {"model": "glm-5", "messages": messages, "max_tokens": 5, "stream": True, **changes}


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (body(), ""),
        (body(max_tokens=9), ""),
        (body(model="glm-4"), "model, line 1, character 5: 'glm-4' is sent, 'glm-5' was recorded"),
        (body(stream=False), "stream is False, True was recorded"),
        (body(tools=[]), "tools was not recorded"),
        ({"model": "glm-5"}, "messages is not sent"),
        (body(messages=[]), "messages has 0 entries, 2 were recorded"),
        (
            body(messages=[{"role": "system", "content": "be short"}, {"role": "user", "content": "one\ntwa\nthree"}]),
            "messages[1].content, line 2, character 3: 'twa' is sent, 'two' was recorded",
        ),
    ],
)
def test_the_first_difference_is_told(sent: dict[str, object], says: str) -> None:
    assert difference(body(), sent) == says


@given(st.dictionaries(st.text(max_size=4), JSON, max_size=3), st.dictionaries(st.text(max_size=4), JSON, max_size=3))
def test_there_is_a_difference_where_there_is_one(one: dict[str, object], other: dict[str, object]) -> None:
    assert difference(one, one) == ""
    assert (difference(one, other) == "") == (repr(one) == repr(other) or _same(one, other))


def _same(one: object, other: object) -> bool:
    import json

    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def recorded(path: Path, home: str) -> None:
    with (
        FaultServer(good("a"), good("b")) as server,
        Client(server.endpoint("sk-secret-0123456789"), record=Recorder(str(path), environ={"HOME": home})) as client,
    ):
        list(client.stream(Request((Message("user", f"look at {home}/x"),), 10)))
        list(client.stream(Request((Message("user", "again"),), 10)))


def asked(url: str, *texts: str) -> list[str]:
    with Client(choose(None, url, "glm-5", {})) as client:
        return [str(list(client.stream(Request((Message("user", text),), 20)))) for text in texts]


def test_a_replay_knows_the_requests_that_were_recorded_whatever_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(tmp_path / "c.jsonl", "/home/someone")
    monkeypatch.setenv("HOME", "/home/other")
    with ReplayServer(read_cassette(tmp_path / "c.jsonl"), strict=True) as server:
        asked(server.url, "look at /home/other/x", "again")
        assert server.differences == []


def test_a_strict_replay_refuses_another_request_and_says_where_it_differs(tmp_path: Path) -> None:
    recorded(tmp_path / "c.jsonl", "/home/someone")
    cassette = read_cassette(tmp_path / "c.jsonl")
    with ReplayServer(cassette) as server:
        asked(server.url, "look at nothing")
        assert server.differences == [
            "request 1: messages[0].content, line 1, character 9: 'look at nothing' is sent, 'look at ~/x' was recorded"
        ]
    with (
        ReplayServer(cassette, strict=True) as server,
        pytest.raises(GlmcodeError, match="not the request that was recorded"),
    ):
        asked(server.url, "look at nothing")


def test_the_command_says_what_differed_and_ends_with_1(tmp_path: Path) -> None:
    recorded(tmp_path / "c.jsonl", "/home/someone")
    command = [sys.executable, "-m", "glmcode", "replay", str(tmp_path / "c.jsonl")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        asked(server.stdout.readline().strip(), "look at nothing", "again")
        server.send_signal(signal.SIGINT)
        _, err = server.communicate(timeout=200)
    assert server.returncode == 1
    assert [line[:30] for line in err.splitlines()[-1:]] == ["request 1: messages[0].content"]
