def run(path):
    path = list(path)
    return path
