"""Money as whole pence, so that sums are exact."""

import re

_AMOUNT = re.compile(r"£?(\d{1,7})(?:\.(\d\d))?")


def pence(text: str) -> int:
    """Reads an amount such as "7.99", "£7.99" or "12"."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"not an amount of money: {text!r}")
    pounds, rest = found.groups()
    return int(pounds) * 100 + int(rest or 0)


def shown(amount: int) -> str:
    """Writes an amount for people: 1234567 becomes "£12,345.67", a negative one has its sign in front."""
    sign = "-" if amount < 0 else ""
    pounds, rest = divmod(abs(amount), 100)
    return f"{sign}£{pounds:,}.{rest:02d}"


def percent(amount: int, rate: int) -> int:
    """`rate` percent of an amount, half a penny rounded up."""
    return (amount * rate + 50) // 100
