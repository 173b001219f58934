class Cart:
    def total(self):
        return 0

    def clear(self):
        pass
