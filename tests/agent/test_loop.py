"""The main job on a real repository, with real git, a real server on loopback and real test processes."""

import json
from pathlib import Path

import pytest

from glmcode.agent.events import (
    BudgetSpent,
    CheckFinished,
    EditLanded,
    Finished,
    PlanText,
    RequestSent,
    StreamResumed,
    Thinking,
)
from glmcode.agent.limits import Limits
from glmcode.errors import Exit
from glmcode.model.cassette import Answer
from tests.agent.rig import CALC, FIX_ADD, FIX_DOUBLE, MISSES, git, repository, run


def test_one_plan_makes_it_green(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    done = run(root, [Answer(f"Both are wrong.\n\n{FIX_ADD}{FIX_DOUBLE}", reasoning="Let me see.\nBoth.")])
    assert done.finished.exit_code == Exit.OK
    assert (done.finished.rounds, done.finished.applied, done.finished.rejected) == (1, 2, 0)
    assert done.finished.files == ("calc.py",)
    assert (done.finished.added, done.finished.removed) == (2, 2)
    assert [check.green for check in done.all(CheckFinished)] == [False, True]
    assert next(event.text for event in done.all(PlanText)) == "Both are wrong."
    assert "".join(event.text for event in done.all(Thinking)) == "Let me see.Both."
    assert done.events[-1] is done.finished


@pytest.mark.parametrize("mode", [0o755, 0o644])
def test_a_file_that_no_edit_has_mended_is_put_back_with_its_mode(tmp_path: Path, mode: int) -> None:
    """It had been written while a later edit could still mend it; that it is as it was is no change, and crashed the run."""
    root = repository(tmp_path / "repo")
    (root / "calc.py").chmod(mode)
    git(root, "commit", "--quiet", "--all", "--allow-empty", "--message", "A mode")
    breaks = '<edit path="calc.py" replace="add">\ndef add(a, b:\n    return a + b\n</edit>\n'
    done = run(root, [breaks, FIX_ADD + FIX_DOUBLE])
    assert done.finished.exit_code == Exit.OK, done.finished.why
    assert [edit.outcome.reason for edit in done.all(EditLanded) if edit.outcome.status == "rejected"] == [
        "breaks-syntax"
    ]
    assert "mode" not in done.finished.diff


def test_the_users_checkout_is_not_touched_while_the_model_works(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / "notes.txt").write_text("mine", encoding="utf-8")
    done = run(root, [FIX_ADD + FIX_DOUBLE])
    assert (root / "calc.py").read_text(encoding="utf-8") == CALC
    assert git(root, "status", "--porcelain") == "?? notes.txt\n"
    assert git(root, "branch", "--show-current") == "main\n"
    assert git(root, "show", f"{done.finished.branch}:calc.py").endswith("return a + a\n")


def test_the_diff_of_the_result_applies_to_the_base(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    done = run(root, [FIX_ADD + FIX_DOUBLE + '<create path="docs/new.txt">\nhello\n</create>\n'])
    (tmp_path / "x.diff").write_text(done.finished.diff, encoding="utf-8")
    git(root, "apply", str(tmp_path / "x.diff"))
    assert (root / "docs/new.txt").read_text(encoding="utf-8") == "hello\n"
    assert "return a + b" in (root / "calc.py").read_text(encoding="utf-8")


def test_a_rejected_edit_is_told_with_its_nearest_lines_and_mended(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    done = run(root, [FIX_DOUBLE + MISSES, FIX_ADD])
    assert done.finished.exit_code == Exit.OK
    assert (done.finished.rounds, done.finished.applied, done.finished.rejected) == (2, 2, 1)
    said = json.dumps(done.requests[1]["messages"])
    assert "did not land" in said
    assert "return a - b" in said


def test_what_fails_is_sent_back(tmp_path: Path) -> None:
    done = run(repository(tmp_path / "repo"), [FIX_ADD, FIX_DOUBLE])
    messages = done.requests[1]["messages"]
    assert isinstance(messages, list)
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    assert "failed ['double']" in messages[-1]["content"]
    assert done.finished.ok


def test_consecutive_requests_share_their_beginning(tmp_path: Path) -> None:
    done = run(repository(tmp_path / "repo"), [FIX_ADD, FIX_DOUBLE])
    first, second = (request["messages"] for request in done.requests)
    assert isinstance(first, list)
    assert isinstance(second, list)
    assert second[: len(first)] == first


def test_green_tests_do_not_hide_an_edit_that_never_landed(tmp_path: Path) -> None:
    done = run(repository(tmp_path / "repo"), [FIX_ADD + FIX_DOUBLE + MISSES, "It is not needed."])
    assert done.finished.exit_code == Exit.NOT_LANDED
    assert done.finished.after is not None
    assert done.finished.after.green


def test_a_rejection_in_one_file_is_not_forgotten_over_an_edit_of_another(tmp_path: Path) -> None:
    other = '<create path="other.py">\nx = 1\n</create>\n'
    done = run(repository(tmp_path / "repo"), [FIX_ADD + FIX_DOUBLE + MISSES, other, "Nothing more."])
    assert done.finished.exit_code == Exit.NOT_LANDED
    assert "calc.py (1)" in json.dumps(done.requests[2]["messages"])


def test_rounds_run_out(tmp_path: Path) -> None:
    answers = [f'<edit path="calc.py" after="add">\ndef extra_{i}():\n    return {i}\n</edit>\n' for i in range(3)]
    done = run(repository(tmp_path / "repo"), answers, limits=Limits(rounds=3))
    assert done.finished.exit_code == Exit.CHECKS_FAIL
    assert done.finished.rounds == 3
    assert "rounds" in done.finished.why
    assert len(done.all(BudgetSpent)) == 1


def test_a_model_that_sends_the_same_refused_edit_again_and_again_is_stopped(tmp_path: Path) -> None:
    done = run(repository(tmp_path / "repo"), [MISSES] * 8)
    assert done.finished.exit_code == Exit.CHECKS_FAIL
    assert done.finished.rounds == 3


def test_an_answer_without_edits_is_asked_once_more_and_then_ends(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    done = run(root, ["All is well.", "Really."])
    assert done.finished.exit_code == Exit.CHECKS_FAIL
    assert done.finished.rounds == 2
    assert "no edits" in done.finished.why
    assert not [line for line in git(root, "worktree", "list").splitlines()[1:] if "/glmcode/pool/" not in line]
    assert git(root, "branch", "--list", "glmcode/*") == ""


def test_the_token_budget_is_kept_before_a_request_not_after(tmp_path: Path) -> None:
    done = run(repository(tmp_path / "repo"), [FIX_ADD, FIX_DOUBLE], limits=Limits(tokens=5_000))
    sent = done.all(RequestSent)
    assert sent[0].prompt_tokens + sent[0].max_output <= 5_000
    done = run(repository(tmp_path / "two"), [FIX_ADD, FIX_DOUBLE], limits=Limits(tokens=1_000))
    assert done.finished.exit_code == Exit.BUDGET
    assert done.requests == ()


def test_a_cost_limit_needs_known_prices(tmp_path: Path) -> None:
    done = run(repository(tmp_path / "repo"), [FIX_ADD], limits=Limits(dollars=1.0))
    assert done.finished.exit_code == Exit.USAGE
    assert "--max-tokens" in done.finished.hint


def test_a_cut_answer_keeps_what_had_closed_and_goes_on(tmp_path: Path) -> None:
    half = FIX_ADD + FIX_DOUBLE[:40]
    done = run(repository(tmp_path / "repo"), [Answer(half, finish="length"), FIX_DOUBLE])
    assert done.finished.exit_code == Exit.OK
    assert (done.finished.rounds, done.finished.applied) == (1, 2)
    first, second = (request["messages"] for request in done.requests)
    assert isinstance(first, list)
    assert isinstance(second, list)
    assert second[: len(first)] == first
    assert [message["role"] for message in second[len(first) :]] == ["assistant", "user"]
    assert second[-2]["content"] == FIX_ADD
    assert "don't repeat" in second[-1]["content"]
    assert [event.kept_edits for event in done.all(StreamResumed)] == [1]


def test_an_answer_that_does_not_fit_is_not_paid_for_over_and_over(tmp_path: Path) -> None:
    half = Answer(FIX_ADD[:40], finish="length")
    done = run(repository(tmp_path / "repo"), [half, FIX_ADD + FIX_DOUBLE])
    assert done.finished.exit_code == Exit.OK
    assert done.finished.rounds == 2
    assert "Go on from the first edit that had not closed" in json.dumps(done.requests[1]["messages"])


def test_an_edit_that_no_connection_lives_to_see_closed_is_given_up(tmp_path: Path) -> None:
    half = Answer(FIX_ADD + FIX_DOUBLE[:40], finish="cut")
    again = Answer(FIX_DOUBLE[:40], finish="cut")
    done = run(repository(tmp_path / "repo"), [half, again, again, again, FIX_DOUBLE])
    assert done.finished.exit_code == Exit.OK
    assert done.finished.rounds == 2
    assert len(done.all(StreamResumed)) == 3


def test_edits_are_in_the_worktree_before_the_stream_has_ended(tmp_path: Path) -> None:
    from glmcode.agent.events import Event, RunStarted
    from glmcode.agent.task import run_task
    from tests.agent.rig import options, served

    root = repository(tmp_path / "repo")
    seen: list[str] = []
    where: list[Path] = []

    def emit(event: Event) -> None:
        if isinstance(event, RunStarted):
            where.append(Path(event.worktree))
        if isinstance(event, EditLanded):
            seen.append((where[0] / "calc.py").read_text(encoding="utf-8"))

    with served([FIX_ADD + FIX_DOUBLE]) as server:
        run_task("mend it", str(root), options=options(server), emit=emit)
    assert "a + b" in seen[0]
    assert "a + a + 1" in seen[0]
    assert "a + a + 1" not in seen[1]


@pytest.mark.parametrize("how", ["apply", "commit", "merge"])
def test_green_work_lands_as_asked(tmp_path: Path, how: str) -> None:
    root = repository(tmp_path / "repo")
    done = run(root, [FIX_ADD + FIX_DOUBLE], land_as=how)
    assert done.finished.landed == how
    assert "return a + b" in (root / "calc.py").read_text(encoding="utf-8")
    assert git(root, "status", "--porcelain", "--untracked-files=no") == (" M calc.py\n" if how == "apply" else "")


def test_landing_over_a_change_of_the_users_is_refused_and_the_work_kept(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    mine = CALC.replace("a - b", "b - a")
    (root / "calc.py").write_text(mine, encoding="utf-8")
    done = run(root, [FIX_ADD + FIX_DOUBLE], land_as="apply")
    assert done.finished.exit_code == Exit.CONFLICT
    assert "calc.py" in done.finished.why
    assert (root / "calc.py").read_text(encoding="utf-8") == mine
    assert "a + b" in git(root, "show", f"{done.finished.branch}:calc.py")


def test_landing_merges_with_what_the_user_changed_elsewhere(tmp_path: Path) -> None:
    padding = "".join(f"LINE_{i} = {i}\n" for i in range(10))
    root = repository(tmp_path / "repo")
    (root / "calc.py").write_text(CALC + padding, encoding="utf-8")
    git(root, "commit", "--quiet", "--all", "--message", "More")
    (root / "calc.py").write_text(CALC + padding + "MINE = 1\n", encoding="utf-8")
    done = run(root, [FIX_ADD + FIX_DOUBLE], land_as="apply")
    assert done.finished.landed == "apply"
    now = (root / "calc.py").read_text(encoding="utf-8")
    assert now.endswith("MINE = 1\n")
    assert "return a + b" in now


def test_red_work_is_not_landed(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    done = run(root, [FIX_ADD], limits=Limits(rounds=1), land_as="apply")
    assert done.finished.exit_code == Exit.CHECKS_FAIL
    assert done.finished.landed == "none"
    assert (root / "calc.py").read_text(encoding="utf-8") == CALC
    assert "glmcode land" in done.finished.hint


def test_without_tests_a_plan_that_lands_is_enough(tmp_path: Path) -> None:
    done = run(repository(tmp_path / "repo"), [FIX_ADD], run_tests=False)
    assert done.finished.exit_code == Exit.OK
    assert done.all(CheckFinished) == []


def test_no_tests_found_is_one_clear_line_and_leaves_nothing(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"README.txt": "hello\n"})
    done = run(root, [], test_command=None)
    assert done.finished.exit_code == Exit.USAGE
    assert "no tests were found" in done.finished.why
    assert "--no-tests" in done.finished.hint
    assert git(root, "branch", "--list", "glmcode/*") == ""


def test_a_hanging_test_command_is_ended_and_the_run_goes_on(tmp_path: Path) -> None:
    check = "import time, calc\nif calc.add(2, 2) != 4:\n    time.sleep(600)\n"
    for limit in (1.0, 30.0):  # a busy machine may not be through with the good run in a second
        root = repository(tmp_path / f"repo-{limit}", {"calc.py": CALC, "check.py": check})
        done = run(root, [FIX_ADD], test_timeout=limit)
        if done.finished.exit_code == Exit.OK:
            break
    assert done.finished.exit_code == Exit.OK
    before = done.finished.before
    assert before is not None
    assert not before.green


def test_the_worktree_of_a_second_run_is_its_own(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    first, second = (run(root, [FIX_ADD + FIX_DOUBLE]).finished for _ in range(2))
    assert first.branch != second.branch
    assert first.diff == second.diff


def test_a_path_out_of_the_worktree_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "evil.txt"
    done = run(
        repository(tmp_path / "repo"),
        [
            f'<create path="../../../../../evil.txt">\nx\n</create>\n<create path="{outside}">\nx\n</create>\n{FIX_ADD}{FIX_DOUBLE}',
            "No.",
        ],
    )
    reasons = [event.outcome.reason for event in done.all(EditLanded) if event.outcome.status == "rejected"]
    assert reasons == ["outside-root", "outside-root"]
    assert not outside.exists()


def test_every_event_can_be_written_as_json(tmp_path: Path) -> None:
    from glmcode.agent.events import as_json

    done = run(repository(tmp_path / "repo"), [FIX_DOUBLE + MISSES, FIX_ADD])
    kinds = [json.loads(json.dumps(as_json(event)))["event"] for event in done.events]
    assert kinds[0] == "run-started"
    assert kinds[-1] == "result"
    assert {"check-finished", "edit-landed", "request-sent", "usage-counted"} <= set(kinds)
    assert isinstance(done.events[-1], Finished)
