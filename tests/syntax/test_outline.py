"""An outline brought forward over changes lists what a fresh one of the same bytes does, or says that it can't tell."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode.syntax import Outline, parse
from glmcode.syntax.carried_outline import gap_of
from tests.syntax.pieces import PIECES, sources, texts


def compare(outline: Outline, data: bytes, language: str) -> None:
    fresh = parse(data, language)
    assert fresh.is_clean
    for one in fresh.definitions:
        name = fresh.symbols.full(one.name)
        assert outline.full(one.name) == name
        assert outline.find(name) == (one,)
        assert set(outline.find(one.name)) == set(fresh.symbols.find(one.name))
    assert +Counter(outline.words) == +Counter(fresh.symbols.words)
    holder = outline.holder()
    level = [
        one
        for one in fresh.definitions
        if one.depth == (0 if holder is None else holder.depth + 1)
        and (holder is None or holder.start <= one.start < holder.end)
    ]
    gaps: Counter[tuple[int, int]] = Counter()
    for one, other in pairwise(level):
        blank = gap_of(data, one.end, other.start)
        if blank is not None:
            gaps[(one.end_line > one.line) + (other.end_line > other.line), blank] += 1
    assert outline.gaps == gaps
    for number, one in enumerate(level):
        above, below = level[number - 1] if number else None, level[number + 1] if number + 1 < len(level) else None
        assert outline.beside(one) == (above, below)
    assert outline.last_unit() == level[-1]


@pytest.mark.parametrize("language", PIECES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_brought_forward_is_what_a_fresh_outline_lists(language: str, data: st.DataObject) -> None:
    now = data.draw(sources(language)).encode()
    outline = Outline.of(parse(now, language))
    for _ in range(data.draw(st.integers(1, 6))):
        outline = outline or Outline.of(parse(now, language))
        if outline is None:
            return
        rows = now.splitlines(keepends=True)
        first = data.draw(st.integers(0, len(rows)))
        last = min(len(rows), first + data.draw(st.sampled_from((0, 0, 0, 1, 2, 3, 4, 8))))
        start, end = len(b"".join(rows[:first])), len(b"".join(rows[:last]))
        new = data.draw(texts(language)).encode()
        now = now[:start] + new + now[end:]
        outline = outline.changed(now, start, end, start + len(new))
        if outline is not None:
            compare(outline, now, language)
