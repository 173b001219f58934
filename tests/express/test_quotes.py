"""A quote stands once when its turn comes: above it all is new, from there on all is old."""

from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode.express.quotes import MARKERS, Hunk, hunks, joined, quotes, rows

lines = st.lists(st.sampled_from([b"a", b"b", b"c", b""]), max_size=30)


@settings(max_examples=300, deadline=None)
@given(old=lines, new=lines, context=st.integers(0, 3))
def test_every_quote_is_the_only_one_when_its_turn_comes(old: list[bytes], new: list[bytes], context: int) -> None:
    found = quotes(old, new, joined(old, hunks(old, new, context), MARKERS), context) if old != new else []
    now, done = list(old), 0
    for one in found:
        assert one.a >= done, "quotes don't overlap"
        done = one.a_end
        quote = old[one.a : one.a_end]
        places = [at for at in range(len(now) - len(quote) + 1) if now[at : at + len(quote)] == quote]
        if one != Hunk(0, len(old), 0, len(new)):
            assert places == [one.b]
        now[one.b : one.b + len(quote)] = new[one.b : one.b_end]
    assert now == new


def test_a_last_line_without_an_end_is_a_row_like_any() -> None:
    assert rows(b"a\nb") == rows(b"a\nb\n") == [b"a", b"b"]
    assert rows(b"") == []


def test_the_shorter_side_is_quoted() -> None:
    old = [b"x" * 50, b"a", b"same", b"b", b"same", b"end"]
    new = [b"x" * 50, b"a", b"same", b"b", b"other", b"end"]
    assert quotes(old, new, hunks(old, new)) == [Hunk(3, 5, 3, 5)]


def test_context_that_meets_joins_two_hunks() -> None:
    old = [b"%d" % number for number in range(9)]
    new = [b"a", *old[1:5], b"b", *old[6:]]
    assert quotes(old, new, hunks(old, new, 2), 2) == [Hunk(0, 8, 0, 8)]
    assert quotes(old, new, hunks(old, new)) == [Hunk(0, 1, 0, 1), Hunk(5, 6, 5, 6)]
