"""What the line above a block says of it."""

import pytest

from glmcode.plan.edits import Broken, Edit, Prose, Sketch, Substitute, Whole
from glmcode.plan.fences import Fence, opens_within
from glmcode.plan.headings import Heading, asks, cites, heading_of
from glmcode.plan.reader import PlanParser, parse_plan


@pytest.mark.parametrize(
    "line",
    [
        "src/a.py",
        "Create `src/a.py`:",
        "**New file: `src/a.py`**",
        "**New file:** src/a.py",
        "Next, create a new file called `src/a.py` with the following content:",
        "Add `src/a.py`:",
        "Here is the complete `src/a.py`:",
        "Here's the full content of src/a.py:",
        "Replace the contents of `src/a.py` with:",
        "### 1. `src/a.py`",
        "### Step 2: Create `src/a.py`",
        "Step 3: `src/a.py`",
        "1) src/a.py",
        "📄 `src/a.py`",
        "src/a.py (new)",
        "**src/a.py** (new file)",
        "#### `src/a.py` (updated)",
        "`src/a.py` — updated",
        "=== src/a.py ===",
        "--- src/a.py ---",
        "File `src/a.py`:",
        "src\\a.py",
    ],
)
def test_all_of_the_file(line: str) -> None:
    assert heading_of(line) == Heading("src/a.py", "whole")
    (edit,) = parse_plan(f"{line}\n\n```python\nx = 1\n```\n")
    assert isinstance(edit, Edit)
    assert (edit.path, edit.change) == ("src/a.py", Whole("x = 1\n"))


@pytest.mark.parametrize("line", ["Update `src/a.py`:", "**Modify src/a.py:**", "Here is the updated `src/a.py`:", "Now `src/a.py`:", "- Edit the file `src/a.py`:"])  # fmt: skip
def test_all_or_a_part_of_it(line: str) -> None:
    (edit,) = parse_plan(f"{line}\n```python\nx = 1\n```\n")
    assert isinstance(edit, Edit)
    assert (edit.path, edit.change) == ("src/a.py", Whole("x = 1\n", "extent"))


@pytest.mark.parametrize(
    "line",
    [
        "Update the `total` function in `src/a.py`:",
        "Add this to src/a.py:",
        "Insert the import at the top of `src/a.py`:",
        "In `src/a.py`, replace the loop with:",
        "Then, in `src/a.py` (line 3), add:",
    ],
)
def test_a_part_of_it(line: str) -> None:
    (event,) = parse_plan(f"{line}\n```python\nx = 1\n```\n")
    assert isinstance(event, Broken)
    assert event.path == "src/a.py"
    assert "a part of src/a.py" in event.why


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("src/a.py (lines 12-20)", 12),
        ("`src/a.py`, lines 12–20:", 12),
        ("**src/a.py** (line 12)", 12),
        ("src/a.py:12-20", 12),
        ("`src/a.py:12`", 12),
        ("### src/a.py#L12-L20", 12),
        ("File: src/a.py (lines 12 to 20)", 12),
    ],
)
def test_lines_by_their_numbers_are_those_or_none(line: str, number: int) -> None:
    (edit,) = parse_plan(f"{line}\n```python\nx = 1\n```\n")
    assert isinstance(edit, Edit)
    assert (edit.path, edit.change) == ("src/a.py", Substitute("x = 1\n", "x = 1\n", line_hint=number))


SKETCH = "# ... existing code ...\nx = 1\n"


@pytest.mark.parametrize(
    "line", ["In `src/a.py`:", "In src/a.py, the total is wrong:", "For `src/a.py` (the model):", "`src/a.py`: a better total"]
)  # fmt: skip
def test_a_mention_is_prose_unless_the_block_is_a_sketch(line: str) -> None:
    plan = f"{line}\n```python\nx = 1\n```\n"
    parser = PlanParser()
    events = parser.feed(plan) + parser.close()
    assert [e.text for e in events if isinstance(e, Prose)] == plan.splitlines()
    assert len(events) == 4
    found = parse_plan(f"{line}\n```python\n{SKETCH}```\n")
    if not cites(line):
        (edit,) = found
        assert isinstance(edit, Edit)
        assert (edit.path, edit.change) == ("src/a.py", Sketch(SKETCH))
    else:
        assert found == ()


