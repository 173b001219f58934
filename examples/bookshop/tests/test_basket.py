import pytest

from .conftest import CLUE, EMILE, MOBY, PRIDE


def test_copies_of_a_book_add_up(basket):
    basket.add(PRIDE)
    basket.add("0-14-143951-3", 2)
    assert [line.number for line in basket.lines] == [3]


def test_two_books_cost_their_price(basket):
    basket.add(PRIDE)
    basket.add(MOBY)
    assert basket.total() == 799 + 1099


def test_of_three_the_cheapest_is_free(basket):
    basket.add(PRIDE)
    basket.add(MOBY)
    basket.add(CLUE)
    assert basket.total() == 1099 + 899


def test_of_five_only_one_is_free(basket):
    basket.add(EMILE, 2)
    basket.add(MOBY, 3)
    assert basket.total() == 2 * 1099 + 2 * 650


def test_members_pay_a_tenth_less(basket):
    basket.add(PRIDE)
    assert basket.total(member=True) == 719


def test_nothing_is_not_a_number_of_copies(basket):
    with pytest.raises(ValueError, match="at least one"):
        basket.add(PRIDE, 0)
