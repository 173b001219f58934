def parse(s):
    """The number that a text holds."""
    if s.startswith("-"):
        sign = -1
        s = s[1:]
    n = 0
    while s:
        n = n * 10 + int(s[0])
        s = s[1:]
    return sign * n


def show(n):
    print(n)
