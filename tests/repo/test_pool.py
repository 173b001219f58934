"""Worktrees that are used again: whatever the session before left in one, the next finds what a new one would hold."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from glmcode.errors import GlmcodeError
from glmcode.repo import pool
from glmcode.repo.git import Ended, run_git
from glmcode.repo.options import Worktrees
from glmcode.repo.removal import remove
from glmcode.repo.sessions import Session, list_sessions, load, lost
from glmcode.repo.worktree import open_session
from tests.repo.checkout import Checkout, go_on, make, on_disk, own_home, put

STRIDE = int(os.environ.get("GLMCODE_POOL_STRIDE", "4"))
"""Of the steps at which a process is killed, every so manieth; 1 is all."""
FILES = {"a.txt": b"one\n", "sub/b.txt": b"b\n", "sub/deep/c.txt": b"c\n", "run.sh": b"#!/bin/sh\n", "d/e": b"e\n"}


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", {**FILES, ".gitignore": b"*.pyc\nbuild/\n"})


def parked(checkout: Checkout) -> list[str]:
    """The folders of the pool."""
    try:
        return sorted(os.listdir(checkout.path(".git/glmcode/pool")))
    except FileNotFoundError:
        return []


def place(checkout: Checkout) -> str:
    (name,) = (one for one in parked(checkout) if not one.endswith(".json"))
    return checkout.path(f".git/glmcode/pool/{name}")


def finish(session: Session) -> None:
    remove(session.root, session.id, force=True)


def everything(root: str) -> tuple[object, ...]:
    """What stands there: files with their bytes and modes, and folders, the empty ones too."""
    folders = {os.path.relpath(at, root) for at, inner, _ in os.walk(root) if os.path.basename(at) != ".git"}
    return {name: found for name, found in on_disk(root).items() if name != b".git"}, folders


def assert_new(checkout: Checkout, session: Session) -> None:
    """The session's worktree is in nothing different from one that git makes."""
    fresh = f"{checkout.root}-fresh"
    checkout.git("worktree", "add", "--quiet", "--detach", fresh, session.base)
    assert everything(session.worktree) == everything(fresh)
    checkout.git("worktree", "remove", fresh)
    inside = Checkout(session.worktree)
    assert inside.line("status", "--porcelain", "--ignored") == ""
    assert inside.line("rev-parse", "--symbolic-full-name", "HEAD") == session.ref
    assert inside.line("rev-parse", "HEAD") == session.base
    assert inside.line("rev-parse", "--absolute-git-dir") == session.git_dir
    assert (
        inside.git("ls-files", "-v", "--stage")
        == subprocess.run(
            ["git", "ls-tree", "-r", "--format=H %(objectmode) %(objectname) 0%x09%(path)", "HEAD"],
            cwd=session.worktree,
            capture_output=True,
            check=True,
        ).stdout
    )
    go_on(session, {"a.txt": b"work\n"})
    assert checkout.git("show", f"{session.branch}:a.txt") == b"work\n"


def test_the_next_session_gets_the_same_worktree_at_its_own_base(checkout: Checkout) -> None:
    first = open_session(checkout.root, "first")
    go_on(first, {"a.txt": b"theirs\n", "new.txt": b"n\n", "d/e": None})
    inode = os.stat(first.worktree).st_ino
    finish(first)
    assert checkout.line("for-each-ref", "refs/heads/glmcode") == ""
    checkout.commit({"a.txt": b"mine\n", "sub/new.txt": b"x\n"})
    before = checkout.state()
    second = open_session(checkout.root, "second")
    assert checkout.state() == before
    assert os.stat(second.worktree).st_ino == inode
    assert second.worktree == checkout.path(".git/glmcode/worktrees/second")
    assert parked(checkout) == []
    assert_new(checkout, second)
    assert load(checkout.root, "second").session == second


