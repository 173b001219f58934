class Empty(Exception): pass


class One: x = 1
