"""What the start of a session costs in a repository of some thousand files, beside git's own `worktree add` and `status`.

    python tests/bench/session_start.py REPOSITORY [--runs N]

REPOSITORY is a checkout that nobody needs (Django's source archive, unpacked and committed: 6,918 files). Each figure is
the least of the runs, in milliseconds: CPU of this process and its children, and wall time.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from glmcode.repo.dirty import uncommitted
from glmcode.repo.options import Worktrees
from glmcode.repo.removal import remove, unlanded
from glmcode.repo.sessions import Session, load
from glmcode.repo.worktree import open_session


def used() -> float:
    """CPU seconds of this process and of the children that have ended."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, who))


class Times:
    """The least CPU and wall time of several runs."""

    def __init__(self) -> None:
        self.cpu = self.wall = float("inf")

    def run(self, work: Callable[[], object]) -> None:
        cpu, wall = used(), time.perf_counter()
        work()
        self.cpu, self.wall = min(self.cpu, used() - cpu), min(self.wall, time.perf_counter() - wall)

    def __str__(self) -> str:
        return f"{self.cpu * 1000:7.0f} CPU {self.wall * 1000:7.0f} wall"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository")
    parser.add_argument("--runs", type=int, default=7)
    asked = parser.parse_args()
    root = os.path.realpath(asked.repository)

    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)

    names = (
        "git status",
        "what would be lost",
        "git worktree add",
        "start without a pool",
        "start from the pool",
        "end into the pool",
        "is it dirty",
    )
    times = {name: Times() for name in names}
    side = os.path.join(root, ".git", "bench-side")
    none, some = Worktrees(pool=0, carry=()), Worktrees(pool=1, carry=())
    opened: list[Session] = []

    def start(worktrees: Worktrees) -> None:
        opened.append(open_session(root, "a session", worktrees=worktrees))

    start(some)
    remove(root, opened.pop().id, force=True, pool=1)
    for number in range(asked.runs):
        # The tree moves on by a commit of a file or two, as it does between sessions.
        Path(root, "bench.txt").write_text(f"{number}\n")
        git("add", "bench.txt")
        git("commit", "--quiet", "--allow-empty", "-m", f"run {number} at {time.time()}")
        times["git status"].run(lambda: git("status", "--porcelain"))
        times["is it dirty"].run(lambda: uncommitted(root))
        times["start from the pool"].run(lambda: start(some))
        record = load(root, opened[-1].id)
        times["what would be lost"].run(partial(unlanded, record))
        Path(opened[-1].worktree, "left behind").write_text("by the tests\n")
        times["end into the pool"].run(lambda: remove(root, opened.pop().id, force=True, pool=1))
        # In turn, in places made anew: a file system may be slow where files have just been removed.
        for what in ("git worktree add", "start without a pool")[:: 1 if number % 2 else -1]:
            if what == "git worktree add":
                times[what].run(lambda: git("worktree", "add", "-q", "-b", "bench-side", side))
                git("worktree", "remove", "--force", side)
                git("branch", "-q", "-D", "bench-side")
            else:
                times[what].run(lambda: start(none))
                remove(root, opened.pop().id, force=True, pool=0)
    base, status = times["git worktree add"], times["git status"]
    for name, found in times.items():
        ratios = f"{found.cpu / base.cpu:6.2f} of git worktree add, {found.cpu / status.cpu:6.2f} of git status"
        print(f"{name:22} {found}   {ratios}")
    print(json.dumps({name: [round(found.cpu * 1000), round(found.wall * 1000)] for name, found in times.items()}))


if __name__ == "__main__":
    main()
