def cents(price):
    return price * 100
