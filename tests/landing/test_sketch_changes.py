"""Known changes of sources in many languages, written as models write sketches: each lands as it was meant, or is refused."""

from collections import Counter
from pathlib import Path
from textwrap import dedent

import pytest

from glmcode import apply_plan, outline
from glmcode.landing.result import Result
from tests.landing.sketching import Case, case, first_lines_flush

SOURCES = sorted((Path(__file__).parent / "sources").iterdir())
CASES = 60
"""Changes of each source."""
LEAST = 60
"""Percent of them that land: what is left says too little to be placed, or does not parse."""


def outcome(one: Case, path: str, body: str) -> str:
    return compared(
        apply_plan(body, {path: one.before.encode()}, form="sketch", path=path), path, one.before, one.after
    )


def compared(result: Result, path: str, before: str, after: str) -> str:
    if not result.ok:
        return "refused"
    got = result.files.get(path, before.encode())
    assert got is not None
    return "landed" if _lines(got.decode()) == _lines(after) else "wrong"


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n") if line.strip()]


def cases_of(text: str, suffix: str, name: str, most: int) -> list[tuple[str, Case]]:
    seeds = (f"{name}{number}" for number in range(most * 3))
    return [(seed, one) for seed in seeds if (one := case(text, suffix, seed)) is not None][:most]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_a_sketch_lands_as_it_was_meant_or_is_refused(source: Path) -> None:
    suffix = source.suffix[1:]
    cases = cases_of(source.read_text(), suffix, suffix, CASES)
    counts: Counter[str] = Counter()
    for seed, one in cases:
        found = outcome(one, source.name, one.body)
        assert found != "wrong", f"{seed}: {one.kind}\n{one.body}"
        counts[found] += 1
        body = first_lines_flush(one.body, one.before)
        assert outcome(one, source.name, body) != "wrong", f"{seed}, flush: {one.kind}\n{body}"
    assert len(cases) == CASES
    assert 100 * counts["landed"] >= LEAST * CASES


@pytest.mark.parametrize(
    "source", [source for source in SOURCES if source.suffix != ".html"], ids=lambda path: path.name
)
def test_a_sketch_of_one_definition_lands_as_it_was_meant_or_is_refused(source: Path) -> None:
    text, suffix = source.read_text(), source.suffix[1:]
    rows = text.split("\n")
    counts: Counter[str] = Counter()
    for one in outline(text, source.name):
        first = text[: one.start].count("\n")
        if one.end_line - first < 8:
            continue
        block = "\n".join(rows[first : one.end_line])
        for number, (seed, change) in enumerate(cases_of(block, suffix, one.name, CASES // 8)):
            body = dedent(change.body) if number % 2 else change.body
            plan = f'<edit path="{source.name}" in="{one.name}">\n{body}</edit>\n'
            after = "\n".join([*rows[:first], change.after.rstrip("\n"), *rows[one.end_line :]])
            found = compared(apply_plan(plan, {source.name: text.encode()}), source.name, text, after)
            assert found != "wrong", f"{seed}: {change.kind}\n{plan}"
            counts[found] += 1
    assert 100 * counts["landed"] >= LEAST * counts.total()
