"""Tool calls between tags, in every style that leaks into answers, and what is none."""

import json

import pytest

from glmcode.plan.edits import Broken, Change, Edit, Remove, Sketch, Substitute, Whole
from glmcode.plan.reader import PlanParser, parse_plan

LINES = Substitute("    a\n    b\n", "    c\n")
TEXT = Substitute("    a\n    b", "    c", whole_lines=False)


def glm(tool: str, between: str = "\n", **arguments: str) -> str:
    pairs = [
        f"<arg_key>{name}</arg_key>{between}<arg_value>{value}</arg_value>{between}"
        for name, value in arguments.items()
    ]
    return f"<tool_call>{tool}{between}{''.join(pairs)}</tool_call>\n"


def invoke(tool: str, space: str = "", **arguments: str) -> str:
    pairs = [f'<{space}parameter name="{name}">{value}</{space}parameter>\n' for name, value in arguments.items()]
    return f'<{space}function_calls>\n<{space}invoke name="{tool}">\n{"".join(pairs)}</{space}invoke>\n</{space}function_calls>\n'


def function(tool: str, **arguments: str) -> str:
    pairs = [f"<parameter={name}>\n{value}\n</parameter>\n" for name, value in arguments.items()]
    return f"<tool_call>\n<function={tool}>\n{''.join(pairs)}</function>\n</tool_call>\n"


def elements(tool: str, **arguments: str) -> str:
    return f"<{tool}>\n" + "".join(f"<{name}>{value}</{name}>\n" for name, value in arguments.items()) + f"</{tool}>\n"


def edits(plan: str) -> list[tuple[str, Change]]:
    found = []
    for event in parse_plan(plan):
        assert isinstance(event, Edit), event
        found.append((event.path, event.change))
    return found


HALVES = {"path": "src/a.py", "old_string": "    a\n    b", "new_string": "    c"}
OWN_LINES = {"path": "src/a.py", "old_string": "\n    a\n    b\n", "new_string": "\n    c\n"}
CALLS = {
    "glm": (glm("edit", **HALVES), TEXT),
    "glm without line feeds": (glm("edit", "", **HALVES), TEXT),
    "glm, its name on a line of its own": (glm("\nedit", **HALVES), TEXT),
    "invoke": (invoke("str_replace", **HALVES), TEXT),
    "invoke in a namespace": (invoke("edit", "minimax:", **HALVES), TEXT),
    "invoke in marks": (invoke("edit", "｜DSML｜", **HALVES), TEXT),
    "invoke, halves on lines of their own": (invoke("edit", **OWN_LINES), LINES),
    "function": (function("edit_file", **HALVES), LINES),
    "elements": (elements("str_replace", **HALVES), TEXT),
    "elements, halves on lines of their own": (elements("str_replace_editor", **OWN_LINES), LINES),
}


@pytest.mark.parametrize("name", CALLS)
def test_one_call_in_every_style(name: str) -> None:
    call, change = CALLS[name]
    for plan in (call, f"I change it.\n\n{call}\nDone.\n", f"```xml\n{call}```\n", call + call.rstrip()):
        assert edits(plan) == [("src/a.py", change)] * plan.count("    c")


@pytest.mark.parametrize("name", CALLS)
def test_half_of_a_call_is_never_carried_out(name: str) -> None:
    call, _ = CALLS[name]
    end = max(
        call.find(tag) for tag in ("</function>", "invoke>\n</", "</str_replace", "</tool_call>" * ("arg_key" in call))
    )
    for size in range(end):
        for cut in (True, False):
            parser = PlanParser()
            events = parser.feed(call[:size]) + parser.close(cut=cut)
            assert not [event for event in events if isinstance(event, Edit)], call[:size]
    (last,) = (event for event in events if isinstance(event, Broken))
    assert last.path == "src/a.py"


AFTER = [
    '<edit path="b.py"\n  delete="g"/>\n',
    "b.py\n```python\nx\n```\n",
    "b.py\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n",
    "*** Begin Patch\n*** Update File: b.py\n@@\n-a\n+b\n*** End Patch\n",
    '{"path": "b.py", "old_string": "a", "new_string": "b"}\n',
    glm("write", path="b.py", content="x\n"),
    elements("write_to_file", path="b.py", content="x\n"),
]


@pytest.mark.parametrize("after", AFTER)
@pytest.mark.parametrize("name", CALLS)
def test_a_call_that_is_broken_off_leaves_the_edits_behind_it(name: str, after: str) -> None:
    lines = CALLS[name][0].splitlines(keepends=True)
    for i in range(len(lines) + 1):
        *_, last = parse_plan("".join(lines[:i]) + after)
        assert isinstance(last, Edit), lines[:i]
        assert (last.path, last.line > i) == ("b.py", True), lines[:i]


