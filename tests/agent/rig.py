"""A small real repository, and a real server that plays answers to it."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from glmcode.agent.conversation import Options
from glmcode.agent.events import Event, Finished
from glmcode.agent.limits import Limits
from glmcode.agent.task import run_task
from glmcode.model.cassette import Answer, from_answers
from glmcode.model.replay import ReplayServer
from glmcode.model.retry import Retry

E = TypeVar("E", bound=Event)

CALC = """\
def add(a, b):
    return a - b


def double(a):
    return a + a + 1
"""
CHECK = """\
from calc import add, double

failed = [name for name, ok in (("add", add(2, 2) == 4), ("double", double(2) == 4)) if not ok]
print(f"Ran 2 tests: failed {failed}")
raise SystemExit(1 if failed else 0)
"""
FIX_ADD = '<edit path="calc.py" replace="add">\ndef add(a, b):\n    return a + b\n</edit>\n'
FIX_DOUBLE = '<edit path="calc.py" replace="double">\ndef double(a):\n    return a + a\n</edit>\n'
MISSES = (
    '<edit path="calc.py">\n<<<<<<< SEARCH\n    return a * b\n=======\n    return a + b\n>>>>>>> REPLACE\n</edit>\n'
)


def git(root: Path, *arguments: str) -> str:
    """Runs git, which must succeed, and gives its output."""
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def repository(root: Path, files: dict[str, str] | None = None) -> Path:
    """A repository with one commit; without files of its own, one whose two tests fail."""
    root.mkdir(parents=True, exist_ok=True)
    for path, text in (files or {"calc.py": CALC, "check.py": CHECK}).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "config", "user.name", "Tester")
    git(root, "config", "user.email", "tester@example.org")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Begin")
    return root


@dataclass(frozen=True)
class Run:
    """What a run came to."""

    finished: Finished
    events: tuple[Event, ...]
    requests: tuple[dict[str, object], ...]

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]


@contextmanager
def served(answers: Sequence[Answer | str]) -> Iterator[ReplayServer]:
    with ReplayServer(from_answers([a if isinstance(a, Answer) else Answer(a) for a in answers])) as server:
        yield server


def options(server: ReplayServer, **changes: object) -> Options:
    """Options for the server; the tests are a script that needs no runner."""
    base = Options(
        base_url=server.url, model="recorded", retry=Retry(tries=0, waits=()), test_command=f"{sys.executable} check.py"
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def run(
    root: Path,
    answers: Sequence[Answer | str],
    *,
    land_as: object = None,
    limits: Limits | None = None,
    **changes: object,
) -> Run:
    """Runs the task "mend it" on the repository with these answers."""
    events: list[Event] = []
    with served(answers) as server:
        chosen = options(server, **({"limits": limits} if limits else {}), **changes)
        finished = run_task("mend it", str(root), options=chosen, emit=events.append, land_as=land_as)  # type: ignore[arg-type]
        return Run(finished, tuple(events), tuple(server.requests))
