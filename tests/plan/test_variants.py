"""The ways in which models write a path, a fence and markers, each with each form: all of them land the same change."""

import random
from pathlib import Path

import pytest

from glmcode.library import apply_plan
from glmcode.plan.edits import Broken, Check, Edit
from glmcode.plan.reader import PlanParser, parse_plan

PATH = "src/app.py"
OLD = """import os


def total(items):
    result = 0
    for item in items:
        result += item.price
    return result


def unused():
    return os.devnull
"""
NEW = OLD.replace("result = 0\n", "result = 0.0\n")
ABOVE = (
    "{p}", "**{p}**", "`{p}`", "# {p}", "// {p}", "### `{p}`", "File: {p}", "**File:** `{p}`", "**`{p}`**:", "{p}:", "1. `{p}`",
    "./{p}", "`./{p}`", "a/{p}", "b/{p}", "`a/{p}`", "[{p}]({p})", "[`{p}`](./{p})", "{r}/{p}", "`{r}/{p}`",
)  # fmt: skip
WITHIN = ("{p}", "./{p}", "a/{p}", "b/{p}", "`{p}`", "**{p}**", "{r}/{p}", "{r}//./{p}")
FENCES = {
    "backticks": ("```python\n", "```\n"),
    "five backticks": ("`````\n", "`````\n"),
    "tildes": ("~~~~py\n", "~~~~\n"),
    "tags": ("<source>python\n", "</source>\n"),
    "pre": ("<pre>\n", "</pre>\n"),
    "unclosed": ("```python\n", ""),
}
LINES = ("    result = 0\n    for item in items:\n", "    result = 0.0\n    for item in items:\n")
SKETCH = (
    "# ... existing code ...\ndef total(items):\n    result = 0.0\n    for item in items:\n        result += item.price\n"
    "    return result\n\n# ... existing code ...\n"
)
HUNK = "@@ -4,3 +4,3 @@\n def total(items):\n-    result = 0\n+    result = 0.0\n     for item in items:\n"
CALL = '{"path": "%s", "old_string": "    result = 0\\n", "new_string": "    result = 0.0\\n"}'


def blocks(marks: int, sides: tuple[str, str] = LINES) -> str:
    return "<" * marks + " SEARCH\n" + sides[0] + "=" * marks + "\n" + sides[1] + ">" * marks + " REPLACE\n"


def listed(mark: str) -> str:
    one, other = ("".join(f"{mark.format(n)}{line}\n" for n, line in enumerate(side.splitlines(), 5)) for side in LINES)
    return blocks(7, (one, other))


BODIES = {
    **{f"{marks} marks": blocks(marks) for marks in (5, 6, 7, 8, 9)},
    **{f"listing {mark!r}": listed(mark) for mark in ("{:>4} | ", "{}: ", "{:>6}\t", "{:>5}→", "{}|")},
    "whole": NEW,
    "sketch": SKETCH,
    "hunk": HUNK,
}
FORMS = {
    "replace": '<edit path="%s" replace="total">\n'
    + NEW[NEW.index("def total") : NEW.index("def unused")]
    + "</edit>\n",
    "blocks in a tag": '<edit path="%s">\n' + blocks(7) + "</edit>\n",
    "sketch in a tag": '<edit path="%s">\n' + SKETCH + "</edit>\n",
    "part": '<edit path="%s" in="total">\n    result = 0.0\n    for item in items:\n</edit>\n',
    "call": CALL + "\n",
    "calls in a fence": "```json\n[" + CALL + "]\n```\n",
    "patch": "*** Begin Patch\n*** Update File: %s\n@@ def total(items):\n-    result = 0\n+    result = 0.0\n*** End Patch\n",
    "padded patch": "*** Begin Patch ***\n*** Update File: %s ***\n@@\n-    result = 0\n+    result = 0.0\n*** End Patch ***\n",
    "diff": "```diff\n--- %s\n+++ %s\n" + HUNK + "```\n",
    "blocks in a file": '<file path="%s">\n' + blocks(7) + "</file>\n",
    "file": '<file path="%s">\n' + NEW + "</file>\n",
    "path behind the fence": "```python %s\n" + NEW + "```\n",
    "blocks behind the fence": "```python:%s\n" + blocks(7) + "```\n",
}


def in_chunks(plan: str, seed: int) -> tuple[Edit | Broken | Check, ...]:
    parser, chance, at, events = PlanParser(), random.Random(seed), 0, []
    while at < len(plan):
        size = chance.choice((1, 2, 3, 7, 40))
        events += parser.feed(plan[at : at + size])
        at += size
    return tuple(event for event in events + parser.close() if isinstance(event, Edit | Broken | Check))