def test_nothing_that_tests_left_is_there_and_no_link_is_followed(checkout: Checkout, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    put(str(mine), {"precious": b"p\n", "deep/precious": b"p\n", "b.txt": b"not sub/b.txt\n"})
    session = open_session(checkout.root, "x")
    tree = session.worktree
    put(
        tree,
        {
            "x.pyc": b"",
            "build/out/o": b"o\n",
            "left": b"l\n",
            "nested/f": b"f\n",
            ".gitattributes": b"* text eol=crlf\n",
        },
    )
    subprocess.run(["git", "init", "-q"], cwd=f"{tree}/nested", check=True)
    os.makedirs(f"{tree}/empty/inner")
    os.symlink(mine, f"{tree}/link")
    os.symlink(mine / "precious", f"{tree}/build/link")
    os.symlink(".", f"{tree}/loop")
    os.mkfifo(f"{tree}/pipe")
    subprocess.run(["rm", "-r", f"{tree}/sub", f"{tree}/a.txt"], check=True)
    os.symlink(mine, f"{tree}/sub")
    os.mkdir(f"{tree}/a.txt")
    put(tree, {"a.txt/inner": b"i\n", "d/e": b"changed\n"})
    os.chmod(f"{tree}/run.sh", 0o755)
    subprocess.run(["git", "add", "--all", "--force", "left", "x.pyc"], cwd=tree, check=True)
    theirs = everything(str(mine))
    finish(session)
    assert len(parked(checkout)) == 2
    assert everything(str(mine)) == theirs
    assert_new(checkout, open_session(checkout.root, "y"))
    assert everything(str(mine)) == theirs


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_files_that_git_was_told_not_to_look_at(checkout: Checkout, flag: str) -> None:
    session = open_session(checkout.root, "x")
    subprocess.run(["git", "update-index", flag, "sub/b.txt"], cwd=session.worktree, check=True)
    put(session.worktree, {"sub/b.txt": b"hidden\n"})
    finish(session)
    assert_new(checkout, open_session(checkout.root, "y"))


def test_an_edit_of_the_same_size_with_the_old_time_and_other_permissions(checkout: Checkout) -> None:
    checkout.git("config", "core.trustctime", "false")
    session = open_session(checkout.root, "x")
    path = os.path.join(session.worktree, "a.txt")
    os.utime(path, (1, 1))
    subprocess.run(["git", "update-index", "--refresh"], cwd=session.worktree, check=True)
    put(session.worktree, {"a.txt": b"two\n"})
    os.utime(path, (1, 1))
    os.chmod(os.path.join(session.worktree, "d/e"), 0o600)
    os.link(os.path.join(session.worktree, "sub/b.txt"), os.path.join(session.worktree, "also"))
    finish(session)
    assert_new(checkout, open_session(checkout.root, "y"))


def _damages() -> dict[str, Callable[[Checkout, str, str], object]]:
    def write(where: str, data: bytes) -> None:
        Path(where).parent.mkdir(parents=True, exist_ok=True)
        Path(where).write_bytes(data)

    return {
        "no index": lambda _c, _t, g: os.unlink(f"{g}/index"),
        "half an index": lambda _c, _t, g: write(f"{g}/index", Path(f"{g}/index").read_bytes()[:100]),
        "an index lock": lambda _c, _t, g: write(f"{g}/index.lock", b""),
        "locked by the user": lambda c, t, _g: c.git("worktree", "lock", t),
        "no HEAD": lambda _c, _t, g: os.unlink(f"{g}/HEAD"),
        "no git directory": lambda _c, _t, g: subprocess.run(["rm", "-r", g], check=True),
        "a git directory of another worktree": lambda _c, _t, g: write(f"{g}/gitdir", b"/elsewhere/.git\n"),
        "no files": lambda _c, t, _g: subprocess.run(["rm", "-r", t], check=True),
        "a link in its place": lambda c, t, _g: subprocess.run(
            ["sh", "-c", f"mv {t} {c.root}-m; ln -s {c.root}-m {t}"], check=True
        ),
        "a bent .git": lambda c, t, _g: write(f"{t}/.git", f"gitdir: {c.root}/.git\n".encode()),
        "no .git": lambda _c, t, _g: os.unlink(f"{t}/.git"),
        "settings of its own": lambda _c, _t, g: write(f"{g}/config.worktree", b"[core]\n\tworktree = /\n"),
        "no note": lambda _c, t, _g: os.unlink(f"{t}.json"),
        "a broken note": lambda _c, t, _g: write(f"{t}.json", b"{"),
        "a note of no commit": lambda _c, t, _g: write(f"{t}.json", b'{"commit": "--help"}'),
        "a commit that is gone": lambda _c, t, _g: write(f"{t}.json", b'{"commit": "%s"}' % (b"1" * 40)),
        "a changed file": lambda _c, t, _g: put(t, {"a.txt": b"late\n", "late": b"late\n"}),
        "no folder": lambda _c, t, _g: subprocess.run(["rm", "-r", f"{t}/sub"], check=True),
        "another line end": lambda c, _t, _g: c.git("config", "core.autocrlf", "true"),
        "another filter": lambda c, _t, _g: write(c.path(".git/info/attributes"), b"*.txt eol=crlf\n"),
        "other attributes": lambda c, _t, _g: c.commit({".gitattributes": b"*.txt text eol=crlf\n"}),
    }


@pytest.mark.parametrize("damage", _damages())
def test_whatever_happened_to_a_pooled_worktree(checkout: Checkout, damage: str) -> None:
    finish(open_session(checkout.root, "x"))
    tree = place(checkout)
    _damages()[damage](checkout, tree, checkout.path(".git/worktrees/x"))
    session = open_session(checkout.root, "y")
    assert_new(checkout, session)
    finish(session)
    pool.prune(os.path.join(checkout.root, ".git"), 1)
    assert len(parked(checkout)) in (0, 2)


def test_a_worktree_with_a_submodule_is_not_kept(checkout: Checkout, tmp_path: Path) -> None:
    inner = make(tmp_path / "inner", {"i.txt": b"i\n"})
    checkout.git("submodule", "--quiet", "add", inner.root, "mod")
    checkout.commit({})
    finish(open_session(checkout.root, "x"))
    assert parked(checkout) == []


def test_a_repository_where_each_worktree_has_its_settings_keeps_none(checkout: Checkout) -> None:
    checkout.git("config", "extensions.worktreeConfig", "true")
    finish(open_session(checkout.root, "x"))
    assert parked(checkout) == []


def test_no_more_are_kept_than_is_said_and_the_oldest_go(checkout: Checkout) -> None:
    sessions = [open_session(checkout.root, "x") for _ in range(4)]
    for session in sessions:
        remove(session.root, session.id, pool=2)
    assert parked(checkout) == ["x-3", "x-3.json", "x-4", "x-4.json"]
    assert sorted(os.listdir(checkout.path(".git/worktrees"))) == ["x-3", "x-4"]
    gone = pool.prune(os.path.join(checkout.root, ".git"), 0)
    assert gone == (checkout.path(".git/glmcode/pool/x-3"), checkout.path(".git/glmcode/pool/x-4"))
    assert parked(checkout) == []
    remove(open_session(checkout.root, "y").root, "y", pool=0)
    assert parked(checkout) == []
    assert checkout.line("worktree", "list", "--porcelain").count("worktree ") == 1


def test_a_user_s_worktree_on_a_disk_not_plugged_in_stays_known(checkout: Checkout, tmp_path: Path) -> None:
    checkout.git("worktree", "add", "--quiet", str(tmp_path / "usb"))
    os.rename(tmp_path / "usb", tmp_path / "away")
    for keep in (0, 2):
        remove(checkout.root, open_session(checkout.root, "x").id, pool=keep)
    os.rename(tmp_path / "away", tmp_path / "usb")
    assert Checkout(str(tmp_path / "usb")).line("status", "--porcelain") == ""


def test_two_sessions_at_once_never_get_the_same(checkout: Checkout) -> None:
    sessions = [open_session(checkout.root, "x") for _ in range(3)]
    for session in sessions:
        remove(session.root, session.id, pool=3)
    children = []
    for number in range(5):
        child = os.fork()
        if not child:
            try:
                open_session(checkout.root, f"task {number}", worktrees=Worktrees(pool=3))
            finally:
                os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    found = [load(checkout.root, f"task-{number}").session for number in range(5)]
    assert len({os.stat(session.worktree).st_ino for session in found}) == 5
    assert len({session.git_dir for session in found}) == 5
    for session in found:
        assert_new(checkout, session)


def _calls(monkeypatch: pytest.MonkeyPatch, die_at: int) -> list[str]:
    """Every run of git, and `os.rename`, is noted; before the given one the process dies."""
    import glmcode.repo.git

    seen: list[str] = []

    def dying(what: str, work: Callable[[], object]) -> object:
        seen.append(what)
        if len(seen) == die_at:
            os._exit(9)
        return work()

    def git(cwd: str, arguments: list[str], **more: object) -> Ended:
        found = dying("git", lambda: run_git(cwd, arguments, **more))  # type: ignore[arg-type]  # handed on as they came
        assert isinstance(found, Ended)
        return found

    rename = os.rename
    monkeypatch.setattr(glmcode.repo.git, "run_git", git)
    monkeypatch.setattr(os, "rename", lambda *ends: dying("rename", lambda: rename(*ends)))
    return seen


def test_killed_at_any_step_the_pool_is_sound(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways, into the pool and out of it, in a process that ends at its first step, a later one, and so on."""
    step, done = 1 - STRIDE, False
    while not done:
        step += STRIDE
        child = os.fork()
        if not child:
            _calls(monkeypatch, step)
            try:
                finish(open_session(checkout.root, "x"))
                os._exit(0)
            except BaseException:
                os._exit(1)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status in (0, 9)
        done = status == 0
        session = open_session(checkout.root, "after")
        if STRIDE > 1 or step % 4 == 0:
            assert_new(checkout, session)
        finish(session)
        for left in [*(one.session.id for one in list_sessions(checkout.root)), *lost(checkout.root)]:
            remove(checkout.root, left, force=True)
        pool.prune(os.path.join(checkout.root, ".git"), 2)
        assert len(parked(checkout)) <= 4
    assert step > 10


def test_what_can_not_be_parked_is_removed(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    session = open_session(checkout.root, "x")

    def refuse(*_ends: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "rename", refuse)
    finish(session)
    assert parked(checkout) == []
    assert not os.path.exists(session.worktree)


def test_a_start_from_the_pool_runs_git_nine_times(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    finish(open_session(checkout.root, "x"))
    checkout.commit({"a.txt": b"next\n"})
    seen = _calls(monkeypatch, 0)
    open_session(checkout.root, "y")
    assert seen.count("git") <= 9


def test_the_pool_says_who_is_at_it(checkout: Checkout) -> None:
    from glmcode.repo.lock import held

    finish(open_session(checkout.root, "x"))
    with held(checkout.path(".git/glmcode/pool.lock")):
        child = os.fork()
        if not child:
            try:
                pool.prune(os.path.join(checkout.root, ".git"), 0)
            except GlmcodeError as error:
                os._exit(7 if "another glmcode" in error.message else 1)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert len(parked(checkout)) == 2


def test_a_copy_of_the_repository_and_a_repository_that_was_moved(checkout: Checkout) -> None:
    """Git's own pointers between a worktree and its repository are absolute: in a copy they lead to the original."""
    finish(open_session(checkout.root, "x"))
    subprocess.run(["cp", "-a", checkout.root, f"{checkout.root}-copy"], check=True)
    before = everything(checkout.path(".git/glmcode/pool")), everything(checkout.path(".git/worktrees"))
    copy = Checkout(f"{checkout.root}-copy")
    session = open_session(copy.root, "y")
    assert session.worktree.startswith(copy.root)
    assert_new(copy, session)
    finish(session)
    assert (everything(checkout.path(".git/glmcode/pool")), everything(checkout.path(".git/worktrees"))) == before
    os.rename(checkout.root, f"{checkout.root}-moved")
    moved = Checkout(f"{checkout.root}-moved")
    assert_new(moved, open_session(moved.root, "z"))
