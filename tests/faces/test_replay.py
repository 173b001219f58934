"""`glmcode replay` as a process: what it prints, what it serves, how it ends."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from glmcode.errors import Exit
from glmcode.model.cassette import Answer, from_answers, write_cassette
from glmcode.model.client import Client, Message, Request
from glmcode.model.providers import choose
from glmcode.model.stream import Finish, Text

ASK = Request((Message("user", "hello"),), 1000)


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    path = tmp_path / "answers.jsonl"
    write_cassette(path, from_answers([Answer("one two three four", pieces=4), Answer("again")]))
    return path


def replay(*arguments: str | Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "glmcode", "replay", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_it_says_where_it_serves_and_how_to_use_it_and_ends_on_ctrl_c(cassette: Path) -> None:
    with replay(cassette) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        exported = server.stdout.readline().strip()
        assert exported == f"export OPENAI_BASE_URL={url} OPENAI_API_KEY=none"
        environ = dict(word.split("=", 1) for word in exported.split()[1:])
        with Client(choose(None, None, None, environ)) as client:
            deltas = list(client.stream(ASK))
        assert "".join(delta.text for delta in deltas if isinstance(delta, Text)) == "one two three four"
        assert deltas[-1] == Finish("stop")
        server.send_signal(signal.SIGINT)
        out, err = server.communicate(timeout=200)
    assert server.returncode == 0
    assert out == ""
    assert err.splitlines()[-1] == "played 1 of 2"


def test_the_rate_is_kept(cassette: Path) -> None:
    with replay(cassette, "--rate", "5") as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        with Client(choose(None, url, None, {})) as client:
            client.models()  # loads what the first request loads
            started = time.monotonic()
            list(client.stream(ASK))
        assert 0.7 < time.monotonic() - started < 60
        server.terminate()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["none.jsonl"], "can't read"),
        (["broken.jsonl"], "line 1 is no JSON"),
        (["empty.jsonl"], "holds no answers"),
        (["good.jsonl", "--rate", "0"], "--rate is a number"),
        (["good.jsonl", "--rate", "nan"], "--rate is a number"),
        (["good.jsonl", "--port", "70000"], "--port"),
        ([], "FILE"),
    ],
)
def test_bad_use_gets_one_line_and_exit_2(tmp_path: Path, arguments: list[str], says: str) -> None:
    (tmp_path / "broken.jsonl").write_text("{", encoding="utf-8")
    write_cassette(tmp_path / "empty.jsonl", from_answers([]))
    write_cassette(tmp_path / "good.jsonl", from_answers([Answer("x")]))
    command = [sys.executable, "-m", "glmcode", "replay", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == Exit.USAGE
    assert done.stdout == ""
    assert says in done.stderr.splitlines()[0]
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_said(cassette: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with replay(cassette, "--port", str(port)) as server:
            _, err = server.communicate(timeout=200)
    assert server.returncode == Exit.USAGE
    assert f"can't listen on port {port}" in err


def test_it_loads_neither_the_sdk_nor_git(cassette: Path) -> None:
    program = (
        "import sys, json\n"
        "from glmcode.faces.cli.app import run\n"
        "run(['replay', sys.argv[1]])\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, cassette], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("http://127.0.0.1:")
        server.send_signal(signal.SIGINT)
        out, _ = server.communicate(timeout=200)
    loaded = set(json.loads(out.splitlines()[-1]))
    assert "glmcode.model.replay" in loaded
    assert not loaded & {"openai", "httpx2", "git", "pydantic", "rich", "prompt_toolkit"}
