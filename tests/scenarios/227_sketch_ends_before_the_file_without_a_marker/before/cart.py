import os
import sys


class Cart:
    """What a customer has picked."""

    def __init__(self):
        self.items = []
        self.voucher = None

    def add(self, item):
        if item is None:
            raise ValueError("no item")
        self.items.append(item)
        self.log(item)

    def total(self):
        amount = sum(item.price for item in self.items)
        if self.voucher:
            amount -= self.voucher.value
        return amount

    def log(self, item):
        print("added", item)


def checkout(cart):
    cart.close()
    return cart.total()
