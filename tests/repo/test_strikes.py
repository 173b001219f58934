"""A sample of tests/bench/kills.py: the real commands on a hundred files, struck at calls of the system and at random."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent.parent


@pytest.mark.skipif(shutil.which("cc") is None or sys.platform != "linux", reason="no C compiler, or not Linux")
def test_a_hundred_files_are_before_or_after_wherever_they_are_struck(tmp_path: Path) -> None:
    sample = [
        "--every",
        "300",
        "--runs",
        "1",
        "--fault",
        "KILL",
        "--fault",
        "ENOSPC",
        "--action",
        "apply",
        "--action",
        "recover",
    ]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench.kills", "--dir", tmp_path, *sample],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "ended -9" in ended.stdout
    assert "ended 4" in ended.stdout
