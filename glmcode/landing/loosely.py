"""A quote that no strict reading finds: the looser ones, and why a change can't follow one of them."""

from collections.abc import Sequence

from glmcode.landing import messages
from glmcode.landing.hints import Hints, choose, enclosing
from glmcode.landing.linediff import changes
from glmcode.landing.merge import Snag, merged
from glmcode.landing.nearest import is_trivial
from glmcode.landing.place import MANY, Fit, Near, Place, Quote, Refusal, Splice, Standing, Verdict
from glmcode.landing.strategies import LOOSE, Strategy, all_but_one, definition, fuzzy, search
from glmcode.landing.strategies.all_but_one import FEWEST
from glmcode.landing.text import BLANKS, Text

__all__ = ["loosely", "standing_loosely", "standing_nearly"]


def loosely(text: Text, path: str, old: Quote, new: Quote, language: str | None, hints: Hints) -> Verdict | None:
    """The verdict of the strictest of the loose strategies that finds the quote; None where none does.

    Before the last of them, which puts up with lines that differ, the replacement is looked for by the others.
    """
    for strategy in LOOSE:
        name, places = strategy.name, strategy.find(text, old, MANY, language)
        if strategy is LOOSE[-1]:
            if old.data == new.data:
                return None  # nothing to carry, and what stands there is not what is quoted
            there = standing_loosely(text, old, new, language)
            if there is not None:
                return _or_elsewhere(text, old, new, there)
            rows = enclosing(text, hints) if not places else None
            if rows is not None:
                name, places = "definition", definition.find(text, old, MANY, rows)
            if not places:
                return standing_nearly(text, old, new)
        if places:
            place = places[0] if len(places) == 1 else choose(text, places, hints)
            if place is None:
                return Refusal("ambiguous", messages.ambiguous(text, old, places, MANY), tuple(places), Near(old, new))
            first, last = _lines(place)
            # Line for line the quote may stand elsewhere too, but for one that the file has changed there.
            sought = len(places) == 1 and name != "definition"
            other = all_but_one.find(text, old, range(first - 1, last)) if sought else None
            if other is not None:
                message = messages.loosely_or(text, (first - 1, last), (other, other + len(old.lines)))
                return Refusal("ambiguous", message, near=Near(old, new))
            made = _stands_apart(text, new, range(first - 1, last)) if sought and strategy is LOOSE[-1] else None
            if made is not None:
                message = messages.standing_or(text, made, (first - 1, last))
                return Refusal("ambiguous", message, near=Near(old, new))
            return _verdict(text, path, place, strategy, name, old, new)
    return None


def standing_nearly(text: Text, old: Quote, new: Quote) -> Standing | None:
    """Whether all that the edit brings stands there as given, in one place, and nothing that it takes away stands anywhere,
    though the file tells some of the context otherwise."""
    ours, theirs = ([line.strip(BLANKS) for line in side.lines] for side in (old, new))
    steps = list(changes(ours, theirs))
    gone = {ours[line] for a, a_end, _, _ in steps for line in range(a, a_end)} - {*theirs, b""}
    gone = {line for line in gone if text.find_all(line, 1)}
    if gone and any(line.strip(BLANKS) in gone for line in text.lines):
        return None
    places = fuzzy.find(text, new, MANY)
    if not places:
        return None
    place = places[0]
    sure = {
        line: span[0]
        for line, span in enumerate(place.spans or ())
        if span is not None and theirs[line] and line not in place.guessed
    }
    if not all(_is_brought(text, theirs, sure, b, b_end) for _, _, b, b_end in steps):
        return None
    brought = {line for _, _, b, b_end in steps for line in range(b, b_end)}
    kept = [line for line in range(len(theirs)) if line not in brought]
    # Elsewhere the rest of it may stand just as well, without what the edit brings.
    pairs = {number: sure[line] for number, line in enumerate(kept) if line in sure}
    if not pairs or fuzzy.has_rival(text, [theirs[line] for line in kept], pairs, margin=2.0):
        return None
    return Standing(LOOSE[-1].name, _lines(place))


def _is_brought(text: Text, theirs: Sequence[bytes], sure: dict[int, int], b: int, b_end: int) -> bool:
    """Whether what one step brings stands there as given, next to what is beside it; where it brings nothing, whether what
    is on both sides stands side by side."""
    lines = [line for line in range(b, b_end) if theirs[line]]
    above = next((line for line in range(b - 1, -1, -1) if theirs[line]), None)
    below = next((line for line in range(b_end, len(theirs)) if theirs[line]), None)
    beside = [line for line in (above, below) if line in sure]
    if any(line not in sure for line in lines) or len(beside) < (1 if lines else 2):
        return False
    rows = sorted(sure[line] for line in (*lines, *beside) if line is not None)
    return not any(text.lines[row].strip(BLANKS) for row in range(rows[0], rows[-1]) if row not in rows)


def _or_elsewhere(text: Text, old: Quote, new: Quote, there: Standing) -> Standing | Refusal:
    """What stands there loosely has not come of a quote that stands elsewhere, but for one line."""
    assert there.lines is not None
    rows = there.lines[0] - 1, there.lines[1]
    other = all_but_one.find(text, old, range(*rows))
    if other is None:
        return there
    message = messages.standing_or(text, rows, (other, other + len(old.lines)))
    return Refusal("ambiguous", message, near=Near(old, new))


def _stands_apart(text: Text, new: Quote, rows: range) -> tuple[int, int] | None:
    """Rows (to not included) outside of those where the replacement stands: a copy of what it became there may be at hand."""
    ends = [(place.row, place.row + len(new.lines)) for place in search(text, new)[1]]
    apart = next((one for one in ends if one[1] <= rows.start or one[0] >= rows.stop), None)
    return apart if apart and sum(1 for line in new.lines if not is_trivial(line)) >= FEWEST else None


def standing_loosely(text: Text, old: Quote, new: Quote, language: str | None) -> Standing | None:
    """Whether the replacement stands there once, blank lines and layout aside, and every line of it.

    That proves nothing where layout is all that changes, nor where a line still stands there that should go.
    """
    gone = {line.strip(BLANKS) for line in old.lines} - {line.strip(BLANKS) for line in new.lines}
    for strategy in LOOSE[:-1]:
        places = strategy.find(text, new, MANY, language)
        if not places:
            continue
        place = places[0]
        spans = place.spans or ()
        complete = all(span is not None or not line.strip() for span, line in zip(spans, new.lines, strict=True))
        if len(places) > 1 or place.guessed or not complete:
            return None
        first, last = _lines(place)
        stands = {line.strip(BLANKS) for line in text.lines[first - 1 : last]}
        if stands & gone - {b""} or strategy.find(Text(old.data), new, 1, language):
            return None
        return Standing(strategy.name, (first, last))
    return None


def _verdict(text: Text, path: str, place: Place, strategy: Strategy, name: str, old: Quote, new: Quote) -> Verdict:
    given = merged(text, place, old, new)
    if isinstance(given, Snag):
        message = messages.snag(text, path, place, old, given.why, given.line)
        rows = tuple(
            (line, span[0])
            for line, span in enumerate(place.spans or ())
            if span is not None and span[1] == span[0] + 1 and line not in place.guessed
        )
        return Refusal("stale" if given.why == "stale" else "no-match", message, near=Near(old, new, rows))
    if text.data[place.start : place.end] == given:
        return Standing(name, _lines(place))
    return Fit((Splice(place.start, place.end, given),), name, strategy.confidence, _lines(place))


def _lines(place: Place) -> tuple[int, int]:
    return place.row + 1, max(span[1] for span in place.spans or () if span is not None)
