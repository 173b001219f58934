import os


class Thing:
    def __init__(self):
        self._a = 1

    def a(self):
        return self._a

    def b(self):
        return self._a + 1


class Other:
    def x(self):
        pass


def main():
    Thing().a()
