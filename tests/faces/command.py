"""Running glmcode as a user does: a fresh process, real git, nothing to type."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Ended", "glmcode", "repository", "tree"]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def answer(self) -> dict[str, Any]:
        """The one JSON object that is all of standard output."""
        assert self.out.count(b"\n") == 1
        assert self.out.endswith(b"\n")
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


def glmcode(cwd: Path, *arguments: str | Path, stdin: str | bytes | None = None, **environ: str) -> Ended:
    given = stdin.encode("utf-8", "surrogateescape") if isinstance(stdin, str) else stdin
    ended = subprocess.run(
        [sys.executable, "-m", "glmcode", *arguments],
        cwd=cwd,
        input=given if given is not None else b"",
        capture_output=True,
        check=False,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(cwd.parent), **environ},
        timeout=200,
    )
    err = ended.stderr.decode("utf-8", "surrogateescape")
    assert "Traceback" not in err, err
    return Ended(ended.returncode, ended.stdout, err)


def repository(place: Path, files: Mapping[str, str | bytes]) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "-q", "-b", "main", "--template=", place], check=True)
    for path, text in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    return place


def tree(root: Path) -> dict[str, bytes]:
    """Every file but git's own."""
    found = (one for one in sorted(root.rglob("*")) if one.is_file() and ".git" not in one.relative_to(root).parts)
    return {str(one.relative_to(root)): one.read_bytes() for one in found}
