"""What runners wrote, read as a person would: real outputs, kept in outputs/ (go's is from its documentation)."""

import time
from pathlib import Path

import pytest

from glmcode.checks.noise import without_noise
from glmcode.checks.reports import Counts, failures, read_report

OUTPUTS = Path(__file__).parent / "outputs"

TABLE: list[tuple[str, str, Counts | None, tuple[str, ...], tuple[str, ...]]] = [
    (
        "vitest",
        "vitest",
        Counts(1, 1, 1, 1),
        ("broken.test.js", "shop.test.js > basket > takes the offer off"),
        ("Cannot find module './nope.js'", '+   "total": 5,'),
    ),
    (
        "jest",
        "jest",
        Counts(1, 1, 1, 1),
        ("basket › takes the offer off", "./broken.test.js"),
        ('+   "total": 5,', "Cannot find module './nope.js'"),
    ),
    ("mocha", "mocha", Counts(1, 1, 0, 1), ("basket takes the offer off",), ('-  "total": 5',)),
    ("node_spec", "node", Counts(1, 1, 0, 1), ("subtracts",), ("1 !== 2",)),
    ("node_tap", "node", Counts(1, 1, 0, 1), ("takes the offer off",), ("+   total: 5",)),
    ("tap", "node", Counts(1, 1, 0, 1), ("takes the offer off",), ("takes the offer off",)),
    (
        "cargo",
        "cargo",
        Counts(1, 2, 0, 1),
        ("tests::panics", "tests::carries"),
        ("did not panic as expected", "right: 3"),
    ),
    ("cargo_does_not_compile", "cargo", None, (), ("cannot find type `u33`",)),
    ("go", "go", None, ("TestOffer", "shop/report [build failed]"), ("", "total = 5, want 4")),
    ("ctest", "ctest", Counts(1, 1, 0, 0), ("offer",), ("expected 3, got 2",)),
]


def text(name: str) -> str:
    return without_noise((OUTPUTS / f"{name}.txt").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "runner", "counts", "failing", "said"), TABLE, ids=[row[0] for row in TABLE])
def test_real_outputs_are_read_as_a_person_reads_them(
    name: str, runner: str, counts: Counts | None, failing: tuple[str, ...], said: tuple[str, ...]
) -> None:
    report = read_report(text(name), runner)
    assert (report.counts, report.failing) == (counts, failing)
    described = failures(text(name), runner)
    assert len(described) >= len(said)
    for part, description in zip(said, described, strict=False):
        assert part in description


@pytest.mark.parametrize(("name", "runner"), [(row[0], row[1]) for row in TABLE if row[2] is not None])
def test_a_script_that_starts_a_runner_is_read_as_that_runners(name: str, runner: str) -> None:
    """`make test` may run anything."""
    report = read_report("cc -o shop shop.c\n" + text(name) + "\nmake: *** [Makefile:2: test] Error 1", "")
    assert report.counts == read_report(text(name), runner).counts
    assert report.counts is not None


def test_prose_about_tests_is_no_report() -> None:
    said = "I think 3 passed and 2 failed\nall 7 tests passed!\nTests are fine\n12 passing remarks, Ran home\n"
    assert read_report(said, "").counts is None


def test_a_known_runners_output_is_not_read_as_anothers() -> None:
    """A test may print what other runners write; where pytest itself crashed, nothing was counted."""
    assert read_report("Ran 3 tests in 0.1s\n\nOK\n", "pytest").counts is None


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("=== 7 failed, 1 passed, 1 skipped, 1 xfailed, 1 xpassed, 1 warning, 1 error in 1.71s ===", (2, 7, 1, 2)),
        ("13 failed, 25 passed in 0.66s", (25, 13, 0, 0)),
        ("============ 2 passed, 3 deselected in 65.20s (0:01:05) ============", (2, 0, 0, 0)),
        ("1 error in 0.86s", (0, 0, 1, 0)),
        ("no tests ran in 0.01s", (0, 0, 0, 0)),
        ("== no tests ran in 0.01s ==", (0, 0, 0, 0)),
        ("1 passed, 3 subtests passed in 0.01s", (1, 0, 0, 0)),
        ("2 failed, 1 rerun in 0.01s", (0, 2, 0, 0)),
    ],
)
def test_pytests_last_line(line: str, counts: tuple[int, int, int, int]) -> None:
    assert read_report(without_noise(f"1 passed in 0.01s\n{line}\n"), "pytest").counts == Counts(*counts)


