"""Output in bounded memory: its head and its tail."""

from collections import deque

__all__ = ["Capture"]


class Capture:
    """Takes bytes for ever and keeps the first and the last of them, `keep` bytes in all, a little more at most."""

    def __init__(self, keep: int = 4_000_000) -> None:
        self._half = keep // 2
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._dropped = 0

    def add(self, data: bytes) -> None:
        room = self._half - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        if not data:
            return
        self._tail.append(data)
        self._tail_size += len(data)
        while self._tail_size - len(self._tail[0]) >= self._half:
            gone = len(self._tail.popleft())
            self._tail_size -= gone
            self._dropped += gone

    def text(self) -> str:
        """What was kept, as text; where something is missing a line of its own says how much."""
        tail = b"".join(self._tail)
        missing = f"\n[... {self._dropped:,} bytes of output left out ...]\n" if self._dropped else ""
        if not missing:
            return (bytes(self._head) + tail).decode("utf-8", "replace")
        return self._head.decode("utf-8", "replace") + missing + tail.decode("utf-8", "replace")