@pytest.mark.parametrize(
    "line",
    [
        "In `src/a.py` the code currently is:",
        "`src/a.py` before:",
        "The tests in `src/a.py` call `src/b.py`:",
        "In `src/a.py` and `src/b.py`:",
        "In `src/a.py` nothing changes:",
        "Don't change `src/a.py`:",
        "Run `python src/a.py`:",
        "self.run",
        "#!/bin/sh",
        "1.",
        "### Node.js",
        "**I/O**",
        "`application/json`:",
        "",
    ],
)
def test_a_block_below_other_words_is_prose(line: str) -> None:
    assert parse_plan(f"{line}\n```python\nx = 1\n```\n") == ()


@pytest.mark.parametrize("line", ["Input/Output", "`np.array`", "`.btn`", "**TODO:**", "`cart.xyz`"])  # fmt: skip
def test_what_may_be_no_file_is_one_only_where_the_tree_has_it(line: str) -> None:
    (edit,) = parse_plan(f"{line}\n```js\nx = 1\n```\n")
    assert isinstance(edit, Edit)
    assert edit.change == Whole("x = 1\n", "path")
    (edit,) = parse_plan("`bin/run`\n```\n#!/bin/sh\nls\n```\n")
    assert isinstance(edit, Edit)
    assert edit.change == Whole("#!/bin/sh\nls\n")


@pytest.mark.parametrize(
    "path", ["cart.gd", "Makefile", "Dockerfile.dev", ".env.example", "Tiltfile", "BUILD.bazel", "a.prisma", "src/LICENSE", ".eslintrc"]
)  # fmt: skip
def test_names_of_files(path: str) -> None:
    assert heading_of(path) == heading_of(f"**`{path}`**:") == Heading(path, "whole")
    assert heading_of(f"File: {path.lower()}x") == Heading(path.lower() + "x", "whole")


@pytest.mark.parametrize(
    "line", ["Add this function:", "**Replace the loop with:**", "2. Then update `total`:", "Fix:"]
)
def test_a_block_below_words_that_ask_for_a_change_of_no_file_is_rejected(line: str) -> None:
    assert asks(line)
    (event,) = parse_plan(f"src/a.py\n\n{line}\n```python\nx = 1\n```\n")
    assert isinstance(event, Broken)
    assert "no line says which file" in event.why
    for block in ("```\npip install x\n```\n", "```bash\nls\n```\n", "```json\n{}\n```\n"):
        assert parse_plan(f"{line}\n{block}") == ()


def test_a_sketch_of_no_file_is_rejected_not_passed_over() -> None:
    (event,) = parse_plan(f"The rest:\n```python\n{SKETCH}```\n")
    assert isinstance(event, Broken)
    assert (event.form, event.path, "line 3" in event.why) == ("sketch", None, True)
    assert parse_plan(f"It was before:\n```python\n{SKETCH}```\n") == ()
    assert parse_plan("So:\n```python\ndef f():\n    # ...\n    x = 1\n```\n") == ()


def test_a_command_below_a_file_that_changes_is_no_content_of_it() -> None:
    assert parse_plan("Update `src/a.py`:\n```bash\nsed -i s/a/b/ src/a.py\n```\n") == ()
    (edit,) = parse_plan("Create `run.sh`:\n```bash\nls\n```\n")
    assert isinstance(edit, Edit)
    assert edit.change == Whole("ls\n")


