"""Structured tool calls in every shape that services send them in."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glmcode.model.decoder import Decoder
from glmcode.model.stream import Finish, Text, Usage
from glmcode.model.tool_calls import ToolCalls
from glmcode.plan.edits import Edit
from glmcode.plan.reader import parse_plan

ARGUMENTS = {"path": "a.py", "old_string": "x = 1\n", "new_string": "x = 2  # é\n"}
ENCODED = json.dumps(ARGUMENTS)


def call(arguments: object = None, index: object = 0, id_: object = "c1", name: object = "edit_file") -> dict[str, Any]:
    entry: dict[str, Any] = {"type": "function", "function": {}}
    for key, value in (("index", index), ("id", id_)):
        if value is not None:
            entry[key] = value
    for key, value in (("name", name), ("arguments", arguments)):
        if value is not None:
            entry["function"][key] = value
    return entry


def read(*pieces: object) -> list[Any]:
    calls = ToolCalls()
    for piece in pieces:
        calls.take([piece])
    return [json.loads(line)["arguments"] for line in calls.text().split("\n") if line]


def parts(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


@pytest.mark.parametrize(
    "pieces",
    [
        [call(ENCODED)],
        [call(""), *(call(part, id_=None, name=None) for part in parts(ENCODED, 3))],
        [call("", id_=None), *(call(part, id_=None, name=None) for part in parts(ENCODED, 5))],
        [call("", index=None), *(call(part, index=None, name=None) for part in parts(ENCODED, 5))],
        [call("", index=None, id_=None), *(call(part, index=None, id_=None, name=None) for part in parts(ENCODED, 5))],
        [call(ENCODED + ENCODED)],
        [call(ENCODED), call(ENCODED, id_=None, name=None)],
        [call(json.dumps(ENCODED))],
        [call(json.dumps(json.dumps(ENCODED)))],
        [call(ARGUMENTS)],
        [call(None), call(ENCODED, name=None)],
        [{"index": 0, "name": "edit_file", "arguments": ENCODED}],
    ],
)
def test_one_call_in_every_shape(pieces: list[object]) -> None:
    assert read(*pieces) == [ARGUMENTS]


@pytest.mark.parametrize("index", [True, False], ids=["by index", "by order"])
@pytest.mark.parametrize("ids", [True, False], ids=["with ids", "without"])
def test_calls_that_come_one_after_another(index: bool, ids: bool) -> None:
    pieces = []
    for number in range(3):
        at, id_ = (number if index else None), (f"c{number}" if ids else None)
        pieces += [call("", at, id_), *(call(part, at, None, None) for part in parts(json.dumps({"n": number}), 2))]
    assert read(*pieces) == [{"n": 0}, {"n": 1}, {"n": 2}]


def test_the_same_index_for_every_call_is_told_by_the_ids() -> None:
    assert read(call('{"n": 0}', 0, "a"), call('{"n": 1}', 0, "b")) == [{"n": 0}, {"n": 1}]


@pytest.mark.parametrize("end", range(len(ENCODED)))
def test_half_a_call_is_never_carried_out(end: int) -> None:
    assert read(call(ENCODED[:end])) == []
    assert read(call(json.dumps(ENCODED)[: end + 1])) == []


def test_a_list_that_is_sent_as_its_text_is_a_list_and_a_file_s_content_stays_text() -> None:
    edits = [{"old_string": "a", "new_string": "b"}]
    assert read(call({"path": "x", "edits": json.dumps(edits), "content": "[1]"})) == [
        {"path": "x", "edits": edits, "content": "[1]"}
    ]


@given(st.lists(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=6), lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["index", "id", "function", "name", "arguments"]), x), max_leaves=8)))  # fmt: skip
def test_anything_at_all_is_read_without_an_error(entries: list[object]) -> None:
    calls = ToolCalls()
    calls.take(entries)
    for line in calls.text().split("\n"):
        assert not line or isinstance(json.loads(line)["arguments"], dict)


def event(**choice: object) -> bytes:
    return b"data: " + json.dumps({"choices": [{"index": 0, **choice}]}).encode() + b"\n\n"


def test_the_decoder_gives_whole_calls_as_a_plan_reads_them() -> None:
    decoder = Decoder()
    deltas = decoder.feed(event(delta={"content": "I change it.", "tool_calls": None}))
    for part in parts(ENCODED, 7):
        deltas += decoder.feed(
            event(delta={"tool_calls": [call(part, 0, None, "edit_file" if part == ENCODED[:7] else None)]})
        )
    deltas += decoder.feed(event(delta={}, finish_reason="tool_calls"))
    deltas += decoder.feed(
        b'data: {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}\n\ndata: [DONE]\n\n'
    )
    deltas += decoder.close()
    assert deltas[-2:] == [Usage(1, 0, 2, 0), Finish("tool_calls")]
    (edit,) = parse_plan("".join(delta.text for delta in deltas if isinstance(delta, Text)))
    assert isinstance(edit, Edit)
    assert edit.path == "a.py"


def test_an_answer_of_calls_alone_is_an_answer() -> None:
    decoder = Decoder()
    assert (
        decoder.feed(event(message={"content": None, "tool_calls": [call(ENCODED)]}, finish_reason="tool_calls")) == []
    )
    text, finish = decoder.close()
    assert isinstance(text, Text)
    assert finish == Finish("tool_calls")
    assert decoder.spoke
