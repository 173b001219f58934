"""What landing costs on one core, beside `git apply` of the same change and one parse of the changed files in the same run.

Run as: make bench ARGS=tests/bench/test_landing.py, or with the same name under pytest -o addopts=--import-mode=importlib

A figure is the CPU time of landing with every safeguard: the plan is read, every edit landed, each changed file judged
by the syntax guard, plan and files hashed for the receipt. `git apply` is a whole process, its reading and writing of
files included. The parts of a ratio are measured in turns, so that other work on the machine moves both.

The library has no switch for the syntax guard. Without it is `Landing(guard=False)`, which `apply_plan` is a thin cover
of; files of the same bytes under names that have no grammar cost the same, and are measured beside it.
"""

import gc
import json
import resource
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from glmcode import apply_plan
from glmcode.landing.diff import git_diff
from glmcode.landing.engine import Landed, Landing
from glmcode.landing.receipt import receipt
from glmcode.landing.tree import MappingTree
from glmcode.plan.edits import Check
from glmcode.plan.reader import parse_plan
from glmcode.syntax import parse
from tests.bench import material

ROUNDS = 7
APPLY_MODEL = 10_500
"""Tokens of plan and file together that an apply model on an accelerator of its own takes a second."""
CHARACTERS = 4.2
"""A token, in code: the longest answer of 131,072 tokens is 550 KB. Fewer would flatter: these files are full of numbers."""


def land(plan: str, files: Mapping[str, bytes], *, guard: bool) -> Landed:
    """What `apply_plan` does and its receipt, with the syntax guard or without."""
    landing = Landing(MappingTree(files), guard=guard)
    for event in parse_plan(plan):
        if not isinstance(event, Check):
            landing.land(event)
    landed = landing.finish()
    receipt(plan, {}, landed.before, landed.files, landed.modes_before, landed.modes, landed.edits, landed.ok)
    return landed


def cpu(*works: Callable[[], object], rounds: int = ROUNDS, before: Callable[[], object] = gc.collect) -> list[float]:
    """Milliseconds of CPU of each piece of work, its processes included: the least of the rounds, the pieces in turns."""
    best = [float("inf")] * len(works)
    for _ in range(rounds):
        for at, work in enumerate(works):
            before()
            start = _used()
            work()
            best[at] = min(best[at], 1000 * (_used() - start))
    return [round(one, 2) for one in best]


def _used() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def git_apply(diff: str, files: Mapping[str, bytes], root: Path) -> float:
    """Milliseconds of CPU of `git apply`."""
    subprocess.run(["git", "init", "-q", root], check=True)
    (root / "change.diff").write_text(diff)

    def write() -> None:
        for path, data in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)

    return cpu(lambda: subprocess.run(["git", "apply", "change.diff"], cwd=root, check=True), before=write)[0]


def tell(capsys: pytest.CaptureFixture[str], **figures: object) -> None:
    with capsys.disabled():
        print(f"\n{json.dumps(figures)}")


