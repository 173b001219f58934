"""SEARCH/REPLACE blocks: their markers, their paths, and where a broken one ends."""

import pytest

from glmcode.plan.edits import Begun, Broken, Edit, Prose, Substitute
from glmcode.plan.reader import PlanParser, parse_plan

BLOCK = "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n"


def edits(plan: str, **options: str) -> list[tuple[str, Substitute]]:
    found = []
    for event in parse_plan(plan, **options):
        assert isinstance(event, Edit), event
        assert event.form == "search-replace"
        assert isinstance(event.change, Substitute)
        found.append((event.path, event.change))
    return found


@pytest.mark.parametrize(
    "above",
    [
        "a/b.py\n",
        "a/b.py\n```python\n",
        "a/b.py\n\n```python\n",
        "```python a/b.py\n",
        "```python:a/b.py\n",
        '```python title="a/b.py"\n',
        "```a/b.py\n",
        "```python\na/b.py\n",
        "```\n# a/b.py\n",
        "**a/b.py**\n```\n",
        "`a/b.py`\n```\n",
        "**`a/b.py`**:\n```\n",
        "### a/b.py\n\n```\n",
        "File: a/b.py\n",
        "**File:** `a/b.py`\n",
        "// a/b.py\n",
        "./a/b.py\n~~~~\n",
        "a/b.py  \n``` \n",
        "a/b.py\n<source>python\n",
        "Some words.\n\na/b.py\r\n```python\r\n",
    ],
)
def test_where_a_blocks_path_may_stand(above: str) -> None:
    assert edits(above + BLOCK) == [("a/b.py", Substitute("a\n", "b\n"))]


@pytest.mark.parametrize(
    "line",
    [
        "Both a/b.py and a/c.py change:",
        "See https://example.org/a.py",
        "tests/test_a.py::test_one",
        "i.e.",
        "Now the second change:",
        "x = y / z",
    ],
)
def test_a_line_that_is_more_than_a_path_is_none(line: str) -> None:
    (event,) = parse_plan(f"{line}\n{BLOCK}")
    assert isinstance(event, Broken)
    assert "names no file" in event.why
    assert event.path is None


def test_the_path_of_the_edit_before_goes_on_over_several_blocks_and_fences() -> None:
    plan = f"a.py\n```\n{BLOCK}\n{BLOCK}```\nMore:\n```\n{BLOCK}```\nb.py\n```\n{BLOCK}c.py\n{BLOCK}{BLOCK}```\n{BLOCK}"
    assert [path for path, _ in edits(plan)] == ["a.py", "a.py", "a.py", "b.py", "c.py", "c.py", "c.py"]


def test_the_callers_path_serves_a_block_without_one() -> None:
    assert [path for path, _ in edits(BLOCK, path="x.py")] == ["x.py"]


@pytest.mark.parametrize("marks", [5, 6, 7, 8, 9])
def test_five_to_nine_marks(marks: int) -> None:
    plan = f"a.py\n{'<' * marks} SEARCH\na\n{'=' * marks}\nb\n{'>' * marks} REPLACE\n"
    assert edits(plan) == [("a.py", Substitute("a\n", "b\n"))]


@pytest.mark.parametrize("marks", [3, 4, 10])
def test_other_numbers_of_marks_are_no_block(marks: int) -> None:
    assert parse_plan(f"a.py\n{'<' * marks} SEARCH\na\n{'=' * marks}\nb\n{'>' * marks} REPLACE\n") == ()


def test_marks_of_hyphens_and_pluses() -> None:
    assert edits("a.py\n------- SEARCH\na\n=======\nb\n+++++++ REPLACE\n") == [("a.py", Substitute("a\n", "b\n"))]


def test_either_half_may_be_empty() -> None:
    assert edits("a.py\n<<<<<<< SEARCH\n=======\nb\n>>>>>>> REPLACE\n") == [("a.py", Substitute("", "b\n"))]
    assert edits("a.py\n<<<<<<< SEARCH\na\n=======\n>>>>>>> REPLACE\n") == [("a.py", Substitute("a\n", ""))]


def test_bodies_are_verbatim() -> None:
    old, new = "\ta \r\n\x0c\u2028\x00\n\n", "```\n</edit>\n<check/>\n@@ -1 +1 @@\n--- a\n+++ b\n"
    assert edits(f"a.py\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n") == [("a.py", Substitute(old, new))]


def test_a_fence_in_a_body_does_not_end_the_block() -> None:
    old, new = "```sh\nmake\n```\n\n```\nout\n```\n", "```\nnothing\n```\n"
    plan = f"README.md\n```\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n```\n{BLOCK}"
    assert edits(plan) == [("README.md", Substitute(old, new)), ("README.md", Substitute("a\n", "b\n"))]


