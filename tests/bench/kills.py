"""Kills glmcode at every system call that writes and at random moments, fails its disk at each, and says what was wrong.

    python -m tests.bench.kills                        a hundred files landed: killed at every writing call, 500 times at random
    python -m tests.bench.kills --action undo          the same while they are taken back
    python -m tests.bench.kills --fault ENOSPC         each call fails instead
    python -m tests.bench.kills --every 20 --runs 20   a sample

Needs strace. Every run ends in the tree before or the tree after, or is printed.
"""

import argparse
import collections
import random
import shutil
import sys
import tempfile
from pathlib import Path

from tests.bench import strikes

ENDS = {"apply": ("before", "after"), "undo": ("after", "before"), "redo": ("undone", "after")}


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="glmcode-kills-", dir=options.dir) as folder:
        bed = strikes.bed(Path(folder))
        wrong = 0
        for action in options.action:
            arguments = [action, str(bed.plan)] if action == "apply" else [action]
            for fault in options.fault or ["KILL"]:
                wrong += _at_every_call(bed, action, arguments, fault, options.every)
            if not options.fault and options.runs:
                wrong += _at_random(bed, action, arguments, options.runs, options.seed)
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--action", choices=list(ENDS), action="append", help="default: apply")
    parser.add_argument("--fault", action="append", help="an error instead of the kill: ENOSPC, EIO, EDQUOT")
    parser.add_argument("--every", type=int, default=1, help="only each so-manieth call")
    parser.add_argument("--runs", type=int, default=500, help="kills at random moments")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--dir", help="where the trees are made: another file system")
    options = parser.parse_args()
    options.action = options.action or ["apply"]
    return options


def _at_every_call(bed: strikes.Bed, action: str, arguments: list[str], fault: str, every: int) -> int:
    start, goal = ENDS[action]
    found = strikes.calls(strikes.copied(bed.at(start), bed.place / "traced"), arguments)
    shutil.rmtree(bed.place / "traced")
    ends: collections.Counter[str] = collections.Counter()
    for call in found[::every]:
        root = strikes.copied(bed.at(start), bed.place / "struck")
        if fault == "KILL":
            ended = strikes.struck(root, arguments, f"{call.name}:signal=KILL:when={call.number}")
            wrong = strikes.settled(bed, root, _tree(bed, start), _tree(bed, goal))
        else:
            ended = strikes.struck(root, arguments, f"{call.name}:error={fault}:when={call.number}")
            wrong = strikes.refused(bed, root, ended, _tree(bed, start), _tree(bed, goal))
        ends[f"ended {ended.code}" + (", WRONG" if wrong else "")] += 1
        for line in wrong:
            print(f"{action}, {fault} at {call.name} {call.number} ({call.text}): {line}", flush=True)
        shutil.rmtree(bed.place / "struck")
    _sum_up(f"{action}, {fault} at {len(found[::every])} of {len(found)} writing calls", ends)
    return sum(count for how, count in ends.items() if "WRONG" in how)


def _at_random(bed: strikes.Bed, action: str, arguments: list[str], runs: int, seed: int) -> int:
    start, goal = ENDS[action]
    chance = random.Random(seed)
    longest = {False: 2.0, True: 1.0}
    ends: collections.Counter[str] = collections.Counter()
    for number in range(runs):
        landing = number % 4 > 0  # one in four at any moment of the command, the others from the landing's beginning on
        root = strikes.copied(bed.at(start), bed.place / "struck")
        ended, spent = strikes.killed_after(root, arguments, chance.random() * longest[landing], landing=landing)
        if ended.code >= 0:
            longest[landing] = min(longest[landing], spent)
        cut_off = any((root / ".git/glmcode/journal").glob("*.pending"))
        found = strikes.snapshot(root)
        where = "neither" if found not in (bed.before, bed.after) else "before" if found == bed.before else "after"
        wrong = strikes.settled(bed, root, _tree(bed, start), _tree(bed, goal))
        how = "killed" if ended.code < 0 else "ended before"
        ends[f"{how}, {'cut off' if cut_off else 'nothing waits'}, tree {where}" + (", WRONG" if wrong else "")] += 1
        for line in wrong:
            print(f"{action}, killed at random, run {number}: {line}", flush=True)
        shutil.rmtree(bed.place / "struck")
    _sum_up(f"{action}, {runs} times killed at random", ends)
    return sum(count for how, count in ends.items() if "WRONG" in how)


def _tree(bed: strikes.Bed, state: str) -> strikes.Snapshot:
    return bed.after if state == "after" else bed.before


def _sum_up(what: str, ends: "collections.Counter[str]") -> None:
    print(f"{what}: " + "; ".join(f"{count} {how}" for how, count in sorted(ends.items())), flush=True)


if __name__ == "__main__":
    sys.exit(main())