@pytest.mark.parametrize("form", ["search-replace", "drifted", "native"])
def test_250_edits_over_100_files(
    form: str, benchmark: BenchmarkFixture, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = material.files()
    plan = material.drifted_plan() if form == "drifted" else material.plan(form)
    result = apply_plan(plan, files)
    assert result.ok
    if form == "drifted":
        assert result.files == apply_plan(material.plan("search-replace"), files).files
        assert {outcome.strategy for outcome in result.edits} == {"line-ends", "indentation", "blank-lines", "fuzzy"}
    changed = {path: data for path, data in result.files.items() if data is not None}
    git = git_apply(result.diff, files, tmp_path)
    assert {path: (tmp_path / path).read_bytes() for path in changed} == changed
    unnamed = {path.replace(".py", ".txt"): data for path, data in files.items()}
    unguarded, guarded, parsed, nameless, diffed = cpu(
        lambda: land(plan, files, guard=False),
        lambda: land(plan, files, guard=True),
        lambda: [parse(data, "python").is_clean for data in changed.values()],
        lambda: form == "native" or apply_plan(plan.replace(".py", ".txt"), unnamed).receipt,
        lambda: git_diff(result.before, result.files),
    )
    thousands = (len(plan) + sum(map(len, files.values()))) / CHARACTERS
    tell(
        capsys,
        form=form,
        plan_kb=len(plan) // 1000,
        files_kb=sum(map(len, files.values())) // 1000,
        git_apply_ms=git,
        one_parse_ms=parsed,
        without_guard_ms=unguarded,
        without_guard_of_git_apply=round(unguarded / git, 2),
        without_grammar_ms=None if form == "native" else nameless,
        with_guard_ms=guarded,
        guard_in_parses=round((guarded - unguarded) / parsed, 2),
        all_in_parses=round(guarded / parsed, 2),
        diff_ms=diffed,
        tokens_a_second=round(1000 * thousands / guarded),
        of_an_apply_model=round(1000 * thousands / guarded / APPLY_MODEL),
        tokens_a_second_without_guard=round(1000 * thousands / unguarded),
        of_an_apply_model_without_guard=round(1000 * thousands / unguarded / APPLY_MODEL),
    )
    landed_by(benchmark, plan, files, 3)


def landed_by(benchmark: BenchmarkFixture, plan: str, files: Mapping[str, bytes], rounds: int) -> Landed:
    """What landing gives, timed by pytest-benchmark too, so that runs can be compared with `--benchmark-compare`."""
    landed = benchmark.pedantic(land, (plan, files), {"guard": True}, rounds=rounds)  # type: ignore[no-untyped-call]
    assert isinstance(landed, Landed)
    return landed


def lines(count: int) -> list[str]:
    return [f"    total_{number} = weight * {number} + offset\n" for number in range(count)]


def block(old: str, new: str) -> str:
    return f'<edit path="long.txt">\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n</edit>\n'


@pytest.mark.parametrize("count", [20_000, 200_000, 1_000_000])
def test_one_edit_of_a_long_file(count: int, benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    rows = lines(count)
    files = {"long.txt": "".join(rows).encode()}
    at = count // 2
    words = rows[at : at + 8]
    given = [*words[:6], "    total = 0\n", words[7]]
    exact = block("".join(words), "".join(given))
    missing = block("".join(words[:2] + words[3:]), "".join(given[:2] + given[3:]))
    assert [land(plan, files, guard=True).edits[0].strategy for plan in (exact, missing)] == ["exact", "fuzzy"]
    costs = cpu(lambda: land(exact, files, guard=True), lambda: land(missing, files, guard=True))
    bare = cpu(
        lambda: Landing(MappingTree(files)).land(parse_plan(exact)[0]),  # type: ignore[arg-type]
        lambda: bytearray(files["long.txt"]),
    )
    tell(
        capsys,
        lines=count,
        kb=len(files["long.txt"]) // 1000,
        exact_ms=costs[0],
        without_receipt_ms=bare[0],
        missing_line_ms=costs[1],
        copy_ms=bare[1],
    )
    landed_by(benchmark, exact, files, 3)


@pytest.mark.parametrize(
    ("count", "edits"),
    [(20_000, 100), (20_000, 1000), (20_000, 10_000), (200_000, 10_000), (1_000_000, 1000), (1_000_000, 10_000)],
)
def test_many_edits_of_one_file(
    count: int, edits: int, benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = lines(count)
    files = {"long.txt": "".join(rows).encode()}
    step = count // edits
    plan = "".join(
        block(rows[at] + rows[at + 1], f"    total_{at} = 0\n{rows[at + 1]}") for at in range(0, count, step)
    )
    landed = landed_by(benchmark, plan, files, 1)
    assert landed.ok
    read, whole = cpu(lambda: parse_plan(plan), lambda: land(plan, files, guard=True), rounds=2)
    tell(capsys, lines=count, edits=edits, land_ms=whole, reading_ms=read, us_an_edit=round(1000 * whole / edits))


@pytest.mark.parametrize("form", ["search-replace", "native"])
@pytest.mark.parametrize("times", [1, 2, 4])
def test_more_files_and_edits(
    form: str, times: int, benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """The plan and its files over and over under other names: cost grows as both do."""
    files = {f"{turn}/{path}": data for turn in range(times) for path, data in material.files().items()}
    plan = "".join(material.plan(form).replace('path="pkg', f'path="{turn}/pkg') for turn in range(times))
    landed = landed_by(benchmark, plan, files, 1)
    assert landed.ok
    (cost,) = cpu(lambda: land(plan, files, guard=True), rounds=3)
    tell(capsys, form=form, edits=len(landed.edits), files=len(landed.files), ms=cost)


def sketched(number: int, factor: int) -> str:
    """A function of the material with one of its lines changed, as a sketch gives it."""
    rows = material.function(number, 1).splitlines(keepends=True)
    changed = rows[6].replace("* 1", f"* {factor}")
    mark = "    # ... existing code ...\n"
    return "".join([rows[0], mark, rows[5], changed, rows[7], mark])


@pytest.mark.parametrize("functions", [17, 176, 1764])
def test_one_sketch(functions: int, benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    """A changed line of one definition that is named, and of three in a sketch of the file, beside a parse of the file."""
    data = "\n\n".join(material.function(number, 1) for number in range(functions)).encode()
    files, middle = {"a.py": data}, functions // 2
    named = f'<edit path="a.py" in="step_{middle}">\n{sketched(middle, 2)}</edit>\n'
    mark = "# ... existing code ...\n"
    three = "".join(f"\n{sketched(number, 2)}\n\n{mark}" for number in (1, middle, functions - 2))
    whole = f'<edit path="a.py">\n{mark}{three}</edit>\n'
    results = [land(plan, files, guard=True) for plan in (named, whole)]
    assert all(result.ok for result in results)
    assert [result.files["a.py"].count(b"* 2\n") for result in results if result.files["a.py"]] == [1, 3]
    costs = cpu(
        lambda: land(named, files, guard=True),
        lambda: land(whole, files, guard=True),
        lambda: parse(data, "python").definitions,
        rounds=3,
    )
    tell(
        capsys, lines=data.count(b"\n"), kb=len(data) // 1000, named_ms=costs[0], whole_ms=costs[1], outline_ms=costs[2]
    )
    landed_by(benchmark, named, files, 1)