def test_a_tag_in_a_body_does_not_end_the_block() -> None:
    new = '<edit path="x.py" delete="y"/>\n'
    assert edits(f"a.md\n<<<<<<< SEARCH\na\n=======\n{new}>>>>>>> REPLACE\n") == [("a.md", Substitute("a\n", new))]


def test_an_underline_of_equal_signs_is_told_from_the_divider_by_its_length() -> None:
    plan = "a.rst\n<<<<<<< SEARCH\nTitle\n=====\n=======\nOther\n=====\n>>>>>>> REPLACE\n"
    assert edits(plan) == [("a.rst", Substitute("Title\n=====\n", "Other\n=====\n"))]


def test_two_possible_dividers_are_no_guess() -> None:
    (event,) = parse_plan("a.rst\n<<<<<<< SEARCH\nExample\n=======\n=======\nb\n>>>>>>> REPLACE\n")
    assert isinstance(event, Broken)
    assert "another number of marks" in event.why
    (edit,) = parse_plan("a.rst\n<<<<<<<<< SEARCH\nExample\n=======\n=========\nb\n>>>>>>>>> REPLACE\n")
    assert isinstance(edit, Edit)


def test_an_indented_block_loses_its_indentation_when_all_of_it_has_it() -> None:
    plan = "1. a.py\n   ```\n   <<<<<<< SEARCH\n   a\n\n     b\n   =======\n   c\n   >>>>>>> REPLACE\n   ```\n"
    assert edits(plan) == [("a.py", Substitute("a\n\n  b\n", "c\n"))]
    plan = "a.py\n  <<<<<<< SEARCH\na\n  =======\n    c\n  >>>>>>> REPLACE\n"
    assert edits(plan) == [("a.py", Substitute("a\n", "    c\n"))]


def test_a_line_number_below_the_search_line_is_a_hint() -> None:
    plan = "a.py\n<<<<<<< SEARCH\n:start_line:12\n:end_line:13\n-------\na\n=======\nb\n>>>>>>> REPLACE\n"
    assert edits(plan) == [("a.py", Substitute("a\n", "b\n", line_hint=12))]


def test_what_surrounds_blocks_is_prose_but_for_their_paths_and_fences() -> None:
    parser = PlanParser()
    plan = f"Hi.\na.py\n```python\n{BLOCK}```\nnotes.txt\nBye.\n"
    assert parser.feed(plan) + parser.close() == [
        Prose("Hi.", 1),
        Begun("a.py", "search-replace", 4),
        Edit("a.py", "search-replace", Substitute("a\n", "b\n"), 4, 8),
        Prose("notes.txt", 10),
        Prose("Bye.", 11),
    ]


NO_DIVIDER = "<<<<<<< SEARCH\na\n"
NO_END = "<<<<<<< SEARCH\na\n=======\nb\n"
NEXT = [
    (BLOCK, "a.py"),
    (f"c.py\n{BLOCK}", "c.py"),
    (f"c.py\n```python\n{BLOCK}```\n", "c.py"),
    (f"c.py\n\n```python\n{BLOCK}```\n", "c.py"),
]


@pytest.mark.parametrize("start", [NO_DIVIDER, NO_END])
@pytest.mark.parametrize(("rest", "path"), NEXT)
def test_a_block_without_an_end_breaks_at_the_next(start: str, rest: str, path: str) -> None:
    bad, good = parse_plan(f"a.py\n{start}{rest}")
    assert isinstance(bad, Broken)
    assert (bad.path, bad.line, bad.end_line) == ("a.py", 2, 1 + start.count("\n"))
    assert ("=======" if start == NO_DIVIDER else "REPLACE") in bad.why
    assert isinstance(good, Edit)
    assert (good.path, good.change) == (path, Substitute("a\n", "b\n"))


@pytest.mark.parametrize("start", [NO_DIVIDER, NO_END])
@pytest.mark.parametrize(
    "rest",
    [
        f"c.py\n```\n{BLOCK}```\n",
        "```diff\n--- a/c.py\n+++ b/c.py\n@@ -1 +1 @@\n-a\n+b\n```\n",
        "c.py\n```\nx\n```\n",
        '<edit path="c.py" delete="f"/>\n',
    ],
)
def test_a_block_without_an_end_breaks_at_its_fences_end(start: str, rest: str) -> None:
    bad, good = parse_plan(f"a.py\n```\n{start}```\nText.\n\n{rest}")
    assert isinstance(bad, Broken)
    assert bad.end_line == 2 + start.count("\n")
    assert isinstance(good, Edit)
    assert good.path == "c.py"


