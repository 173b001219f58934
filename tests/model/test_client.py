"""The client against a real server that fails: what is said, what is tried again, and with which exit code it ends."""

import gzip
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from email.utils import formatdate

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.model.cassette import Recorder
from glmcode.model.client import Client, Message, Request
from glmcode.model.providers import choose
from glmcode.model.retry import Retry
from glmcode.model.stream import Answering, Delta, Finish, Reasoning, Text, Usage, Waiting
from tests.model import faults
from tests.model.faults import HEAD, LAST, STOP, FaultServer, Script, chunk, error, good, said, streamed

KEY = "sk-test-5f2b9c1d7e8a4f60"
ASK = Request((Message("system", "be short"), Message("user", "hello")), 1000)


def client(
    server: FaultServer, *, key: str = KEY, retries: int = 3, stall: float = 30.0, record: Recorder | None = None
) -> Client:
    return Client(server.endpoint(key), Retry(retries, first_wait=0.01, stall=stall, connect=30), record=record)


def ask(*scripts: Script, retries: int = 3, stall: float = 30.0) -> tuple[list[Delta], FaultServer]:
    with FaultServer(*scripts) as server, client(server, retries=retries, stall=stall) as asked:
        deltas = list(asked.stream(ASK))
    said = [at for at, delta in enumerate(deltas) if isinstance(delta, Text | Reasoning)]
    answering = [at for at, delta in enumerate(deltas) if isinstance(delta, Answering)]
    assert answering == [at - 1 for at in said[:1]]  # one, right before the first word
    return [delta for delta in deltas if not isinstance(delta, Answering)], server


def refused(*scripts: Script, retries: int = 3, stall: float = 30.0) -> tuple[GlmcodeError, FaultServer]:
    """The error that the user sees, which is always one line without the key or a page's markup."""
    with (
        FaultServer(*scripts) as server,
        client(server, retries=retries, stall=stall) as asked,
        pytest.raises(GlmcodeError) as raised,
    ):
        list(asked.stream(ASK))
    for text in (raised.value.message, raised.value.hint):
        assert text.isprintable()
        assert KEY not in text
        assert "<" not in text
        assert len(text) < 400
    return raised.value, server


def text(deltas: Sequence[Delta]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, Text))


def waits(deltas: Sequence[Delta]) -> list[Waiting]:
    return [delta for delta in deltas if isinstance(delta, Waiting)]


def test_a_good_answer_comes_whole_and_ends_with_usage_and_finish() -> None:
    usage = b'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":5}}}\n\n'
    deltas, _ = ask(streamed(faults.event(reasoning_content="hm"), said("a", "b"), usage, STOP))
    assert deltas == [Reasoning("hm"), Text("ab"), Usage(9, 5, 4, 0), Finish("stop")]


