"""The verdict on real runs, and what of them the model is shown."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glmcode.checks.excerpt import excerpt
from glmcode.checks.find import TestCommand, find_tests
from glmcode.checks.noise import without_noise
from glmcode.checks.run import run_tests
from glmcode.checks.verdict import Verdict, for_model, judge, summary

QUICK = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""Without the plugins of this environment an inner pytest starts in half the time."""


def verdict_of(
    folder: Path, files: dict[str, str], command: TestCommand | None = None, timeout: float = 300
) -> Verdict:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    found = command or find_tests(str(folder), str(folder), None)
    assert found is not None
    return run_tests(found, str(folder), timeout=timeout, environ=QUICK)


def judged(output: str, exit_code: int | None = 1, runner: str = "pytest", cwd: str = "/work/tree") -> Verdict:
    return judge(output, runner=runner, exit_code=exit_code, timed_out=False, seconds=1.25, cwd=cwd)


MIXED = """
import pytest

@pytest.mark.parametrize("x", ["a - b", "plain"])
def test_param(x):
    assert x == "c", "because"

def test_ok(): pass

@pytest.mark.skip(reason="later")
def test_skip(): pass

@pytest.mark.xfail
def test_expected(): assert 0

@pytest.fixture
def bad(): raise ValueError("fixture")

def test_error(bad): pass

class TestClass:
    def test_method(self):
        print("1 passed in 0.01s")
        assert [1, 2, 3] == [1, 2, 4]
"""


def test_a_mixed_pytest_run(tmp_path: Path) -> None:
    verdict = verdict_of(tmp_path, {"tests/test_all.py": MIXED})
    assert (verdict.green, verdict.counted, verdict.exit_code) == (False, True, 1)
    assert (verdict.passed, verdict.failed, verdict.errors, verdict.skipped) == (1, 3, 1, 2)
    assert verdict.failing == (
        "tests/test_all.py::test_param[a - b]",
        "tests/test_all.py::test_param[plain]",
        "tests/test_all.py::TestClass::test_method",
        "tests/test_all.py::test_error",
    )
    assert summary(verdict).startswith("3 failed, 1 error, 1 passed, 2 skipped in ")
    shown = for_model(verdict, 6000)
    for said in ("assert 'a - b' == 'c'", "ValueError: fixture", "assert [1, 2, 3] == [1, 2, 4]", "because"):
        assert said in shown
    assert str(tmp_path) not in shown
    assert "test session starts" not in shown


def test_the_projects_own_quiet_settings_leave_the_verdict_right(tmp_path: Path) -> None:
    """`-qq` prints no counts at all."""
    quiet = verdict_of(
        tmp_path, {"pytest.ini": "[pytest]\naddopts = -qq\n", "test_a.py": "def test_it(): assert 1 == 2\n"}
    )
    assert (quiet.green, quiet.exit_code) == (False, 1)
    assert "assert 1 == 2" in for_model(quiet, 2000)
    (tmp_path / "test_a.py").write_text("def test_it(): pass\n")
    assert verdict_of(tmp_path, {}).green


def test_an_error_at_collection_is_shown(tmp_path: Path) -> None:
    verdict = verdict_of(tmp_path, {"test_a.py": "import nowhere_to_be_found\n", "test_b.py": "def test_it(): pass\n"})
    assert (verdict.green, verdict.errors, verdict.failing) == (False, 1, ("test_a.py",))
    assert "No module named 'nowhere_to_be_found'" in for_model(verdict, 2000)


def test_a_broken_conftest_is_shown(tmp_path: Path) -> None:
    verdict = verdict_of(
        tmp_path, {"conftest.py": "import nowhere_to_be_found\n", "test_a.py": "def test_it(): pass\n"}
    )
    assert (verdict.green, verdict.counted, verdict.exit_code) == (False, False, 4)
    assert summary(verdict).startswith("failed with exit code 4 in ")
    assert "No module named 'nowhere_to_be_found'" in for_model(verdict, 2000)


def test_no_test_at_all_is_not_green(tmp_path: Path) -> None:
    verdict = verdict_of(tmp_path, {"test_a.py": "X = 1\n"})
    assert (verdict.green, verdict.exit_code, verdict.counted) == (False, 5, True)
    assert summary(verdict).startswith("no test ran in ")
    assert for_model(verdict, 1000).startswith("Tests: no test ran.")


def test_only_skipped_tests_are_not_green(tmp_path: Path) -> None:
    """pytest itself ends with 0 there."""
    verdict = verdict_of(tmp_path, {"test_a.py": "import pytest\n@pytest.mark.skip\ndef test_it(): pass\n"})
    assert (verdict.green, verdict.exit_code) == (False, 0)
    assert summary(verdict).startswith("no test ran, 1 skipped in ")


