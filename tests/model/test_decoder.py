"""The decoder: every shape of stream that was seen in the field, at any chunking, and hostile ones in bounded time."""

import json
import time
import tracemalloc
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode.model.decoder import LARGEST_EVENT, Decoder, read_usage
from glmcode.model.stream import Delta, Fault, Finish, Reasoning, Text, Usage
from tests.model.faults import drip

CHUNK: dict[str, Any] = {"id": "1", "created": 17, "object": "chat.completion.chunk", "model": "glm-5"}


def event(delta: object, finish: str | None = None, **more: object) -> bytes:
    return line({**CHUNK, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more})


def line(value: object) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


STOP = event({}, "stop") + b"data: [DONE]\n\n"


def decoded(reads: Iterable[bytes]) -> list[Delta | Fault]:
    decoder = Decoder()
    deltas = [delta for data in reads for delta in decoder.feed(data)]
    return merged([*deltas, *decoder.close()])


def merged(deltas: Sequence[Delta | Fault]) -> list[Delta | Fault]:
    """Adjacent deltas of one kind as one: what does not depend on how the network cut the stream."""
    out: list[Delta | Fault] = []
    for delta in deltas:
        last = out[-1] if out else None
        if isinstance(delta, Text) and isinstance(last, Text):
            out[-1] = Text(last.text + delta.text)
        elif isinstance(delta, Reasoning) and isinstance(last, Reasoning):
            out[-1] = Reasoning(last.text + delta.text)
        else:
            out.append(delta)
    return out


def test_deltas_of_one_read_come_as_one_a_kind() -> None:
    stream = (
        event({"reasoning_content": "a"})
        + event({"reasoning_content": "b"})
        + event({"content": "c"})
        + event({"content": "d"})
    )
    assert Decoder().feed(stream) == [Reasoning("ab"), Text("cd")]


@pytest.mark.parametrize(
    ("stream", "deltas"),
    [
        (event({"reasoning": "vLLM"}), [Reasoning("vLLM")]),
        (event({"reasoning": "x", "reasoning_content": "x"}), [Reasoning("x")]),
        (event({"reasoning_content": None, "reasoning": "x", "content": None}), [Reasoning("x")]),
        (event({"content": "x", "reasoning_content": "y"}), [Reasoning("y"), Text("x")]),
        (event({"content": ""}), []),
        (event({"content": None}), []),
        (event({"content": 7, "reasoning": ["x"]}), []),
        (event(None), []),
        (line({**CHUNK, "choices": None}), []),
        (line({**CHUNK, "choices": []}), []),
        (line({**CHUNK, "choices": "x"}), []),
        (line({**CHUNK, "choices": [None, {"index": 1, "delta": {"content": "other"}}]}), []),
        (line({"choices": [{"delta": {"content": "no index"}}]}), [Text("no index")]),
        (b": OPENROUTER PROCESSING\n\n" + event({"content": "x"}), [Text("x")]),
        (b"event: message\nid: 7\nretry: 100\n" + event({"content": "x"}), [Text("x")]),
        (event({"content": "x"}).replace(b"data: ", b"data:"), [Text("x")]),
        (event({"content": "x"}).replace(b"data: ", b"data:\t  "), [Text("x")]),
        (event({"content": "x"}).replace(b"\n", b"\r\n"), [Text("x")]),
        (event({"content": "x"}).replace(b"\n", b"\r"), [Text("x")]),
        ((b": ping\n\n" + event({"content": "x"})).replace(b"\n", b"\r"), [Text("x")]),
        (event({"content": "x"}).rstrip(b"\n"), [Text("x")]),
        (event({"content": "x"}).removeprefix(b"data: "), [Text("x")]),
        (b"\xef\xbb\xbf: a byte order mark\n" + event({"content": "x"}), [Text("x")]),
        (event({"content": "raw\ttab"}).replace(b"\\t", b"\t"), [Text("raw\ttab")]),
        (event({"content": "\u2028\x85\x0b"}), [Text("\u2028\x85\x0b")]),
        (b"data: {'broken'\n\n" + event({"content": "x"}), [Text("x")]),
        (event({"content": "x"})[:40] + b"\n" + event({"content": "y"}), [Text("y")]),
    ],
)  # fmt: skip
def test_shapes_of_the_field(stream: bytes, deltas: list[Delta]) -> None:
    cut = Finish("cut", "the stream ended without a finish reason")
    assert decoded([stream]) == [*deltas, cut]
    assert decoded(drip(stream, [1])) == [*deltas, cut]
    assert decoded([stream, STOP]) == [*deltas, Finish("stop")]


