"""Repositories of every kind: a session starts, works, lands and goes, and git behaves in it as it does in the user's checkout."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.branch import land_session
from glmcode.repo.removal import remove
from glmcode.repo.worktree import changed_files, open_session, reopen, restore, snapshot
from tests.repo.checkout import Checkout, go_on, make, own_home, put

FILES = {"a.txt": b"one\n", "sub/b.txt": b"b\n"}


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


def run(*command: str | Path, cwd: str | Path = "/") -> None:
    subprocess.run(["git", *command], cwd=cwd, check=True, capture_output=True)


def assert_whole(checkout: Checkout) -> None:
    """Two sessions, one after the other; the first from its start to its end, the second in the worktree that it leaves."""
    before = checkout.state()
    common = checkout.path(os.fsdecode(checkout.git("rev-parse", "--git-common-dir")).removesuffix("\n"))
    session = open_session(checkout.root, "one")
    assert session.common_dir == os.path.realpath(common)
    assert os.path.dirname(session.worktree) == os.path.join(session.common_dir, "glmcode", "worktrees")
    inside = Checkout(session.worktree)
    assert inside.git("status", "--porcelain") == b""
    go_on(session, {"a.txt": b"1\n", "new/n.txt": b"n\n"})
    assert changed_files(session) == ("a.txt", "new/n.txt")
    restore(session, session.base, ["a.txt"])
    assert inside.read("a.txt") == checkout.read("a.txt")
    snapshot(session, ["a.txt"], "back")
    assert checkout.state() == before
    land_session(session, "apply")
    assert checkout.read("new/n.txt") == b"n\n"
    os.unlink(checkout.path("new/n.txt"))
    os.rmdir(checkout.path("new"))
    remove(checkout.root, session.id, force=True)
    inside = Checkout(open_session(checkout.root, "two").worktree)
    assert inside.git("status", "--porcelain", "--ignored") == b""
    assert inside.git("rev-parse", "HEAD") == before.commit
    assert checkout.state() == before


def a_linked_worktree(where: Path) -> Checkout:
    main = make(where / "main", FILES)
    main.git("worktree", "add", "--quiet", str(where / "linked"))
    return Checkout(os.path.realpath(where / "linked"))


def a_submodule(where: Path) -> Checkout:
    inner = make(where / "inner", FILES)
    outer = make(where / "outer", {"o.txt": b"o\n"})
    outer.git("submodule", "--quiet", "add", inner.root, "lib/mod")
    mod = Checkout(outer.path("lib/mod"))
    for name, value in (("user.name", "User"), ("user.email", "u@example.org")):
        mod.git("config", name, value)
    return mod


def a_worktree_of_a_bare_repository(where: Path) -> Checkout:
    made = make(where / "made", FILES)
    run("clone", "-q", "--bare", made.root, where / "bare.git")
    run("worktree", "add", "-q", where / "tree", cwd=where / "bare.git")
    return Checkout(os.path.realpath(where / "tree"))


def a_worktree_beside_a_hidden_bare_repository(where: Path) -> Checkout:
    """`project/.bare` with `project/.git` pointing to it, and the worktrees in `project`."""
    made = make(where / "made", FILES)
    (where / "project").mkdir()
    run("clone", "-q", "--bare", made.root, where / "project/.bare")
    (where / "project/.git").write_text("gitdir: ./.bare\n")
    run("worktree", "add", "-q", "main", cwd=where / "project")
    return Checkout(os.path.realpath(where / "project/main"))


def a_git_directory_elsewhere(where: Path) -> Checkout:
    made = make(where / "repo", FILES)
    made.git("init", "--quiet", "--separate-git-dir", str(where / "elsewhere"))
    return made


def core_worktree(where: Path) -> Checkout:
    made = make(where / "repo", FILES)
    made.git("config", "core.worktree", made.root)
    return made


def settings_of_each_worktree(where: Path) -> Checkout:
    made = make(where / "repo", FILES)
    made.git("config", "extensions.worktreeConfig", "true")
    made.git("config", "--worktree", "core.autocrlf", "input")
    return made


def sha256(where: Path) -> Checkout:
    run("init", "-q", "--object-format=sha256", where / "repo")
    made = Checkout(os.path.realpath(where / "repo"))
    for name, value in (("user.name", "User"), ("user.email", "u@example.org")):
        made.git("config", name, value)
    made.commit(FILES)
    return made


def reftable(where: Path) -> Checkout:
    tried = subprocess.run(
        ["git", "init", "-q", "--ref-format=reftable", where / "repo"], capture_output=True, check=False
    )
    if tried.returncode != 0:
        pytest.skip("this git has no reftable")
    made = Checkout(os.path.realpath(where / "repo"))
    for name, value in (("user.name", "User"), ("user.email", "u@example.org")):
        made.git("config", name, value)
    made.commit(FILES)
    return made


def shallow(where: Path) -> Checkout:
    made = make(where / "made", FILES)
    made.commit({"c.txt": b"c\n"})
    run("clone", "-q", "--depth", "1", f"file://{made.root}", where / "repo")
    return Checkout(os.path.realpath(where / "repo"))


def alternates(where: Path) -> Checkout:
    made = make(where / "made", FILES)
    run("clone", "-q", "--shared", made.root, where / "repo")
    return Checkout(os.path.realpath(where / "repo"))


def a_partial_clone(where: Path) -> Checkout:
    made = make(where / "made", FILES, uploadpack_allowFilter="true")
    run("clone", "-q", "--filter=blob:none", f"file://{made.root}", where / "repo")
    return Checkout(os.path.realpath(where / "repo"))


def a_path_with_blanks(where: Path) -> Checkout:
    return make(where / " my repository \t", FILES)


def a_path_with_a_line_break(where: Path) -> Checkout:
    return make(where / "my\nrepository", FILES)


def a_path_that_is_no_text(where: Path) -> Checkout:
    if sys.platform == "darwin":
        pytest.skip("this system's names are all UTF-8")
    return make(where / os.fsdecode(b"caf\xe9 \xff"), FILES)


def another_file_system(where: Path) -> Checkout:
    import tempfile

    if not os.path.isdir("/dev/shm") or os.stat("/dev/shm").st_dev == os.stat(where).st_dev:
        pytest.skip("/dev/shm is no file system of its own")
    main = make(where / "main", FILES)
    place = tempfile.mkdtemp(prefix="glmcode-test-", dir="/dev/shm")
    main.git("worktree", "add", "--quiet", os.path.join(place, "tree"))
    return Checkout(os.path.join(place, "tree"))


KINDS = (
    a_linked_worktree,
    a_submodule,
    a_worktree_of_a_bare_repository,
    a_worktree_beside_a_hidden_bare_repository,
    a_git_directory_elsewhere,
    core_worktree,
    settings_of_each_worktree,
    sha256,
    reftable,
    shallow,
    alternates,
    a_partial_clone,
    a_path_with_blanks,
    a_path_with_a_line_break,
    a_path_that_is_no_text,
    another_file_system,
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_from_start_to_end(tmp_path: Path, kind: object) -> None:
    assert callable(kind)
    checkout = kind(tmp_path)
    for name, value in (("user.name", "User"), ("user.email", "u@example.org")):
        checkout.git("config", name, value)
    try:
        assert_whole(checkout)
    finally:
        if checkout.root.startswith("/dev/shm/"):
            subprocess.run(["rm", "-r", os.path.dirname(checkout.root)], check=True)


def test_a_hook_of_core_hookspath_does_not_run(tmp_path: Path) -> None:
    checkout = make(tmp_path / "repo", FILES)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "post-commit", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
        (hooks / name).chmod(0o755)
    checkout.git("config", "core.hooksPath", str(hooks))
    for _ in range(2):
        session = open_session(checkout.root, "x")
        go_on(session, {"a.txt": b"x\n"})
        remove(checkout.root, session.id, force=True)
    assert not (tmp_path / "ran").exists()


def test_a_repository_of_someone_else_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    checkout = make(tmp_path / "repo", FILES)
    for path in (checkout.root, checkout.path(".git")):
        os.chown(path, 12345, 12345)
    with pytest.raises(GlmcodeError, match="detected dubious ownership in repository") as error:
        open_session(checkout.root, "x")
    assert error.value.exit_code == Exit.USAGE
    assert "\n" not in error.value.message
    assert "git config --global --add safe.directory" in error.value.hint
    assert not os.path.exists(checkout.path(".git/glmcode"))


@pytest.mark.parametrize("cone", ["--cone", "--no-cone"])
def test_a_sparse_checkout_stays_sparse(tmp_path: Path, cone: str) -> None:
    checkout = make(tmp_path / "repo", {**FILES, "keep/k.txt": b"k\n", "keep/inner/i.txt": b"i\n"})
    checkout.git("sparse-checkout", "set", cone, "keep")
    session = open_session(checkout.root, "x")
    inside = Checkout(session.worktree)
    assert not os.path.exists(inside.path("sub"))
    assert inside.line("status", "--porcelain") == ""
    # One that is there, one beyond, one that git knows and that is not there, and one of these that is to go.
    go_on(session, {"keep/k.txt": b"new\n", "far/new.txt": b"n\n", "sub/b.txt": b"written\n"})
    shown = {
        name: checkout.git("show", f"{session.branch}:{name}") for name in ("keep/k.txt", "far/new.txt", "sub/b.txt")
    }
    assert shown == {"keep/k.txt": b"new\n", "far/new.txt": b"n\n", "sub/b.txt": b"written\n"}
    assert changed_files(session) == ("far/new.txt", "keep/k.txt", "sub/b.txt")
    restore(session, session.base, ["sub/b.txt", "far/new.txt"])
    snapshot(session, ["sub/b.txt", "far/new.txt"], "back")
    assert changed_files(session) == ("keep/k.txt",)


def test_a_file_that_a_sparse_checkout_leaves_out_is_not_taken_for_removed(tmp_path: Path) -> None:
    checkout = make(tmp_path / "repo", {**FILES, "keep/k.txt": b"k\n"})
    checkout.git("sparse-checkout", "set", "keep")
    session = open_session(checkout.root, "x")
    put(session.worktree, {"keep/k.txt": b"new\n"})
    snapshot(session, ["keep/k.txt", "sub/b.txt"], "as the landing names them")
    assert changed_files(session) == ("keep/k.txt",)


LFS = """#!/bin/sh
# As git-lfs: a pointer in git, the bytes beside it.
store="{store}"
case $1 in
clean) cat > "$store/new"; id=$(sha256sum < "$store/new" | cut -d' ' -f1); mv "$store/new" "$store/$id"
  printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%s\\nsize 0\\n' $id;;
