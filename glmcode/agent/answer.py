"""One answer becomes landed edits: each is in the worktree before the next one has begun to arrive. A stream that breaks
off is followed by another, which goes on where the edits that had come whole end.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TypeAlias

from glmcode.agent import Emit, Journal
from glmcode.agent.events import (
    EditBegun,
    EditLanded,
    Note,
    PlanText,
    Progress,
    ProviderSwitched,
    RequestWaits,
    StreamResumed,
    Thinking,
)
from glmcode.agent.resume import Cut, Draft, content
from glmcode.agent.stopping import Stopping, Watch
from glmcode.errors import GlmcodeError
from glmcode.landing.engine import Landing
from glmcode.landing.outcome import Outcome
from glmcode.model.stream import Answering, Delta, Finish, Reasoning, Switched, Text, Told, Waiting
from glmcode.plan.edits import Begun, Broken, Check, Edit, Event, Prose

__all__ = ["RESUMPTIONS", "Answer", "Kept", "receive"]

WHOLE = ("stop", "tool_calls")
"""The finish reasons of an answer that came to its end. After any other, what has not closed is half an edit."""

RESUMED = ("cut", "length", "network_error")
"""The finish reasons after which the answer goes on. "length" is the cap of one provider, and not of the plan."""

_WORDS = {"length": "the answer reached the most that one request may give"}

RESUMPTIONS = 64
"""Streams that may follow the first of one answer. Connections were seen to be reset every 40 seconds: then a plan of 34
minutes needs fifty."""

FRUITLESS = 2
"""Streams in a row that may close no edit before it is left at what there is: what takes longer than a connection holds
would be paid for again and again."""

PROGRESS_EVERY = 0.5
"""Seconds between two events that say how far the stream has come."""

FLUSH_EVERY = 1.0
"""Seconds of a stream that the end of the process may lose, where no edit has closed in them."""

Send: TypeAlias = Callable[[Cut | None], Iterator[Delta]]
"""Asks for the answer, or for its rest behind the cut."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of an answer that an earlier process received."""

    parts: tuple[tuple[bool, str, str], ...]
    """Of each stream: whether it went on to the character, its text, and the reasoning."""
    finish: str
    """"" where it broke off with the process."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one answer."""

    text: str
    """As one stream would have given it."""
    reasoning: str
    finish: str
    """"stop", "length", "cut", "stopped" (from here), "interrupted" or what else the service said."""
    outcomes: tuple[Outcome, ...]
    changed: bool
    """Whether any file of the worktree is other than it was before the answer."""
    stopped: str = ""
    """Why it was stopped from here."""
    failed: GlmcodeError | None = None
    """Why the rest could not be asked for."""

    @property
    def whole(self) -> bool:
        """Whether the model came to the end of what it had to say."""
        return self.finish in WHOLE

    @property
    def only_thought(self) -> bool:
        """It has reasoned, and said nothing."""
        return bool(self.reasoning) and not self.text.strip()

    def rejected(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.status == "rejected")


def receive(
    send: Send,
    landing: Landing,
    write: Callable[[Mapping[str, bytes | None], Mapping[str, str]], None],
    emit: Emit,
    number: int,
    *,
    journal: Journal,
    kept: Kept | None = None,
    resumptions: int = RESUMPTIONS,
    stopping: Stopping | None = None,
) -> Answer:
    """Lands the answer of round `number` while it streams, first what is `kept` of it. Ctrl-C ends the stream and keeps
    what had landed by then.

    Raises GlmcodeError where no answer can be had; once some of it has come, that stands in the Answer.
    """
    stream = _Stream(landing, write, emit, number, journal, Watch(stopping or Stopping()))
    try:
        if kept is None:
            stream.read(send(None))
        else:
            stream.again(kept)
        while (cut := stream.cut_at(resumptions)) is not None:
            stream.read(send(cut))
    except KeyboardInterrupt:
        stream.finish = "interrupted"
    except GlmcodeError as error:
        if not stream.resumed:
            raise
        stream.failed = error
    return stream.close()


