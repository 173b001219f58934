"""The native form: what each tag means, how it is quoted, and what a broken one says."""

import pytest

from glmcode.plan.edits import (
    AtPlace,
    AtSymbol,
    Begun,
    Broken,
    Change,
    Check,
    Create,
    Edit,
    Prose,
    Remove,
    Rename,
    Sketch,
    Substitute,
)
from glmcode.plan.reader import PlanParser, parse_plan


def only(plan: str) -> Edit:
    (event,) = parse_plan(plan)
    assert isinstance(event, Edit), event
    return event


def broken(plan: str) -> Broken:
    (event,) = parse_plan(plan)
    assert isinstance(event, Broken), event
    return event


@pytest.mark.parametrize(
    ("tag", "change"),
    [
        ('replace="Cart.total"', AtSymbol("Cart.total", "replace", "  x\n")),
        ('before="f"', AtSymbol("f", "before", "  x\n")),
        ('after="name#2"', AtSymbol("name#2", "after", "  x\n")),
        ('inside="impl Display for Cart<T>"', AtSymbol("impl Display for Cart<T>", "inside", "  x\n")),
        ('at="top"', AtPlace("top", "  x\n")),
        ('at="bottom"', AtPlace("bottom", "  x\n")),
        ('at="imports"', AtPlace("imports", "  x\n")),
        ('in="f"', Sketch("  x\n", "f", implied=True)),
        ("", Sketch("  x\n", None, implied=False)),
    ],
)
def test_each_place_of_an_edit(tag: str, change: Change) -> None:
    assert only(f'<edit path="a.py" {tag}>\n  x\n</edit>\n') == Edit("a.py", "native", change, 1, 3)


@pytest.mark.parametrize(
    ("plan", "change"),
    [
        ('<create path="a.py">\nx\n</create>', Create("x\n")),
        ('<create path="a.py" mode="755">\nx\n</create>', Create("x\n", "100755")),
        ('<create path="a.py" mode="0644">\nx\n</create>', Create("x\n", "100644")),
        ('<create path="a.py">\n</create>', Create("")),
        ('<create path="a.py"/>', Create("")),
        ('<create path="a.py"></create>', Create("")),
        ('<create path="a.py">1.2</create>', Create("1.2\n")),
        ('<edit path="a.py" delete="f"/>', AtSymbol("f", "delete")),
        ('<edit path="a.py" delete="f"></edit>', AtSymbol("f", "delete")),
        ('<edit path="a.py" delete="f">\n</edit>', AtSymbol("f", "delete")),
        ('<edit path="a.py" replace="f">x = 1</edit>', AtSymbol("f", "replace", "x = 1\n")),
        ('<remove path="a.py"/>', Remove()),
        ('<remove path="a.py">', Remove()),
        ('<remove path="a.py">\n</remove>', Remove()),
        ('<rename path="a.py" to="b/c.py"/>', Rename("b/c.py")),
    ],
)
def test_tags_with_and_without_a_body(plan: str, change: Change) -> None:
    assert only(plan).change == change
    assert only(plan).path == "a.py"


@pytest.mark.parametrize(
    "tag",
    [
        "<edit path='a b.py' replace='say \"hi\"'>",
        "<edit  path = 'a b.py'   replace='say \"hi\"'  >   ",
        "<edit\n  path='a b.py'\n  replace='say \"hi\"'\n>",
        "<edit path='a b.py'\n      replace='say \"hi\"'>",
    ],
)
def test_attributes_are_quoted_either_way_and_a_tag_may_span_lines(tag: str) -> None:
    edit = only(tag + "\nbody\n</edit>\n")
    assert (edit.path, edit.change) == ("a b.py", AtSymbol('say "hi"', "replace", "body\n"))


def test_attributes_without_quotes_are_read() -> None:
    assert only("<edit path=src/a.py delete=Cart.total/>").change == AtSymbol("Cart.total", "delete")
    assert only("<remove path=src/a.py/>").path == "src/a.py"


def test_values_hold_no_escapes() -> None:
    assert only('<edit path="a.cc" delete="operator&lt;"/>').change == AtSymbol("operator&lt;", "delete")
    assert only('<edit path="a.cc" delete="operator>>"/>').change == AtSymbol("operator>>", "delete")


