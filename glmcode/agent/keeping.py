"""What another process needs to go on with a task: the messages, and the answer under way with where it began.

Both are on the disk before a request goes out, the messages first: a journal that doesn't fit them is that of an answer
before, and void.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from glmcode.agent.answer import Kept
from glmcode.agent.events import Note, UsageCounted
from glmcode.agent.job import Job
from glmcode.agent.resume import Draft
from glmcode.errors import GlmcodeError
from glmcode.model.stream import Message
from glmcode.model.usage import estimate_tokens
from glmcode.plan.edits import Edit, Event, Rename
from glmcode.repo import sessions, streams
from glmcode.repo.sessions import Session

__all__ = ["Left", "begin_answer", "has_half", "left_by", "save_messages", "take_up", "touched"]


@dataclass(frozen=True, slots=True)
class Left:
    """What a process that ended left of a task."""

    messages: tuple[Message, ...]
    """The conversation; ends with the user's message whose answer is wanted."""
    round: int
    """Of that answer."""
    kept: Kept | None = None
    """What had arrived of it; None where it had not begun."""
    base: str = ""
    """The commit of the session's branch that the answer began on."""
    counts: dict[str, int] = field(default_factory=dict)
    pending: dict[str, int] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    uncounted: UsageCounted | None = None
    """What the request has cost that was under way, about."""


_A_SECRET = 8
"""Characters of a key that is one: those of servers on this machine are words such as "none"."""
_COUNTS = ("applied", "already", "rejected", "idle")


def begin_answer(
    session: Session, journal: streams.Journal, job: Job, shown: Sequence[str], *, again: bool = False, key: str = ""
) -> None:
    """Another process can go on with the answer that is asked for now; with `again`, with the one that is there already."""
    from glmcode.repo.worktree import branch_tip

    save_messages(session, job.messages, key)
    if again:
        journal.reopen()
        return
    head: dict[str, Any] = {name: getattr(job, name) for name in _COUNTS}
    head |= {"round": job.rounds, "messages": len(job.messages), "base": branch_tip(session)}
    journal.begin({**head, "pending": dict(job.pending), "shown": list(shown)})


def save_messages(session: Session, messages: Sequence[Message], key: str = "") -> None:
    """Keeps them for another process, as they are but for the provider's key, which has no place in them."""

    def hidden(text: str) -> str:
        return text.replace(key, "***") if len(key) >= _A_SECRET else text

    turns: list[dict[str, str]] = []
    for one in messages:
        reasoning = {"reasoning": hidden(one.reasoning)} if one.reasoning else {}
        turns.append({"role": one.role, "content": hidden(one.content), **reasoning})
    sessions.save_messages(session, turns)


def has_half(session: Session) -> bool:
    """Whether some of an answer has come that has not ended."""
    stream = streams.read(session)
    return stream is not None and not stream.finish and any(part.text for part in stream.parts)


def left_by(session: Session) -> Left | None:
    """What there is to go on from; None where the session had not asked anything yet.

    Raises GlmcodeError where the last answer is there and what it did can't be told.
    """
    messages = tuple(message for turn in sessions.messages(session) if (message := _message(turn)) is not None)
    if len(messages) < 2:
        return None
    stream = streams.read(session)
    answered = messages[-1].role == "assistant"
    count = stream.begin.get("messages") if stream is not None else None
    if stream is not None and count in (len(messages), len(messages) - 1 if answered else None):
        left = _left(messages[:count], stream)
        if left is not None:
            return left
    if answered:
        raise GlmcodeError(
            f"session {session.id} has ended, and there is nothing to go on from",
            hint=f"glmcode land {session.id} lands what it has",
        )
    return Left(messages, 1 + sum(message.role == "assistant" for message in messages))


def _left(messages: tuple[Message, ...], stream: streams.Stream) -> Left | None:
    head = stream.begin
    number, base, pending, shown = (head.get(name) for name in ("round", "base", "pending", "shown"))
    counts = {name: head.get(name) for name in _COUNTS}
    if not (
        isinstance(number, int) and isinstance(base, str) and isinstance(pending, dict) and isinstance(shown, list)
    ):
        return None
    if not all(isinstance(count, int) for count in (*counts.values(), *pending.values())):
        return None
    kept = Kept(tuple((part.continues, part.text, part.reasoning) for part in stream.parts), stream.finish)
    usage = _usage(stream.uncounted, number) if stream.uncounted is not None else None
    return Left(messages, number, kept, base, counts, pending, tuple(map(str, shown)), usage)  # type: ignore[arg-type]  # looked at above


def _usage(request: streams.Uncounted, number: int) -> UsageCounted | None:
    """What a request has cost by what had come of its answer; None where nothing had, or where it can't be told."""
    asked = request.asked
    provider, model, prompt, prices = (asked.get(name) for name in ("provider", "model", "prompt", "prices"))
    if not (request.text or request.reasoning) or not isinstance(prompt, int) or not isinstance(prices, list):
        return None
    reasoning = estimate_tokens(request.reasoning)
    output = estimate_tokens(request.text) + reasoning
    dollars = None
    if len(prices) == 2 and all(isinstance(price, int | float) for price in prices):
        dollars = (prompt * prices[0] + output * prices[1]) / 1e6
    return UsageCounted(
        prompt, 0, output, reasoning, dollars, round=number, provider=str(provider), model=str(model), estimated=True
    )


def take_up(job: Job, left: Left) -> None:
    """The job is where the other process left it: before the answer that was under way. Limits count from here."""
    from dataclasses import replace

    job.messages = list(left.messages)
    job.rounds = left.round - 1
    job.limits = replace(job.limits, rounds=job.limits.rounds + job.rounds)
    for name, count in left.counts.items():
        setattr(job, name, count)
    job.pending = dict(left.pending)
    if left.uncounted is not None:
        job.emit(Note("counted by what had come of it: the request that was under way when glmcode ended", "info"))
        job.spent.add(left.uncounted)
        job.emit(left.uncounted)


def touched(kept: Kept) -> set[str]:
    """The paths that the edits of the answer name, as far as it has come."""
    draft = Draft()
    events: list[Event] = []
    for number, (continues, text, _) in enumerate(kept.parts):
        if number:
            events += draft.cut()[0]
            draft.go_on(continues=continues)
        events += draft.feed(text)
    events += draft.close(cut=True)
    found: set[str] = set()
    for event in events:
        if isinstance(event, Edit):
            found.add(event.path)
            if isinstance(event.change, Rename):
                found.add(event.change.to)
    return found


def _message(turn: sessions.Message) -> Message | None:
    role, content = turn.get("role"), turn.get("content")
    if role not in ("system", "user", "assistant") or content is None:
        return None
    return Message(role, content, turn.get("reasoning", ""))  # type: ignore[arg-type]  # looked at above
