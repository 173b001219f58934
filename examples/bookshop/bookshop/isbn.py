"""International Standard Book Numbers: their old form of 10 digits and their new one of 13.

The last character is a check digit. In the old form it can be an X, which stands for 10.
"""


class NotAnIsbn(ValueError):
    """The text is not a valid book number."""


def plain(text: str) -> str:
    """The number without the hyphens and blanks that people write into it."""
    return text.replace("-", "").replace(" ", "")


def check_digit_13(digits: str) -> str:
    """The check digit for the first 12 digits of a number of 13."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits[:12]))
    return str(-total % 10)


# Weights run from 10 down to 2; the whole number's weighted sum is a multiple of 11.
def check_digit_10(digits: str) -> str:
    """The check digit for the first 9 digits of a number of 10."""
    total = sum(int(digit) * (10 - place) for place, digit in enumerate(digits[:9]))
    return str(-total % 11)


def to_isbn13(text: str) -> str:
    """The 13 plain digits of a book number in either form.

    Raises NotAnIsbn where the length, a character or the check digit is wrong.
    """
    number = plain(text).upper()
    if len(number) == 10 and number[:9].isdigit() and number[9] == check_digit_10(number):
        new = "978" + number[:9]
        return new + check_digit_13(new)
    if len(number) == 13 and number.isdigit() and number[12] == check_digit_13(number):
        return number
    raise NotAnIsbn(f"not a book number: {text!r}")
