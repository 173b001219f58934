"""A million hostile paths, in plans of every form and by themselves, under a watcher: none is written outside the root.

    python -m tests.bench.hostile_paths [--paths N] [--seed N] [--processes N]

Prints what became of them; ends with an AssertionError for the first that touched anything it may not.
"""

import argparse
import multiprocessing
import random
import time
from collections import Counter

from tests.fuzz.choices import Choices
from tests.fuzz.hostile import hostile_path
from tests.fuzz.paths import check_names, hunt, standing

AT_ONCE = 200
"""Paths in one tree and one plan."""


def run(seed: int, count: int) -> tuple[Counter[str], float]:
    """What became of so many paths, and the seconds of CPU."""
    rolled = random.Random(seed)
    told: Counter[str] = Counter()
    names: list[str] = []
    began = time.process_time()
    for _ in range(-(-count // AT_ONCE)):
        with standing() as place:
            choices = Choices(rolled.randbytes(120 * AT_ONCE))
            found = hunt(place, [hostile_path(choices, place.outside) for _ in range(AT_ONCE)], choices)
        names += [name.removeprefix("name:") for name in found if name.startswith("name:")]
        told += Counter({what: number for what, number in found.items() if not what.startswith("name:")})
        told["paths"] += AT_ONCE
        if len(names) > 5000:
            check_names(names)
            names.clear()
    check_names(names)
    return told, time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--paths", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    told: Counter[str] = Counter()
    spent = 0.0
    jobs = [
        (chosen.seed * 1000 + job, min(20_000, chosen.paths - at))
        for job, at in enumerate(range(0, chosen.paths, 20_000))
    ]
    with multiprocessing.Pool(chosen.processes) as pool:
        for found, seconds in pool.starmap(run, jobs, chunksize=1):
            told += found
            spent += seconds
    for what, number in told.most_common():
        print(f"{number:>10,}  {what}")
    print(f"{spent:,.0f} s of CPU, {spent / told['paths'] * 1e6:,.0f} microseconds a path")


if __name__ == "__main__":
    main()
