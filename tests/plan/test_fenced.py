"""Fenced blocks with a path: whole files and sketches, where they end, and what they are not."""

import pytest

from glmcode.plan import fenced
from glmcode.plan.edits import Begun, Broken, Create, Edit, Prose, Sketch, Whole
from glmcode.plan.reader import PlanParser, parse_plan


def only(plan: str, *, form: str = "auto", path: str | None = None) -> Edit:
    (event,) = parse_plan(plan, form=form, path=path)
    assert isinstance(event, Edit), event
    return event


@pytest.mark.parametrize(
    "opening",
    [
        "src/a.py\n```python\n",
        "src/a.py:\n```\n",
        "### `src/a.py`\n\n```python\n",
        "**src/a.py**\n~~~~\n",
        "```python src/a.py\n",
        "```src/a.py\n",
        "```python:src/a.py\n",
        "```python filename=src/a.py\n",
        '```python {title="src/a.py"}\n',
        "File: src/a.py\n```\n",
        "<!-- src/a.py -->\n```\n",
        "src/a.py\n<code>\n",
    ],
)
def test_a_fenced_block_with_a_path_is_the_whole_file(opening: str) -> None:
    close = "~~~~" if "~" in opening else "</code>" if "<code>" in opening else "```"
    edit = only(f"Here:\n\n{opening}x = 1\n\ny = 2\n{close}\nDone.\n")
    assert (edit.path, edit.form, edit.change) == ("src/a.py", "whole", Whole("x = 1\n\ny = 2\n"))


@pytest.mark.parametrize(
    "plan",
    [
        "```python\nx = 1\n```\n",
        "Run this:\n```\npython src/a.py\n```\n",
        "In src/a.py:\n```python\nx = 1\n```\n",
        "`self.run`\n```python\nx = 1\n```\n",
        "calculate_total\n```python\nx = 1\n```\n",
        "src/a.py\n\n\n```python\nx = 1\n```\n",
        "src/a.py\nText.\n```python\nx = 1\n```\n",
        "```12:15:src/a.py\nx = 1\n```\n",
        "```dockerfile\nFROM x\n```\n",
        "```Dockerfile\nFROM x\n```\n",
        "https://example.org/a.py\n```\nx\n```\n",
        "tests/test_a.py::test_b\n```\nE  assert\n```\n",
    ],
)
def test_a_fenced_block_without_a_path_is_commentary(plan: str) -> None:
    parser = PlanParser()
    events = parser.feed(plan) + parser.close()
    assert [e.text for e in events if isinstance(e, Prose)] == plan.split("\n")[:-1]
    assert len(events) == plan.count("\n")


@pytest.mark.parametrize(
    "marker",
    [
        "# ... existing code ...",
        "    // ... rest of the class ...",
        "/* ... unchanged ... */",
        "<!-- ... existing content ... -->",
        "{/* ... existing code ... */}",
        "-- ... keep the other columns ...",
        "# rest of the file remains unchanged",
        "// ...",
        "... existing code ...",
        "# … existing code …",
    ],
)
def test_a_fenced_block_with_a_marker_is_a_sketch(marker: str) -> None:
    body = f"def f():\n{marker}\n    return 1\n"
    edit = only(f"a.py\n```python\n{body}```\n")
    assert (edit.form, edit.change) == ("sketch", Sketch(body, None, implied=False))


def test_dots_that_are_code_make_no_sketch() -> None:
    body = "class A:\n    ...\nx: tuple[int, ...]\nprint('...')\n# wait...\n"
    assert only(f"a.py\n```python\n{body}```\n").change == Whole(body)


def test_bodies_are_verbatim() -> None:
    body = "a\r\n\x0cb\u2028c\x00\n\n \t\n"
    assert only(f"a.txt\n```\n{body}```\n").change == Whole(body)


@pytest.mark.parametrize(
    "body",
    [
        "# T\n\n```sh\nmake\n```\n\nend\n",
        "# T\n\n```\nmake\n```\n\nend\n",
        "# T\n\n~~~\nmake\n~~~\n",
        '# T\n\n<edit path="b.py" delete="f"/>\n\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n',
    ],
)
def test_running_text_may_hold_fences_tags_and_markers(body: str) -> None:
    edit = only(f"docs/guide.md\n```markdown\n{body}```\n\nThat is the guide.\n\nb.txt\n")
    assert edit.change == Whole(body)


