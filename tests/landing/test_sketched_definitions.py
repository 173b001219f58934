"""Definitions that come or change in sources of many languages, as models sketch them: right, or refused."""

from collections import Counter
from pathlib import Path

import pytest

from glmcode import apply_plan
from tests.landing.sketched_definitions import case, outcome

SOURCES = [
    *sorted((Path(__file__).parent / "sources").iterdir()),
    *sorted((Path(__file__).parents[1] / "syntax" / "samples").glob("*.txt")),
]
SEEDS = 100


def landed(path: str, before: str, plan: str) -> str | None:
    result = apply_plan(plan, {path: before.encode()})
    assert result.edits, plan
    return (result.files.get(path) or before.encode()).decode() if result.ok else None


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_a_definition_comes_or_changes_as_it_was_meant_or_not_at_all(source: Path) -> None:
    path = source.name.removesuffix(".txt")
    text = source.read_text()
    for seed in range(SEEDS):
        one = case(text, path, f"{path}{seed}")
        if one is not None:
            found = outcome(one, landed(path, one.before, one.plan))
            assert found != "wrong", f"{seed}: {one.kind}\n{one.plan}"


def test_most_of_those_land_that_say_where() -> None:
    counts: Counter[str] = Counter()
    for source in SOURCES[:10]:
        text = source.read_text()
        for seed in range(SEEDS):
            one = case(text, source.name, f"{source.name}{seed}")
            if one is not None and one.after is not None:
                counts[outcome(one, landed(source.name, one.before, one.plan))] += 1
    assert counts.total() > 150
    assert 100 * counts["refused"] < 30 * counts.total(), counts
