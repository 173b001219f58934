"""Copies on the shelves."""

from collections.abc import Mapping


class OutOfStock(Exception):
    """There are fewer copies than were asked for."""

    def __init__(self, isbn: str, wanted: int, there: int) -> None:
        super().__init__(f"{wanted} of {isbn} wanted, {there} in stock")
        self.isbn = isbn
        self.wanted = wanted
        self.there = there


class Stock:
    """How many copies of each book can still be sold."""

    def __init__(self, copies: Mapping[str, int] | None = None) -> None:
        self._copies: dict[str, int] = {}
        for isbn, number in (copies or {}).items():
            self.receive(isbn, number)

    def available(self, isbn: str) -> int:
        return self._copies.get(isbn, 0)

    def receive(self, isbn: str, number: int) -> None:
        """Puts copies on the shelf: a delivery, or a return."""
        if number < 0:
            raise ValueError("a delivery can't be negative")
        self._copies[isbn] = self.available(isbn) + number

    def take(self, wanted: Mapping[str, int]) -> None:
        """Takes copies of several books off the shelf, or raises OutOfStock."""
        for isbn, number in wanted.items():
            there = self.available(isbn)
            if there < number:
                raise OutOfStock(isbn, number, there)
            self._copies[isbn] = there - number

    def running_low(self, below: int = 3) -> list[str]:
        """Numbers of the books with fewer than `below` copies left, the scarcest first."""
        low = [isbn for isbn, number in self._copies.items() if number < below]
        return sorted(low, key=lambda isbn: (self._copies[isbn], isbn))
