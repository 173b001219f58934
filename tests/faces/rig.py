"""`glmcode run` and its like as real processes, against real servers on loopback."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from tests.agent.rig import git

__all__ = ["KEY", "Ran", "environ", "glmcode", "left_behind", "start"]

KEY = "0123456789abcdef0123456789abcdef.S3cr3tS3cr3tS3cr"
"""In the environment of every test's process, and never in its output."""
OURS = (
    "GIT_",
    "GLMCODE_",
    "OPENAI_",
    "ZAI_",
    "ZHIPU_",
    "OPENROUTER_",
    "XDG_",
    "PYTEST_",
    "NO_COLOR",
    "FORCE_COLOR",
    "COLUMNS",
)


@dataclass(frozen=True, slots=True)
class Ran:
    """How a process ended, and what it wrote."""

    code: int
    out: bytes
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """Standard output, which must be nothing but JSON objects, one a line."""
        assert self.out.endswith(b"\n")
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def result(self) -> dict[str, Any]:
        """The last event; the only one of its kind."""
        events = self.events
        assert [event["event"] for event in events].count("result") == 1
        assert events[-1]["event"] == "result"
        assert events[-1]["exit_code"] == self.code
        return events[-1]


def environ(home: Path, **more: str) -> dict[str, str]:
    """The environment of a machine that nobody has set up, with a key for the service."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    own = {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CEILING_DIRECTORIES": str(home), "OPENAI_API_KEY": KEY}
    return {**kept, **own, **more}


def start(cwd: Path, *arguments: str | Path, env: Mapping[str, str], **streams: Any) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "glmcode", *(os.fspath(argument) for argument in arguments)]
    given = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    return subprocess.Popen(command, cwd=cwd, env=env, **given)


def glmcode(
    cwd: Path, *arguments: str | Path, stdin: bytes | int | BinaryIO = b"", env: Mapping[str, str] | None = None
) -> Ran:
    """Runs it to its end. `stdin` is what it can read, or the stream that it gets."""
    text = isinstance(stdin, bytes)
    given = {"stdin": subprocess.PIPE if text else stdin}
    with start(cwd, *arguments, env=env if env is not None else environ(cwd.parent), **given) as process:
        out, err = process.communicate(stdin if isinstance(stdin, bytes) else None, timeout=200)
    return ended(process, out, err)


def ended(process: "subprocess.Popen[bytes]", out: bytes, err: bytes) -> Ran:
    ran = Ran(process.returncode, out, err.decode("utf-8", "surrogateescape"))
    assert "Traceback" not in ran.err, ran.err
    assert KEY not in ran.err + ran.out.decode("utf-8", "replace")
    assert not acting(ran.err), ran.err
    return ran


def acting(text: str) -> list[str]:
    """The characters that would act on a terminal."""
    return [c for c in text if (ord(c) < 32 and c not in "\n\t") or c in "\x7f\x9b\u202a\u202e\u2066\u2069"]


def left_behind(root: Path) -> Sequence[str]:
    """What of a run is still in the repository: worktrees, branches, sessions; but for the worktrees of the pool."""
    trees = [line for line in git(root, "worktree", "list").splitlines()[1:] if "/glmcode/pool/" not in line]
    branches = git(root, "branch", "--list", "glmcode/*").split()
    common = root / git(root, "rev-parse", "--git-common-dir").strip() / "glmcode"
    found = [path.relative_to(common) for path in common.rglob("*") if path.is_file() and path.name != "lock"]
    files = [str(path) for path in found if path.parts[0] not in ("pool", "pool.lock")]
    return [*trees, *branches, *files]