@pytest.mark.parametrize("tool", ["write", "create_file", "write_to_file"])
def test_a_whole_file(tool: str) -> None:
    body = "import os\n\nX = '<path>'\n"
    change = [("src/a.py", Whole(body))]
    assert edits(glm(tool, path="src/a.py", content=body)) == change
    assert edits(invoke(tool, file_path="src/a.py", content=body)) == change
    assert edits(function(tool, path="src/a.py", content=body.rstrip())) == change
    for content in (body, "\n" + body, f"<![CDATA[{body}]]>", f"\n```python\n{body}```\n"):
        assert edits(elements("write_to_file", path="src/a.py", content=content, line_count="3")) == change


def test_tags_within_a_value_are_its_own() -> None:
    for body in (
        "</content>\n",
        "<content>x</content>\n<p></p>\n",
        "</arg_value>x\n",
        "a</parameter>\n\nb\n",
        "</path>\n",
    ):
        assert edits(elements("write_to_file", path="a.xml", content="\n" + body)) == [("a.xml", Whole(body))]
        assert edits(glm("write", path="a.xml", content=body)) == [("a.xml", Whole(body))]
        assert edits(invoke("write", path="a.xml", content=body)) == [("a.xml", Whole(body))]


def test_a_document_about_calls_holds_calls() -> None:
    body = "# How\n" + "".join(call for call, _ in CALLS.values()) + "End\n"
    for call in (glm("write", path="a.md", content=body), elements("write_to_file", path="a.md", content="\n" + body)):
        assert edits(call) == [("a.md", Whole(body))]


def test_an_end_of_a_call_in_a_value_never_lands_the_half_before_it_in_silence() -> None:
    body = 'X = """\n</content>\n</write_to_file>\n"""\n'
    _, second = parse_plan(elements("write_to_file", path="a.py", content="\n" + body))
    assert isinstance(second, Broken)
    assert second.path == "a.py"
    body = 'X = """\n</parameter>\n</invoke>\n"""\n'
    assert [type(event) for event in parse_plan(invoke("write", path="a.py", content="\n" + body))][1] is Broken


def test_the_diff_of_a_call_is_a_plan_of_its_own() -> None:
    diff = "\n------- SEARCH\na\n=======\nb\n+++++++ REPLACE\n\n<<<<<<< SEARCH\n:start_line:7\n-------\nc\n=======\n>>>>>>> REPLACE\n"
    both = [("a.py", Substitute("a\n", "b\n")), ("a.py", Substitute("c\n", "", line_hint=7))]
    assert edits(elements("replace_in_file", path="a.py", diff=diff)) == both
    assert edits(elements("apply_diff", path="a.py", diff=diff)) == both
    assert edits(glm("apply_diff", path="a.py", diff=diff)) == both
    several = "".join(
        f"<file>\n<path>{path}</path>\n<diff>\n<content>{diff}</content>\n<start_line>7</start_line>\n</diff>\n</file>\n"
        for path in ("a.py", "b.py")
    )
    assert edits(f"<apply_diff>\n<args>\n{several}</args>\n</apply_diff>\n") == [*both, *(("b.py", c) for _, c in both)]
    patch = "*** Begin Patch\n*** Update File: a.py\n@@\n-a\n+b\n*** End Patch"
    for call in (invoke("apply_patch", input=patch), function("apply_patch", patch=patch), json.dumps({"name": "apply_patch", "arguments": {"input": patch}})):  # fmt: skip
        assert edits(call) == [("a.py", Substitute("a\n", "b\n"))]


def test_a_broken_block_in_the_diff_of_a_call_says_its_line() -> None:
    bad, good = parse_plan("Hm\n" + elements("replace_in_file", path="a.py", diff="\n<<<<<<< SEARCH\na\n<<<<<<< SEARCH\nc\n=======\nd\n>>>>>>> REPLACE\n"))  # fmt: skip
    assert isinstance(bad, Broken)
    assert (bad.path, bad.line) == ("a.py", 5)
    assert isinstance(good, Edit)


def test_a_call_and_the_patch_in_it_name_the_same_file() -> None:
    patch = "--- a/b.py\n+++ b/b.py\n@@\n-a\n+b\n"
    (event,) = parse_plan(invoke("edit", path="a.py", diff=patch))
    assert isinstance(event, Broken)
    assert edits(invoke("edit", path="src/b.py", diff=patch)) == [("b.py", Substitute("a\n", "b\n"))]


