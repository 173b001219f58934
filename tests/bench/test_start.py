"""What a start costs, in CPU seconds of whole processes: the best of several, beside bare Python in the same run."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROUNDS = 10
GLMCODE = str(Path(sys.executable).with_name("glmcode"))


def cpu(*command: str, cwd: Path) -> float:
    """Milliseconds of CPU of the command: the least of ROUNDS runs."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    best = float("inf")
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=cwd, env=environ, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return round(best * 1000, 1)


def test_starts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "cart.py").write_text("def total():\n    return 1\n")
    (tmp_path / "plan").write_text('<edit path="cart.py" replace="total">\ndef total():\n    return 2\n</edit>\n')
    figures = {
        "bare Python": cpu(sys.executable, "-c", "pass", cwd=tmp_path),
        "glmcode --version": cpu(GLMCODE, "--version", cwd=tmp_path),
        "glmcode --help": cpu(GLMCODE, "--help", cwd=tmp_path),
        "glmcode apply --check": cpu(GLMCODE, "apply", "--check", "plan", cwd=tmp_path),
        "glmcode apply": cpu(GLMCODE, "apply", "plan", cwd=tmp_path),
    }
    with capsys.disabled():
        print(f"\nmilliseconds of CPU: {json.dumps(figures)}")
    assert "return 2" in (tmp_path / "cart.py").read_text()