def test_only_what_the_services_take_is_sent() -> None:
    _, server = ask(good("x"))
    assert server.seen[0].head.startswith("POST /v1/chat/completions HTTP/1.1\r\n")
    assert server.seen[0].json == {
        "model": "glm-5",
        "messages": [{"role": "system", "content": "be short"}, {"role": "user", "content": "hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 1000,
    }


def test_headers_and_accounts_of_the_environment_stay_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-secret")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "admin-secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Other: other-secret\nAuthorization: Bearer other-secret")
    _, server = ask(good("x"))
    assert "secret" not in server.seen[0].head
    assert server.seen[0].header("authorization") == f"Bearer {KEY}"
    names = {line.split(":")[0].lower() for line in server.seen[0].head.split("\r\n")[1:]}
    assert names == {
        "host", "connection", "accept", "accept-encoding", "content-type", "content-length", "user-agent", "authorization",
        "x-stainless-raw-response",
    }  # fmt: skip


def test_a_server_of_ones_own_is_asked_without_a_proxy_and_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{faults.free_port()}")
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    with FaultServer(good("x")) as server, client(server, key="") as asked:
        assert text(list(asked.stream(ASK))) == "x"
    assert server.seen[0].header("authorization") == "Bearer none"


@pytest.mark.parametrize(
    ("script", "code", "says"),
    [
        (error(401, "1002", "token expired"), Exit.USAGE, "OPENAI_API_KEY (401, 1002: token expired)"),
        (error(403, None, "not allowed"), Exit.USAGE, "refused the key"),
        (error(404, "model_not_found", "no such model"), Exit.USAGE, "has no model glm-5"),
        (faults.answer(404, "<html><title>Not Found</title>", "text/html"), Exit.USAGE, "Not Found"),
        (error(400, "1211", "unknown model"), Exit.USAGE, "has no model glm-5"),
        (error(400, 1210, "bad parameter"), Exit.USAGE, "refused the request (400, 1210: bad parameter)"),
        (error(400, "1261", "prompt too long"), Exit.USAGE, "too long"),
        (faults.answer(400, '{"code": "1301", "message": "unsafe"}'), Exit.USAGE, "refused the request (400, 1301: unsafe)"),
        (faults.answer(422, '{"detail": [{"msg": "bad"}]}'), Exit.USAGE, "bad"),
        (error(402, 402, "Insufficient credits"), Exit.USAGE, "no balance"),
        (error(429, "1113", "balance"), Exit.USAGE, "no balance"),
        (error(429, 1311, "plan"), Exit.USAGE, "no balance"),
        (error(429, "insufficient_quota", "quota"), Exit.USAGE, "no balance"),
        (error(429, "1308", "resets at 18:00"), Exit.UNREACHABLE, "resets at 18:00"),
        (error(429, "1313", "fair use"), Exit.UNREACHABLE, "against its fair use"),
        (faults.answer(302, "", location="https://evil.example/"), Exit.USAGE, "redirects to https://evil.example/"),
        (faults.answer(200, '{"object": "list", "data": []}'), Exit.USAGE, "not as a model does"),
    ],
)  # fmt: skip
def test_what_the_user_must_mend_is_asked_once(script: Script, code: Exit, says: str) -> None:
    failed, server = refused(script)
    assert failed.exit_code == code
    assert says in failed.message
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (error(429, "1302", "rate limit"), "too many requests, or overloaded (429, 1302: rate limit)"),
        (error(500, "1234", "network error"), "overloaded (500, 1234: network error)"),
        (error(529, None, "busy"), "529"),
        (error(408, None, "slow"), "408"),
        (faults.answer(502, "<html><head><title>502 Bad\nGateway</title></head>" + "<p>x</p>" * 9999, "text/html"), "502 Bad Gateway"),
        (faults.answer(503, ""), "503"),
        (faults.answer(500, '{"error": {"mess'), "broken JSON"),
        (faults.answer(200, "<!doctype html><title>Sign in to the network</title>", "text/html"), "Sign in to the network"),
        (faults.answer(200, ""), "an empty answer"),
        (faults.answer(200, '{"choices": [{"mess'), "broken"),
        (streamed(), "an empty answer"),
        (streamed(b"data: [DONE]\n\n"), "an empty answer"),
        (streamed(b'data: {"error": {"code": "1305", "message": "overloaded"}}\n\n'), "overloaded (1305: overloaded)"),
        (streamed(b'data: {"choices":[{"delta":{},"finish_reason":"network_error"}]}\n\n'), "empty answer"),
        (faults.hangs_up, "closed the connection"),
        (faults.then(faults.sends(HEAD), faults.resets), "reset"),
        (faults.sends(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "speaks no HTTP"),
        (faults.answer(200, b"\x1f\x8bnot gzip", content_encoding="gzip"), "packed wrongly"),
    ],
)  # fmt: skip
def test_what_may_pass_is_tried_again_and_ends_with_75(script: Script, says: str) -> None:
    failed, server = refused(script, retries=2)
    assert failed.exit_code == Exit.UNREACHABLE
    assert says in failed.message
    assert len(server.seen) == 3


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ("Try again in 5h", "wait for its reset in about 5 hours, or"),
        ("Try again in 50 minutes", "wait for its reset in about 50 minutes, or"),
        ("Try again in 150 hours", "wait for its reset in about 6 days, or"),
        ("It is reached.", "wait for its reset, or"),
    ],
)
def test_how_far_off_a_reset_is_is_said(message: str, hint: str) -> None:
    """The message's time is that of the service's zone."""
    failed, _ = refused(error(429, "1308", message))
    assert failed.hint.startswith(hint)


def test_a_busy_service_is_waited_for_and_the_user_sees_it() -> None:
    deltas, server = ask(
        error(429, "1302", "rate limit"), faults.answer(502, "<title>bad gateway</title>"), good("there")
    )
    assert text(deltas) == "there"
    assert [re.sub(r"^.*?: ", "", w.why) for w in waits(deltas)] == [
        "too many requests, or overloaded (429, 1302: rate limit)",
        "the service failed (502: a web page: bad gateway)",
    ]
    first, second = (wait.seconds for wait in waits(deltas))
    assert 0.008 <= first <= 0.012 < 0.016 <= second <= 0.024
    assert server.seen[1].time - server.seen[0].time >= first


