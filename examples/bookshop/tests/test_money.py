import pytest

from bookshop.money import pence, percent, shown


@pytest.mark.parametrize(("text", "amount"), [("7.99", 799), ("£12", 1200), (" £0.05 ", 5)])
def test_amounts_are_read(text, amount):
    assert pence(text) == amount


def test_what_is_no_amount_is_refused():
    with pytest.raises(ValueError, match="not an amount"):
        pence("7.9.9")


def test_amounts_are_shown_for_people():
    assert [shown(amount) for amount in (5, 1234567, -250)] == ["£0.05", "£12,345.67", "-£2.50"]


def test_half_a_penny_is_rounded_up():
    assert percent(125, 10) == 13
