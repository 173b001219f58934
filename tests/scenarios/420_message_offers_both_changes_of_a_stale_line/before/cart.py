class Cart:
    rate = 0.19

    def tax(self):
        return self.total() * 0.19

    def total(self):
        return sum(self.prices)