@pytest.mark.parametrize(
    ("output", "counts"),
    [
        (
            "Ran 6 tests in 0.001s\n\n"
            "FAILED (failures=1, errors=1, skipped=1, expected failures=1, unexpected successes=1)\n",
            (1, 2, 1, 2),
        ),
        ("Ran 3 tests in 0.1s\n\nOK\n", (3, 0, 0, 0)),
        ("Ran 3 tests in 0.1s\n\nOK (skipped=2, expected failures=1)\n", (0, 0, 0, 3)),
        ("Ran 0 tests in 0.000s\n\nNO TESTS RAN\n", (0, 0, 0, 0)),
        ("Ran 0 tests in 0.000s\n\nFAILED (errors=1)\n", (0, 0, 1, 0)),
    ],
)
def test_unittests_last_line(output: str, counts: tuple[int, int, int, int]) -> None:
    assert read_report(without_noise(output), "unittest").counts == Counts(*counts)


def test_unittest_names_are_the_same_in_every_python() -> None:
    rule = "=" * 70
    old, new = "FAIL: test_a (shop.T)", "FAIL: test_a (shop.T.test_a)"
    part = "FAIL: test_a (shop.T.test_a) (number=3)"
    found = read_report("\n".join([rule, old, rule, new, rule, part]), "unittest").failing
    assert found == ("shop.T.test_a", "shop.T.test_a (number=3)")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("FAILED tests/a.py::test_x - assert 1 == 2", "tests/a.py::test_x"),
        ("FAILED tests/a.py::test_x", "tests/a.py::test_x"),
        ("FAILED tests/a.py::T::test_x[a - b] - assert [1] - [2]", "tests/a.py::T::test_x[a - b]"),
        ("ERROR tests/a b.py - ModuleNotFoundError: No module named 'x'", "tests/a b.py"),
        ("SUBFAILED[m1] tests/a.py::test_x - assert 1 != 1", "tests/a.py::test_x"),
        ("FAILED tests/a.py::test_x[e::f g] - X", "tests/a.py::test_x[e::f g]"),
    ],
)
def test_pytests_names(line: str, name: str) -> None:
    heading = "=========================== short test summary info ============================"
    assert read_report(f"FAILED captured.py::text\n{heading}\n{line}\n1 failed in 0.1s", "pytest").failing == (name,)


@pytest.mark.parametrize(
    "unit",
    [
        " ",
        "7",
        "x 7 ",
        "E ",
        "\n",
        " \n",
        "=",
        "= ",
        "_ ",
        "FAILED [",
        "not ok 1 ",
        "● ",
        "] - ",
        "1 1",
        "\x1b[",
        "\r",
        "(",
    ],
)
def test_hostile_output_is_read_in_linear_time(unit: str) -> None:
    """30 KB of the same, read 27 times: half a second at most, and minutes if the reading were quadratic."""
    hostile = unit * (30_000 // len(unit))
    began = time.process_time()
    for output in (hostile, "=== FAILURES ===\n___ x ___\n" + hostile + "!\n1 failed in 1s", "Tests: " + hostile):
        cleaned = without_noise(output, "/work/tree")
        for runner in ("pytest", "unittest", "jest", "mocha", "node", "cargo", "go", "ctest", ""):
            read_report(cleaned, runner)
            failures(cleaned, runner)
    assert time.process_time() - began < 15
