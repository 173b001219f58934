"""A stream that is not worth its price is ended, and no good one is."""

import json
import lzma
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode import apply_plan
from glmcode.agent.events import StoppedEarly
from glmcode.agent.resume import content
from glmcode.agent.stopping import NEVER, Stopping, Watch
from glmcode.landing.outcome import Outcome
from glmcode.model.cassette import Answer
from glmcode.plan.edits import Begun, Broken, Edit, Prose
from glmcode.plan.reader import PlanParser
from tests.agent.rig import FIX_ADD, FIX_DOUBLE, MISSES, repository, run
from tests.rich_plan import FILES, PLAN

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
TABLE = "".join(f'    ("{number:05}", {number * 7 % 91}, "item {number}"),\n' for number in range(20_000))
GRID = "".join("0,0,0,0,0,0,0,0\n" for _ in range(1_500))
SENTENCE = "Wait, let me look at this again. Perhaps it is in the other file after all."


def outcome(status: str, reason: str = "") -> Outcome:
    return Outcome(0, status, "a.py", "native", reason)  # type: ignore[arg-type]


def watched(plan: str, outcomes: Iterator[Outcome], watch: Watch, size: int = 5) -> str:
    parser = PlanParser()
    for start in range(0, len(plan), size):
        piece = plan[start : start + size]
        watch.text(piece)
        for event in parser.feed(piece):
            if isinstance(event, Edit | Broken):
                watch.landed(content(event), next(outcomes))
            elif isinstance(event, Begun):
                watch.begun()
            elif isinstance(event, Prose):
                watch.prose(len(event.text))
    return watch.why


def test_good_answers_of_real_models_are_read_to_their_end() -> None:
    if not CORPORA.is_dir():
        pytest.skip(f"needs the corpora of real edits in {CORPORA}")
    count = 0
    for path in sorted(CORPORA.glob("*.jsonl.xz")):
        together = Watch(Stopping())  # all of them behind one another are an answer that is long
        with lzma.open(path, "rt", encoding="utf-8") as file:
            for case in map(json.loads, file):
                if not case.get("expected"):
                    continue
                result = apply_plan(case["edit"], {case["path"]: (case["original"] or "").encode()}, path=case["path"])
                if not result.ok:
                    continue
                count += 1
                alone = Watch(Stopping())
                for text in (case["edit"], case["expected"]):
                    alone.text(text)
                    alone.reasoning(text)
                    together.text(text)
                assert watched(case["edit"], iter(result.edits * 2), alone, 64) == "", (path.name, case["id"])
        assert together.why == "", path.name
    assert count > 500


@pytest.mark.parametrize(
    "plan", [PLAN, f'<create path="t.py">\n{TABLE}</create>\n', f'<create path="g.csv">\n{GRID}</create>\n']
)
def test_tables_and_plans_of_every_form_are_read_to_their_end(plan: str) -> None:
    assert watched(plan, iter(apply_plan(plan, FILES).edits), Watch(Stopping())) == ""


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=40))
def test_lines_that_differ_are_no_loop(lines: list[str]) -> None:
    watch = Watch(Stopping())
    for number in range(400):
        watch.text("".join(f"{number} {line}\n" for line in lines))
    assert watch.why == ""


@pytest.mark.parametrize("period", [1, 2, 7, 60])
def test_a_stream_that_says_the_same_over_and_over_is_ended(period: int) -> None:
    watch = Watch(Stopping())
    watch.text(TABLE)
    block = "".join(f"line {number}\n" for number in range(period))
    said = 0
    while not watch.why and said < 20_000:
        watch.text(block)
        said += period
    assert watch.why == "the answer repeats itself"
    assert 2_000 <= said <= 2_000 + 3 * period


def test_reasoning_that_turns_in_circles_is_ended_sooner() -> None:
    watch = Watch(Stopping())
    for _ in range(300):
        watch.reasoning(f"{SENTENCE}\nOr in this one.\n")
    assert watch.why == "the reasoning repeats itself"


def test_a_line_without_end_is_ended() -> None:
    watch = Watch(Stopping())
    for _ in range(100_000 // len(SENTENCE)):
        watch.text(SENTENCE)
    assert watch.why == ""
    for _ in range(40_000 // len(SENTENCE)):
        watch.text(SENTENCE)
    assert watch.why == "the answer repeats itself"


def test_first_edits_that_miss_end_it_and_a_few_do_not() -> None:
    watch = Watch(Stopping())
    for number in range(7):
        watch.landed(number, outcome("rejected", "no-match"))
    assert watch.why == ""
    watch.landed(7, outcome("rejected", "no-match"))
    assert watch.why == "8 of the first 8 edits were rejected"
    late = Watch(Stopping())
    for number in range(24):
        late.landed(number, outcome("applied"))
    for number in range(200):
        late.landed(number + 24, outcome("rejected", "no-match"))
    assert late.why == ""


@pytest.mark.parametrize("reason", ["ambiguous", "breaks-syntax"])
def test_what_the_plans_end_may_mend_is_no_failure_yet(reason: str) -> None:
    watch = Watch(Stopping())
    for number in range(50):
        watch.landed(number, outcome("rejected", reason))
    assert watch.why == ""


def test_edits_that_were_sent_before_end_it() -> None:
    watch = Watch(Stopping())
    for number in range(40):
        watch.landed(number % 4, outcome("applied" if number < 4 else "already"))
    assert watch.why == "24 edits in a row were sent before"


def test_prose_without_end_ends_it_after_the_last_edit_and_later_before_the_first() -> None:
    watch = Watch(Stopping())
    for _ in range(2_000):
        watch.prose(100)
    assert watch.why == ""
    watch.landed(0, outcome("applied"))
    for _ in range(500):
        watch.prose(100)
    assert watch.why == ""
    for _ in range(200):
        watch.prose(100)
    assert "after the last edit hold no edit" in watch.why


def test_nothing_is_ended_where_it_is_switched_off() -> None:
    watch = Watch(NEVER)
    for number in range(5_000):
        watch.text("again\n")
        watch.reasoning("again\n")
        watch.prose(1_000)
        watch.landed(0, outcome("rejected", "no-match"))
        watch.text("x" * (number % 2) * 4_000)
    assert watch.why == ""


def test_a_plan_that_misses_is_stopped_the_saving_shown_and_the_model_told(tmp_path: Path) -> None:
    misses = "".join(MISSES.replace("a * b", f"a * {number}") for number in range(30))
    done = run(repository(tmp_path / "repo"), [Answer(misses), FIX_ADD + FIX_DOUBLE])
    stopped = done.all(StoppedEarly)
    assert len(stopped) == 1
    assert stopped[0].why == "8 of the first 8 edits were rejected"
    assert stopped[0].saved_tokens > 100_000
    assert done.finished.rounds == 2
    told = json.dumps(done.requests[1]["messages"])
    assert "was stopped by glmcode: 8 of the first 8 edits were rejected" in told
    assert done.finished.after is not None
    assert done.finished.after.green


def test_the_same_plan_is_read_to_its_end_where_the_user_says_so(tmp_path: Path) -> None:
    misses = "".join(MISSES.replace("a * b", f"a * {number}") for number in range(30))
    done = run(repository(tmp_path / "repo"), [Answer(misses), FIX_ADD + FIX_DOUBLE], stopping=NEVER)
    assert done.all(StoppedEarly) == []
    assert done.finished.rejected == 30
