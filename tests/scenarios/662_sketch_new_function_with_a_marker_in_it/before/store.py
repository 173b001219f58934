class Store:
    def __init__(self):
        self.items = []

    @property
    def first(self):
        return self.items[0]

    def clear(self):
        self.items = []
