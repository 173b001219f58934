def run():
    # why
    first = 1
    return first
