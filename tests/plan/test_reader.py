"""The reader as a whole: any chunking, any text, any size."""

import sys
from collections.abc import Callable, Sequence
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode.plan.edits import AtSymbol, Broken, Check, Create, Edit, Event, Prose, Substitute
from glmcode.plan.reader import FORMS, PlanParser, parse_plan

BLOCK = "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n"
WHOLE = [
    '<edit path="a.py" replace="f">\ndef f():\n    return "é\u2028"\n</edit>\n',
    '<edit path="a.py"\n  delete="g"/>\n',
    '<edit path="b.py" in="h">\n```python\n# ... existing code ...\n```\n</edit>\n',
    f'<edit path="c.py">\n{BLOCK}\n{BLOCK}</edit>\n',
    '<create path="d.sh" mode="755" mark="m">\n</create>\n<check/>\n</create m>\n',
    '<rename path="d.sh" to="e.sh"/>\n',
    "<check>make test</check>\n",
    f"src/f.py\n```python\n{BLOCK}{BLOCK}```\n",
    f"**`src/g.py`**\n\n~~~\n{BLOCK}~~~\n",
    "--- a/h.py\n+++ b/h.py\n@@ -1,2 +1,2 @@ def x\n y\n-a\n+b\n",
    "```diff\ndiff --git a/i.py b/i.py\nnew file mode 100755\n--- /dev/null\n+++ b/i.py\n@@ -0,0 +1,2 @@\n+x\n+y\n```\n",
    "### `src/j.py`\n\n```python\nx = 1\n```\n",
    "k.md\n````md\n# K\n```\nx\n```\n````\n",
    "*** Begin Patch\n*** Add File: l.py\n+x\n*** Update File: m.py\n@@ class A\n y\n-a\n+b\n@@\n-c\n*** End Patch\n",
    "```\n*** Begin Patch\n*** Update File: n.py\n*** Move to: o.py\n@@\n-a\n+b\n*** End of File\n*** End Patch\n```\n",
    '{"path": "p.py", "old_string": "a\\n\\ud83d\\ude00", "new_string": "b"}\n',
    '```json\n[{"file_path": "q.py", "edits": [{"old_str": "a",\n   "new_str": "b"}]}\n]\n```\n',
    "Some words of commentary, with an <edit> in it.\n\n",
]
HOSTILE = [
    "<edit", "<edit path=", '<edit path="x.py">', "</edit>", "<edit path='q' replace='r' delete='s'>", "<create>", "</create m>",
    "<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE", "<<<<< SEARCH", "======", "------- SEARCH", "  <<<<<<< SEARCH",
    "```", "````", "~~~", "```diff", "```python l.py", "<source>", "</source>", "--- a/m", "+++ b/m", "--- ", "+++ ", "---",
    "@@", "@@ -1 +1 @@", "@@ ... @@", "-- ", "2.39.2", "\\ No newline at end of file", "diff --git a/n b/n", "rename from n",
    "rename to o", "deleted file mode 100644", "Binary files x", "o.py", "`p.md`", "# q.py", "File: r", " context", "+added", "-gone",
    "*** Begin Patch", "*** End Patch", " *** End Patch", "*** Update File: p.py", "*** Add File: q.py", "*** Delete File: r.py",
    '{"path": "t.py", "old_string": "a', '{"path": "t.py",', '"old_string": "x", "new_string": "y"}', "{", "[", "[{", "}", "}]", '"', "<tool_call>",
    "<search>", "</search>", "<replace>", "</replace>", '<file path="u.py">', "</file>",
    "*** Move to: s.py", "*** End of File", "*** Frob", "*** Update File:",
    "# ... existing code ...", "", " ", "\t", "\r", "\ufeff", "\x00", "\x0c\x1c\x85", "\ud800", "\udc80", "é", "😀", "\udc00\ud800", "<" * 9, "a" * 5000,
]  # fmt: skip

