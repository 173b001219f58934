"""`glmcode run` killed at any moment, the user's hand on what it left, and then every command that speaks of sessions.

python -m tests.faces.killed_sessions --runs 200 --seed 1
"""

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from glmcode.model.cassette import Answer, from_answers
from glmcode.model.replay import ReplayServer
from tests.agent.rig import FIX_ADD, FIX_DOUBLE, MISSES, git, repository
from tests.faces.rig import Ran, environ, glmcode, start

__all__ = ["HANDS", "one"]

ID = "mend-it"
TEST = f"{sys.executable} check.py"
THOUGHT = "Let me look at both of them, one after the other, before I say anything. " * 4


def answers() -> list[Answer]:
    prose = "Both are wrong, each for a reason of its own, and each is mended in one line.\n\n"
    return [Answer(prose + FIX_ADD + MISSES, reasoning=THOUGHT), Answer(FIX_DOUBLE, reasoning=THOUGHT)]


# What a user may do to a repository in which a session lies.


def nothing(root: Path, place: Path) -> None:
    pass


def worktree_goes(root: Path, place: Path) -> None:
    shutil.rmtree(place / "worktrees" / ID, ignore_errors=True)


def worktree_is_pruned(root: Path, place: Path) -> None:
    worktree_goes(root, place)
    git(root, "worktree", "prune", "--expire=now")


def branch_goes(root: Path, place: Path) -> None:
    subprocess.run(["git", "update-ref", "-d", f"refs/heads/glmcode/{ID}"], cwd=root, check=True)


def branch_and_worktree_go(root: Path, place: Path) -> None:
    worktree_is_pruned(root, place)
    branch_goes(root, place)
    git(root, "reflog", "expire", "--expire=now", "--all")
    git(root, "gc", "--quiet", "--prune=now")


def log_goes(root: Path, place: Path) -> None:
    (place / "sessions" / f"{ID}.jsonl").unlink(missing_ok=True)


def sessions_go(root: Path, place: Path) -> None:
    shutil.rmtree(place / "sessions", ignore_errors=True)


