"""Everything that happens in a run, as one small union of plain data. Faces render it; the agent prints nothing.

As JSON (`--json`) an event is its fields with `"event"`: the class's name in lower case with dashes.
"""

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from glmcode.landing.outcome import Outcome

__all__ = [
    "BudgetSpent",
    "CheckFinished",
    "CheckStarted",
    "ContextGathered",
    "EditBegun",
    "EditLanded",
    "Event",
    "Finished",
    "Note",
    "PlanText",
    "Progress",
    "ProviderSwitched",
    "RequestSent",
    "RequestWaits",
    "RoundFinished",
    "RunStarted",
    "StoppedEarly",
    "StreamResumed",
    "Thinking",
    "UsageCounted",
    "as_json",
]


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A worktree stands ready for the task."""

    session: str
    task: str
    root: str
    worktree: str
    branch: str
    base: str
    """The commit that the work starts from."""
    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class ContextGathered:
    """What the first request shows of the repository."""

    files: tuple[str, ...]
    tokens: int
    """Estimated tokens of the whole first request."""


@dataclass(frozen=True, slots=True)
class CheckStarted:
    """A test run begins. `round` 0 is the one before any edit."""

    round: int
    command: str
    why: str
    """How the command was found."""


@dataclass(frozen=True, slots=True)
class CheckFinished:
    """A test run has ended."""

    round: int
    green: bool
    passed: int
    failed: int
    errors: int
    skipped: int
    counted: bool
    """False where the runner's output gave no counts: then only `green` says anything."""
    seconds: float
    summary: str
    """One line for a person."""
    failing: tuple[str, ...] = ()
    """Names of failing tests, as the runner writes them; at most 50."""


@dataclass(frozen=True, slots=True)
class RequestSent:
    """A request goes to a provider."""

    round: int
    provider: str
    model: str
    prompt_tokens: int
    """Estimated."""
    max_output: int
    """Tokens that the answer may have at most."""
    most_dollars: float | None = None
    """The most that it can cost; None where the prices are not known."""


@dataclass(frozen=True, slots=True)
class RequestWaits:
    """The service could not answer; the same request is sent again after `seconds`."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class ProviderSwitched:
    """Another provider is asked from here on."""

    provider: str
    model: str
    why: str


@dataclass(frozen=True, slots=True)
class StreamResumed:
    """An answer had broken off, and goes on in the same round."""

    round: int
    kept_edits: int
    """Edits that had arrived whole: they stay, and are not asked for again."""
    provider: str
    """Who goes on."""
    why: str
    """What had ended the stream."""


@dataclass(frozen=True, slots=True)
class StoppedEarly:
    """An answer was ended from here, because its rest was not worth its price."""

    round: int
    why: str
    saved_tokens: int
    """The most that the rest could have been: what the request allowed, less what had come."""
    saved_dollars: float | None
    """Their price; None where it is not known."""


@dataclass(frozen=True, slots=True)
class Thinking:
    """Some of the model's reasoning: shown, never part of the plan."""

    text: str


@dataclass(frozen=True, slots=True)
class PlanText:
    """A line of the plan's commentary."""

    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an answer has come; at most a few a second."""

    round: int
    reasoning: int
    """Characters of reasoning so far."""
    plan: int
    """Characters of the plan so far."""
    edits: int


@dataclass(frozen=True, slots=True)
class EditBegun:
    """An edit has begun to arrive."""

    path: str
    form: str


@dataclass(frozen=True, slots=True)
class EditLanded:
    """An edit has its outcome; an applied one is in the worktree already. A later event with the same `outcome.index` in
    the same round replaces it (an edit that was judged again at the plan's end)."""

    round: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class UsageCounted:
    """What one request cost (an answer that was resumed has several), as the service counted it, or estimated where it did not say."""

    prompt_tokens: int
    cached_tokens: int
    output_tokens: int
    reasoning_tokens: int
    dollars: float | None
    """None where the provider's prices are not known."""
    estimated: bool
    guess: int = 0
    """Tokens that the prompt was taken for by its text alone, before the service had counted any."""
    round: int = 0
    provider: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class RoundFinished:
    """An answer has been landed and tested."""

    round: int
    applied: int
    already: int
    rejected: int
    finish: str
    """How the answer ended: "stop", "length", "cut", "stopped" (from here), "interrupted", ..."""


@dataclass(frozen=True, slots=True)
class BudgetSpent:
    """A limit was reached."""

    detail: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the user should know."""

    text: str
    level: Literal["info", "warning"] = "info"


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of every run, also of one that failed."""

    ok: bool
    exit_code: int
    why: str
    """One line: why it stopped."""
    session: str = ""
    branch: str = ""
    """Both empty where nothing landed, and so nothing is kept."""
    rounds: int = 0
    applied: int = 0
    already: int = 0
    rejected: int = 0
    files: tuple[str, ...] = ()
    added: int = 0
    """Lines of the diff that are added, and removed."""
    removed: int = 0
    before: CheckFinished | None = None
    after: CheckFinished | None = None
    prompt_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    dollars: float | None = None
    seconds: float = 0.0
    landed: str = "none"
    """How the work was landed in the user's branch: "none", "apply", "commit", "merge", "patch" or "branch"."""
    diff: str = ""
    hint: str = ""


Event: TypeAlias = (
    RunStarted
    | ContextGathered
    | CheckStarted
    | CheckFinished
    | RequestSent
    | RequestWaits
    | ProviderSwitched
    | StreamResumed
    | StoppedEarly
    | Thinking
    | PlanText
    | Progress
    | EditBegun
    | EditLanded
    | UsageCounted
    | RoundFinished
    | BudgetSpent
    | Note
    | Finished
)


def as_json(event: Event) -> dict[str, Any]:
    """The event as a JSON object. `Finished` is named "result": programs wait for it."""
    name = (
        "result" if isinstance(event, Finished) else re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(event).__name__).lower()
    )
    return {"event": name, **dataclasses.asdict(event)}
