def f():
    a = 10
    b = 2
    return result


def h():
    c = 30
    return total
