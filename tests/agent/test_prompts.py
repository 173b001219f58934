"""What the model is told, fully rendered, and within its bounds."""

import pytest

from glmcode.agent.answer import Answer
from glmcode.agent.context import Shown, show
from glmcode.agent.prompts import render
from glmcode.agent.repair import REJECTIONS, repair
from glmcode.checks.verdict import judge
from glmcode.landing.outcome import Outcome
from glmcode.model.usage import estimate_tokens
from glmcode.plan.edits import Edit
from glmcode.plan.reader import parse_plan

RED = judge(
    "E   assert 1 == 2\nFAILED test_a.py::test_a\n1 failed in 0.1s\n",
    runner="pytest",
    exit_code=1,
    timed_out=False,
    seconds=0.1,
    cwd="/",
)


def rejected(index: int, message: str) -> Outcome:
    return Outcome(index, "rejected", f"f{index}.py", "native", "no-match", message=message)


def answer(*outcomes: Outcome, finish: str = "stop", text: str = "a plan") -> Answer:
    return Answer(text, "", finish, outcomes, changed=True)


def test_the_fixed_part_stays_small() -> None:
    assert estimate_tokens(render("system")) < 3_000


def test_the_worked_example_is_a_plan_of_our_own_language() -> None:
    example = render("system").partition("# An example\n")[2]
    edits = parse_plan(example)
    assert len(edits) == 3
    assert all(isinstance(edit, Edit) for edit in edits)


def test_a_first_message_reads_as_its_parts() -> None:
    text = render(
        "task",
        instructions="# Instructions of this repository (AGENTS.md)\nUse tabs.\n\n",
        tree="# Tracked files\n./: a.py\n\n",
        files="# Files as they stand now\n" + show("a.py", "x = 1\n") + "\n",
        tests="# The tests fail before any edit\n<output>\n1 failed\n</output>\n\n",
        task="Mend it.",
    )
    print(text)  # shown by `pytest -rP`: how a first message looks
    assert (
        text.index("AGENTS.md")
        < text.index("# Tracked files")
        < text.index('<file path="a.py">')
        < text.index("# The task")
    )
    assert text.endswith("# The task\nMend it.\n")


def test_what_stands_in_a_value_is_not_filled_in_again() -> None:
    text = render("task", instructions="", tree="", files="{{task}} {{tests}}", tests="", task="Mend it.")
    assert text.startswith("{{task}} {{tests}}")


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        render("task", task="x")


def test_a_repair_tells_what_did_not_land_what_fails_and_what_to_send() -> None:
    text = repair(answer(rejected(0, "nearest lines ...")), RED, Shown("", ()), {"f0.py": 1})
    assert "1 of your 1 edits did not land" in text
    assert "nearest lines ..." in text
    assert "test_a.py::test_a" in text
    assert text.rstrip().endswith("Send the rejected edits again, mended. Find the cause of what fails and mend it.")


def test_a_thousand_rejections_stay_within_bounds() -> None:
    many = [rejected(index, "x" * 1_200) for index in range(1_000)]
    text = repair(answer(*many), RED, Shown("", ()), {})
    assert len(text) < REJECTIONS + 5_000


def test_the_half_edit_of_a_cut_answer_is_not_called_a_mistake() -> None:
    half = Outcome(1, "rejected", "a.py", "native", "malformed", message="no </edit>")
    text = repair(answer(half, finish="cut", text="<edit path=..."), RED, Shown("", ()), {"a.py": 1})
    assert "did not land" not in text
    assert "was cut off on its way" in text
    assert "Go on from the first edit that had not closed" in text
