"""glmcode struck while it works: killed, or refused by its disk, at a chosen system call or at a random moment.

The program is forked from a process that has it loaded already, and runs its real commands on a real repository. The calls
are struck by `strike.c`, which is compiled and preloaded (`preloaded`); strace, where it is there, tells whether that one sees
them all. `bed` makes what is struck: a repository and a plan of 100 files that adds, edits, deletes, renames,
changes modes, moves a link, makes folders and empties them.
"""

import contextlib
import ctypes
import importlib
import io
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

from glmcode.faces.cli.app import run

__all__ = [
    "Bed",
    "Ended",
    "Snapshot",
    "Strike",
    "bed",
    "calls",
    "command",
    "copied",
    "preload",
    "preloaded",
    "refused",
    "refused_for_good",
    "settled",
    "snapshot",
    "struck",
    "traced_calls",
]

WRITING = (
    "open,openat,creat,write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,rename,renameat,renameat2,"
    "unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,truncate,ftruncate,fallocate,chmod,fchmod,fchmodat,"
    "chown,fchown,lchown,fchownat,utimensat,setxattr,fsetxattr,fsync,fdatasync,sync,syncfs"
)
_LINE = re.compile(r"(?:\d+ +)?(\w+)\((.*)")
_OTHER = '<edit path="untouched.py" replace="other">\ndef other():\n    return "told apart"\n</edit>\n'

Snapshot: TypeAlias = dict[str, tuple[str, bytes, int]]
"""Kind, content and permissions of everything in the tree but git's own, folders too."""


@dataclass(frozen=True, slots=True)
class Bed:
    """Copies of one repository at the ends of a landing: `before/root`, `after/root`, `undone/root`, and `cut/root`, where
    it was killed half way through its renames."""

    place: Path
    plan: Path
    other: Path
    """A plan that touches no file of the first: the next command."""
    before: Snapshot
    after: Snapshot

    def at(self, state: str) -> Path:
        return self.place / state


class Ended(NamedTuple):
    """How a command ended; `code` is negative for a signal."""

    code: int
    out: str
    err: str


class Strike(NamedTuple):
    """What happens at the `at`-th writing call: the end of the process, or the error of this number, once or for good."""

    at: int
    error: int = 0
    for_good: bool = False


def preloaded() -> bool:
    """Whether calls can be struck in this process's children."""
    return hasattr(ctypes.CDLL(None), "strike_arm")


def preload(place: Path) -> dict[str, str] | None:
    """The environment in which they can, for a process that is to start; None where there is no compiler."""
    library = place / "strike.so"
    source = Path(__file__).with_name("strike.c")
    try:
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return {**os.environ, "LD_PRELOAD": str(library), "PYTHONDONTWRITEBYTECODE": "1"}


def snapshot(root: Path) -> Snapshot:
    """Everything in the tree but git's own: kind, content and permissions, folders too."""
    found: Snapshot = {}
    for folder, folders, files in os.walk(root):
        if folder == str(root):
            folders.remove(".git")
        for name in (*folders, *files):
            path = Path(folder, name)
            mode = path.lstat().st_mode
            data = os.fsencode(os.readlink(path)) if path.is_symlink() else b"" if path.is_dir() else path.read_bytes()
            found[str(path.relative_to(root))] = (stat.filemode(mode)[0], data, stat.S_IMODE(mode))
    return found


