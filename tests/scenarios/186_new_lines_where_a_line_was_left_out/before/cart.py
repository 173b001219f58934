class Cart:
    def total(self):
        # Prices are in cents.
        net = sum(self.prices)

        tax = net * self.rate
        return net + tax

    def count(self):
        return len(self.prices)
