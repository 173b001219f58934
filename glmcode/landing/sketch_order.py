"""The runs of a sketch, told in another order than the file has them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from glmcode.landing.sketch_blocks import bounds
from glmcode.landing.sketch_lines import Line

__all__ = ["in_order"]


def in_order(sketch: Sequence[Line], file: Sequence[Line]) -> list[Line]:
    """The sketch's lines with its runs in the order of the file, where each is shown by lines that the file has once.

    A run is what stands between two markers outside of all that the sketch opens. Putting runs in order moves nothing
    in the file: a marker stands between them.
    """
    runs: list[list[Line]] = []
    for line in sketch:
        if not runs or (line.segment != runs[-1][-1].segment and line.is_outermost):
            runs.append([])
        runs[-1].append(line)
    if len(runs) < 2:
        return list(sketch)
    within = bounds(sketch, file)
    once: dict[bytes, int] = {}
    for j, line in enumerate(file):
        once[line.key] = -1 if line.key in once else j
    times = Counter(line.key for line in sketch if line.sign != b"+")
    spans: list[tuple[int, int]] = []
    groups: list[list[Line]] = []
    past = 0
    for run in runs:
        places = []
        is_sure = False
        for i, line in enumerate(run, past):
            j = within.pinned.get(i, once.get(line.key, -1))
            if j >= 0 and not line.trivial and line.sign != b"+" and times[line.key] == 1 and within.allow(i, j):
                places.append(j)
                is_sure = is_sure or i in within.pinned or line.sign == b"-"
        past += len(run)
        if places != sorted(places):
            return list(sketch)
        if is_sure or len(places) > 1:
            spans.append((places[0], places[-1]))
            groups.append(list(run))
        elif groups:
            groups[-1] += run  # what nothing places stays behind the run that it is told behind
        else:
            return list(sketch)
    order = sorted(range(len(groups)), key=lambda number: spans[number])
    if order == sorted(order) or any(spans[one][1] >= spans[other][0] for one, other in pairwise(order)):
        return list(sketch)
    found: list[Line] = []
    segment = 0
    for number in order:
        before = groups[number][0].segment
        segment += 1
        for line in groups[number]:
            segment += line.segment != before
            before = line.segment
            found.append(replace(line, segment=segment))
    return found