def test_a_longer_fence_holds_shorter_ones() -> None:
    body = "```\na\n```\ntext\n```py\nb\n```\n"
    assert only(f"docs/guide.md\n````\n{body}````\nText\n").change == Whole(body)


def test_running_text_ends_where_the_next_file_begins() -> None:
    first, second = parse_plan("a.md\n```\n# A\n```\nb.py\n```\nx\n```\n")
    assert isinstance(first, Edit)
    assert isinstance(second, Edit)
    assert (first.change, second.change, second.path) == (Whole("# A\n"), Whole("x\n"), "b.py")


def test_an_edit_is_there_the_moment_its_fence_closes() -> None:
    parser = PlanParser()
    assert parser.feed("a.py\n```\nx\n") == []
    assert parser.feed("```\n") == [Begun("a.py", "whole", 2), Edit("a.py", "whole", Whole("x\n"), 2, 4)]


@pytest.mark.parametrize(
    ("rest", "form"),
    [
        ('<edit path="b.py" delete="f"/>\n', "native"),
        ("b.py\n```python\ny\n```\n", "whole"),
        ("b.py\n\n```python\ny\n```\n", "whole"),
        ("```python b.py\ny\n```\n", "whole"),
        ("b.py\n```python\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n```\n", "search-replace"),
    ],
)
def test_a_fence_that_never_closed_does_not_swallow_what_follows(rest: str, form: str) -> None:
    bad, good = parse_plan(f"a.py\n```python\nx = 1\n{rest}")
    assert isinstance(bad, Broken)
    assert (bad.path, bad.line, bad.end_line) == ("a.py", 2, 3)
    assert "not closed" in bad.why
    assert isinstance(good, Edit)
    assert (good.path, good.form) == ("b.py", form)


def test_a_marker_after_content_breaks_the_file_and_not_the_block() -> None:
    bad, good = parse_plan(
        "a.py\n```\nx = 1\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n```\nb.py\n```\ny\n```\n"
    )[:2]
    assert isinstance(bad, Broken)
    assert isinstance(good, Edit)
    assert (good.path, good.form) == ("a.py", "search-replace")


@pytest.mark.parametrize("size", range(len("a.py\n```\nx\ny\n``")))
def test_half_a_file_is_never_an_edit(size: int) -> None:
    parser = PlanParser()
    events = parser.feed("a.py\n```\nx\ny\n```"[:size]) + parser.close(cut=True)
    assert not [e for e in events if isinstance(e, Edit)]


@pytest.mark.parametrize("fence", ["```", "````python", "~~~"])
def test_a_final_fence_that_is_missing_at_the_end_of_the_answer(fence: str) -> None:
    assert only(f"a.py\n{fence}\nx\ny\n").change == Whole("x\ny\n")
    sketch = "x\n# ... existing code ...\ny\n"
    assert only(f"a.py\n{fence}\n{sketch}").change == Sketch(sketch)
    for half in (f"a.py\n{fence}\n", f"a.py\n{fence}\nx\ny", f"a.md\n{fence}\nx\n"):
        assert not [e for e in parse_plan(half) if isinstance(e, Edit)]


BLOCK = "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n"


@pytest.mark.parametrize("tag", ["file path", "file name", "code path", "file_content filename"])
@pytest.mark.parametrize(
    ("inside", "form"),
    [
        ("x = 1\n", "whole"),
        ("```python\nx = 1\n```\n", "whole"),
        ("\n```\nx = 1\n```\n\n", "whole"),
        ("x\n# ... existing code ...\n", "sketch"),
        (BLOCK, "search-replace"),
        (f"```python\n{BLOCK}```\n", "search-replace"),
        ("```diff\n@@ -1 +1 @@\n-a\n+b\n```\n", "udiff"),
    ],
)
def test_tags_with_a_path_around_a_file_or_its_edits(tag: str, inside: str, form: str) -> None:
    name = tag.split(maxsplit=1)[0]
    for quote in "\"'":
        edit = only(f"Words.\n\n<{tag}={quote}src/a.py{quote}>\n{inside}</{name}>\n\nMore words.\n")
        assert (edit.path, edit.form) == ("src/a.py", form)
        if form == "whole":
            assert edit.change == Whole("x = 1\n")


def test_tags_with_a_path_in_the_body_of_an_edit_are_its_own() -> None:
    body = '<file path="b.py">\nx\n</file>\n'
    (edit,) = parse_plan(f'<create path="a.xml">\n{body}</create>\n')
    assert isinstance(edit, Edit)
    assert edit.change == Create(body)


