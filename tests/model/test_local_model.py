"""A real model behind a server that no one here wrote: llama.cpp's own, with a small code model on the CPU.

Off by default: `pytest -m local_model`. The server is the one at GLMCODE_LOCAL_MODEL_URL, else it is started by the tool that
LOCAL_MODEL_TOOL names (../shared/tools/local_model.py by default), whose weights must have been fetched.

Nothing is said of how good the answers are: what must hold is that nothing crashes or hangs, usage is counted, loops end, and
exit codes are right.
"""

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.model.client import Client, Message, Request
from glmcode.model.probe import probe
from glmcode.model.providers import Endpoint, choose
from glmcode.model.retry import Retry
from glmcode.model.stream import Delta, Finish, Text, Usage
from glmcode.model.usage import estimate_tokens
from tests.agent.rig import CALC, CHECK, repository
from tests.faces.rig import ended, environ, start

pytestmark = [pytest.mark.local_model, pytest.mark.timeout(1200)]

TOOL = Path(os.environ.get("LOCAL_MODEL_TOOL", Path(__file__).parents[3] / "shared" / "tools" / "local_model.py"))
HOME = Path.home() / ".cache" / "glmcode-local-model"
SIZES = {"1.5b": "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf", "0.5b": "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"}
PATIENCE = 300.0


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    if given := os.environ.get("GLMCODE_LOCAL_MODEL_URL"):
        yield given
        return
    size = next((size for size, file in SIZES.items() if (HOME / file).exists()), None)
    python = HOME / "venv" / "bin" / "python"
    if size is None or not TOOL.exists() or not python.exists():
        pytest.skip(f"no local model: set GLMCODE_LOCAL_MODEL_URL, or fetch one: python3 {TOOL} get 0.5b")
    command = [str(python), str(TOOL), "serve", size, "--port", "8099", "--ctx", "4096"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        ready, _, _ = select.select([server.stdout], [], [], PATIENCE)
        line = server.stdout.readline() if ready else ""
        if not line.startswith("READY "):
            server.kill()
            pytest.skip(f"the local model's server did not start within {PATIENCE:.0f} seconds: {line!r}")
        yield line.removeprefix("READY ").strip().rstrip("/") + "/v1"
        server.terminate()


@pytest.fixture
def endpoint(url: str) -> Endpoint:
    with Client(choose(None, url, None, {}), Retry(tries=3)) as client:
        return choose(None, url, client.models()[0], {})


def asked(endpoint: Endpoint, text: str, most: int) -> list[Delta]:
    with Client(endpoint, Retry(stall=PATIENCE)) as client:
        return list(client.stream(Request((Message("user", text),), most)))


def said(deltas: Sequence[Delta]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, Text))


def counted(deltas: Sequence[Delta]) -> Usage:
    (usage,) = (delta for delta in deltas if isinstance(delta, Usage))
    return usage


def test_an_answer_streams_counts_and_stops(endpoint: Endpoint) -> None:
    deltas = asked(endpoint, "Answer with the one word: ready", 64)
    assert sum(isinstance(delta, Text) for delta in deltas) >= 1
    assert said(deltas).strip()
    assert deltas[-1] == Finish("stop")
    usage = counted(deltas)
    assert 5 <= usage.prompt_tokens <= 100
    assert 1 <= usage.output_tokens <= 64


def test_the_tokens_asked_for_are_kept(endpoint: Endpoint) -> None:
    deltas = asked(endpoint, "Count from 1 to 1000, one number a line.", 8)
    assert deltas[-1] == Finish("length")
    assert counted(deltas).output_tokens <= 9


def test_the_estimate_is_near_what_is_counted_on_code(endpoint: Endpoint) -> None:
    code = Path(__file__).read_text(encoding="utf-8")[:3000]
    deltas = asked(endpoint, code, 1)
    assert estimate_tokens(code) == pytest.approx(counted(deltas).prompt_tokens, rel=0.25)


def test_a_stream_that_is_left_leaves_the_server_ready(endpoint: Endpoint) -> None:
    with Client(endpoint, Retry(stall=PATIENCE)) as client:
        deltas = client.stream(Request((Message("user", "Write a long poem."),), 2000))
        for delta in deltas:
            if isinstance(delta, Text):
                break
        deltas.close()  # type: ignore[attr-defined]
        started = time.monotonic()
        again = list(client.stream(Request((Message("user", "Say yes."),), 8)))
    assert said(again)
    assert time.monotonic() - started < PATIENCE


def test_a_prompt_beyond_the_context_is_refused_in_one_line(endpoint: Endpoint) -> None:
    with pytest.raises(GlmcodeError) as raised:
        asked(endpoint, "word " * 20_000, 16)
    assert raised.value.exit_code == Exit.USAGE
    assert raised.value.message.isprintable()


def test_what_it_supports_is_found_out(endpoint: Endpoint) -> None:
    found = probe(endpoint)
    assert found.error == ""
    assert found.usage is True
    assert found.has_model is True


@pytest.mark.parametrize("task", ["add must return the sum of a and b, and double twice a: mend calc.py"])
def test_a_task_comes_to_an_end_with_its_exit_code(tmp_path: Path, endpoint: Endpoint, task: str) -> None:
    root = repository(tmp_path / "repo", {"calc.py": CALC, "check.py": CHECK})
    options = (
        "--max-rounds",
        "2",
        "--max-output",
        "600",
        "--test",
        f"{sys.executable} check.py",
        "--json",
        "--land",
        "none",
    )
    arguments = ("run", "--base-url", endpoint.base_url, "--model", endpoint.model, *options, task)
    with start(root, *arguments, env=environ(tmp_path)) as process:
        out, err = process.communicate(timeout=1000)
    ran = ended(process, out, err)
    assert ran.code in (Exit.OK, Exit.CHECKS_FAIL, Exit.NOT_LANDED)
    result = ran.result
    assert result["output_tokens"] > 0
    assert (root / "calc.py").read_text(encoding="utf-8") == CALC
    assert result["ok"] == (ran.code == Exit.OK)
    assert result["after"]["green"] or not result["ok"]
