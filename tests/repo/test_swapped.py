"""What stands at a name changes between the check and the write: another process swaps it thousands of times a second."""

import contextlib
import os
import signal
import socket
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from glmcode.errors import GlmcodeError
from glmcode.landing.tree import PathRefusedError
from glmcode.library import apply_plan
from glmcode.repo import journal
from glmcode.repo.disk import DirectoryTree, remove_file, write_file
from glmcode.repo.undoing import undo
from tests.fuzz.watch import Watcher

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="renameat2 and inotify are Linux's")
RUNS = int(os.environ.get("GLMCODE_SWAPS", "60"))
"""Landings of each kind; GLMCODE_SWAPS=3000 for a long run."""


@pytest.fixture(autouse=True)
def _alarm() -> Iterator[None]:
    """Whoever waits for a pipe or a device has failed."""
    before = signal.signal(signal.SIGALRM, lambda *_: pytest.fail("it blocked"))
    signal.alarm(200)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "root").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/x").write_bytes(b"theirs")
    return tmp_path / "root"


@contextlib.contextmanager
def swapping(one: Path, other: Path) -> Iterator[None]:
    script = str(Path(__file__).parent / "swap_paths.py")
    with subprocess.Popen(
        [sys.executable, script, one, other], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            pytest.skip("this system can't swap names")
        try:
            yield
            assert process.poll() is None, "the swapping ended before the landings did"
        finally:
            process.kill()


def tried(*actions: Callable[[], object]) -> Counter[str]:
    """How the landings ended; more of them where this process and the other one hardly met."""
    told: Counter[str] = Counter()
    for run in range(20 * RUNS):
        if run >= RUNS and min(told["refused"], told["done"]) > 5:
            break
        for action in actions:
            try:
                action()
            except (PathRefusedError, GlmcodeError):
                told["refused"] += 1
            else:
                told["done"] += 1
    return told


def land(root: Path, path: str) -> None:
    """As `glmcode apply` does it, reading included, and back."""
    result = apply_plan(f"File: {path}\n```\nmade\n```\n", str(root))
    if result.files:
        journal.land(str(root), result.before, result.files, result.modes, None)
        undo(str(root))


@pytest.mark.parametrize("deep", ["", "/deep"])
def test_a_folder_swapped_with_a_link_leads_nowhere(root: Path, deep: str) -> None:
    outside = root.parent / "outside"
    (outside / "deep").mkdir()
    (root / f"folder{deep}").mkdir(parents=True)
    (root / f"folder{deep}/keep").write_bytes(b"")
    (root / "other").symlink_to(outside)
    path = f"folder{deep}/x"
    with Watcher() as watcher:
        for folder in (outside, outside / "deep"):
            watcher.add(os.fsencode(folder), changes=True, reads=True)
        with swapping(root / "folder", root / "other"):
            told = tried(
                lambda: write_file(str(root), path, b"x", "100644"),
                lambda: DirectoryTree(str(root)).read(path),
                lambda: remove_file(str(root), path),
                lambda: land(root, path),
            )
        assert watcher.seen() == []
    assert (outside / "x").read_bytes() == b"theirs"
    assert min(told["done"], told["refused"]) > 5


def test_a_folder_swapped_with_a_file_is_a_refusal_or_a_landing(root: Path) -> None:
    (root / "folder").mkdir()
    (root / "other").write_bytes(b"a file")
    with swapping(root / "folder", root / "other"):
        told = tried(lambda: write_file(str(root), "folder/x", b"x", "100644"), lambda: land(root, "folder/x"))
    assert min(told["done"], told["refused"]) > 5
    assert sorted((one.is_dir(), one.is_file()) for one in (root / "folder", root / "other")) == [
        (False, True),
        (True, False),
    ]
    assert next(one for one in (root / "folder", root / "other") if one.is_file()).read_bytes() == b"a file"


@pytest.mark.parametrize("kind", ["fifo", "socket", "device"])
def test_a_file_swapped_with_a_pipe_a_socket_or_a_device_never_blocks(
    root: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "file").write_bytes(b"old")
    monkeypatch.chdir(root)
    with contextlib.ExitStack() as open_while:
        if kind == "fifo":
            os.mkfifo("other")
        elif kind == "socket":
            open_while.enter_context(socket.socket(socket.AF_UNIX)).bind("other")
        else:
            try:
                os.mknod("other", stat.S_IFCHR | 0o600, os.makedev(5, 0))
            except OSError:
                pytest.skip("this user may make no devices")
        with swapping(root / "file", root / "other"):
            told = tried(lambda: DirectoryTree(str(root)).read("file"), lambda: land(root, "file"))
    assert min(told["done"], told["refused"]) > 5


def test_a_root_that_is_swapped_gets_all_of_a_landing_or_nothing(root: Path) -> None:
    """The root is what its name leads to when a landing begins, and stays that to its end."""
    other = root.parent / "other"
    other.mkdir()
    after: dict[str, bytes | None] = {f"{letter}/x": b"made" for letter in "abcdef"}
    halves = 0
    with swapping(root, other):
        for _ in range(RUNS // 3):
            with contextlib.suppress(GlmcodeError, PathRefusedError):
                journal.land(str(root), {}, after, {}, None)
            for place in (root, other):
                with contextlib.suppress(GlmcodeError):
                    undo(str(place))
    for place in (root, other):
        halves += len(list(place.iterdir())) not in (0, 6)
    assert halves == 0
    assert sorted(os.listdir(root.parent / "outside")) == ["x"]
