def first():
    x = 1
    if x:
        pass
    return x


def last():
    x = 2
    return x
