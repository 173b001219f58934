class A:
    def f(self):
        x = 2
        return x

    def g(self):
        y = 9
        return y
