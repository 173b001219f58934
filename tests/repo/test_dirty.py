"""Sessions that start with the user's uncommitted work: taken as git would, and nothing of the user's is touched by it."""

import os
import subprocess
from pathlib import Path

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo import dirty
from glmcode.repo.branch import land_session
from glmcode.repo.discover import find_repository
from glmcode.repo.sessions import Session
from glmcode.repo.terms import Terms
from glmcode.repo.worktree import branch_tip, head_commit, open_session
from tests.repo.checkout import LINES, Checkout, changed, go_on, make, on_disk, own_home, put, refused


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", {"a.txt": LINES, "sub/b.txt": b"b\n", "gone.txt": b"g\n", ".gitignore": b"*.log\n"})


def taken(checkout: Checkout) -> dirty.Taken:
    """The commit; whatever it is made of, the user's own files, index, refs and stash are as before."""
    before, refs = checkout.state(), checkout.git("for-each-ref")
    found = dirty.take(find_repository(checkout.root), head_commit(checkout.root))
    assert checkout.state() == before
    assert checkout.git("for-each-ref") == refs
    folder = checkout.path(".git/glmcode")
    assert not [name for name in os.listdir(folder) if name.startswith(".dirty")]
    return found


def start(checkout: Checkout) -> Session:
    return open_session(checkout.root, "x", base=taken(checkout).commit)


def test_all_that_git_would_add_is_taken_and_nothing_else(checkout: Checkout) -> None:
    checkout.write({"a.txt": changed(3, b"staged"), "new.txt": b"n\n", "it/a.txt": b"i\n"})
    checkout.git("add", "a.txt")
    checkout.git("add", "--intent-to-add", "it/a.txt")
    checkout.write({"a.txt": changed(3, b"worktree"), "x.log": b"ignored\n", "forced.log": b"f\n", "\xfcn\nix": b"u\n"})
    checkout.git("add", "--force", "forced.log")
    checkout.git("rm", "--quiet", "--cached", "sub/b.txt")
    os.unlink(checkout.path("gone.txt"))
    os.symlink("a.txt", checkout.path("link"))
    os.chmod(checkout.path("new.txt"), 0o755)
    checkout.git("stash", "list")
    found = taken(checkout)
    assert found.left == ()
    assert checkout.line("rev-parse", f"{found.commit}^") == checkout.line("rev-parse", "HEAD")
    session = open_session(checkout.root, "x", base=found.commit)
    here, there = on_disk(checkout.root), on_disk(session.worktree)
    del here[b"x.log"], there[b".git"]
    assert there == here
    assert Checkout(session.worktree).line("status", "--porcelain") == ""


def test_no_branch_of_the_user_s_shows_it(checkout: Checkout) -> None:
    checkout.write({"a.txt": changed(3, b"mine")})
    session = start(checkout)
    holders = checkout.line("for-each-ref", "--contains", session.base, "--format=%(refname)").split()
    assert holders == [session.ref]


def test_a_clean_tree_starts_from_head(checkout: Checkout) -> None:
    assert taken(checkout) == dirty.Taken(checkout.line("rev-parse", "HEAD"))
    assert not dirty.uncommitted(checkout.root)


def test_how_much_is_uncommitted(checkout: Checkout) -> None:
    checkout.write({"a.txt": b"mine\n", "new/a": b"n\n", "new/b": b"n\n", "x.log": b"ignored\n"})
    os.unlink(checkout.path("gone.txt"))
    before = checkout.state()
    assert str(dirty.uncommitted(checkout.root)) == "2 changed files and 1 untracked"
    assert checkout.state() == before
    checkout.git("config", "status.showUntrackedFiles", "no")
    assert dirty.uncommitted(checkout.root) == dirty.Uncommitted(2, 0)
    assert "new/a" not in checkout.line("ls-tree", "-r", "--name-only", taken(checkout).commit)


def test_apply_lands_on_top_of_the_same_dirty_files(checkout: Checkout) -> None:
    checkout.write({"a.txt": changed(3, b"mine"), "new.txt": LINES})
    session = start(checkout)
    go_on(session, {"a.txt": changed(15, b"theirs", changed(3, b"mine")), "new.txt": changed(9, b"theirs")})
    checkout.write({"a.txt": changed(4, b"meanwhile", changed(3, b"mine"))})
    index = checkout.state().index
    land_session(session, "apply")
    assert checkout.read("a.txt") == changed(15, b"theirs", changed(4, b"meanwhile", changed(3, b"mine")))
    assert checkout.read("new.txt") == changed(9, b"theirs")
    assert checkout.state().index == index


