"""What a session's log tells of its rounds, for whoever shows it. Pure; what is not as it should be is passed over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from glmcode.repo.log import Event

__all__ = ["Mark", "Rejected", "Round", "Step", "Usage", "history", "usage"]

_MARKS: Final = ("begun", "task", "resumed", "ended", "landed", "undone", "redone", "budget-spent", "provider-switched")
_MOST: Final = 10_000
"""Rounds and marks that are told; a session of a hundred rounds is a long one."""


@dataclass(slots=True)
class Usage:
    """What requests cost together."""

    prompt: int = 0
    output: int = 0
    dollars: float | None = None
    """None where no price is known."""
    estimated: bool = False

    def add(self, prompt: int, output: int, dollars: float | None, *, estimated: bool) -> None:
        self.prompt += prompt
        self.output += output
        if dollars is not None:
            self.dollars = (self.dollars or 0.0) + dollars
        self.estimated = self.estimated or estimated


@dataclass(frozen=True, slots=True)
class Rejected:
    """An edit that could not land."""

    path: str
    reason: str
    message: str


@dataclass(slots=True)
class Round:
    """An answer, and what came of it. Number 0 is what was before the first: the tests as they were."""

    number: int
    time: str
    provider: str = ""
    model: str = ""
    outcomes: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    """The last word on each edit, by its place in the plan."""
    tests: str = ""
    """The last test run in a line; "" for none."""
    green: bool = False
    finish: str = ""
    """How the answer ended; "" where it did not."""
    commit: str = ""
    """What it left on the session's branch; "" for nothing."""
    usage: Usage = field(default_factory=Usage)

    def count(self, status: str) -> int:
        return sum(outcome.get("status") == status for outcome in self.outcomes.values())

    def rejected(self) -> list[Rejected]:
        """In the order of the plan."""
        found = (self.outcomes[index] for index in sorted(self.outcomes))
        return [
            Rejected(_text(one, "path"), _text(one, "reason"), _text(one, "message"))
            for one in found
            if one.get("status") == "rejected"
        ]


@dataclass(frozen=True, slots=True)
class Mark:
    """Anything but a round: the event as it was written."""

    name: str
    time: str
    event: Event

    def text(self, key: str) -> str:
        """The field, where it is text; else ""."""
        return _text(self.event, key)


Step: TypeAlias = Round | Mark


def history(events: Iterable[Event]) -> tuple[Step, ...]:
    """The session's steps in their order."""
    steps: list[Step] = []
    now: Round | None = None
    for event in events:
        name, time = _text(event, "event"), _text(event, "time")
        if name in _MARKS:
            steps.append(Mark(name, time, event))
            if name in ("task", "resumed"):
                now = None  # its rounds are counted from one, or go on
        elif name == "kept" and now is not None:
            now.commit = _text(event, "commit")
        elif isinstance(number := event.get("round"), int) and 0 <= number < 1_000_000:
            if now is None or now.number != number:
                now = Round(number, time)
                steps.append(now)
            _add(now, name, event)
        if len(steps) >= _MOST:
            break
    return tuple(steps)


def usage(steps: Iterable[Step]) -> Usage:
    """What all rounds cost together."""
    total = Usage()
    for step in steps:
        if isinstance(step, Round):
            one = step.usage
            total.add(one.prompt, one.output, one.dollars, estimated=one.estimated)
    return total


def _add(now: Round, name: str, event: Event) -> None:
    match event:
        case {"outcome": dict(outcome)} if name == "edit-landed" and isinstance(outcome.get("index"), int):
            now.outcomes[outcome["index"]] = outcome
        case {"summary": str(summary), "green": bool(green)} if name == "check-finished":
            now.tests, now.green = summary, green
        case {"finish": str(finish)} if name == "round-finished":
            now.finish = finish
        case {"prompt_tokens": int(prompt), "output_tokens": int(output)} if name == "usage-counted":
            dollars = event.get("dollars")
            priced = float(dollars) if isinstance(dollars, int | float) and 0 <= dollars < 1e9 else None
            now.usage.add(prompt, output, priced, estimated=event.get("estimated") is True)
            now.provider, now.model = _text(event, "provider"), _text(event, "model")


def _text(event: Mapping[str, Any], key: str) -> str:
    found = event.get(key)
    return found if isinstance(found, str) else ""