smudge) id=$(sed -n 's/^oid sha256://p'); cat "$store/$id";;
esac
"""


def test_lfs_with_its_filter_and_without(tmp_path: Path) -> None:
    store, tool = tmp_path / "store", tmp_path / "lfs"
    store.mkdir()
    tool.write_text(LFS.format(store=store))
    tool.chmod(0o755)
    checkout = make(tmp_path / "repo", {"a.txt": b"a\n"})
    settings = {"clean": f"{tool} clean", "smudge": f"{tool} smudge", "required": "true"}
    for name, value in settings.items():
        checkout.git("config", f"filter.lfs.{name}", value)
    checkout.commit({".gitattributes": b"*.bin filter=lfs diff=lfs merge=lfs -text\n", "x.bin": b"large\0\n"})
    assert checkout.git("show", "HEAD:x.bin").startswith(b"version https://git-lfs")
    session = open_session(checkout.root, "x")
    assert Checkout(session.worktree).read("x.bin") == b"large\0\n"
    go_on(session, {"x.bin": b"larger\0\n"})
    assert checkout.git("show", f"{session.branch}:x.bin").startswith(b"version https://git-lfs")
    remove(checkout.root, session.id, force=True)
    assert Checkout(open_session(checkout.root, "y").worktree).read("x.bin") == b"large\0\n"
    for name in settings:
        checkout.git("config", "--unset", f"filter.lfs.{name}")
    session = open_session(checkout.root, "z")
    pointer = Checkout(session.worktree).read("x.bin")
    assert pointer == checkout.git("show", "HEAD:x.bin")
    assert snapshot(session, ["x.bin"], "nothing") == session.base


def test_a_user_who_skips_lfs_skips_it_here_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = make(tmp_path / "repo", {"a.txt": b"a\n"})
    checkout.git("config", "filter.lfs.clean", "cat")
    checkout.git("config", "filter.lfs.smudge", 'if [ "$GIT_LFS_SKIP_SMUDGE" = 1 ]; then cat; else false; fi')
    checkout.git("config", "filter.lfs.required", "true")
    checkout.commit({"x.bin": b"pointer\n"})
    checkout.commit({".gitattributes": b"*.bin filter=lfs\n"})
    with pytest.raises(GlmcodeError, match=r"x\.bin: smudge filter lfs failed"):
        open_session(checkout.root, "x")
    monkeypatch.setenv("GIT_LFS_SKIP_SMUDGE", "1")
    assert Checkout(open_session(checkout.root, "x").worktree).read("x.bin") == b"pointer\n"


def test_idents_encodings_and_line_ends_are_git_s(tmp_path: Path) -> None:
    attributes = b"*.id ident\n*.u16 working-tree-encoding=UTF-16LE-BOM text eol=lf\n*.dos text eol=crlf\n"
    checkout = make(tmp_path / "repo", {".gitattributes": attributes})
    word = "wört\n".encode("utf-16-le")
    checkout.commit({"x.id": b"$Id$\n", "x.u16": b"\xff\xfe" + word, "x.dos": b"1\r\n2\r\n"})
    for name in ("x.id", "x.u16", "x.dos"):
        os.unlink(checkout.path(name))
    checkout.git("checkout", "--", ".")
    session = open_session(checkout.root, "x")
    inside = Checkout(session.worktree)
    names = ("x.id", "x.u16", "x.dos")
    assert [inside.read(name) for name in names] == [checkout.read(name) for name in names]
    assert snapshot(session, names, "nothing") == session.base
    go_on(session, {"x.u16": b"\xff\xfe" + word * 2, "x.dos": b"1\r\n3\r\n"})
    assert checkout.git("show", f"{session.branch}:x.u16") == "wört\nwört\n".encode()
    assert checkout.git("show", f"{session.branch}:x.dos") == b"1\n3\n"


def submodule_in(checkout: Checkout, inner: Checkout) -> None:
    checkout.git("submodule", "--quiet", "add", inner.root, "lib/mod")
    checkout.commit({}, "with a submodule")


def test_a_submodule_is_filled_from_the_user_s_and_the_network_is_not_asked(tmp_path: Path) -> None:
    deep, inner = make(tmp_path / "deep", {"d.txt": b"d\n"}), make(tmp_path / "inner", {"i.txt": b"i\n"})
    inner.git("submodule", "--quiet", "add", deep.root, "deep")
    inner.commit({})
    checkout = make(tmp_path / "repo", FILES)
    submodule_in(checkout, inner)
    checkout.git("submodule", "--quiet", "update", "--init", "--recursive")
    for made in (deep, inner):  # where they came from is gone, as on a train
        os.rename(made.root, f"{made.root}-away")
    before = (
        checkout.state(),
        checkout.git("config", "--list", "--local"),
        sorted(os.listdir(checkout.path(".git/modules"))),
    )
    notes: list[str] = []
    session = open_session(checkout.root, "x", tell=notes.append)
    assert Path(session.worktree, "lib/mod/i.txt").read_bytes() == b"i\n"
    assert Path(session.worktree, "lib/mod/deep/d.txt").read_bytes() == b"d\n"
    assert Checkout(session.worktree).line("status", "--porcelain") == ""
    assert notes == []
    put(session.worktree, {"lib/mod/i.txt": b"overwritten\n"})
    go_on(session, {"a.txt": b"x\n"})
    assert changed_files(session) == ("a.txt",)
    assert Checkout(checkout.path("lib/mod")).read("i.txt") == b"i\n"
    remove(checkout.root, session.id, force=True)
    assert not os.path.exists(session.git_dir)
    after = (
        checkout.state(),
        checkout.git("config", "--list", "--local"),
        sorted(os.listdir(checkout.path(".git/modules"))),
    )
    assert after == before


def test_a_submodule_s_commit_that_the_user_lacks_leaves_it_empty_and_says_so(tmp_path: Path) -> None:
    inner = make(tmp_path / "inner", {"i.txt": b"i\n"})
    checkout = make(tmp_path / "repo", FILES)
    submodule_in(checkout, inner)
    unknown = inner.commit({"i.txt": b"2\n"})
    checkout.git("update-index", "--cacheinfo", f"160000,{unknown},lib/mod")
    checkout.git("commit", "--quiet", "--message", "of another machine")
    notes: list[str] = []
    session = open_session(checkout.root, "x", tell=notes.append)
    (note,) = notes
    assert note.startswith("the submodule lib/mod stays empty: ")
    go_on(session, {"a.txt": b"x\n"})
    assert changed_files(session) == ("a.txt",)


def test_a_submodule_that_the_user_has_not_filled_stays_empty(tmp_path: Path) -> None:
    checkout = make(tmp_path / "repo", FILES)
    submodule_in(checkout, make(tmp_path / "inner", {"i.txt": b"i\n"}))
    checkout.git("submodule", "--quiet", "deinit", "--all", "--force")
    notes: list[str] = []
    session = open_session(checkout.root, "x", tell=notes.append)
    assert os.listdir(os.path.join(session.worktree, "lib/mod")) == []
    assert notes == []


@pytest.mark.parametrize("path", ["../outside", "sub", ".git/hooks"])
def test_a_gitmodules_of_lies_fills_nothing(tmp_path: Path, path: str) -> None:
    checkout = make(tmp_path / "repo", FILES)
    make(tmp_path / "outside", {"o": b"o\n"})
    text = f'[submodule "x"]\n\tpath = {path}\n\turl = ext::sh -c touch% {tmp_path}/ran\n\tupdate = !touch {tmp_path}/ran\n'
    checkout.commit({".gitmodules": text.encode()})
    session = open_session(checkout.root, "x")
    assert Checkout(session.worktree).line("status", "--porcelain") == ""
    assert not (tmp_path / "ran").exists()


def test_names_that_differ_in_case_only_are_refused_where_the_disk_holds_one_of_them(tmp_path: Path) -> None:
    checkout = make(tmp_path / "repo", FILES, core_ignorecase="true")
    session = open_session(checkout.root, "x")
    put(session.worktree, {"Sub/B.txt": b"another\n"})
    with pytest.raises(GlmcodeError, match=r"sub/b\.txt and Sub/B\.txt are one file") as error:
        snapshot(session, ["Sub/B.txt"], "m")
    assert error.value.exit_code == Exit.CONFLICT
    assert changed_files(session) == ()
    # Changing the case alone is a rename.
    put(session.worktree, {"sub/b.txt": None})
    snapshot(session, ["sub/b.txt", "Sub/B.txt"], "m")
    assert changed_files(session) == ("Sub/B.txt", "sub/b.txt")


def test_a_session_whose_worktree_was_put_by_gets_one_again(tmp_path: Path) -> None:
    from glmcode.repo.removal import retire

    checkout = make(tmp_path / "repo", FILES)
    session = open_session(checkout.root, "x")
    tip = go_on(session, {"a.txt": b"x\n"})
    retire(session, 2)
    assert os.path.isdir(session.worktree)  # nothing of it has landed
    land_session(session, "apply")
    put(session.worktree, {"mine.txt": b"not in a commit\n"})
    retire(session, 2)
    assert os.path.isdir(session.worktree)
    os.unlink(os.path.join(session.worktree, "mine.txt"))
    retire(session, 2)
    assert not os.path.exists(session.worktree)
    other = open_session(checkout.root, "y")
    assert other.git_dir == session.git_dir
    again = reopen(session)
    assert again.git_dir != session.git_dir
    assert Checkout(again.worktree).line("rev-parse", "HEAD") == tip
    assert Checkout(again.worktree).line("status", "--porcelain") == ""
    assert Checkout(other.worktree).line("rev-parse", "HEAD") == session.base
