"""Tool calls: the spellings of common agents, lists and wrappers, and what is other data."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glmcode.plan.edits import Begun, Broken, Change, Edit, Event, Prose, Sketch, Substitute, Whole
from glmcode.plan.reader import PlanParser, parse_plan


def events(plan: str, *, cut: bool = False, form: str = "auto") -> list[Event]:
    parser = PlanParser(form)
    return parser.feed(plan) + parser.close(cut=cut)


def changes(plan: str, **options: str) -> list[tuple[str, Change]]:
    found = []
    for event in parse_plan(plan, **options):
        assert isinstance(event, Edit), event
        assert event.form == "tool-call"
        found.append((event.path, event.change))
    return found


def broken(plan: str, **options: str) -> Broken:
    (event,) = parse_plan(plan, **options)
    assert isinstance(event, Broken)
    return event


CALL = {"path": "src/a.py", "old_string": "x\n\ty", "new_string": 'z "q"'}
CHANGE = Substitute("x\n\ty", 'z "q"', whole_lines=False)
LINE = json.dumps(CALL)


@pytest.mark.parametrize(
    "plan",
    [
        LINE,
        LINE + "\n",
        json.dumps(CALL, indent=2),
        json.dumps([CALL]),
        json.dumps([CALL], indent=1),
        f"I change it:\n\n```json\n{json.dumps(CALL, indent=4)}\n```\nDone.\n",
        f"```\n{LINE}\n```",
        f"~~~json\n{LINE}\n~~~\n",
        f"<tool_call>\n{LINE}\n</tool_call>\n",
        f"```tool_call\n{LINE}\n",
        LINE.replace("\\n", "\n").replace("\\t", "\t"),
        json.dumps({"name": "edit", "arguments": CALL}),
        json.dumps({"name": "edit", "arguments": LINE}),
        json.dumps({"tool": "str_replace", "input": CALL}),
        json.dumps({"tool_calls": [{"id": "1", "type": "function", "function": {"name": "edit", "arguments": LINE}}]}),
        json.dumps({"file_path": "src/a.py", "edits": [{"old_string": "x\n\ty", "new_string": 'z "q"'}]}),
        json.dumps({"command": "str_replace", "path": "src/a.py", "old_str": "x\n\ty", "new_str": 'z "q"'}),
        json.dumps([[CALL]]),
    ],
)
def test_one_call_however_it_is_wrapped(plan: str) -> None:
    assert changes(plan) == [("src/a.py", CHANGE)]
    assert changes(plan, form="tool-call") == [("src/a.py", CHANGE)]


@pytest.mark.parametrize("path", ["path", "file_path", "filePath", "filename", "file"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("old_string", "new_string"),
        ("old_str", "new_str"),
        ("old_text", "new_text"),
        ("oldString", "newString"),
        ("search", "replace"),
    ],
)
def test_the_names_that_agents_give(path: str, old: str, new: str) -> None:
    for form in ("auto", "tool-call"):
        assert changes(json.dumps({path: "./a.py", old: "x", new: ""}), form=form) == [
            ("a.py", Substitute("x", "", whole_lines=False))
        ]


@pytest.mark.parametrize(
    ("said", "every"), [(True, True), (False, False), (None, False), ("true", True), ("False", False)]
)
def test_replace_all(said: object, every: bool) -> None:
    assert changes(json.dumps({**CALL, "replace_all": said})) == [
        ("src/a.py", Substitute(CHANGE.old, CHANGE.new, whole_lines=False, every=every))
    ]


@pytest.mark.parametrize("between", ["", "\n", "\n\n", ",\n", ", ", "\nThen:\n"])
def test_several_objects_one_after_another(between: str) -> None:
    other = json.dumps({"path": "b.py", "old_string": "p", "new_string": "q"}, indent=2)
    for plan in (LINE + between + other, f"```json\n{LINE}{between}{other}\n```\n"):
        assert changes(plan) == [("src/a.py", CHANGE), ("b.py", Substitute("p", "q", whole_lines=False))]


def test_edits_under_one_path() -> None:
    call = {"path": "a.py", "edits": [{"old_string": "x", "new_string": "y"}, {"oldText": "p", "newText": "q"}]}
    assert [(path, c.old) for path, c in changes(json.dumps(call)) if isinstance(c, Substitute)] == [
        ("a.py", "x"),
        ("a.py", "p"),
    ]


def test_a_call_without_a_path_means_the_callers_file_or_that_of_the_edit_before() -> None:
    bare = json.dumps({"old_string": "p", "new_string": "q"})
    assert [path for path, _ in changes(bare, path="x.py")] == ["x.py"]
    assert [path for path, _ in changes(f"{LINE}\n{bare}")] == ["src/a.py", "src/a.py"]
    assert [path for path, _ in changes(f"b.py\n```json\n{bare}\n```\n", form="tool-call")] == ["b.py"]
    assert "names no file" in broken(bare).why


WRITE = {"path": "n.py", "content": "x = 1\n"}


@pytest.mark.parametrize(
    ("plan", "form"),
    [
        (json.dumps(WRITE), "tool-call"),
        (json.dumps({"name": "write_file", "arguments": WRITE}), "auto"),
        (json.dumps({"command": "create", "path": "n.py", "file_text": "x = 1\n"}), "auto"),
    ],
)
def test_a_path_and_a_content_write_a_file(plan: str, form: str) -> None:
    assert changes(plan, form=form) == [("n.py", Whole("x = 1\n"))]


def test_a_lazy_edit_of_a_file_is_a_sketch() -> None:
    call = {"target_file": "a.py", "instructions": "x", "code_edit": "# ... existing code ...\nx\n"}
    assert changes(json.dumps(call)) == [("a.py", Sketch("# ... existing code ...\nx\n", implied=True))]


@pytest.mark.parametrize(
    "data",
    [
        WRITE,
        {"path": "/api/items", "search": "q", "replace": "r"},
        {"search": "q", "replace": "r"},
        {"name": "post", "arguments": WRITE},
        {"name": "edit_file", "parameters": {"type": "object", "properties": {"path": {}, "content": {}}}},
        {"name": "glmcode", "version": "1", "files": ["a"]},
        {"edits": [{"line": 1}], "path": "a.py"},
        [1, [2, {"a": "{"}]],
        [],
        {},
    ],
)
def test_other_data_is_prose(data: object) -> None:
    for text in (json.dumps(data), json.dumps(data, indent=2)):
        for plan in (text, f"It answers:\n```json\n{text}\n```\n"):
            assert parse_plan(plan) == ()
            assert [e.text for e in events(plan) if isinstance(e, Prose)] == plan.removesuffix("\n").split("\n")


@pytest.mark.parametrize(
    "wrap", ["A call such as {} does it.", "    {}", "- {}", "> {}", "```python\ncall = {}\n```", "`{}`"]
)
def test_a_call_within_words_or_a_sample_of_code_is_prose(wrap: str) -> None:
    assert parse_plan(wrap.format(LINE)) == ()


def test_json_below_a_path_is_a_file() -> None:
    (edit,) = parse_plan(f"data/call.json\n```json\n{LINE}\n```\n")
    assert isinstance(edit, Edit)
    assert edit.change == Whole(LINE + "\n")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ({"path": "a.py", "old_string": "x"}, "new_string"),
        ({**CALL, "new_string": None}, "strings"),
        ({**CALL, "old_str": "y"}, "keep one"),
        ({**CALL, "replace_all": "maybe"}, "true or false"),
        ({**CALL, "old_string": "", "replace_all": True}, "empty"),
        ({**CALL, "expected_replacements": 3}, "replace_all"),
        ({"path": "a.py", "edits": [{"old_string": "x", "new_string": "y"}, {"note": "z"}]}, "entry"),
    ],
)
def test_a_call_that_cant_be_meant_is_broken_with_a_sentence(call: dict[str, object], says: str) -> None:
    (bad,) = [e for e in parse_plan(json.dumps(call)) if isinstance(e, Broken)]
    assert says in bad.why
    assert bad.why.endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        LINE[:-1],
        LINE[:-1] + ",}",
        LINE.replace('"z', '"old_string": "z'),
        LINE.replace("src", "\\d"),
        '{"old_string": ' + "[" * 5000,
        '{"old_string": ' + "9" * 5000 + "}",
        '{"old_string": "a", "old_string": "b", "new_string": "c"}',
    ],
)
def test_broken_json_swallows_nothing_behind_it(text: str) -> None:
    for plan in (f"{text}\n{LINE}\n", f"```json\n{text}\n```\n{LINE}\n"):
        bad, good = parse_plan(plan)
        assert isinstance(bad, Broken)
        assert "can't be read" in bad.why
        assert isinstance(good, Edit)
        assert good.change == CHANGE


def test_a_text_that_is_all_calls_says_what_is_none() -> None:
    assert "no edit" in broken('{"a": 1}', form="tool-call").why
    assert "can't be read" in broken('{"a": 1', form="tool-call").why


def test_halves_of_surrogate_pairs_are_no_bytes_of_a_file() -> None:
    plan = '{"path": "a.py", "old_string": "\\ud83d\\ude00", "new_string": "\\udc80 \\ud83d \\\\udc80 \\ude00\\ud83d"}'
    assert changes(plan) == [("a.py", Substitute("😀", "\ufffd \ufffd \\udc80 \ufffd\ufffd", whole_lines=False))]
    raw = b'{"path": "a.py", "old_string": "caf\xe9", "new_string": "x"}'
    (edit,) = parse_plan(raw)
    assert isinstance(edit, Edit)
    assert edit.change == Substitute("caf\udce9", "x", whole_lines=False)


def test_a_call_is_known_when_its_line_ends_and_not_by_halves() -> None:
    parser = PlanParser()
    assert parser.feed(json.dumps(CALL, indent=1)) == []
    assert parser.feed("\n") == [Begun("src/a.py", "tool-call", 1), Edit("src/a.py", "tool-call", CHANGE, 1, 5)]
    assert not [e for e in events(LINE, cut=True) if isinstance(e, Edit)]


strings = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(old=strings, new=strings, indent=st.sampled_from([None, 0, 2]), ascii_only=st.booleans())
def test_any_strings_come_through(old: str, new: str, indent: int | None, ascii_only: bool) -> None:
    if old == new:
        return
    plan = json.dumps({"path": "a.py", "old_string": old, "new_string": new}, indent=indent, ensure_ascii=ascii_only)
    assert changes(plan) == [("a.py", Substitute(old, new, whole_lines=False))]
