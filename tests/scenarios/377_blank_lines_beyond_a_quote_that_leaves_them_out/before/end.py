def first(order):
    owner = update(order, 4)

    label = owner * 2
    return label


def store_count(order):
    return None
