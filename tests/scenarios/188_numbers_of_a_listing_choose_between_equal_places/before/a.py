def a():
    return make(1)


def b():
    return make(1)
