"""Paths that lead out, in every form of plan and by every call that writes: nothing outside the root, nothing of git's.

The same paths every time; tests/bench/hostile_paths.py runs a million of others.
"""

import random
import sys
from collections import Counter

import pytest

from tests.fuzz.choices import Choices
from tests.fuzz.hostile import FORMS, hostile_path
from tests.fuzz.paths import check_names, hunt, standing
from tests.fuzz.watch import Watcher

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the watcher asks Linux what was changed")


def test_no_path_touches_what_is_outside_or_of_git() -> None:
    told: Counter[str] = Counter()
    rolled = random.Random(5)
    for _ in range(8):
        with standing() as place:
            choices = Choices(rolled.randbytes(20_000))
            told += hunt(place, [hostile_path(choices, place.outside) for _ in range(150)], choices)
    # The hunt is worth its time only where much is refused, and much gets through to be watched.
    assert told["outside-root"] > 200
    assert told["applied"] > 40
    assert told["landed"] > 25
    assert told["written"] > 200
    assert {
        form
        for form in ("native", "udiff", "v4a", "whole", "tool-call", "search-replace")
        if not told[f"{form} rejected"] or not told[f"{form} applied"]
    } == set()
    check_names([name.removeprefix("name:") for name in told if name.startswith("name:")])


@pytest.mark.parametrize("form", FORMS)
def test_each_form_carries_its_path_to_where_it_is_refused(form: str) -> None:
    from glmcode.library import apply_plan

    reasons: Counter[str] = Counter()
    for path in (
        "../outside/new.txt",
        "/etc/passwd",
        ".git/config",
        ".GIT/hooks/x",
        "a/../../b",
        "git~1/x",
        "src/con.py",
    ):
        for roll in range(8):
            result = apply_plan(
                FORMS[form](path, Choices(random.Random(roll).randbytes(40))), {"a.txt": b"one\n"}, partial=True
            )
            reasons.update(outcome.reason or outcome.status for outcome in result.edits)
            assert set(result.files) <= {"a.txt", "x"}
    assert reasons["outside-root"] > 5, reasons


def test_the_watcher_sees_what_it_should() -> None:
    with standing() as place, Watcher() as watcher:
        for folder in place.closed:
            watcher.add(folder, changes=True, reads=True)
        for path in (f"{place.outside}/kept.txt", f"{place.root}/sub/inner.txt", f"{place.root}/.git/hooks/pre-commit"):
            with open(path, "ab") as file:
                file.write(b"x")
            assert path.encode() in {seen for seen, _ in watcher.seen()}
