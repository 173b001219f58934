class Empty(Exception):
    def code(self):
        return 4


class One:
    x = 1
    y = 2
