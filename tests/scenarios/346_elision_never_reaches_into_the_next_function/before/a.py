def f():
    a = 1
    b = 2
    return result


def h():
    c = 3
    return total