def test_lists_flags_and_sketches() -> None:
    entries = json.dumps([{"old_string": "a", "new_string": "b"}, {"old_string": "c", "new_string": ""}])
    both = [("a.py", Substitute("a", "b", whole_lines=False)), ("a.py", Substitute("c", "", whole_lines=False))]
    assert edits(glm("multi_edit", file_path="a.py", edits=entries)) == both
    every = Substitute("a", "b", whole_lines=False, every=True)
    assert edits(glm("edit", path="a.py", old_string="a", new_string="b", replace_all="true")) == [("a.py", every)]
    assert edits(elements("edit_file", target_file="a.py", instructions="I do", code_edit="\n# ... existing code ...\nx\n")) == [
        ("a.py", Sketch("# ... existing code ...\nx\n", implied=True))
    ]  # fmt: skip
    assert edits(elements("delete_file", path="a.py")) == [("a.py", Remove())]


@pytest.mark.parametrize(
    "call",
    [
        elements("insert_content", path="a.py", line="3", content="\nx\n"),
        glm("insert", path="a.py", insert_line="3", new_str="x"),
        elements("search_and_replace", path="a.py", search="a.", replace="b", use_regex="true"),
        elements("write_to_file", path="a.py"),
        elements("apply_diff", path="a.py", diff="\nno diff\n"),
        elements("str_replace", path="a.py", old_string="a"),
        glm("edit", path="a.py", edits="[{]"),
        "<write_to_file>\n<path>a.py</path>\ntext\n<content>\nx\n</content>\n</write_to_file>\n",
        "<write_to_file>\n<path>a.py</path>\n<path>b.py</path>\n<content>\nx\n</content>\n</write_to_file>\n",
        json.dumps({"name": "edit_file", "arguments": {"path": "a.py", "edits": "[{]"}}),
        json.dumps({"name": "edit_file", "arguments": {"path": "a.py"}}),
        '<function=write_file>{"path": "a.py", "con',
    ],
)
def test_a_call_that_cant_be_read_is_rejected_not_passed_over(call: str) -> None:
    assert any(isinstance(event, Broken) for event in parse_plan(call))
    assert not any(isinstance(event, Edit) for event in parse_plan(call))


@pytest.mark.parametrize(
    "text",
    [
        glm("read_file", path="a.py"),
        invoke("bash", command="rm a.py"),
        invoke("str_replace_editor", command="view", path="a.py"),
        elements("read_file", path="a.py"),
        "<write_to_file> is a tool.\n",
        "<write_to_file>\nis a tool.\n",
        "<tool_call>\nNo.\n</tool_call>\n",
        "```html\n<article>\n<path>x</path>\n</article>\n```\n",
    ],
)
def test_other_calls_and_tags_are_prose(text: str) -> None:
    assert parse_plan(text) == ()
    assert len(edits(text + "b.py\n```\nx\n```\n")) == 1


CALL = json.dumps({"path": "a.py", "content": "x\n"})


@pytest.mark.parametrize(
    "plan",
    [
        f'<tool_call>{{"name": "write", "arguments": {CALL}}}</tool_call>\n',
        f"<function=write_file>{CALL}</function>\n",
        f'<|python_tag|>{{"name": "write", "parameters": {CALL}}}<|eom_id|>\n',
        f'[TOOL_CALLS][{{"name": "write", "arguments": {CALL}}}]\n',
        f"[TOOL_CALLS]write_file[ARGS]{CALL}\n",
        f"<|tool_calls_section_begin|><|tool_call_begin|>functions.write_file:0<|tool_call_argument_begin|>{CALL}<|tool_call_end|><|tool_calls_section_end|>\n",
        f"<|channel|>commentary to=functions.write_file <|constrain|>json<|message|>{CALL}<|call|>\n",
        f"<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>write_file<｜tool▁sep｜>{CALL}<｜tool▁call▁end｜>\n",
    ],
)
def test_json_behind_the_marks_of_a_template(plan: str) -> None:
    assert edits(plan) == [("a.py", Whole("x\n"))]


def test_calls_without_an_end_cost_no_more_than_their_lines() -> None:
    """Each line is read twice at most: as a value's, and again where the call turns out to have no end."""
    from glmcode.plan.call_tags import TaggedCall

    taken = 0
    take = TaggedCall.take

    def counted(self: TaggedCall, text: str, line: int, at: int = 0) -> int | None:
        nonlocal taken
        taken += 1
        return take(self, text, line, at)

    half = "<write_to_file>\n<path>a.py</path>\n<content>\nx\n</content>\ny\n<edit path='a.py' at='top'>\nz\n</edit>\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TaggedCall, "take", counted)
        found = parse_plan(half * 500)
    assert [type(event) for event in found] == [Broken, Edit] * 500
    assert taken <= 2 * 500 * half.count("\n")
