def load_items(path):
    lines = read(path)
    return [parse(line) for line in lines]


def main():
    for item in load_items("items"):
        print(item)
