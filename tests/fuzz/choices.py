"""Decisions read off a string of bytes: the fuzzer's bytes steer what is built, and smaller bytes build less."""

from collections.abc import Sequence
from typing import TypeVar

__all__ = ["Choices"]

T = TypeVar("T")


class Choices:
    """Two bytes a decision; past the end every decision is the first one."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def spent(self) -> bool:
        return self._at >= len(self._data)

    def below(self, bound: int) -> int:
        piece = self._data[self._at : self._at + 2]
        self._at += 2
        return int.from_bytes(piece, "big") % bound

    def one(self, among: Sequence[T]) -> T:
        return among[self.below(len(among))]

    def rest(self, most: int) -> bytes:
        """Bytes as they are: what no table of ours would think of."""
        piece = self._data[self._at : self._at + self.below(most + 1)]
        self._at += len(piece)
        return piece
