def erste():
    x = 1
    return x


def letzte():
    return 2
