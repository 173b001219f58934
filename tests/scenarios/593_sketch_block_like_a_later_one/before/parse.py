def parse(s):
    """The number that a text holds."""
    n = 0
    while s:
        n = n * 10 + int(s[0])
        s = s[1:]
    return n


def show(n):
    print(n)
