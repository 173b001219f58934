class A:
    x = 1


def f():
    yield 1


return_value = f()
