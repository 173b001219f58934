"""Where the rest of a cut answer joins what had come, found by content: a model that was asked to go on behind the last
whole edit says that edit again, or its last lines, or a sentence first. Pure.
"""

from typing import Final

from glmcode.plan.edits import Prose
from glmcode.plan.reader import PlanParser

__all__ = ["FENCES", "Seam", "opens_something"]

_PREAMBLE: Final = 12
"""Lines of prose behind which a repetition is still looked for."""
_LONGEST_LINE: Final = 65_536
_SHORTEST_PIECE: Final = 4
"""Characters of a line's end, below which it is not taken for the line."""
_ENOUGH: Final = 13
"""Characters of a beginning that tell it from others: `<edit path="` does not."""
_FEW: Final = 32
"""Places that are still compared where there were far too many."""
FENCES: Final = ("```", "~~~")


class Seam:
    """Takes the text that comes and gives what of it is new.

    Text is held while it may still be a repetition: lines that stand in `closed` up to its end. Whole lines are compared,
    white space at their ends aside; of the first also its end alone. Cost is linear in `closed` and what is held.
    """

    def __init__(self, closed: str, tail: str, *, again: bool = False) -> None:
        """`closed` ends with a line's end. `tail` is what had come behind it and goes: where the new text begins with
        it, the model goes on and repeats nothing. `again`: the plan itself says things twice, so that what looks like a
        repetition is the next edit as far as `tail` doesn't speak against it."""
        self._known = [line.rstrip() for line in closed.split("\n")[:-1]]
        self._where: dict[str, list[int]] = {}
        for number, line in enumerate(self._known):
            self._where.setdefault(line, []).append(number)
        self._tail = tail.rstrip()
        self._again = again
        self._held: list[str] = []
        """The lines so far, with their ends."""
        self._line = ""
        """What has come of the next one."""
        self._from: list[int] | None = None
        """Lines of `closed` that those held may be a repetition from; None before the first of them."""
        self._matched = 0
        self._end = 0
        """Lines held up to the end of the longest repetition."""
        self._work = 8 * len(self._known) + 1000
        self.open = bool(self._known)
        self.known = False
        """Where the text joins is sure: nothing behind it is a repetition."""

    def take(self, text: str) -> str:
        """More of the text → what is new of all that is held; "" while that is not known."""
        if not self.open:
            return text
        *lines, self._line = (self._line + text).split("\n")
        for number, line in enumerate(lines, 1):
            self._held.append(line + "\n")
            if not self._may_repeat(line.rstrip()):
                self._line = "\n".join([*lines[number:], self._line])
                return self.rest()
        return self.rest() if len(self._line) > _LONGEST_LINE else ""

    def rest(self) -> str:
        """The text has ended, or is known: what is new of all that is held."""
        self.open = False
        held = "".join([*self._held, self._line])
        as_begun = held.startswith(self._tail)
        # What the cut stream began is evidence, once more of it has come than a tag's first letters.
        self.known = self._again or self._end > 0 or (as_begun and len(self._tail) >= _ENOUGH)
        if self._end and not (self._again and as_begun):
            return "".join([*self._held[self._end :], self._line])
        return held

    def _may_repeat(self, line: str) -> bool:
        """Whether what is held with this line may be a repetition, or become one."""
        if self._from is None:
            if not line:
                return len(self._held) <= _PREAMBLE
            self._from = list(self._where.get(line, ())) or self._ends_with(line)
            if not self._from:
                self._from = None
                return len(self._held) <= _PREAMBLE and not opens_something(line)
        else:
            self._work -= len(self._from)
            if self._work < 0:
                self._from = [self._from[0], *self._from[1:][-_FEW:]]
            self._from = [
                start
                for start in self._from
                if start + self._matched < len(self._known) and self._known[start + self._matched] == line
            ]
        self._matched += 1
        at_end = any(start + self._matched == len(self._known) for start in self._from)
        # A lone fence says nothing: one closes, another opens.
        if at_end and not (self._matched == 1 and line.startswith(FENCES)):
            self._end = len(self._held)
        return any(start + self._matched < len(self._known) for start in self._from)

    def _ends_with(self, line: str) -> list[int]:
        if len(line) < _SHORTEST_PIECE or opens_something(line):
            return []
        return [number for number, known in enumerate(self._known) if known.endswith(line)]


def opens_something(line: str) -> bool:
    """Whether the line may belong to an edit, rather than to the prose around edits."""
    events = PlanParser().feed(line + "\n")
    return line.startswith("@@") or not events or not all(isinstance(event, Prose) for event in events)
