"""Disks that refuse: read-only, full, of someone else. One clear line, the right code, everything as it was, and once the
disk takes it the same command lands."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from glmcode.errors import Exit
from tests.repo.checkout import Checkout, make, own_home, work

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="mounts and gives up rights as Linux does")

FILES = {f"d{number % 4}/f{number}.txt": b"first\n" + b"%d" % number * 2000 + b"\n" for number in range(12)}
NEW = {name: data.replace(b"first", b"FIRST") for name, data in FILES.items()}
PLAN = "".join(
    f'<edit path="{name}">\n<<<<<<< SEARCH\nfirst\n=======\nFIRST\n>>>>>>> REPLACE\n</edit>\n' for name in FILES
)
RUN = ["run", "x", "--no-tests", "--base-url", "http://127.0.0.1:9/v1", "--model", "m", "--retries", "0"]
UNTOUCHABLE = "65534"


@dataclass(frozen=True)
class Told:
    code: int
    err: str

    @property
    def line(self) -> str:
        """What was said of the failure, with git's own word on the line below; edits that would land have their lines."""
        said, *hint = [line for line in self.err.splitlines() if not line.startswith("applied ")]
        assert len(hint) <= 1, self.err
        assert all(line.startswith("  ") for line in hint)
        return said


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    own_home(monkeypatch, tmp_path)
    with tempfile.TemporaryDirectory() as folder:  # for everybody: those above pytest's own are for its user alone
        place = Path(os.path.realpath(folder))
        place.chmod(0o777)
        monkeypatch.setenv("XDG_STATE_HOME", str(place / "state"))
        (place / "plan").write_text(PLAN)
        yield place


def glmcode(where: str, *arguments: str, before: tuple[str, ...] = ()) -> Told:
    command = [*before, sys.executable, "-m", "glmcode", *arguments]
    ended = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)
    assert "Traceback" not in ended.stderr
    return Told(ended.returncode, ended.stderr)


def without_rights() -> tuple[str, ...]:
    """Where the tests are root's, a process that may read all (the interpreter may be root's own) and write as nobody."""
    if os.geteuid():
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root writes everywhere, and there is no setpriv to give that up")
    rights = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
    return ("setpriv", f"--reuid={UNTOUCHABLE}", f"--regid={UNTOUCHABLE}", "--clear-groups", *rights)


def theirs(checkout: Checkout) -> Checkout:
    if not os.geteuid():
        subprocess.run(["chown", "-R", f"{UNTOUCHABLE}:{UNTOUCHABLE}", checkout.root], check=True)
    return checkout


@contextmanager
def mounted(where: Path) -> Iterator[Callable[[str], object]]:
    """A small file system; gives what mounts it anew with an option."""
    where.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", where], check=False).returncode:
        pytest.skip("file systems can't be mounted here")
    try:
        yield lambda how: subprocess.run(["mount", "-o", f"remount,{how}", where], check=True)
    finally:
        subprocess.run(["umount", "--lazy", where], check=True)


COMMANDS: dict[str, tuple[list[str], Callable[[Checkout], object]]] = {
    "apply": (["apply", "../plan"], lambda checkout: None),
    "undo": (["undo"], lambda checkout: glmcode(checkout.root, "apply", "../plan")),
    "land apply": (["land", "--how", "apply"], lambda checkout: work(checkout, NEW)),
    "land commit": (["land", "--how", "commit"], lambda checkout: work(checkout, NEW)),
    "land merge": (["land", "--how", "merge"], lambda checkout: work(checkout, NEW)),
    "sessions rm": (["sessions", "rm", "--force", "do-the-work"], lambda checkout: work(checkout, NEW)),
    "run": (RUN, lambda checkout: None),
}