@pytest.mark.parametrize("path", ["./a.py", "`a.py`", "**a.py**", " a.py ", "././a.py"])
def test_a_path_loses_its_decoration(path: str) -> None:
    assert only(f'<remove path="{path}"/>').path == "a.py"


def test_a_path_left_out_is_that_of_the_edit_before() -> None:
    plan = '<edit path="a.py" delete="f"/>\n<edit after="g">\nx\n</edit>\n<rename to="b.py"/>\n<edit delete="h"/>\n'
    assert [e.path for e in parse_plan(plan) if isinstance(e, Edit)] == ["a.py", "a.py", "a.py", "b.py"]


def test_a_path_left_out_is_that_of_a_broken_edit_before() -> None:
    bad, good = parse_plan('<edit path="a.py" wrong="f">\nx\n</edit>\n<edit delete="h"/>\n')
    assert isinstance(bad, Broken)
    assert isinstance(good, Edit)
    assert (bad.path, good.path) == ("a.py", "a.py")


def test_the_callers_path_serves_until_an_edit_names_one() -> None:
    edits = parse_plan('<edit delete="f"/>\n<edit path="b.py" delete="g"/>\n<edit delete="h"/>', path="a.py")
    assert [e.path for e in edits if isinstance(e, Edit)] == ["a.py", "b.py", "b.py"]


@pytest.mark.parametrize(
    ("plan", "command"),
    [
        ("<check/>", None),
        ("<check></check>", None),
        ("<check>pytest -q tests</check>", "pytest -q tests"),
        ("<check>\npytest -q\n</check>", "pytest -q"),
    ],
)
def test_checkpoints(plan: str, command: str | None) -> None:
    assert parse_plan(plan) == (Check(command, 1),)


BODIES = [
    "a\r\nb\r\n",
    "\x0ca\x0bb\x1cc\x85d\u2028e\u2029f\x00g\n",
    "mixed\r\nends\nlone\rreturn\n",
    "\n\n  \n",
    "no </edit> here\n  </edit>\n</edit > nor here\n",
    "<edit>\n<div>\n</create>\n<create>\n",
    '<edit path="a.py" unknown="b">\n',
    "&lt; &amp;\n",
]


@pytest.mark.parametrize("body", BODIES)
def test_a_body_is_verbatim(body: str) -> None:
    assert only(f'<edit path="a.py" replace="f">\n{body}x\n</edit>\n').change == AtSymbol("f", "replace", body + "x\n")


def test_a_plan_that_is_all_crlf_keeps_them_in_its_bodies() -> None:
    edit = only('<edit path="a.py" replace="f">\r\nx\r\ny\r\n</edit>\r\n')
    assert edit.change == AtSymbol("f", "replace", "x\r\ny\r\n")


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ("```python\nx\n```\n", "x\n"),
        ("\n~~~\nx\n~~~\n\n", "x\n"),
        ("````md\n```sh\nx\n```\n````\n", "```sh\nx\n```\n"),
        ("```md\n# T\n```sh\nx\n```\nend\n```\n", "# T\n```sh\nx\n```\nend\n"),
        ("```sh\na\n```\ntext\n```sh\nb\n```\n", "```sh\na\n```\ntext\n```sh\nb\n```\n"),
        ("```sh\na\n```\n\nb\n", "```sh\na\n```\n\nb\n"),
        ("```\nx\n", "```\nx\n"),
        ("```\r\nx\r\n```\r\n", "x\r\n"),
    ],
)
def test_only_a_fence_that_wraps_the_whole_body_is_dropped(body: str, content: str) -> None:
    assert only(f'<create path="a.md">\n{body}</create>\n').change == Create(content)


def test_a_marked_body_holds_tags_and_closing_tags() -> None:
    body = '<edit path="b.py" replace="g">\nx\n</edit>\n<check/>\n</create>\n'
    for name in ("create", "edit"):
        place = ' at="top"' if name == "edit" else ""
        edit = only(f'<{name} path="docs.md" mark="x1"{place}>\n{body}</{name} x1>\n')
        assert isinstance(edit.change, Create | AtPlace)
        assert edit.change.body == body


