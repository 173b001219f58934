"""Landing with the index, with conflict markers, and beside the checkout: as a patch or a branch."""

import os
import subprocess
from pathlib import Path

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo import journal
from glmcode.repo.branch import Landed, Terms, land_session
from glmcode.repo.message import with_trailer
from glmcode.repo.removal import remove
from glmcode.repo.sessions import load
from tests.repo.checkout import LINES, Checkout, changed, make, own_home, refused, work

CONFLICTS = Terms(conflicts=True)


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", {"a.txt": LINES, "sub/b.txt": b"b\n", "other.txt": b"other\n"})


def test_patch_gives_the_same_files_by_git_apply(checkout: Checkout, tmp_path: Path) -> None:
    files = {
        "a.txt": changed(3, b"three \xff"),
        "sub/b.txt": None,
        "new/n": b"n",
        "bin": bytes(range(256)) * 9,
        "run": b"#!\n",
    }
    session = work(checkout, files, executable=("run",))
    before = checkout.state()
    target = tmp_path / "out.patch"
    landed = land_session(session, "patch", terms=Terms(output=str(target)))
    assert landed == Landed("patch", ("a.txt", "bin", "new/n", "run", "sub/b.txt"), output=str(target))
    assert checkout.state() == before
    assert land_session(session, "patch", terms=Terms(output="-")).patch == target.read_bytes()
    checkout.git("apply", "--index", str(target))
    assert checkout.line("write-tree") == checkout.line("rev-parse", f"{session.branch}^{{tree}}")


def test_patch_replaces_no_file_unless_asked(checkout: Checkout, tmp_path: Path) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three")})
    target = tmp_path / "out.patch"
    target.write_bytes(b"mine\n")
    with pytest.raises(GlmcodeError, match="is there already") as error:
        land_session(session, "patch", terms=Terms(output=str(target)))
    assert error.value.exit_code == Exit.CONFLICT
    assert target.read_bytes() == b"mine\n"
    link = tmp_path / "link.patch"
    link.symlink_to(target)
    land_session(session, "patch", terms=Terms(output=str(link), overwrite=True))
    assert link.is_symlink()
    assert target.read_bytes().startswith(b"diff --git a/a.txt b/a.txt\n")
    with pytest.raises(GlmcodeError, match="is a folder"):
        land_session(session, "patch", terms=Terms(output=str(tmp_path), overwrite=True))
    with pytest.raises(GlmcodeError) as error:
        land_session(session, "patch", terms=Terms(output=str(tmp_path / "no" / "x")))
    assert error.value.exit_code == Exit.NOT_LANDED
    assert sorted(os.listdir(tmp_path)) == ["home", "link.patch", "out.patch", "repo"]


