"""Definitions of real sources that come or change, as models sketch them: `python -m tests.bench.sketches [COUNT] [SEED]`.

COUNT sketches (2,000 unless told otherwise) of files of released packages (see `tests/history/archives.py`): how many
land to the byte, but for blank lines, not at all, or wrong. The plans that land wrong are printed.
"""

import random
import sys
from collections import Counter, defaultdict

from glmcode import apply_plan
from tests.history.archives import PROJECTS, NotToBeHadError, releases
from tests.landing.sketched_definitions import case, outcome

LARGEST = 60_000


def sources() -> list[tuple[str, str]]:
    """The text files of the last release of each package."""
    found = []
    for project in PROJECTS:
        try:
            last = releases(project)[-1]
        except NotToBeHadError as error:
            print(error, file=sys.stderr)
            continue
        for path, data in sorted(last.items()):
            if 400 < len(data) < LARGEST and b"\r" not in data:
                try:
                    found.append((path, data.decode()))
                except UnicodeDecodeError:
                    continue
    return found


def main(arguments: list[str]) -> int:
    count = int(arguments[0]) if arguments else 2000
    seed = arguments[1] if len(arguments) > 1 else "sketches"
    every = sources()
    if not every:
        return 1
    chance = random.Random(seed)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    done = 0
    while done < count:
        path, text = chance.choice(every)
        one = case(text, path, f"{seed}{chance.random()}")
        if one is None:
            continue
        done += 1
        result = apply_plan(one.plan, {path: one.before.encode()})
        got = (result.files.get(path) or one.before.encode()).decode() if result.ok else None
        found = outcome(one, got)
        if found == "refused" and any(edit.reason == "breaks-syntax" for edit in result.edits):
            found = "breaks-syntax"
        counts[one.kind][found] += 1
        if found == "wrong":
            print(f"wrong, {one.kind}, {path}:\n{one.plan}\n{result.diff}")
    columns = ("exact", "layout", "whole", "refused", "breaks-syntax", "wrong")
    print(f"{'':34}" + "".join(f"{column:>15}" for column in columns))
    for kind in sorted(counts):
        print(f"{kind:34}" + "".join(f"{counts[kind][column]:>15}" for column in columns))
    return 1 if any(row["wrong"] for row in counts.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
