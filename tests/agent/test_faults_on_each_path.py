"""Every fault that services were seen to have, on each path that a request takes: the first one, the one that asks for the rest of
a cut answer, and that to a fallback. Real servers on loopback; the tree is that of the undisturbed plan, or it is said why not.
"""

import gzip
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

import pytest

from glmcode.agent.answer import Answer, receive
from glmcode.agent.events import Event, Note, ProviderSwitched, RequestWaits, StreamResumed
from glmcode.agent.prompts import render
from glmcode.agent.resume import Cut
from glmcode.errors import GlmcodeError
from glmcode.landing.engine import Landing
from glmcode.landing.tree import MappingTree
from glmcode.model.chain import Chain, Link
from glmcode.model.retry import Retry
from glmcode.model.stream import Asking, Delta, Message, Request
from tests.agent.long_plan import after
from tests.agent.test_cuts import Forgetful
from tests.model import faults
from tests.model.faults import HEAD, LAST, STOP, FaultServer, Line, Script, chunk, error, said

COUNT = 12
FILES = {f"m{number}.py": f"def f{number}():\n    return {number}\n" for number in range(COUNT)}
PLAN = "All of them.\n\n" + "".join(
    f'<edit path="m{number}.py" replace="f{number}">\ndef f{number}():\n    return "é😀 {number}"\n</edit>\n' for number in range(COUNT)
)  # fmt: skip
TREE = {path: text.replace("return ", 'return "é😀 ').removesuffix("\n") + '"\n' for path, text in FILES.items()}
KEY = "sk-secret-0123456789abcdef"
RETRY = Retry(tries=1, first_wait=0.001, waits=(), stall=0.6, connect=5)


def stream(text: str, size: int = 24) -> list[bytes]:
    return [said(text[at : at + size]) for at in range(0, len(text), size)]


