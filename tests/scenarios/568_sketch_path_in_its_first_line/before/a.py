import os
import sys

from shop import Cart


def total(cart):
    return sum(cart)
