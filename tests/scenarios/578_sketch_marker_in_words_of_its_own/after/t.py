def f(a):
    b = a + 2
    c = b + 1
    d = c + 1
    return d
