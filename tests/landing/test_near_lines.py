"""Looking around the few lines that hold a quote's longest finds what looking through the whole file does."""

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode.landing import pieces
from glmcode.landing import text as texts
from glmcode.landing.place import Quote
from glmcode.landing.strategies import LADDER, all_but_one, blank_lines, fuzzy
from glmcode.landing.text import Text

LINES = st.sampled_from(
    ["if a:", "    run(a, b)", "run(a, b)", "\trun(a, b)  ", "", "  ", "}", "return total", "total = 1"]
)
FILES = st.tuples(st.lists(LINES, max_size=30), st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"]), st.booleans()).map(
    lambda given: (given[1].join(given[0]) + given[1] * given[2]).encode()
)
QUOTES = st.lists(LINES, min_size=1, max_size=5).map(
    lambda lines: Quote("".join(f"{line}\n" for line in lines).encode())
)


@pytest.mark.parametrize("name", ["exact", "line-ends", "indentation", "blank-lines", "all but one"])
@settings(deadline=None, max_examples=300)
@given(
    data=FILES, quote=QUOTES, limit=st.sampled_from([1, 2, 256]), but=st.tuples(st.integers(0, 9), st.integers(0, 5))
)
def test_a_quote_is_found_where_it_would_be_in_all_of_the_file(
    name: str, data: bytes, quote: Quote, limit: int, but: tuple[int, int]
) -> None:
    def found() -> object:
        if name == "all but one":
            return all_but_one.find(Text(data), quote, range(but[0], sum(but)))
        strategies = {strategy.name: strategy.find for strategy in LADDER}
        return {**strategies, "blank-lines": blank_lines.find}[name](Text(data), quote, limit, None)

    near = found()
    with patch.object(texts, "LONG", 0), patch.object(texts, "MANY_ASKED", 0), patch.object(pieces, "SHORTEST", 8):
        assert found() == near
    with patch.object(texts, "MOST_HOLDING", 0):
        assert found() == near


@settings(deadline=None, max_examples=300)
@given(FILES, QUOTES)
def test_a_window_that_can_hold_no_more_of_the_quote_is_not_missed(data: bytes, quote: Quote) -> None:
    def all_aligned(text: Text, wanted: list[bytes], weights: list[float], rows: object, windows: list[int]) -> object:
        aligned = [fuzzy._aligned(text, wanted, near * fuzzy.STEP) for near in windows]
        return max(aligned, key=lambda pairs: sum(weights[number] for number in pairs))

    near = fuzzy.find(Text(data), quote, 256)
    with patch.object(fuzzy, "_best_aligned", all_aligned):
        assert fuzzy.find(Text(data), quote, 256) == near
