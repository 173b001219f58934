"""When a request is tried again, when another provider is asked, and when a provider is left in peace for a while."""

from dataclasses import dataclass, field
from typing import Final

__all__ = ["Breaker", "Retry"]

LONGEST_REST: Final = 600.0
"""Seconds that a provider rests at most for failing again and again; what it asks for itself may be longer."""


@dataclass(frozen=True, slots=True)
class Retry:
    """The thresholds. Times are in seconds."""

    tries: int = 3
    """Further tries of a request that a provider could not take, before the next provider is asked."""
    first_wait: float = 1.0
    """Before the first of them; each next one waits twice as long."""
    longest_wait: float = 60.0
    """The most that a provider may ask to wait before another one is asked."""
    waits: tuple[float, ...] = (30.0, 60.0, 90.0, 120.0)
    """Where no provider can: how long until all are asked again, time after time. Overload was seen to last minutes."""
    trips: int = 2
    """Requests in a row that a provider may fail before it rests."""
    rest: float = 60.0
    """How long it rests then; twice as long each time that it fails at once afterwards."""
    stall: float = 120.0
    """Silence on the line after which an answer counts as cut."""
    connect: float = 20.0
    """Until a connection must stand."""
    least_output: int = 32_768
    """Tokens of one answer that a fallback must be able to give: with less, a long plan is paid for again and again."""


@dataclass(slots=True)
class Breaker:
    """Knows of one provider whether it is worth asking. Times are of one monotonic clock, given by the caller."""

    trips: int
    rest: float
    _failed: int = 0
    _rest: float = field(default=0.0)
    _until: float = 0.0
    _asked: float = 0.0

    def resting(self, now: float) -> float:
        """Seconds that it should be left in peace for; 0 where it may be asked."""
        return max(0.0, self._until - now, self._asked - now)

    def asked_to_wait(self, now: float) -> float:
        """The part of that which is its own wish."""
        return max(0.0, self._asked - now)

    @property
    def tried(self) -> bool:
        """It has rested and must prove itself: one try is enough to tell."""
        return self._rest > 0

    def failed(self, now: float, asked: float | None = None) -> None:
        """A request came to nothing. `asked`: seconds that the provider wants to be left in peace for."""
        self._failed += 1
        if self._failed >= self.trips:
            self._rest = min(LONGEST_REST, 2 * self._rest or self.rest)
            self._until = now + self._rest
        if asked is not None:
            self._asked = now + asked

    def answered(self) -> None:
        """A request was answered: all is forgotten."""
        self._failed, self._rest, self._until, self._asked = 0, 0.0, 0.0, 0.0