def test_retry_after_is_honoured() -> None:
    deltas, server = ask(error(429, "x", "wait", retry_after="0.3"), good("there"))
    assert text(deltas) == "there"
    assert waits(deltas)[0].seconds == 0.3
    assert server.seen[1].time - server.seen[0].time >= 0.3


def test_retry_after_of_an_hour_is_told_and_not_slept() -> None:
    for value in ("3600", formatdate(time.time() + 3600, usegmt=True)):
        failed, server = refused(error(429, "1302", "later", retry_after=value))
        assert re.search(r"asks to wait (3600|35[0-9][0-9]) seconds", failed.message)
        assert failed.exit_code == Exit.UNREACHABLE
        assert len(server.seen) == 1


@pytest.mark.parametrize("value", ["-5", "soon", "nan", "1e9", "Mon, 99 Foo 20"])
def test_a_retry_after_that_makes_no_sense_is_ignored(value: str) -> None:
    deltas, _ = ask(error(429, "1302", "later", retry_after=value), good("there"))
    assert waits(deltas)[0].seconds < 0.02


def test_a_wait_can_be_interrupted_by_leaving_the_stream() -> None:
    with FaultServer(error(429, "1302", "later", retry_after="50")) as server, client(server) as asked:
        deltas = asked.stream(ASK)
        assert isinstance(next(deltas), Waiting)
        deltas.close()  # type: ignore[attr-defined]
    assert len(server.seen) == 1


def test_a_refused_connection_ends_with_75_and_asks_whether_the_server_runs() -> None:
    endpoint = choose(None, f"http://127.0.0.1:{faults.free_port()}/v1", None, {})
    with Client(endpoint, Retry(1, first_wait=0.01)) as asked:
        deltas: list[Delta] = []
        with pytest.raises(GlmcodeError) as raised:
            deltas.extend(asked.stream(ASK))
    assert raised.value.exit_code == Exit.UNREACHABLE
    assert "connection refused" in raised.value.message
    assert "does the server run" in raised.value.hint


def test_a_proxy_that_does_not_answer_is_named_as_what_may_be_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service was said to refuse the connection, which it never saw."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:Sekret99@127.0.0.1:{faults.free_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    endpoint = choose(None, "https://service.example/v1", "m", {"OPENAI_API_KEY": KEY})
    with Client(endpoint, Retry(0)) as asked, pytest.raises(GlmcodeError) as raised:
        list(asked.stream(ASK))
    assert raised.value.hint.startswith("the environment names a proxy for https")
    assert "Sekret99" not in raised.value.message + raised.value.hint


def test_a_key_that_the_service_repeats_is_not_shown() -> None:
    failed, _ = refused(error(401, "invalid_api_key", f"Incorrect API key provided: {KEY}"))
    assert "***" in failed.message


def test_an_endless_error_body_is_read_only_in_part() -> None:
    def floods(line: faults.Line) -> None:
        line.send(b"HTTP/1.1 500 X\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n")
        for _ in range(100_000):
            line.send(b"x" * 65536)

    failed, _ = refused(floods, retries=0)
    assert failed.exit_code == Exit.UNREACHABLE


def test_silence_before_the_answer_is_a_timeout() -> None:
    """Which is told at once: each further try would take as long, while another provider could be asked."""
    failed, server = refused(faults.then(faults.sends(HEAD), faults.stalls(60)), retries=3, stall=0.5)
    assert "silent for 0.5 seconds" in failed.message
    assert failed.exit_code == Exit.UNREACHABLE
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("end", "why"),
    [
        (faults.resets, "reset"),
        (faults.hangs_up, "closed the connection"),
        (faults.stalls(600), "silent for 2 seconds"),
        (faults.sends(LAST), "without a finish reason"),
        (faults.sends(chunk(b"data: [DONE]\n\n") + LAST), "without a finish reason"),
        (faults.sends(chunk(b'data: {"choices":[{"delta":{},"finish_reason":"network_error"}]}\n\n') + LAST), "network_error"),
        (faults.sends(chunk(b'data: {"error":{"code":"1234","message":"lost"}}\n\n') + LAST), "1234: lost"),
        (faults.sends(chunk(b'data: {"object":"error","message":"out of memory"}\n\n') + LAST), "out of memory"),
        (faults.sends(chunk(b'data: {"choices":[{"delta":{"content":"lo') + LAST), "without a finish reason"),
        (faults.sends(b"zz\r\n"), "speaks no HTTP"),
    ],
)  # fmt: skip
def test_what_had_come_before_a_cut_is_kept_and_nothing_is_asked_again(end: Script, why: str) -> None:
    script = faults.then(faults.sends(HEAD + chunk(said("kept"))), end)
    deltas, server = ask(script, stall=2 if "silent" in why else 30)
    assert text(deltas) == "kept"
    last = deltas[-1]
    assert isinstance(last, Finish)
    assert last.reason == "cut"
    assert why in last.detail
    assert len(server.seen) == 1


