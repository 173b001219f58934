"""The longest answer there is, streamed over loopback in 131,072 chunks, and landed: the CPU in all, and how soon the tree is final.

The server and the client are processes of their own, so the CPU measured is the client's alone: start, HTTP, decoder,
reader, landing, writes.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import material

CLIENT = Path(__file__).with_name("land_stream.py")


@pytest.fixture(scope="module", params=["native", "search-replace"])
def figures(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """What landing the plan cost: CPU seconds in all and by part, and seconds from the last chunk to the final tree."""
    from glmcode.model.cassette import Answer, from_answers, write_cassette

    folder = tmp_path_factory.mktemp("stream")
    tree = folder / "tree"
    for path, data in material.files().items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(data)
    cassette = folder / "plan.jsonl"
    answer = Answer(material.plan(request.param), pieces=material.CHUNKS)
    write_cassette(str(cassette), from_answers([answer]))
    with subprocess.Popen(
        [sys.executable, "-m", "glmcode", "replay", str(cassette)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        done = subprocess.run([sys.executable, str(CLIENT), url, str(tree)], check=True, capture_output=True, text=True)
        server.terminate()
    return {"form": request.param, **json.loads(done.stdout)}


def test_the_longest_plan(figures: dict[str, float], capsys: pytest.CaptureFixture[str]) -> None:
    assert figures["applied"] == material.EDITS
    assert figures["files"] == material.FILES
    with capsys.disabled():
        print(f"\n{json.dumps(figures)}")
