"""Quoted text becomes other text: the quote is found, exactly one place is chosen, and the change is carried there."""

from collections.abc import Sequence
from dataclasses import replace

from glmcode.landing import messages
from glmcode.landing.carry import carry
from glmcode.landing.coding import UnprovenEncodingError, encode_like
from glmcode.landing.elided import drops_what_it_elides, may_elide
from glmcode.landing.elision import only_chain, parts, within_definitions
from glmcode.landing.hints import Hints, astray, choose
from glmcode.landing.linediff import changes
from glmcode.landing.nearest import is_trivial
from glmcode.landing.place import MANY, Fit, Near, Place, Quote, Refusal, Splice, Standing, Verdict
from glmcode.landing.strategies import LADDER, Strategy, all_but_one, search
from glmcode.landing.strategies.unwrapped import unbackslashed, unwrapped
from glmcode.landing.stretch import stretch
from glmcode.landing.text import Text
from glmcode.plan.edits import Substitute
from glmcode.syntax import language_of

__all__ = ["substitute"]

MOST_EQUAL = 8
"""Places whose results are compared."""
SUBSTANCE = 10
"""Letters and digits that a replacement without context must hold for its presence to prove anything."""


def substitute(text: Text, change: Substitute, path: str, hints: Hints, earlier: Text | None = None) -> Verdict:
    """The verdict on one quote and replacement in a file that exists. `earlier` is what the plan found there, where edits
    above this one have changed that."""
    question = drops_what_it_elides(change, path)
    if question is not None:
        return question
    verdict = _found(text, change, path, hints, earlier)
    if isinstance(verdict, Fit) and change.headers and change.line_hint is None and hints.start is None:
        row = astray(text, hints.headers[-1], verdict.splices[0])
        if row is not None:
            return Refusal("no-match", messages.outside_of_header(text, path, row, verdict.lines))
    return verdict


def _found(text: Text, change: Substitute, path: str, hints: Hints, earlier: Text | None) -> Verdict:
    try:
        old_bytes, new_bytes = encode_like(text, change.old, change.new)
    except UnprovenEncodingError as error:
        return Refusal("binary", f"{path}: {error}. Quote a line that holds such a character, or leave it out.")
    if not old_bytes:
        return _from_nothing(text, path, new_bytes)
    if not change.whole_lines:
        verdict = stretch(text, old_bytes, new_bytes, change.every, hints)
        if verdict is not None:
            return verdict
        # Not one such stretch: read as the whole lines that it most likely is, where both halves can be.
        if old_bytes.endswith(b"\n") != new_bytes.endswith(b"\n") and new_bytes:
            return _refused(text, path, Quote(_ended(old_bytes)), Quote(_ended(new_bytes)), earlier)
        old_bytes, new_bytes = _ended(old_bytes), _ended(new_bytes) if not old_bytes.endswith(b"\n") else new_bytes
    old, new = Quote(old_bytes), Quote(new_bytes)
    strategy, places = search(text, old)
    if change.bare is not None and (strategy is None or strategy is LADDER[-1]) and not text.is_binary:
        halves = [Quote(half) for half in encode_like(text, *change.bare)]
        by, found = search(text, halves[0])
        if by is not None and by is not LADDER[-1]:
            # A diff's context without the blanks in front: as it is, it stands there.
            (old, new), strategy, places = halves, by, found
    if not places or strategy is None:
        if change.every:
            return _standing(text, old, new, earlier) or _refused(text, path, old, new, earlier)
        return (
            _elided(text, path, old, new, earlier)
            or _unwrapped(text, old, new, hints, earlier)
            or _standing(text, old, new, earlier)
            or _loosely(text, path, old, new, hints, earlier)
            or _refused(text, path, old, new, earlier)
        )
    if change.every:
        return _everywhere(text, places, strategy, old, new)
    place = places[0] if len(places) == 1 else choose(text, places, hints)
    if place is None:
        if old.data == new.data:
            return Standing(strategy.name, None)
        return _wherever(text, places, strategy, old, new) or Refusal(
            "ambiguous", messages.ambiguous(text, old, places, MANY), tuple(places), Near(old, new)
        )
    return _carried(text, [place], strategy, [old], [new])


def _wherever(text: Text, places: Sequence[Place], strategy: Strategy, old: Quote, new: Quote) -> Verdict | None:
    """The verdict where the change makes the same file at each of the places: one of two equal lines side by side goes."""
    first, end = places[0].start, max(place.end for place in places)
    if len(places) > MOST_EQUAL or end - first > MOST_EQUAL * (len(old.data) + len(new.data)):
        return None
    verdicts = [_carried(text, [place], strategy, [old], [new]) for place in places]
    results = set()
    for verdict in verdicts:
        if not isinstance(verdict, Fit):
            return None
        splice = verdict.splices[0]
        results.add(text.data[first : splice.start] + splice.new + text.data[splice.end : end])
    return verdicts[0] if len(results) == 1 else None