def test_the_last_closing_tag_needs_no_line_feed() -> None:
    parser = PlanParser()
    assert parser.feed('<edit path="a.py" replace="f">\nx\n</edit>') == [Begun("a.py", "native", 1)]
    assert parser.close() == [Edit("a.py", "native", AtSymbol("f", "replace", "x\n"), 1, 3)]


def test_an_edit_is_there_the_moment_its_last_line_is() -> None:
    parser = PlanParser()
    assert parser.feed('<edit path="a.py" replace="f">\n') == [Begun("a.py", "native", 1)]
    assert parser.feed("x\n</edit>") == []
    assert parser.feed("\n") == [Edit("a.py", "native", AtSymbol("f", "replace", "x\n"), 1, 3)]
    assert parser.feed("Then:\n") == [Prose("Then:", 4)]


@pytest.mark.parametrize(
    "line",
    [
        'Use <edit path="a.py" delete="f"/> for that.',
        '`<edit path="a.py" delete="f"/>`',
        '<edit path="a.py" delete="f"/> deletes it',
        "<edit",
        '<edit path="a.py',
        '<edit path="a.py" delete>',
        "<edits>",
        "<EDIT path='a.py' delete='f'/>",
        "<!-- <check/> -->",
        "<",
    ],
)
def test_what_is_no_tag_alone_on_its_line_is_prose(line: str) -> None:
    parser = PlanParser()
    events = parser.feed(line + "\nmore\n") + parser.close()
    assert events == [Prose(line, 1), Prose("more", 2)]


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ('<edit path="a.py" replace="f" delete="g">\nx\n</edit>', "replace= and delete="),
        ('<edit path="a.py" symbol="f">\nx\n</edit>', "no attribute symbol=; it takes path=, replace=, before="),
        ('<edit path="a.py" at="end">\nx\n</edit>', '"bottom"'),
        ('<edit path="a.py" replace="">\nx\n</edit>', "replace= is empty"),
        ('<edit path="a.py" path="b.py">\nx\n</edit>', "stands twice"),
        ('<edit path="a.py" replace="f">\n\n</edit>', "delete="),
        ('<edit path="a.py" replace="f"/>', "no body"),
        ('<edit path="a.py" delete="f">\nx = 1\n</edit>', "no body"),
        ('<edit replace="f">\nx\n</edit>', "names no file"),
        ('<create mode="755">\nx\n</create>', "which file"),
        ('<create path="a" mode="rwx">\nx\n</create>', '"755"'),
        ('<rename path="a"/>', "to="),
        ('<remove path="a" force="1"/>', "no attribute force="),
        ('<check command="make"/>', "no attribute command="),
        ('<edit path="a.py" in="f">\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n</edit>', "leave in= out"),
    ],
)
def test_a_tag_that_says_too_much_or_too_little_is_broken_with_a_sentence(plan: str, says: str) -> None:
    event = broken(plan)
    assert says in event.why
    assert event.why.endswith(".")
    assert (event.form, event.line, event.end_line) == ("native", 1, plan.count("\n") + 1)


NEXT = '<edit path="b.py" delete="g"/>'


@pytest.mark.parametrize(
    "opening", ['<edit path="a.py" replace="f">', '<create path="a.py">', '<edit path="a.py">', "<check>"]
)
@pytest.mark.parametrize(
    "following",
    [
        NEXT,
        '<edit path="b.py"\n  delete="g"/>',
        '<edit path="b.py" delete="g">\n</edit>',
    ],
)
def test_an_edit_that_was_never_closed_does_not_swallow_the_next(opening: str, following: str) -> None:
    bad, good = parse_plan(f"{opening}\nx = 1\n{following}\n")
    assert isinstance(bad, Broken)
    assert (bad.line, bad.end_line) == (1, 2)
    assert "never closed" in bad.why
    assert "line 3" in bad.why
    assert isinstance(good, Edit)
    assert (good.path, good.change, good.line) == ("b.py", AtSymbol("g", "delete"), 3)


