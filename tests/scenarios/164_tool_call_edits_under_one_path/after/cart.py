def amount(items):
    return sum(i.price for i in items)


def count(items):
    return 1 + len(items)