@pytest.mark.parametrize(
    ("inside", "form"),
    [
        ("# first\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n", "search-replace"),
        ("@@ -1 +1 @@\n-a\n+b\n", "udiff"),
        ("--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-a\n+b\n", "udiff"),
        ("diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-a\n+b\n", "udiff"),
        ('<edit path="a.py" delete="f"/>\n', "native"),
    ],
)
def test_a_fenced_block_with_a_path_may_hold_edits(inside: str, form: str) -> None:
    edit = only(f"a.py\n```python\n{inside}```\n")
    assert (edit.path, edit.form) == ("a.py", form)


def test_yaml_that_begins_with_a_document_mark_is_a_file() -> None:
    assert only("a.yaml\n```yaml\n---\na: 1\n```\n").change == Whole("---\na: 1\n")


TEXTS = ["x = 1\n", "```python\nx = 1\n```\n", "\n```\nx = 1\n```\n\n", "a.py\n```\nx = 1\n```\n"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_plan_that_is_one_file(text: str) -> None:
    for form, change in (("whole", Whole("x = 1\n")), ("sketch", Sketch("x = 1\n", None, implied=True))):
        edit = only(text, form=form, path="a.py")
        assert (edit.path, edit.form, edit.change) == ("a.py", form, change)


def test_a_text_that_is_one_file_is_verbatim() -> None:
    text = "a\r\n<edit path='b.py' delete='f'/>\n@@ -1 +1 @@\n\x0c\x00<<<<<<< SEARCH\nno end"
    assert only(text, form="whole", path="a.py").change == Whole(text)


def test_a_text_with_fenced_blocks_means_the_blocks() -> None:
    text = "Here is the file:\n```python\nx = 1\n# ... existing code ...\n```\nThat's all.\n"
    assert only(text, form="whole", path="a.py").change == Whole("x = 1\n# ... existing code ...\n")
    assert only(text, form="sketch", path="a.py").change == Sketch(
        "x = 1\n# ... existing code ...\n", None, implied=True
    )
    first, second = parse_plan("a.py\n```\nx\n```\nb.py\n```\ny\n```\n", form="whole")
    assert (first, second) == (Edit("a.py", "whole", Whole("x\n"), 2, 4), Edit("b.py", "whole", Whole("y\n"), 6, 8))


def test_markdown_with_fences_is_one_file_where_the_caller_says_so() -> None:
    text = "# T\n\n```sh\nmake\n```\n"
    assert only(text, form="whole", path="README.md").change == Whole(text)


def test_an_empty_text_is_no_file() -> None:
    (event,) = parse_plan(" \n\n", form="whole", path="a.py")
    assert isinstance(event, Broken)


def test_half_a_text_is_no_file() -> None:
    parser = PlanParser("whole", "a.py")
    parser.feed("x\ny")
    assert isinstance(parser.close(cut=True)[-1], Broken)


INNER = ("\n```bash\nls\n```\n\nEnd.\n", "\n```\nls\n```\n\nEnd.\n", "Run:\n```\nls\n```\nEnd.\n", "\n```\nsrc/\n  a.py\n```\n", "\na.py\n```python\nx\n```\nEnd.\n")  # fmt: skip


@pytest.mark.parametrize("inner", INNER)
def test_words_right_behind_the_fence_that_closes_a_document(inner: str) -> None:
    """It was taken for the opening of an example, and all behind it was lost."""
    after = "That is it.\n\nb.py\n```python\ny = 1\n```\nAnd that.\n"
    plan = f"README.md\n```markdown\n# T\n{inner}```\n{after}"
    first, second = parse_plan(plan)
    assert isinstance(first, Edit)
    assert isinstance(second, Edit)
    assert (first.change, second.path, second.change) == (Whole(f"# T\n{inner}"), "b.py", Whole("y = 1\n"))
    parser = PlanParser()
    (half,) = [e for e in parser.feed(plan) + parser.close(cut=True) if isinstance(e, Edit | Broken)]
    assert isinstance(half, Broken)


def test_documents_whose_end_shows_at_the_plans_end_are_read_again_a_few_times_at_most() -> None:
    plan = "".join(f"{at}.md\n```markdown\n# T\n```\nWords.\n\n" for at in range(200))
    found = parse_plan(plan)
    assert [type(e) for e in found] == [Edit] * fenced.MOST_PUT_RIGHT + [Broken]
