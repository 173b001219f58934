"""Landing as a merge: found to conflict before it starts, and never left half done."""

from pathlib import Path

import pytest

from glmcode.repo.branch import Landed, land_session
from tests.repo.checkout import LINES, Checkout, changed, make, own_home, refused, work


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", {"a.txt": LINES, "sub/b.txt": b"b\n", "other.txt": b"other\n"})


def test_merge_makes_a_merge_commit(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three"), "n": b"n\n"})
    checkout.commit({"a.txt": changed(17, b"mine"), "c.txt": b"c\n"})
    checkout.write({"other.txt": b"unstaged\n", "untracked": b"u\n"})
    head = checkout.line("rev-parse", "HEAD")
    landed = land_session(session, "merge", "Bring it")
    assert landed == Landed("merge", ("a.txt", "n"), checkout.line("rev-parse", "HEAD"), ("a.txt",))
    assert (
        checkout.line("log", "-1", "--format=%P %s") == f"{head} {checkout.line('rev-parse', session.branch)} Bring it"
    )
    assert checkout.read("a.txt") == changed(17, b"mine", changed(3, b"three"))
    assert checkout.git("status", "--porcelain") == b" M other.txt\n?? untracked\n"
    assert land_session(session, "merge") == Landed("merge", ())


def test_merge_is_made_also_where_it_could_fast_forward(checkout: Checkout) -> None:
    checkout.git("config", "merge.ff", "only")
    land_session(work(checkout, {"a.txt": changed(3, b"three")}), "merge")
    assert len(checkout.line("log", "-1", "--format=%P").split()) == 2


def test_merge_conflict_is_found_before_anything_is_touched(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three"), "sub/b.txt": None, "n": b"n\n"})
    checkout.commit({"a.txt": changed(3, b"mine"), "sub/b.txt": b"changed\n"})
    with refused(checkout, r"a\.txt: you and the session changed the same lines: line 3"):
        land_session(session, "merge")
    with refused(checkout, r"sub/b\.txt: you and the session both changed it"):
        land_session(session, "merge")


def test_merge_over_dirty_files_is_refused_and_nothing_stashed(checkout: Checkout) -> None:
    checkout.git("config", "merge.autoStash", "true")
    session = work(checkout, {"a.txt": changed(3, b"three"), "n": b"n\n"})
    checkout.write({"a.txt": changed(17, b"mine")})
    with refused(checkout, r"a\.txt: you have uncommitted changes in it"):
        land_session(session, "merge")
    checkout.git("checkout", "a.txt")
    checkout.write({"n": b"n\n"})
    with refused(checkout, r"n: an untracked file stands there"):
        land_session(session, "merge")
    checkout.write({"n": None, "other.txt": b"staged\n"})
    checkout.git("add", "other.txt")
    with refused(checkout, "the index holds staged changes"):
        land_session(session, "merge")
    assert checkout.line("stash", "list") == ""


def test_merge_does_not_take_the_users_other_changes_away_for_a_while(checkout: Checkout, tmp_path: Path) -> None:
    checkout.git("config", "merge.autoStash", "true")
    session = work(checkout, {"a.txt": changed(3, b"three")})
    checkout.write({"other.txt": b"unstaged\n"})
    checkout.hook("pre-merge-commit", f"cat other.txt > {tmp_path}/seen")
    land_session(session, "merge")
    assert (tmp_path / "seen").read_bytes() == b"unstaged\n"


@pytest.mark.parametrize("hook", ["pre-merge-commit", "commit-msg", "prepare-commit-msg"])
def test_hook_that_refuses_the_merge_leaves_all_as_it_was(checkout: Checkout, hook: str) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three"), "sub/b.txt": None, "n": b"n\n"})
    checkout.commit({"c.txt": b"c\n"})
    checkout.write({"other.txt": b"unstaged\n"})
    checkout.hook(hook, "echo 'not today' >&2; exit 1")
    with refused(checkout, "not today"):
        land_session(session, "merge")


def test_merge_on_a_branch_without_the_base_is_refused(checkout: Checkout) -> None:
    checkout.git("checkout", "-q", "-b", "feature")
    checkout.commit({"feature.txt": b"f\n"})
    session = work(checkout, {"a.txt": changed(3, b"three")})
    checkout.git("checkout", "-q", "main")
    with refused(checkout, "does not hold the commit that the session started from"):
        land_session(session, "merge")
    land_session(session, "commit")
    assert checkout.line("show", "--name-only", "--format=", "HEAD") == "a.txt"
    assert checkout.read("feature.txt") is None
