"""The longest answer there is, streamed over loopback in 131,072 chunks, and landed: CPU in all, and how soon the tree is final.

The server is a process of its own, so the CPU measured is the client's alone: HTTP, decoder, reader, landing, writes.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench import material

FORMS = ("native", "search-replace")


@pytest.fixture(params=FORMS)
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The plan's form, and the base URL that serves it."""
    from glmcode.model.cassette import Answer, from_answers, write_cassette

    cassette = tmp_path / "plan.jsonl"
    write_cassette(cassette, from_answers([Answer(material.plan(request.param), pieces=material.CHUNKS)]))
    command = [sys.executable, "-m", "glmcode", "replay", str(cassette)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield request.param, server.stdout.readline().strip()
        server.terminate()


def test_the_longest_plan(served: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    form, url = served