def test_a_reset_behind_the_finish_reason_is_no_cut() -> None:
    done = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}\n\n'
    deltas, _ = ask(faults.then(faults.sends(HEAD + chunk(said("x") + done)), faults.resets))
    assert deltas == [Text("x"), Finish("length")]


def test_nothing_is_waited_for_behind_done() -> None:
    started = time.monotonic()
    deltas, _ = ask(faults.then(faults.sends(HEAD + chunk(said("x") + STOP)), faults.stalls(600)), stall=300)
    assert deltas == [Text("x"), Finish("stop")]
    assert time.monotonic() - started < 100


def test_a_stream_that_never_ends_is_cut_where_no_token_budget_reaches() -> None:
    def babbles(line: faults.Line) -> None:
        line.send(HEAD)
        for _ in range(100_000):
            line.send(chunk(said("la " * 10_000)))

    deltas, _ = ask(babbles)
    assert deltas[-1] == Finish("cut", "the service sends far more than was asked for")
    assert len(text(deltas)) < 2 * 1000 * 256


@pytest.mark.parametrize("pretty", [None, 2])
@pytest.mark.parametrize("content_type", ["application/json", "text/event-stream", "text/plain"])
def test_an_answer_in_one_piece_of_json_is_an_answer(content_type: str, pretty: int | None) -> None:
    body = {
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "all\nof it", "reasoning": "hm"},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2},
    }
    deltas, _ = ask(faults.answer(200, json.dumps(body, indent=pretty), content_type))
    assert deltas == [Reasoning("hm"), Text("all\nof it"), Usage(3, 0, 2, 0), Finish("stop")]


@pytest.mark.parametrize("content_type", ["application/octet-stream", "text/html", "application/json"])
def test_an_event_stream_under_a_wrong_name_is_still_one(content_type: str) -> None:
    deltas, _ = ask(faults.answer(200, said("a", "b") + STOP, content_type))
    assert deltas == [Text("ab"), Finish("stop")]


def test_a_packed_stream_is_unpacked() -> None:
    deltas, _ = ask(
        faults.answer(200, gzip.compress(said("a", "é") + STOP), "text/event-stream", content_encoding="gzip")
    )
    assert deltas == [Text("aé"), Finish("stop")]


def test_a_stream_in_single_bytes_is_the_same_stream() -> None:
    stream = said("naïve ", "😀") + STOP
    deltas, _ = ask(faults.sends(HEAD + b"".join(map(chunk, faults.drip(stream, [1]))) + LAST))
    assert text(deltas) == "naïve 😀"
    assert deltas[-1] == Finish("stop")


def test_text_is_given_on_the_moment_it_arrives() -> None:
    script = faults.then(faults.sends(HEAD + chunk(said("now"))), faults.stalls(600))
    with FaultServer(script) as server, client(server, stall=300) as asked:
        started = time.monotonic()
        deltas = asked.stream(ASK)
        assert isinstance(next(deltas), Answering)
        assert next(deltas) == Text("now")
        assert time.monotonic() - started < 100
        deltas.close()  # type: ignore[attr-defined]


def test_the_models_of_an_endpoint_are_listed_or_it_is_said_why_not() -> None:
    listing = faults.answer(200, '{"data": [{"id": "glm-5"}, {"id": "glm-4.7"}]}')
    with (
        FaultServer(listing, error(401, "1000", "no"), faults.answer(200, '{"data": [1]}')) as server,
        client(server) as asked,
    ):
        assert asked.models() == ("glm-5", "glm-4.7")
        with pytest.raises(GlmcodeError, match="refused the key"):
            asked.models()
        assert asked.models() == ()
        assert server.seen[0].head.startswith("GET /v1/models ")


