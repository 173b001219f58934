"""A sample of tests/bench/kills.py: the real commands on a hundred files, struck at calls of the system."""

import random
import shutil
from pathlib import Path

import pytest

from tests.bench import strikes


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory) -> strikes.Bed:
    if shutil.which("strace") is None:
        pytest.skip("strace is not there")
    return strikes.bed(tmp_path_factory.mktemp("bed"))


def test_killed_or_refused_at_a_writing_call_a_hundred_files_are_before_or_after(
    bed: strikes.Bed, tmp_path: Path
) -> None:
    arguments = ["apply", str(bed.plan)]
    calls = strikes.calls(strikes.copied(bed.at("before"), tmp_path / "traced"), arguments)
    assert len(calls) > 400
    for number, call in enumerate(random.Random(5).sample(calls, 6)):
        root = strikes.copied(bed.at("before"), tmp_path / str(number))
        if number % 2:
            strikes.struck(root, arguments, f"{call.name}:signal=KILL:when={call.number}")
            wrong = strikes.settled(bed, root, bed.before, bed.after, there_and_back=False)
        else:
            ended = strikes.struck(root, arguments, f"{call.name}:error=ENOSPC:when={call.number}")
            wrong = strikes.refused(bed, root, ended, bed.before, bed.after, there_and_back=False)
        assert not wrong, call


@pytest.mark.parametrize(("action", "start"), [("undo", "after"), ("redo", "undone"), ("gc", "cut")])
def test_killed_at_random_the_way_back_is_before_or_after(
    bed: strikes.Bed, tmp_path: Path, action: str, start: str
) -> None:
    root = strikes.copied(bed.at(start), tmp_path / "struck")
    strikes.killed_after(root, [action], random.Random(action).random() * 0.1, landing=False)
    begun, goal = (bed.after, bed.before) if action == "undo" else (bed.before, bed.after)
    assert not strikes.settled(bed, root, begun, goal, there_and_back=False)
