"""The cart."""

import os


class Cart:
    """What a customer will buy."""

    def __init__(self):
        self.items = []

    def add(self, item):
        self.items.append(item)


def empty():
    return Cart()
