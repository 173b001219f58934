def f():
    return 1


g = 1
