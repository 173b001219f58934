"""Landing as uncommitted changes: what the user did meanwhile is merged, or named; never lost."""

import os
from pathlib import Path

import pytest

from glmcode.repo.branch import How, Landed, land_session
from glmcode.repo.sessions import load
from glmcode.repo.undoing import undo
from glmcode.repo.worktree import open_session, snapshot
from tests.repo.checkout import LINES, Checkout, Files, changed, go_on, make, own_home, put, refused, work

HOWS_ALL: list[How] = ["apply", "commit", "merge"]


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", {"a.txt": LINES, "sub/b.txt": b"b\n", "other.txt": b"other\n"})


def test_apply_writes_files_and_leaves_index_and_branch(checkout: Checkout) -> None:
    checkout.write({"other.txt": b"mine\n", "staged.txt": b"s\n"})
    checkout.git("add", "staged.txt")
    before = checkout.state()
    session = work(checkout, {"a.txt": changed(3, b"three"), "sub/b.txt": None, "new/n.txt": b"n\n"})
    landed = land_session(session, "apply")
    assert landed == Landed("apply", ("a.txt", "new/n.txt", "sub/b.txt"))
    after = checkout.state()
    assert (after.index, after.head, after.commit) == (before.index, before.head, before.commit)
    assert checkout.read("a.txt") == changed(3, b"three")
    assert checkout.read("new/n.txt") == b"n\n"
    assert not os.path.exists(checkout.path("sub"))
    assert checkout.read("other.txt") == b"mine\n"
    undo(checkout.root)
    assert checkout.state() == before


