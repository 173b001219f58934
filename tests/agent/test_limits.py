"""Budgets are kept before a request is sent."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glmcode.agent.events import UsageCounted
from glmcode.agent.limits import LEAST_ANSWER, MARGIN, Limits, Spent, output_allowance
from glmcode.errors import Exit, GlmcodeError
from glmcode.model.table import providers

ZAI = providers()["zai"]


def test_without_limits_an_answer_may_be_as_long_as_the_provider_allows() -> None:
    assert output_allowance(1_000, ZAI, Limits(), Spent()) == 131_072


@pytest.mark.parametrize(("wanted", "given"), [(200, 200), (100_000, 100_000), (500_000, 131_072)])
def test_an_answer_is_as_long_as_the_user_says_and_no_longer_than_the_provider_s(wanted: int, given: int) -> None:
    """A few hundred tokens were said to be too long for the context."""
    assert output_allowance(1_000, ZAI, Limits(answer=wanted, tokens=300_000), Spent()) == given


def test_prompt_and_answer_fit_the_context_together() -> None:
    assert output_allowance(100_000, ZAI, Limits(), Spent()) <= 202_752 - 100_000


def test_a_prompt_beyond_the_context_is_refused_in_one_line() -> None:
    with pytest.raises(GlmcodeError, match="too long") as caught:
        output_allowance(202_000, ZAI, Limits(), Spent())
    assert caught.value.exit_code is Exit.BUDGET


@given(
    prompt=st.integers(1, 150_000),
    tokens=st.none() | st.integers(1, 300_000),
    dollars=st.none() | st.floats(0, 2),
    spent=st.integers(0, 100_000),
)
def test_whatever_is_asked_for_stays_within_every_budget(
    prompt: int, tokens: int | None, dollars: float | None, spent: int
) -> None:
    so_far = Spent()
    so_far.add(UsageCounted(spent, 0, spent // 10, 0, spent * 1e-6, estimated=False))
    try:
        allowed = output_allowance(prompt, ZAI, Limits(tokens=tokens, dollars=dollars), so_far)
    except GlmcodeError:
        return
    assert allowed >= LEAST_ANSWER
    worst = int(prompt * (1 + MARGIN))
    if tokens is not None:
        assert spent + spent // 10 + worst + allowed <= tokens
    if dollars is not None:
        assert spent * 1e-6 + (worst * 1.0 + allowed * 3.2) / 1e6 <= dollars + 1e-9


def test_a_cost_limit_without_known_prices_is_refused() -> None:
    unknown = replace(ZAI, price_input=None)
    with pytest.raises(GlmcodeError, match="not known") as caught:
        output_allowance(1_000, unknown, Limits(dollars=1.0), Spent())
    assert caught.value.exit_code is Exit.USAGE