@pytest.mark.parametrize("info", ["python", "", "markdown"])
def test_a_mention_swallows_no_edit_behind_its_block(info: str) -> None:
    for path in ("a.py", "README.md"):
        for close in ("```\n", "```\nText at once\n", ""):
            plan = (
                f"In `{path}`:\n```{info}\nx = 1\n{close}<edit path='b.py' at='top'>\nz\n</edit>\n"
                + "c.py\n```\ny = 1\n```\n" * bool(close)
            )
            assert [event.path for event in parse_plan(plan) if isinstance(event, Edit)] == ["b.py", "c.py"][
                : 1 + bool(close)
            ], plan


def test_a_whole_file_that_tells_its_path_in_its_first_line() -> None:
    (edit,) = parse_plan("So:\n```ts\n// src/a.ts\nx\n```\n")
    assert isinstance(edit, Edit)
    assert (edit.path, edit.change) == ("src/a.ts", Whole("// src/a.ts\nx\n", "extent"))
    assert parse_plan("For example:\n```ts\n// src/a.ts\nx\n```\n") == ()


def test_dots_alone_are_no_first_or_last_line_of_a_program() -> None:
    for body in ("...\nx = 1\n", "x = 1\n...\n\n"):
        (event,) = parse_plan(f"a.py\n```\n{body}```\n")
        assert isinstance(event, Broken)
        assert "bare `...`" in event.why
    for path, body in (("a.md", "...\nx\n"), ("a.pyi", "x: int\n...\n"), ("a.py", "def f():\n    ...\n")):
        (event,) = parse_plan(f"{path}\n```\n{body}```\n")
        assert isinstance(event, Edit)


@pytest.mark.parametrize("indent", ["  ", "   ", "    ", "\t"])
@pytest.mark.parametrize(
    "block",
    [
        "```python\nif x:\n    y\n\n```\n",
        "~~~\n<<<<<<< SEARCH\n  a\n=======\n  b\n>>>>>>> REPLACE\n~~~\n",
        "```diff\n--- a/a.py\n+++ b/a.py\n@@\n x\n-a\n+b\n```\n",
        "```\n*** Begin Patch\n*** Update File: a.py\n@@\n-a\n+b\n*** End Patch\n```\n",
    ],
)
def test_a_block_within_a_list_is_read_without_the_indentation_of_the_list(block: str, indent: str) -> None:
    listed = "".join(indent + line if line.strip() else line for line in block.splitlines(keepends=True))
    found = parse_plan(f"1. So:\n\n{indent}`a.py`\n{listed}\n2. More\n")
    assert [(e.path, e.change) for e in found if isinstance(e, Edit)] == [
        (e.path, e.change) for e in parse_plan(f"a.py\n{block}") if isinstance(e, Edit)
    ]
    assert len(found) == 1


def test_indented_fences_that_never_close_cost_no_more_than_their_lines() -> None:
    looked = 0

    def counted(fence: Fence, text: str) -> bool:
        nonlocal looked
        looked += 1
        return opens_within(fence, text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("glmcode.plan.mixed.opens_within", counted)
        parse_plan("    ```python\n" * 2000)
    assert looked <= 4000


@pytest.mark.parametrize("opening", ['<boltAction type="file" filePath="a.py">', '<dyad-write path="a.py" description="x">', "<lov-write file_path='a.py'>", "```py // a.py", "```{.python file=a.py}"])  # fmt: skip
def test_other_openings_that_name_a_file(opening: str) -> None:
    close = f"</{opening[1:].split(maxsplit=1)[0]}>" if opening[0] == "<" else "```"
    (edit,) = parse_plan(f"{opening}\nx = 1\n{close}\n")
    assert isinstance(edit, Edit)
    assert (edit.path, edit.change) == ("a.py", Whole("x = 1\n"))
    (edit,) = parse_plan("<file>\n<path>a.py</path>\n<content>\nx = 1\n</content>\n</file>\n")
    assert isinstance(edit, Edit)
    assert (edit.path, edit.change) == ("a.py", Whole("x = 1\n"))
