class Cart:
    @property
    def total(self):
        return self._total

    # Never below zero.
    @total.setter
    def total(self, value):
        self._total = value

    def clear(self):
        self._total = 0