class _Stream:
    """The state of one answer as it arrives."""

    def __init__(
        self,
        landing: Landing,
        write: Callable[[Mapping[str, bytes | None], Mapping[str, str]], None],
        emit: Emit,
        number: int,
        journal: Journal,
        watch: Watch,
    ) -> None:
        self.landing = landing
        self.write = write
        self.emit = emit
        self.number = number
        self.journal = journal
        self.watch = watch
        self.draft = Draft()
        self.reasoning: list[str] = []
        self.thought = ""
        self.finish = "cut"
        self.why = ""
        self.failed: GlmcodeError | None = None
        self.resumed = 0
        self.cut: Cut | None = None
        self.ended = ""
        """Why the stream before this one ended."""
        self.joined = True
        """Whether it is known where the text of the stream under way goes on."""
        self.brought = 0
        """Characters of the answer that the stream under way has given."""
        self.continued = False
        """It goes on to the character."""
        self.fruitless = 0
        self.outcomes: list[Outcome] = []
        self.reasoned = 0
        self.written = 0
        self.next_progress = 0.0
        self.next_flush = 0.0

    def read(self, deltas: Iterator[Delta]) -> None:
        """One stream, to its end or until it is not worth reading on."""
        self.finish, self.why, self.brought = "cut", "", 0
        with closing(deltas):  # type: ignore[type-var]  # what a model streams is a generator
            for delta in deltas:
                self.take(delta)
                if self.watch.why:
                    self.finish = "stopped"
                    return

    def again(self, kept: Kept) -> None:
        """What an earlier process received of this answer is read and landed again, from the state before it."""
        for number, (continues, text, reasoning) in enumerate(kept.parts):
            if number:
                self._cut()
                self._goes_on(continues=continues)
            if self._thinks():
                self.reasoning.append(reasoning)
                self.reasoned += len(reasoning)
            self.brought = len(text)
            self.written += len(text)
            self._read(self.draft.feed(text))
        self.finish, self.why = kept.finish or "cut", "glmcode had ended"

    def cut_at(self, most: int) -> Cut | None:
        """Where the answer goes on in another stream; None where it stands as it is."""
        if self.finish not in RESUMED or self.resumed >= most:
            return None
        before = self.cut.edits if self.cut is not None else 0
        cut = self._cut()
        gained = cut.edits > before or (self.continued and self.brought > 0)
        self.fruitless = 0 if gained else self.fruitless + 1
        if self.watch.why or self.fruitless > FRUITLESS or (self.finish == "length" and not gained):
            return None
        self.ended = self.why or _WORDS.get(self.finish, "the answer was cut")
        self.resumed += 1
        self.joined = self.continued = False
        return cut

    def _cut(self) -> Cut:
        events, cut = self.draft.cut()
        self._read(events)
        self.cut = cut
        return cut

    def _goes_on(self, *, continues: bool) -> None:
        """Another stream follows the cut. Where nothing had been said, the answer begins anew, thoughts and all."""
        if self.cut is not None and not self.cut.partial:
            self.reasoning, self.reasoned = [], 0
        self.draft.go_on(continues=continues)
        self.continued = continues

    def _thinks(self) -> bool:
        """Whether reasoning is part of the answer: what the model thinks of going on is not."""
        return self.cut is None or not self.cut.partial

    def take(self, delta: Delta) -> None:
        if isinstance(delta, Text):
            if not self.joined:
                self._join("", continues=False)
            if self.thought:
                self._think("\n")
            self.brought += len(delta.text)
            self.written += len(delta.text)
            self.watch.text(delta.text)
            self.journal.text(delta.text)
            self._read(self.draft.feed(delta.text))
        elif isinstance(delta, Reasoning):
            self.reasoned += len(delta.text)
            if self._thinks():
                self.reasoning.append(delta.text)
                self.journal.reasoning(delta.text)
            self.watch.reasoning(delta.text)
            self._think(delta.text)
        elif isinstance(delta, Answering):
            if not self.joined:
                self._join(delta.provider, continues=delta.continues)
        elif isinstance(delta, Finish):
            self.finish, self.why = delta.reason, delta.detail
        elif isinstance(delta, Waiting):
            self.emit(RequestWaits(delta.seconds, delta.why))
        elif isinstance(delta, Told):
            self.emit(Note(delta.text, "warning"))
        elif isinstance(delta, Switched):
            self.emit(ProviderSwitched(delta.provider, delta.model, delta.why))
        now = time.monotonic()
        if isinstance(delta, Text | Reasoning) and now >= self.next_progress:
            self.next_progress = now + PROGRESS_EVERY
            self.emit(Progress(self.number, self.reasoned, self.written, len(self.outcomes)))
        if now >= self.next_flush:
            self.next_flush = now + FLUSH_EVERY
            self.journal.flush()

    def _join(self, provider: str, *, continues: bool) -> None:
        """The rest of the answer begins to come."""
        assert self.cut is not None
        self.joined = True
        self.emit(StreamResumed(self.number, self.cut.edits, provider, self.ended))
        self.journal.go_on(continues=continues)
        self._goes_on(continues=continues)

    def _think(self, text: str) -> None:
        """Reasoning is passed on by the line: a screen and a log both want whole ones."""
        self.thought += text
        if "\n" in text:
            lines, _, self.thought = self.thought.rpartition("\n")
            if lines.strip():
                self.emit(Thinking(lines))

    def _read(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Edit | Broken):
                self.journal.flush()  # the journal knows of every edit that the worktree has
                outcome = self.landing.land(event)
                self.outcomes.append(outcome)
                self._write_changes()
                self.emit(EditLanded(self.number, outcome))
                self.watch.landed(content(event), outcome)
            elif isinstance(event, Begun):
                self.watch.begun()
                self.emit(EditBegun(event.path or "", event.form))
            elif isinstance(event, Prose):
                self.watch.prose(len(event.text))
                self.emit(PlanText(event.text))
            else:
                assert isinstance(event, Check)  # the tests run at the plan's end, checkpoints or not

    def _write_changes(self) -> None:
        if changed := self.landing.changed_since_last():
            self.write(changed, self.landing.modes())

    def close(self) -> Answer:
        if self.thought:
            self._think("\n")
        events = self.draft.close(cut=self.finish not in WHOLE)
        self._read(events)
        landed = self.landing.finish("edits")
        self._write_changes()
        for outcome in landed.edits:
            if outcome != self.outcomes[outcome.index]:
                self.emit(EditLanded(self.number, outcome))
        # What broke off can be gone on with by another process.
        if self.finish not in (*RESUMED, "interrupted"):
            self.journal.end(self.finish)
        self.journal.flush()
        return Answer(
            text=self.draft.text,
            reasoning="".join(self.reasoning),
            finish=self.finish,
            outcomes=landed.edits,
            changed=bool(landed.files),
            stopped=self.watch.why,
            failed=self.failed,
        )
