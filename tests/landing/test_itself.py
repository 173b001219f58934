"""Every definition of every language's sample: replaced by its own lines nothing changes, and its neighbours outlive it."""

from pathlib import Path
from textwrap import dedent

import pytest

from glmcode import apply_plan, outline

SAMPLES = sorted((Path(__file__).parents[1] / "syntax" / "samples").glob("*.txt"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_definition_given_as_it_stands_is_there_already(sample: Path) -> None:
    name, source = sample.stem, sample.read_bytes()
    lines = source.decode().split("\n")
    for one in outline(source, name):
        first = source.count(b"\n", 0, one.start)
        itself = "\n".join(lines[first : one.end_line])
        for body in (itself, dedent(itself)):
            plan = f'<edit path="{name}" replace=\'{one.name}\' mark="x">\n{body}\n</edit x>\n'
            result = apply_plan(plan, {name: source})
            assert [edit.status for edit in result.edits] == ["already"], (
                one.name,
                result.edits[0].message,
                result.diff,
            )


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_what_is_deleted_takes_no_other_definition_along(sample: Path) -> None:
    name, source = sample.stem, sample.read_bytes()
    found = outline(source, name)
    for one in found:
        result = apply_plan(f"<edit path=\"{name}\" delete='{one.name}'/>\n", {name: source})
        if not result.ok:
            assert result.edits[0].reason == "breaks-syntax", (one.name, result.edits[0].message)  # the last of a suite
            continue
        after = result.files[name]
        assert after is not None
        kept = [source[d.keyword : d.end].split() for d in found if not one.start <= d.start < one.end]
        left = [after[d.keyword : d.end].split() for d in outline(after, name)]
        around = [d.name for d in found if d.start < one.start and one.end <= d.end]
        missing = [words for words in kept if words not in left]
        assert len(missing) <= len(around) + 1, (one.name, missing)
        assert len(left) == len(kept), one.name
