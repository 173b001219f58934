"""What matching works with: the quote, the places where it may stand, and the verdict on one edit."""

from dataclasses import dataclass

from glmcode.landing.outcome import Reason
from glmcode.landing.text import Splice, split_lines

__all__ = ["MANY", "Fit", "Near", "Place", "Quote", "Refusal", "Shift", "Splice", "Standing", "Verdict"]

MANY = 256
"""Places of one quote that are looked at; past that it stands everywhere, which is all that one needs to know."""


class Quote:
    """A run of whole lines out of a plan, as bytes; split into lines when a strategy asks. Never changes."""

    __slots__ = ("_lines", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._lines: list[bytes] | None = None

    @property
    def lines(self) -> list[bytes]:
        if self._lines is None:
            self._lines = split_lines(self.data)
        return self._lines

    @property
    def ended(self) -> bool:
        """False where the plan says that its last line has no line end."""
        return not self.data or self.data.endswith(b"\n")

    @property
    def is_blank(self) -> bool:
        return not self.data.strip()


@dataclass(frozen=True, slots=True)
class Shift:
    """How the quote's indentation becomes the file's: `taken` gives way to `given`. In what follows, `unit` blanks become a
    tab, or, below 0, a tab becomes `-unit` blanks."""

    taken: bytes = b""
    given: bytes = b""
    unit: int = 0
    tabs: int = 0
    """Where all quoted lines stand at one depth, how many tabs that is on the side of the tabs: the unit is then an
    assumption, that quote and file stand equally deep, or 0 where the quote has no depth to tell it by. 0 where it is told."""

    def __call__(self, line: bytes) -> bytes | None:
        """The line as the file would indent it; None for a line that is indented less than the shift takes away."""
        bare = line.lstrip(b" \t")
        if not bare.strip():
            return bare if self.taken or self.given or self.unit else line
        if not line.startswith(self.taken):
            return None
        rest = line[len(self.taken) :]
        if not self.unit:
            return self.given + rest
        indent = rest[: len(rest) - len(bare)]
        if self.unit < 0:
            return self.given + indent.replace(b"\t", b" " * -self.unit) + bare
        return self.given + b"\t" * (len(indent) // self.unit) + b" " * (len(indent) % self.unit) + bare


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quote stands: bytes start..end of the file, whole lines from `row` (from 0)."""

    start: int
    end: int
    row: int
    literal: bool = False
    """The bytes there are the quote's own, but for the end of the file's last line."""
    shift: Shift | None = None
    spans: tuple[tuple[int, int] | None, ...] | None = None
    """For a quote told loosely: the file's rows (from, to; to not included) of each of its lines, rising; lines that the
    file breaks differently share theirs; None for a line that has no counterpart. None where line n is row + n."""
    guessed: frozenset[int] = frozenset()
    """Lines of the quote whose counterpart is only where they would stand: context may, a change may not rest on them."""
    fuzzy: bool = False
    """Lines of either side may lack a counterpart: a change must be held in place by a line next to it."""


@dataclass(frozen=True, slots=True)
class Fit:
    """The edit lands: its splices in the file's order, none overlapping."""

    splices: tuple[Splice, ...]
    strategy: str | None
    """None for a change of a whole file, whose place nobody sought."""
    confidence: float
    lines: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The file already says what the edit would make it say."""

    strategy: str | None
    lines: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Near:
    """What a block to send instead of a refused one is made of."""

    old: Quote
    new: Quote
    rows: tuple[tuple[int, int], ...] = ()
    """Lines of `old` and the rows of the file where they stand, spacing aside; rising."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The edit does not land. `places` are the several places of an ambiguous quote."""

    reason: Reason
    message: str
    places: tuple[Place, ...] = ()
    near: Near | None = None


Verdict = Fit | Standing | Refusal
