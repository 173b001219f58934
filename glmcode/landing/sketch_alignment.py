"""What an alignment of a sketch with a file says."""

from dataclasses import dataclass

__all__ = ["Alignment"]


@dataclass(frozen=True, slots=True)
class Alignment:
    """For each line of the sketch the index of the file's line that it is or replaces; None for a new one.

    `starts` and `ends` bound, for each segment, the file's lines that it gives anew.
    """

    pairs: tuple[int | None, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
