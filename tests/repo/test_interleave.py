"""A user and glmcode at work in one repository at the same time: small games. tests/bench/interleave.py plays long ones."""

import os
import sys
from pathlib import Path

import pytest

from tests.repo.interleave.game import Game

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="stops and continues processes as Linux does")

STEPS = int(os.environ.get("GLMCODE_INTERLEAVE_STEPS", "30"))


@pytest.fixture(autouse=True)
def _configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)


def test_what_either_side_wrote_is_in_the_tree_in_a_commit_or_in_a_refusal(tmp_path: Path) -> None:
    game = Game(5, str(tmp_path), within=0.7)
    game.play(STEPS)
    assert not game.found
    assert any("within" in line for line in game.log)


def test_two_commands_at_once_and_the_user_beside_them(tmp_path: Path) -> None:
    game = Game(7, str(tmp_path), within=0, racing=True)
    game.play(12)
    assert not game.found
    assert any("race" in line for line in game.log)


def test_a_game_is_told_by_its_seed(tmp_path: Path) -> None:
    logs = []
    for folder in ("one", "two"):
        game = Game(11, str(tmp_path / folder), within=0.5)
        game.play(10)
        logs.append(game.log)
    assert logs[0] == logs[1]
