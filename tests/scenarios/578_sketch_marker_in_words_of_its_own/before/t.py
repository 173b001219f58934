def f(a):
    b = a + 1
    c = b + 1
    d = c + 1
    return d