def _unwrapped(text: Text, old: Quote, new: Quote, hints: Hints, earlier: Text | None) -> Verdict | None:
    """The verdict on the quote without line numbers or escapes, where the file holds it so."""
    if text.is_binary:
        return None
    readings = [(*reading, *search(text, reading[1])) for reading in unwrapped(old, new)]
    # One that stands there as it is goes before one that is indented otherwise.
    readings.sort(key=lambda reading: reading[4] is None or reading[4].name == "indentation")
    for name, plain, given, row, strategy, found in readings:
        if strategy is None:
            there = _standing(text, plain, given, earlier)
            if there is not None:
                return there
            continue
        # One number alone may be the line's own: it must be that of the place.
        places = [place for place in found if row is None or len(plain.lines) > 1 or place.row == row]
        if not places:
            continue
        hinted = hints if row is None else replace(hints, row=row)
        place = places[0] if len(places) == 1 else choose(text, places, hinted)
        if place is None:
            return Refusal(
                "ambiguous", messages.ambiguous(text, plain, places, MANY), tuple(places), Near(plain, given)
            )
        verdict = _carried(text, [place], strategy, [plain], [given], name)
        return replace(verdict, confidence=verdict.confidence * 0.98) if isinstance(verdict, Fit) else verdict
    return None


def _loosely(text: Text, path: str, old: Quote, new: Quote, hints: Hints, earlier: Text | None) -> Verdict | None:
    if text.is_binary or old.is_blank:
        return None
    from glmcode.landing.loosely import loosely

    verdict = loosely(text, path, old, new, language_of(path), hints)
    return None if isinstance(verdict, Standing) and not _proves(text, old, new, earlier) else verdict


def _carried(
    text: Text,
    places: Sequence[Place],
    strategy: Strategy,
    olds: Sequence[Quote],
    news: Sequence[Quote],
    name: str = "",
) -> Verdict:
    splices = []
    for place, old, new in zip(places, olds, news, strict=True):
        given = carry(text, place, old, new)
        if given is None:
            return Refusal("no-match", messages.too_far_left(text, place, len(old.lines)))
        splices.append(Splice(place.start, place.end, given))
    lines = (places[0].row + 1, places[-1].row + len(olds[-1].lines))
    if all(text.slice(splice.start, splice.end) == splice.new for splice in splices):
        return Standing(name or strategy.name, lines)
    return Fit(tuple(splices), name or strategy.name, strategy.confidence, lines)


def _everywhere(text: Text, places: Sequence[Place], strategy: Strategy, old: Quote, new: Quote) -> Verdict:
    if len(places) >= MANY:
        places = strategy.find(text, old, len(text.data) + 1, None)
    apart: list[Place] = []
    for place in places:
        if not apart or place.start >= apart[-1].end:
            apart.append(place)
    return _carried(text, apart, strategy, [old] * len(apart), [new] * len(apart))


def _from_nothing(text: Text, path: str, new: bytes) -> Verdict:
    if text.data == new:
        return Standing("exact", None)
    if not text.data:
        return Fit((Splice(0, 0, new),), "exact", 1.0, (1, 0))
    return Refusal(
        "exists",
        f"{path} exists and is not empty, so an empty SEARCH fits nowhere in it. Quote the lines next to which the new ones "
        f'go, or use <edit path="{path}" at="bottom">.',
    )


def _elided(text: Text, path: str, old: Quote, new: Quote, earlier: Text | None) -> Verdict | None:
    """A line `...` in both halves stands for lines that stay: the parts in order, and as a whole one place."""
    if text.is_binary or not may_elide(old.data):
        return None
    olds, news = parts(text, old), parts(text, new)
    if len(olds) < 2:
        return None
    if len(olds) != len(news):
        unlike = Refusal("no-match", messages.elided_unlike(len(olds) - 1, len(news) - 1))
        return _standing(text, old, new, earlier) or unlike
    pairs = [(a, b) for a, b in zip(olds, news, strict=True) if a.data or b.data]
    if not pairs or any(a.is_blank for a, _ in pairs):
        return None
    for strategy in LADDER:
        found = [strategy.find(text, a, MANY, None) for a, _ in pairs]
        if not all(found):
            continue
        left = within_definitions(text, found, language_of(path))
        if not all(left):
            row = next(places[0].row for places, kept in zip(found, left, strict=True) if not kept)
            return Refusal("no-match", messages.elided_too_far(text, row))
        chain = only_chain(left)
        if chain is None:
            part, places = max(zip(pairs, left, strict=True), key=lambda one: len(one[1]))
            return Refusal("ambiguous", messages.ambiguous(text, part[0], places, MANY), ())
        if not chain:
            continue
        verdict = _carried(text, chain, strategy, [a for a, _ in pairs], [b for _, b in pairs], "elision")
        if isinstance(verdict, Fit):
            return Fit(verdict.splices, "elision", strategy.confidence * 0.98, verdict.lines)
        return verdict
    return None


