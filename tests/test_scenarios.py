"""Every folder of tests/scenarios, landed at once and streamed, and its diff given to git. See its README."""

import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from glmcode.landing.engine import Landing
from glmcode.landing.outcome import Outcome
from glmcode.library import apply_plan
from glmcode.plan.edits import Broken, Edit
from glmcode.plan.reader import PlanParser
from glmcode.repo.disk import DirectoryTree

HERE = Path(__file__).parent / "scenarios"
SCENARIOS = sorted(path for path in HERE.iterdir() if path.is_dir())


def tree(folder: Path) -> dict[str, tuple[bytes, bool]]:
    """Bytes and executable bit of every file."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), bool(path.stat().st_mode & 0o100))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def options_of(scenario: Path) -> dict[str, Any]:
    file = scenario / "options.toml"
    return tomllib.loads(file.read_text()) if file.exists() else {}


def check_outcomes(expected: str, outcomes: tuple[Outcome, ...]) -> None:
    wanted: list[tuple[list[str], list[str]]] = []
    for line in expected.splitlines():
        if line.startswith(" "):
            wanted[-1][1].append(line.strip())
        elif line.strip() and not line.startswith("#"):
            wanted.append((line.split(), []))
    got = [
        [word for word in (o.status, o.reason, o.strategy, "-".join(map(str, o.lines)) if o.lines else None) if word]
        for o in outcomes
    ]
    messages = "\n".join(o.message for o in outcomes)
    assert len(got) == len(wanted), f"{got}\n{messages}"
    for (words, phrases), have, outcome in zip(wanted, got, outcomes, strict=True):
        assert have[0] == words[0], f"{got}\n{messages}"
        assert set(words) <= set(have), f"{words} of {got}\n{messages}"
        for phrase in phrases:
            assert phrase in outcome.message
        assert len(outcome.message) <= 1200
        assert bool(outcome.message) == (outcome.status == "rejected")


def streamed(plan: bytes, folder: Path, options: dict[str, Any]) -> tuple[dict[str, bytes | None], tuple[Outcome, ...]]:
    landing = Landing(DirectoryTree(str(folder)), eager=True)
    parser = PlanParser(options.get("form", "auto"), options.get("path"))
    text = plan.decode("utf-8", "surrogateescape")
    events = [event for char in text for event in parser.feed(char)] + parser.close()
    told: dict[str, bytes | None] = {}
    for event in events:
        if isinstance(event, Edit | Broken):
            landing.land(event)
            told.update(landing.changed_since_last())
    landed = landing.finish("files" if options.get("partial") else "all")
    told.update(landing.changed_since_last())
    # What a streaming caller was told of, in the end, is what changed.
    for path, data in told.items():
        file = folder / path
        assert data == landed.files.get(path, file.read_bytes() if file.is_file() else None)
    assert set(landed.files) <= set(told) | set(landing.modes())
    return landed.files, landed.edits


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.name)
def test_scenario(scenario: Path, tmp_path: Path) -> None:
    assert (scenario / "after").is_dir() or (scenario / "error.txt").exists()
    options = options_of(scenario)
    base = tmp_path / "before"
    if (scenario / "before").is_dir():
        shutil.copytree(scenario / "before", base)
    else:
        base.mkdir()
    before = tree(base)
    plan = (scenario / "plan.txt").read_bytes()

    result = apply_plan(plan, str(base), **options)
    outcomes = next((scenario / name for name in ("error.txt", "outcomes.txt") if (scenario / name).exists()), None)
    check_outcomes(outcomes.read_text() if outcomes else "applied\n" * len(result.edits), result.edits)
    assert result.edits, "the plan has no edit"
    assert result.ok == all(outcome.status != "rejected" for outcome in result.edits)
    assert streamed(plan, base, options) == (result.files, result.edits)
    assert tree(base) == before, "landing wrote to the tree"

    expected = tree(scenario / "after") if (scenario / "after").is_dir() else before
    landed = dict(before)
    for path, data in result.files.items():
        if data is None:
            landed.pop(path, None)
        else:
            landed[path] = (data, result.modes[path] == "100755")
    assert landed == expected

    if result.diff:
        command = ["git", "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", "-"]
        environment = {"GIT_CEILING_DIRECTORIES": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
        done = subprocess.run(
            command, cwd=base, input=result.diff.encode(), capture_output=True, check=False, env=environment
        )
        assert done.returncode == 0, done.stderr.decode() + result.diff
    assert tree(base) == expected


def test_there_are_enough_of_them() -> None:
    assert len(SCENARIOS) >= 45
