import pytest

from bookshop.catalogue import UnknownBook

from .conftest import EMILE, MOBY


def test_a_book_is_found_by_its_number(catalogue):
    assert catalogue["978-0-14-243724-7"].title == "Moby-Dick"


def test_an_unknown_book_says_so(catalogue):
    with pytest.raises(UnknownBook):
        catalogue["0-14-044926-4"]


def test_search_needs_all_words_and_no_accents(catalogue):
    assert [book.isbn for book in catalogue.search("camus etranger")] == [EMILE]
    assert [book.isbn for book in catalogue.search("moby")] == [MOBY]
    assert catalogue.search("moby austen") == []
