"""Two names that some system takes for one never come to stand side by side: the same plan gives the same files anywhere."""

import pytest

from glmcode import apply_plan
from glmcode.landing.result import Result


def created(*paths: str) -> str:
    return "".join(f'<create path="{path}">\nx\n</create>\n' for path in paths)


def land(plan: str, *standing: str) -> Result:
    return apply_plan(plan, dict.fromkeys(standing, b"one\ntwo\nthree\n"))


@pytest.mark.parametrize(
    ("standing", "path", "stands"),
    [
        ("Readme.md", "README.md", "Readme.md"),
        ("src/a.py", "Src/b.py", "src"),
        ("a/B/c/d.py", "a/b/c/e.py", "a/B"),
        ("caf\u00e9.txt", "cafe\u0301.txt", "caf\u00e9.txt"),
        ("\u00c9.txt", "\u00e9.TXT", "\u00c9.txt"),
        ("stra\u00dfe", "STRASSE", "stra\u00dfe"),
        ("notes", "notes./y", "notes"),
        ("notes", "notes /x", "notes"),
    ],
)
@pytest.mark.parametrize(
    "form", ['<create path="{}">\nx\n</create>\n', "File: {}\n```\nx\n```\n", '<rename path="z" to="{}"/>\n']
)
def test_a_new_file_beside_one_of_another_spelling_is_refused_and_both_are_named(
    standing: str, path: str, stands: str, form: str
) -> None:
    result = land(form.format(path), standing, "z")
    assert [outcome.reason for outcome in result.edits] == ["exists"]
    assert f"{path} would stand beside {stands}," in result.edits[0].message
    assert not result.files


@pytest.mark.parametrize(("one", "other"), [("a.py", "A.py"), ("a/x", "A/y"), ("d/\u00e9", "d/e\u0301"), ("x/y", "X")])
def test_two_new_files_that_clash_are_refused(one: str, other: str) -> None:
    result = land(created(one, other))
    assert [outcome.status for outcome in result.edits] == ["applied", "rejected"]
    assert not result.files


@pytest.mark.parametrize(
    "plan",
    [
        '<rename path="Readme.md" to="README.md"/>\n',
        '<remove path="Readme.md"/>\n' + created("README.md"),
        created("readme.txt", "src/Readme.md", "src/deep/Src"),
        '<edit path="Readme.md" at="bottom">\nx\n</edit>\n',
        '<rename path="Readme.md" to="b.md"/>\n' + created("README.md", "src/a.py"),
        created("\u00bd.txt", "1\u20442.txt"),
    ],
)
def test_a_name_that_makes_way_or_is_another_one_everywhere_is_no_clash(plan: str) -> None:
    assert land(plan, "Readme.md", "src/b.py").ok


def test_names_that_clash_already_can_be_edited() -> None:
    plan = '<edit path="xt_MARK.h" at="bottom">\nx\n</edit>\n<edit path="xt_mark.h" at="bottom">\ny\n</edit>\n'
    assert land(plan, "xt_MARK.h", "xt_mark.h").ok
