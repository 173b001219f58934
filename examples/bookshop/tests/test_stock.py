import pytest

from bookshop.stock import OutOfStock

from .conftest import CLUE, MOBY, PRIDE


def test_copies_are_taken(stock):
    stock.take({PRIDE: 3, CLUE: 2})
    assert (stock.available(PRIDE), stock.available(CLUE)) == (1, 0)


def test_nothing_is_taken_when_one_book_is_short(stock):
    with pytest.raises(OutOfStock, match="2 of 9780142437247 wanted, 1 in stock"):
        stock.take({PRIDE: 3, MOBY: 2})
    assert stock.available(PRIDE) == 4


def test_the_scarcest_come_first(stock):
    assert stock.running_low() == [MOBY, CLUE]
