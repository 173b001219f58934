def less(a, b):
    return a <= b and b > 0
