"""The player: real HTTP on loopback, asked by something that is not our client where that says more."""

import http.client
import json
import resource
import socket
import threading
import time
from typing import Any

import pytest

from glmcode.model.cassette import Answer, Cassette, Exchange, from_answers
from glmcode.model.client import Client, Message, Request
from glmcode.model.providers import choose
from glmcode.model.replay import ReplayServer
from glmcode.model.retry import Retry
from glmcode.model.stream import Answering, Delta, Finish, Reasoning, Text, Usage

ASK = Request((Message("user", "hello there"),), 1000)
BODY = b'{"messages": []}'


def post(
    server: ReplayServer, body: bytes = BODY, path: str = "/v1/chat/completions"
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        connection.request("POST", path, body)
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def error(body: bytes) -> str:
    message: Any = json.loads(body)["error"]["message"]
    return str(message)


def asked(server: ReplayServer) -> list[Delta]:
    with Client(choose(None, server.url, None, {}), Retry(tries=0)) as client:
        return [delta for delta in client.stream(ASK) if not isinstance(delta, Answering)]


def test_answers_come_in_their_order_with_usage_and_then_410() -> None:
    with ReplayServer(
        from_answers([Answer("one", "hm"), Answer("two", finish="length"), Answer("three", finish="cut")])
    ) as server:
        first = asked(server)
        assert (first[0], first[1], first[-1]) == (Reasoning("hm"), Text("one"), Finish("stop"))
        usage = first[-2]
        assert isinstance(usage, Usage)
        assert usage.output_tokens == 2
        assert usage.reasoning_tokens == 1
        assert 5 < usage.prompt_tokens < 20  # counted by the player, from what it was asked
        assert asked(server)[-1] == Finish("length")
        assert asked(server)[-1] == Finish("cut", "the stream ended without a finish reason")
        status, _, body = post(server)
        assert status == 410
        assert error(body) == "the cassette has 3 answers, and all have been played"
    assert server.requests[0]["messages"] == [{"role": "user", "content": "hello there"}]
    assert len(server.requests) == 4


def test_the_bytes_on_the_wire_are_an_event_stream_of_one_event_a_piece() -> None:
    with ReplayServer(from_answers([Answer("a b")])) as server:
        status, headers, body = post(server)
    assert (status, headers["content-type"], headers["transfer-encoding"]) == (200, "text/event-stream", "chunked")
    events = body.decode().split("\n\n")
    assert [json.loads(event[6:])["choices"][0]["delta"].get("content") for event in events[:3]] == ["a", " b", None]
    assert events[-2:] == ["data: [DONE]", ""]


@pytest.mark.parametrize("path", ["/chat/completions", "/v1/chat/completions/", "/api/paas/v4/chat/completions?x=1"])
def test_any_prefix_of_the_path_will_do(path: str) -> None:
    with ReplayServer(from_answers([Answer("x")])) as server:
        assert post(server, path=path)[0] == 200


def test_a_recorded_refusal_is_played_with_its_headers() -> None:
    refusal = Exchange(429, (("content-type", "application/json"), ("retry-after", "7")), None, '{"error": "é"}')
    with ReplayServer(Cassette((refusal,))) as server:
        status, headers, body = post(server)
    assert (status, headers["retry-after"], json.loads(body)) == (429, "7", {"error": "é"})


def test_the_model_is_listed() -> None:
    with ReplayServer(from_answers([Answer("x")], model="glm-5-test")) as server:
        with Client(choose(None, server.url, None, {})) as client:
            assert client.models() == ("glm-5-test",)
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.request("GET", "/")
        assert connection.getresponse().status == 404
        connection.close()


@pytest.mark.parametrize(
    ("body", "path", "status", "says"),
    [
        (b"{", "/v1/chat/completions", 400, "no JSON object"),
        (b"[]", "/v1/chat/completions", 400, "no JSON object"),
        (b"[" * 100_000, "/v1/chat/completions", 400, "no JSON object"),
        (BODY, "/v1/completions", 404, "nothing at"),
    ],
)
def test_a_bad_request_uses_up_no_answer(body: bytes, path: str, status: int, says: str) -> None:
    with ReplayServer(from_answers([Answer("x")])) as server:
        got, _, answer = post(server, body, path)
        assert got == status
        assert says in error(answer)
        assert server.requests == []
        assert post(server)[0] == 200


@pytest.mark.parametrize(
    ("head", "status"),
    [("Content-Length: 99999999999", 413), ("Content-Length: -1", 411), ("Content-Length: x", 411), ("X: y", 411)],
)
def test_a_request_of_no_sane_length_is_refused_unread(head: str, status: int) -> None:
    with (
        ReplayServer(from_answers([Answer("x")])) as server,
        socket.create_connection(("127.0.0.1", server.port)) as line,
    ):
        line.sendall(f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
        assert line.recv(1000).startswith(f"HTTP/1.1 {status} ".encode())


def test_a_rate_is_kept_and_costs_next_to_nothing() -> None:
    with ReplayServer(from_answers([Answer("0123456789" * 10, pieces=100)]), rate=100) as server:
        started, spent = time.monotonic(), cpu()
        body = post(server)[2]
        seconds, spent = time.monotonic() - started, cpu() - spent
    assert body.count(b'"content"') == 100
    assert 0.9 < seconds < 60
    assert spent < 1


def cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def test_a_paced_stream_flows_and_does_not_come_at_its_end() -> None:
    """The first words are there, though the last ones go out in minutes only."""
    with ReplayServer(from_answers([Answer("x" * 5000, pieces=5000)]), rate=20) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.request("POST", "/chat/completions", BODY)
        response = connection.getresponse()
        reads = [response.read1(65536) for _ in range(5)]
        connection.close()
    assert all(reads)
    assert b"".join(reads).count(b'"content"') < 2500


def test_an_end_in_the_middle_of_an_answer_is_quick_and_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    before = set(threading.enumerate())
    with ReplayServer(from_answers([Answer("x" * 1000, pieces=1000)]), rate=1) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.request("POST", "/chat/completions", BODY)
        connection.getresponse()
        started = time.monotonic()
    assert time.monotonic() - started < 60  # the rest of the answer takes a quarter of an hour
    connection.close()
    assert set(threading.enumerate()) <= before
    assert capfd.readouterr() == ("", "")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port))


def test_a_client_that_goes_away_ends_nothing_and_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    long = Answer("x" * 200_000, pieces=200_000)
    with ReplayServer(from_answers([long, Answer("still here")])) as server:
        for request in (b"POST /chat/completions HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", b"nonsense\r\n\r\n", b""):
            with socket.create_connection(("127.0.0.1", server.port)) as line:
                line.sendall(request)
                line.recv(10) if request else None
        assert "still here" in "".join(d.text for d in asked(server) if isinstance(d, Text))
    assert capfd.readouterr() == ("", "")


def test_two_at_once_get_an_answer_each() -> None:
    with ReplayServer(from_answers([Answer("a"), Answer("b")])) as server:
        got: list[str] = []
        threads = [
            threading.Thread(target=lambda: got.append("".join(d.text for d in asked(server) if isinstance(d, Text))))
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(got) == ["a", "b"]


def test_text_that_no_encoding_has_is_played_all_the_same() -> None:
    with ReplayServer(from_answers([Answer("a\udcffb")])) as server:
        assert asked(server)[0] == Text("a")
