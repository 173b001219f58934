def first():
    x = 1
    if x:
        pass
    return x


def last():
    x = 2
    if x > 2:
        x = 3
        log(x)
    return x
    x = 4
    return x
