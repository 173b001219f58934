"""What an alignment of a sketch with a file says."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Alignment"]


@dataclass(frozen=True, slots=True)
class Alignment:
    """For each line of the sketch the index of the file's line that it is or replaces; None for a new one.

    `starts` and `ends` bound, for each segment, the file's lines that it gives anew.
    """

    pairs: tuple[int | None, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    homes: Mapping[int, int] = field(default_factory=dict)
    """The segments that go where what is above or around them tells, each with the blank lines between what stands there; -1 for as
    many as the sketch has."""
