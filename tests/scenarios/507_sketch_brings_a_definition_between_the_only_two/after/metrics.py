import os


class Metrics:
    """What is measured."""

    unit = "ms"

    def counts(self, ids):
        return self.service.counts(ids)

    def update(self, id):
        self.client.update(id)
        self.changed = True

    @cached
    def sums(self, ids):
        return self.client.sums(ids)

    def __repr__(self):
        return f"Metrics in {self.unit}"