def test_requests_of_one_conversation_share_their_prefix_to_the_byte() -> None:
    first = ASK.messages
    second = (*first, Message("assistant", "hi", reasoning="hm"), Message("user", "go on"))
    with FaultServer(good("x")) as server, client(server) as asked:
        for messages in (first, second):
            list(asked.stream(Request(messages, 1000)))
    bodies = [seen.body for seen in server.seen]
    cut = bodies[0].index(b"]")
    assert bodies[1][:cut] == bodies[0][:cut]


def test_bytes_of_files_that_are_no_text_reach_the_service_as_replacement_characters() -> None:
    with FaultServer(good("x")) as server, client(server) as asked:
        list(asked.stream(Request((Message("user", "a\udcffb \ud83d\ude00 \ud800"),), 10)))
    assert server.seen[0].json["messages"] == [{"role": "user", "content": "a�b 😀 �"}]


def test_an_interrupt_ends_a_silent_stream_at_once() -> None:
    program = (
        "import sys\nfrom glmcode.model.client import *\nfrom glmcode.model.providers import choose\n"
        "with Client(choose(None, sys.argv[1], None, {})) as client:\n"
        "    try:\n"
        "        for delta in client.stream(Request((Message('user', 'x'),), 10)):\n"
        "            print(delta, flush=True)\n"
        "    except KeyboardInterrupt:\n"
        "        print('interrupted', flush=True)\n"
    )
    with FaultServer(faults.then(faults.sends(HEAD + chunk(said("x"))), faults.stalls(60))) as server:
        command = [sys.executable, "-c", program, server.url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("Answering(")
            assert process.stdout.readline() == "Text(text='x')\n"
            process.send_signal(2)
            assert process.stdout.readline() == "interrupted\n"
            assert process.wait(200) == 0


def test_nothing_of_a_stream_stays_open() -> None:
    before = set(threading.enumerate())
    ask(faults.then(faults.sends(HEAD + chunk(said("x"))), faults.resets))
    assert set(threading.enumerate()) <= before


BEGUN = Request(ASK.messages, 1000, partial="half of", closed="half", go_on="go on")


def listing(*owners: str) -> Script:
    return faults.answer(200, json.dumps({"data": [{"id": "m", "owned_by": owner} for owner in owners]}))


def test_text_that_goes_on_with_the_word_for_thoughts_is_text() -> None:
    """A file that speaks of the tag was cut right before it."""
    with FaultServer(listing("vllm"), good("<think>x</think> it")) as server, client(server) as asked:
        assert text(list(asked.stream(BEGUN))) == "<think>x</think> it"


@pytest.mark.parametrize("owner", ["vllm", "sglang"])
def test_a_server_that_can_goes_on_to_the_character(owner: str) -> None:
    with FaultServer(listing(owner), good(" it")) as server, client(server) as asked:
        deltas = list(asked.stream(BEGUN))
    assert deltas[0] == Answering("openai", "glm-5", continues=True)
    assert text(deltas) == " it"
    body = server.seen[1].json
    assert isinstance(body["messages"], list)
    assert body["messages"][len(ASK.messages) :] == [{"role": "assistant", "content": "half of"}]
    assert (body["continue_final_message"], body["add_generation_prompt"]) == (True, False)
    assert body["chat_template_kwargs"] == {"enable_thinking": False}


@pytest.mark.parametrize(
    "first",
    [listing("someone"), listing("vllm", "someone"), listing(), error(404, "x", "no listing"), faults.answer(200, "x")],
    ids=["other", "mixed", "empty", "none", "no-json"],
)
def test_others_are_sent_what_is_whole_and_asked_to_go_on(first: Script) -> None:
    with FaultServer(first, good(" it")) as server, client(server) as asked:
        deltas = list(asked.stream(BEGUN))
    assert deltas[0] == Answering("openai", "glm-5", continues=False)
    body = server.seen[1].json
    assert isinstance(body["messages"], list)
    assert [(m["role"], m["content"]) for m in body["messages"][len(ASK.messages) :]] == [
        ("assistant", "half"),
        ("user", "go on"),
    ]
    assert "continue_final_message" not in body


def test_one_that_refuses_to_go_on_is_asked_as_others_are_from_then_on() -> None:
    refusing = error(400, "1210", "unknown field continue_final_message")
    with FaultServer(listing("vllm"), refusing, good("a"), good("b")) as server, client(server) as asked:
        assert text(list(asked.stream(BEGUN))) == "a"
        assert text(list(asked.stream(BEGUN))) == "b"
    assert ["continue_final_message" in seen.body.decode() for seen in server.seen] == [False, True, False, False]
