"""One round's question: it is sent, its answer lands while it streams, and what it cost is counted."""

from collections.abc import Iterator
from dataclasses import replace

from glmcode.agent.answer import Answer, Kept, receive
from glmcode.agent.events import RequestSent, RoundFinished, StoppedEarly, UsageCounted
from glmcode.agent.job import Job
from glmcode.agent.limits import output_allowance
from glmcode.agent.prompts import render
from glmcode.agent.resume import Cut
from glmcode.landing.engine import Landing
from glmcode.model.providers import Provider, providers
from glmcode.model.stream import Answering, Delta, Message, Reasoning, Request, Text, Usage
from glmcode.model.usage import cost, estimate_tokens

__all__ = ["ask"]


def ask(job: Job, kept: Kept | None = None) -> Answer:
    """One round's request and answer, landed and kept on the session's branch. `kept` is what of the answer an earlier
    process received: it lands first, and only the rest is asked for.

    Raises GlmcodeError where no answer can be had, or none of its rest; what had landed by then is kept.
    """
    job.rounds += 1
    answer = receive(
        lambda cut: _send(job, cut),
        Landing(job.bench.tree(), eager=True),
        job.bench.write,
        job.emit,
        job.rounds,
        journal=job.begin(job, kept is not None),
        kept=kept,
        resumptions=job.resumptions,
        stopping=job.stopping,
    )
    if answer.failed is not None:
        _note(job, answer)
        job.bench.keep(f"glmcode: what had landed in round {job.rounds}")
        raise answer.failed
    job.messages.append(Message("assistant", answer.text, answer.reasoning))
    if answer.stopped:
        job.emit(StoppedEarly(job.rounds, answer.stopped, *job.left))
    _note(job, answer)
    if answer.changed:
        job.bench.keep(f"glmcode: round {job.rounds}")
    return answer


def _send(job: Job, cut: Cut | None) -> Iterator[Delta]:
    """One request: all of the answer, or its rest. What it cost is counted when it has ended, however it does."""
    request = Request(tuple(job.messages), 0, job.thinking)
    if cut is not None:
        go_on = render("go_on") if cut.closed else ""
        request = replace(request, partial=cut.partial, closed=cut.closed, go_on=go_on)
    messages = (*request.messages, Message("assistant", request.partial), Message("user", request.go_on))
    prompt = sum(estimate_tokens(m.content) + estimate_tokens(m.reasoning) + 4 for m in messages if m.content)
    provider = job.endpoint.provider
    allowance = output_allowance(prompt, provider, job.limits, job.spent)
    job.emit(RequestSent(job.rounds, provider.name, job.endpoint.model, prompt, allowance))
    usage: Usage | None = None
    thought: list[str] = []
    said: list[str] = []
    try:
        for delta in job.model.stream(replace(request, max_tokens=allowance)):
            if isinstance(delta, Text):
                said.append(delta.text)
            elif isinstance(delta, Reasoning):
                thought.append(delta.text)
            elif isinstance(delta, Usage):
                usage = delta
            elif isinstance(delta, Answering) and delta.provider != provider.name:
                provider = providers().get(delta.provider, provider)
            yield delta
    finally:
        if usage or said or thought:
            reasoning = estimate_tokens("".join(thought))
            estimate = Usage(prompt, 0, estimate_tokens("".join(said)) + reasoning, reasoning)
            _count(job, provider, usage or estimate, allowance, estimated=usage is None)


def _count(job: Job, provider: Provider, usage: Usage, allowance: int, *, estimated: bool) -> None:
    left = max(0, allowance - usage.output_tokens)
    price = provider.price_output
    job.left = left, None if price is None else left * price / 1e6
    counted = UsageCounted(
        prompt_tokens=usage.prompt_tokens,
        cached_tokens=usage.cached_tokens,
        output_tokens=usage.output_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        dollars=cost(provider, usage),
        estimated=estimated,
    )
    job.spent.add(counted)
    job.emit(counted)


def _note(job: Job, answer: Answer) -> None:
    """What the answer came to."""
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
