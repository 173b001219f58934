from bookshop.report import copies_by_subject, day_report

from .conftest import CLUE, EMILE, MONDAY, MOBY, PRIDE


def test_the_day_is_summed_up(orders, basket, stock):
    stock.receive(EMILE, 1)
    basket.add(PRIDE)
    basket.add(EMILE)
    orders.place("Ada", basket, MONDAY)
    assert day_report(orders, MONDAY) == "02.03.2026: £14.49\n  classics: 1\n  french: 1"


def test_another_day_is_empty(orders, basket):
    basket.add(MOBY)
    orders.place("Ada", basket, MONDAY)
    assert copies_by_subject(orders, MONDAY.replace(day=3)) == {}


def test_a_cancelled_order_is_no_sale(orders, basket):
    basket.add(CLUE)
    orders.place("Ada", basket, MONDAY)
    orders.place("Grace", basket, MONDAY)
    orders.cancel(1, MONDAY)
    assert day_report(orders, MONDAY) == "02.03.2026: £8.99\n  crime: 1"
