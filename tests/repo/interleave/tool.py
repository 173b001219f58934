"""glmcode's side: real processes of the command, which can be stopped before any call that they make of the system."""

import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from glmcode.errors import GlmcodeError
from glmcode.repo.sessions import Session
from tests.repo.interleave.world import World

STOPPABLE = (
    "open", "write", "replace", "rename", "unlink", "mkdir", "rmdir", "link", "stat", "listdir", "fsync", "ftruncate",
    "readlink", "symlink",
)  # fmt: skip


CHANGING = {"replace", "rename", "unlink", "link", "start", "trade", "symlink"}


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str
    calls: list[str]
    """Of the system, in their order."""


class Running:
    """The command in a process of its own. Before each of its calls numbered in `stops` it is stopped, and goes on when
    `while_stopped` has ended."""

    def __init__(
        self,
        root: str,
        arguments: Sequence[str],
        stops: Sequence[int] = (),
        while_stopped: Callable[[], None] = lambda: None,
    ) -> None:
        self._files = [tempfile.TemporaryFile() for _ in range(3)]  # noqa: SIM115  # until it has ended
        self._while_stopped = while_stopped
        self._status: int | None = None
        self._child = os.fork()
        if not self._child:
            _become(root, arguments, stops, *(file.fileno() for file in self._files))

    def is_over(self) -> bool:
        if self._status is None:
            child, status = os.waitpid(self._child, os.WNOHANG)
            self._status = status if child else None
        return self._status is not None

    def ended(self) -> Ended:
        while self._status is None:
            _, status = os.waitpid(self._child, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                self._status = status
                break
            try:
                self._while_stopped()
            finally:
                os.kill(self._child, signal.SIGCONT)
        texts = []
        for file in self._files:
            with file:
                file.seek(0)
                texts.append(file.read().decode())
        return Ended(os.waitstatus_to_exitcode(self._status), texts[0], texts[1], texts[2].split())


def _become(root: str, arguments: Sequence[str], stops: Sequence[int], out: int, err: int, calls: int) -> None:
    code = 99
    try:
        from glmcode.faces.cli.app import run

        os.chdir(root)
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.stdout, sys.stderr = (open(fd, "w", encoding="utf-8", closefd=False) for fd in (1, 2))  # noqa: SIM115
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        made = _stopping(stops)
        code = run(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(calls, " ".join(made()).encode())
    finally:
        os._exit(code)


def _stopping(stops: Sequence[int]) -> Callable[[], list[str]]:
    from glmcode.repo import swap

    made: list[str] = []

    def guarded(name: str, real: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            made.append(name)
            if len(made) in stops:
                os.kill(os.getpid(), signal.SIGSTOP)
            return real(*arguments, **options)

        return call

    for name in STOPPABLE:
        setattr(os, name, guarded(name, getattr(os, name)))
    started: Any = subprocess.Popen
    started.__init__ = guarded("start", started.__init__)
    swap._rename = guarded("trade", swap._rename)
    return lambda: list(made)


@dataclass
class Plan:
    """Lines that glmcode is to bring in."""

    text: str
    markers: dict[str, bytes]
    """By path."""


@dataclass
class Tool:
    world: World
    chance: random.Random
    seen: list[dict[str, bytes]] = field(default_factory=list)
    """What the model read, the oldest first."""
    sessions: dict[str, set[bytes]] = field(default_factory=dict)
    """The markers of each open session."""
    opened: dict[str, Session] = field(default_factory=dict)
    written: int = 0

    def look(self) -> None:
        self.seen = [*self.seen[-4:], self.world.tree()]

    def plan(self, files: dict[str, bytes]) -> Plan | None:
        """Edits of files as they were read; now and then a new file, or a move."""
        names = [name for name, data in files.items() if data.count(b"\n") > 2]
        if not names:
            return None
        parts: list[str] = []
        markers: dict[str, bytes] = {}
        for name in sorted(self.chance.sample(names, min(len(names), self.chance.randint(1, 4)))):
            lines = files[name].decode().splitlines()
            at = self.chance.randint(1, len(lines) - 1)
            markers[name] = self._marker()
            old = "\n".join(lines[at - 1 : at + 1])
            new = f"{lines[at - 1]}\n{markers[name].decode()}\n{lines[at]}"
            block = f"<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE"
            parts.append(f'<edit path="{name}">\n{block}\n</edit>\n')
        if self.chance.random() < 0.2:
            marker = self._marker()
            name = f"d{self.chance.randint(0, 4)}/{marker.decode().lower()}.txt"
            markers[name] = marker
            parts.append(f'<create path="{name}">\n{marker.decode()}\n</create>\n')
        if self.chance.random() < 0.1:
            name = self.chance.choice(names)
            if name not in markers:
                parts.append(f'<rename path="{name}" to="d1/moved{self.chance.randint(0, 99)}.txt"/>\n')
        return Plan("".join(parts), markers)

    def work(self) -> str:
        """A session is opened, or goes on, with edits in its worktree that are committed on its branch."""
        from glmcode.agent.bench import Bench
        from glmcode.library import apply_plan
        from glmcode.repo.worktree import open_session

        name = self.chance.choice([*sorted(self.opened), ""]) if len(self.opened) < 4 else sorted(self.opened)[0]
        try:
            session = self.opened[name] if name else open_session(self.world.root, f"task {self.written}")
            self.opened[session.id] = session
            inside = World(session.worktree)
            plan = self.plan(inside.tree())
            if plan is None:
                return "-"
            result = apply_plan(plan.text, session.worktree)
            if not result.ok:
                return f"{session.id} rejected"
            bench = Bench(session)
            bench.write(result.files, result.modes)
            bench.keep("round")
        except GlmcodeError as error:
            self.opened.pop(name, None)
            return f"{name} refused: {error.message}"
        mine = set(plan.markers.values())
        self.sessions.setdefault(session.id, set()).update(mine)
        self.world.required |= mine
        return f"{session.id} {len(mine)} lines"

    def _marker(self) -> bytes:
        self.written += 1
        return b"G%05d" % self.written
