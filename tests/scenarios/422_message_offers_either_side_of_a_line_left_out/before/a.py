def rate(price):
    """In per cent."""
    table = load()
    return table[price]
