"""A real repository in a test's own folder, and what of it must be the same after a refusal."""

import os
import re
import stat
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.worktree import Session, open_session, snapshot

Files = Mapping[str, bytes | None]
LINES = b"".join(b"line %d\n" % number for number in range(1, 21))


def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the machine's git configuration nor a hook around the tests has a say."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text('[init]\n\tdefaultBranch = main\n[protocol "file"]\n\tallow = always\n')
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("EMAIL", "")


@dataclass(frozen=True)
class State:
    """All that a user could miss."""

    files: dict[bytes, tuple[int, bytes]]
    index: bytes
    staged: bytes
    status: bytes
    head: bytes
    commit: bytes


@dataclass(frozen=True)
class Checkout:
    root: str

    def git(self, *arguments: str) -> bytes:
        return subprocess.run(["git", *arguments], cwd=self.root, check=True, capture_output=True).stdout

    def line(self, *arguments: str) -> str:
        return os.fsdecode(self.git(*arguments)).strip()

    def path(self, name: str) -> str:
        return os.path.join(self.root, name)

    def read(self, name: str) -> bytes | None:
        try:
            with open(self.path(name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def write(self, files: Files) -> None:
        put(self.root, files)

    def commit(self, files: Files, message: str = "work") -> str:
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.line("rev-parse", "HEAD")

    def hook(self, name: str, script: str) -> None:
        path = self.path(f".git/hooks/{name}")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(f"#!/bin/sh\n{script}\n")
        os.chmod(path, 0o755)

    def state(self) -> State:
        git_dir = self.line("rev-parse", "--absolute-git-dir")
        index = os.path.join(git_dir, "index")
        with open(index, "rb") as file:
            data = file.read()
        # Asked for without a refresh of the index: looking must not change what is looked at.
        status = self.git("--no-optional-locks", "status", "--porcelain=v1", "-z", "--untracked-files=all")
        staged = self.git("ls-files", "--stage", "-z")
        head = self.git("rev-parse", "--symbolic-full-name", "HEAD")
        return State(on_disk(self.root), data, staged, status, head, self.git("rev-parse", "HEAD"))


def make(where: Path, files: Files | None = None, **config: str) -> Checkout:
    """A repository with one commit that holds the files; config names have `_` for the dot."""
    where.mkdir(parents=True)
    checkout = Checkout(os.path.realpath(where))
    checkout.git("init", "--quiet")
    settings = {"user_name": "User", "user_email": "user@example.org", **config}
    for name, value in settings.items():
        checkout.git("config", name.replace("_", ".", 1), value)
    if files is not None:
        checkout.commit(files, "first")
    return checkout


def put(root: str, files: Files) -> None:
    for name, data in files.items():
        path = os.path.join(root, name)
        if data is None:
            os.unlink(path)
        else:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)


def on_disk(root: str) -> dict[bytes, tuple[int, bytes]]:
    """Every file and link below the root but git's own, with its mode and bytes."""
    found = {}
    for place, folders, names in os.walk(os.fsencode(root)):
        if b".git" in folders:
            folders.remove(b".git")
        for name in [*names, *(one for one in folders if os.path.islink(os.path.join(place, one)))]:
            path = os.path.join(place, name)
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                data = os.readlink(path)
            else:
                with open(path, "rb") as file:
                    data = file.read()
            found[os.path.relpath(path, os.fsencode(root))] = (mode, data)
    return found


def work(checkout: Checkout, files: Files, task: str = "do the work", executable: tuple[str, ...] = ()) -> Session:
    """A session whose branch holds these changes."""
    session = open_session(checkout.root, task)
    go_on(session, files, executable)
    return session


def go_on(session: Session, files: Files, executable: tuple[str, ...] = ()) -> str:
    put(session.worktree, files)
    for name in executable:
        os.chmod(os.path.join(session.worktree, name), 0o755)
    return snapshot(session, [*files, *executable], "round")


def changed(line: int, text: bytes, lines: bytes = LINES) -> bytes:
    return lines.replace(b"line %d\n" % line, text + b"\n")


@contextmanager
def refused(checkout: Checkout, match: str = "") -> Iterator[pytest.ExceptionInfo[GlmcodeError]]:
    """The landing is refused with exit 5, and everything of the user's is byte for byte as before."""
    before = checkout.state()
    with pytest.raises(GlmcodeError) as error:
        yield error
    told = f"{error.value.message}\n{error.value.hint}"
    assert error.value.exit_code == Exit.CONFLICT, told
    assert "\n" not in error.value.message
    assert re.search(match, told), told
    assert checkout.state() == before
    assert not os.path.exists(checkout.path(".git/index.lock"))
    assert not os.path.exists(checkout.path(".git/MERGE_HEAD"))
