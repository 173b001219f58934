"""This repository's own commits, in every form: each lands as itself, and with drift as itself or not at all."""

import subprocess
from pathlib import Path

import pytest

from glmcode.express import FileChange, express
from glmcode.express.write import lands
from glmcode.plan.edits import Form
from tests.history.block import blocks
from tests.history.drift import KINDS, drifted, judged

ROOT = Path(__file__).parents[2]
FIRST, LAST, STEP = 3, 80, 4
LARGEST = 40_000
FORMS: tuple[Form, ...] = ("native", "search-replace", "udiff", "v4a", "whole", "tool-call")


@pytest.fixture(scope="module")
def changes() -> list[FileChange]:
    """Files of moderate size that early commits changed: the same ones however long the history grows."""
    asked = ["rev-list", "--no-merges", "--reverse", "HEAD"]
    listed = subprocess.run(["git", *asked], cwd=ROOT, capture_output=True, text=True, check=False)
    revisions = listed.stdout.split()
    if listed.returncode != 0 or len(revisions) < LAST:
        pytest.skip("there is no git history here: a source archive, or a shallow clone")
    found = []
    for revision in revisions[FIRST:LAST:STEP]:
        raw = git("diff-tree", "-r", "-z", "--root", "--no-commit-id", "--no-abbrev", revision).split(b"\0")
        for head, path in zip(raw[:-1:2], raw[1::2], strict=False):
            mode_before, mode_after, old, new, status = head[1:].decode().split(" ")
            before = None if status == "A" else git("cat-file", "blob", old)
            after = None if status == "D" else git("cat-file", "blob", new)
            large = max(len(before or b""), len(after or b"")) > LARGEST
            if large or b"\0" in (after or b"") or "120000" in (mode_before, mode_after):
                continue
            modes = [mode if mode != "000000" else "100644" for mode in (mode_before, mode_after)]
            found.append(FileChange(path.decode(), before, after, *modes))
    return found


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True).stdout


@pytest.mark.parametrize("form", FORMS)
def test_every_commit_lands_as_itself(changes: list[FileChange], form: Form) -> None:
    for change in changes:
        assert lands(express([change], form), [change]), change.path


def test_a_drifted_plan_lands_as_meant_or_not_at_all(changes: list[FileChange]) -> None:
    found = [drift for change in changes for block in list(blocks(change))[:1] for drift in drifted(block)]
    wrong = [(drift.kind, drift.path) for drift in found if judged(drift) == "wrong"]
    assert not wrong
    assert {drift.kind for drift in found} == set(KINDS)
