"""Plans that are nearly right, on files that are nearly right: nothing crashes, and what is promised of every plan holds.

The same inputs every time: the suite guards what was found, the hunts of README.md look for more.
"""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode.library import apply_plan
from tests.fuzz import land, outlines, readers
from tests.fuzz.choices import Choices
from tests.fuzz.invariants import check_again, check_chunks, check_diff, check_result
from tests.fuzz.plans import Case, case, seeds

cases = st.binary(min_size=40, max_size=120).map(Choices)


@settings(max_examples=600, deadline=None, derandomize=True)
@given(choices=cases)
def test_whatever_the_plan_the_promises_hold(choices: Choices) -> None:
    found = case(choices)
    check_chunks(found.plan, choices)
    check_result(found.plan, found.files)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(choices=cases)
def test_git_makes_the_same_files_of_the_diff(choices: Choices) -> None:
    found = case(choices)
    with contextlib.suppress(OSError):  # a file under the name of a folder is in no tree
        check_diff(found.files, apply_plan(found.plan, found.files, partial=True))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(choices=cases)
def test_landed_again_nothing_is_doubled(choices: Choices) -> None:
    found = case(choices)
    check_again(found.plan, found.files)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(choices=cases)
def test_on_a_disk_nothing_changes_beside_the_root(choices: Choices) -> None:
    land.on_disk(case(choices))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(data=st.binary(min_size=20, max_size=60))
def test_any_source_has_an_outline_and_a_verdict(data: bytes) -> None:
    outlines.one(data)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(data=st.binary(min_size=40, max_size=120))
def test_a_plan_is_read_alike_in_any_pieces_and_form(data: bytes) -> None:
    readers.one(data)


@pytest.mark.parametrize("form", ["auto", "native", "search-replace", "udiff", "v4a", "sketch", "whole", "tool-call"])
@settings(max_examples=40, deadline=None, derandomize=True)
@given(choices=cases)
def test_a_plan_of_one_form_is_read_without_an_exception(form: str, choices: Choices) -> None:
    found = case(choices)
    result = apply_plan(found.plan, found.files, form=form, path=next(iter(found.files), "a.py"))
    assert result.ok or not result.files


def test_each_scenario_keeps_the_promises_as_it_stands() -> None:
    """Found by fuzzing: the lines of a sketch with imports in a run of their own were told without those of the imports."""
    for seed in seeds():
        check_result(seed.plan, seed.files)
        check_again(seed.plan, seed.files)


def test_the_seeds_are_the_scenarios() -> None:
    assert len(seeds()) > 100
    assert all(isinstance(seed, Case) for seed in seeds())


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(b"", "utf-8"), (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")],
)
@pytest.mark.parametrize(
    "plan",
    ["a.py\n<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE\n", '<edit path="a.py" at="bottom">\nx = 1\n</edit>\n'],
)
def test_a_file_of_a_mark_alone_has_no_line_that_could_change(plan: str, mark: bytes, encoding: str) -> None:
    result = check_result(plan, {"a.py": mark})
    assert result.files == {"a.py": mark + "x = 1\n".encode(encoding)}