def test_failures_that_the_exit_code_hides_are_seen(tmp_path: Path) -> None:
    command = find_tests(str(tmp_path), str(tmp_path), f"{sys.executable} -m pytest || true")
    verdict = verdict_of(tmp_path, {"test_a.py": "def test_it(): assert 0\n"}, command)
    assert (verdict.green, verdict.exit_code, verdict.failed) == (False, 0, 1)


def test_an_exit_code_that_the_counts_hide_is_seen(tmp_path: Path) -> None:
    """A plugin (coverage too low) or another step fails the run."""
    hook = "def pytest_sessionfinish(session): session.exitstatus = 3\n"
    verdict = verdict_of(tmp_path, {"test_a.py": "def test_it(): pass\n", "conftest.py": hook})
    assert (verdict.green, verdict.passed) == (False, 1)
    assert summary(verdict).startswith("1 passed, and yet exit code 3 in ")


def test_a_crash_of_the_interpreter_names_the_signal(tmp_path: Path) -> None:
    if os.name == "nt":
        pytest.skip("no signals")
    verdict = verdict_of(tmp_path, {"test_a.py": "import os\ndef test_it(): os.abort()\n"})
    assert not verdict.green
    assert summary(verdict).startswith("failed with signal 6 in ")
    assert "test_a.py" in for_model(verdict, 2000)


def test_a_hanging_test_is_stopped_and_said(tmp_path: Path) -> None:
    code = "import time\ndef test_ok(): pass\ndef test_hang(): time.sleep(600)\n"
    verdict = verdict_of(tmp_path, {"test_a.py": code}, timeout=3)
    assert (verdict.green, verdict.timed_out) == (False, True)
    assert for_model(verdict, 2000).startswith("Tests: stopped at the time limit")


CASES = """
import unittest

class Cases(unittest.TestCase):
    def test_fails(self): self.assertEqual({"total": 5}, {"total": 4})
    def test_errors(self): raise ValueError("x")
    def test_passes(self): pass
    @unittest.skip("later")
    def test_skipped(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    def test_parts(self):
        for number in range(3):
            with self.subTest(number=number): self.assertNotEqual(number, 1)
"""


def test_a_mixed_unittest_run(tmp_path: Path) -> None:
    command = TestCommand((sys.executable, "-m", "unittest"), "this test", "unittest")
    verdict = verdict_of(tmp_path, {"test_cases.py": CASES}, command)
    assert (verdict.passed, verdict.failed, verdict.errors, verdict.skipped) == (1, 2, 1, 2)
    assert verdict.failing == (
        "test_cases.Cases.test_errors",
        "test_cases.Cases.test_fails",
        "test_cases.Cases.test_parts (number=1)",
    )
    shown = for_model(verdict, 4000)
    assert "{'total': 5} != {'total': 4}" in shown
    assert "ValueError: x" in shown
    assert str(tmp_path) not in shown


NODE = """
const {describe, it} = require('node:test');
const assert = require('assert');
describe('basket', () => {
  it('adds up', () => assert.strictEqual(1 + 1, 2));
  it('takes the offer off', () => assert.strictEqual(5, 4));
  it('comes later', {skip: true}, () => {});
});
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_a_node_run_through_npm(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    package = '{"scripts": {"test": "node --test"}}'
    verdict = verdict_of(tmp_path, {"package.json": package, "basket.test.js": NODE})
    assert verdict.runner == "node"
    assert (verdict.passed, verdict.failed, verdict.skipped) == (1, 1, 1)
    assert verdict.failing == ("takes the offer off",)
    assert "5 !== 4" in for_model(verdict, 2000)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_a_makefile_that_runs_pytest_is_counted(tmp_path: Path) -> None:
    files = {"Makefile": "test:\n\t@python -m pytest checks.py\n", "checks.py": "def test_it(): assert 1 == 2\n"}
    command = find_tests(str(tmp_path), str(tmp_path), f"PATH={Path(sys.executable).parent}:$PATH make test")
    verdict = verdict_of(tmp_path, files, command)
    assert (verdict.runner, verdict.failed, verdict.counted) == ("pytest", 1, True)
    assert "assert 1 == 2" in for_model(verdict, 1000)


def test_any_program_is_judged_by_its_exit_code(tmp_path: Path) -> None:
    good = verdict_of(tmp_path, {}, TestCommand((sys.executable, "-c", "print('fine')"), "", ""))
    bad = verdict_of(tmp_path, {}, TestCommand((sys.executable, "-c", "raise SystemExit('total is wrong')"), "", ""))
    assert (good.green, good.counted, summary(good)[:10]) == (True, False, "passed in ")
    assert (bad.green, bad.counted) == (False, False)
    assert for_model(bad, 1000) == "Tests: failed with exit code 1.\n\ntotal is wrong"


def test_equal_findings_give_equal_text(tmp_path: Path) -> None:
    """Times, addresses and the session's folder differ from run to run; what the model reads must not."""
    texts = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        code = "def test_it():\n    thing = object()\n    assert thing is None\n"
        texts.append(for_model(verdict_of(folder, {"test_a.py": code}), 4000))
    assert texts[0] == texts[1]
    assert "assert <object object at 0x...> is None" in texts[0]


