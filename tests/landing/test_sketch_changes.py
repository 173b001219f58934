"""Known changes of sources in many languages, written as models write sketches: each lands as it was meant, or is refused."""

from collections import Counter
from pathlib import Path

import pytest

from glmcode import apply_plan
from tests.landing.sketching import Case, case

SOURCES = sorted((Path(__file__).parent / "sources").iterdir())
CASES = 60
"""Changes of each source."""
LEAST = 60
"""Percent of them that land: what is left says too little to be placed, or does not parse."""


def outcome(one: Case, path: str) -> str:
    result = apply_plan(one.body, {path: one.before.encode()}, form="sketch", path=path)
    if not result.ok:
        return "refused"
    got = result.files.get(path, one.before.encode())
    assert got is not None
    said, meant = (_lines(text) for text in (got.decode(), one.after))
    return "landed" if said == meant else "wrong"


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_a_sketch_lands_as_it_was_meant_or_is_refused(source: Path) -> None:
    text, suffix = source.read_text(), source.suffix[1:]
    seeds = (f"{suffix}{number}" for number in range(CASES * 3))
    cases = [(seed, one) for seed in seeds if (one := case(text, suffix, seed)) is not None][:CASES]
    counts: Counter[str] = Counter()
    for seed, one in cases:
        found = outcome(one, source.name)
        assert found != "wrong", f"{seed}: {one.kind}\n{one.body}"
        counts[found] += 1
    assert len(cases) == CASES
    assert 100 * counts["landed"] >= LEAST * CASES
