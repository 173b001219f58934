"""An append-only log: a file of JSON objects, one a line, each an event with the time at which it happened.

Nothing that was written is written again, so a crash can tear the last line only, and what two processes append at once
stands in two lines. A line that is torn, too long, or no such object is passed over, and hides none of those behind it.
"""

import contextlib
import json
import math
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

__all__ = ["LARGEST", "LONGEST", "Event", "append", "create", "line", "now", "read", "time_of"]

LONGEST: Final = 16 << 20
"""Bytes of a line: a full answer of 131,072 tokens has 1 MB, and six times that where none of it is ASCII."""
LARGEST: Final = 256 << 20
"""Bytes of a file. A session of fifty full answers has a tenth of it."""

Event: TypeAlias = Mapping[str, Any]
"""Its "event" is its name, its "time" is ISO 8601 in UTC; the rest is its own."""

_NAME: Final = re.compile(rb'\{"event":"([a-z-]{1,40})",')
_CLOSED: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def now() -> str:
    import time

    return time_of(time.time())


def time_of(seconds: float) -> str:
    """The moment, so many seconds after the epoch, as events have it. Raises ValueError or OverflowError where no calendar
    reaches it."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")


def line(event: Event) -> bytes:
    """The event as a line of the file, at this moment where it has no time of its own. Raises TypeError or ValueError for
    what JSON has no word for."""
    whole = {"event": event["event"], "time": event.get("time") or now(), **event}
    # ASCII: text that came as bytes which are not UTF-8 comes back as it was.
    return json.dumps(whole, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"


def create(path: str, lines: Iterable[bytes]) -> bool:
    """Makes the log with these lines, whole and durable, readable for the user alone. False where something of that name is
    there already. Raises OSError where the disk refuses; then there is no file."""
    import tempfile

    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".new-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without links
            if os.path.lexists(path):
                return False
            os.rename(temporary, path)
        _sync_folder(folder)
        return True
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def append(path: str, lines: Iterable[bytes], *, durable: bool = False) -> bool:
    """Writes the lines behind what is there, by one write each. False where that can't be done (no such log, a full disk, no
    permission, a line or a file larger than allowed): no work stops for its log. With `durable` they are on the disk."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_APPEND | _CLOSED)
    except OSError:
        return False
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            return False
        size = found.st_size
        # What an earlier process could not write to its end is no part of this line.
        before = b"\n" if size and _last_byte(fd, size) != b"\n" else b""
        for one in lines:
            data = before + one
            size += len(data)
            if len(one) > LONGEST or size > LARGEST or os.write(fd, data) != len(data):
                return False
            before = b""
        if durable:
            os.fsync(fd)
        return True
    except OSError:
        return False
    finally:
        os.close(fd)


def read(path: str, names: Collection[str] | None = None) -> Iterator[dict[str, Any]]:
    """The log's events, in the order in which they were written; with `names`, those of these names. Of a file that is not
    there, or can't be read, there are none."""
    wanted = None if names is None else {name.encode() for name in names}
    try:
        fd = os.open(path, os.O_RDONLY | _CLOSED)
    except (OSError, ValueError):
        return
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        return
    with open(fd, "rb") as file, contextlib.suppress(OSError):
        for data in _lines(file.readline):
            named = _NAME.match(data)
            if named is None or (wanted is not None and named[1] not in wanted):
                continue
            if (event := _event(data)) is not None:
                yield event


def _lines(readline: Any) -> Iterator[bytes]:
    """The whole lines, none longer than allowed, of no more of the file than allowed."""
    left = LARGEST
    while left > 0 and (data := readline(LONGEST + 1)):
        left -= len(data)
        if data.endswith(b"\n"):
            yield data
            continue
        while data and not data.endswith(b"\n"):  # too long, or torn
            data = readline(LONGEST + 1)
            left -= len(data)


def _event(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data, parse_constant=_refused, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("event"), str) or not isinstance(found.get("time"), str):
        return None
    return found


def _refused(word: str) -> float:
    raise ValueError(word)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _last_byte(fd: int, size: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(fd, 1, size - 1)
    os.lseek(fd, size - 1, os.SEEK_SET)
    return os.read(fd, 1)


def _sync_folder(folder: str) -> None:
    """A new name is durable when its folder is, where the system has a word for that."""
    with contextlib.suppress(OSError):
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