plans = st.lists(
    st.one_of(
        st.sampled_from(WHOLE),
        st.sampled_from(HOSTILE).map(lambda line: line + "\n"),
        st.sampled_from(HOSTILE),
        st.sampled_from(HOSTILE).map(lambda line: line + "\r\n"),
        st.text(max_size=20),
    ),
    max_size=25,
).map("".join)
forms = st.sampled_from(["auto", "auto", "auto", *FORMS])


def read(
    chunks: Sequence[str | bytes], form: str = "auto", path: str | None = None, *, cut: bool = False
) -> list[Event]:
    parser = PlanParser(form, path)
    events: list[Event] = []
    for chunk in chunks:
        events += parser.feed(chunk)
    return events + parser.close(cut=cut)


def cuts(data: st.DataObject, size: int) -> list[slice]:
    at = sorted(data.draw(st.lists(st.integers(0, size), max_size=30)))
    return [slice(a, b) for a, b in zip([0, *at], [*at, size], strict=True)]


@settings(max_examples=300, deadline=None)
@given(data=st.data(), plan=plans, form=forms, path=st.sampled_from([None, "given.py", "given.md"]))
def test_any_chunking_gives_the_same_events(data: st.DataObject, plan: str, form: str, path: str | None) -> None:
    events = read([plan], form, path)
    assert read([plan[one] for one in cuts(data, len(plan))], form, path) == events
    assert read(list(plan), form, path) == events


@settings(max_examples=200, deadline=None)
@given(data=st.data(), plan=st.one_of(plans.map(lambda text: text.encode("utf-8", "replace")), st.binary(max_size=200)))
def test_bytes_split_anywhere_give_the_same_events(data: st.DataObject, plan: bytes) -> None:
    events = read([plan])
    assert read([plan[one] for one in cuts(data, len(plan))]) == events
    assert read([plan[i : i + 1] for i in range(len(plan))]) == events
    assert read([plan.decode("utf-8", "surrogateescape")]) == events


@settings(max_examples=300, deadline=None)
@given(plan=st.one_of(st.text(), plans), form=forms, path=st.sampled_from([None, "given.py"]), cut=st.booleans())
def test_any_text_is_read_without_an_exception_and_its_lines_are_told_in_order(
    plan: str, form: str, path: str | None, cut: bool
) -> None:
    last_line = plan.count("\n") + 1
    ends: list[int] = []
    for event in read([plan], form, path, cut=cut):
        assert 1 <= event.line <= last_line
        if isinstance(event, Edit | Broken):
            assert event.line <= event.end_line <= last_line
            ends.append(event.end_line)
        if isinstance(event, Edit):
            assert event.path
            repr(event).encode("utf-8", "surrogateescape")
    assert ends == sorted(ends)


@settings(max_examples=200, deadline=None)
@given(parts=st.lists(st.sampled_from(WHOLE), max_size=12))
def test_whole_edits_side_by_side_are_all_read(parts: list[str]) -> None:
    alone = [[change(event) for event in parse_plan(part)] for part in parts]
    assert [change(event) for event in parse_plan("".join(parts))] == [one for part in alone for one in part]


def change(event: Edit | Broken | Check) -> object:
    assert not isinstance(event, Broken), event
    return (event.path, event.form, event.change) if isinstance(event, Edit) else event.command


@settings(max_examples=300, deadline=None)
@given(data=st.data(), parts=st.lists(st.sampled_from(WHOLE), min_size=1, max_size=6))
def test_a_stream_that_breaks_off_gives_only_edits_that_the_whole_plan_has(
    data: st.DataObject, parts: list[str]
) -> None:
    plan = "".join(parts)
    edits = [event for event in read([plan]) if isinstance(event, Edit)]
    size = data.draw(st.integers(0, len(plan)))
    half = [event for event in read([plan[:size]], cut=True) if isinstance(event, Edit)]
    assert half == edits[: len(half)]


TAKES_ALL = (WHOLE[4], WHOLE[12])
"""A marked body and running text in a fence: only their own close ends them, for tags and markers may be their content."""