def bed(place: Path) -> Bed:
    """Makes the repository, and lands the plan once unharmed."""
    root = place / "before" / "root"
    git_files, plan = _material()
    for path, data in git_files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(data)
    for number in range(5):
        (root / f"pack{number}/edited{number}.py").chmod(0o755)
    (root / "pack6/edited6.py").chmod(0o640)
    (root / "links").mkdir()
    (root / "links/old").symlink_to("../untouched.py")
    (root / "gone0").chmod(0o750)
    for arguments in (["init", "-q", "--template=", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=e@x", *arguments], cwd=root, check=True)
    (place / "plan.txt").write_text(plan)
    (place / "other.txt").write_text(_OTHER)
    before = snapshot(root)
    _warm_up(root, place / "plan.txt")
    copied(place / "before", place / "after")
    ended = command(place / "after" / "root", "apply", str(place / "plan.txt"))
    assert ended.code == 0, ended.err
    assert "100 files changed" in ended.err, ended.err
    made = Bed(place, place / "plan.txt", place / "other.txt", before, snapshot(place / "after" / "root"))
    copied(place / "after", place / "undone")
    assert command(place / "undone" / "root", "undo").code == 0
    assert snapshot(place / "undone" / "root") == before
    cut = copied(place / "before", place / "cut")
    assert struck(cut, ["apply", str(made.plan)], Strike(_half_way(place, made.plan))).code == -signal.SIGKILL
    assert snapshot(cut) not in (made.before, made.after)
    return made


def _warm_up(root: Path, plan: Path) -> None:
    """Runs commands that write nothing in this process: what they load, each process that is forked from it has then."""
    nowhere = io.StringIO()
    with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        for arguments in (["apply", "--check", str(plan)], ["undo", "--list"], ["redo", "--list"], ["gc", "--dry-run"]):
            run([*arguments, "--root", str(root)])
    for module in ("journal", "undoing", "follow", "pruning", "swap"):
        importlib.import_module(f"glmcode.repo.{module}")


def _half_way(place: Path, plan: Path) -> int:
    """The number of a call in the middle of the renames."""
    names = calls(copied(place / "before", place / "counted"), ["apply", str(plan)])
    renames = [number for number, name in enumerate(names, 1) if name == "renameat2"]
    return renames[len(renames) // 2]


def _material() -> tuple[dict[str, str], str]:
    """The files, and a plan that changes 100 of them."""
    files: dict[str, str] = {"untouched.py": 'def other():\n    return "as it was"\n'}
    plan: list[str] = ["A change all over the place.\n"]

    def code(name: str) -> str:
        return f'"""About {name}."""\n\n\ndef first():\n    return "{name}"\n\n\n' + f"# {name}\n" * 30

    for number in range(50):
        path = f"pack{number % 8}/edited{number}.py"
        files[path] = code(path)
        plan.append(f'<edit path="{path}" replace="first">\ndef first():\n    return {number}\n</edit>\n')
    for number in range(15):
        path = ("made/", "pack1/", "made/deep/er/", f"one{number}/")[number % 4] + f"created{number}.py"
        mode = ' mode="755"' if number % 5 == 0 else ""
        plan.append(f'<create path="{path}"{mode}>\n{code(path)}</create>\n')
    for number in range(12):
        path = f"gone{number % 3}/inner/removed{number}.py" if number % 2 else f"pack2/removed{number}.py"
        files[path] = code(path)
        plan.append(f'<remove path="{path}"/>\n')
    for number in range(7):
        path, to = f"old/renamed{number}.py", f"pack3/renamed{number}.py" if number % 2 else f"new/renamed{number}.py"
        files[path] = code(path)
        plan.append(f'<rename path="{path}" to="{to}"/>\n')
    plan.append('<rename path="links/old" to="links/new"/>\n')
    for number in range(7):
        path = f"scripts/run{number}.sh"
        files[path] = f"#!/bin/sh\necho {number}\n"
        plan.append(f"diff --git a/{path} b/{path}\nold mode 100644\nnew mode 100755\n")
    return files, "\n".join(plan)


def copied(start: Path, to: Path) -> Path:
    """A copy with every mode and link; gives its root."""
    shutil.copytree(start, to, symlinks=True)
    return to / "root"


def command(root: Path, *arguments: str) -> Ended:
    """Runs `glmcode ARGUMENTS` in `root`, in a process of its own."""
    with _Child(root, arguments) as child:
        child.go()
        return child.ended()


def struck(root: Path, arguments: Sequence[str], strike: Strike) -> Ended:
    """As `command`, struck."""
    with _Child(root, arguments, strike) as child:
        child.go()
        return child.ended()


def killed_after(root: Path, arguments: Sequence[str], seconds: float, *, landing: bool) -> Ended:
    """As `command`, killed so long after its start, or with `landing` after the journal's first write."""
    journal = root / ".git/glmcode/journal"
    with _Child(root, arguments) as child:
        child.go()
        while landing and not journal.exists() and child.running():
            time.sleep(0)
        start = time.monotonic()
        while time.monotonic() - start < seconds and child.running():
            time.sleep(min(0.0005, seconds))
        child.kill()
        return child.ended()


def calls(root: Path, arguments: Sequence[str]) -> list[str]:
    """The name of every writing call of a command, in their order, but of those that only tell the user something."""
    with tempfile.TemporaryFile() as told:
        with _Child(root, arguments, Strike(0), told.fileno()) as child:
            child.go()
            ended = child.ended()
        assert ended.code == 0, ended.err
        told.seek(0)
        return [name.removesuffix("64") for name in told.read().decode().split()]


def traced_calls(root: Path, arguments: Sequence[str]) -> list[str]:
    """As `calls`, told by strace."""
    with tempfile.NamedTemporaryFile("r", prefix="strikes-", suffix=".trace") as trace:
        with _Child(root, arguments) as child, _traced(child.pid, ["-o", trace.name], WRITING):
            child.go()
            ended = child.ended()
        assert ended.code == 0, ended.err
        found = []
        for line in trace.read().splitlines():
            if match := _LINE.match(line):
                name, rest = match.groups()
                name = {"openat": "open"}.get(name, name.removesuffix("64"))
                reads = name == "open" and not re.search(r"O_CREAT|O_WRONLY|O_RDWR|O_TRUNC", rest)
                if not reads and not (name in ("write", "writev") and re.match(r"[12],", rest)):
                    found.append(name)
        return found


def settled(bed: Bed, root: Path, start: Snapshot, goal: Snapshot, *, there_and_back: bool = True) -> list[str]:
    """What the next commands make of a tree that was left anyhow: everything that is wrong with it, nothing if all is well.

    The next command must bring it to `start` or `goal` to the byte and the mode, and say which; nothing of glmcode's may
    be left behind, git must find its repository untouched, undo must work, and with `there_and_back` the other side must
    be reached from there.
    """
    journal = root / ".git/glmcode/journal"
    cut_off = list(journal.glob("*.pending"))
    wrong: list[str] = []
    ended = command(root, "apply", str(bed.other))
    if ended.code:
        return [f"the next command ended with {ended.code}: {ended.err[-300:]}"]
    said = [line for line in ended.err.splitlines() if "was cut off" in line]
    found = snapshot(root)
    if found.pop("untouched.py")[1] == bed.before["untouched.py"][1]:
        wrong.append("the next command did nothing")
    wrong += _left_behind(root)
    side = _side(found, start, goal)
    if side is None:
        return [*wrong, f"neither before nor after: {_difference(found, start)} / {_difference(found, goal)}"]
    if len(said) != len(cut_off):
        wrong.append(f"{len(cut_off)} cut off, said: {said}")
    wrong += [f"said of {side}: {line}" for line in said if ("as it was before" in line) != (side == "start")]
    wrong += _git_is_well(bed, root, start if side == "start" else goal)
    ended = command(root, "undo")
    if ended.code or snapshot(root) != (start if side == "start" else goal):
        return [*wrong, f"the next command can't be undone: {ended.code} {ended.err}"]
    if there_and_back:
        back = (start if side == "start" else goal) == bed.after
        ended = command(root, "undo") if back else command(root, "apply", str(bed.plan))
        if ended.code or snapshot(root) != (bed.before if back else bed.after):
            wrong.append(f"the other side can't be reached: {ended.code} {ended.err[-300:]}")
        ended = command(root, *(["redo"] if back else ["undo"]))
        if ended.code or snapshot(root) != (bed.after if back else bed.before):
            wrong.append(f"there is no way back: {ended.code} {ended.err[-300:]}")
    return wrong + _left_behind(root)


def refused_for_good(root: Path, ended: Ended, start: Snapshot, goal: Snapshot) -> list[str]:
    """What is wrong after a command on a disk that is full: all of it must be there, or nothing and one line."""
    found = snapshot(root)
    lines = [line for line in ended.err.splitlines() if line.startswith("glmcode: ")]
    if ended.code == 0:
        wrong = [] if found == goal else [f"said nothing: {sorted(_difference(found, goal))[:5]}"]
    elif ended.code != 4 or len(lines) != 1:
        wrong = [f"ended with {ended.code}: {ended.err[-400:]}"]
    else:
        wrong = [] if found == start else [f"said {lines[0]!r}, but changed {sorted(_difference(found, start))[:5]}"]
    return wrong + _left_behind(root)


def refused(
    bed: Bed, root: Path, ended: Ended, start: Snapshot, goal: Snapshot, *, there_and_back: bool = True
) -> list[str]:
    """What is wrong after a command whose disk failed once: it must end as it began with one line and exit code 4, or well
    where it could do without that call; and leave nothing behind. Then as `settled`."""
    wrong = refused_for_good(root, ended, start, goal)
    return wrong + settled(bed, root, start, goal, there_and_back=there_and_back)


def _side(found: Snapshot, start: Snapshot, goal: Snapshot) -> str | None:
    for name, side in (("start", start), ("goal", goal)):
        if _difference(found, side) == set():
            return name
    return None


def _difference(found: Snapshot, side: Snapshot) -> set[str]:
    paths = (found.keys() | side.keys()) - {"untouched.py"}
    return {path for path in paths if found.get(path) != side.get(path)}


def _left_behind(root: Path) -> list[str]:
    """Temporary files, anywhere in the repository, and landings that wait."""
    return [
        f"left behind: {os.path.join(folder, name)}"
        for folder, _, names in os.walk(root)
        for name in names
        if name.startswith(".glmcode-") or name.endswith((".tmp", ".pending"))
    ]


def _git_is_well(bed: Bed, root: Path, side: Snapshot) -> list[str]:
    wrong = []
    fsck = subprocess.run(
        ["git", "fsck", "--strict", "--no-progress"], cwd=root, capture_output=True, text=True, check=False
    )
    if fsck.returncode or fsck.stdout or fsck.stderr:
        wrong.append(f"git fsck: {fsck.stdout}{fsck.stderr}")
    environ = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    status = subprocess.run(
        ["git", "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames"],
        cwd=root,
        capture_output=True,
        env=environ,
        check=True,
    )
    said = {os.fsdecode(line[3:]): line[:2].decode() for line in status.stdout.split(b"\0") if line}
    expected = {"untouched.py": " M"}
    for path in bed.before.keys() | side.keys():
        old, new = bed.before.get(path, ("d",)), side.get(path, ("d",))
        if old != new and {old[0], new[0]} != {"d"}:
            expected[path] = "??" if old[0] == "d" else " D" if new[0] == "d" else " M"
    if said != expected:
        wrong.append(f"git status: {said.items() ^ expected.items()}")
    theirs = _git_files(bed.at("before") / "root")
    if _git_files(root) != theirs:
        wrong.append("git's own files were changed")
    return wrong


def _git_files(root: Path) -> dict[str, bytes]:
    own = (one for one in sorted((root / ".git").rglob("*")) if one.is_file())
    return {str(one.relative_to(root)): one.read_bytes() for one in own if "glmcode" not in one.parts}


class _Child:
    """A forked process that waits for the word, runs one command of glmcode, and ends with its exit code."""

    def __init__(
        self, root: Path, arguments: Sequence[str], strike: Strike | None = None, told: int | None = None
    ) -> None:
        self._out, self._err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115  # closed at the end
        waits, self._word = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self._status: int | None = None
        self.pid = os.fork()
        if self.pid:
            os.close(waits)
            return
        code = 70
        try:
            os.close(self._word)
            os.chdir(root)
            os.environ.update(GIT_CEILING_DIRECTORIES=str(root.parent), NO_COLOR="1")
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(self._out.fileno(), 1)
            os.dup2(self._err.fileno(), 2)
            sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), encoding="utf-8", line_buffering=True)
            sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), encoding="utf-8", line_buffering=True)
            os.read(waits, 1)
            if strike is not None:
                log = -1 if told is None else told
                ctypes.CDLL(None).strike_arm(ctypes.c_long(strike.at), strike.error, strike.for_good, log)
            code = run(arguments)
            sys.stdout.flush()
        finally:
            os._exit(code)

    def __enter__(self) -> "_Child":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._wait()
        os.close(self._word)
        self._out.close()
        self._err.close()

    def go(self) -> None:
        os.write(self._word, b"!")

    def kill(self) -> None:
        if self.running():
            os.kill(self.pid, signal.SIGKILL)  # its number is its own until it is waited for

    def running(self) -> bool:
        return self._status is None and not self._wait(os.WNOHANG)

    def _wait(self, options: int = 0) -> bool:
        if self._status is None:
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self._status = status
        return self._status is not None

    def ended(self) -> Ended:
        self._wait()
        assert self._status is not None
        texts = []
        for file in (self._out, self._err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "surrogateescape"))
        return Ended(os.waitstatus_to_exitcode(self._status), *texts)


@contextlib.contextmanager
def _traced(pid: int, options: Sequence[str], trace: str) -> Iterator[None]:
    """strace has hold of the process for the block."""
    with subprocess.Popen(
        ["strace", "-f", "-e", f"trace={trace}", *options, "-p", str(pid)], stderr=subprocess.PIPE, text=True
    ) as strace:
        assert strace.stderr is not None
        said = strace.stderr.readline()
        assert "attached" in said, said
        yield
        strace.stderr.read()
