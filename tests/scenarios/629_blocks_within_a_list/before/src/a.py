import os


def total(items):
    s = 0
    for i in items:
        s += i.price
    return s


def main():
    print(total([]))
