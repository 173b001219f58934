def load_items(path):
    lines = read(path)
    return [parse(line) for line in lines]


def load_users(path):
    lines = read(path)
    return [parse(line) for line in lines if line]


def main():
    for item in load_items("items"):
        print(item)