def lands(plan: str, root: Path) -> None:
    """From a directory, from a mapping where the path is not absolute, and the same edits at any chunking."""
    (root / "src").mkdir(exist_ok=True)
    (root / PATH).write_text(OLD)
    plan = plan.replace("{r}", str(root)).replace("{p}", PATH)
    results = [apply_plan(plan, root)]
    if str(root) not in plan:
        results.append(apply_plan(plan, {PATH: OLD.encode()}))
    for result in results:
        assert [(edit.status, edit.path) for edit in result.edits] == [("applied", PATH)], (plan, result.edits)
        assert result.files == {PATH: NEW.encode()}, plan
    assert in_chunks(plan, len(plan)) == parse_plan(plan)


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("fence", FENCES)
def test_a_path_above_a_fence(body: str, fence: str, tmp_path: Path) -> None:
    opening, close = FENCES[fence]
    for path in ABOVE:
        lands(f"Here it is:\n\n{path}\n{opening}{BODIES[body]}{close}", tmp_path)
        if body not in ("whole", "sketch", "hunk"):
            lands(f"Here it is:\n\n{opening}{path}\n{BODIES[body]}{close}", tmp_path)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", WITHIN)
def test_a_path_within_a_form(form: str, path: str, tmp_path: Path) -> None:
    if "behind the fence" in form and path[0] in "`*":
        path = path.strip("`*")  # a fence's opening holds no such marks
    lands(FORMS[form].replace("%s", path), tmp_path)


AFTER_ONE = (
    "src/a.py\n"
    + blocks(7, ("x = 1\n", "x = 2\n"))
    + "\n{}\n```python\n"
    + blocks(7, ("import os\n", "import re\n"))
    + "```\n"
)
TWO = {"src/a.py": b"import os\nx = 1\n", "src/b.py": b"import os\ny = 2\n"}


@pytest.mark.parametrize(
    "prose",
    [
        "In `src/b.py`:",
        "**src/b.py** (updated):",
        "Second, in src/b.py, do the same.\n",
        "### 2. `src/b.py`: import",
        "`src/b.py` (line 1): import",
        "src/b.py:1",
        "`src/b.py`, lines 1-1:",
        "Update the import in `src/b.py`:",
        "Then change `src/b.py`:",
        "src\\b.py",
    ],
)
def test_a_block_below_a_line_that_is_about_one_file_is_of_that_file(prose: str) -> None:
    result = apply_plan(AFTER_ONE.format(prose), TWO)
    assert result.files == {"src/a.py": b"import os\nx = 2\n", "src/b.py": b"import re\ny = 2\n"}


@pytest.mark.parametrize(
    "prose",
    [
        "`b.py` needs it too.\n\nThe imports:",
        "This calls `src/b.py`:",
        "In `src/b.py` nothing changes:",
        "In `src/c.py` and `src/b.py`:",
    ],
)
def test_a_block_below_prose_that_speaks_of_another_file_is_not_of_the_file_before(prose: str) -> None:
    result = apply_plan(AFTER_ONE.format(prose), TWO)
    assert [edit.reason for edit in result.edits] == [None, "malformed"]
    assert "b.py" in result.edits[1].message
    assert "path alone on the line above" in result.edits[1].message


@pytest.mark.parametrize(
    "prose",
    [
        "",
        "And its imports:",
        "In `src/a.py`, for `src/b.py` to use:",
        "With Node.js and/or `self.log`:",
        "See https://a.b/c.py.",
    ],
)
def test_a_block_below_other_prose_is_of_the_file_before(prose: str) -> None:
    result = apply_plan(AFTER_ONE.format(prose), TWO)
    assert result.files == {"src/a.py": b"import re\nx = 2\n"}


def test_prose_that_speaks_of_files_costs_no_path_that_is_named() -> None:
    plan = (
        "`src/c.py` uses it.\n\nsrc/a.py\n"
        + blocks(7, ("x = 1\n", "x = 2\n"))
        + blocks(7, ("import os\n", "import re\n"))
    )
    assert apply_plan(plan, TWO).ok
    result = apply_plan("As `src/b.py` does:\n" + blocks(7, ("x = 1\n", "x = 2\n")), TWO, path="src/a.py")
    assert result.files == {"src/a.py": b"import os\nx = 2\n"}
