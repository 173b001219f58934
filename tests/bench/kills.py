"""Kills glmcode at every system call that writes and at random moments, fails its disk at each, and says what was wrong.

    python -m tests.bench.kills                        a hundred files landed: killed at every writing call, 500 times at random
    python -m tests.bench.kills --action undo          the same while they are taken back
    python -m tests.bench.kills --fault ENOSPC         each call fails instead
    python -m tests.bench.kills --fault ENOSPC+        it and all later ones of its kind
    python -m tests.bench.kills --full                 on file systems of all sizes, from far too small on (needs root)
    python -m tests.bench.kills --every 20 --runs 20   a sample

Needs a C compiler. Every run ends in the tree before or the tree after, or is printed.
"""

import argparse
import collections
import errno
import functools
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench import strikes

ENDS = {
    "apply": ("before", "after"),
    "undo": ("after", "before"),
    "redo": ("undone", "after"),
    "recover": ("cut", "after"),
}
"""The tree that each action begins with, and the other one that it may end in."""


def main() -> int:
    options = _options()
    if not strikes.preloaded():
        with tempfile.TemporaryDirectory(prefix="glmcode-strike-") as folder:
            environ = strikes.preload(Path(folder))
            if environ is None:
                print("no C compiler: nothing can be struck")
                return 0
            return subprocess.run(
                [sys.executable, "-m", "tests.bench.kills", *sys.argv[1:]], env=environ, check=False
            ).returncode
    with tempfile.TemporaryDirectory(prefix="glmcode-kills-", dir=options.dir) as folder:
        bed = strikes.bed(Path(folder))
        wrong = _on_full_disks(bed) if options.full else 0
        if shutil.which("strace") and not options.full:
            wrong += _unseen(bed)
        for action in [] if options.full else options.action:
            arguments = {"apply": ["apply", str(bed.plan)], "recover": ["gc"]}.get(action, [action])
            for fault in options.fault or ["KILL"]:
                wrong += _at_every_call(bed, action, arguments, fault, options.every)
            if options.runs and "KILL" in (options.fault or ["KILL"]):
                wrong += _at_random(bed, action, arguments, options.runs, options.seed)
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--action", choices=list(ENDS), action="append", help="default: apply")
    parser.add_argument("--fault", action="append", help="an error instead of the kill: ENOSPC, EIO, EDQUOT")
    parser.add_argument("--full", action="store_true", help="only: on small file systems")
    parser.add_argument("--every", type=int, default=1, help="only each so-manieth call")
    parser.add_argument("--runs", type=int, default=500, help="kills at random moments")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--dir", help="where the trees are made: another file system")
    options = parser.parse_args()
    options.action = options.action or ["apply"]
    return options


def _unseen(bed: strikes.Bed) -> int:
    """Whether strace sees writing calls that can't be struck."""
    told = [
        tell(strikes.copied(bed.at("before"), bed.place / f"told{number}"), ["apply", str(bed.plan)])
        for number, tell in enumerate((strikes.calls, strikes.traced_calls))
    ]
    if told[0] == told[1]:
        return 0
    print(f"not struck: {collections.Counter(told[1]) - collections.Counter(told[0])}")
    return 1


def _at_every_call(bed: strikes.Bed, action: str, arguments: list[str], fault: str, every: int) -> int:
    start, goal = ENDS[action]
    found = strikes.calls(strikes.copied(bed.at(start), bed.place / "listed"), arguments)
    shutil.rmtree(bed.place / "listed")
    ends: collections.Counter[str] = collections.Counter()
    error = 0 if fault == "KILL" else getattr(errno, fault.rstrip("+"))
    chosen = list(enumerate(found, 1))[::every]
    for at, name in chosen:
        root = strikes.copied(bed.at(start), bed.place / "struck")
        ended = strikes.struck(root, arguments, strikes.Strike(at, error, fault.endswith("+")))
        judge = strikes.settled
        if fault != "KILL" and not fault.endswith("+") and action != "recover":
            judge = functools.partial(strikes.refused, ended=ended)
        wrong = judge(bed, root, start=_tree(bed, start), goal=_tree(bed, goal), there_and_back=at % 10 == 0)
        if ended.code == 3 or "Traceback" in ended.err:
            wrong = [*wrong, f"a bug: {ended.err[-500:]}"]
        ends[f"ended {ended.code}" + (", WRONG" if wrong else "")] += 1
        for line in wrong:
            print(f"{action}, {fault} at call {at}, {name}: {line}", flush=True)
        shutil.rmtree(bed.place / "struck")
    _sum_up(f"{action}, {fault} at {len(chosen)} of {len(found)} writing calls", ends)
    return sum(count for how, count in ends.items() if "WRONG" in how)


