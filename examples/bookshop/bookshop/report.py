"""What the shop sold, for the end of the day."""

from datetime import date

from bookshop.money import shown
from bookshop.orders import Order, OrderBook


def takings(orders: OrderBook, day: date) -> int:
    """Pence taken with the orders of a day."""
    return sum(order.paid for order in _of(orders, day))


def copies_by_subject(orders: OrderBook, day: date) -> dict[str, int]:
    """Copies sold on a day, by subject in alphabetical order."""
    copies: dict[str, int] = {}
    for order in _of(orders, day):
        for line in order.lines:
            copies[line.book.subject] = copies.get(line.book.subject, 0) + line.number
    return dict(sorted(copies.items()))


def day_report(orders: OrderBook, day: date) -> str:
    """The day's report as it is pinned to the wall."""
    lines = [f"{day:%d.%m.%Y}: {shown(takings(orders, day))}"]
    lines += [f"  {subject}: {number}" for subject, number in copies_by_subject(orders, day).items()]
    return "\n".join(lines)


def _of(orders: OrderBook, day: date) -> list[Order]:
    return [order for order in orders if order.placed_on == day]
