"""Names of definitions: unique in a file, and bounded."""

__all__ = ["DEEPEST", "LONGEST_PATH", "SIGNATURE", "Names", "one_line"]

DEEPEST = 32
LONGEST_PATH = 400
SIGNATURE = 200


class Names:
    """Gives each path its unique name: the second `total` is `total#2`."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.counts: dict[str, int] = {}

    def unique(self, path: str) -> str:
        count = self.counts.get(path, 0) + 1
        name = path if count == 1 else f"{path}#{count}"
        while name in self.taken:
            count += 1
            name = f"{path}#{count}"
        self.counts[path] = count
        self.taken.add(name)
        return name


def one_line(data: bytes, start: int, end: int, least: int = 0) -> str:
    """The first line of data[start:end], white space collapsed, at most 200 characters; the first past `least`."""
    stop = min(end, start + 4 * SIGNATURE)
    newline = data.find(b"\n", min(max(start, least), stop), stop)
    return " ".join(data[start : stop if newline < 0 else newline].decode("utf-8", "replace").split())[:SIGNATURE]
