"""The same bytes in, the same bytes out: on any chunking, seed, locale, zone, directory, thread and process.

`python -m tests.bench.determinism` runs the thousand chunkings under each of the seeds and locales.
"""

import functools
import hashlib
import json
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import pytest

from glmcode import apply_plan
from glmcode.landing.engine import Landing
from glmcode.landing.result import Result
from glmcode.landing.tree import MappingTree
from glmcode.plan.edits import Broken, Edit, Event
from glmcode.plan.reader import PlanParser
from tests.rich_plan import FILES, PLAN, REJECTED

PLANS = [PLAN, REJECTED, PLAN + REJECTED]
SEEDS = (0, 1, 2, 3, 4294967295)
CHUNKINGS = 100
"""In each process; ten processes and more make a thousand."""
ROOT = Path(__file__).parents[1]


def digest(result: Result) -> str:
    """One sha256 of the files, their modes, the diff and the receipt."""
    total = hashlib.sha256()
    for path, data in result.files.items():
        total.update(repr((path, result.modes.get(path), data)).encode())
    total.update(result.diff.encode("utf-8", "surrogateescape"))
    total.update(json.dumps(result.receipt).encode())
    return total.hexdigest()


def digests() -> list[str]:
    return [digest(apply_plan(plan, FILES, partial=partial)) for plan, partial in product(PLANS, (False, True))]


def streamed(pieces: list[str]) -> Result:
    """Landed as it comes, the way a running answer is."""
    parser, landing = PlanParser(), Landing(MappingTree(FILES), eager=True)
    for piece in pieces:
        land(landing, parser.feed(piece))
    land(landing, parser.close())
    done = landing.finish("files")
    options = {"form": "auto", "path": None, "partial": True}
    plan = "".join(pieces)
    return Result(done.ok, done.files, done.modes, done.edits, done.before, done.modes_before, plan, options)


def land(landing: Landing, events: list[Event]) -> None:
    for event in events:
        if isinstance(event, Edit | Broken):
            landing.land(event)


def test_the_plan_is_rich() -> None:
    whole = apply_plan(PLAN, FILES)
    assert whole.ok, [one for one in whole.edits if one.status == "rejected"]
    assert {one.form for one in whole.edits} == {
        "native",
        "search-replace",
        "udiff",
        "v4a",
        "sketch",
        "whole",
        "tool-call",
    }
    refused = apply_plan(REJECTED, FILES).edits
    assert all(one.status == "rejected" and one.message for one in refused)
    assert len({one.reason for one in refused}) >= 8


def chunked(seed: int, count: int) -> set[str]:
    """The digests of so many random chunkings of the plan: one, as it should be."""
    plan = PLAN + REJECTED
    chance = random.Random(seed)
    found = set()
    for _ in range(count):
        cuts = sorted(chance.sample(range(1, len(plan)), chance.choice((1, 5, 40, 400))))
        found.add(digest(streamed([plan[a:b] for a, b in zip([0, *cuts], [*cuts, len(plan)], strict=True)])))
    return found


def test_bytes_cut_anywhere_give_the_same_events() -> None:
    plan = (PLAN + REJECTED).encode()
    parser = PlanParser()
    whole = parser.feed(plan) + parser.close()
    chance = random.Random(21)
    for _ in range(100):
        cuts = sorted(chance.sample(range(1, len(plan)), 60))
        parser = PlanParser()
        events = [
            event for a, b in zip([0, *cuts], [*cuts, len(plan)], strict=True) for event in parser.feed(plan[a:b])
        ]
        assert events + parser.close() == whole


def locales() -> list[str]:
    """C, and whatever else there is that sorts, lowers or decodes in another way; at most three."""
    listed = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.split()
    others = [name for name in listed if name.lower().startswith(("tr_tr", "de_de", "en_us", "c.utf"))]
    return ["C", *others][:3] if others else ["C", "C.UTF-8"]


def surroundings() -> list[dict[str, str]]:
    """Every seed under two locales, in one time zone or the other, and one that is odd in all."""
    found = [
        {"PYTHONHASHSEED": str(seed), "LC_ALL": locale, "TZ": ("UTC", "Asia/Kathmandu")[number % 2]}
        for number, (locale, seed) in enumerate(product(locales()[:2], SEEDS))
    ]
    odd = {"TZ": "America/St_Johns", "PYTHONUTF8": "0", "COLUMNS": "20"}
    return [*found, {"PYTHONHASHSEED": "7", "LC_ALL": locales()[-1], **odd}]


def elsewhere(surrounding: dict[str, str], cwd: Path, home: Path, seed: int, count: int) -> tuple[list[str], list[str]]:
    """The digests, and those of so many chunkings, in a process of its own that imports glmcode afresh."""
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        f"from tests.test_determinism import chunked, digests\nprint(*digests())\nprint(*chunked({seed}, {count}))"
    )
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1", **surrounding}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    whole, pieces = done.stdout.splitlines()
    return whole.split(), pieces.split()


@functools.cache
def expected() -> list[str]:
    return digests()


@pytest.mark.parametrize("number", range(2 * len(SEEDS) + 1))
def test_chunkings_seeds_locales_zones_and_directories_change_nothing(tmp_path: Path, number: int) -> None:
    cwd = (tmp_path, Path("/"), ROOT)[number % 3]
    whole, chunks = elsewhere(surroundings()[number], cwd, tmp_path, number, CHUNKINGS)
    assert whole == expected()
    assert chunks == [expected()[-1]]


def test_a_directory_gives_what_a_mapping_gives(tmp_path: Path) -> None:
    for path, data in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    found = [digest(apply_plan(plan, tmp_path, partial=partial)) for plan, partial in product(PLANS, (False, True))]
    assert found == expected()


def test_threads_do_not_disturb_one_another() -> None:
    with ThreadPoolExecutor(4) as pool:
        assert all(found == expected() for found in pool.map(lambda _: digests(), range(8)))


def test_the_order_of_a_mapping_is_of_no_account() -> None:
    same = digest(apply_plan(PLAN + REJECTED, FILES))
    chance = random.Random(22)
    for _ in range(5):
        order = list(FILES.items())
        chance.shuffle(order)
        assert digest(apply_plan(PLAN + REJECTED, dict(order))) == same


def parts() -> list[str]:
    """The plan, cut between its edits of different files: each part names its file."""
    found = [
        part if part.startswith(("<edit path", "<create")) else ""
        for part in PLAN.replace("\n<edit path", "\n\0<edit path").replace("\n<create", "\n\0<create").split("\0")
    ]
    return [part.split("\n<check/>")[0] + "\n" for part in found if part]


@pytest.mark.parametrize("seed", range(20))
def test_edits_of_unrelated_files_come_in_any_order(seed: int) -> None:
    by_file: dict[str, list[str]] = {}
    for part in parts():
        by_file.setdefault(part.split('"')[1], []).append(part)
    assert len(by_file) >= 4
    same = apply_plan("".join(parts()), FILES)
    assert same.ok
    chance = random.Random(seed)
    # Edits of one file keep their order, and are dealt in between those of the others.
    deck = [path for path, edits in by_file.items() for _ in edits]
    chance.shuffle(deck)
    taken = dict.fromkeys(by_file, 0)
    plan = ""
    for path in deck:
        plan += by_file[path][taken[path]]
        taken[path] += 1
    found = apply_plan(plan, FILES)
    assert (found.files, found.modes, found.diff) == (same.files, same.modes, same.diff)
    assert list(found.files) == list(same.files)
