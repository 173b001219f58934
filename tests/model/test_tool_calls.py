"""Structured tool calls in every shape that services send them in."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glmcode.model.decoder import Decoder
from glmcode.model.stream import Delta, Fault, Finish, Reasoning, Text, Usage
from glmcode.model.tool_calls import ToolCalls
from glmcode.model.xml_calls import written_last
from glmcode.plan.edits import Broken, Edit
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


def taken(*pieces: object) -> ToolCalls:
    calls = ToolCalls()
    for piece in pieces:
        calls.take([piece])
    return calls


def read(*pieces: object) -> list[Any]:
    """The arguments of the calls that are whole, in an answer that broke off."""
    return [json.loads(line)["arguments"] for line in taken(*pieces).text(cut=True).split("\n") if line]


def kinds(calls: ToolCalls) -> list[type]:
    """What a plan's reader makes of the calls of an answer that came to its end."""
    return [type(event) for event in parse_plan(calls.text()) if isinstance(event, Edit | Broken)]


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
    whole = call(ENCODED, 1, "c2")
    for half in (call(ENCODED[:end]), call(json.dumps(ENCODED)[: end + 1])):
        assert read(half) == []
        assert read(half, whole) == [ARGUMENTS]
        if end:  # in an answer that has ended the model is told, and the call behind it lands
            assert kinds(taken(half, whole)) == [Broken, Edit]


@pytest.mark.parametrize(
    "half",
    [
        '{"path": "a.py", "x": "\n<edit path="b.py" delete="f"/>\n',
        "}]}} extra",
        '{"content": "<arg_key>x</arg_key>\n<edit path="b.py" delete="f"/>\n</arg_value>',
        "[1, 2",
        '{"a": 1}]}',
        "\x85x\u2028y",
    ],
)
def test_nothing_within_half_a_call_is_read_as_a_plan(half: str) -> None:
    (event,) = parse_plan(taken(call(half)).text())
    assert isinstance(event, Broken)
    assert "Send the whole call again" in event.why


XML = "".join(f"<arg_key>{key}</arg_key>\n<arg_value>{value}</arg_value>\n" for key, value in ARGUMENTS.items())
CALLED = f"<tool_call>edit_file\n{XML}</tool_call>"
"""As GLM writes a call."""
LEAKED = f"edit_file\n{XML}"


def said_by(plan: str) -> list[object]:
    return [(edit.path, edit.change) for edit in parse_plan(plan) if isinstance(edit, Edit)]


@pytest.mark.parametrize(
    "pieces",
    [
        [call("", name=LEAKED)],
        [call("{}", name=f"{LEAKED}</tool_call>")],
        [call("", name=part) for part in ("edit_file<arg", *parts(LEAKED.removeprefix("edit_file\n<arg"), 9))],
        [call(part, name=None if number else "edit_file") for number, part in enumerate(parts(XML, 7))],
        [call(f"{XML}</tool_call>")],
        [call(ENCODED, name="edit_file</tool_call>")],
    ],
)
def test_arguments_that_leaked_out_of_their_place_are_read(pieces: list[object]) -> None:
    calls = taken(*pieces)
    assert kinds(calls) == [Edit]
    assert said_by(calls.text()) in (said_by(CALLED), said_by(taken(call(ENCODED)).text()))


@pytest.mark.parametrize("end", range(len("edit_file\n<arg_key>p"), len(LEAKED) - 1))
def test_half_a_call_that_leaked_into_a_name_is_never_carried_out(end: int) -> None:
    half, whole = call("", name=LEAKED[:end]), call(ENCODED, 1, "c2")
    assert read(half) == []
    assert read(half, whole) == [ARGUMENTS]
    assert kinds(taken(half, whole))[-1] is Edit
    assert kinds(taken(half, whole)).count(Edit) == 1


def test_an_object_beside_leaked_arguments_is_one_too_many() -> None:
    assert kinds(taken(call(ENCODED, name=LEAKED))) == [Broken]


def test_a_list_that_is_sent_as_its_text_is_a_list_and_a_file_s_content_stays_text() -> None:
    edits = [{"old_string": "a", "new_string": "b"}]
    assert read(call({"path": "x", "edits": json.dumps(edits), "content": "[1]"})) == [
        {"path": "x", "edits": edits, "content": "[1]"}
    ]


@given(st.lists(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=6), lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["index", "id", "function", "name", "arguments"]), x), max_leaves=8)))  # fmt: skip
def test_anything_at_all_is_read_without_an_error(entries: list[object]) -> None:
    calls = ToolCalls()
    calls.take(entries)
    for line in calls.text(cut=True).split("\n"):
        assert not line or isinstance(json.loads(line)["arguments"], dict)
    assert Edit not in kinds(calls) or '"arguments"' in json.dumps(entries)


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


@pytest.mark.parametrize(("finish", "said"), [("length", [Edit]), (None, [Edit]), ("tool_calls", [Edit, Broken]), ("stop", [Edit, Broken])])  # fmt: skip
def test_half_a_call_is_told_where_the_answer_has_ended_and_asked_for_again_where_not(
    finish: str | None, said: list[type]
) -> None:
    decoder = Decoder()
    decoder.feed(event(delta={"tool_calls": [call(ENCODED), call(ENCODED[:50], 1, "c2")]}))
    decoder.feed(event(delta={}, finish_reason=finish) if finish else b"")
    text = "".join(delta.text for delta in decoder.close() if isinstance(delta, Text))
    assert [type(edit) for edit in parse_plan(text)] == said


def test_an_answer_of_calls_alone_is_an_answer() -> None:
    decoder = Decoder()
    assert (
        decoder.feed(event(message={"content": None, "tool_calls": [call(ENCODED)]}, finish_reason="tool_calls")) == []
    )
    text, finish = decoder.close()
    assert isinstance(text, Text)
    assert finish == Finish("tool_calls")
    assert decoder.spoke


