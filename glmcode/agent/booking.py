"""What each request cost goes into the user's ledger, which `glmcode usage` reads."""

from datetime import UTC, datetime

from glmcode.agent import Emit
from glmcode.agent.events import Event, UsageCounted
from glmcode.repo.ledger import Entry, append
from glmcode.repo.sessions import Session

__all__ = ["booked"]


def booked(emit: Emit, session: Session, task: str) -> Emit:
    """Passes every event on, and books what is counted."""

    def take(event: Event) -> None:
        if isinstance(event, UsageCounted):
            append(_entry(session, task, event))
        emit(event)

    return take


def _entry(session: Session, task: str, usage: UsageCounted) -> Entry:
    return Entry(
        time=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        root=session.root,
        session=session.id,
        task=task,
        round=usage.round,
        provider=usage.provider,
        model=usage.model,
        prompt=usage.prompt_tokens,
        cached=usage.cached_tokens,
        output=usage.output_tokens,
        reasoning=usage.reasoning_tokens,
        dollars=usage.dollars,
        estimated=usage.estimated,
        guess=usage.guess,
    )
