"""The main job: rounds of answer, landing and tests, until they are green or something says stop."""

from dataclasses import dataclass

from glmcode.agent.answer import Answer, Kept
from glmcode.agent.ask import ask
from glmcode.agent.context import Shown
from glmcode.agent.events import BudgetSpent, CheckFinished, CheckStarted
from glmcode.agent.job import Job
from glmcode.agent.repair import repair
from glmcode.checks.verdict import Verdict, summary
from glmcode.errors import Exit, GlmcodeError
from glmcode.model.stream import Message

__all__ = ["Ending", "judge", "pursue"]

IDLE_ROUNDS = 3
"""Rounds in a row that may change nothing before the loop gives up: a model that sent the same refused edit three times
sends it a fourth time too."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the loop stopped."""

    exit_code: Exit
    why: str
    hint: str = ""


def pursue(job: Job, verdict: Verdict | None, kept: Kept | None = None) -> Ending:
    """Rounds until green. `verdict` is that of the tests before any edit (None without tests, or where they have yet to
    run); the first answer begins with what is `kept` of it. Raises GlmcodeError where no answer can be had; what had
    landed by then is in the worktree and on the session's branch."""
    while True:
        try:
            answer, kept = ask(job, kept), None
        except GlmcodeError as error:
            if error.exit_code is not Exit.BUDGET:
                raise
            job.emit(BudgetSpent(error.message))
            return Ending(Exit.BUDGET, error.message, error.hint)
        if answer.finish == "interrupted":
            return Ending(Exit.INTERRUPTED, "interrupted: what had landed is kept")
        if job.judge is not None and (answer.changed or verdict is None):
            verdict = judge(job)
        ending = ended(job, answer, verdict)
        if ending is not None:
            return ending
        shown = job.look_up(verdict) if verdict is not None and not verdict.green else Shown("", ())
        job.messages.append(Message("user", repair(answer, verdict, shown, job.pending)))


def judge(job: Job) -> Verdict:
    """Runs the tests on the worktree as it stands, and says so."""
    assert job.judge is not None
    job.emit(CheckStarted(job.rounds, *job.judged_by))
    verdict = job.judge()
    finished = CheckFinished(
        round=job.rounds,
        green=verdict.green,
        passed=verdict.passed,
        failed=verdict.failed,
        errors=verdict.errors,
        skipped=verdict.skipped,
        counted=verdict.counted,
        seconds=round(verdict.seconds, 3),
        summary=summary(verdict),
        failing=verdict.failing[:50],
    )
    if job.rounds == 0:
        job.before = finished
    job.after = finished
    job.emit(finished)
    return verdict


def ended(job: Job, answer: Answer, verdict: Verdict | None) -> Ending | None:
    """Whether the round just done was the last one, and why."""
    green = verdict is None or verdict.green
    silent = answer.whole and not answer.outcomes
    if green and answer.whole and not job.pending and (job.applied or job.already):
        return Ending(
            Exit.OK, "the tests are green" if verdict is not None else "the plan has landed; no tests were run"
        )
    if green and silent and job.pending:
        return Ending(
            Exit.NOT_LANDED, f"{sum(job.pending.values())} rejected edits were not sent again; the rest has landed"
        )
    if silent and job.idle >= 2:
        return Ending(Exit.CHECKS_FAIL, "the model's answer held no edits: nothing more was changed")
    if job.idle >= IDLE_ROUNDS:
        return _unfinished(job, green, f"{job.idle} rounds in a row changed nothing")
    if job.rounds >= job.limits.rounds:
        job.emit(BudgetSpent(f"all {job.limits.rounds} rounds are used"))
        return _unfinished(job, green, f"out of rounds after {job.rounds}")
    return None


def _unfinished(job: Job, green: bool, why: str) -> Ending:
    if green and job.pending:
        return Ending(Exit.NOT_LANDED, f"{why}: {sum(job.pending.values())} edits could not land")
    if green:
        return Ending(Exit.CHECKS_FAIL, f"{why}: the plan was not finished")
    return Ending(Exit.CHECKS_FAIL, f"{why}: the tests still fail")
