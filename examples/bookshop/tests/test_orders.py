from datetime import timedelta

import pytest

from bookshop.orders import NotPossible, Status
from bookshop.stock import OutOfStock

from .conftest import CLUE, MONDAY, MOBY, PRIDE


def test_an_order_takes_copies_out_of_stock(orders, basket, stock):
    basket.add(PRIDE, 2)
    order = orders.place("Ada", basket, MONDAY)
    assert (order.number, order.paid, stock.available(PRIDE)) == (1, 1598, 2)


def test_an_order_that_cannot_be_filled_leaves_the_stock_alone(orders, basket, stock):
    basket.add(CLUE, 2)
    basket.add(MOBY, 2)
    with pytest.raises(OutOfStock):
        orders.place("Ada", basket, MONDAY)
    assert stock.available(CLUE) == 2
    assert list(orders) == []


def test_an_order_is_sent_once(orders, basket):
    basket.add(PRIDE)
    orders.place("Ada", basket, MONDAY)
    orders.send(1)
    with pytest.raises(NotPossible, match="order 1 is sent"):
        orders.send(1)


def test_a_cancelled_order_gives_its_copies_back(orders, basket, stock):
    basket.add(PRIDE, 2)
    orders.place("Ada", basket, MONDAY)
    orders.cancel(1, MONDAY)
    assert stock.available(PRIDE) == 4
    assert orders[1].status is Status.CANCELLED


@pytest.mark.parametrize(("days", "back"), [(0, 799), (14, 799), (15, 719)])
def test_after_a_fortnight_a_tenth_is_kept(orders, basket, days, back):
    basket.add(PRIDE)
    orders.place("Ada", basket, MONDAY)
    assert orders.cancel(1, MONDAY + timedelta(days)) == back


def test_an_order_that_was_sent_stays(orders, basket, stock):
    basket.add(PRIDE)
    orders.place("Ada", basket, MONDAY)
    orders.send(1)
    with pytest.raises(NotPossible, match="order 1 is sent"):
        orders.cancel(1, MONDAY)
    assert stock.available(PRIDE) == 3


def test_an_order_is_cancelled_once(orders, basket, stock):
    basket.add(PRIDE)
    orders.place("Ada", basket, MONDAY)
    orders.cancel(1, MONDAY)
    with pytest.raises(NotPossible, match="order 1 is cancelled"):
        orders.cancel(1, MONDAY)
    assert stock.available(PRIDE) == 4
