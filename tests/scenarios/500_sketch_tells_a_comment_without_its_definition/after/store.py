import json


def load(path):
    with open(path) as file:
        return json.load(file)


INDENT = 2


# ------------------------------
# Writing
# ------------------------------
def save(path, data):
    text = json.dumps(data, indent=INDENT)
    with open(path, "w") as file:
        file.write(text)
