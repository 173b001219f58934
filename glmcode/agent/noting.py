"""What happens to a session goes into its log, in the words that programs know it by."""

from typing import Final

from glmcode.agent import Emit
from glmcode.agent.events import (
    BudgetSpent,
    CheckFinished,
    EditLanded,
    Event,
    Note,
    ProviderSwitched,
    RoundFinished,
    StoppedEarly,
    StreamResumed,
    UsageCounted,
    as_json,
)
from glmcode.model.scrub import Scrubber
from glmcode.repo.sessions import Session, note

__all__ = ["noted"]

_NOTED: Final = (
    BudgetSpent,
    CheckFinished,
    EditLanded,
    Note,
    ProviderSwitched,
    RoundFinished,
    StoppedEarly,
    StreamResumed,
    UsageCounted,
)
"""What a round did, and what it cost. Not what the model said: the conversation is in the log anyhow."""


def noted(emit: Emit, session: Session, scrub: Scrubber) -> Emit:
    """Passes every event on, and writes those down that tell how it went, without what is secret."""

    def take(event: Event) -> None:
        if isinstance(event, _NOTED):
            fields = as_json(event)
            note(session, fields.pop("event"), **scrub.value(fields))
        emit(event)

    return take
