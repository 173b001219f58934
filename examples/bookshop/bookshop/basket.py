"""What a customer is about to buy, and what it costs."""

from dataclasses import dataclass

from bookshop.catalogue import Book, Catalogue
from bookshop.money import percent


@dataclass(frozen=True)
class Line:
    """Some copies of one book."""

    book: Book
    number: int

    @property
    def price(self) -> int:
        return self.book.price * self.number


class Basket:
    """Copies of books, before they are ordered."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._numbers: dict[str, int] = {}

    def add(self, isbn: str, number: int = 1) -> None:
        if number < 1:
            raise ValueError("at least one copy must be added")
        book = self._catalogue[isbn]
        self._numbers[book.isbn] = self._numbers.get(book.isbn, 0) + number

    def remove(self, isbn: str) -> None:
        """Takes all copies of a book out; none being there is fine."""
        self._numbers.pop(self._catalogue[isbn].isbn, None)

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(Line(self._catalogue[isbn], number) for isbn, number in self._numbers.items())

    def total(self, member: bool = False) -> int:
        """What is to be paid: prices less the offer, and 10 percent less for members."""
        before = sum(line.price for line in self.lines)
        due = before - three_for_two(self.lines)
        return due - percent(due, 10) if member else due


def three_for_two(lines: tuple[Line, ...]) -> int:
    """What the offer takes off: of every three copies the cheapest is free.

    Copies are grouped from the dearest to the cheapest, which is the best for the customer.
    """
    prices = sorted((line.book.price for line in lines for _ in range(line.number)), reverse=True)
    free = prices[::3] if len(prices) >= 3 else []
    return sum(free)
