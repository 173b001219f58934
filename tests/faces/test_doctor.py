"""`glmcode doctor`: what it finds, what it says is missing, and that it shows no key."""

import json
from pathlib import Path

from glmcode.errors import Exit
from tests.agent.rig import repository, served
from tests.faces.rig import KEY, environ, glmcode
from tests.model.faults import free_port


def test_all_is_there(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"test_a.py": "def test_a():\n    assert True\n"})
    with served([]) as server:
        ran = glmcode(root, "doctor", "--json", "--base-url", server.url, env=environ(tmp_path))
    assert ran.code == Exit.OK
    said = json.loads(ran.out)
    assert said["ok"]
    found = {finding["name"]: finding for finding in said["findings"]}
    assert {"glmcode", "git", "repository", "tests", "sandbox", "key", "endpoint"} <= found.keys()
    assert "pytest" in found["tests"]["text"]
    assert found["endpoint"]["state"] == "ok"


def test_outside_a_repository_and_without_a_key_it_says_both(tmp_path: Path) -> None:
    env = environ(tmp_path)
    del env["OPENAI_API_KEY"]
    ran = glmcode(tmp_path, "doctor", env=env)
    assert ran.code == Exit.USAGE
    rows = {line.split()[1]: line for line in ran.out.decode().splitlines()}
    assert rows["repository"].startswith("✗")
    assert rows["key"].startswith("✗")
    assert "ZAI_API_KEY" in rows["key"]


def test_a_key_is_present_and_never_printed(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    env = environ(tmp_path, ZAI_API_KEY=KEY)
    ran = glmcode(root, "doctor", "--offline", env=env)
    assert ran.code == Exit.OK
    assert "present for zai (not shown)" in ran.out.decode()
    assert KEY not in ran.out.decode()


def test_an_endpoint_that_does_not_answer_is_missing(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    ran = glmcode(root, "doctor", "--base-url", f"http://127.0.0.1:{free_port()}/v1", env=environ(tmp_path))
    assert ran.code == Exit.USAGE
    assert "connection refused" in ran.out.decode()
