import os
import sys

from shop import Cart


def total(cart):
    print(os.getpid(), file=sys.stderr)
    return sum(cart)
