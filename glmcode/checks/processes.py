"""A process with all that it starts: waiting for it, and ending every one of them."""

import contextlib
import os
import signal
import subprocess
import sys
import time

__all__ = ["MARK", "Family"]

MARK = "GLMCODE_TEST_RUN"
"""The variable by which processes of a run are known, whatever group or session they moved to."""

_ROUNDS = 50
"""How often a run that keeps starting processes while it is being ended is gone through."""


class Family:
    """A first process, its group and session, its descendants, and who carries the mark in the environment.

    It is there before the first process is, which `adopt` makes known: an interrupt may come just between.
    """

    def __init__(self, mark: str) -> None:
        self._mark = f"{MARK}={mark}".encode()
        self._process: subprocess.Popen[bytes] | None = None
        self._began = 0
        self._seen: set[tuple[int, bytes]] = set()
        """Number and start of each member that was found. One that is dying shows no environment any more, and is alive
        for a moment yet."""

    def adopt(self, process: "subprocess.Popen[bytes]") -> None:
        """`process` is the family's first."""
        self._process = process
        self._began = int((_stat(process.pid)[19:20] or [b"0"])[0])

    def wait(self, seconds: float) -> bool:
        """Waits for the first process of the family; False when `seconds` have passed.

        On POSIX it is left unreaped, so that its number, which is also its group's, can't come to mean another's.
        """
        deadline = time.monotonic() + seconds
        pause = 0.0005
        while not self._has_ended():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(pause, left))
            pause = min(pause * 2, 0.02)
        return True

    def signal(self, number: signal.Signals) -> None:
        """Sends the signal to everyone in the family that can be found."""
        if os.name == "nt":
            self._end_tree()
            return
        others = self._others()
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)
        for pid in others:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)

    def end(self) -> int | None:
        """Ends everyone; returns the exit code of the first, None where it can't be had."""
        if os.name == "nt":
            self._end_tree()
        for number in range(_ROUNDS if os.name != "nt" else 0):
            self.signal(signal.SIGKILL)
            # One that was interrupted while it started carries the mark a moment later.
            if not self._others() and (self._process is not None or number > _ROUNDS // 2):
                break
            time.sleep(0.002 if number < _ROUNDS // 2 else 0.05)
        if self._process is None:
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        return self._process.returncode

    def _has_ended(self) -> bool:
        process = self._process
        if process is None or process.returncode is not None:
            return True
        if not hasattr(os, "waitid"):
            return process.poll() is not None
        with contextlib.suppress(ChildProcessError):
            return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        return True

    def _others(self) -> list[int]:
        """Living processes of the family besides the first. Only Linux tells; elsewhere the group is all there is."""
        if not sys.platform.startswith("linux"):
            return []
        first = -1 if self._process is None else self._process.pid
        own = {first}
        children: dict[int, list[int]] = {}
        starts: dict[int, bytes] = {}
        for name in os.listdir("/proc"):
            if not name.isdigit() or int(name) == first:
                continue
            pid, fields = int(name), _stat(int(name))
            # state, parent, group, session, ...; when it started is the 20th
            if len(fields) < 20 or fields[0] in (b"Z", b"X") or int(fields[19]) < self._began:
                continue
            children.setdefault(int(fields[1]), []).append(pid)
            starts[pid] = fields[19]
            if int(fields[3]) == first or (pid, fields[19]) in self._seen or self._is_marked(pid):
                own.add(pid)
        waiting = list(own)
        while waiting:
            for child in children.get(waiting.pop(), ()):
                if child not in own:
                    own.add(child)
                    waiting.append(child)
        others = own - {first}
        self._seen |= {(pid, starts[pid]) for pid in others}
        return sorted(others)

    def _is_marked(self, pid: int) -> bool:
        try:
            with open(f"/proc/{pid}/environ", "rb") as handle:
                return self._mark in handle.read().split(b"\0")
        except OSError:
            return False

    def _end_tree(self) -> None:
        if self._process is not None:
            subprocess.run(
                ["taskkill", "/F", "/T", "/PID", str(self._process.pid)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )


def _stat(pid: int) -> list[bytes]:
    """The fields of /proc/PID/stat from the state on; none where there is no such process, or no /proc."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as handle:
            # The command's name stands in brackets and may hold anything.
            return handle.read().rpartition(b")")[2].split()
    except OSError:
        return []
