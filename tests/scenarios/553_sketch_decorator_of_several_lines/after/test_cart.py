import pytest

from shop import Cart


@pytest.mark.parametrize(
    ("price", "count"),
    [
        (0, 2),
        (1, 2),
    ],
)
def test_count(price, count):
    cart = Cart()
    cart.add(price, count)
    assert len(cart) == count


@pytest.mark.parametrize(
    ("price", "count"),
    [
        (1, 2),
        (2, 3),
    ],
)
def test_total(price, count):
    cart = Cart()
    cart.add(price, count)
    assert cart.total == price * count


@pytest.fixture
def cart():
    return Cart()


class TestCart:
    @pytest.mark.slow
    def test_many(self, cart):
        for _ in range(100):
            cart.add(1, 1)
        assert cart.total == 100

    @pytest.mark.slow
    def test_none(self, cart):
        with pytest.raises(LookupError):
            cart.last()
