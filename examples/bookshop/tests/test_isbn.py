import pytest

from bookshop.isbn import NotAnIsbn, to_isbn13


def test_both_forms_name_the_same_book():
    assert to_isbn13("0-14-143951-3") == to_isbn13("978-0-14-143951-8") == "9780141439518"


def test_the_old_check_digit_may_be_an_x():
    assert to_isbn13("0-8044-2957-X") == "9780804429573"


def test_a_small_x_is_as_good():
    assert to_isbn13("080442957x") == "9780804429573"


@pytest.mark.parametrize("text", ["0-14-143951-4", "978-0-14-143951-9", "X141439513", "12345", ""])
def test_wrong_numbers_are_refused(text):
    with pytest.raises(NotAnIsbn):
        to_isbn13(text)
