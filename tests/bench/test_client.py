"""What 131,072 one-token chunks cost over client, decoder and parser, in CPU and memory, beside the SDK's typed stream."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import material

CLIENT = Path(__file__).with_name("client_stream.py")


def test_the_longest_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from glmcode.model.cassette import Answer, from_answers, write_cassette

    answer = Answer(material.plan("search-replace"), pieces=material.CHUNKS)
    write_cassette(str(tmp_path / "plan.jsonl"), from_answers([answer] * 2))
    figures = {}
    command = [sys.executable, "-m", "glmcode", "replay", str(tmp_path / "plan.jsonl")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        for how in ("glmcode", "sdk"):
            done = subprocess.run([sys.executable, str(CLIENT), url, how], check=True, capture_output=True, text=True)
            figures[how] = json.loads(done.stdout)
        server.terminate()
    assert figures["glmcode"]["characters"] == figures["sdk"]["characters"]
    assert figures["glmcode"]["cpu_seconds"] * 4 < figures["sdk"]["cpu_seconds"]
    assert figures["glmcode"]["grown_mb"] <= 40
    with capsys.disabled():
        print(f"\n{json.dumps(figures)}")
