def store_count(order, limit):
    reset(order)
    for item in order:
        store(item, limit)


def store_prices(order, limit):
    # the tax comes before the count
    tax = 2
    return tax + order.count