def test_apply_merges_with_what_the_user_changed_elsewhere_in_the_file(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three"), "other.txt": b"theirs\n"})
    checkout.write({"a.txt": changed(17, b"mine")})
    assert land_session(session, "apply").merged == ("a.txt",)
    assert checkout.read("a.txt") == changed(17, b"mine", changed(3, b"three"))


def test_apply_after_commits_and_on_another_branch(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three")})
    checkout.git("checkout", "--quiet", "-b", "elsewhere")
    checkout.commit({"a.txt": changed(17, b"mine"), "other.txt": b"committed\n"})
    land_session(session, "apply")
    assert checkout.read("a.txt") == changed(17, b"mine", changed(3, b"three"))
    assert checkout.line("diff", "--name-only") == "a.txt"


def test_conflict_names_every_file_and_the_users_lines(checkout: Checkout) -> None:
    session = work(
        checkout,
        {"a.txt": changed(9, b"nine", changed(3, b"three")), "other.txt": b"theirs\n", "sub/b.txt": None, "n": b"n\n"},
    )
    mine = b"top\nmore\n" + changed(9, b"my nine\nand more", changed(1, b"line 1"))
    checkout.write({"a.txt": mine, "other.txt": b"x\nmine\n", "sub/b.txt": b"kept\n", "n": b"other n\n"})
    with refused(checkout, r"a\.txt: you and the session changed the same lines: lines 11-12\n"):
        land_session(session, "apply")
    with refused(checkout, r"other\.txt: you and the session changed the same lines: lines 1-2"):
        land_session(session, "apply")
    with refused(checkout, r"sub/b\.txt: the session deletes it, and you changed it"):
        land_session(session, "apply")
    with refused(checkout, r"n: the session adds it, and a file with other content stands there"):
        land_session(session, "apply")


def test_conflicts_lines_are_right_behind_lines_that_merged(checkout: Checkout) -> None:
    theirs = changed(15, b"fifteen", changed(2, b"two\nand\na\nhalf"))
    session = work(checkout, {"a.txt": theirs})
    checkout.write({"a.txt": changed(15, b"my fifteen", changed(8, b"eight\nmine"))})
    with refused(checkout, r"same lines: line 16"):
        land_session(session, "apply")


def test_change_that_the_user_made_too_is_there_already(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three"), "sub/b.txt": None, "n": b"n\n"})
    checkout.write({"a.txt": changed(3, b"three"), "sub/b.txt": None, "n": b"n\n"})
    before = checkout.state()
    assert land_session(session, "apply") == Landed("apply", ())
    assert checkout.state() == before


def test_file_that_the_user_deleted_is_not_brought_back(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three")})
    checkout.write({"a.txt": None})
    with refused(checkout, "a.txt: the session changes it, and it is not in your working tree"):
        land_session(session, "apply")


def test_binary_file_changed_on_both_sides(tmp_path: Path) -> None:
    checkout = make(tmp_path / "repo", {"bin": b"\0one\n"})
    session = work(checkout, {"bin": b"\0two\n"})
    checkout.write({"bin": b"\0three\n"})
    with refused(checkout, "bin: both you and the session changed this binary file"):
        land_session(session, "apply")
    checkout.write({"bin": b"\0one\n"})
    land_session(session, "apply")
    assert checkout.read("bin") == b"\0two\n"


def test_rename_meets_the_users_change_in_the_old_file(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": None, "moved/a.txt": changed(3, b"three")})
    checkout.write({"a.txt": changed(17, b"mine")})
    assert land_session(session, "apply") == Landed("apply", ("a.txt", "moved/a.txt"), None, ("moved/a.txt",))
    assert checkout.read("a.txt") is None
    assert checkout.read("moved/a.txt") == changed(17, b"mine", changed(3, b"three"))


def test_rename_onto_a_file_of_the_users_is_refused(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": None, "moved.txt": LINES})
    checkout.write({"moved.txt": b"mine\n"})
    with refused(checkout, "moved.txt: the session moves a file here"):
        land_session(session, "apply")


def test_modes_come_along_and_the_users_stay(checkout: Checkout) -> None:
    os.chmod(checkout.path("other.txt"), 0o640)
    session = work(checkout, {"other.txt": b"new\n", "run.sh": b"#!/bin/sh\n"}, executable=("a.txt", "run.sh"))
    land_session(session, "apply")
    assert os.stat(checkout.path("a.txt")).st_mode & 0o111 == 0o111
    assert checkout.read("a.txt") == LINES
    assert os.stat(checkout.path("run.sh")).st_mode & 0o100
    assert os.stat(checkout.path("other.txt")).st_mode & 0o777 == 0o640


def test_links_land_as_links_and_are_not_written_through(checkout: Checkout, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.txt").write_bytes(b"b\n")
    session = open_session(checkout.root, "x")
    os.symlink("a.txt", os.path.join(session.worktree, "link"))
    go_on(session, {"sub/b.txt": b"theirs\n"})
    snapshot(session, ["link"], "m")
    checkout.write({"sub/b.txt": None})
    os.rmdir(checkout.path("sub"))
    os.symlink(outside, checkout.path("sub"))
    with refused(checkout, "sub/b.txt"):
        land_session(session, "apply")
    assert (outside / "b.txt").read_bytes() == b"b\n"
    os.unlink(checkout.path("sub"))
    checkout.git("checkout", "sub/b.txt")
    land_session(session, "apply")
    assert os.readlink(checkout.path("link")) == "a.txt"


def test_folder_or_file_in_the_way(checkout: Checkout) -> None:
    session = work(checkout, {"n": b"n\n", "deep/er/f": b"f\n"})
    checkout.write({"n/mine": b"mine\n", "deep": b"mine\n"})
    with refused(checkout, "n: the session adds this file, and a folder stands there"):
        land_session(session, "apply")
    with refused(checkout, "deep/er/f: the session adds this file, and deep is not a folder"):
        land_session(session, "apply")


@pytest.mark.parametrize("how", HOWS_ALL)
def test_file_becomes_folder_and_folder_becomes_file(checkout: Checkout, how: How) -> None:
    session = open_session(checkout.root, "x")
    for name in ("a.txt", "sub/b.txt"):
        os.unlink(os.path.join(session.worktree, name))
    os.rmdir(os.path.join(session.worktree, "sub"))
    put(session.worktree, {"a.txt/inner": b"i\n", "sub": b"now a file\n"})
    snapshot(session, ["a.txt", "a.txt/inner", "sub", "sub/b.txt"], "m")
    land_session(session, how)
    assert checkout.read("a.txt/inner") == b"i\n"
    assert checkout.read("sub") == b"now a file\n"
    if how != "apply":
        assert checkout.line("status", "--porcelain") == ""
        assert checkout.line("ls-tree", "-r", "--name-only", "HEAD").split() == ["a.txt/inner", "other.txt", "sub"]


ODD = ["with space", "-n", ":(glob)*", "new\nline", 'tab\t"quote"', os.fsdecode(b"\xff\xfe"), "ünï", "*", "#x"]


@pytest.mark.parametrize("how", HOWS_ALL)
def test_files_of_any_name_land(tmp_path: Path, how: How) -> None:
    checkout = make(tmp_path / "repo", {**dict.fromkeys(ODD, b"old\n"), "zebra": b"z\n"})
    checkout.write({"zebra": b"mine, and matched by *\n"})
    files: Files = {**dict.fromkeys(ODD[:-1], b"new\n"), "#x": None, "new\x01name": b"n\n"}
    landed = land_session(work(checkout, files), how)
    assert landed.paths == tuple(sorted(files))
    assert {name: checkout.read(name) for name in files} == files
    assert checkout.read("zebra") == b"mine, and matched by *\n"
    if how != "apply":
        listed = checkout.git("diff", "-z", "--name-only", "--no-renames", "HEAD^", "HEAD").split(b"\0")
        assert sorted(os.fsdecode(name) for name in listed if name) == sorted(files)


def test_line_ends_are_the_users(tmp_path: Path) -> None:
    checkout = make(
        tmp_path / "repo", {"crlf": b"one\r\ntwo\r\nthree\r\n"}, core_autocrlf="true", core_safecrlf="false"
    )
    session = work(checkout, {"crlf": b"one\r\n2\r\nthree\r\n"})
    land_session(session, "apply")
    assert checkout.read("crlf") == b"one\r\n2\r\nthree\r\n"
    assert checkout.git("diff", "--numstat") == b"1\t1\tcrlf\n"


def test_file_that_differs_in_line_ends_only_is_no_conflict(tmp_path: Path) -> None:
    """Checked out with line feeds before core.autocrlf was set: git calls it unchanged."""
    checkout = make(tmp_path / "repo", {"f": LINES})
    checkout.git("config", "core.autocrlf", "true")
    session = work(checkout, {"f": changed(3, b"three\r").replace(b"\n", b"\r\n").replace(b"\r\r", b"\r")})
    checkout.write({"f": changed(17, b"mine")})
    land_session(session, "apply")
    assert checkout.read("f") == changed(17, b"mine", changed(3, b"three"))


def test_filters_of_the_user_apply(tmp_path: Path) -> None:
    config = {"filter_up.clean": "tr A-Z a-z", "filter_up.smudge": "tr a-z A-Z"}
    checkout = make(tmp_path / "repo", {".gitattributes": b"*.up filter=up\n"}, **config)
    checkout.commit({"f.up": b"SHOUT\nB\nC\nD\nE\n"})
    session = work(checkout, {"f.up": b"LOUD\nB\nC\nD\nE\n"})
    checkout.write({"f.up": b"SHOUT\nB\nC\nD\nMINE\n"})
    land_session(session, "apply")
    assert checkout.read("f.up") == b"LOUD\nB\nC\nD\nMINE\n"


def test_landing_again_brings_only_what_came_since(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three"), "tmp.txt": b"t\n"})
    land_session(session, "apply")
    assert land_session(session, "apply") == Landed("apply", ())
    checkout.write({"a.txt": changed(3, b"my three")})
    go_on(session, {"a.txt": changed(9, b"nine", changed(3, b"three")), "tmp.txt": None})
    assert land_session(session, "apply").paths == ("a.txt", "tmp.txt")
    assert checkout.read("a.txt") == changed(9, b"nine", changed(3, b"my three"))
    assert checkout.read("tmp.txt") is None


def test_landing_again_after_undo_brings_all(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three"), "n": b"n\n"})
    land_session(session, "apply")
    undo(checkout.root)
    go_on(session, {"n": b"n2\n"})
    assert land_session(session, "apply").paths == ("a.txt", "n")
    assert checkout.read("a.txt") == changed(3, b"three")
    assert checkout.read("n") == b"n2\n"


def test_landing_again_on_another_branch_brings_all(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three")})
    checkout.git("checkout", "-q", "-b", "side")
    land_session(session, "commit")
    checkout.git("checkout", "-q", "main")
    checkout.commit({"a.txt": changed(3, b"my three")})
    with refused(checkout, "line 3"):
        land_session(session, "commit")
    checkout.commit({"a.txt": LINES})
    assert land_session(session, "commit").paths == ("a.txt",)


def test_record_says_how_it_was_landed(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three")})
    land_session(session, "apply")
    record = load(checkout.root, session.id)
    assert (record.status, record.landed) == ("landed", "apply")
