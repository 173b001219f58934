"""What a shop has in stock."""

import json
from collections import Counter
from pathlib import Path

LIMIT = 40


class Stock:
    """Items by name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.items: Counter[str] = Counter()
        self.closed = False

    def load(self) -> None:
        data = json.loads(self.path.read_text())
        for name, count in data.items():
            self.items[name] = count
        self.closed = False

    def add(self, name: str, count: int = 1) -> int:
        if self.closed:
            raise ValueError("closed")
        self.items[name] += count
        self.save()
        return self.items[name]

    def take(self, name: str, count: int = 1) -> int:
        if self.closed:
            raise ValueError("closed")
        if self.items[name] < count:
            raise KeyError(name)
        self.items[name] -= count
        self.save()
        return self.items[name]

    @property
    def total(self) -> int:
        return sum(self.items.values())

    def save(self) -> None:
        text = json.dumps(self.items)
        self.path.write_text(text)


def report(
    stock: Stock,
    title: str,
) -> str:
    lines = [title]
    for name, count in stock.items.most_common(LIMIT):
        lines.append(f"{name}: {count}")
    return "\n".join(lines)