def _standing(text: Text, old: Quote, new: Quote, earlier: Text | None) -> Verdict | None:
    """The quote stands nowhere: does the replacement stand there, once, in a way that proves that the edit was made?"""
    strategy, places = (None, []) if new.is_blank else search(text, new)
    if strategy is None or len(places) != 1 or not _proves(text, old, new, earlier):
        return None
    first, end = places[0].row, places[0].row + len(new.lines)
    other = None if text.is_binary else all_but_one.find(text, old, range(first, end))
    if other is not None:
        return Refusal("ambiguous", messages.standing_or(text, (first, end), (other, other + len(old.lines))))
    return Standing(strategy.name, (first + 1, end))


def _proves(text: Text, old: Quote, new: Quote, earlier: Text | None) -> bool:
    """Whether finding `new` can only mean that `old` has become it already.

    What another edit of the plan has put there proves nothing of a quote that never stood.
    """
    if earlier is not None and not search(earlier, old)[1] and not search(earlier, new)[1]:
        return False
    steps = list(changes(old.lines, new.lines))
    if not steps:
        return True
    added = [line for _, _, b, b_end in steps for line in new.lines[b:b_end] if not is_trivial(line)]
    kept = len([line for line in new.lines if not is_trivial(line)]) - len(added)
    undone = [step for step in steps if _stands_undone(old, new, step)]
    if undone and (not added or _stand_still(text, old, new, undone)):
        return False
    if added:
        return kept > 0 or sum(map(_substance, added)) >= SUBSTANCE
    # Something only went: its neighbours on both sides, standing side by side, are the proof.
    first, last = steps[0][2], steps[-1][3]
    above = any(not is_trivial(line) for line in new.lines[:first])
    below = any(not is_trivial(line) for line in new.lines[last:])
    return above and below


def _stands_undone(old: Quote, new: Quote, step: tuple[int, int, int, int]) -> bool:
    """Whether the replacement stands there just as well while the lines are still there that one step only takes away."""
    a, a_end, b, b_end = step
    if b != b_end:
        return False
    lines = [*new.lines[:b], *old.lines[a:a_end], *new.lines[b:]]
    return bool(search(Text(b"".join(line + b"\n" for line in lines)), new)[1])


def _stand_still(text: Text, old: Quote, new: Quote, steps: Sequence[tuple[int, int, int, int]]) -> bool:
    """Whether a line that only goes stands anywhere in the file."""
    given = {line.strip() for line in new.lines}
    gone = {line.strip() for a, a_end, _, _ in steps for line in old.lines[a:a_end] if not is_trivial(line)} - given
    gone = {line for line in gone if text.find_all(line, 1)}
    return bool(gone) and any(line.strip() in gone for line in text.lines)


def _substance(line: bytes) -> int:
    return sum(1 for byte in line if chr(byte).isalnum() or byte >= 128)


def _refused(text: Text, path: str, old: Quote, new: Quote, earlier: Text | None = None) -> Refusal:
    if text.is_binary:
        return Refusal("binary", f"{path} is binary, and the quoted text does not stand in it byte for byte.")
    if old.is_blank:
        return Refusal("no-match", f"The quoted text is blank: quote lines of {path} that hold something.")
    plain = unbackslashed(old.data).strip()
    if plain != old.data.strip() and text.data.count(plain) == 1:
        return Refusal("no-match", messages.escaped_once_too_often(text, path, text.data.index(plain), len(plain)))
    changed = {row for a, a_end, _, _ in changes(old.lines, new.lines) for row in range(a, a_end)}
    refusal = messages.no_match(text, path, old, new, changed)
    if earlier is not None and search(earlier, old)[1]:
        return replace(refusal, reason="stale", message=messages.changed_by_the_plan(refusal.message))
    return refusal


def _ended(data: bytes) -> bytes:
    return data if data.endswith(b"\n") or not data else data + b"\n"
