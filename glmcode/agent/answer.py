"""One streamed answer becomes landed edits: each is in the worktree before the next one has begun to arrive."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from glmcode.agent import Emit
from glmcode.agent.events import EditBegun, EditLanded, PlanText, Progress, RequestWaits, Thinking
from glmcode.landing.engine import Landing
from glmcode.landing.outcome import Outcome
from glmcode.model.stream import Delta, Finish, Reasoning, Text, Usage, Waiting
from glmcode.plan.edits import Begun, Broken, Check, Edit, Event, Prose
from glmcode.plan.reader import PlanParser

__all__ = ["Answer", "receive"]

WHOLE = ("stop", "tool_calls")
"""The finish reasons of an answer that came to its end. After any other, what has not closed is half an edit."""

PROGRESS_EVERY = 0.5
"""Seconds between two events that say how far the stream has come."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one answer."""

    text: str
    reasoning: str
    finish: str
    """"stop", "length", "cut", "interrupted" or what else the service said."""
    outcomes: tuple[Outcome, ...]
    usage: Usage | None
    changed: bool
    """Whether any file of the worktree is other than it was before the answer."""

    @property
    def whole(self) -> bool:
        """Whether the model came to the end of what it had to say."""
        return self.finish in WHOLE

    def rejected(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.status == "rejected")


def receive(
    deltas: Iterator[Delta],
    landing: Landing,
    write: Callable[[Mapping[str, bytes | None], Mapping[str, str]], None],
    emit: Emit,
    number: int,
) -> Answer:
    """Lands the answer of round `number` while it streams. Ctrl-C ends the stream and keeps what had landed by then."""
    stream = _Stream(landing, write, emit, number)
    try:
        for delta in deltas:
            stream.take(delta)
    except KeyboardInterrupt:
        stream.finish = "interrupted"
    return stream.close()


class _Stream:
    """The state of one answer as it arrives."""

    def __init__(
        self,
        landing: Landing,
        write: Callable[[Mapping[str, bytes | None], Mapping[str, str]], None],
        emit: Emit,
        number: int,
    ) -> None:
        self.landing = landing
        self.write = write
        self.emit = emit
        self.number = number
        self.parser = PlanParser()
        self.text: list[str] = []
        self.reasoning: list[str] = []
        self.thought = ""
        self.finish = "cut"
        self.usage: Usage | None = None
        self.outcomes: list[Outcome] = []
        self.reasoned = 0
        self.written = 0
        self.next_progress = 0.0

    def take(self, delta: Delta) -> None:
        if isinstance(delta, Text):
            if self.thought:
                self._think("\n")
            self.text.append(delta.text)
            self.written += len(delta.text)
            for event in self.parser.feed(delta.text):
                self._read(event)
        elif isinstance(delta, Reasoning):
            self.reasoning.append(delta.text)
            self.reasoned += len(delta.text)
            self._think(delta.text)
        elif isinstance(delta, Usage):
            self.usage = delta
        elif isinstance(delta, Finish):
            self.finish = delta.reason
        elif isinstance(delta, Waiting):
            self.emit(RequestWaits(delta.seconds, delta.why))
        now = time.monotonic()
        if now >= self.next_progress:
            self.next_progress = now + PROGRESS_EVERY
            self.emit(Progress(self.number, self.reasoned, self.written, len(self.outcomes)))

    def _think(self, text: str) -> None:
        """Reasoning is passed on by the line: a screen and a log both want whole ones."""
        self.thought += text
        if "\n" in text:
            lines, _, self.thought = self.thought.rpartition("\n")
            if lines.strip():
                self.emit(Thinking(lines))

    def _read(self, event: Event) -> None:
        if isinstance(event, Edit | Broken):
            outcome = self.landing.land(event)
            self.outcomes.append(outcome)
            self._write_changes()
            self.emit(EditLanded(self.number, outcome))
        elif isinstance(event, Begun):
            self.emit(EditBegun(event.path or "", event.form))
        elif isinstance(event, Prose):
            self.emit(PlanText(event.text))
        else:
            assert isinstance(event, Check)  # the tests run at the plan's end, checkpoints or not

    def _write_changes(self) -> None:
        if changed := self.landing.changed_since_last():
            self.write(changed, self.landing.modes())

    def close(self) -> Answer:
        if self.thought:
            self._think("\n")
        for event in self.parser.close(cut=self.finish not in WHOLE):
            self._read(event)
        landed = self.landing.finish("edits")
        self._write_changes()
        for outcome in landed.edits:
            if outcome != self.outcomes[outcome.index]:
                self.emit(EditLanded(self.number, outcome))
        return Answer(
            "".join(self.text), "".join(self.reasoning), self.finish, landed.edits, self.usage, bool(landed.files)
        )
