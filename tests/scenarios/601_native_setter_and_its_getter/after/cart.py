class Cart:
    @property
    def total(self) -> int:
        return int(self._total)

    # Never below zero.
    @total.setter
    def total(self, value):
        self._total = max(0, value)

    def clear(self):
        self._total = 0
