"""How a task is run, as plain data; a session keeps it, so that another process can go on in the same way."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from typing import Any, TypeVar

from glmcode.agent.answer import RESUMPTIONS
from glmcode.agent.limits import Limits
from glmcode.agent.stopping import Stopping
from glmcode.model.retry import Retry

__all__ = ["Options", "Phases", "as_notes", "fits", "from_notes"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Phases:
    """When the model reasons before it answers."""

    plan: bool = True
    """Before a task's first answer."""
    repair: bool = True
    """Before those that mend it."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a task is run. Every field has the value that the command has by default."""

    provider: str | None = None
    base_url: str | None = None
    model: str | None = None
    limits: Limits = field(default_factory=Limits)
    test_command: str | None = None
    """Overrides what is found."""
    run_tests: bool = True
    test_timeout: float = 600.0
    """Seconds that one run of the tests may take."""
    thinking: Phases = field(default_factory=Phases)
    fallback: tuple[str, ...] = ()
    """Providers that are asked where the first can't answer, in this order; "local" is all servers on this machine."""
    retry: Retry = field(default_factory=Retry)
    """When a request is tried again, or elsewhere."""
    record: str | None = None
    """A file that the requests and answers are recorded in, as a cassette."""
    resumptions: int = RESUMPTIONS
    """Streams that may follow the first of one answer, where each breaks off."""
    stopping: Stopping = field(default_factory=Stopping)
    """When a stream is ended from here."""
    include_dirty: bool | None = None
    """Whether a session starts with the user's uncommitted work; None: as the user says who is there to be asked, else not."""
    book: bool = True
    """What requests cost goes into the user's ledger."""


def as_notes(options: Options) -> dict[str, Any]:
    """The options as JSON has them. No secret is among them: keys are found anew."""
    notes = asdict(options)
    del notes["record"]  # a recording is begun once
    return notes


def from_notes(notes: object) -> Options:
    """The options that were kept. What is missing, or of another kind, is as by default."""
    return _filled(Options(), notes)


def _filled(default: T, notes: object) -> T:
    if not isinstance(notes, Mapping) or not is_dataclass(default):
        return default
    found: dict[str, Any] = {}
    for one in fields(default):
        before, kept = getattr(default, one.name), notes.get(one.name)
        if is_dataclass(before):
            found[one.name] = _filled(before, kept)
        elif isinstance(before, tuple):
            if isinstance(kept, list) and all(fits(part, str(one.type)) for part in kept):
                found[one.name] = tuple(kept)
        elif kept is not None and fits(kept, str(one.type)):
            found[one.name] = kept
    return replace(default, **found)  # type: ignore[type-var]  # it is a dataclass: see above


def fits(kept: object, declared: str) -> bool:
    """Whether the value is of one of the plain kinds that a field is declared with."""
    return type(kept).__name__ in declared or (type(kept) is int and "float" in declared)
