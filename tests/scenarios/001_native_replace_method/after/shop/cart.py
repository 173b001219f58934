"""The cart."""

import os


class Cart:
    """What a customer will buy."""

    def __init__(self):
        self.items = []

    # Adds up the prices.
    @property
    def total(self):
        return round(sum(item.price for item in self.items), 2)

    def add(self, item):
        self.items.append(item)


def empty():
    return Cart()