def test_neither_commit_nor_merge_brings_it_into_a_commit(checkout: Checkout) -> None:
    checkout.write({"a.txt": changed(3, b"mine"), "new.txt": LINES, "other.txt": b"mine too\n"})
    session = start(checkout)
    go_on(session, {"a.txt": changed(15, b"theirs", changed(3, b"mine")), "new.txt": changed(9, b"theirs")})
    with refused(checkout, r"a\.txt|new\.txt"):
        land_session(session, "commit")
    with refused(checkout, "started with your uncommitted work, and a merge would hold that as a commit"):
        land_session(session, "merge")
    refs = checkout.git("for-each-ref")
    with refused(checkout, "started with your uncommitted work, and a branch would hold that as a commit"):
        land_session(session, "branch", terms=Terms(name="mine"))
    assert checkout.git("for-each-ref") == refs
    assert land_session(session, "patch", terms=Terms(output="-")).patch


def test_the_index_of_a_killed_process_goes_in_time(checkout: Checkout) -> None:
    common = checkout.path(".git")
    for name in ("old", "new"):
        put(common, {f"glmcode/.dirty-{name}/index": b"i"})
    os.utime(os.path.join(common, "glmcode/.dirty-old"), (1, 1))
    dirty.prune(common)
    assert os.listdir(os.path.join(common, "glmcode")) == [".dirty-new"]


def test_commit_of_what_the_user_has_not_touched_holds_only_that(checkout: Checkout) -> None:
    checkout.write({"a.txt": changed(3, b"mine"), "other.txt": b"mine too\n"})
    session = start(checkout)
    go_on(session, {"sub/b.txt": b"theirs\n"})
    land_session(session, "commit")
    assert checkout.line("show", "--name-only", "--format=", "HEAD") == "sub/b.txt"
    assert checkout.line("status", "--porcelain").split("\n") == ["M a.txt", "?? other.txt"]


def test_once_the_user_threw_it_away_only_the_session_s_own_change_lands(checkout: Checkout) -> None:
    checkout.write({"a.txt": changed(3, b"mine")})
    session = start(checkout)
    go_on(session, {"a.txt": changed(15, b"theirs", changed(3, b"mine"))})
    checkout.git("stash", "--quiet")
    land_session(session, "commit")
    assert checkout.read("a.txt") == changed(15, b"theirs")
    assert checkout.line("stash", "list") != ""


def test_files_in_conflict_are_refused_in_one_line(checkout: Checkout) -> None:
    checkout.git("checkout", "--quiet", "-b", "side")
    checkout.commit({"a.txt": changed(3, b"side")})
    checkout.git("checkout", "--quiet", "main")
    checkout.commit({"a.txt": changed(3, b"main")})
    subprocess.run(["git", "merge", "side"], cwd=checkout.root, capture_output=True, check=False)
    before = checkout.git("ls-files", "--stage"), checkout.read("a.txt")
    with pytest.raises(GlmcodeError, match=r"a\.txt is in conflict") as error:
        dirty.take(find_repository(checkout.root), head_commit(checkout.root))
    assert error.value.exit_code == Exit.CONFLICT
    assert (checkout.git("ls-files", "--stage"), checkout.read("a.txt")) == before