@pytest.mark.parametrize("start", [NO_DIVIDER, NO_END])
def test_a_tag_behind_a_block_without_an_end_is_read(start: str) -> None:
    bad, good = parse_plan(f'a.py\n{start}<edit path="c.py" delete="f"/>\n')
    assert isinstance(bad, Broken)
    assert isinstance(good, Edit)
    assert good.path == "c.py"


def test_a_replace_line_without_a_divider_breaks_the_block_there() -> None:
    bad, good = parse_plan(f"a.py\n<<<<<<< SEARCH\na\n>>>>>>> REPLACE\n{BLOCK}")
    assert isinstance(bad, Broken)
    assert (bad.line, bad.end_line) == (2, 4)
    assert isinstance(good, Edit)


@pytest.mark.parametrize("before", ["a.py\n```\nold\n=======\nnew\n", "a.py\n=======\nnew\n"])
def test_a_replace_line_without_a_search_line_makes_no_file(before: str) -> None:
    events = parse_plan(f"{before}>>>>>>> REPLACE\n```\nb.py\n{BLOCK}")
    assert [e.path for e in events if isinstance(e, Edit)] == ["b.py"]
    assert any(isinstance(e, Broken) and "no `<<<<<<< SEARCH`" in e.why for e in events)


@pytest.mark.parametrize("size", range(len("a.py\n```\n<<<<<<< S"), len(BLOCK) + len("a.py\n```\n") - 1))
def test_half_a_block_is_never_an_edit(size: int) -> None:
    assert not [e for e in parse_plan(f"a.py\n```\n{BLOCK}"[:size]) if isinstance(e, Edit)]


def test_a_form_that_is_given_restricts_the_reader() -> None:
    plan = f'<edit path="b.py" delete="f"/>\nc.py\n```\nx\n```\na.py\n```\n{BLOCK}```\n'
    assert edits(plan, form="search-replace") == [("a.py", Substitute("a\n", "b\n"))]


ORIGINAL = BLOCK.replace("SEARCH", "ORIGINAL").replace("REPLACE", "UPDATED")


def test_original_and_updated_are_other_names_for_the_same() -> None:
    assert edits("a.py\n" + ORIGINAL) == [("a.py", Substitute("a\n", "b\n"))]
    assert edits(f"a.py\n```python\n{ORIGINAL}```\n") == [("a.py", Substitute("a\n", "b\n"))]
    assert edits(f'<edit path="a.py">\n{ORIGINAL}</edit>\n') == [("a.py", Substitute("a\n", "b\n"))]
    assert edits(f"a.py\n{ORIGINAL}{BLOCK}") == [("a.py", Substitute("a\n", "b\n"))] * 2


@pytest.mark.parametrize("body", ["<<<<<<< ORIGINAL\n", ">>>>>>> UPDATED\n", "<<<<<<< HEAD\nc\n>>>>>>> UPDATED\n"])
def test_other_names_within_a_block_are_text(body: str) -> None:
    plan = f"a.py\n<<<<<<< SEARCH\na\n{body}=======\nb\n{body}>>>>>>> REPLACE\n"
    assert edits(plan) == [("a.py", Substitute(f"a\n{body}", f"b\n{body}"))]


def test_other_names_within_a_file_are_text() -> None:
    text = f'FORMAT = """\n{ORIGINAL}"""\n'
    for plan in (f"a.py\n```python\n{text}```\n", f'<create path="a.py">\n{text}</create>\n'):
        assert [event for event in parse_plan(plan) if isinstance(event, Broken)] == []
        (edit,) = parse_plan(plan)
        assert isinstance(edit, Edit)
        assert edit.form != "search-replace"


def test_the_sides_of_a_merge_are_no_block() -> None:
    conflict = "a.py\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> topic\n"
    assert parse_plan(conflict) == ()
    assert edits(conflict + "a.py\n" + BLOCK) == [("a.py", Substitute("a\n", "b\n"))]


@pytest.mark.parametrize(
    ("plan", "missing"),
    [
        (ORIGINAL.replace(">>>>>>> UPDATED\n", ""), "UPDATED"),
        (ORIGINAL.replace("UPDATED", "REPLACE"), "UPDATED"),
        (ORIGINAL.replace("ORIGINAL", "SEARCH"), "REPLACE"),
        (">>>>>>> UPDATED\n", "ORIGINAL"),
    ],
)
def test_a_block_ends_by_the_name_that_goes_with_its_beginning(plan: str, missing: str) -> None:
    (broken,) = parse_plan("a.py\n" + plan)
    assert isinstance(broken, Broken)
    assert missing in broken.why
