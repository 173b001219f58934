class P(Protocol):
    def f(self) -> int:
        """Doc."""
        pass

    def g(self) -> int:
        pass