def log_is_torn(root: Path, place: Path) -> None:
    log = place / "sessions" / f"{ID}.jsonl"
    if log.exists():
        log.write_bytes(log.read_bytes()[: log.stat().st_size * 2 // 3] + b"\0\xff")


def git_dir_goes(root: Path, place: Path) -> None:
    shutil.rmtree(root / ".git" / "worktrees", ignore_errors=True)


def user_commits(root: Path, place: Path) -> None:
    tree = place / "worktrees" / ID
    if (tree / ".git").exists():
        (tree / "mine.txt").write_text("mine\n")
        subprocess.run(["git", "add", "mine.txt"], cwd=tree, check=False, capture_output=True)
        subprocess.run(["git", "commit", "-qm", "mine"], cwd=tree, check=False, capture_output=True)


def collected(root: Path, place: Path) -> None:
    git(root, "worktree", "prune", "--expire=now")
    git(root, "gc", "--quiet", "--prune=now")


HANDS: tuple[Callable[[Path, Path], None], ...] = (
    nothing,
    worktree_goes,
    worktree_is_pruned,
    branch_goes,
    branch_and_worktree_go,
    log_goes,
    sessions_go,
    log_is_torn,
    git_dir_goes,
    user_commits,
    collected,
)


@dataclass(frozen=True, slots=True)
class Told:
    """How one run went."""

    hand: str
    moment: str
    """The last thing that the killed process had written down."""
    resumed: int
    """The exit codes of `resume` and of `rm` without force."""
    removed: int


def one(root: Path, hand: Callable[[Path, Path], None], after: float, *, twice: bool = False) -> Told:
    """Kills a run on the repository so many seconds after its log was begun, and asks every command; below zero, so many
    after the process was. Raises AssertionError."""
    env = environ(root.parent)
    place = root / ".git" / "glmcode"
    log = place / "sessions" / f"{ID}.jsonl"
    with ReplayServer(from_answers(answers()), 400) as server:
        run = ("run", "--base-url", server.url, "--model", "m", "--retries", "0", "--test", TEST, "--json", "mend it")
        with start(root, *run, env=env, stdout=subprocess.DEVNULL) as process:
            while after >= 0 and not log.exists() and process.poll() is None:
                time.sleep(0.005)
            _killed(process, abs(after))
    if twice and log.exists():
        with ReplayServer(from_answers(answers()), 400) as server:
            where = ("--base-url", server.url, "--model", "m")
            with start(root, "resume", *where, "--json", env=env, stdout=subprocess.DEVNULL) as process:
                _killed(process, abs(after))
    lines = log.read_bytes().splitlines() if log.exists() else []
    moment = json.loads(lines[-1])["event"] if lines else "nothing"
    hand(root, place)
    before = _tip(root)

    listed = _asked(root, "sessions", codes=(0,))
    told = _asked(root, "sessions", "--json", codes=(0,)).result
    known = [session["id"] for session in told["sessions"]]
    assert (ID in known or ID in told["lost"]) == (ID in listed.out.decode())
    for flags in ([], ["--log"], ["--diff"], ["--json"]):
        _asked(root, "show", ID, *flags, codes=(0,) if ID in known and "--diff" not in flags else (0, 2, 5))
    left = next((session["unlanded"] for session in told["sessions"] if session["id"] == ID), None)
    removed = _asked(root, "sessions", "rm", ID, codes=(0, 2, 5))
    if left is not None and (left["commits"] or left["files"] or left["hidden"] or left["answer"]):
        assert removed.code == 5, removed.err
    if removed.code:
        assert _tip(root) == before  # nothing was lost without force
    resumed = 0
    if removed.code == 5:
        with ReplayServer(from_answers(answers()), 4000) as server:
            again = ("--base-url", server.url, "--model", "m", "--max-rounds", "4")
            resumed = _asked(root, "resume", ID, *again, codes=(0, 1, 2, 4, 5)).code
        if hand in (nothing, worktree_goes, worktree_is_pruned, collected) and moment != "ended":
            assert resumed == 0
        if resumed == 0:
            assert "a + b" in git(root, "show", f"glmcode/{ID}:calc.py")
    if _tip(root) or known or told["lost"]:
        _asked(root, "sessions", "rm", "--force", ID, codes=(0, 2))
    assert not list((place / "sessions").glob(f"{ID}*")) if (place / "sessions").exists() else True
    assert not (place / "worktrees" / ID).exists()
    if ID in known or told["lost"]:
        assert not _tip(root)
    assert ID not in _asked(root, "sessions", codes=(0,)).out.decode()
    assert git(root, "status", "--porcelain", "--untracked-files=no") == ""
    git(root, "fsck", "--no-dangling")
    return Told(hand.__name__, moment, resumed, removed.code)


def _asked(root: Path, *arguments: str, codes: tuple[int, ...]) -> Ran:
    ran = glmcode(root, *arguments)
    assert ran.code in codes, (arguments, ran.code, ran.err)
    if ran.code and arguments[0] != "resume":
        assert ran.err.startswith("glmcode: ")
    return ran


def _tip(root: Path) -> str:
    return git(root, "for-each-ref", "--format=%(objectname)", f"refs/heads/glmcode/{ID}").strip()


def _killed(process: "subprocess.Popen[bytes]", after: float) -> None:
    until = time.monotonic() + after
    while time.monotonic() < until and process.poll() is None:
        time.sleep(0.005)
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--longest", type=float, default=3.0, help="seconds after its beginning in which a run is killed"
    )
    given = parser.parse_args()
    chance = random.Random(given.seed)
    seen: Counter[tuple[str, str]] = Counter()
    for number in range(given.runs):
        with tempfile.TemporaryDirectory(prefix="killed-") as folder:
            root = repository(Path(folder) / "repo")
            hand = HANDS[number % len(HANDS)]
            after = chance.uniform(-0.15, 1.0) * given.longest
            try:
                told = one(root, hand, after, twice=chance.random() < 0.3)
            except AssertionError as error:
                print(f"run {number}: {hand.__name__} after {after:.3f} s: {error}", flush=True)
                raise
            seen[told.hand, told.moment] += 1
            print(number, told, flush=True)
    print(f"{given.runs} of {given.runs}")
    for (hand_name, moment), count in sorted(seen.items()):
        print(f"{count:5} {hand_name:<24} {moment}")


if __name__ == "__main__":
    main()
