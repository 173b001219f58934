def run():
    # why
    first = 2
    second = 3
    return first
