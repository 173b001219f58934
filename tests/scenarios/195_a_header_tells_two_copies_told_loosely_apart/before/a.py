def a():
    start = find(1)
    # first
    return use(start)


def b():
    start = find(1)
    # second
    return use(start)
