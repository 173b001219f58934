"""Estimates and dollars."""

import pytest

from glmcode.model.stream import Usage
from glmcode.model.table import providers
from glmcode.model.usage import cost, estimate_tokens, learned

ZAI = providers()["zai"]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        # Counted by cl100k.
        ("def total(self, items):\n    return sum(item.price for item in items)\n", 16),
        ("for (const userName of userNames) {\n  console.log(`Hello, ${userName}!`);\n}\n", 21),
        ("#define MAX_BUFFER_SIZE 0x1000\nstatic int next_token(struct lexer *lx);\n", 19),
        ('{"name": "glmcode", "version": "1.2.3", "private": true}\n', 22),
        ("The quick brown fox jumps over the lazy dog.\n", 10),
    ],
)
def test_the_estimate_is_within_a_fifth_even_on_a_few_lines(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == pytest.approx(tokens, rel=0.2)


def test_chinese_takes_two_characters_a_token() -> None:
    assert estimate_tokens("模型" * 100) == 100


def test_a_service_s_own_way_to_count_is_learned_from_its_answers() -> None:
    assert learned(1.0, 1000, 1150) == pytest.approx(1.15)
    assert learned(1.15, 100, 400) == 1.15  # so short a prompt is mostly wrapping
    assert learned(1.15, 1000, 90_000) == 1.15  # it counts something else
    assert learned(1.15, 1000, 0) == 1.15


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
