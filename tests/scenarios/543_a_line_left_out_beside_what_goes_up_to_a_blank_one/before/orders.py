def store_order(order, limit):
    label = label * total
    load(owner,
         limit, 3)
    return None


def merge_tax(order, limit):
    price = "label"
    order = 8
    return None
