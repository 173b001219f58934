"""Every fault that services were seen to have, at any byte of the stream: what had come stands, in order and once, and the
answer ends as a cut or whole; nothing is raised, nothing hangs.
"""

import gzip
import random
import zlib
from collections.abc import Callable

import pytest

from glmcode.model.client import Client
from glmcode.model.failures import UnansweredError
from glmcode.model.retry import Retry
from glmcode.model.stream import Delta, Finish, Message, Reasoning, Request, Text, Usage
from tests.model import faults
from tests.model.faults import HEAD, LAST, STOP, FaultServer, Line, Script, chunk, event, said

ASK = Request((Message("user", "hello"),), 5000)
WORDS = [f"wörd{number} 😀\n" for number in range(60)]
USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":70}}\n\n'
EVENTS = [event(reasoning_content="hm "), event(reasoning="so"), *map(said, WORDS), USAGE, STOP]
BODY = b"".join(EVENTS)
WIRE = HEAD + b"".join(map(chunk, EVENTS)) + LAST
TEXT = "".join(WORDS)


def heard(*scripts: Script, tries: int = 2) -> tuple[list[Delta], int]:
    retry = Retry(tries, first_wait=0.001, stall=0.5, connect=5)
    with FaultServer(*scripts) as server, Client(server.endpoint("k" * 20), retry) as client:
        return list(client.stream(ASK)), len(server.seen)


def text(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, Text))


def spoke(deltas: list[Delta]) -> bool:
    return any(isinstance(delta, Text | Reasoning) for delta in deltas)


def spots(seed: str, count: int, end: int = len(WIRE)) -> list[int]:
    chance = random.Random(seed)
    return [0, 1, len(HEAD), len(HEAD) + 1, *(chance.randrange(end) for _ in range(count))]


ENDS: dict[str, Script] = {
    "reset": faults.resets,
    "hang-up": faults.hangs_up,
    "stall": faults.stalls(60),
    "garbage": faults.sends(b"\x00\xff\xfe<html>"),
    "error": faults.sends(chunk(b'\n\ndata: {"error":{"code":"1305","message":"overloaded"}}\n\n') + LAST),
    "bare-error": faults.sends(chunk(b'\n\ndata: {"object":"error","message":"out of memory"}\n\n') + LAST),
    "null-choices": faults.sends(chunk(b'\n\ndata: {"choices":null}\n\n') + LAST),
}


@pytest.mark.parametrize("name", ENDS)
def test_an_end_at_any_byte_leaves_what_had_come(name: str) -> None:
    for at in spots(name, 3 if name == "stall" else 24):
        cut = faults.then(faults.sends(WIRE[:at]), faults.stalls(0.01), ENDS[name])
        if name == "stall" and at < len(HEAD + chunk(EVENTS[0])):
            continue  # silence before the first word is not tried again here: it would take as long
        deltas, asked = heard(cut, faults.sends(WIRE))
        last = deltas[-1]
        assert isinstance(last, Finish)
        if asked > 1:
            # Nothing had been said: the same request went out again.
            assert text(deltas) == TEXT, at
        else:
            assert TEXT.startswith(text(deltas)) or name == "garbage", at
            assert last.reason == "cut" or text(deltas) == TEXT, at


@pytest.mark.parametrize(
    "sign",
    [b": still working\n\n", event(), event(content=""), b"data: {}\n\n", b"x"],
    ids=["comment", "empty", "no-text", "no-choices", "half-a-line"],
)
def test_signs_of_life_without_a_word_end_after_a_while(sign: bytes) -> None:
    drips = faults.then(*[faults.then(faults.sends(chunk(sign)), faults.stalls(0.04))] * 500)
    for start in (HEAD, HEAD + chunk(said("kept"))):
        retry = Retry(1, first_wait=0.001, stall=0.2, connect=5)
        with (
            FaultServer(faults.then(faults.sends(start), drips)) as server,
            Client(server.endpoint(), retry) as client,
        ):
            if start == HEAD:
                with pytest.raises(UnansweredError, match="nothing but signs of life"):
                    list(client.stream(ASK))
                continue
            deltas = list(client.stream(ASK))
        assert text(deltas) == "kept"
        last = deltas[-1]
        assert isinstance(last, Finish)
        assert (last.reason, last.detail.split(" for ")[0]) == ("cut", "nothing but signs of life")


