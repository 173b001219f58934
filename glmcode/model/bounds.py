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


@dataclass(slots=True)
class Bounds:
    """Watches one stream. `stall`: seconds of silence after which its answer counts as cut."""

    max_tokens: int
    deadline: float
    stall: float
    _length: int = 0
    _spoken: float = field(default_factory=time.monotonic)

    def passed(self, deltas: Sequence[Delta | Fault]) -> str:
        """Which bound is passed now that these have come, in a few words; "" for none."""
        now = time.monotonic()
        if deltas:
            self._spoken = now
            self._length += sum(len(delta.text) for delta in deltas if isinstance(delta, Text | Reasoning))
            if self._length > self.max_tokens * _LONGEST_TOKEN:
                return "the service sends far more than was asked for"
        elif now - self._spoken > _ALIVE * self.stall:
            return f"nothing but signs of life for {now - self._spoken:.0f} seconds"
        return OUT_OF_TIME if now >= self.deadline else ""

    def cut_by_time(self) -> bool:
        """Whether the deadline has come."""
        return time.monotonic() >= self.deadline
