"""What git ignores and the tests need, in a session's worktree: there, harmless, and nobody's work."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from glmcode.agent.bench import Bench
from glmcode.landing.tree import PathRefusedError
from glmcode.repo import carry as carrying
from glmcode.repo.carry import carried
from glmcode.repo.options import Worktrees
from glmcode.repo.removal import remove
from glmcode.repo.sessions import Session
from glmcode.repo.worktree import changed_files, open_session, snapshot
from tests.repo.checkout import Checkout, go_on, make, on_disk, own_home, put

IGNORE = b".venv/\nvenv/\nnode_modules/\n.env*\ntarget/\ndata\n"
FILES = {"a.txt": b"one\n", "packages/own/index.js": b"1\n", ".gitignore": IGNORE}


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", FILES)


def start(checkout: Checkout, *wanted: str) -> tuple[Session, list[str]]:
    said: list[str] = []
    options = Worktrees(carry=wanted or None)
    return open_session(checkout.root, "x", worktrees=options, tell=said.append), said


def test_a_virtual_environment_runs_from_the_worktree_and_new_files_in_it_stay_there(checkout: Checkout) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", checkout.path(".venv")], check=True)
    before = on_disk(checkout.root)
    session, said = start(checkout)
    assert said == ["linked from your checkout: .venv"]
    python = os.path.join(session.worktree, ".venv/bin/python")
    shown = subprocess.run([python, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == os.path.join(session.worktree, ".venv")
    put(session.worktree, {".venv/cache": b"of the tests\n"})
    assert on_disk(checkout.root) == before
    assert Checkout(session.worktree).line("status", "--porcelain") == ""


def test_packages_are_linked_those_of_the_repository_to_the_worktree_and_caches_not_at_all(checkout: Checkout) -> None:
    put(
        checkout.root,
        {
            "node_modules/left/index.js": b"l\n",
            "node_modules/@scope/right/index.js": b"r\n",
            "node_modules/.bin/left": b"#!/bin/sh\n",
            "node_modules/.cache/x": b"c\n",
            "node_modules/.package-lock.json": b"{}\n",
        },
    )
    os.symlink("../../packages/own", checkout.path("node_modules/@scope/own"))
    os.symlink(".pnpm/left", checkout.path("node_modules/loose"))
    os.symlink(".", checkout.path("node_modules/loop"))
    session, said = start(checkout)
    assert said == ["linked from your checkout: node_modules"]
    inside = Checkout(session.worktree)
    assert inside.read("node_modules/left/index.js") == b"l\n"
    assert inside.read("node_modules/@scope/right/index.js") == b"r\n"
    assert os.path.realpath(inside.path("node_modules/@scope/own")) == inside.path("packages/own")
    assert sorted(os.listdir(inside.path("node_modules"))) == [
        ".bin",
        ".package-lock.json",
        "@scope",
        "left",
        "loop",
        "loose",
    ]
    put(session.worktree, {"node_modules/.cache/x": b"of the tests\n"})
    assert checkout.read("node_modules/.cache/x") == b"c\n"


def test_an_env_is_copied_with_its_permissions(checkout: Checkout) -> None:
    checkout.write({".env": b"PORT=1\n", ".env.local": b"A=1\n", ".env.production": b"A=2\n"})
    os.chmod(checkout.path(".env"), 0o600)
    session, said = start(checkout)
    assert said == ["copied from your checkout: .env, .env.local"]
    put(session.worktree, {".env": b"PORT=2\n"})
    assert checkout.read(".env") == b"PORT=1\n"
    assert os.stat(os.path.join(session.worktree, ".env")).st_mode & 0o777 == 0o600
    assert not os.path.exists(os.path.join(session.worktree, ".env.production"))


def test_a_build_folder_is_copied_as_configured_and_no_link_in_it_is_followed(
    checkout: Checkout, tmp_path: Path
) -> None:
    put(str(tmp_path / "mine"), {"precious": b"p\n"})
    put(checkout.root, {"target/debug/app": b"\x7fELF", "target/.git/HEAD": b"x\n", ".env": b"A=1\n"})
    os.chmod(checkout.path("target/debug/app"), 0o755)
    os.symlink(tmp_path / "mine", checkout.path("target/out"))
    os.symlink("..", checkout.path("target/up"))
    os.mkfifo(checkout.path("target/pipe"))
    session, said = start(checkout, "target/")
    assert said == ["copied from your checkout: target"]
    target = os.path.join(session.worktree, "target")
    assert sorted(os.listdir(target)) == ["debug", "out", "up"]
    assert os.readlink(os.path.join(target, "out")) == str(tmp_path / "mine")
    assert os.access(os.path.join(target, "debug/app"), os.X_OK)
    assert not os.path.exists(os.path.join(session.worktree, ".env"))  # not configured
    remove(checkout.root, session.id, force=True)
    assert (tmp_path / "mine/precious").read_bytes() == b"p\n"
    assert os.path.exists(checkout.path("target/debug/app"))


def test_what_is_too_large_is_left_out_and_named(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    put(
        checkout.root,
        {"target/1": b"1" * 600, "target/2": b"2" * 600, "node_modules/a/x": b"", "node_modules/b/x": b""},
    )
    monkeypatch.setattr(carrying, "MOST_COPIED", 1000)
    monkeypatch.setattr(carrying, "MOST_FILES", 3)
    monkeypatch.setattr(carrying, "_cloned", lambda *_ends: False)
    session, said = start(checkout, "target", "node_modules")
    assert said == [
        "target is not carried: more than 0 MiB, and this file system can't clone",
        "linked from your checkout: node_modules",
    ]
    assert not os.path.exists(os.path.join(session.worktree, "target"))
    assert carried(session.git_dir) == ("node_modules",)
    remove(checkout.root, session.id, force=True)
    monkeypatch.setattr(carrying, "MOST_FILES", 1)
    session, said = start(checkout, "node_modules")
    assert said == ["node_modules is not carried: more than 1 files"]
    assert os.path.isdir(checkout.path("node_modules/a"))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../outside", "not a path inside the root"),
        ("/etc/passwd", "not a path inside the root"),
        (".git/glmcode/worktrees", "not a path inside the root"),
        ("link/secret", "behind a link"),
        ("packages", "git does not ignore it"),
        ("a.txt", "git does not ignore it"),
        ("target", "there is none"),
        ("data\nx", "there is none"),
    ],
)
def test_what_a_repository_may_not_have_carried(checkout: Checkout, tmp_path: Path, name: str, why: str) -> None:
    put(str(tmp_path / "outside"), {"secret": b"s\n"})
    os.symlink(tmp_path / "outside", checkout.path("link"))
    session, said = start(checkout, name)
    (line,) = said
    assert "is not carried: " in line
    assert why in line
    assert "\n" not in line
    assert carried(session.git_dir) == ()


def test_a_commit_that_has_a_link_where_the_carried_would_lie(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    os.symlink(tmp_path / "outside", checkout.path("web"))
    checkout.git("add", "web")
    checkout.git("commit", "--quiet", "--message", "a link")
    os.unlink(checkout.path("web"))
    put(checkout.root, {"web/node_modules/a/x": b"x\n"})
    _, said = start(checkout, "web/node_modules")
    assert said == ["web/node_modules is not carried: it would lie behind a link"]
    assert os.listdir(tmp_path / "outside") == []


def test_what_is_carried_is_neither_read_nor_committed_nor_work(checkout: Checkout) -> None:
    put(checkout.root, {".env": b"SECRET=hunter2\n", "node_modules/a/x.js": b"x\n"})
    session, _ = start(checkout)
    tree = Bench(session).tree()
    for name in (".env", ".ENV", "node_modules/new.js", "node_modules/a/x.js"):
        with pytest.raises(PathRefusedError, match="no part of the repository"):
            tree.read(name)
    assert set(tree.paths()) == {".git", "a.txt", "packages/own/index.js", ".gitignore"} - {".git"}
    put(session.worktree, {"node_modules/new.js": b"n\n", ".env": b"SECRET=other\n", "a.txt": b"x\n"})
    snapshot(session, [".env", "node_modules/new.js", "a.txt"], "m")
    assert changed_files(session) == ("a.txt",)


def test_what_is_carried_is_no_work_even_where_the_commit_does_not_ignore_it(checkout: Checkout) -> None:
    checkout.write({".gitignore": b"*.log\n", "new/.env": b"x\n"})
    checkout.commit({})
    checkout.write({".gitignore": IGNORE, "node_modules/a/x": b"x\n"})
    session, said = start(checkout)
    assert said == ["linked from your checkout: node_modules"]
    remove(checkout.root, session.id)


def test_the_next_session_in_the_same_worktree_carries_anew(checkout: Checkout) -> None:
    put(checkout.root, {"node_modules/a/x": b"x\n", ".env": b"A=1\n"})
    session, _ = start(checkout)
    go_on(session, {"a.txt": b"x\n"})
    inode = os.stat(session.worktree).st_ino
    remove(checkout.root, session.id, force=True)
    assert os.path.exists(checkout.path("node_modules/a/x"))
    os.unlink(checkout.path(".env"))
    put(checkout.root, {"node_modules/b/x": b"x\n"})
    session, said = start(checkout)
    assert os.stat(session.worktree).st_ino == inode
    assert said == ["linked from your checkout: node_modules"]
    assert sorted(os.listdir(os.path.join(session.worktree, "node_modules"))) == ["a", "b"]
    assert not os.path.lexists(os.path.join(session.worktree, ".env"))
