def erste():
    x = 1
    if x:
        pass
    return y


def last():
    x = 2
    return x