def _at_random(bed: strikes.Bed, action: str, arguments: list[str], runs: int, seed: int) -> int:
    start, goal = ENDS[action]
    chance = random.Random(seed)
    longest = {False: 2.0, True: 1.0}
    ends: collections.Counter[str] = collections.Counter()
    for number in range(runs):
        landing = number % 4 > 0  # one in four at any moment of the command, the others from the landing's beginning on
        root = strikes.copied(bed.at(start), bed.place / "struck")
        ended = strikes.killed_after(root, arguments, chance.random() * longest[landing], landing=landing)
        longest[landing] *= 1.1 if ended.code < 0 else 0.8  # so that some end before, and moments near the end come too
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


def _on_full_disks(bed: strikes.Bed) -> int:
    """Lands where a file system of each size ends: either all of it, or none and one line."""
    ends: collections.Counter[str] = collections.Counter()
    needed = sum(one.stat().st_size for one in bed.at("after").rglob("*") if one.is_file()) + (1 << 20)
    for kind in ("tmpfs", "ext4"):
        for size in range(needed // 3, needed * 3, needed // 20):
            disk = _Disk(bed.place / "disk", kind, size)
            try:
                with disk as place:
                    if place is None:
                        print(f"{kind} can't be mounted here", flush=True)
                        break
                    try:
                        root = strikes.copied(bed.at("before"), place / "tree")
                    except OSError:
                        ends[f"{kind} too small for the tree"] += 1
                        continue
                    ended = strikes.command(root, "apply", str(bed.plan))
                    wrong = strikes.refused_for_good(root, ended, bed.before, bed.after)
                    ends[f"{kind} ended {ended.code}" + (", WRONG" if wrong else "")] += 1
                    for line in wrong:
                        print(f"{kind} of {size} bytes: {line}", flush=True)
            finally:
                shutil.rmtree(bed.place / "disk", ignore_errors=True)
    _sum_up("apply, on full disks", ends)
    return sum(count for how, count in ends.items() if "WRONG" in how)


class _Disk:
    """A small file system of its own, for the block; None where mounting is not allowed."""

    def __init__(self, place: Path, kind: str, size: int) -> None:
        self._place, self._kind, self._size, self._mounted = place, kind, size, False

    def __enter__(self) -> Path | None:
        self._place.mkdir()
        if self._kind == "tmpfs":
            how = ["-t", "tmpfs", "-o", f"size={self._size}", "tmpfs"]
        else:
            image = self._place.with_suffix(".image")
            with image.open("wb") as file:
                file.truncate(self._size + (2 << 20))
            made = subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], capture_output=True, check=False)
            if made.returncode:
                return None
            how = ["-o", "loop", str(image)]
        self._mounted = not subprocess.run(["mount", *how, self._place], capture_output=True, check=False).returncode
        return self._place if self._mounted else None

    def __exit__(self, *_: object) -> None:
        if self._mounted:
            subprocess.run(["umount", self._place], check=True)
        self._place.with_suffix(".image").unlink(missing_ok=True)


def _tree(bed: strikes.Bed, state: str) -> strikes.Snapshot:
    return bed.after if state == "after" else bed.before


def _sum_up(what: str, ends: "collections.Counter[str]") -> None:
    print(f"{what}: " + "; ".join(f"{count} {how}" for how, count in sorted(ends.items())), flush=True)


if __name__ == "__main__":
    sys.exit(main())
