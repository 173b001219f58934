"""What an alignment of a sketch with a file says."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Alignment", "Carried"]


@dataclass(frozen=True, slots=True)
class Carried:
    """The file's lines start..past that move with the block that the marker for them is in: what they begin with, and
    what they are to begin with."""

    start: int
    past: int
    taken: bytes
    given: bytes


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
    carried: Mapping[int, Carried | None] = field(default_factory=dict)
    """The segments below which a marker stands for lines that move; None where nothing shows which lines."""
    indents: Mapping[int, bytes] = field(default_factory=dict)
    """The indentation of lines of the sketch that what is above a marker tells."""