@pytest.mark.parametrize(
    "end",
    [
        faults.sends(chunk(b'data: {"choices":[{"delta":{},"finish_reason":"network_error"}]}\n\n') + LAST),
        faults.sends(chunk(b'data: {"error":{"code":"1234","message":"lost"}}\n\n') + LAST),
        faults.sends(LAST),
        faults.resets,
    ],
    ids=["network_error", "error", "end", "reset"],
)
def test_what_was_counted_for_an_answer_that_is_none_is_told(end: Script) -> None:
    """And not asked again here: whether the budget reaches for another try has to be seen first."""
    script = faults.then(faults.sends(HEAD + chunk(USAGE)), faults.stalls(0.05), end)
    deltas: list[Delta] = []
    retry = Retry(2, first_wait=0.001)
    with (
        FaultServer(script) as server,
        Client(server.endpoint(), retry) as client,
        pytest.raises(UnansweredError),
    ):
        deltas.extend(client.stream(ASK))
    assert deltas == [Usage(9, 0, 70, 0)]
    assert len(server.seen) == 1


def test_a_stream_in_any_pieces_is_the_same_stream() -> None:
    chance = random.Random(7)
    for _ in range(12):
        cuts = sorted(chance.randrange(len(BODY)) for _ in range(chance.randrange(1, 400)))
        pieces = [BODY[first:last] for first, last in zip([0, *cuts], [*cuts, len(BODY)], strict=True) if first < last]
        deltas, _ = heard(faults.sends(HEAD + b"".join(map(chunk, pieces)) + LAST))
        assert text(deltas) == TEXT
        assert deltas[-2:] == [Usage(9, 0, 70, 0), Finish("stop")]


def test_a_stream_of_a_byte_at_a_time_is_the_same_stream() -> None:
    def drips(line: Line) -> None:
        for at in range(len(WIRE)):
            line.send(WIRE[at : at + 1])

    deltas, _ = heard(drips)
    assert text(deltas) == TEXT


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_packed_stream_that_ends_at_any_byte_gives_what_can_be_unpacked(
    encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    packed = pack(BODY)
    head = HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: " + encoding.encode() + b"\r\n\r\n")
    for at in spots(encoding, 10, len(packed)):
        cut = faults.then(faults.sends(head + chunk(packed[: max(1, at)])), faults.resets)
        deltas, asked = heard(cut, faults.sends(WIRE))
        assert isinstance(deltas[-1], Finish)
        assert text(deltas) == TEXT if asked > 1 else TEXT.startswith(text(deltas))


def test_events_that_are_broken_at_any_byte_are_skipped_and_the_rest_is_read() -> None:
    chance = random.Random(3)
    for _ in range(24):
        number = chance.randrange(3, len(EVENTS) - 3)
        broken = EVENTS[number][: chance.randrange(8, len(EVENTS[number]) - 3)] + b"\n\n"
        events = [*EVENTS[:number], broken, *EVENTS[number + 1 :]]
        deltas, _ = heard(faults.streamed(*events))
        assert text(deltas) == TEXT.replace(WORDS[number - 2], ""), number
        assert deltas[-1] == Finish("stop")


@pytest.mark.parametrize(
    "again", [event(role="assistant"), USAGE, STOP[: STOP.index(b"data: [DONE]")], b": comment\n\n", b"\n\n"]
)
def test_events_without_text_may_come_any_number_of_times(again: bytes) -> None:
    events = [part for one in EVENTS[:-1] for part in (one, again, again)] + [STOP, STOP]
    deltas, _ = heard(faults.streamed(*events))
    assert text(deltas) == TEXT
    assert deltas[-2:] == [Usage(9, 0, 70, 0), Finish("stop")]


def test_events_that_are_glued_together_or_torn_over_lines_are_read() -> None:
    glued = b"".join(one.rstrip(b"\n") for one in EVENTS[2:20]).replace(b"}data: ", b"}") + b"\n\n"
    deltas, _ = heard(faults.streamed(*EVENTS[:2], glued, *EVENTS[20:]))
    assert text(deltas) == TEXT
    at = len(EVENTS[30]) // 2
    torn = EVENTS[30][:at] + b"\n" + EVENTS[30][at:]
    deltas, _ = heard(faults.streamed(*EVENTS[:30], torn, *EVENTS[31:]))
    assert text(deltas) == TEXT


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 529])
@pytest.mark.parametrize(
    "body",
    [b"", b"<html><title>Bad</title>", b'{"error": {"code": "1305", "mess', b"\xff\xfe\x00", b'[{"error": "x"}]'],
)
def test_a_refusal_of_any_shape_is_tried_again(status: int, body: bytes) -> None:
    deltas, asked = heard(faults.answer(status, body, "text/html"), faults.sends(WIRE))
    assert asked == 2
    assert text(deltas) == TEXT


@pytest.mark.parametrize(
    "type_", ["text/html", "application/octet-stream", "image/png", "application/json", "nonsense"]
)
def test_a_stream_under_any_name_is_one(type_: str) -> None:
    deltas, _ = heard(faults.answer(200, BODY, type_))
    assert text(deltas) == TEXT