def test_branch_of_its_own_stays_when_the_session_goes(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three")})
    before = checkout.state()
    assert land_session(session, "branch") == Landed("branch", ("a.txt",), output=session.branch)
    with pytest.raises(GlmcodeError, match="holds work that was not landed"):
        remove(checkout.root, session.id)
    for name in ("", "a..b", "--force", "x y"):
        with pytest.raises(GlmcodeError, match="no name for a branch"):
            land_session(session, "branch", terms=Terms(name=name))
    with refused(checkout, "there is a branch main already"):
        land_session(session, "branch", terms=Terms(name="main"))
    land_session(session, "branch", terms=Terms(name="fix/it"))
    assert checkout.state() == before
    checkout.write({"a.txt": changed(3, b"mine")})
    with refused(checkout, "the same lines"):  # a branch beside the checkout is no landing in it
        land_session(session, "apply")
    remove(checkout.root, session.id)
    assert checkout.git("show", "fix/it:a.txt") == changed(3, b"three")


def test_index_gets_exactly_what_landed(checkout: Checkout) -> None:
    session = work(
        checkout, {"a.txt": changed(3, b"three"), "sub/b.txt": None, "n": b"n\n", "run": b"r\n"}, executable=("run",)
    )
    checkout.commit({"a.txt": changed(10, b"branch")})
    checkout.write({"a.txt": changed(17, b"not staged", changed(10, b"branch")), "other.txt": b"staged\n"})
    checkout.git("add", "other.txt")
    land_session(session, "apply", terms=Terms(stage=True))
    assert checkout.git("show", ":a.txt") == changed(3, b"three", changed(10, b"branch"))
    assert checkout.read("a.txt") == changed(17, b"not staged", changed(3, b"three", changed(10, b"branch")))
    assert checkout.git("status", "--porcelain").splitlines() == [
        b"MM a.txt",
        b"A  n",
        b"M  other.txt",
        b"A  run",
        b"D  sub/b.txt",
    ]
    assert checkout.line("ls-files", "-s", "run").startswith("100755")


def test_index_of_a_renamed_file(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": None, "moved.txt": changed(3, b"three")})
    land_session(session, "apply", terms=Terms(stage=True))
    assert checkout.git("status", "--porcelain") == b"R  a.txt -> moved.txt\n"


def test_index_that_holds_other_changes_of_a_file_is_refused(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three"), "n": b"n\n"})
    checkout.write({"a.txt": changed(17, b"mine")})
    checkout.git("add", "a.txt")
    with refused(checkout, r"a\.txt: you have staged changes in it"):
        land_session(session, "apply", terms=Terms(stage=True))
    checkout.git("reset", "-q", "--hard")
    checkout.write({"n": b"n\n"})
    checkout.git("add", "-N", "n")
    with refused(checkout, "n: you have staged changes in it"):
        land_session(session, "apply", terms=Terms(stage=True))
    land_session(session, "apply")


def test_index_that_another_git_holds_takes_the_files_back(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three"), "n": b"n\n"})
    monkeypatch.setattr("glmcode.repo.index._PATIENCE", 0.1)
    monkeypatch.setattr("glmcode.repo.atwork._PATIENCE", 0.1)
    before = checkout.state()
    Path(checkout.path(".git/index.lock")).touch()
    with pytest.raises(GlmcodeError, match=r"index\.lock"):
        land_session(session, "apply", terms=Terms(stage=True))
    os.unlink(checkout.path(".git/index.lock"))
    assert checkout.state() == before
    assert journal.recover(checkout.root) is None


@pytest.mark.parametrize("style", ["merge", "diff3"])
def test_conflict_stands_between_markers_and_unmerged_in_the_index(checkout: Checkout, style: str) -> None:
    checkout.git("config", "merge.conflictStyle", style)
    session = work(checkout, {"a.txt": changed(3, b"three", changed(17, b"theirs")), "n": b"n\n"})
    checkout.write({"a.txt": changed(17, b"mine", changed(10, b"ten"))})
    with refused(checkout, r"a\.txt: you and the session changed the same lines: line 17"):
        land_session(session, "apply")
    landed = land_session(session, "apply", terms=CONFLICTS)
    assert landed.conflicts == ("a.txt",)
    base = b"||||||| base\nline 17\n" if style == "diff3" else b""
    both = b"<<<<<<< yours\nmine\n" + base + b"=======\ntheirs\n>>>>>>> do-the-work"
    assert checkout.read("a.txt") == changed(17, both, changed(3, b"three", changed(10, b"ten")))
    assert checkout.git("status", "--porcelain") == b"UU a.txt\n?? n\n"
    assert checkout.git("show", ":1:a.txt") == LINES
    assert checkout.git("show", ":2:a.txt") == changed(17, b"mine", changed(10, b"ten"))
    # The user's tools go by it, and the session keeps its work.
    assert load(checkout.root, session.id).status == "open"
    checkout.git("checkout", "--theirs", "a.txt")
    assert checkout.read("a.txt") == changed(3, b"three", changed(17, b"theirs"))
    checkout.git("add", "a.txt", "n")
    checkout.git("commit", "-qm", "mended")
    assert checkout.line("status", "--porcelain") == ""


def test_conflicts_that_are_no_lines(checkout: Checkout) -> None:
    checkout.commit({"gone.txt": b"g\n", "bin": b"\0base", "link-to": b"x\n"})
    session = work(checkout, {"sub/b.txt": None, "gone.txt": b"theirs\n", "bin": b"\0theirs", "n": b"theirs\n"})
    checkout.commit({"sub/b.txt": b"mine\n", "gone.txt": None, "bin": b"\0mine", "n": b"mine\n"})
    with refused(checkout, "4 files are in the way"):
        land_session(session, "apply")
    landed = land_session(session, "apply", terms=CONFLICTS)
    assert landed.conflicts == ("bin", "gone.txt", "n", "sub/b.txt")
    assert checkout.git("status", "--porcelain").splitlines() == [b"UU bin", b"DU gone.txt", b"AA n", b"UD sub/b.txt"]
    assert checkout.read("bin") == b"\0mine"
    assert checkout.read("gone.txt") == b"theirs\n"
    assert checkout.read("n") == b"<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> do-the-work\n"
    assert checkout.read("sub/b.txt") == b"mine\n"


def test_conflict_in_a_file_with_staged_changes_is_refused(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(17, b"theirs")})
    checkout.write({"a.txt": changed(17, b"mine")})
    checkout.git("add", "a.txt")
    with refused(checkout, r"a\.txt: you have staged changes in it"):
        land_session(session, "apply", terms=CONFLICTS)


TRAILER = "Assisted-by: glmcode (GLM-5)"


@pytest.mark.parametrize(
    ("message", "whole"),
    [
        ("Fix it\n", f"Fix it\n\n{TRAILER}\n"),
        ("Fix it\n\nWhy.\n\nFixes: #3\n", f"Fix it\n\nWhy.\n\nFixes: #3\n{TRAILER}\n"),
        (f"Fix it\n\n{TRAILER}\n", f"Fix it\n\n{TRAILER}\n"),
        ("Fix it\n---\nnot a patch\n", f"Fix it\n---\nnot a patch\n\n{TRAILER}\n"),
    ],
)
def test_trailer_is_put_into_the_last_block_once(checkout: Checkout, message: str, whole: str) -> None:
    assert with_trailer(checkout.root, message, TRAILER) == whole
    assert with_trailer(checkout.root, message, "") == message


@pytest.mark.parametrize("line", ["no colon", "a: b\nc: d", ": x", "Key:", "K\u2028: v\x1b[0m", "--help"])
def test_line_that_is_no_trailer_is_refused(checkout: Checkout, line: str) -> None:
    with pytest.raises(GlmcodeError, match="is no trailer"):
        with_trailer(checkout.root, "Fix it\n", line)


def test_commit_and_merge_bear_the_trailer(checkout: Checkout) -> None:
    checkout.hook("commit-msg", 'grep -q "^Assisted-by" "$1" && echo "Change-Id: I1" >> "$1"')
    for how in ("commit", "merge"):
        session = work(checkout, {"a.txt": changed(3, how.encode(), checkout.read("a.txt") or b""), how: b""}, how)
        land_session(session, "commit" if how == "commit" else "merge", terms=Terms(trailer=TRAILER))
        assert checkout.line("log", "-1", "--format=%(trailers)").splitlines() == [TRAILER, "Change-Id: I1"]


def test_file_that_git_is_told_not_to_look_at_is_not_committed(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three")})
    checkout.git("update-index", "--assume-unchanged", "a.txt")
    checkout.write({"a.txt": changed(17, b"mine, and hidden")})
    for how in ("commit", "merge"):
        with refused(checkout, r"a\.txt: git is told not to look at it"):
            land_session(session, "commit" if how == "commit" else "merge")
    land_session(session, "apply")
    assert checkout.read("a.txt") == changed(17, b"mine, and hidden", changed(3, b"three"))


@pytest.mark.parametrize("what", ["split", "untracked-cache", "many-files", "sparse-index"])
def test_index_of_another_kind_is_kept(checkout: Checkout, what: str) -> None:
    checkout.commit({f"far/{number}.txt": b"f\n" for number in range(3)})
    if what == "split":
        checkout.git("update-index", "--split-index")
        checkout.write({"later": b"l\n"})
        checkout.git("add", "later")
    elif what == "untracked-cache":
        checkout.git("update-index", "--force-untracked-cache")
        checkout.git("status")
    elif what == "many-files":
        checkout.git("config", "feature.manyFiles", "true")
        checkout.git("update-index", "--refresh", "--force-write-index")
    else:
        checkout.git("sparse-checkout", "set", "--cone", "--sparse-index", "sub")
    session = work(checkout, {"a.txt": changed(3, b"three"), "n": b"n\n", "sub/b.txt": None})
    before = set(checkout.git("status", "--porcelain").splitlines())
    land_session(session, "commit")
    assert set(checkout.git("status", "--porcelain").splitlines()) == before
    assert checkout.git("show", "--format=", "--name-only", "HEAD") == b"a.txt\nn\nsub/b.txt\n"
    fsck = subprocess.run(["git", "fsck"], cwd=checkout.root, capture_output=True, check=False)
    assert fsck.returncode == 0
