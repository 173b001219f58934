"""When the rest of a stream is not worth its price: its first edits miss, it says the same over and over, or it has
turned from the plan to prose for good. Pure; the cost is linear in what is watched.

A stop is never wrong by much: what had closed stands, and the model is told why and asked to go on. It is late rather than
early: tables of thousands of rows, hundreds of edits alike and long introductions are plans too.
"""

from dataclasses import dataclass, field
from typing import Final

from glmcode.landing.outcome import Outcome

__all__ = ["NEVER", "Stopping", "Watch"]

_MENDED_LATER: Final = ("ambiguous", "breaks-syntax")
"""Reasons that are no failure yet: equal quotes are shared out among equal places at the plan's end, and what breaks a file
may be mended by an edit that is still to come."""
_SEEN: Final = 8192
"""Lines that are remembered."""
_BLOCK: Final = 4096
"""Characters of a line without end that are looked at together."""
_PERIOD: Final = 1024
"""Characters of the longest thing that such a line may repeat."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """The thresholds. 0 switches a reason off."""

    first_edits: int = 24
    """Edits of an answer by which it is judged."""
    least_edits: int = 8
    """Edits that must have come before it is."""
    rejected_share: float = 0.75
    """Share of them that is rejected from which on the rest is worthless."""
    repeated_lines: int = 2000
    """Lines in a row that only repeat the lines before them."""
    repeated_reasoning: int = 240
    """The same, of reasoning: it has no tables."""
    periods: int = 12
    """Times that the repeated lines must have come at least."""
    period_lines: int = 250
    """The most lines that are repeated together."""
    repeated_characters: int = 120_000
    """Characters of one line that repeat a shorter run of it."""
    repeated_edits: int = 24
    """Edits in a row that were sent before in the same answer and change nothing."""
    prose_after_edits: int = 60_000
    """Characters without any edit after the last one."""
    prose_before_edits: int = 240_000
    """Characters before the first edit: about 60,000 tokens."""


NEVER: Final = Stopping(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
"""Every answer is read to its end."""


@dataclass(slots=True)
class Watch:
    """Watches one answer. `why` says in a few words why it should end; "" as long as it should not."""

    limits: Stopping
    why: str = ""
    _edits: int = 0
    _rejected: int = 0
    _idle: int = 0
    _prose: int = 0
    _sent: set[object] = field(default_factory=set)
    _text: "_Lines" = field(init=False)
    _reasoning: "_Lines" = field(init=False)

    def __post_init__(self) -> None:
        limits = self.limits
        self._text = _Lines(limits.repeated_lines, limits)
        self._reasoning = _Lines(limits.repeated_reasoning, limits)

    def text(self, text: str) -> None:
        if self._text.take(text):
            self._stop("the answer repeats itself")

    def reasoning(self, text: str) -> None:
        if self._reasoning.take(text):
            self._stop("the reasoning repeats itself")

    def begun(self) -> None:
        """An edit has begun."""
        self._prose = 0

    def prose(self, length: int) -> None:
        """A line of prose of so many characters."""
        self._prose += length + 1
        limit = self.limits.prose_after_edits if self._edits else self.limits.prose_before_edits
        if 0 < limit < self._prose:
            where = "after the last edit" if self._edits else "before the first edit"
            self._stop(f"{self._prose:,} characters {where} hold no edit")

    def landed(self, edit: object, outcome: Outcome) -> None:
        """An edit has its outcome; equal `edit`s are the same edit sent twice."""
        self._prose = 0
        self._edits += 1
        limits = self.limits
        rejected = outcome.status == "rejected" and outcome.reason not in _MENDED_LATER
        again = edit in self._sent
        self._sent.add(edit)
        self._idle = self._idle + 1 if again and (rejected or outcome.status == "already") else 0
        if 0 < limits.repeated_edits <= self._idle:
            self._stop(f"{self._idle} edits in a row were sent before")
        if self._edits <= limits.first_edits:
            self._rejected += rejected
            if self._edits >= limits.least_edits > 0 and self._rejected >= limits.rejected_share * self._edits:
                self._stop(f"{self._rejected} of the first {self._edits} edits were rejected")

    def _stop(self, why: str) -> None:
        self.why = self.why or why


class _Lines:
    """Whether text repeats itself: by lines, and within a line that never ends.

    A line is compared with the one a period before; the period is where it, with the line above it, stood last. So each
    line costs the same, however long the period is.
    """

    def __init__(self, limit: int, limits: Stopping) -> None:
        self._limit = limit
        self._limits = limits
        self._open: list[str] = []
        self._length = 0
        self._recent: list[int] = []
        """Hashes of the last lines."""
        self._first = 0
        """The number of the line that `_recent` begins with."""
        self._last: dict[tuple[int, int], int] = {}
        self._above = 0
        self._period = 0
        self._run = 0
        self._piece = ""
        self._cycled = 0

    def take(self, text: str) -> bool:
        """More text: whether it has repeated itself for long enough."""
        if "\n" not in text:
            self._open.append(text)
            self._length += len(text)
            return self._length >= _BLOCK and self._cycles()
        head, *lines, rest = text.split("\n")
        found = self._line("".join([self._piece, *self._open, head]))
        for line in lines:
            found = self._line(line) or found
        self._open, self._length = ([rest], len(rest)) if rest else ([], 0)
        self._piece, self._cycled = "", 0
        return found

    def _line(self, line: str) -> bool:
        said = hash(line)
        number = self._first + len(self._recent)
        if self._period and self._recent[-self._period] == said:
            self._run += 1
        else:
            before = self._last.get((self._above, said))
            period = number - before if before is not None else 0
            self._period = period if 0 < period <= self._limits.period_lines else 0
            self._run = 0
        self._last[self._above, said] = number
        self._above = said
        self._recent.append(said)
        if len(self._recent) > _SEEN:
            self._forget(number + 1)
        return 0 < self._limit <= self._run and self._run >= self._period * self._limits.periods

    def _forget(self, end: int) -> None:
        keep = self._limits.period_lines
        self._recent = self._recent[-keep:] if keep else []
        self._first = end - len(self._recent)
        self._last = {key: number for key, number in self._last.items() if number >= self._first}

    def _cycles(self) -> bool:
        """Whether a line without end repeats a run of its own characters: its last block is looked at as a whole."""
        piece = self._piece + "".join(self._open)
        tail = piece[-_BLOCK:]
        at = tail.rfind(tail[-_PERIOD // 4 :], 0, len(tail) - 1)
        period = len(tail) - _PERIOD // 4 - at if at >= 0 else 0
        cyclic = 0 < period <= _PERIOD and tail[period:] == tail[:-period]
        self._cycled = self._cycled + self._length if cyclic else 0
        self._piece, self._open, self._length = tail, [], 0
        return 0 < self._limits.repeated_characters <= self._cycled
