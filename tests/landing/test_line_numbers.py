"""Line numbers of the plan follow what its edits have added and taken away."""

from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode.landing.moved import Moved

ROWS = st.integers(0, 40)


@settings(deadline=None)
@given(st.lists(st.tuples(ROWS, st.integers(0, 5), st.integers(0, 5)), max_size=8), ROWS)
def test_a_row_moves_with_every_change_above_it(changes: list[tuple[int, int, int]], row: int) -> None:
    moved = Moved()
    now = row
    for at, removed, added in changes:
        moved.add(at, removed, added)
        now += added - removed if now >= at + removed else 0
    assert moved.row(row) == now
    assert moved.copy().row(row) == now
