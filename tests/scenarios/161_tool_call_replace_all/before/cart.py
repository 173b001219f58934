def total(items):
    return sum(i.price for i in items)


def count(items):
    return len(items)
