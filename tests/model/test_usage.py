"""Estimates and dollars."""

import pytest

from glmcode.model.providers import providers
from glmcode.model.stream import Usage
from glmcode.model.usage import cost, estimate_tokens

ZAI = providers()["zai"]


@pytest.mark.parametrize(
    ("path", "rate"),
    [("a.py", 4.3), ("a.JS", 4.0), ("a.c", 3.8), ("a.json", 2.9), ("README.md", 3.5), ("a", 3.8), ("", 3.8)],
)
def test_the_estimate_follows_the_kind_of_text(path: str, rate: float) -> None:
    assert estimate_tokens("x" * 10_000, path) == pytest.approx(10_000 / rate, abs=1)


def test_chinese_is_counted_apart_from_the_code_around_it() -> None:
    assert estimate_tokens("模型" * 100) == 100
    assert estimate_tokens("模型" * 100 + "x" * 430, "a.py") == 200


def test_nothing_is_no_token_and_anything_is_one() -> None:
    assert estimate_tokens("") == 0
    assert estimate_tokens("a") == 1


def test_cached_tokens_are_priced_apart_and_not_twice() -> None:
    assert cost(ZAI, Usage(1_000_000, 0, 0, 0)) == pytest.approx(1.0)
    assert cost(ZAI, Usage(1_000_000, 750_000, 0, 0)) == pytest.approx(0.25 + 0.15)
    assert cost(ZAI, Usage(0, 0, 1_000_000, 900_000)) == pytest.approx(3.2)


def test_without_a_price_for_cached_tokens_they_cost_as_much_as_others() -> None:
    assert cost(providers()["together"], Usage(1_000_000, 500_000, 0, 0)) == pytest.approx(1.0)


def test_more_cached_than_prompt_tokens_never_earns_money() -> None:
    assert cost(ZAI, Usage(100, 10**9, 0, 0)) == pytest.approx(100 * 0.2 / 1e6)


def test_unknown_prices_give_no_figure() -> None:
    assert cost(providers()["openai"], Usage(1, 0, 1, 0)) is None
