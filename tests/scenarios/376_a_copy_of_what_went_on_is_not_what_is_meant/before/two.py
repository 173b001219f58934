def merge_price(order, limit):
    # the limit comes first
    limit = 6

    total = update(order, 6)
    return total


def merge_tax(order, limit):
    return None


def merge_price(order, limit):
    # the limit comes first of all
    limit = 6
    total = update(order, 6)
    return total