def test_huge_files_and_repositories_are_left_and_named(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    make(Path(checkout.path("inner")), {"i": b"i\n"})
    with open(checkout.path("huge.bin"), "wb") as file:
        file.truncate(dirty.LARGEST_FILE + 1)
    checkout.write({"small": b"s\n", "data/1": b"1\n", "data/2": b"2\n"})
    found = taken(checkout)
    assert found.left == ("huge.bin (64 MiB)", "inner/ (a repository of its own)")
    names = checkout.line("ls-tree", "-r", "--name-only", found.commit).split()
    assert "small" in names
    assert not {"huge.bin", "inner"} & set(names)
    monkeypatch.setattr(dirty, "MOST_FILES", 2)
    with pytest.raises(GlmcodeError, match=r"3 untracked files of 0 MiB are more .* most are in data"):
        dirty.take(find_repository(checkout.root), head_commit(checkout.root))


def test_line_ends_and_filters_are_the_user_s(tmp_path: Path) -> None:
    checkout = make(
        tmp_path / "repo", {"a.txt": b"a\r\n", ".gitattributes": b"*.up filter=up -text\n"}, core_autocrlf="true"
    )
    checkout.git("config", "filter.up.clean", "tr a-z A-Z")
    checkout.git("config", "filter.up.smudge", "tr A-Z a-z")
    checkout.write({"a.txt": b"b\r\n", "n.txt": b"n\r\n", "x.up": b"up\n"})
    session = start(checkout)
    assert [checkout.git("show", f"{session.base}:{name}") for name in ("a.txt", "n.txt", "x.up")] == [
        b"b\n",
        b"n\n",
        b"UP\n",
    ]
    assert Checkout(session.worktree).read("a.txt") == b"b\r\n"
    assert Checkout(session.worktree).read("x.up") == b"up\n"
    checkout.git("config", "filter.up.clean", "false")
    checkout.git("config", "filter.up.required", "true")
    checkout.write({"x.up": b"more\n"})
    with pytest.raises(GlmcodeError, match=r"git (add|update-index) failed") as error:
        dirty.take(find_repository(checkout.root), head_commit(checkout.root))
    assert error.value.exit_code == Exit.CONFLICT


def test_an_edit_in_the_instant_of_the_last_commit(checkout: Checkout) -> None:
    """Size and time are as git knows them: only that its index is no newer has it look at the file."""
    checkout.git("config", "core.trustctime", "false")
    path = checkout.path("sub/b.txt")
    known = os.stat(path).st_mtime_ns
    checkout.write({"sub/b.txt": b"c\n"})
    for one in (path, checkout.path(".git/index")):
        os.utime(one, ns=(known, known))
    assert checkout.git("show", f"{taken(checkout).commit}:sub/b.txt") == b"c\n"


@pytest.mark.parametrize("cone", ["--cone", "--no-cone"])
def test_a_sparse_checkout_loses_nothing(checkout: Checkout, cone: str) -> None:
    checkout.commit({"keep/k.txt": b"k\n"})
    checkout.git("sparse-checkout", "set", cone, "keep")
    assert not os.path.exists(checkout.path("sub/b.txt"))
    checkout.write({"keep/k.txt": b"mine\n", "outside/new.txt": b"o\n"})
    found = taken(checkout)
    assert checkout.line("diff", "--name-status", "HEAD", found.commit).split("\n") == [
        "M\tkeep/k.txt",
        "A\toutside/new.txt",
    ]
    session = open_session(checkout.root, "x", base=found.commit)
    assert not os.path.exists(f"{session.worktree}/sub")
    assert Path(session.worktree, "keep/k.txt").read_bytes() == b"mine\n"


def test_a_submodule_s_new_commit_is_taken_and_its_dirty_files_are_not(checkout: Checkout, tmp_path: Path) -> None:
    make(tmp_path / "inner", {"i.txt": b"i\n"})
    checkout.git("submodule", "--quiet", "add", str(tmp_path / "inner"), "mod")
    checkout.commit({})
    inner = Checkout(checkout.path("mod"))
    inner.write({"i.txt": b"dirty\n"})
    assert not dirty.uncommitted(checkout.root)
    assert taken(checkout).commit == checkout.line("rev-parse", "HEAD")
    inner.git("-c", "user.name=u", "-c", "user.email=u@v", "commit", "--quiet", "--all", "--message", "inner")
    found = taken(checkout)
    assert checkout.line("rev-parse", f"{found.commit}:mod") == inner.line("rev-parse", "HEAD")


def test_within_a_hook_the_commit_s_own_index_is_left_alone(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`git commit FILE` names another index to its hooks; ours goes before it."""
    checkout.write({"a.txt": changed(3, b"mine")})
    monkeypatch.setenv("GIT_INDEX_FILE", checkout.path(".git/next-index-1.lock"))
    found = dirty.take(find_repository(checkout.root), head_commit(checkout.root))
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert checkout.line("diff", "--name-only", "HEAD", found.commit) == "a.txt"
    assert not os.path.exists(checkout.path(".git/next-index-1.lock"))


@pytest.mark.parametrize("name", ["core.splitIndex", "core.untrackedCache", "index.version"])
def test_indexes_of_any_kind(checkout: Checkout, name: str) -> None:
    checkout.git("config", name, "4" if name == "index.version" else "true")
    checkout.git("update-index", "--split-index" if name == "core.splitIndex" else "--untracked-cache")
    checkout.commit({"b.txt": b"b\n"})
    checkout.write({"a.txt": changed(3, b"mine"), "new.txt": b"n\n"})
    found = taken(checkout)
    assert checkout.line("diff", "--name-only", "HEAD", found.commit).split() == ["a.txt", "new.txt"]
    assert branch_tip(open_session(checkout.root, "x", base=found.commit)) == found.commit


def test_without_an_index(checkout: Checkout) -> None:
    os.unlink(checkout.path(".git/index"))
    checkout.write({"a.txt": changed(3, b"mine")})
    found = dirty.take(find_repository(checkout.root), head_commit(checkout.root))
    assert checkout.line("diff", "--name-only", "HEAD", found.commit) == "a.txt"
    assert not os.path.exists(checkout.path(".git/index"))
