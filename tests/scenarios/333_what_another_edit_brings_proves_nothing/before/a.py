def f():
    return total_price(cart)


def g():
    return other_price(cart, 1)
