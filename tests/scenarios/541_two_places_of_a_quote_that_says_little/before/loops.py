def first(order):
    for item in order:
        if item is None:

            continue
        store(item, 1)
    return None


def second(order):
    for item in order:
        if item is None:
            continue
        store(item, 2)
    return None
