import os


class Metrics:
    """What is measured."""

    unit = "ms"

    def counts(self, ids):
        return self.service.counts(ids)

    @cached
    def sums(self, ids):
        return self.client.sums(ids)

    def __repr__(self):
        return self.unit
