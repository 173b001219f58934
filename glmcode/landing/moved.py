"""Where a line number of the plan's stands by now: what the edits before it added above, and took away."""

__all__ = ["Moved"]


class Moved:
    """Changes of a file's number of lines, each in terms of the file as the one before left it."""

    __slots__ = ("_all_from", "_by", "_changes", "_none_below")

    def __init__(self) -> None:
        self._changes: list[tuple[int, int]] = []
        """From which row on, and by how many, rows were moved."""
        self._by = 0
        self._all_from = 0
        """The row from which on every change moves what stands there ..."""
        self._none_below = 0
        """... and that below which none does."""

    def add(self, row: int, removed: int, added: int) -> None:
        """At `row` as many lines went as came in their place."""
        start = row + removed
        self._none_below = min(self._none_below, start) if self._changes else start
        self._all_from = max(self._all_from, start - self._by)
        self._changes.append((start, added - removed))
        self._by += added - removed

    def row(self, row: int) -> int:
        """Where the row of the file as it was at first stands now. Hunks in the file's order cost nothing each."""
        if row >= self._all_from:
            return row + self._by
        if row < self._none_below:
            return row
        for start, by in self._changes:
            if row >= start:
                row += by
        return row

    def copy(self) -> "Moved":
        other = Moved()
        other._changes, other._by = list(self._changes), self._by
        other._all_from, other._none_below = self._all_from, self._none_below
        return other
