"""The demonstration's recorded answers do what `glmcode demo` says of them.

The first round lands all but one edit and leaves tests failing; the second mends both, and everything is green.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from glmcode.checks.find import find_tests
from glmcode.checks.run import run_tests
from glmcode.checks.verdict import Verdict, for_model
from glmcode.landing.engine import Landed, Landing
from glmcode.landing.tree import MappingTree
from glmcode.plan.edits import Broken, Edit
from glmcode.plan.reader import parse_plan

EXAMPLES = Path(__file__).parent.parent / "examples"
DEMO = EXAMPLES / "demo"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", ".pytest_cache")
    return Path(shutil.copytree(EXAMPLES / "bookshop", tmp_path / "bookshop", ignore=ignored))


def edits_of(number: int) -> list[Edit | Broken]:
    plan = (DEMO / f"round-{number}.md").read_text(encoding="utf-8")
    return [event for event in parse_plan(plan) if isinstance(event, Edit | Broken)]


def landed(shop: Path, number: int) -> Landed:
    """Lands a round as the agent does: every applied edit stays."""
    files = {str(path.relative_to(shop)): path.read_bytes() for path in shop.rglob("*.py")}
    landing = Landing(MappingTree(files), eager=True)
    for edit in edits_of(number):
        landing.land(edit)
    result = landing.finish("edits")
    for path, data in result.files.items():
        assert data is not None
        (shop / path).write_bytes(data)
    return result


def verdict_of(shop: Path) -> Verdict:
    command = find_tests(str(shop), str(shop), None)
    assert command is not None
    return run_tests(command, str(shop), timeout=300, environ=os.environ)


def test_two_rounds_make_the_bookshop_green(shop: Path) -> None:
    before = verdict_of(shop)
    assert (before.passed, before.failed, before.errors) == (25, 13, 0)

    first = landed(shop, 1)
    rejected = [outcome for outcome in first.edits if outcome.status == "rejected"]
    assert [outcome.path for outcome in rejected] == ["bookshop/basket.py"]
    assert "    free = prices[::3] if len(prices) >= 3 else []" in rejected[0].message
    assert [outcome.status for outcome in first.edits].count("applied") == 6
    between = verdict_of(shop)
    assert between.failing == (
        "tests/test_basket.py::test_of_three_the_cheapest_is_free",
        "tests/test_basket.py::test_of_five_only_one_is_free",
        "tests/test_report.py::test_a_cancelled_order_is_no_sale",
    )

    second = landed(shop, 2)
    assert {outcome.status for outcome in second.edits} == {"applied"}
    after = verdict_of(shop)
    assert after.green, for_model(after, 4000)
    assert after.passed == 38


def test_the_answers_show_every_form_that_is_promised() -> None:
    edits = [edit for number in (1, 2) for edit in edits_of(number)]
    assert {edit.form for edit in edits} == {"native", "search-replace", "udiff"}
    kinds = {type(edit.change).__name__ for edit in edits if isinstance(edit, Edit)}
    assert {"AtSymbol", "AtPlace", "Create", "Substitute"} <= kinds


def test_each_answer_has_its_thinking_and_the_task_is_words() -> None:
    for number in (1, 2):
        assert (DEMO / f"round-{number}.thinking.txt").read_text(encoding="utf-8").strip()
    assert "cancel" in (DEMO / "task.txt").read_text(encoding="utf-8")


def test_the_example_is_plain_files_that_git_would_keep() -> None:
    """It is shipped with the package, and the demonstration makes a repository of it."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "bookshop", "demo"],
        cwd=EXAMPLES,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a checkout: there is no git here to ask")
    names = {name for name in listed.stdout.decode().split("\0") if name}
    assert not [name for name in names if "__pycache__" in name or ".git/" in name or name.endswith(".pyc")]
    assert not [name for name in names if (EXAMPLES / name).is_symlink()]
    assert {"bookshop/pyproject.toml", "bookshop/README.md", "demo/task.txt", "demo/round-1.md"} <= names
