"""The line diff: always true, minimal where it matters, and never quadratic."""

import time

from hypothesis import given
from hypothesis import strategies as st

from glmcode.landing.linediff import changes, matching_blocks

RUNS = st.lists(st.sampled_from([b"a", b"b", b"c", b"d", b"", b"unique 1", b"unique 2"]), max_size=40)


@given(RUNS, RUNS)
def test_blocks_are_equal_lines_in_order(old: list[bytes], new: list[bytes]) -> None:
    a = b = 0
    for at, bt, size in matching_blocks(old, new):
        assert at >= a
        assert bt >= b
        assert old[at : at + size] == new[bt : bt + size]
        a, b = at + size, bt + size
    assert (a, b) == (len(old), len(new))


@given(RUNS, RUNS)
def test_making_the_changes_makes_the_new(old: list[bytes], new: list[bytes]) -> None:
    made, done = [], 0
    for a, a_end, b, b_end in changes(old, new):
        made += old[done:a] + new[b:b_end]
        done = a_end
        assert a < a_end or b < b_end
    assert made + old[done:] == new


def test_equal_runs_have_no_changes() -> None:
    assert list(changes([b"a"] * 5, [b"a"] * 5)) == []


def test_a_moved_block_keeps_the_rest_anchored() -> None:
    old = [b"one", b"x", b"two", b"x", b"three", b"x", b"four"]
    new = [b"two", b"x", b"three", b"x", b"one", b"x", b"four"]
    kept = sum(size for _, _, size in matching_blocks(old, new))
    assert kept >= 4


def test_repeats_without_anchors_cost_little() -> None:
    old = [b"x", b"y"] * 50_000
    new = [b"y", b"y", b"x"] * 33_333
    start = time.process_time()
    list(changes(old, new))
    assert time.process_time() - start < 3