MANY = "import pytest\n@pytest.mark.parametrize('n', range({count}))\ndef test_many(n):\n{body}    assert n == -1\n"


def test_failures_are_whole_or_named(tmp_path: Path) -> None:
    verdict = verdict_of(tmp_path, {"test_a.py": MANY.format(count=60, body="")})
    shown = for_model(verdict, 3000)
    assert len(shown) <= 3000
    assert "assert 0 == -1" in shown
    assert "- test_a.py::test_many[0]" in shown
    assert " more failures left out ...]" in shown
    whole = shown.count("AssertionError")
    assert 2 <= whole < 60
    assert for_model(verdict, 100_000).count("AssertionError") == 60


@pytest.mark.parametrize("limit", [600, 1000, 3000])
def test_the_first_assertion_survives_any_amount_of_other_output(tmp_path: Path, limit: int) -> None:
    body = "".join(f"    x{number} = {number}  # a line of the test that leads up to it\n" for number in range(400))
    code = MANY.format(count=3, body=body + "    print('chatter ' * 20000)\n")
    shown = for_model(verdict_of(tmp_path, {"test_a.py": code}), limit)
    assert len(shown) <= limit
    assert "assert 0 == -1" in shown
    assert "left out ...]" in shown


def test_the_first_assertion_survives_a_value_of_a_megabyte(tmp_path: Path) -> None:
    shown = for_model(verdict_of(tmp_path, {"test_a.py": "def test_it():\n    assert 'x' * 1000000 == 'y'\n"}), 1500)
    assert len(shown) <= 1500
    assert "E       AssertionError: assert 'xxx" in shown or "E       assert 'xxx" in shown
    assert "== 'y'" in shown


def test_a_failing_command_shows_the_lines_that_say_why() -> None:
    output = "\n".join(
        [f"building part {number}" for number in range(3000)]
        + ["shop.c:12:5: error: 'total' undeclared (first use in this function)"]
        + [f"still building part {number}" for number in range(3000)]
        + ["make: *** [Makefile:3: shop.o] Error 1"]
    )
    shown = for_model(judged(output, runner="", exit_code=2), 1000)
    assert len(shown) <= 1000
    assert "error: 'total' undeclared" in shown
    assert "lines left out ...]" in shown


def test_a_green_run_is_one_line() -> None:
    shown = for_model(judged("chatter\n" * 1000 + "25 passed, 1 skipped in 0.66s\n", exit_code=0), 300)
    assert shown == "Tests: 25 passed, 1 skipped."


@pytest.mark.parametrize(
    ("noisy", "clean"),
    [
        ("\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07", "red link"),
        ("  1%\r 50%\r100%\ndone\r\n", "100%\ndone\n"),
        ("abc\r   \r", "abc"),
        ("at /work/tree/shop/a.py:3, in /work/tree", "at shop/a.py:3, in ."),
        ("at /work/tree2/a.py and file:///work/tree/b.js", "at /work/tree2/a.py and b.js"),
        ("3 passed in 65.20s (0:01:05)", "3 passed"),
        ("✔ adds (1.38ms)", "✔ adds"),
        ("<object at 0x7fe8b516ef10>", "<object at 0x...>"),
        ("mask 0xff, in 5 days", "mask 0xff, in 5 days"),
        ("a\x00b\x08c", "abc"),
        ("trailing   \n", "trailing\n"),
    ],
)
def test_noise_goes_and_nothing_else(noisy: str, clean: str) -> None:
    assert without_noise(noisy, "/work/tree") == clean


@given(st.text(max_size=4000), st.integers(0, 5000))
def test_an_excerpt_never_passes_its_room(text: str, room: int) -> None:
    shown = excerpt(text, room)
    assert len(shown) <= room or shown == text == ""
    if len(text) <= room:
        assert shown == text


@given(
    st.lists(
        st.sampled_from(["=== FAILURES ===", "___ test_x ___", "E   assert 1 == 2", "x" * 300, "", "> y"]), max_size=80
    ),
    st.integers(300, 3000),
    st.sampled_from(["pytest", "unittest", "node", "jest", "cargo", "go", ""]),
)
def test_what_the_model_gets_never_passes_its_limit(lines: list[str], limit: int, runner: str) -> None:
    assert len(for_model(judged("\n".join(lines), runner=runner), limit)) <= limit


def test_line_breaks_in_names_of_tests_stay_within_bounds() -> None:
    heading = "=========================== short test summary info ============================"
    names = "\n".join(f"FAILED test_a.py::test_x[{'n' * 5000}{number}]" for number in range(50))
    verdict = judged(f"{heading}\n{names}\n50 failed in 1s\n")
    assert max(len(name) for name in verdict.failing) <= 500
    assert len(for_model(verdict, 1000)) <= 1000