def test_what_a_proxy_glued_together_is_taken_apart() -> None:
    first, second = event({"content": "a"}).strip(), event({"content": "b"}).strip()
    for glued in (first + second, first + second.removeprefix(b"data: "), first + b" data: " + second[6:]):
        assert decoded([glued + b"\n\n" + STOP]) == [Text("ab"), Finish("stop")]
    assert decoded([first + b"data: [DONE]\n\n"]) == [
        Text("a"),
        Finish("cut", "the stream ended without a finish reason"),
    ]


def test_an_event_that_was_broken_over_two_lines_is_joined() -> None:
    whole = event({"content": "one two"}).strip()
    at = whole.index(b"two")
    for broken in (
        whole[:at] + b"\ndata: " + whole[at:],
        whole[:at] + b"\n" + whole[at:],
        whole[:at] + b"\n\ndata: " + whole[at:],
    ):
        decoder = Decoder()
        assert merged([*decoder.feed(broken + b"\n\n"), *decoder.feed(STOP), *decoder.close()]) == [
            Text("one two"),
            Finish("stop"),
        ]
        assert decoder.broken == 0


def test_broken_events_are_counted_and_their_neighbours_kept() -> None:
    decoder = Decoder()
    stream = (
        event({"content": "a"})
        + b"data: {oops\n\n"
        + event({"content": "b"})
        + b"data: 7\n\ndata: [1]\n\ndata: nope\n\n"
    )
    assert decoder.feed(stream) == [Text("ab")]
    decoder.close()
    assert decoder.broken == 4


@pytest.mark.parametrize(
    "stream",
    [
        event({"content": "x"}, "stop", usage={"prompt_tokens": 5, "completion_tokens": 2}) + b"data: [DONE]\n\n",
        event({"content": "x"}) + event({}, "stop") + line({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}}),
        event({"content": "x"}, usage={"prompt_tokens": 5, "completion_tokens": 1})
        + event({}, "stop", usage={"prompt_tokens": 5, "completion_tokens": 2}),
        line({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}})
        + event({"content": "x"}, usage=None) + event({}, "stop", usage={}),
        line({"choices": [{"delta": {"content": "x"}, "finish_reason": "stop", "usage": {"prompt_tokens": 5, "completion_tokens": 2}}]}),
    ],
)  # fmt: skip
def test_usage_is_found_wherever_it_stands_and_the_last_wins(stream: bytes) -> None:
    assert decoded([stream]) == [Text("x"), Usage(5, 0, 2, 0), Finish("stop")]


def test_cumulative_usage_on_every_event_is_read_to_the_last() -> None:
    events = [event({"content": "x"}, usage={"prompt_tokens": 5, "completion_tokens": n}) for n in range(1, 50)]
    assert decoded([*events, STOP]) == [Text("x" * 49), Usage(5, 0, 49, 0), Finish("stop")]


@pytest.mark.parametrize("absurd", [-1, 1.5, "9", True, None, [1], 10**30])
def test_absurd_figures_count_as_nothing(absurd: object) -> None:
    usage = {
        "prompt_tokens": absurd,
        "prompt_tokens_details": absurd,
        "completion_tokens_details": {"reasoning_tokens": absurd},
    }
    assert read_usage(usage) == Usage(0, 0, 0, 0)
    assert read_usage(absurd) is None


