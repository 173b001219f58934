"""The repository that two sides work on, and where every line that one of them wrote can be found again."""

import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field

MARKER = re.compile(rb"^[UG]\d{5}$", re.MULTILINE)
Lines = list[bytes]

_SETTINGS = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_EDITOR": "true",
    "GIT_SEQUENCE_EDITOR": "true",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


@dataclass
class World:
    root: str
    required: set[bytes] = field(default_factory=set)
    """Markers that must be found: written, and not taken away by the side that could."""
    in_blob: dict[str, frozenset[bytes]] = field(default_factory=dict)

    def git(self, *arguments: str, stdin: bytes = b"", check: bool = True) -> subprocess.CompletedProcess[bytes]:
        ended = subprocess.run(
            ["git", "-c", "gc.auto=0", *arguments],
            cwd=self.root,
            input=stdin,
            capture_output=True,
            check=False,
            env=os.environ | _SETTINGS,
        )
        if check and ended.returncode:
            raise AssertionError(f"git {' '.join(arguments)}: {ended.stderr.decode(errors='replace')}")
        return ended

    def lines(self, *arguments: str) -> list[str]:
        return os.fsdecode(self.git(*arguments).stdout).splitlines()

    def path(self, name: str) -> str:
        return os.path.join(self.root, name)

    def files(self) -> list[str]:
        """The plain files of the tree, sorted."""
        found = []
        for place, folders, names in os.walk(self.root):
            if ".git" in folders:
                folders.remove(".git")
            found += [os.path.relpath(os.path.join(place, name), self.root) for name in names]
        return sorted(found)

    def read(self, name: str) -> bytes:
        with open(self.path(name), "rb") as file:
            return file.read()

    def tree(self) -> dict[str, bytes]:
        found = {}
        for name in self.files():
            try:
                found[name] = self.read(name)
            except FileNotFoundError:
                continue  # only while both sides are at work
        return found

    def index(self) -> list[str]:
        return self.lines("ls-files", "--stage")

    def head(self) -> tuple[str, str]:
        """The current branch and its commit."""
        branch = self.git("symbolic-ref", "--quiet", "HEAD", check=False).stdout.decode().strip()
        return branch, self.lines("rev-parse", "HEAD")[0]

    def missing(self, wanted: Iterable[bytes] | None = None) -> set[bytes]:
        """Which of these markers (the required ones) are neither in the tree nor in the index nor in any commit."""
        left = set(self.required if wanted is None else wanted)
        for data in self.tree().values():
            left.difference_update(MARKER.findall(data))
        if not left:
            return left
        everything = ("rev-list", "--objects", "--all", "--reflog", "--indexed-objects", "--no-object-names")
        names = self.lines(*everything)
        self._read_blobs([name for name in names if name not in self.in_blob])
        for name in names:
            left -= self.in_blob[name]
        return left

    def _read_blobs(self, names: list[str]) -> None:
        out = self.git("cat-file", "--batch", stdin="".join(f"{name}\n" for name in names).encode()).stdout
        at = 0
        for name in names:
            end = out.index(b"\n", at)
            _, kind, size = out[at:end].split()
            data = out[end + 1 : end + 1 + int(size)]
            at = end + 2 + int(size)
            self.in_blob[name] = frozenset(MARKER.findall(data)) if kind == b"blob" else frozenset()


def made(root: str, files: int = 10, length: int = 16) -> World:
    world = World(root)
    os.makedirs(root)
    world.git("init", "--quiet", "--initial-branch=main")
    world.git("config", "user.name", "User")
    world.git("config", "user.email", "user@example.org")
    world.git("config", "merge.renames", "true")
    for number in range(files):
        name = f"d{number % 3}/f{number}.txt"
        os.makedirs(os.path.dirname(world.path(name)), exist_ok=True)
        with open(world.path(name), "wb") as file:
            file.write(b"".join(b"line %d of %d\n" % (at, number) for at in range(length)))
    world.git("add", "--all")
    world.git("commit", "--quiet", "--message", "first")
    return world


def broken(tree: dict[str, bytes]) -> list[str]:
    """What no tree may hold: a line that nobody wrote, a marker twice in one file, something left over of ours."""
    found = []
    for name, data in tree.items():
        if ".glmcode-" in name:
            found.append(f"left over: {name}")
            continue
        if data and not data.endswith(b"\n"):
            found.append(f"cut off: {name}")
        for line in data.splitlines():
            if not re.fullmatch(rb"line \d+ of \d+|[UG]\d{5}|note \d+", line):
                found.append(f"{name} holds {line!r}")
        seen = MARKER.findall(data)
        found += [f"{name} holds {one!r} twice" for one in set(seen) if seen.count(one) > 1]
    return found
