"""A mapping that changes without a copy of all that it holds: what came last lies over the rest."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

__all__ = ["Layered"]

MOST_OVER = 128
"""Keys that lie over the rest before they become part of it: every change copies them."""

V = TypeVar("V")


class Layered(Mapping[str, V]):
    """Never changes: `changed` gives the mapping after. `below` must not change either."""

    __slots__ = ("_below", "_over")

    def __init__(self, below: dict[str, V]) -> None:
        self._below = below
        self._over: dict[str, V | None] = {}
        """None for a key that is gone."""

    def changed(self, changes: Mapping[str, V | None]) -> "Layered[V]":
        """The same with other values for these keys; without those that are given None."""
        over = {**self._over, **changes}
        other = Layered(self._below)
        if len(over) > MOST_OVER:
            merged = {**self._below, **over}
            other._below = {key: value for key, value in merged.items() if value is not None}
        else:
            other._over = over
        return other

    def __getitem__(self, key: str) -> V:
        value = self._over[key] if key in self._over else self._below[key]
        if value is None:
            raise KeyError(key)
        return value

    def __contains__(self, key: object) -> bool:
        return self._over[key] is not None if key in self._over else key in self._below

    def __iter__(self) -> Iterator[str]:
        yield from (key for key in self._below if key not in self._over)
        yield from (key for key, value in self._over.items() if value is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)
