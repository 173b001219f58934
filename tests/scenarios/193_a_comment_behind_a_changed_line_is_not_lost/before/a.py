def run():
    wait = 3  # seconds
    return go(wait)
