"""A task under way: what the loop works with, and what it has come to."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from glmcode.agent import Emit, Journal, Judge, Model, Workbench
from glmcode.agent.answer import RESUMPTIONS
from glmcode.agent.context import Shown
from glmcode.agent.events import CheckFinished
from glmcode.agent.limits import Limits, Spent
from glmcode.agent.options import Phases
from glmcode.agent.stopping import Stopping
from glmcode.checks.verdict import Verdict
from glmcode.model.stream import Message

__all__ = ["Job"]


@dataclass(slots=True)
class Job:
    """Changed by the loop as it goes."""

    model: Model
    bench: Workbench
    judge: Judge | None
    """None where the user wants no tests: then a plan that lands is all there is to do."""
    judged_by: tuple[str, str]
    """The test command, and how it was found."""
    limits: Limits
    thinking: Phases
    emit: Emit
    look_up: Callable[[Verdict], Shown]
    """The files that a failure names and that were not shown yet."""
    messages: list[Message]
    """The conversation; ends with the task when the loop begins."""
    begin: Callable[["Job", bool], Journal]
    """Makes an answer's journal, or takes up that of an answer that goes on, and keeps what another process needs to go on
    with the task."""
    stopping: Stopping = field(default_factory=Stopping)
    resumptions: int = RESUMPTIONS
    spent: Spent = field(default_factory=Spent)
    rounds: int = 0
    applied: int = 0
    already: int = 0
    pending: dict[str, int] = field(default_factory=dict)
    """Rejected edits by path that no later edit of that path has mended yet."""
    rejected: int = 0
    idle: int = 0
    deadline: float = math.inf
    """When the budget of time is spent, by the monotonic clock."""
    ratios: dict[tuple[str, str], float] = field(default_factory=dict)
    """Tokens that a provider counts for each that is estimated, by its name and the model's."""
    left: tuple[int, float | None] = (0, None)
    """Tokens that the last request allowed beyond what came of it, and their price in dollars."""
    before: CheckFinished | None = None
    after: CheckFinished | None = None