@pytest.mark.parametrize("part", [part for part in WHOLE if part not in TAKES_ALL])
@pytest.mark.parametrize("between", ["", "\nSome words.\n\n"])
def test_a_broken_block_never_swallows_the_edits_behind_it(part: str, between: str) -> None:
    lines = [line + "\n" for line in part.split("\n")[:-1]]
    for i in range(len(lines) + 1):
        for broken in (lines[:i], lines[:i] + lines[i + 1 :]):
            for after in WHOLE:
                wanted = [change(event) for event in parse_plan(after)]
                found = [change(e) for e in parse_plan("".join(broken) + between + after) if not isinstance(e, Broken)]
                assert found[len(found) - len(wanted) :] == wanted, ("".join(broken), after)


@pytest.mark.parametrize("opening", ['<create path="a.md" mark="m">\n', "a.md\n```markdown\n"])
def test_what_takes_everything_says_that_nothing_behind_it_was_read(opening: str) -> None:
    (event,) = parse_plan(f"{opening}# T\n{WHOLE[0]}")
    assert isinstance(event, Broken)
    assert "Nothing behind it was read." in event.why


def test_a_byte_order_mark_at_the_plans_beginning_hides_no_tag() -> None:
    for plan in ('\ufeff<edit path="a.py" delete="f"/>\n', b'\xef\xbb\xbf<edit path="a.py" delete="f"/>\n'):
        assert parse_plan(plan) == (Edit("a.py", "native", AtSymbol("f", "delete"), 1, 1),)


def test_bytes_that_are_not_utf8_go_back_unharmed() -> None:
    body = b"caf\xe9 \xff\xfe \xf0\x9f\n"
    (edit,) = parse_plan(b'<create path="a.txt">\n' + body + b"</create>\n")
    assert isinstance(edit, Edit)
    assert isinstance(edit.change, Create)
    assert edit.change.body.encode("utf-8", "surrogateescape") == body


def test_halves_of_a_character_in_two_chunks_are_joined() -> None:
    events = read(["a \ud83d", "\ude00 b \ud83d c\n"])
    assert events == [Prose("a 😀 b \ufffd c", 1)]


def test_text_and_bytes_may_alternate() -> None:
    parser = PlanParser()
    assert parser.feed(b"a\xc3") == []
    assert parser.feed("b\n") == [Prose("a\udcc3b", 1)]
    assert parser.feed(b"\xa9\n") == [Prose("\udca9", 2)]


def test_a_form_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="auto or one of native"):
        PlanParser("xml")


def test_a_closed_plan_takes_no_more() -> None:
    parser = PlanParser()
    parser.feed("x")
    assert parser.close() == [Prose("x", 1)]
    assert parser.close() == []
    with pytest.raises(ValueError, match="closed"):
        parser.feed("y")


