"""A landing as a commit or a merge whose process is killed: before or after, and the next command says which."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo import journal
from glmcode.repo.branch import Landed, land_session
from tests.repo.checkout import LINES, Checkout, changed, make, own_home, work

TOP = Path(__file__).parents[2]
RUNS = int(os.environ.get("GLMCODE_KILLS", "4"))
STEP = 1 if RUNS > 100 else 27
LAND = "from glmcode.repo.branch import land_session as l; from glmcode.repo.sessions import load; l(load('.').session, '{}')"


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(TOP))


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", {"a.txt": LINES, "sub/b.txt": b"b\n", "other.txt": b"other\n"})


@pytest.mark.parametrize("how", ["commit", "merge", "revert", "apply", "conflicts"])
def test_killed_anywhere_it_ends_before_or_after(tmp_path: Path, how: str) -> None:
    program = str(TOP / "tests" / "repo" / "commit_and_die.py")
    ended = subprocess.run(
        [sys.executable, program, how, str(tmp_path / "rig"), "--step", str(STEP), "--runs", str(RUNS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    counts = json.loads(ended.stdout)
    assert counts["before"] > 0
    assert counts["after"] > 0


def killed(checkout: Checkout, how: str, at: str) -> None:
    """Lands in a process that is killed, alone, as soon as the file `at` is there, and has ended."""
    process = subprocess.Popen([sys.executable, "-c", LAND.format(how)], cwd=checkout.root)
    deadline = time.monotonic() + 60
    while not os.path.exists(at):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()


def waiting_hook(checkout: Checkout, folder: Path, name: str, more: str = "") -> tuple[str, Path]:
    """A hook that says that it runs, and ends when it is let go."""
    here, go = folder / "here", folder / "go"
    checkout.hook(name, f"{more}touch {here}; while [ ! -e {go} ]; do sleep 0.01; done")
    return str(here), go


@pytest.mark.parametrize("how", ["commit", "merge"])
def test_hook_that_runs_on_is_waited_for(checkout: Checkout, tmp_path: Path, how: str) -> None:
    work(checkout, {"a.txt": changed(3, b"three"), "n": b"n\n"})
    here, go = waiting_hook(checkout, tmp_path, "commit-msg")
    before = checkout.state()
    killed(checkout, how, here)
    assert checkout.read("n") == b"n\n"
    with pytest.raises(GlmcodeError, match="one of its hooks is still running") as error:
        journal.recover(checkout.root)
    assert error.value.exit_code == Exit.CONFLICT
    assert checkout.read("n") == b"n\n"
    go.touch()
    deadline = time.monotonic() + 60
    while True:
        try:
            said = journal.recover(checkout.root)
            break
        except GlmcodeError:
            assert time.monotonic() < deadline
    assert said == "An earlier landing was cut off: it was taken back (2 files), and the tree is as it was before."
    assert checkout.state() == before


def test_what_the_user_staged_while_a_hook_ran_stays_staged(checkout: Checkout, tmp_path: Path) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three"), "n": b"n\n"})
    checkout.hook(
        "pre-commit",
        "unset GIT_INDEX_FILE; echo mine > other.txt; echo more > m; git add other.txt m; echo x > n; git add n; echo n > n",
    )
    land_session(session, "commit")
    assert checkout.git("show", "--format=", "--name-only", "HEAD") == b"a.txt\nn\n"
    # What was staged of a file of the landing itself was staged by someone: it stays too.
    assert checkout.git("status", "--porcelain") == b"A  m\nMM n\nM  other.txt\n"


def test_killed_and_then_committed_by_the_user_stays(checkout: Checkout, tmp_path: Path) -> None:
    work(checkout, {"a.txt": changed(3, b"three"), "n": b"n\n"})
    here, go = waiting_hook(checkout, tmp_path, "pre-commit")
    killed(checkout, "commit", here)
    go.touch()
    os.unlink(checkout.path(".git/hooks/pre-commit"))
    checkout.commit({})
    time.sleep(0.1)
    said = journal.recover(checkout.root)
    assert said == "An earlier landing was cut off, and you have committed its files (2 files): they stay."
    assert checkout.line("status", "--porcelain") == ""


def test_killed_behind_the_commit_the_index_follows_by_entry(checkout: Checkout, tmp_path: Path) -> None:
    """The branch has moved, the index has not: what the user stages before the next command is kept."""
    session = work(checkout, {"a.txt": changed(3, b"three"), "n": b"n\n"})
    here, go = waiting_hook(checkout, tmp_path, "reference-transaction", '[ "$1" = committed ] || exit 0; ')
    killed(checkout, "commit", here)
    go.touch()
    os.unlink(checkout.path(".git/hooks/reference-transaction"))
    checkout.write({"other.txt": b"mine\n"})
    checkout.git("add", "other.txt")
    time.sleep(0.1)
    commit = checkout.line("rev-parse", "HEAD")
    said = journal.recover(checkout.root)
    assert said == f"An earlier landing was cut off behind its commit {commit[:12]}: it is whole (2 files)."
    assert checkout.git("status", "--porcelain") == b"M  other.txt\n"
    assert land_session(session, "commit") == Landed("commit", ())


def test_lock_of_another_git_is_never_removed(checkout: Checkout, tmp_path: Path) -> None:
    work(checkout, {"a.txt": changed(3, b"three")})
    here, go = waiting_hook(checkout, tmp_path, "reference-transaction", '[ "$1" = committed ] || exit 0; ')
    killed(checkout, "commit", here)
    go.touch()
    os.unlink(checkout.path(".git/hooks/reference-transaction"))
    time.sleep(0.1)
    lock = Path(checkout.path(".git/index.lock"))
    lock.write_bytes(b"DIRC of someone else")
    with pytest.raises(GlmcodeError, match="another git is at work in your checkout"):
        journal.recover(checkout.root)
    assert lock.read_bytes() == b"DIRC of someone else"
    lock.unlink()
    assert "it is whole" in (journal.recover(checkout.root) or "")
    assert checkout.line("status", "--porcelain") == ""


@pytest.mark.parametrize("owner", ["glmcode", "user"])
def test_locks_of_the_branch_are_removed_only_where_they_are_the_landings(
    checkout: Checkout, tmp_path: Path, owner: str
) -> None:
    work(checkout, {"a.txt": changed(3, b"three")})
    here, go = waiting_hook(checkout, tmp_path, "reference-transaction", '[ "$1" = prepared ] || exit 0; ')
    process = subprocess.Popen([sys.executable, "-c", LAND.format("commit")], cwd=checkout.root, start_new_session=True)
    while not os.path.exists(here):
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    go.touch()
    os.unlink(checkout.path(".git/hooks/reference-transaction"))
    branch, head = (
        Path(checkout.path(f".git/{name}.lock")) for name in (checkout.line("symbolic-ref", "HEAD"), "HEAD")
    )
    assert branch.exists()
    head.touch()
    if owner == "user":  # their hook takes its time
        branch.write_text(f"{checkout.line('rev-parse', 'HEAD')}\n")
    assert "it was taken back" in (journal.recover(checkout.root) or "")
    assert (branch.exists(), head.exists()) == ((True, True) if owner == "user" else (False, False))


def test_interrupted_in_a_hook_all_is_as_before(checkout: Checkout, tmp_path: Path) -> None:
    """Ctrl-C reaches git and the hook as well; a hook that ignores it is waited for before the files are taken back."""
    work(checkout, {"a.txt": changed(3, b"three"), "n": b"n\n"})
    checkout.hook("pre-commit", f"trap '' INT; touch {tmp_path}/here; sleep 1; echo hook > n")
    before = checkout.state()
    process = subprocess.Popen([sys.executable, "-c", LAND.format("commit")], cwd=checkout.root, start_new_session=True)
    while not (tmp_path / "here").exists():
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    process.wait(60)
    assert process.returncode != 0
    assert journal.recover(checkout.root) is None
    assert checkout.state() == before


def test_change_in_the_moment_of_the_index_is_not_hidden(checkout: Checkout) -> None:
    """A copy of the index with a later time made git take a file for unchanged that was written right behind its entry."""
    session = work(checkout, {"a.txt": changed(3, b"three")})
    checkout.git("config", "core.checkStat", "minimal")
    checkout.git("config", "core.trustctime", "false")
    checkout.git("add", "other.txt")
    moment = os.stat(checkout.path("other.txt")).st_mtime_ns
    checkout.write({"other.txt": b"OTHER\n"})
    for name in ("other.txt", ".git/index"):
        os.utime(checkout.path(name), ns=(moment, moment))
    assert checkout.git("--no-optional-locks", "status", "--porcelain") == b" M other.txt\n"
    land_session(session, "commit")
    assert checkout.git("status", "--porcelain") == b" M other.txt\n"


def test_daemon_that_a_hook_has_started_stands_in_no_ones_way(checkout: Checkout, tmp_path: Path) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three"), "n": b"n\n"})
    checkout.hook("pre-commit", f"sleep 20 > /dev/null 2>&1 & echo $! >> {tmp_path}/daemons; [ -e {tmp_path}/go ]")
    before = checkout.state()
    with pytest.raises(GlmcodeError, match="the hook pre-commit refused"):
        land_session(session, "commit")
    assert checkout.state() == before
    assert journal.recover(checkout.root) is None
    (tmp_path / "go").touch()
    land_session(session, "commit")
    assert journal.recover(checkout.root) is None
    for number in (tmp_path / "daemons").read_text().split():
        os.kill(int(number), signal.SIGTERM)
