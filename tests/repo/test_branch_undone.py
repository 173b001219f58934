"""Taking a landing in the branch back, and bringing it again: no commit is ever lost, and the index goes along."""

from pathlib import Path

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.branch import How, Terms, land_session
from glmcode.repo.undoing import redo, undo
from tests.repo.checkout import LINES, Checkout, changed, make, own_home, refused, work

FILES = {"a.txt": changed(3, b"three"), "sub/b.txt": None, "new/n.txt": b"n\n"}
COMMITS: list[How] = ["commit", "merge"]


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", {"a.txt": LINES, "sub/b.txt": b"b\n", "other.txt": b"other\n"})


@pytest.mark.parametrize("how", COMMITS)
def test_commit_is_taken_back_by_a_commit_that_reverts_it(checkout: Checkout, tmp_path: Path, how: How) -> None:
    session = work(checkout, FILES)
    tree = checkout.line("rev-parse", "HEAD^{tree}")
    landed = land_session(session, how).commit
    checkout.write({"other.txt": b"mine\n", "staged": b"s\n"})
    checkout.git("add", "staged")
    checkout.hook("pre-commit", f"touch {tmp_path}/ran")
    moved = undo(checkout.root)
    assert (moved.restored, moved.removed) == (("a.txt", "sub/b.txt"), ("new/n.txt",))
    assert moved.commit == checkout.line("rev-parse", "HEAD")
    assert checkout.line("rev-parse", "HEAD^") == landed
    assert checkout.line("rev-parse", "HEAD^{tree}") == tree
    subject, blank, *rest = checkout.line("log", "-1", "--format=%B").split("\n")
    assert (subject, blank) == ('Revert "do the work"', "")
    assert rest[0].startswith(f"This reverts commit {landed}")
    assert (tmp_path / "ran").exists()
    assert checkout.git("status", "--porcelain") == b" M other.txt\nA  staged\n"
    with pytest.raises(GlmcodeError, match="nothing to undo here"):
        undo(checkout.root)


@pytest.mark.parametrize("how", COMMITS)
def test_what_was_committed_since_stays(checkout: Checkout, how: How) -> None:
    land_session(work(checkout, FILES), how)
    later = checkout.commit({"a.txt": changed(17, b"later", changed(3, b"three")), "more": b"m\n"})
    undo(checkout.root)
    assert checkout.line("rev-parse", "HEAD^") == later
    assert checkout.read("a.txt") == changed(17, b"later")
    assert checkout.read("more") == b"m\n"


@pytest.mark.parametrize("how", COMMITS)
def test_what_is_in_the_way_is_named_with_the_command(checkout: Checkout, how: How) -> None:
    commit = land_session(work(checkout, FILES), how).commit or ""
    checkout.write({"a.txt": changed(17, b"mine", changed(3, b"three"))})
    with refused(checkout, r"a\.txt: you have uncommitted changes in it"):
        undo(checkout.root)
    checkout.commit({"a.txt": changed(3, b"mine")})
    mend = f"git revert {'-m 1 ' if how == 'merge' else ''}{commit[:12]} leaves the conflicts to you"
    with refused(checkout, f"a.txt: .* line 3(.|\n)*{mend}"):
        undo(checkout.root)
    checkout.git("checkout", "-q", "-b", "side", "HEAD~2")
    with refused(checkout, f"made the commit {commit[:12]}, which is not on the current branch"):
        undo(checkout.root)


def test_hook_that_refuses_the_revert_leaves_all_as_it_was(checkout: Checkout) -> None:
    land_session(work(checkout, FILES), "commit")
    checkout.hook("commit-msg", 'grep -q Revert "$1" && echo "no reverts here" >&2 && exit 1; exit 0')
    with refused(checkout, "no reverts here"):
        undo(checkout.root)


def test_commit_that_was_reverted_by_hand_is_taken_back_already(checkout: Checkout) -> None:
    first = work(checkout, {"other.txt": b"first\n"}, "first")
    land_session(first, "apply")
    checkout.git("commit", "-qam", "x")
    land_session(work(checkout, FILES), "commit")
    checkout.git("revert", "--no-edit", "HEAD")
    head = checkout.line("rev-parse", "HEAD")
    assert undo(checkout.root).commit == ""
    assert checkout.line("rev-parse", "HEAD") == head
    assert undo(checkout.root).restored == ("other.txt",)


def test_landings_that_are_commits_go_one_at_a_time(checkout: Checkout) -> None:
    land_session(work(checkout, {"other.txt": b"first\n"}, "first"), "commit")
    land_session(work(checkout, FILES), "commit")
    with refused(checkout, "landing 2 is the commit (.|\n)*one landing at a time"):
        undo(checkout.root, 2)
    assert undo(checkout.root).landings == ("00000002",)
    with refused(checkout, "landing 2 is the commit (.|\n)*git revert"):
        redo(checkout.root)
    assert undo(checkout.root).landings == ("00000001",)


def test_session_that_was_taken_back_lands_again(checkout: Checkout) -> None:
    session = work(checkout, FILES)
    for how in COMMITS:
        land_session(session, how)
        undo(checkout.root)
    with refused(checkout, "merged already, and its changes were taken back since"):
        land_session(session, "merge")
    assert land_session(session, "commit").paths == ("a.txt", "new/n.txt", "sub/b.txt")
    assert checkout.read("a.txt") == changed(3, b"three")


def test_index_goes_back_and_forth_with_the_files(checkout: Checkout) -> None:
    session = work(checkout, FILES)
    before = checkout.state()
    land_session(session, "apply", terms=Terms(stage=True))
    after = checkout.state()
    undo(checkout.root)
    assert checkout.git("status", "--porcelain") == b""
    assert checkout.state().files == before.files
    redo(checkout.root)
    assert checkout.state().staged == after.staged
    checkout.git("add", "-f", "a.txt", "other.txt")
    checkout.write({"more": b"staged by the user\n"})
    checkout.git("add", "more")
    undo(checkout.root)
    assert checkout.git("status", "--porcelain") == b"A  more\n"


def test_conflicts_are_taken_back_with_their_entries(checkout: Checkout) -> None:
    session = work(checkout, {**FILES, "a.txt": changed(17, b"theirs")})
    checkout.write({"a.txt": changed(17, b"mine"), "sub/b.txt": b"mine\n"})
    before = checkout.state()
    assert land_session(session, "apply", terms=Terms(conflicts=True)).conflicts == ("a.txt", "sub/b.txt")
    assert checkout.git("status", "--porcelain") == b"UU a.txt\nUD sub/b.txt\n?? new/\n"
    undo(checkout.root)
    after = checkout.state()
    assert (after.files, after.staged, after.status) == (before.files, before.staged, before.status)


def test_exit_code_is_that_of_a_conflict(checkout: Checkout) -> None:
    land_session(work(checkout, FILES), "commit")
    checkout.write({"a.txt": b"mine\n"})
    with pytest.raises(GlmcodeError) as error:
        undo(checkout.root)
    assert error.value.exit_code == Exit.CONFLICT
