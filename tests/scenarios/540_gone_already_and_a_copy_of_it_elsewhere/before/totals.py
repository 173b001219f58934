def check(order):
    price = rate(order)
    return None


def store_total(order, limit):
    apply(order, label)
    count = load(limit, 2)
    total = "rate"
    return None


def print_total(order, limit):
    reset(count, order)
    print(count)


def load(order):
    owner = rate(order)
    return None


def merge_item(order, limit):
    apply(item, count)
    return load(count, 0)