def test_a_closing_tag_that_closes_nothing_is_reported() -> None:
    assert "closes no open <edit>" in broken("text\n</edit>\n").why


@pytest.mark.parametrize("cut", range(1, len('<edit path="a.py" replace="f">\nx\ny\n</edit>')))
def test_half_an_edit_is_never_one(cut: int) -> None:
    plan = '<edit path="a.py" replace="f">\nx\ny\n</edit>'
    assert not [e for e in parse_plan(plan[:cut]) if isinstance(e, Edit)]


def test_the_plans_end_breaks_what_stands_open() -> None:
    event = broken('text\n<edit path="a.py" replace="f">\nx\ny')
    assert (event.path, event.line, event.end_line) == ("a.py", 2, 4)
    assert "</edit>" in event.why


def test_search_replace_blocks_stand_in_an_edit_that_has_only_a_path() -> None:
    block = "<<<<<<< SEARCH\n{0}\n=======\n{0}2\n>>>>>>> REPLACE\n"
    plan = '<edit path="a.py">\nFirst this:\n```\n' + block.format("a") + "\n" + block.format("b") + "```\n</edit>\n"
    parser = PlanParser()
    events = parser.feed(plan) + parser.close()
    assert events == [
        Begun("a.py", "native", 1),
        Prose("First this:", 2),
        Edit("a.py", "search-replace", Substitute("a\n", "a2\n"), 4, 8),
        Begun("a.py", "search-replace", 10),
        Edit("a.py", "search-replace", Substitute("b\n", "b2\n"), 10, 14),
    ]


@pytest.mark.parametrize("end", ["</edit>\n", NEXT + "\n"])
def test_a_block_in_an_edit_breaks_at_the_edits_end(end: str) -> None:
    bad, *rest = parse_plan(f'<edit path="a.py">\n<<<<<<< SEARCH\na\n{end}{NEXT}\n')
    assert isinstance(bad, Broken)
    assert (bad.form, bad.line, bad.end_line) == ("search-replace", 2, 3)
    assert {e.path for e in rest if isinstance(e, Edit)} == {"b.py"}


def test_a_sketch_beside_blocks_is_not_lost_in_silence() -> None:
    plan = '<edit path="a.py">\ndef f():\n    # ... existing code ...\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n</edit>\n'
    bad, good = parse_plan(plan)
    assert isinstance(bad, Broken)
    assert "sketch" in bad.why
    assert isinstance(good, Edit)


def test_an_indented_tag_is_text_of_the_body() -> None:
    body = '<a>\n  <edit path="q" delete="f"/>\n  </edit>\n</a>\n'
    assert only(f'<create path="a.xml">\n{body}</create>\n').change == Create(body, None)


@pytest.mark.parametrize("name", ["think", "thinking"])
def test_edits_that_are_only_thought_of_are_prose(name: str) -> None:
    thought = f'\n<{name}>Perhaps\n<edit path="a.py" delete="f"/>\nor not.'
    assert parse_plan(thought) == ()
    assert only(f'{thought}\n</{name}>\n<edit path="a.py" delete="g"/>\n').change == AtSymbol("g", "delete")
    assert only(f'{thought}</{name}><edit path="a.py" delete="g"/>\n').change == AtSymbol("g", "delete")
    assert len(parse_plan(f"Now:{thought}</{name}>\n")) == 1  # only what a plan begins with


def test_a_tag_that_is_indented_is_rejected_not_passed_over() -> None:
    (event,) = parse_plan('So:\n  <edit path="a.py" delete="f"/>\n')
    assert isinstance(event, Broken)
    assert "column 0" in event.why
    assert parse_plan('So:\n```xml\n  <edit path="a.py" delete="f"/>\n```\n') == ()


@pytest.mark.parametrize("line", ['&lt;edit path="a.py" delete="f"/&gt;', "&lt;" * 7 + " SEARCH"])
def test_a_plan_that_is_escaped_as_html_is_rejected_not_passed_over(line: str) -> None:
    (event,) = parse_plan(f"So:\n{line}\n")
    assert isinstance(event, Broken)
    assert "escaped" in event.why
