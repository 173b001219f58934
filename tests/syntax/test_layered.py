"""A layered mapping is the dictionary that the same changes make, and what it was made of stays as it was."""

from hypothesis import given
from hypothesis import strategies as st

from glmcode.syntax.layered import MOST_OVER, Layered

KEYS = st.text("abc", max_size=3)


@given(
    st.dictionaries(KEYS, st.integers()),
    st.lists(st.dictionaries(KEYS, st.none() | st.integers(), max_size=5), max_size=4),
)
def test_changes_make_what_they_make_of_a_dictionary(
    below: dict[str, int], changes: list[dict[str, int | None]]
) -> None:
    known, states = dict(below), [(Layered(below), dict(below))]
    for change in changes:
        states.append((states[-1][0].changed(change), {k: v for k, v in {**known, **change}.items() if v is not None}))
        known = states[-1][1]
    for layered, expected in states:
        assert dict(layered) == expected
        assert len(layered) == len(expected)
        assert [key in layered for key in ("a", "ab", "zz")] == [key in expected for key in ("a", "ab", "zz")]
        assert layered.get("a") == expected.get("a")


def test_many_changes_are_laid_together() -> None:
    layered = Layered({str(number): number for number in range(3 * MOST_OVER)})
    for number in range(3 * MOST_OVER):
        layered = layered.changed({str(number): None, f"new {number}": number})
        assert len(layered._over) <= MOST_OVER
    assert dict(layered) == {f"new {number}": number for number in range(3 * MOST_OVER)}
