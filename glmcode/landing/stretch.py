"""Any stretch of text becomes other text: what an old and a new string say that need not be whole lines."""

from collections.abc import Sequence

from glmcode.landing import messages
from glmcode.landing.hints import Hints, choose
from glmcode.landing.place import MANY, Fit, Near, Place, Quote, Refusal, Splice, Standing, Verdict
from glmcode.landing.text import Text

__all__ = ["stretch"]

SHORTEST = 32
"""Bytes of a stretch that is found within a longer word by more than chance, as one of several lines is."""


def stretch(text: Text, old: bytes, new: bytes, every: bool, hints: Hints) -> Verdict | None:
    """The verdict on a stretch, found by its bytes or with the file's line ends; None where it stands nowhere."""
    data = text.data
    if b"\n" in old and b"\r" in data and old not in data:
        old = old.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n" if text.separator == b"\n" else b"\r")
    places = _places(text, old, every)
    if not places:
        return None
    if not every:
        whole = places if _is_telling(old) else [place for place in places if not _cuts_a_word(data, place)]
        if not whole:
            return Refusal("no-match", messages.within_words(text, places))
        place = whole[0] if len(whole) == 1 else choose(text, whole, hints)
        if place is None:
            if old == new:
                return Standing("exact", None)
            message = messages.ambiguous(text, Quote(old), whole, MANY)
            return Refusal("ambiguous", message, tuple(whole), _near(text, whole, new))
        places = [place]
    past = places[-1].row + 1 + old[:-1].count(text.separator)
    if old.endswith(text.separator) and new and not new.endswith((b"\n", b"\r")):
        past = min(past + 1, len(text.lines))  # the blank line behind lends its end
    lines = (places[0].row + 1, past)
    if old == new:
        return Standing("exact", lines)
    if _joins_lines(text, places, old, new):
        return Refusal("ambiguous", messages.joined_lines(text, places[0].row))
    return Fit(tuple(Splice(place.start, place.end, _ended(text, place, new)) for place in places), "exact", 1.0, lines)


def _places(text: Text, old: bytes, every: bool) -> list[Place]:
    """Where the stretch stands. Overlapping places are two readings; where every one is to change, the first reading counts."""
    places: list[Place] = []
    row = counted = 0
    at = text.data.find(old)
    while at >= 0 and (every or len(places) < MANY):
        row += text.data.count(text.separator, counted, at)
        counted = at
        places.append(Place(at, at + len(old), row, literal=True))
        at = text.data.find(old, at + (len(old) if every else 1))
    return places


def _ended(text: Text, place: Place, new: bytes) -> bytes:
    if b"\n" not in new or b"\r" not in text.data:
        return new
    return new.replace(b"\r\n", b"\n").replace(b"\n", text.end_near(place.row))


def _is_telling(old: bytes) -> bool:
    return len(old) >= SHORTEST or b"\n" in old or b"\r" in old


def _cuts_a_word(data: bytes, place: Place) -> bool:
    """Whether the stretch begins or ends within a word or a number: `port = 80` stands in `port = 8080` by chance."""
    return any(_is_word(data, at - 1) and _is_word(data, at) for at in (place.start, place.end))


def _is_word(data: bytes, at: int) -> bool:
    return 0 <= at < len(data) and (data[at : at + 1].isalnum() or data[at] == 95)


def _joins_lines(text: Text, places: Sequence[Place], old: bytes, new: bytes) -> bool:
    """Whether the line end that only the old string has would leave two lines on one."""
    end = text.separator
    if not old.endswith(end) or new.endswith((b"\n", b"\r")) or not new:
        return False
    behind = (text.data[place.end : place.end + 2] for place in places)
    return any((two.lstrip(b"\r") if end == b"\n" else two)[:1] not in (b"", end) for two in behind)


def _near(text: Text, places: Sequence[Place], new: bytes) -> Near | None:
    """The lines around the stretch before and after, where they are the same at each of the places."""
    found = set()
    for place in places[: messages.MOST_PLACES]:
        first, end = text.start(place.row), text.start(text.row(place.end - 1) + 1)
        head, tail = text.data[first : place.start], text.data[place.end : end]
        found.add((_plain(text.data[first:end]), _plain(head + new + tail)))
    if len(found) > 1:
        return None
    before, after = found.pop()
    return Near(Quote(before), Quote(after))


def _plain(lines: bytes) -> bytes:
    lines = lines.replace(b"\r\n", b"\n")
    return lines if lines.endswith(b"\n") else lines + b"\n"