def calls(work: Callable[[], object]) -> int:
    """How many Python and C functions the work calls: a measure of its cost that no clock disturbs."""
    count = 0

    def tally(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(tally)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


GROWING: list[tuple[str, str, str]] = [
    ("", "".join(WHOLE), ""),
    ("", "<<<<<<< SEARCH\na\n", ""),
    ("a.py\n```\n<<<<<<< SEARCH\n", "```\nb.py\n```python\nx\n", ""),
    ("a.py\n```\n<<<<<<< SEARCH\n", "=======\n", ">>>>>>> REPLACE\n"),
    ("a.py\n```\n<<<<<<< SEARCH\n```\n", "# b.py\n--- c\n", ""),
    ("", '<edit path="a.py" replace="f">\n', ""),
    ("", '<edit\npath="a.py"\n', ""),
    ("", '<edit path="a.py"\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n', ""),
    ('<create path="a.py">\n', "<edit\n", ""),
    ("a.py\n```\n", "```python\n", ""),
    ("a.md\n```\n", "```\nx\n", ""),
    ("a.py\n```\n", "# b.py\n", ""),
    ("a.py\n```\n", "--- c\n", ""),
    ("--- a/x\n+++ b/x\n@@ -1,9999999 +1,9999999 @@\n-a\n", "word\n\n", ""),
    ("--- a/x\n+++ b/x\n@@ ... @@\n", "--- q\n+++ r\n", ""),
    ("--- a/x\n+++ b/x\n", "@@ -1 +1 @@\nword\n", ""),
    ("", "--- a/x\n+++ b/x\n", ""),
    ("", "a.py\n\n", ""),
    ("", "```x\n", ""),
    ("```\n", "```x\n", ""),
    ("", "<search>\nx\n", ""),
    ("<search>\n", "x\n", ""),
    ("", "<search>\n</search>\n<replace>\n", ""),
    ('<edit path="a.py">\n', "<search>\n</search>\n", ""),
    ("", "{\n", ""),
    ("", '{"old_string": "a\n', ""),
    ("", '{"path": "a", "old_string": "b", "new_string": "c"}\n', ""),
    ("", '{"path": "a", "old_string": ["b",\n', ""),
    ("", "{\n}}\n", ""),
    ('{"path": "a", "old_string": "', "a\n", ""),
    ('{"path": "a", "old_string": "', "a.py\n```\n", ""),
    ("[\n", "{},\n", ""),
    ("*** Begin Patch\n", "*** Update File: a\n", ""),
    ("*** Begin Patch\n*** Update File: a\n", "@@\n-a\n", ""),
    ("*** Begin Patch\n*** Update File: a\n-x\n", " *** End Patch\n\n", ""),
    ("*** Begin Patch\n*** Add File: a\n", "+\n\n", ""),
    ("", "*** Delete File: a\nword\n", ""),
]


@pytest.mark.parametrize(("head", "unit", "tail"), GROWING)
def test_twice_the_plan_costs_twice_the_work(head: str, unit: str, tail: str) -> None:
    times = 4000 // (unit.count("\n") or 1)
    once = calls(lambda: parse_plan(head + unit * times + tail))
    twice = calls(lambda: parse_plan(head + unit * times * 2 + tail))
    assert twice <= 2.2 * once + 500


def test_chunks_of_four_characters_cost_a_few_calls_each() -> None:
    plan = "".join(WHOLE) * 20
    chunks = [plan[i : i + 4] for i in range(0, len(plan), 4)]
    assert calls(lambda: read(chunks)) <= 4 * len(chunks) + 80 * plan.count("\n")


def test_a_line_of_megabytes_in_small_chunks() -> None:
    body = "x" * 3_000_000
    parser = PlanParser()
    parser.feed('<create path="a.txt">\n')
    for i in range(0, len(body), 8):
        parser.feed(body[i : i + 8])
    (edit,) = parser.feed("\n</create>\n")
    assert isinstance(edit, Edit)
    assert edit.change == Create(body + "\n")


@pytest.mark.parametrize("line", ["<edit " + "a='b' " * 200_000, "`" * 3_000_000, "<" * 3_000_000, "@@" * 1_500_000, "# " * 1_500_000, " " * 3_000_000 + "x", "*" * 3_000_000 + ".py", "--- " + " " * 3_000_000, "=" * 3_000_000])  # fmt: skip
def test_a_hostile_line_of_megabytes_costs_no_more_than_its_length(line: str) -> None:
    for frame in ("{}\n", "a.py\n```\n{}\n```\n", "<<<<<<< SEARCH\n{}\n", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n{}\n"):
        parse_plan(frame.format(line))


def test_a_block_of_many_hunks_and_files_in_one_plan() -> None:
    plan = "".join(f"--- a/m{i}.py\n+++ b/m{i}.py\n@@ -1 +1 @@\n-a\n+b\n" for i in range(2000))
    edits = parse_plan(plan)
    assert [e.path for e in edits if isinstance(e, Edit)] == [f"m{i}.py" for i in range(2000)]
    assert all(isinstance(e, Edit) and e.change == Substitute("a\n", "b\n", line_hint=1) for e in edits)
