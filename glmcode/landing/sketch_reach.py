"""Whether new lines of a sketch would be reached where it shows them."""

import re

from glmcode.landing import messages
from glmcode.landing.place import Refusal
from glmcode.landing.sketch_blocks import is_head
from glmcode.landing.sketch_lines import is_label, shuts
from glmcode.landing.sketch_reading import Reading, Segment

__all__ = ["LEAVES", "unreached"]

LEAVES = re.compile(rb"(?:return|raise|throw|break|continue)\b")
"""How a line begins behind which nothing of its block is reached."""
_MAY_LEAVE = re.compile(rb" (?:if|unless) (?!.* else )")


def unreached(reading: Reading, segment: Segment) -> Refusal | None:
    """New lines behind a marker that stands for lines of which the last leaves: nothing would reach them."""
    sketch, file, lines = reading.sketch, reading.file, segment.lines
    held = next((i for i in lines if reading.alignment.pairs[i] is not None), None)
    first = next((i for i in lines if not sketch[i].is_comment), lines.start)
    if held is None or first >= held or not segment.start or sketch[first].sign:
        return None
    line, above = sketch[first], file[segment.start - 1]
    deeper = sketch[held].depth - file[reading.alignment.pairs[held] or 0].depth
    if line.depth != above.depth + deeper or not LEAVES.match(above.key) or _MAY_LEAVE.search(above.key):
        return None
    if line.title is not None or is_label(line.key) or is_head(line) or shuts(line):
        return None
    return Refusal(
        "ambiguous",
        f"Nothing would reach these lines of the sketch below line {above.row + 1}, which its marker stands for:\n{reading.quoted(range(first, held))}\n"
        f"  line {above.row + 1}: {messages.shown(above.key)}\nRepeat the line of the file above them, or send SEARCH/REPLACE that takes this line away.",
    )