def broken_off(end: Script) -> Script:
    """The rest of the plan up to some edits further on, and then this end."""

    def script(line: Line) -> None:
        rest = _rest(line)
        line.send(HEAD + b"".join(map(chunk, stream(rest[: len(rest) // 2]))))
        line.stall(0.02)
        end(line)

    return script


def whole(wrap: Callable[[list[bytes]], bytes]) -> Script:
    """The rest of the plan, in another shape."""
    return lambda line: line.send(wrap([*stream(_rest(line)), STOP]))


def _rest(line: Line) -> str:
    come, _ = after(line.request.json)
    assert PLAN.startswith(come)
    return PLAN[len(come) :]


def faithful(line: Line) -> None:
    line.send(HEAD + b"".join(map(chunk, [*stream(_rest(line)), STOP])) + LAST)


def packed(events: list[bytes]) -> bytes:
    head = HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    return head + chunk(gzip.compress(b"".join(events))) + LAST


def endless(line: Line) -> None:
    line.send(HEAD + b"".join(map(chunk, stream(_rest(line)))))
    for _ in range(100_000):
        line.send(chunk(said("la la la la\n" * 500)))


DRIP = faults.then(*[faults.then(faults.sends(chunk(b"x")), faults.stalls(0.1))] * 400)
REFUSED_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"

AGAIN: dict[str, Script] = {
    "hang-up": faults.hangs_up,
    "reset": faults.resets,
    "reset-behind-the-head": faults.then(faults.sends(HEAD), faults.resets),
    "408": error(408, None, "timeout"),
    "429": error(429, None, "slow down"),
    "429-retry-after": error(429, None, "slow down", retry_after="0.1"),
    "429-retry-after-date": error(429, None, "slow down", retry_after="Wed, 21 Oct 2015 07:28:00 GMT"),
    "1302": error(429, "1302", "rate limit"),
    "1305": error(429, 1305, "overloaded"),
    "1234": error(500, "1234", "network error"),
    "500": error(500, None, "internal"),
    "502-html": faults.answer(502, "<html><title>502 Bad Gateway</title></html>", "text/html"),
    "503-empty": faults.answer(503, ""),
    "529": error(529, "overloaded_error", "overloaded"),
    "truncated-json": faults.answer(500, '{"error": {"mess'),
    "truncated-answer": faults.answer(200, '{"choices": [{"mess'),
    "html-for-an-answer": faults.answer(200, "<html><title>Sign in</title></html>", "text/html"),
    "empty-stream": faults.streamed(),
    "error-event": faults.streamed(b'data: {"error": {"code": "1305", "message": "overloaded"}}\n\n'),
    "wrong-gzip": faults.answer(200, b"\x1f\x8bno", content_encoding="gzip"),
    "no-http": faults.sends(b"SSH-2.0-OpenSSH\r\n\r\n"),
}
"""Nothing has come, and it may pass: the same provider is asked again."""

ELSEWHERE: dict[str, Script] = {
    "402": error(402, None, "credits"),
    **{code: error(429, code, "no balance") for code in ("1113", "1309", "1311")},
    **{code: error(429, code, "limit") for code in ("1308", "1310", *map(str, range(1316, 1322)))},
    "1308-reset": error(429, "1308", "Your limit will reset at 2099-01-31 18:00:00"),
    "429-an-hour": error(429, None, "later", retry_after="3600"),
    "1261": error(400, "1261", "too long"),
    "stall": faults.then(faults.sends(HEAD), faults.stalls(60)),
    "silence": faults.stalls(60),
    "drip-of-the-first-event": faults.then(faults.sends(HEAD), DRIP),
}
"""The next provider is asked."""

MENDED: dict[str, Script] = {
    "401": error(401, None, f"bad key {KEY}"),
    **{str(code): error(401, str(code), "token") for code in range(1000, 1006)},
    "404": faults.answer(404, "<html><title>Not Found</title></html>", "text/html"),
    **{code: error(400, code, "refused") for code in ("1210", "1211", "1214", "1301")},
    "1313": error(429, "1313", "fair use"),
}
"""The user has to mend something: no other provider is asked instead of the first."""

MIDWAY: dict[str, Script] = {
    "reset": broken_off(faults.resets),
    "hang-up": broken_off(faults.hangs_up),
    "end": broken_off(faults.sends(LAST)),
    "stall": broken_off(faults.stalls(60)),
    "drip": broken_off(DRIP),
    "comments": broken_off(faults.then(*[faults.then(faults.sends(chunk(b": wait\n\n")), faults.stalls(0.1))] * 400)),
    "half-an-event": broken_off(faults.sends(chunk(b'data: {"choices":[{"delta":{"content":"hal') + LAST)),
    "half-a-character": broken_off(faults.sends(chunk(said("é").replace(b"\\u00e9", b"\xc3")[:-5]) + LAST)),
    "error": broken_off(faults.sends(chunk(b'data: {"error": {"code": "1305", "message": "busy"}}\n\n') + LAST)),
    "bare-error": broken_off(faults.sends(chunk(b'data: {"object": "error", "message": "oom"}\n\n') + LAST)),
    "network_error": broken_off(faults.sends(chunk(b'data: {"choices":[{"delta":{},"finish_reason":"network_error"}]}\n\n') + LAST)),
    "length": broken_off(faults.sends(chunk(b'data: {"choices":[{"delta":{},"finish_reason":"length"}]}\n\ndata: [DONE]\n\n') + LAST)),
    "no-chunk": broken_off(faults.sends(b"zz\r\n")),
}  # fmt: skip
"""Some has come: it is kept, and the rest is asked for."""

SHAPES: dict[str, Script] = {
    "gzip": whole(packed),
    "json-for-a-name": whole(lambda events: HEAD.replace(b"text/event-stream", b"application/json") + chunk(b"".join(events)) + LAST),
    "no-length": whole(lambda events: REFUSED_HEAD + b"".join(events)),
    "split-characters": whole(lambda events: HEAD + b"".join(map(chunk, faults.drip(b"".join(json.dumps(json.loads(one[6:]), ensure_ascii=False).encode().join((b"data: ", b"\n\n")) for one in events[:-1]) + STOP, [1, 2, 3]))) + LAST),
    "doubled-signs": whole(lambda events: HEAD + b"".join(chunk(faults.event(role="assistant") * 2 + one) for one in events) + chunk(STOP) + LAST),
    "torn-events": whole(lambda events: HEAD + b"".join(map(chunk, faults.drip(b"".join(events), [1, 57, 3]))) + LAST),
    "merged-events": whole(lambda events: HEAD + chunk(b"".join(one.strip() for one in events[:-1]).replace(b"}data: ", b"}") + b"\n\n" + STOP) + LAST),
    "comments": whole(lambda events: HEAD + b"".join(chunk(b": OPENROUTER PROCESSING\n\n" + one) for one in events) + LAST),
    "null-choices": whole(lambda events: HEAD + b"".join(chunk(b'data: {"choices": null}\n\ndata: {"choices": []}\n\n' + one) for one in events) + LAST),
    "crlf": whole(lambda events: HEAD + b"".join(chunk(one.replace(b"\n", b"\r\n")) for one in events) + LAST),
}  # fmt: skip
"""All has come, in an odd way."""


@dataclass
class Run:
    answer: Answer | None
    files: dict[str, str]
    events: list[Event]
    asked: list[int]
    """Requests of each provider."""
    error: GlmcodeError | None

    @property
    def words(self) -> str:
        told = [
            f"{event.why}"
            for event in self.events
            if isinstance(event, RequestWaits | ProviderSwitched | StreamResumed)
        ]
        told += [event.text for event in self.events if isinstance(event, Note)]
        return "\n".join([*told, *((self.error.message, self.error.hint) if self.error else ())])


@contextmanager
def providers(*scripts: Sequence[Script]) -> Iterator[list[FaultServer]]:
    with ExitStack() as stack:
        yield [stack.enter_context(FaultServer(*one, faithful)) for one in scripts]


def run(*scripts: Sequence[Script]) -> Run:
    """One answer by a chain of providers, each of which plays its scripts and is faithful from then on."""
    landing = Landing(MappingTree({path: text.encode() for path, text in FILES.items()}), eager=True)
    events: list[Event] = []
    with providers(*scripts) as servers:
        chain = Chain([_link(server, "abc"[number]) for number, server in enumerate(servers)], RETRY)

        def send(cut: Cut | None) -> Iterator[Delta]:
            request = Request((Message("user", "change them all"),), 0)
            if cut is not None:
                go_on = render("go_on") if cut.closed else ""
                request = replace(request, partial=cut.partial, closed=cut.closed, go_on=go_on)
            return (delta for delta in chain.stream(request, lambda _, __: 4000) if not isinstance(delta, Asking))

        answer, failed = None, None
        try:
            answer = receive(send, landing, lambda files, modes: None, events.append, 1, journal=Forgetful())
            failed = answer.failed
        except GlmcodeError as error:
            failed = error
        finally:
            chain.close()
        files = {path: (data or b"").decode() for path, data in landing.files().items()}
        asked = [len([seen for seen in one.seen if seen.head.startswith("POST")]) for one in servers]
        done = Run(answer, files, events, asked, failed)
    assert KEY not in done.words
    assert done.words.replace("\n", "").isprintable()
    return done


def _link(server: FaultServer, name: str) -> Link:
    endpoint = server.endpoint(KEY)
    endpoint = replace(endpoint, provider=replace(endpoint.provider, name=name, continues=False))
    return Link(endpoint.provider, lambda: endpoint)


def is_whole(done: Run) -> None:
    assert done.error is None, done.words
    assert done.answer is not None
    assert done.files == TREE
    assert done.answer.text == PLAN
    assert len(done.answer.outcomes) == COUNT


CUT = broken_off(faults.resets)
BEFORE: dict[str, list[list[Script]]] = {"first": [[]], "resumed": [[CUT]], "fallback": [[ELSEWHERE["1113"]], []]}
"""What each provider does before the fault, the last one's being the one that has it."""


@pytest.mark.parametrize("name", AGAIN)
@pytest.mark.parametrize("path", ["first", "resumed", "fallback"])
def test_what_may_pass_is_asked_of_the_same_provider_again(path: str, name: str) -> None:
    fault = AGAIN[name]
    if path == "first":
        done, asked = run([fault], []), [2, 0]
    elif path == "resumed":
        done, asked = run([CUT, fault], []), [3, 0]
    else:
        done, asked = run([ELSEWHERE["1113"]], [fault]), [1, 2]
    is_whole(done)
    assert done.asked == asked
    assert any(isinstance(event, RequestWaits) for event in done.events)


@pytest.mark.parametrize("name", ["1302", "502-html", "529", "reset", "error-event"])
@pytest.mark.parametrize("path", ["first", "resumed"])
def test_what_does_not_pass_is_asked_of_the_next(path: str, name: str) -> None:
    done = run([*([CUT] if path == "resumed" else []), *[AGAIN[name]] * 2], [])
    is_whole(done)
    assert done.asked == [3 if path == "resumed" else 2, 1]


@pytest.mark.parametrize("name", ELSEWHERE)
@pytest.mark.parametrize("path", ["first", "resumed", "fallback"])
def test_what_another_provider_may_do_is_asked_of_it(path: str, name: str) -> None:
    fault = ELSEWHERE[name]
    if path == "first":
        done, asked = run([fault], []), [1, 1]
    elif path == "resumed":
        done, asked = run([CUT, fault], []), [2, 1]
    else:
        done, asked = run([ELSEWHERE["1113"]], [fault], []), [1, 1, 1]
    is_whole(done)
    assert done.asked == asked
    assert any(isinstance(event, ProviderSwitched) for event in done.events)


@pytest.mark.parametrize("name", MENDED)
@pytest.mark.parametrize("path", ["first", "resumed", "fallback"])
def test_what_the_user_must_mend_is_said_and_a_fallback_is_passed_by(path: str, name: str) -> None:
    fault = MENDED[name]
    if path == "fallback":
        done = run([ELSEWHERE["1113"]], [fault], [])
        is_whole(done)
        assert done.asked == [1, 1, 1]
        return
    done = run([*([CUT] if path == "resumed" else []), fault], [])
    assert done.error is not None
    assert done.asked == [2 if path == "resumed" else 1, 0]
    # What had landed by then stands, whole edits all of them.
    assert len(done.files) == (0 if path == "first" else 5)
    assert done.files.items() <= TREE.items()


@pytest.mark.parametrize("name", MIDWAY)
@pytest.mark.parametrize("path", ["first", "resumed", "fallback"])
def test_what_breaks_off_goes_on_where_its_last_whole_edit_ends(path: str, name: str) -> None:
    fault = MIDWAY[name]
    if path == "first":
        done, streams = run([fault], []), 2
    elif path == "resumed":
        done, streams = run([CUT, fault], []), 3
    else:
        done, streams = run([ELSEWHERE["1113"]], [fault]), 3
    is_whole(done)
    assert sum(done.asked) == streams
    assert all(event.kept_edits >= 5 for event in done.events if isinstance(event, StreamResumed))


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("path", ["first", "resumed", "fallback"])
def test_a_stream_of_an_odd_shape_is_read_whole(path: str, name: str) -> None:
    before = BEFORE[path]
    fault = SHAPES[name]
    is_whole(run(*before[:-1], [*before[-1], fault, error(400, "1210", "one stream is enough")]))


@pytest.mark.parametrize("path", ["first", "resumed", "fallback"])
def test_a_stream_without_an_end_is_ended(path: str) -> None:
    before = BEFORE[path]
    done = run(*before[:-1], [*before[-1], endless])
    assert done.files == TREE
    assert done.error is None
    assert sum(done.asked) < 8


def test_nobody_listens_at_first_and_later() -> None:
    """A connection that is refused: of the first request, and of the one that asks for the rest."""
    gone = FaultServer()
    gone._listener.close()
    landing = Landing(MappingTree({path: text.encode() for path, text in FILES.items()}), eager=True)
    with providers([]) as (there,):
        chain = Chain([_link(gone, "a"), _link(there, "b")], RETRY)
        ask = Request((Message("user", "change them all"),), 0)
        deltas = list(chain.stream(ask, lambda _, __: 4000))
        assert deltas
        answer = receive(
            lambda _: chain.stream(ask, lambda _, __: 4000),
            landing,
            lambda files, modes: None,
            lambda _: None,
            1,
            journal=Forgetful(),
        )
        chain.close()
    assert answer.text == PLAN


def test_every_fault_of_the_list_is_here() -> None:
    names = set(itertools.chain(AGAIN, ELSEWHERE, MENDED, MIDWAY, SHAPES))
    codes = {*map(str, range(1000, 1006)), "1113", "1309", "1311", "1210", "1211", "1214", "1261", "1301", "1302", "1305",
             "1308", "1310", *map(str, range(1316, 1322)), "1313", "1234"}  # fmt: skip
    assert codes <= names
    assert {
        "reset",
        "stall",
        "silence",
        "drip",
        "401",
        "402",
        "408",
        "429",
        "429-retry-after",
        "500",
        "502-html",
        "529",
    } <= names
    assert {"truncated-json", "json-for-a-name", "gzip", "split-characters", "doubled-signs"} <= names