@pytest.mark.parametrize(
    ("payload", "fault"),
    [
        ({"error": {"code": "1302", "message": "busy"}}, Fault("1302", "busy")),
        ({"error": {"code": 1302, "message": "busy"}, "choices": []}, Fault("1302", "busy")),
        ({"error": {"type": "overloaded_error", "message": "busy"}}, Fault("overloaded_error", "busy")),
        ({"object": "error", "message": "busy", "code": 503}, Fault("503", "busy")),
        ({"code": "1302", "message": "busy"}, Fault("1302", "busy")),
        ({"error": "busy"}, Fault("", "busy")),
    ],
)
def test_an_error_in_the_stream_ends_it(payload: object, fault: Fault) -> None:
    decoder = Decoder()
    assert decoder.feed(event({"content": "a"}) + line(payload) + event({"content": "never"})) == [Text("a"), fault]
    assert decoder.feed(event({"content": "never"})) == []


def test_nothing_behind_done_is_read() -> None:
    decoder = Decoder()
    assert decoder.feed(event({"content": "a"}) + STOP + event({"content": "b"})) == [Text("a")]
    assert decoder.done
    assert decoder.feed(event({"content": "b"})) == []
    assert decoder.close() == [Finish("stop")]


def test_network_error_is_a_cut_and_no_finished_turn() -> None:
    assert decoded([event({"content": "a"}) + event({}, "network_error")])[-1] == Finish(
        "cut", "the service ended with network_error"
    )


