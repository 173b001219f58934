"""A sketch laid on a file: what the judgement looks at, and what is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from glmcode.landing import messages
from glmcode.landing.sketch_alignment import Alignment
from glmcode.landing.sketch_blocks import Block, Bounds, closed_by, closed_name
from glmcode.landing.sketch_lines import Line
from glmcode.landing.text import Text
from glmcode.syntax import Definition

__all__ = ["Reading", "Segment"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of lines of the sketch between two markers, and the file's lines start..end that it gives anew."""

    lines: range
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A sketch, a file, and which line of the one is which of the other."""

    text: Text
    sketch: Sequence[Line]
    file: Sequence[Line]
    alignment: Alignment
    bounds: Bounds
    blocks: Sequence[Block]
    """The sketch's definitions."""
    file_blocks: Mapping[int, Block]
    """The file's, by their first line, as they are read from indentation and brackets."""
    definitions: Sequence[Definition]
    """The file's, where its language has a grammar."""
    begins_marked: bool
    """A marker stands before the sketch's first line."""
    ends_marked: bool
    is_implied: bool
    """Markers are implied there: it is given as a sketch."""

    def segments(self) -> Iterator[Segment]:
        """The segments in order."""
        at = 0
        for start, end in zip(self.alignment.starts, self.alignment.ends, strict=True):
            past = at
            while past < len(self.sketch) and self.sketch[past].segment == self.sketch[at].segment:
                past += 1
            yield Segment(range(at, past), start, end)
            at = past

    def hidden(self, row: int) -> tuple[int, int]:
        """The rows first..past of the file that the markers around a row of the sketch stand for, where its line is left out."""
        first, past = 0, len(self.text.lines)
        for segment in self.segments():
            if self.sketch[segment.lines[0]].row > row:
                return first, self.file[segment.start].row if segment.start < len(self.file) else past
            first = self.file[segment.end - 1].row + 1 if segment.end else 0
        return first, past

    def is_same(self, i: int) -> bool:
        """Whether line i of the sketch stands in the file as it is, spacing aside."""
        j = self.alignment.pairs[i]
        return j is not None and self.file[j].key == self.sketch[i].key

    def closes_the_same(self, i: int) -> bool:
        """Whether line i of the sketch closes what the file's line that it replaces closes, however it reads."""
        j, opener = self.alignment.pairs[i], closed_by(self.sketch).get(i)
        return j is not None and opener is not None and closed_name(self.sketch[opener]) == self.file[j].closes

    def is_in_new_block(self, i: int, segment: range) -> bool:
        """Whether the line is in something that the sketch brings anew: a definition, a block, a call of several lines."""
        if self.bounds.is_new(i):
            return True
        depth = self.sketch[i].depth
        for at in range(i - 1, segment.start - 1, -1):
            line = self.sketch[at]
            if line.depth < depth and not line.is_comment:
                return self.alignment.pairs[at] is None
        return False

    def is_in_whole_definition(self, i: int) -> bool:
        """Whether the line is in a definition of the file that the sketch gives from its first line to its last."""
        number = self.bounds.of_ours[i]
        return number is not None and self.bounds.whole.get(number, False)

    def quoted(self, numbers: Sequence[int]) -> str:
        """Lines of the sketch, for a message."""
        rows = [f"  | {messages.shown(self.sketch[i].data)}" for i in list(numbers)[:4]]
        return "\n".join(rows) + ("\n  | …" if len(numbers) > 4 else "")
