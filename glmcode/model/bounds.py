"""What a stream may be at most: its length, its time, and how long a line may be kept open without a word."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from glmcode.model.stream import Delta, Fault, Reasoning, Text

__all__ = ["OUT_OF_TIME", "Bounds"]

OUT_OF_TIME: Final = "its time is over"
"""Why an answer is cut whose deadline has come."""

_LONGEST_TOKEN: Final = 256
"""Characters. A stream that gives more than this for every token asked for is no answer."""
_ALIVE: Final = 5
"""Times the silence that cuts an answer, for which a line may be kept open without a word: services send comments and empty
events while they queue a request, and some never stop."""
_SLOWEST: Final = 0.1
"""Characters a second. A line that gives less for as long as that is cut: a plan would take months over it."""


@dataclass(slots=True)
class Bounds:
    """Watches one stream. `stall`: seconds of silence after which its answer counts as cut."""

    max_tokens: int
    deadline: float
    stall: float
    _length: int = 0
    _called: int = 0
    _spoken: float = field(default_factory=time.monotonic)
    _looked: float = field(default_factory=time.monotonic)
    """When the pace was looked at last, and what had come by then."""
    _came: int = 0

    def passed(self, deltas: Sequence[Delta | Fault], called: int = 0) -> str:
        """Which bound is passed now that these have come, in a few words; "" for none. `called`: characters of tool calls
        so far, which come as text at the end only."""
        now = time.monotonic()
        if deltas or called > self._called:
            self._spoken = now
            self._length += sum(len(delta.text) for delta in deltas if isinstance(delta, Text | Reasoning))
            self._length += called - self._called
            self._called = called
            if self._length > self.max_tokens * _LONGEST_TOKEN:
                return "the service sends far more than was asked for"
        elif now - self._spoken > _ALIVE * self.stall:
            return f"nothing but signs of life for {now - self._spoken:.0f} seconds"
        if now >= self.deadline:
            return OUT_OF_TIME
        return self._dripping(now) if now - self._looked > _ALIVE * self.stall else ""

    def _dripping(self, now: float) -> str:
        came, seconds = self._length - self._came, now - self._looked
        self._came, self._looked = self._length, now
        return f"only {came} characters in {seconds:.0f} seconds" if came < _SLOWEST * seconds else ""

    def cut_by_time(self) -> bool:
        """Whether the deadline has come."""
        return time.monotonic() >= self.deadline
