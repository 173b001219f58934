"""Real commits as plans in every form: how many land, and what each form costs in output tokens.

Run as: python -m tests.bench.histories [--most N] [--edits] [--drift] [PROJECT...]

A commit is one file that differs between two releases of a package. Each is written in each form, landed on the file
before and compared. Tokens are estimated by characters, as `glmcode.model.usage` measured them on GLM's tokenizer.
"""

import argparse
import functools
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from glmcode.errors import GlmcodeError
from glmcode.express import FileChange
from glmcode.express.write import part
from glmcode.model.usage import estimate_tokens
from glmcode.plan.edits import Form
from tests.history.archives import PROJECTS, NotToBeHadError, commits, releases
from tests.history.block import blocks
from tests.history.drift import Drifted, drifted, judged
from tests.history.drift_forms import drifted_forms
from tests.history.stale import stale

LARGEST = 60_000
"""Bytes of a file of which plans are landed on its other releases."""

COLUMNS: tuple[tuple[str, Form, int | None], ...] = (
    ("native", "native", None),
    ("search-replace", "search-replace", None),
    ("search-replace, 3 lines of context", "search-replace", 3),
    ("udiff", "udiff", None),
    ("v4a", "v4a", None),
    ("tool-call", "tool-call", None),
    ("sketch", "sketch", None),
    ("whole", "whole", None),
)


def changes(names: list[str], most: int, edits: bool) -> Iterator[tuple[str, FileChange]]:
    """Of each project at most so many commits, spread evenly; with `edits` only files that stand on both sides."""
    for project in PROJECTS:
        if names and project.name not in names:
            continue
        try:
            found = releases(project)
        except NotToBeHadError as error:
            print(error, file=sys.stderr)
            continue
        every = [change for pair in pairwise(found) for change in commits(*pair)]
        if edits:
            every = [one for one in every if one.before is not None and one.after is not None]
        step = max(1, -(-len(every) // most)) if most else 1
        yield from ((project.name, change) for change in every[::step])


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("projects", nargs="*")
    asked.add_argument("--most", type=int, default=0, help="commits of each project")
    asked.add_argument("--columns", help="numbers of columns, as 0,1,3", default="")
    asked.add_argument("--edits", action="store_true", help="only files that stand on both sides")
    asked.add_argument("--drift", action="store_true", help="drifted plans instead")
    asked.add_argument("--blocks", type=int, default=3, help="blocks of each commit that are drifted")
    asked.add_argument("--seconds", type=float, default=1e9, help="stop after so many, with what there is by then")
    given = asked.parse_args()
    every = list(changes(given.projects, given.most, given.edits))
    random.Random(0).shuffle(every)
    found = _until(every, time.monotonic() + given.seconds)
    if given.drift:
        return drift(found, given.blocks)
    columns = [one for at, one in enumerate(COLUMNS) if not given.columns or str(at) in given.columns.split(",")]
    return forms(found, columns)


def _until(every: Iterable[tuple[str, FileChange]], end: float) -> Iterator[tuple[str, FileChange]]:
    for one in every:
        if time.monotonic() > end:
            return
        yield one


def forms(found: Iterable[tuple[str, FileChange]], columns: Sequence[tuple[str, Form, int | None]]) -> int:
    """Every commit in every form: the table for the README."""
    costs: dict[str, dict[int, int]] = defaultdict(dict)
    own: Counter[str] = Counter()
    seconds: dict[str, float] = defaultdict(float)
    names: list[str] = []
    failed = 0
    for name, change in found:
        names.append(name)
        for title, form, context in columns:
            began = time.process_time()
            try:
                kind, text = part(change, form, context)
            except GlmcodeError as error:
                if form != "sketch":
                    failed += 1
                    print(f"{name} {title}: {error.message}", file=sys.stderr)
                continue
            finally:
                seconds[title] += time.process_time() - began
            own[title] += kind == form
            costs[title][len(names)] = estimate_tokens(text)
    print(f"{len(names)} commits: {dict(Counter(names))}; {failed} failed\n")
    print("| form | landed exactly | in its own form | tokens | of search-replace | median commit | CPU s |")
    print("|---|---|---|---|---|---|---|")
    base = costs["search-replace"]
    for title, _, _ in columns:
        both = [(cost, base[at]) for at, cost in costs[title].items() if at in base]
        share = sum(cost for cost, _ in both) / max(1, sum(other for _, other in both))
        middle = statistics.median(cost / other for cost, other in both) if both else 0
        total = sum(costs[title].values())
        print(
            f"| {title} | {len(costs[title])} | {own[title]} | {total:,} | {share:.0%} | {middle:.0%} | {seconds[title]:.0f} |"
        )
    return int(failed > 0)


def drift(found: Iterable[tuple[str, FileChange]], each: int) -> int:
    """Drifted plans of every commit's blocks, so many of a commit: what became of each kind."""
    chance = random.Random(1)
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for name, change in found:
        every = list(blocks(change))
        some = chance.sample(every, min(each, len(every)))
        plans = [one for block in some for one in (*drifted(block), *drifted_forms(block))]
        for one in (*plans, *_stale(name, change.path, each, chance)):
            verdict = judged(one)
            table[one.kind][f"{'' if one.determined else 'un'}determined {verdict}"] += 1
            if verdict == "wrong":
                print(f"wrong: {name} {change.path}: {one.kind}", file=sys.stderr)
    print("| drift | determined | of those landed exactly | refused | not determined: exactly | refused | wrong |")
    print("|---|---|---|---|---|---|---|")
    for kind, counts in table.items():
        exact, refused = counts["determined exact"], counts["determined refused"]
        wrong = counts["determined wrong"] + counts["undetermined wrong"]
        told = exact + refused + counts["determined wrong"]
        share = f"{exact / told:.1%}" if told else ""
        others = f"{counts['undetermined exact']:,} | {counts['undetermined refused']:,}"
        print(f"| {kind} | {told:,} | {share} | {refused:,} | {others} | {wrong} |")
    return int(any(verdict.endswith("wrong") for counts in table.values() for verdict in counts))


@functools.cache
def _releases(name: str) -> list[dict[str, bytes]]:
    return releases(next(project for project in PROJECTS if project.name == name))


def _stale(name: str, path: str, each: int, chance: random.Random) -> Iterator[Drifted]:
    """Of a file's releases plans on others than they were written for, so many of a kind."""
    texts = [release[path] for release in _releases(name) if len(release.get(path, b"")) in range(1, LARGEST)]
    for three in zip(texts, texts[1:], texts[2:], strict=False):
        if len(set(three)) == 3:
            kinds: dict[str, list[Drifted]] = defaultdict(list)
            for one in stale(path, *three):
                kinds[one.kind].append(one)
            for plans in kinds.values():
                yield from chance.sample(plans, min(each, len(plans)))
            return


if __name__ == "__main__":
    sys.exit(main())
