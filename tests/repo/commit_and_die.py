"""Lands as a commit or a merge in a process that is killed, again and again, and says how each ended.

    python commit_and_die.py HOW FOLDER --step N     killed at the N-th, 2N-th, ... call that changes the disk or starts a git
    python commit_and_die.py HOW FOLDER --runs N     killed at a random moment N times

HOW is commit, merge, revert (of a commit), apply (with the index) or conflicts (an apply that leaves some). The kill takes the process alone, so that its git and its hooks run on, or with all that it
has started; each in turn. Behind it `journal.recover` must leave all as it was before, or all as after. Ends with a line of
counts; fails where it found anything else.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from glmcode.errors import GlmcodeError
from glmcode.repo import journal
from glmcode.repo.branch import How, Terms, land_session
from glmcode.repo.sessions import load
from glmcode.repo.undoing import undo
from tests.repo.checkout import LINES, State, changed, make, work
from tests.repo.land_and_die import CHANGING

HOWS = ("commit", "merge", "revert", "apply", "conflicts")
HOOKS = ("pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg", "reference-transaction", "post-commit")
"""Each takes a moment, so that kills fall into it."""


class Rig:
    """A repository that is put back to what it was before each landing."""

    def __init__(self, folder: Path, how: str) -> None:
        self.how = how
        self.checkout = make(
            folder / "repo", {"a.txt": LINES, "sub/b.txt": b"b\n", "other.txt": b"o\n", "s.txt": b"s\n"}
        )
        session = work(
            self.checkout,
            {"a.txt": changed(3, b"three"), "sub/b.txt": None, "new/n.txt": b"n\n", "run": b"#!/bin/sh\n"},
            executable=("run",),
        )
        self.id = session.id
        self.checkout.commit({"a.txt": changed(3 if how == "conflicts" else 17, b"mine")})
        if how == "revert":
            land_session(session, "commit")
            self.checkout.commit({"a.txt": changed(10, b"later", self.checkout.read("a.txt") or b"")})
        self.checkout.write({"other.txt": b"not staged\n", "untracked": b"u\n"})
        if how != "merge":
            self.checkout.write({"s.txt": b"staged\n", "added.txt": b"added\n"})
            self.checkout.git("add", "s.txt", "added.txt")
        for name in HOOKS:
            self.checkout.hook(name, "sleep 0.01; echo said >&2")
        self.kept = folder / "kept"
        shutil.copytree(self.checkout.root, self.kept, symlinks=True)
        self.before = self.checkout.state()
        self.act()
        self.after = self.checkout.state()
        assert (self.after.commit != self.before.commit) == (how in ("commit", "merge", "revert"))
        assert self.after.files != self.before.files
        self.tree = self.checkout.line("rev-parse", "HEAD^{tree}")
        self.restore()

    def restore(self) -> None:
        shutil.rmtree(self.checkout.root)
        shutil.copytree(self.kept, self.checkout.root, symlinks=True)

    def act(self) -> None:
        if self.how == "revert":
            undo(self.checkout.root)
            return
        how: How = "merge" if self.how == "merge" else "commit" if self.how == "commit" else "apply"
        terms = Terms(stage=self.how == "apply", conflicts=self.how == "conflicts")
        land_session(load(self.checkout.root, self.id).session, how, terms=terms)

    def ended(self) -> str:
        """Recovers, and says on which side all is: "before" or "after"; anything else is told."""
        root = self.checkout.root
        for _ in range(500):
            try:
                journal.recover(root)
                break
            except GlmcodeError as error:
                if "still running" not in error.message:
                    return f"recovery failed: {error.message} {error.hint}"
                time.sleep(0.01)
        state = self.checkout.state()
        side = "before" if state.files == self.before.files else "after"
        if wrong := self.differences(state, self.before if side == "before" else self.after):
            return f"{side}, but {wrong}"
        if side == "after" and self.checkout.line("rev-parse", "HEAD^{tree}") != self.tree:
            return "after, with another tree"
        left = [name for name in os.listdir(self.checkout.path(".git")) if "glmcode-" in name or name.endswith(".lock")]
        left += [path.name for path in Path(root, ".git/glmcode/journal").glob("*") if self.is_left(path.name)]
        if left:
            return f"{side}, with {left} left behind"
        fsck = subprocess.run(["git", "fsck", "--strict"], cwd=root, capture_output=True, text=True, check=False)
        bad = [line for line in (fsck.stdout + fsck.stderr).splitlines() if not line.startswith(("dangling", "notice"))]
        return f"{side}, but fsck says {bad}" if fsck.returncode or bad else side

    @staticmethod
    def is_left(name: str) -> bool:
        return name != "lock" and not name.endswith((".done", ".undo", ".added", ".tmp"))

    @staticmethod
    def differences(state: State, wanted: State) -> list[str]:
        parts = ("files", "staged", "status", "head")
        return [part for part in parts if getattr(state, part) != getattr(wanted, part)]


def arm(at: int, whole: bool) -> Any:
    """From here on the `at`-th call that changes the disk, or that starts a git, is the last. Gives what tells the count."""
    import git.cmd

    count = 0

    def die(real: Any, before: bool) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal count
            if real is os.open and not (len(arguments) > 1 and arguments[1] & (os.O_WRONLY | os.O_RDWR)):
                return real(*arguments, **options)
            count += 1
            if count == at and before:
                end(whole)
            answer = real(*arguments, **options)
            if count == at:
                end(whole)
            return answer

        return call

    for name in (*CHANGING, "link"):
        setattr(os, name, die(getattr(os, name), before=True))
    git.cmd.safer_popen = die(git.cmd.safer_popen, before=False)
    return lambda: count


def end(whole: bool) -> None:
    if whole:
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def attempt(rig: Rig, *, at: int = 0, whole: bool = False, after: float = 0.0) -> bool:
    """One landing in a process of its own. Whether it was killed."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1):
            os.dup2(null, fd)
        if at:
            arm(at, whole)
        rig.act()
        os._exit(0)
    if after:
        time.sleep(after)
        os.kill(-child if whole else child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("how", choices=HOWS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--step", type=int, default=0)
    parser.add_argument("--runs", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rig = Rig(given.folder, given.how)
    counts: Counter[str] = Counter()

    def one(told: str, **how: Any) -> bool:
        killed = attempt(rig, **how)
        came = rig.ended()
        if came not in ("before", "after"):
            print(f"{told}: {came}", flush=True)
            came = "wrong"
        counts[came if killed else "unharmed"] += 1
        rig.restore()
        return killed

    at = given.step
    while given.step and all(one(f"call {at}, all={whole}", at=at, whole=whole) for whole in (False, True)):
        at += given.step
    if given.runs:
        started = time.monotonic()
        attempt(rig)
        took = time.monotonic() - started
        rig.restore()
        chance = random.Random(given.seed)
        for number in range(given.runs):
            moment = chance.uniform(0.001, took * 1.1)
            one(f"after {moment:.3f} s", after=moment, whole=bool(number % 2))
    print(json.dumps({"how": given.how, "calls": at, **counts}))
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
