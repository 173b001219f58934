"""Old and new lines between tags."""

import pytest

from glmcode.plan.edits import Broken, Edit, Substitute, Whole
from glmcode.plan.reader import PlanParser, parse_plan

HALVES = "<search>\n    a\n\n</search>\n<replace>\n    b\n</replace>\n"
CHANGE = Substitute("    a\n\n", "    b\n")


def wrapped(halves: str) -> list[str]:
    return [
        f"a.py\n{halves}",
        f"Words.\n\n**a.py**\n\n```xml\n{halves}```\nMore.\n",
        f'<file path="a.py">\n{halves}</file>\n',
        f'<edit path="a.py">\n{halves}</edit>\n',
    ]


@pytest.mark.parametrize(("old", "new"), [("search", "replace"), ("SEARCH", "REPLACE"), ("old_string", "new_string"), ("old_str", "new_str")])  # fmt: skip
def test_two_halves_between_tags(old: str, new: str) -> None:
    halves = HALVES.replace("search", old).replace("replace", new)
    for plan in wrapped(halves + "\n" + halves.replace("</", "</")):
        edits = parse_plan(plan)
        assert [(e.path, e.form, e.change) for e in edits if isinstance(e, Edit)] == [
            ("a.py", "search-replace", CHANGE)
        ] * 2
        assert len(edits) == 2


@pytest.mark.parametrize(
    "html",
    [
        "<search>\n<form></form>\n</search>\n",
        "<search>\n<form></form>\n",
        "<search>\nx\n</search>\ntext\n<replace>\ny\n</replace>\n",
    ],
)
def test_an_element_of_html_is_no_edit(html: str) -> None:
    assert parse_plan(f"Like so:\n```html\n{html}```\n") == ()
    (edit,) = parse_plan(f"```html\n{html}```\n<create path='b.html'>\n{html}</create>\n")
    assert isinstance(edit, Edit)


def test_a_new_half_without_an_end_is_broken_and_swallows_nothing() -> None:
    half = HALVES.removesuffix("</replace>\n")
    for plan in wrapped(half)[::2]:
        bad, good = (e for e in parse_plan(f"{plan}\nb.py\n```python\nx\n```\n") if e)
        assert isinstance(bad, Broken)
        assert "</replace>" in bad.why
        assert isinstance(good, Edit)
        assert (good.path, good.change) == ("b.py", Whole("x\n"))


@pytest.mark.parametrize("size", range(len(HALVES) - 1))
def test_half_a_block_is_no_edit(size: int) -> None:
    parser = PlanParser(path="a.py")
    events = parser.feed(HALVES[:size]) + parser.close(cut=True)
    assert not [e for e in events if isinstance(e, Edit)]


AFTER = [
    '<edit path="b.py"\n  delete="g"/>\n',
    "b.py\n```python\nx\n```\n",
    "b.py\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n",
    "b.py\n<search>\na\n</search>\n<replace>\nb\n</replace>\n",
    "*** Begin Patch\n*** Update File: b.py\n@@\n-a\n+b\n*** End Patch\n",
    '{"path": "b.py", "old_string": "a", "new_string": "b"}\n',
]


@pytest.mark.parametrize("after", AFTER)
def test_a_block_that_is_broken_off_leaves_the_edits_behind_it(after: str) -> None:
    lines = f"a.py\n{HALVES}".splitlines(keepends=True)
    for i in range(len(lines) + 1):
        *_, last = parse_plan("".join(lines[:i]) + after)
        assert isinstance(last, Edit), lines[:i]
        assert (last.path, last.line > i) == ("b.py", True), lines[:i]
