def one():
    log()


def two():
    log()
