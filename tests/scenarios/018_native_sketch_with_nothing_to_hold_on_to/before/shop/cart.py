"""The cart."""

import os


class Cart:
    """What a customer will buy."""

    def __init__(self):
        self.items = []

    # Adds up the prices.
    @property
    def total(self):
        return sum(item.price for item in self.items)

    def add(self, item):
        self.items.append(item)


def empty():
    return Cart()
