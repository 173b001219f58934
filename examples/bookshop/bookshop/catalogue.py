"""The books that the shop knows."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bookshop.isbn import to_isbn13


@dataclass(frozen=True)
class Book:
    """A title that can be sold. The number may be given in either form; it is kept as 13 digits."""

    isbn: str
    title: str
    author: str
    price: int
    subject: str

    def __post_init__(self) -> None:
        if self.price < 0:
            raise ValueError(f"the price of {self.title!r} is below zero")
        object.__setattr__(self, "isbn", to_isbn13(self.isbn))


class UnknownBook(KeyError):
    """The catalogue has no such book."""


class Catalogue:
    """Books by number."""

    def __init__(self, books: Iterable[Book] = ()) -> None:
        self._books: dict[str, Book] = {}
        for book in books:
            self.add(book)

    def add(self, book: Book) -> None:
        """Adds a book, or replaces the one with its number."""
        self._books[book.isbn] = book

    def __getitem__(self, isbn: str) -> Book:
        try:
            return self._books[to_isbn13(isbn)]
        except KeyError:
            raise UnknownBook(isbn) from None

    def __iter__(self) -> Iterator[Book]:
        return iter(self._books.values())

    def __len__(self) -> int:
        return len(self._books)

    def search(self, words: str) -> list[Book]:
        """Books whose title and author hold all of the words, accents and case aside, by title."""
        wanted = _folded(words).split()
        found = [book for book in self if all(word in _folded(f"{book.title} {book.author}") for word in wanted)]
        return sorted(found, key=lambda book: (_folded(book.title), book.isbn))


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
