"""The main job: rounds of answer, landing and tests, until they are green or something says stop."""

from collections.abc import Callable
from dataclasses import dataclass, field

from glmcode.agent import Emit, Judge, Model, Workbench
from glmcode.agent.answer import Answer, receive
from glmcode.agent.context import Shown
from glmcode.agent.events import (
    BudgetSpent,
    CheckFinished,
    CheckStarted,
    RequestSent,
    RoundFinished,
    UsageCounted,
)
from glmcode.agent.limits import Limits, Spent, output_allowance
from glmcode.agent.repair import repair
from glmcode.checks.verdict import Verdict, summary
from glmcode.errors import Exit, GlmcodeError
from glmcode.landing.engine import Landing
from glmcode.model.client import Message, Request
from glmcode.model.providers import Endpoint
from glmcode.model.usage import cost, estimate_tokens

__all__ = ["Ending", "Job", "judge", "pursue"]

IDLE_ROUNDS = 3
"""Rounds in a row that may change nothing before the loop gives up: a model that sent the same refused edit three times
sends it a fourth time too."""


@dataclass(slots=True)
class Job:
    """A task under way: what the loop works with, and what it has come to."""

    model: Model
    endpoint: Endpoint
    bench: Workbench
    judge: Judge | None
    """None where the user wants no tests: then a plan that lands is all there is to do."""
    judged_by: tuple[str, str]
    """The test command, and how it was found."""
    limits: Limits
    thinking: bool
    emit: Emit
    look_up: Callable[[Verdict], Shown]
    """The files that a failure names and that were not shown yet."""
    messages: list[Message]
    """The conversation; ends with the task when the loop begins."""
    spent: Spent = field(default_factory=Spent)
    rounds: int = 0
    applied: int = 0
    already: int = 0
    pending: dict[str, int] = field(default_factory=dict)
    """Rejected edits by path that no later edit of that path has mended yet."""
    rejected: int = 0
    idle: int = 0
    before: CheckFinished | None = None
    after: CheckFinished | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the loop stopped."""

    exit_code: Exit
    why: str
    hint: str = ""


def pursue(job: Job, verdict: Verdict | None) -> Ending:
    """Rounds until green. `verdict` is that of the tests before any edit (None without tests). Raises GlmcodeError where
    no answer can be had; what had landed by then is in the worktree and on the session's branch."""
    while True:
        try:
            answer = ask(job)
        except GlmcodeError as error:
            if error.exit_code is not Exit.BUDGET:
                raise
            job.emit(BudgetSpent(error.message))
            return Ending(Exit.BUDGET, error.message, error.hint)
        if answer.finish == "interrupted":
            return Ending(Exit.INTERRUPTED, "interrupted: what had landed is kept")
        if job.judge is not None and answer.changed:
            verdict = judge(job)
        ending = ended(job, answer, verdict)
        if ending is not None:
            return ending
        shown = job.look_up(verdict) if verdict is not None and not verdict.green else Shown("", ())
        job.messages.append(Message("user", repair(answer, verdict, shown, job.pending)))


def ask(job: Job) -> Answer:
    """One round's request and answer, landed and kept on the session's branch."""
    prompt = sum(estimate_tokens(message.content) + estimate_tokens(message.reasoning) + 4 for message in job.messages)
    provider = job.endpoint.provider
    allowance = output_allowance(prompt, provider, job.limits, job.spent)
    job.rounds += 1
    job.emit(RequestSent(job.rounds, provider.name, job.endpoint.model, prompt, allowance))
    request = Request(tuple(job.messages), max_tokens=allowance, thinking=job.thinking)
    landing = Landing(job.bench.tree(), eager=True)
    answer = receive(job.model.stream(request), landing, job.bench.write, job.emit, job.rounds)
    job.messages.append(Message("assistant", answer.text, answer.reasoning))
    _count(job, answer, prompt)
    if answer.changed:
        job.bench.keep(f"glmcode: round {job.rounds}")
    return answer


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


def _count(job: Job, answer: Answer, prompt: int) -> None:
    usage = answer.usage
    counted = UsageCounted(
        prompt_tokens=usage.prompt_tokens if usage else prompt,
        cached_tokens=usage.cached_tokens if usage else 0,
        output_tokens=usage.output_tokens if usage else estimate_tokens(answer.text),
        reasoning_tokens=usage.reasoning_tokens if usage else 0,
        dollars=cost(job.endpoint.provider, usage) if usage else None,
        estimated=usage is None,
    )
    job.spent.add(counted)
    job.emit(counted)
    by_status = {
        status: sum(o.status == status for o in answer.outcomes) for status in ("applied", "already", "rejected")
    }
    job.applied += by_status["applied"]
    job.already += by_status["already"]
    job.rejected += by_status["rejected"]
    for path in {outcome.path for outcome in answer.outcomes} | {""}:
        job.pending.pop(path, None)
    for outcome in answer.rejected():
        job.pending[outcome.path] = job.pending.get(outcome.path, 0) + 1
    job.idle = 0 if answer.changed else job.idle + 1
    job.emit(
        RoundFinished(job.rounds, by_status["applied"], by_status["already"], by_status["rejected"], answer.finish)
    )
