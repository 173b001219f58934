def run(path):
    path = list(path)
    path = list(path)
    return path
