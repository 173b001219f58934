from typing import Any, Callable, NamedTuple, Optional

LIMIT = 10


def report(rows: Any) -> None:
    for row in rows[:LIMIT]:
        print(row)
