"""One round's question: it is sent, its answer lands while it streams, and what it cost is counted."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from glmcode.agent import Journal
from glmcode.agent.answer import Answer, Kept, receive
from glmcode.agent.compact import compacted
from glmcode.agent.events import Note, RequestSent, RoundFinished, StoppedEarly, UsageCounted
from glmcode.agent.job import Job
from glmcode.agent.limits import TooLongError, output_allowance
from glmcode.agent.prompts import render
from glmcode.agent.resume import Cut
from glmcode.errors import GlmcodeError
from glmcode.landing.engine import Landing
from glmcode.model.failures import UnansweredError
from glmcode.model.providers import Provider
from glmcode.model.stream import Asking, Delta, Message, Reasoning, Request, Text, Usage
from glmcode.model.usage import cost, estimate_tokens, learned
from glmcode.repo.ledger import latest

__all__ = ["ask", "count", "request_sent"]


def ask(job: Job, kept: Kept | None = None) -> Answer:
    """One round's request and answer, landed and kept on the session's branch. `kept` is what of the answer an earlier
    process received: it lands first, and only the rest is asked for.

    Raises GlmcodeError where no answer can be had, or none of its rest; what had landed by then is kept.
    """
    job.rounds += 1
    try:
        answer = _received(job, kept)
    except GlmcodeError as error:
        shorter = compacted(job.messages)
        if not _too_long(error) or kept is not None or shorter == job.messages:
            raise
        job.emit(Note(f"{error.message}: what earlier rounds said is left out from here on", "warning"))
        job.messages[:] = shorter
        answer = _received(job, None)
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


def _received(job: Job, kept: Kept | None) -> Answer:
    journal = job.begin(job, kept is not None)
    return receive(
        lambda cut: _send(job, cut, journal),
        Landing(job.bench.tree(), eager=True),
        job.bench.write,
        job.emit,
        job.rounds,
        journal=journal,
        kept=kept,
        resumptions=job.resumptions,
        stopping=job.stopping,
    )


def _too_long(error: GlmcodeError) -> bool:
    """Whether the conversation is what is too long, for this service's context or by its own word."""
    return isinstance(error, TooLongError) or (isinstance(error, UnansweredError) and error.failure.why == "too-long")


def _send(job: Job, cut: Cut | None, journal: Journal) -> Iterator[Delta]:
    """One request: all of the answer, or its rest. What it cost is counted when it has ended, however it does."""
    thinking = (job.thinking.plan if job.rounds == 1 else job.thinking.repair) and not _only_thought(job)
    request = Request(tuple(job.messages), 0, thinking, deadline=job.deadline)
    if cut is not None:
        go_on = render("go_on") if cut.closed else ""
        request = replace(request, partial=cut.partial, closed=cut.closed, go_on=go_on)

    messages = (*request.messages, Message("assistant", request.partial), Message("user", request.go_on))
    text = sum(estimate_tokens(m.content) + 4 for m in messages if m.content)
    reasoned = sum(estimate_tokens(m.reasoning) for m in messages)

    def guess(provider: Provider) -> int:
        """What the text alone comes to, with four tokens for what wraps a message."""
        return text + reasoned if provider.keeps_reasoning else text

    def allow(provider: Provider, model: str) -> int:
        return output_allowance(_calibrated(job, guess(provider), provider, model), provider, job.limits, job.spent)

    sent: Asking | None = None
    thought: list[str] = []
    said: list[str] = []
    try:
        for delta in job.model.stream(request, allow):
            if isinstance(delta, Asking):
                sent = delta
                job.emit(request_sent(job, guess(sent.provider), sent))
                journal.asked(_notes(job, sent, guess(sent.provider)))
                continue
            if isinstance(delta, Text):
                said.append(delta.text)
            elif isinstance(delta, Reasoning):
                thought.append(delta.text)
            elif isinstance(delta, Usage) and sent is not None:
                count(job, sent, delta, guess(sent.provider), estimated=False)
                journal.counted()
                said, thought = [], []
            yield delta
    finally:
        if sent is not None and (said or thought):
            prompt = _calibrated(job, guess(sent.provider), sent.provider, sent.model)
            reasoning = estimate_tokens("".join(thought))
            estimate = Usage(prompt, 0, estimate_tokens("".join(said)) + reasoning, reasoning)
            count(job, sent, estimate, guess(sent.provider), estimated=True)
            journal.counted()


def _only_thought(job: Job) -> bool:
    """Whether the answer before this request has reasoned and said nothing: thinking on would use up the next one too."""
    before = job.messages[-2]
    return before.role == "assistant" and bool(before.reasoning) and not before.content.strip()


def _calibrated(job: Job, guess: int, provider: Provider, model: str) -> int:
    """The tokens that this provider is expected to count: by what it counted last, also in an earlier run."""
    key = (provider.name, model)
    if key not in job.ratios:
        before = latest(*key)
        job.ratios[key] = 1.0 if before is None else learned(1.0, before.guess, before.prompt)
    return round(guess * job.ratios[key])


def request_sent(job: Job, guess: int, sent: Asking) -> RequestSent:
    provider = sent.provider
    prompt = _calibrated(job, guess, provider, sent.model)
    most = cost(provider, Usage(prompt, 0, sent.max_tokens, 0))
    return RequestSent(job.rounds, provider.name, sent.model, prompt, sent.max_tokens, most)


def _notes(job: Job, sent: Asking, guess: int) -> dict[str, Any]:
    """What another process needs to estimate what the request has cost, where this one ends before it is counted."""
    provider = sent.provider
    return {
        "provider": provider.name,
        "model": sent.model,
        "prompt": _calibrated(job, guess, provider, sent.model),
        "prices": [provider.price_input, provider.price_output],
    }


def count(job: Job, sent: Asking, usage: Usage, guess: int, *, estimated: bool) -> None:
    left = max(0, sent.max_tokens - usage.output_tokens)
    price = sent.provider.price_output
    job.left = left, None if price is None else left * price / 1e6
    counted = UsageCounted(
        prompt_tokens=usage.prompt_tokens,
        cached_tokens=usage.cached_tokens,
        output_tokens=usage.output_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        dollars=cost(sent.provider, usage),
        estimated=estimated,
        guess=guess,
        round=job.rounds,
        provider=sent.provider.name,
        model=sent.model,
    )
    if not estimated:
        key = (sent.provider.name, sent.model)
        job.ratios[key] = learned(job.ratios.get(key, 1.0), guess, usage.prompt_tokens)
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
