"""New definitions between two markers, of which only one place leaves something for each marker to stand for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from glmcode.landing.sketch_alignment import Alignment
from glmcode.landing.sketch_blocks import Block, is_head
from glmcode.landing.sketch_lines import Line

__all__ = ["between_two"]


def between_two(
    sketch: Sequence[Line],
    file: Sequence[Line],
    alignment: Alignment,
    ours: Mapping[int, Block],
    theirs: Mapping[int, Block],
) -> Alignment:
    """The alignment with each run of new definitions that no line holds between the two of the file that the markers
    around it hide, where they hide those and nothing else: each marker stands for one.

    `ours`, `theirs`: the definitions of sketch and file by their first line.
    """
    runs = _runs(sketch)
    starts, ends = list(alignment.starts), list(alignment.ends)
    homes = dict(alignment.homes)
    for number in range(1, len(runs) - 1):
        above, run, below = runs[number - 1 : number + 2]
        if (
            number in homes
            or any(alignment.pairs[i] is not None for i in run)
            or _begun(sketch, run.start, run.stop, ours) is None
        ):
            continue
        if any(all(alignment.pairs[i] is None for i in beside) for beside in (above, below)):
            continue
        begun = _begun(file, ends[number - 1], starts[number + 1], theirs)
        if begun is None or len(begun) != 2 or any(file[at].titles != sketch[run.start].titles for at in begun):
            continue
        starts[number] = ends[number] = begun[1]
        homes[number] = -1
    return replace(alignment, starts=tuple(starts), ends=tuple(ends), homes=homes)


def _runs(sketch: Sequence[Line]) -> list[range]:
    edges = [i for i, line in enumerate(sketch) if i == 0 or sketch[i - 1].segment != line.segment]
    return [range(first, past) for first, past in zip(edges, [*edges[1:], len(sketch)], strict=True)]


def _begun(lines: Sequence[Line], first: int, past: int, blocks: Mapping[int, Block]) -> list[int] | None:
    """Where the definitions begin that are all of lines first..past, each with what stands directly above it; None where
    there is something else."""
    found: list[int] = []
    at = first
    while at < past:
        found.append(at)
        while at < past and is_head(lines[at]):
            at += 1
        block = blocks.get(at)
        if block is None or lines[at].title is None:
            return None
        at = block.past
    return found if at == past else None
