def f():
    return 1


# of g
def g():
    return f()
