"""Who holds a lock: a process, so that another can tell whether it is still there, and a person what it is."""

import json
import os
import sys
import time
from dataclasses import asdict, dataclass, fields
from functools import cache

__all__ = ["Owner", "read_owner", "this_process"]

_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Owner:
    """A process, as told from all others, also from a later one of the same number."""

    pid: int
    since: float
    """Seconds since 1970: when it took the lock."""
    host: str
    space: str
    """The space of process numbers that it lives in: containers on one machine have different ones."""
    began: str
    """When the system started it, in the system's own words; "" where it doesn't say."""
    command: str
    """The program and its command, such as "glmcode land"."""

    def packed(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    def is_same(self, other: "Owner") -> bool:
        mine, its = ((one.pid, one.host, one.space, one.began) for one in (self, other))
        return mine == its

    def is_alive(self) -> bool | None:
        """None where that can't be told from here."""
        if (self.host, self.space) != (_host(), _space()):
            return None
        if os.name == "nt":
            return True  # there the system's lock says so, and asking by a signal would send one
        began = _began(self.pid)
        if began and self.began:
            return began == self.began
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except (PermissionError, OverflowError):
            pass
        return True

    def is_stopped(self) -> bool:
        """Whether it is suspended (Ctrl-Z) on this machine."""
        return bool(self.is_alive()) and _stat(self.pid)[:1] in (["T"], ["t"])

    def words(self) -> str:
        """For a message: "process 4711, glmcode land, for 3 minutes"."""
        where = f" on {self.host}" if self.host != _host() else ""
        parts = [f"process {self.pid}{where}", self.command, f"for {_span(time.time() - self.since)}"]
        return ", ".join(part for part in parts if part)


def this_process() -> Owner:
    """As it takes a lock now."""
    return Owner(os.getpid(), round(time.time(), 1), _host(), _space(), _began(os.getpid()), _command())


def read_owner(path: str, start: int) -> Owner | None:
    """The owner that the file names behind its first `start` bytes; None where it names none."""
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    try:
        os.lseek(fd, start, os.SEEK_SET)
        found = json.loads(os.read(fd, _LONGEST))
        pid, since, *words = (found[one.name] for one in fields(Owner))
        is_number = isinstance(pid, int) and isinstance(since, int | float)
        if is_number and 0 < pid < 1 << 31 and 0 <= since < 1 << 40 and all(isinstance(word, str) for word in words):
            return Owner(pid, since, *(_plain(word) for word in words))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    finally:
        os.close(fd)
    return None


def _plain(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())[:80]


def _command() -> str:
    """The command without what it was given, which may be anything."""
    name = os.path.basename(sys.argv[0]) if sys.argv else ""
    word = next((one for one in sys.argv[1:2] if one.isascii() and one.isalpha()), "")
    return _plain(f"{name} {word}".strip())


@cache
def _host() -> str:
    import platform

    return _plain(platform.node())


@cache
def _space() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _began(pid: int) -> str:
    """The boot and the tick that the process was started at; "" where there is no such process, or none says."""
    ticks = _stat(pid)[19:20]
    return f"{_boot()} {ticks[0]}" if ticks else ""


@cache
def _boot() -> str:
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except (OSError, ValueError):
        return ""


def _stat(pid: int) -> list[str]:
    """What Linux tells of a process behind its name: its state first, its start the twentieth."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except (OSError, ValueError):
        return []


def _span(seconds: float) -> str:
    for size, name in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'' if count == 1 else 's'}"
    count = max(0, int(seconds))
    return f"{count} second{'' if count == 1 else 's'}"