def thought(*pieces: str, text: str = "", finish: str | None = "stop") -> list[Delta | Fault]:
    """The deltas of an answer that reasons in these pieces; those of one kind in one."""
    decoder = Decoder()
    deltas = [delta for piece in pieces for delta in decoder.feed(event(delta={"reasoning_content": piece}))]
    deltas += decoder.feed(event(delta={"content": text})) if text else []
    deltas += decoder.feed(event(delta={}, finish_reason=finish)) if finish else []
    return [delta for delta in deltas if not isinstance(delta, Reasoning)] + decoder.close()


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("finish", ["stop", "tool_calls"])
@pytest.mark.parametrize("before", ["", "I change a.py.\n", "<tool_call> is how I call.\n", "</think>"])
@pytest.mark.parametrize(
    "called", [CALLED, f'<tool_call>\n{{"name": "edit_file", "arguments": {ENCODED}}}\n</tool_call>']
)
def test_a_call_that_was_taken_for_reasoning_is_the_answer(size: int, finish: str, before: str, called: str) -> None:
    said, end = thought(*parts(f"{before}{called}\n", size), finish=finish)
    assert said == Text(f"\n{called}\n")
    assert len(said_by(said.text)) == 1
    assert end == Finish(finish)


def test_several_calls_in_the_reasoning_come_in_their_order() -> None:
    calls = [CALLED.replace("a.py", f"{name}.py") for name in "abc"]
    said, _ = thought("So:\n" + "\n".join(calls))
    assert isinstance(said, Text)
    assert [edit.path for edit in parse_plan(said.text) if isinstance(edit, Edit)] == ["a.py", "b.py", "c.py"]


def test_nothing_within_half_a_call_of_the_reasoning_is_read_as_a_plan() -> None:
    half = "<tool_call>write_file<arg_key>path</arg_key><arg_value>a.py</arg_value><arg_key>content</arg_key><arg_value>x = 1\n"
    said, _ = thought(f'{half}<edit path="b.py" delete="f"/>\n')
    assert isinstance(said, Text)
    assert [type(edit) for edit in parse_plan(said.text)] == [Broken]


@pytest.mark.parametrize("end", range(len(CALLED)))
def test_half_a_call_in_the_reasoning_is_never_carried_out(end: int) -> None:
    deltas = thought(f"{CALLED}\n{CALLED.replace('a.py', 'b.py')[:end]}")
    text = "".join(delta.text for delta in deltas if isinstance(delta, Text))
    assert all(edit.path == "a.py" for edit in parse_plan(text) if isinstance(edit, Edit))
    if end >= CALLED.index("<arg_key>") + len("<arg_key>"):
        assert [type(edit) for edit in parse_plan(text)] == [Edit, Broken]


NESTED = f"<tool_call>write_file<arg_key>path</arg_key><arg_value>how.md</arg_value><arg_key>content</arg_key><arg_value>{CALLED}"


@pytest.mark.parametrize(
    ("pieces", "text", "finish"),
    [
        ([f"I might say {CALLED}, but no."], "", "stop"),
        ([f"A draft:\n{CALLED}"], "The plan is another.", "stop"),
        ([f"A draft:\n{CALLED}"], "", None),
        ([f"A draft:\n{CALLED}"], "", "length"),
        ([f"A draft:\n{CALLED}"], "", "network_error"),
        (["I call <tool_call>edit_file</tool_call>"], "", "stop"),
        ([f"```\n{CALLED}\n```"], "", "stop"),
        ([f"{NESTED}</arg_value></tool_call>"], "", "stop"),
        ([f"{NESTED.removesuffix('</tool_call>')}</arg_value></tool_call>"], "", "stop"),
        ([NESTED], "", "stop"),
        ([f"It is <tool_call>edit_file<arg_key> so.\n{CALLED}"], "", "stop"),
    ],
)
def test_a_call_that_is_only_thought_of_is_none(pieces: list[str], text: str, finish: str | None) -> None:
    deltas = thought(*pieces, text=text, finish=finish)
    assert "".join(delta.text for delta in deltas if isinstance(delta, Text)) == text


def test_a_structured_call_goes_before_one_that_was_thought_of() -> None:
    decoder = Decoder()
    decoder.feed(event(delta={"reasoning": CALLED.replace("a.py", "b.py")}))
    decoder.feed(event(delta={"tool_calls": [call(ENCODED)]}, finish_reason="tool_calls"))
    said, _ = decoder.close()
    assert isinstance(said, Text)
    assert [edit.path for edit in parse_plan(said.text) if isinstance(edit, Edit)] == ["a.py"]


TAGS = ["<tool_call>", "</tool_call>", "<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>", "path", "a.py", "{", "}", "\n"]  # fmt: skip


@given(st.lists(st.sampled_from([*TAGS, CALLED]), max_size=30))
def test_any_order_of_tags_is_read_without_an_error(tags: list[str]) -> None:
    text = "".join(tags)
    last, is_half = written_last(text)
    assert is_half or not last or text.rstrip().endswith(last.rstrip())
    parse_plan(last)


@pytest.mark.parametrize(
    "piece", ["<tool_call>", "<tool_call>f<arg_key>", f"{CALLED} ", "<arg_value></arg_value>", " "]
)
def test_a_megabyte_of_tags_costs_a_pass_over_it(piece: str) -> None:
    """Not one for each tag: that would be minutes."""
    text = "<tool_call>f<arg_key>k</arg_key><arg_value>" + piece * (1_000_000 // len(piece))
    assert len(written_last(text)) == 2
