"""Cassettes: what is written can be played, nothing secret is written, and hostile ones are refused with their line."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glmcode.errors import Exit, GlmcodeError
from glmcode.model.cassette import Answer, Cassette, Exchange, Recorder, from_answers, read_cassette, write_cassette
from glmcode.model.client import Client, Message, Request
from glmcode.model.decoder import Decoder
from glmcode.model.providers import choose
from glmcode.model.replay import ReplayServer
from glmcode.model.retry import Retry
from glmcode.model.scrub import Scrubber
from glmcode.model.stream import Delta, Finish, Reasoning, Text, Usage
from tests.model import faults
from tests.model.faults import FaultServer

HOME = "/home/alice"
KEY = "5f2b9c1d7e8a4f60"
ENVIRON = {"HOME": HOME, "OTHER_API_KEY": "other-key-123", "DB_PASSWORD": "hunter2-hunter2", "SHORT_TOKEN": "x"}
ASK = Request((Message("user", f"mend {HOME}/src/app.py with {KEY} and hunter2-hunter2"),), 1000)


def said(exchange: Exchange) -> tuple[str, str]:
    """Reasoning and text of an exchange."""
    decoder = Decoder()
    data = "".join(f"data: {event}\n\n" for event in exchange.events or ())
    deltas = [*decoder.feed(data.encode("utf-8", "replace")), *decoder.close()]
    reasoning = "".join(delta.text for delta in deltas if isinstance(delta, Reasoning))
    return reasoning, "".join(delta.text for delta in deltas if isinstance(delta, Text))


@given(st.text(), st.text())
def test_answers_are_cut_into_pieces_that_leave_nothing_out(text: str, reasoning: str) -> None:
    exchange = from_answers([Answer(text, reasoning)]).exchanges[0]
    assert said(exchange) == (reasoning, text)


def test_pieces_are_of_about_a_token_and_always_the_same() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    one, two = (from_answers([Answer(text)]) for _ in range(2))
    assert one == two
    events = one.exchanges[0].events
    assert events is not None
    assert 2.5 < len(text) / len(events) < 5


@pytest.mark.parametrize("count", [1, 7, 1000])
def test_a_number_of_pieces_can_be_asked_for(count: int) -> None:
    exchange = from_answers([Answer("0123456789" * 100, pieces=count)]).exchanges[0]
    assert exchange.events is not None
    assert len([event for event in exchange.events if '"content"' in event]) == count
    assert said(exchange)[1] == "0123456789" * 100


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    cassette = from_answers([Answer("héllo \ud800", "hm"), Answer("b", finish="cut")], note="a note")
    path = tmp_path / "c.jsonl"
    write_cassette(path, cassette)
    assert read_cassette(path) == cassette
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "precious.txt"
    path.write_text("precious", encoding="utf-8")
    for attempt in (lambda: Recorder(str(path)), lambda: write_cassette(path, Cassette(()))):
        with pytest.raises(GlmcodeError, match="exists already") as raised:
            attempt()
        assert raised.value.exit_code == Exit.USAGE
    assert path.read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([], "is empty"),
        (["", ""], "is empty"),
        (["{}"], "line 1 is no header"),
        (['{"cassette": 2}'], "line 1 is no header"),
        (['{"cassette": true}'], "line 1 is no header"),
        (["[" * 100_000], "line 1 is no JSON"),
        (["\udcff"], "line 1 is no JSON"),
        (['{"cassette": 1}', "x"], "line 2 is no JSON"),
        (['{"cassette": 1}', "7"], "line 2 is no JSON object"),
        (['{"cassette": 1}', "", '{"answer": 1}'], "line 3 has no request and answer"),
        (['{"cassette": 1}', '{"request": [], "answer": {}}'], "line 2 has no request and answer"),
        (['{"cassette": 1}', '{"answer": {"status": "200"}}'], "line 2 has no status"),
        (['{"cassette": 1}', '{"answer": {"status": 101}}'], "line 2 has no status"),
        (['{"cassette": 1}', '{"answer": {"status": true}}'], "line 2 has no status"),
        (['{"cassette": 1}', '{"answer": {"status": 200, "headers": {"content-type": "a\\r\\nSet-Cookie: b"}}}'], "line 2 has headers"),
        (['{"cassette": 1}', '{"answer": {"status": 200, "headers": []}}'], "line 2 has headers"),
        (['{"cassette": 1}', '{"answer": {"status": 200, "events": "x"}}'], "line 2 has neither"),
        (['{"cassette": 1}', '{"answer": {"status": 200, "body": 7}}'], "line 2 has neither"),
        (['{"cassette": 1}', '{"answer": {"status": 200, "events": [7]}}'], "line 2 has an event"),
        (['{"cassette": 1}', '{"answer": {"status": 200, "events": ["a\\nb"]}}'], "line 2 has an event"),
    ],
)  # fmt: skip
def test_a_hostile_cassette_gets_one_line_that_names_its_line(tmp_path: Path, lines: list[str], says: str) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))
    with pytest.raises(GlmcodeError) as raised:
        read_cassette(path)
    assert says in raised.value.message
    assert raised.value.message.isprintable()
    assert raised.value.exit_code == Exit.USAGE


def test_only_known_headers_of_a_cassette_are_played(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    headers = {"content-type": "text/plain", "set-cookie": "a=b", "transfer-encoding": "gzip"}
    path.write_text(
        '{"cassette": 1}\n' + json.dumps({"answer": {"status": 500, "headers": headers, "body": "x"}}), encoding="utf-8"
    )
    assert read_cassette(path).exchanges[0].headers == (("content-type", "text/plain"),)


def test_a_missing_cassette_gets_one_line(tmp_path: Path) -> None:
    with pytest.raises(GlmcodeError, match="No such file"):
        read_cassette(tmp_path / "none")


def test_a_folder_that_is_missing_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(GlmcodeError, match="can't write"):
        Recorder(str(tmp_path / "none" / "c.jsonl"))


def recorded(path: Path, *scripts: faults.Script) -> list[Delta]:
    with FaultServer(*scripts) as server:
        endpoint = server.endpoint(KEY)
        with Client(endpoint, Retry(first_wait=0.01), record=Recorder(str(path), environ=ENVIRON)) as client:
            return list(client.stream(ASK))


def test_a_recording_plays_as_it_was_heard(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    usage = b'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4}}\n\n'
    good = faults.streamed(
        faults.event(reasoning_content="hm"), b": ping\n\n", *map(faults.said, ["a", "é\n", "😀"]), usage, faults.STOP
    )
    live = recorded(path, faults.error(429, "1302", "busy", retry_after="0.02"), good)
    with ReplayServer(read_cassette(path)) as server, Client(choose(None, server.url, None, {})) as client:
        played = list(client.stream(ASK))
    assert played[1:] == live[1:]
    assert played[-2:] == [Usage(9, 0, 4, 0), Finish("stop")]
    assert len(server.requests) == 2


def test_a_cut_is_recorded_as_far_as_it_came(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    recorded(path, faults.then(faults.sends(faults.HEAD + faults.chunk(faults.said("kept"))), faults.resets))
    assert said(read_cassette(path).exchanges[0])[1] == "kept"


def test_an_answer_that_was_left_is_recorded_as_far_as_it_came(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    script = faults.then(faults.sends(faults.HEAD + faults.chunk(faults.said("kept"))), faults.stalls(60))
    with FaultServer(script) as server, Client(server.endpoint(), record=Recorder(str(path))) as client:
        deltas = client.stream(ASK)
        next(deltas)
        deltas.close()  # type: ignore[attr-defined]
    assert said(read_cassette(path).exchanges[0])[1] == "kept"


def test_an_answer_in_one_piece_is_recorded_as_its_body(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    body = '{"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}]}'
    recorded(path, faults.answer(200, body))
    exchange = read_cassette(path).exchanges[0]
    assert (exchange.events, exchange.body) == (None, body)


def test_no_key_and_no_home_path_reaches_the_file(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    words = [
        f"cd {HOME}/src && echo ",
        "hunter2",
        "-hunter2",
        " /ho",
        "me/al",
        "ice/x ",
        "/home/alicerabbit ",
        "oth",
        "er-key-123",
    ]
    recorded(
        path,
        faults.error(500, "x", f"no {KEY} for {HOME}/x; Authorization: Bearer abcdefgh12345678"),
        faults.streamed(
            faults.said(*words),
            faults.event(reasoning_content=f"in {HOME[:7]}"),
            faults.event(reasoning_content=HOME[7:]),
            faults.STOP,
        ),
    )
    whole = path.read_text(encoding="utf-8")
    failed, good = read_cassette(path).exchanges
    assert said(good) == ("in ~", "cd ~/src && echo *** ~/x /home/alicerabbit ***")
    assert failed.body == '{"error": {"code": "x", "message": "no *** for ~/x; Authorization: ***"}}'
    for secret in (KEY, "hunter2-hunter2", "other-key-123", "abcdefgh12345678", f"{HOME}/"):
        assert secret not in whole
    assert "authorization" not in whole.lower().replace("authorization: ***", "")
    assert good.request is not None
    assert good.request["messages"] == [{"role": "user", "content": "mend ~/src/app.py with *** and ***"}]


@given(
    st.lists(st.sampled_from(["/home/alice", "other-key-123", "/", "x", " ", "é", "home", "key"]), max_size=8),
    st.lists(st.integers(1, 5), min_size=1, max_size=6),
)
def test_a_secret_that_is_spread_over_tokens_is_found_at_any_split(words: list[str], sizes: list[int]) -> None:
    text = "".join(words)
    events = [json.dumps({"choices": [{"delta": {"content": piece.decode()}}]}) for piece in pieces(text, sizes)]
    scrub = Scrubber(ENVIRON)
    exchange = Exchange(200, (), tuple(scrub.events(events)), "")
    assert said(exchange)[1] == scrub.text(text)


def pieces(text: str, sizes: list[int]) -> list[bytes]:
    """The text cut as a tokenizer may cut it, between characters."""
    out, at, turn = [], 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        out.append(text[at : at + size].encode())
        at, turn = at + size, turn + 1
    return out


@pytest.mark.parametrize(
    "text",
    [
        "sk-abcdefghijklmnop1234",
        "Bearer abcdefgh",
        "ghp_0123456789abcdef0123",
        "0123456789abcdef0123456789abcdef.AbCdEf0123456789",
    ],
)
def test_what_looks_like_a_key_is_scrubbed_wherever_it_came_from(text: str) -> None:
    assert Scrubber({}).text(f"a {text} b") == "a *** b"


def test_ordinary_text_is_left_as_it_is() -> None:
    text = "the task-manager bears sk-ills, token=x, none, /home, /root/x"
    assert Scrubber({"HOME": "/", "X_KEY": "none"}).text(text) == text
