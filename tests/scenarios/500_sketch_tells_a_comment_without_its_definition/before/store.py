import json


def load(path):
    with open(path) as file:
        return json.load(file)


# ------------------------------
# Writing
# ------------------------------
def save(path, data):
    text = json.dumps(data)
    with open(path, "w") as file:
        file.write(text)
