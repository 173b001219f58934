def apply_owner(order, limit):
    load(order.owner, limit)
    return order.owner.rate * limit


def print_owner(order):
    print(order.owner)
    return order


def apply_rate(order, limit):
    # the total comes before the count now
    total = 4
    return total * limit
