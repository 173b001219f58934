def first():
    x = 1
    return x


def last():
    return 2
