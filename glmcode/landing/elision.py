"""Quotes with lines left out on purpose: `...` alone on a line, or a comment that says so, in both halves."""

from collections.abc import Sequence

from glmcode.landing.place import Place, Quote
from glmcode.landing.text import BLANKS, Text
from glmcode.plan.sketch import elides
from glmcode.syntax import Definition, parse

__all__ = ["only_chain", "parts", "within_definitions"]

MOST_PLACES = 64
"""Places of one part that are held against the definitions."""
DOTS = (b"...", "…".encode())


def parts(text: Text, quote: Quote) -> list[Quote]:
    """The runs of lines between those that stand for others: one more than there are of these. A line of the file itself
    stands for nothing else."""
    runs: list[list[bytes]] = [[]]
    for line in quote.lines:
        bare = line.strip()
        said = bare in DOTS or elides(line.decode("utf-8", "surrogateescape"))
        if said and not _stands(text, bare):
            runs.append([])
        else:
            runs[-1].append(line + b"\n")
    return [Quote(b"".join(run)) for run in runs]


def _stands(text: Text, bare: bytes) -> bool:
    return bare in text.data and any(line.strip(BLANKS) == bare for line in text.lines)


def only_chain(found: Sequence[Sequence[Place]]) -> list[Place] | None:
    """One place of each part, in order and apart; None where there is more than one such choice, empty where none."""
    first: list[Place] = []
    reach = 0
    for places in found:
        place = next((place for place in places if place.start >= reach), None)
        if place is None:
            return []
        first.append(place)
        reach = place.end
    last: list[Place] = []
    limit: int | None = None
    for places in reversed(found):
        place = next((place for place in reversed(places) if limit is None or place.end <= limit), None)
        if place is None:
            return []
        last.append(place)
        limit = place.start
    # The earliest and the latest choice are the same one exactly where there is no other.
    return first if first == last[::-1] else None


def within_definitions(text: Text, found: Sequence[Sequence[Place]], language: str | None) -> Sequence[Sequence[Place]]:
    """The places of each part but those that can't be meant: within a definition whose beginning no part shows, and which no
    place of the part before is in. Who elides the rest of a function doesn't mean a line of the next."""
    if language is None or max(map(len, found)) > MOST_PLACES:
        return found
    definitions = parse(text.code, language).definitions
    left: list[Sequence[Place]] = [found[0]]
    for places in found[1:]:
        behind = [place for place in places if any(upper.end <= place.start for upper in left[-1])]
        left.append([one for one in behind if _may_be_meant(definitions, left[-1], one)] if behind else places)
    return left


def _may_be_meant(definitions: Sequence[Definition], uppers: Sequence[Place], place: Place) -> bool:
    around = [one for one in definitions if one.keyword < place.start < one.end]
    return any(upper.end <= place.start and all(one.start < upper.end for one in around) for upper in uppers)
