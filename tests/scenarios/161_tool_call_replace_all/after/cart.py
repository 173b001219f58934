def total(lines):
    return sum(i.price for i in lines)


def count(lines):
    return len(lines)
