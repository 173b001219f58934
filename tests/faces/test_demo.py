"""`glmcode demo`: the main job with no key and no network, in two rounds."""

import json
from pathlib import Path

from glmcode.errors import Exit
from tests.agent.rig import git
from tests.faces.rig import environ, glmcode


def test_the_demonstration_mends_its_repository_in_two_rounds(tmp_path: Path) -> None:
    env = environ(tmp_path)
    del env["OPENAI_API_KEY"]
    ran = glmcode(tmp_path, "demo", "--json", "--rate", "20000", "--dir", "shop", env=env)
    assert ran.code == Exit.OK
    events = [json.loads(line) for line in ran.out.splitlines()]
    result = events[-1]
    assert result["event"] == "result"
    assert (result["rounds"], result["rejected"], result["landed"]) == (2, 1, "commit")
    assert not result["before"]["green"]
    assert result["after"]["green"]
    forms = {event["outcome"]["form"] for event in events if event["event"] == "edit-landed"}
    assert {"native", "search-replace", "udiff"} <= forms
    assert "recorded ones" in ran.err
    assert "not by GLM-5" in ran.err.replace("\n", " ")
    shop = tmp_path / "shop"
    assert git(shop, "status", "--porcelain", "--untracked-files=no") == ""
    assert git(shop, "rev-list", "--count", "HEAD") == "2\n"


def test_a_folder_that_is_there_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    ran = glmcode(tmp_path, "demo", "--dir", "shop", env=environ(tmp_path))
    assert ran.code == Exit.USAGE
    assert "there already" in ran.err
    assert list((tmp_path / "shop").iterdir()) == []


def test_live_without_a_key_says_how_to_set_one(tmp_path: Path) -> None:
    env = environ(tmp_path)
    del env["OPENAI_API_KEY"]
    ran = glmcode(tmp_path, "demo", "--live", env=env)
    assert ran.code == Exit.USAGE
    assert "ZAI_API_KEY" in ran.err
