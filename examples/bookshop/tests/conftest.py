from datetime import date

import pytest

from bookshop.basket import Basket
from bookshop.catalogue import Book, Catalogue
from bookshop.orders import OrderBook
from bookshop.stock import Stock

MONDAY = date(2026, 3, 2)
PRIDE = "9780141439518"
MOBY = "9780142437247"
CLUE = "9780007527526"
EMILE = "9782070360420"


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue(
        [
            Book(PRIDE, "Pride and Prejudice", "Jane Austen", 799, "classics"),
            Book(MOBY, "Moby-Dick", "Herman Melville", 1099, "classics"),
            Book(CLUE, "The Secret of Chimneys", "Agatha Christie", 899, "crime"),
            Book(EMILE, "L'Étranger", "Albert Camus", 650, "french"),
        ]
    )


@pytest.fixture
def stock() -> Stock:
    return Stock({PRIDE: 4, MOBY: 1, CLUE: 2})


@pytest.fixture
def basket(catalogue: Catalogue) -> Basket:
    return Basket(catalogue)


@pytest.fixture
def orders(stock: Stock) -> OrderBook:
    return OrderBook(stock)