def test_a_final_message_does_not_repeat_what_was_streamed() -> None:
    final = line({"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}]})
    assert decoded([event({"content": "a"}) + final]) == [Text("a"), Finish("stop")]


def test_a_character_that_two_events_share_is_made_whole() -> None:
    halves = [
        b'data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}\n\n',
        b'data: {"choices":[{"delta":{"content":"\\ude00b"}}]}\n\n',
    ]
    assert decoded(halves) == decoded([b"".join(halves)])
    assert decoded(halves)[0] == Text("a😀b")


def test_half_a_character_of_reasoning_does_not_get_into_the_text() -> None:
    stream = [
        b'data: {"choices":[{"delta":{"reasoning":"a\\ud83d"}}]}\n\n',
        b'data: {"choices":[{"delta":{"content":"b"}}]}\n\n',
    ]
    assert decoded(stream)[:2] == decoded([b"".join(stream)])[:2] == [Reasoning("a"), Text("b")]


def test_a_lone_half_of_a_character_becomes_a_replacement_character() -> None:
    stream = b'data: {"choices":[{"delta":{"content":"a\\ude00b\\udc80"}}]}\n\n'
    assert decoded([stream])[0] == Text("a�b�")


def test_text_that_is_no_utf8_does_not_end_the_stream() -> None:
    assert decoded([event({"content": "a?b"}).replace(b"?", b"\xff"), STOP])[0] == Text("a�b")


def test_an_event_of_more_than_16_mb_is_a_fault_and_is_not_kept() -> None:
    decoder = Decoder()
    block = b"x" * (1 << 20)
    faults = [delta for _ in range(20) for delta in decoder.feed(block)]
    assert faults == [Fault("", "an event of more than 16 MB")]


@pytest.mark.parametrize(
    "reads",
    [
        [b'data: {"a\n' * 100_000],
        [b'data: {"a\n\n' * 100_000],
        [b"{\n" + b"x" * 63 + b"\n"] * 100_000,
        [b"data: " + b"[" * 1_000_000 + b"\n\n"],
        [b'data: {"a":' * 100_000 + b"\n\n"],
        [b"data: " + b"9" * 1_000_000 + b"\n\n"],
        [b'data: {"choices":[{"delta":{"content":"' + b"\\ud800" * 200_000 + b'"}}]}\n\n'],
        [b"x"] * 300_000,
        [b"\r"] * 300_000,
        [b'data: {"choices":[{"delta":{"content":"%d","n":%d}}]}\n\n' % (n, n) for n in range(50_000)],
        [b"{}" * 100_000 + b"\n"],
    ],
)
def test_hostile_streams_cost_linear_time_and_do_not_crash(reads: list[bytes]) -> None:
    started = time.process_time()
    decoded(reads)
    assert time.process_time() - started < 15


def test_memory_for_torn_lines_is_bounded() -> None:
    decoder = Decoder()
    tracemalloc.start()
    for _ in range(6 * LARGEST_EVENT // 65536):
        decoder.feed(b"data: {torn" + b"x" * 65525 + b"\n")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * LARGEST_EVENT
    assert decoder.broken == 5


TEXTS = st.text(st.sampled_from('ab "\\\n\t{}[]:,\x00\x7fé你😀\ud800\udc00data'), max_size=8)
DELTAS = st.one_of(
    st.fixed_dictionaries({"content": TEXTS}),
    st.fixed_dictionaries({"role": st.just("assistant"), "content": TEXTS}),
    st.fixed_dictionaries({"content": st.just(""), "reasoning_content": TEXTS}),
    st.fixed_dictionaries({"reasoning": TEXTS, "content": st.none()}),
    st.fixed_dictionaries({"content": TEXTS, "reasoning": TEXTS}),
    st.just({}),
)
CHUNKS = st.fixed_dictionaries(
    {"choices": st.lists(st.fixed_dictionaries({"delta": DELTAS, "finish_reason": st.sampled_from([None, None, "stop"])}), max_size=2)},
    optional={"usage": st.sampled_from([None, {"prompt_tokens": 3}]), "content": TEXTS, "id": st.sampled_from(["1", '"content":"'])},
)  # fmt: skip


def reference(chunks: Sequence[dict[str, Any]]) -> list[Delta | Fault]:
    """The same with plain json and no cleverness."""
    out: list[Delta | Fault] = []
    finish, usage = "", None
    for chunk in chunks:
        usage = Usage(3, 0, 0, 0) if chunk.get("usage") else usage
        for choice in chunk["choices"][:1]:
            finish = choice["finish_reason"] or finish
            delta = choice["delta"]
            thought = delta.get("reasoning_content") or delta.get("reasoning")
            out += [Reasoning(thought)] if thought else []
            out += [Text(delta["content"])] if delta.get("content") else []
    end = Finish(finish) if finish else Finish("cut", "the stream ended without a finish reason")
    return whole([*out, *([usage] if usage else []), end])


def whole(deltas: Sequence[Delta | Fault]) -> list[Delta | Fault]:
    """Surrogates paired where they can be. Lone ones are left out, and with them what holds nothing else."""
    paired = [
        type(d)(d.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\ufffd", ""))
        if isinstance(d, Text | Reasoning)
        else d
        for d in merged(deltas)
    ]
    return merged([d for d in paired if not (isinstance(d, Text | Reasoning) and not d.text)])


@settings(max_examples=300)
@given(
    st.lists(st.tuples(CHUNKS, st.integers(1, 4)), max_size=12),
    st.lists(st.integers(1, 60), min_size=1, max_size=5),
    st.booleans(),
    st.sampled_from([(",", ":"), (", ", ": ")]),
    st.sampled_from([b"\n\n", b"\n", b"\r\n\r\n", b"\n: ping\n\n"]),
)
def test_any_stream_at_any_chunking_reads_as_plain_json_does(
    runs: list[tuple[dict[str, Any], int]], sizes: list[int], ascii_only: bool, separators: tuple[str, str], end: bytes
) -> None:
    chunks = [chunk for chunk, times in runs for _ in range(times)]
    lines = [json.dumps(chunk, ensure_ascii=ascii_only, separators=separators) for chunk in chunks]
    stream = b"".join(b"data: " + text.encode("utf-8", "replace") + end for text in lines)
    expected = [json.loads(text.encode("utf-8", "replace")) for text in lines]

    assert whole(decoded(drip(stream, sizes))) == reference(expected)
    assert whole(decoded([stream])) == reference(expected)


@given(st.binary(max_size=300), st.lists(st.integers(1, 20), min_size=1, max_size=4))
def test_any_bytes_give_the_same_at_any_chunking(data: bytes, sizes: list[int]) -> None:
    stream = event({"content": "a"}) + data + b"\n\n" + event({"content": "b"})
    assert decoded(drip(stream, sizes)) == decoded([stream])


A, B, C = ({"index": 0, "delta": {"content": text}} for text in "abc")


@pytest.mark.parametrize(
    "last",
    [
        {"choices": [{**C, "finish_reason": "length"}]},
        {"choices": [C], "usage": {"prompt_tokens": 1}},
        {"choices": [C], "error": {"message": "no"}},
        {"choices": [{"index": 0, "delta": {"content": "c", "reasoning": "r"}}]},
        {"choices": [{"index": 0, "delta": {"content": "c", "content_": 1}}, B]},
    ],
)
def test_an_event_that_differs_behind_its_text_from_those_before_is_read_whole(last: object) -> None:
    alone = Decoder()
    alone_deltas = merged([*alone.feed(line(last)), *alone.close()])
    decoder = Decoder()
    assert decoder.feed(line({"choices": [A]}) + line({"choices": [B]})) == [Text("ab")]
    assert merged([*decoder.feed(line(last)), *decoder.close()]) == alone_deltas


@pytest.mark.parametrize("decoy", ["content", "a", 'x","content":"a'])
def test_text_that_stands_elsewhere_in_the_event_too_is_not_taken_for_the_answer(decoy: str) -> None:
    events = [{"content": text, decoy: text, "choices": [A]} for text in "abcd"]
    assert decoded(map(line, events))[0] == Text("aaaa")


def test_an_event_that_says_its_text_twice_is_read_as_json_reads_it() -> None:
    events = [b'data: {"choices":[{"delta":{"content":"%s","content":"a"}}]}\n\n' % text for text in (b"a", b"b", b"c")]
    assert decoded(events)[0] == Text("aaa")


@given(st.lists(TEXTS, min_size=3, max_size=12), st.sampled_from(["content", "reasoning_content"]))
def test_a_learned_shape_changes_nothing(texts: list[str], key: str) -> None:
    events = [event({"role": "assistant", key: text}) for text in texts]
    decoder = Decoder()
    piecewise = [decoder.feed(data) for data in events]
    unlearned = [Decoder().feed(data) for data in events]
    joined = "".join(delta.text for deltas in piecewise for delta in deltas if isinstance(delta, Text | Reasoning))
    alone = "".join(delta.text for deltas in unlearned for delta in deltas if isinstance(delta, Text | Reasoning))
    if not any("\ud800" <= c <= "\udfff" for text in texts for c in text):
        assert joined == alone == "".join(texts)


@pytest.mark.parametrize(
    ("said", "deltas"),
    [
        ("<think>A draft: <edit>\n</think>\n\nThe plan.", [Reasoning("A draft: <edit>\n"), Text("\n\nThe plan.")]),
        ("<think>it goes on </thin", [Reasoning("it goes on </thin")]),
        ("<think></think>x", [Text("x")]),
        ("<thinking>x", [Text("<thinking>x")]),
        ("<th", [Text("<th")]),
        ("\n\n", [Text("\n\n")]),
        ("So <think>no</think>", [Text("So <think>no</think>")]),
        ("<think>a</think>b<think>c</think>", [Reasoning("a"), Text("b<think>c</think>")]),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_thoughts_that_a_server_left_in_the_text_are_no_part_of_the_answer(
    said: str, deltas: list[Delta], size: int
) -> None:
    """What is drafted there would land."""
    pieces = [said[at : at + size] for at in range(0, len(said), size)]
    stream = b"".join(event({"content": piece}) for piece in pieces) + STOP
    for sizes in ([], [1, 40]):
        assert decoded(drip(stream, sizes)) == [*deltas, Finish("stop")]


def test_thoughts_told_apart_are_the_only_ones() -> None:
    """Of a server that does so, text that begins with the tag says it."""
    stream = event({"reasoning": "hm"}) + event({"content": "<think>x</think>y"}) + STOP
    assert decoded([stream]) == [Reasoning("hm"), Text("<think>x</think>y"), Finish("stop")]
    assert decoded([event({"content": "<th"}) + event({"reasoning": "hm"}) + event({"content": "y"}) + STOP]) == [
        Text("<th"),
        Reasoning("hm"),
        Text("y"),
        Finish("stop"),
    ]


def test_blanks_before_thoughts_stay_and_hold_nothing_back() -> None:
    decoder = Decoder()
    assert decoder.feed(event({"content": "\n"})) == [Text("\n")]
    assert decoder.feed(event({"content": "<think>hm</think>x"})) == [Reasoning("hm"), Text("x")]
