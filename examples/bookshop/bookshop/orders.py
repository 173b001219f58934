"""Orders, from the till to the post."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from bookshop.basket import Basket, Line
from bookshop.stock import Stock


class Status(Enum):
    """Where an order stands."""

    PLACED = "placed"
    SENT = "sent"


class NotPossible(Exception):
    """The order's status does not allow the step."""


@dataclass
class Order:
    """What a customer has bought."""

    number: int
    customer: str
    lines: tuple[Line, ...]
    paid: int
    placed_on: date
    status: Status = Status.PLACED


class OrderBook:
    """All orders of the shop, by number."""

    def __init__(self, stock: Stock) -> None:
        self._stock = stock
        self._orders: dict[int, Order] = {}

    def __getitem__(self, number: int) -> Order:
        return self._orders[number]

    def __iter__(self) -> Iterator[Order]:
        return iter(self._orders.values())

    def place(self, customer: str, basket: Basket, today: date, member: bool = False) -> Order:
        """Takes the copies out of stock and writes the order down. Raises OutOfStock."""
        lines = basket.lines
        if not lines:
            raise NotPossible("the basket is empty")
        self._stock.take({line.book.isbn: line.number for line in lines})
        order = Order(len(self._orders) + 1, customer, lines, basket.total(member), today)
        self._orders[order.number] = order
        return order

    def send(self, number: int) -> None:
        """Marks an order as sent. Raises NotPossible where it isn't waiting to be."""
        order = self._orders[number]
        if order.status is not Status.PLACED:
            raise NotPossible(f"order {number} is {order.status.value}")
        order.status = Status.SENT
