class P(Protocol):
    def f(self) -> int:
        """Doc."""
        ...

    def g(self) -> int:
        ...