@pytest.mark.parametrize("command", ["apply", "undo", "land merge", "sessions rm", "run"])
def test_a_read_only_file_system(home: Path, command: str) -> None:
    arguments, prepare = COMMANDS[command]
    with mounted(home / "disk") as again:
        (home / "disk" / "plan").write_text(PLAN)
        checkout = make(home / "disk" / "repo", FILES)
        prepare(checkout)
        before = checkout.state()
        again("ro")
        told = glmcode(checkout.root, *arguments)
        assert told.code == Exit.NOT_LANDED, told.err
        assert "the file system is read-only" in told.line
        looked = glmcode(checkout.root, "apply", "--check", "../plan")
        assert looked.code == Exit.OK or command == "undo", looked.err
        assert glmcode(checkout.root, "sessions").code == Exit.OK
        again("rw")
        assert checkout.state() == before
        assert glmcode(checkout.root, *arguments).code == (Exit.UNREACHABLE if command == "run" else Exit.OK)


@pytest.mark.parametrize(
    ("command", "left"),
    [("undo", 0), ("apply", 40), ("land apply", 40), ("land commit", 40), ("land merge", 40), ("run", 40)],
)
def test_a_full_disk(home: Path, command: str, left: int) -> None:
    """With `left` KiB more, in the middle of it."""
    arguments, prepare = COMMANDS[command]
    with mounted(home / "disk"):
        (home / "disk" / "plan").write_text(PLAN)
        checkout = make(home / "disk" / "repo", FILES)
        prepare(checkout)
        before = checkout.state()
        room = os.statvfs(home / "disk")
        (home / "disk" / "fill").write_bytes(b"\0" * (room.f_bavail * room.f_bsize - left * 1024))
        told = glmcode(checkout.root, *arguments)
        (home / "disk" / "fill").unlink()
        if told.code == Exit.OK:
            assert left
            return
        assert told.code == Exit.NOT_LANDED, told.err
        assert re.search("the disk is full|is the disk full", told.line)
        assert checkout.state() == before
        assert subprocess.run(["git", "-C", checkout.root, "fsck"], capture_output=True, check=True).stdout == b""
        assert glmcode(checkout.root, *arguments).code == (Exit.UNREACHABLE if command == "run" else Exit.OK)


def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Root looks as well, and git trusts no other's repository."""
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "*")


@pytest.mark.parametrize(
    ("command", "what"), [("apply", ".git"), ("run", ".git"), ("undo", ".git/glmcode/journal"), ("land apply", ".git")]
)
def test_a_git_directory_of_another_user(home: Path, monkeypatch: pytest.MonkeyPatch, command: str, what: str) -> None:
    """Such as after one `sudo glmcode`."""
    before, (arguments, prepare) = without_rights(), COMMANDS[command]
    checkout = make(home / "repo", FILES)
    prepare(checkout)
    theirs(checkout)
    trusted(monkeypatch)
    os.makedirs(checkout.path(what), exist_ok=True)
    if os.geteuid():
        os.chmod(checkout.path(what), 0o500)
    else:
        subprocess.run(["chown", "-R", "0:0", checkout.path(what)], check=True)
    state = checkout.state()
    told = glmcode(checkout.root, *arguments, before=before)
    os.chmod(checkout.path(what), 0o700)
    assert told.code in (Exit.NOT_LANDED, Exit.USAGE if command == "run" else Exit.NOT_LANDED), told.err
    assert "permission denied" in told.err or "dubious ownership" in told.err
    assert checkout.state() == state


@pytest.mark.parametrize("command", ["apply", "land commit", "land merge"])
def test_a_folder_that_must_not_be_written(home: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """The first files are put, the last one's folder refuses: all are as before."""
    before, (arguments, prepare) = without_rights(), COMMANDS[command]
    checkout = make(home / "repo", FILES)
    prepare(checkout)
    theirs(checkout)
    os.chmod(checkout.path("d3"), 0o555)
    trusted(monkeypatch)
    state = checkout.state()
    told = glmcode(checkout.root, *arguments, before=before)
    assert told.code == Exit.NOT_LANDED, told.err
    assert "d3/f11.txt: permission denied; nothing was changed" in told.err
    assert checkout.state() == state
    os.chmod(checkout.path("d3"), 0o755)
    told = glmcode(checkout.root, *arguments, before=before)
    assert told.code == Exit.OK, told.err
