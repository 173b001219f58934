"""Landing in the user's checkout: what the user did meanwhile is merged, or named; never lost."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo import journal
from glmcode.repo.branch import HOWS, How, Landed, default_message, land_session
from glmcode.repo.sessions import load
from glmcode.repo.worktree import Session, open_session, snapshot
from tests.repo.checkout import Checkout, Files, go_on, make, own_home, put, work

LINES = b"".join(b"line %d\n" % number for number in range(1, 21))
HOWS_ALL: list[How] = list(HOWS)


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", {"a.txt": LINES, "sub/b.txt": b"b\n", "other.txt": b"other\n"})


def changed(line: int, text: bytes, lines: bytes = LINES) -> bytes:
    return lines.replace(b"line %d\n" % line, text + b"\n")


@contextmanager
def refused(checkout: Checkout, match: str = "") -> Iterator[None]:
    """The landing is refused with exit 5, and everything of the user's is byte for byte as before."""
    before = checkout.state()
    with pytest.raises(GlmcodeError) as error:
        yield
    told = f"{error.value.message}\n{error.value.hint}"
    assert error.value.exit_code == Exit.CONFLICT, told
    assert "\n" not in error.value.message
    assert re.search(match, told), told
    assert checkout.state() == before
    assert not os.path.exists(checkout.path(".git/index.lock"))
    assert not os.path.exists(checkout.path(".git/MERGE_HEAD"))


def test_hows_are_the_ones_of_the_type() -> None:
    assert get_args(How) == HOWS


# --- apply ---


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
    journal.undo(checkout.root)
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
    journal.undo(checkout.root)
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


# --- commit ---


def test_commit_holds_exactly_the_sessions_changes(checkout: Checkout) -> None:
    checkout.write({"staged.txt": b"s\n", "other.txt": b"unstaged\n", "untracked": b"u\n"})
    checkout.git("add", "staged.txt")
    files: Files = {"a.txt": changed(3, b"three"), "sub/b.txt": None, "new/n.txt": b"n\n", "run": b"r\n"}
    session = work(checkout, files, executable=("run",))
    head = checkout.line("rev-parse", "HEAD")
    landed = land_session(session, "commit")
    assert landed.commit == checkout.line("rev-parse", "HEAD")
    assert checkout.line("rev-parse", "HEAD^") == head
    assert checkout.line("rev-parse", "HEAD^{tree}") == checkout.line("rev-parse", f"{session.branch}^{{tree}}")
    assert checkout.line("symbolic-ref", "HEAD") == "refs/heads/main"
    assert checkout.git("status", "--porcelain") == b" M other.txt\nA  staged.txt\n?? untracked\n"
    assert checkout.read("other.txt") == b"unstaged\n"


def test_commit_goes_onto_what_the_user_committed_meanwhile(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three"), "sub/b.txt": None})
    checkout.commit({"a.txt": changed(17, b"mine"), "c.txt": b"c\n"})
    landed = land_session(session, "commit")
    assert landed.merged == ("a.txt",)
    assert checkout.git("show", "HEAD:a.txt") == changed(17, b"mine", changed(3, b"three"))
    assert checkout.line("diff", "--name-status", "HEAD^", "HEAD").split() == ["M", "a.txt", "D", "sub/b.txt"]
    assert checkout.line("status", "--porcelain") == ""


def test_commit_of_a_file_with_uncommitted_changes_is_refused(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three"), "other.txt": b"theirs\n", "n": b"n\n", "i.log": b"i\n"})
    checkout.write({"a.txt": changed(17, b"mine")})
    with refused(checkout, r"a\.txt: you have uncommitted changes in it"):
        land_session(session, "commit")
    checkout.git("add", "a.txt")
    with refused(checkout, r"a\.txt: you have staged changes in it(.|\n)*--how apply"):
        land_session(session, "commit")
    checkout.git("reset", "-q", "--hard")
    checkout.write({"n": b"n\n"})
    with refused(checkout, r"n: an untracked file stands there"):
        land_session(session, "commit")
    checkout.write({"n": None, ".git/info/exclude": b"*.log\n", "i.log": b"mine\n"})
    with refused(checkout, r"i\.log: an untracked file stands there"):
        land_session(session, "commit")


def test_new_file_is_committed_though_git_ignores_it(checkout: Checkout) -> None:
    session = work(checkout, {"i.log": b"i\n"})
    checkout.write({".git/info/exclude": b"*.log\n"})
    land_session(session, "commit")
    assert checkout.git("show", "HEAD:i.log") == b"i\n"


def test_hook_that_refuses_the_commit_leaves_all_as_it_was(checkout: Checkout) -> None:
    checkout.write({"staged.txt": b"s\n", "other.txt": b"unstaged\n"})
    checkout.git("add", "staged.txt")
    files: Files = {"a.txt": changed(3, b"three"), "sub/b.txt": None, "new/n.txt": b"n\n"}
    session = work(checkout, files)
    checkout.hook("pre-commit", "echo 'no tests, no commit' >&2; exit 1")
    with refused(checkout, "git commit failed: no tests, no commit"):
        land_session(session, "commit")
    assert load(checkout.root, session.id).status == "open"
    with pytest.raises(GlmcodeError, match="nothing to undo"):
        journal.undo(checkout.root)
    os.unlink(checkout.path(".git/hooks/pre-commit"))
    land_session(session, "commit")


def test_hook_that_writes_files_and_then_refuses_leaves_all_as_it_was(checkout: Checkout) -> None:
    """What formatters do as hooks: they mend the file and stop the commit."""
    session = work(checkout, {"a.txt": changed(3, b"three"), "sub/b.txt": None, "n.txt": b"n\n"}, executable=("n.txt",))
    checkout.hook(
        "pre-commit",
        "echo formatted >> a.txt; echo x > n.txt; chmod -x n.txt; git add a.txt n.txt; mkdir -p sub; echo b > sub/b.txt; exit 1",
    )
    with refused(checkout, "git commit failed"):
        land_session(session, "commit")


def test_hooks_see_only_the_sessions_changes_and_their_changes_count(checkout: Checkout, tmp_path: Path) -> None:
    checkout.write({"staged.txt": b"s\n"})
    checkout.git("add", "staged.txt")
    session = work(checkout, {"a.txt": changed(3, b"three"), "n.txt": b"n\n"}, "Mend it")
    checkout.hook("pre-commit", f"git diff --cached --name-only > {tmp_path}/seen; echo LC=$LC_ALL >> {tmp_path}/seen")
    checkout.hook("commit-msg", 'echo "Reviewed-by: hook" >> "$1"')
    land_session(session, "commit")
    assert (tmp_path / "seen").read_text().splitlines()[:2] == ["a.txt", "n.txt"]
    assert checkout.line("log", "-1", "--format=%B") == "Mend it\nReviewed-by: hook"


def test_held_index_is_refused(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three"), "n": b"n\n"})
    lock = checkout.path(".git/index.lock")
    for how in ("commit", "merge"):
        Path(lock).touch()
        before = checkout.state()
        with pytest.raises(GlmcodeError) as error:
            land_session(session, how)
        assert error.value.exit_code == Exit.CONFLICT
        assert "index.lock" in error.value.message
        os.unlink(lock)
        assert checkout.state() == before


@pytest.mark.parametrize("how", HOWS_ALL)
def test_refusal_does_not_even_refresh_the_index(checkout: Checkout, how: How) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three")})
    checkout.write({"a.txt": changed(3, b"mine")})
    os.utime(checkout.path("other.txt"), (1, 1))
    with refused(checkout, r"a\.txt"):
        land_session(session, how)


def test_commit_without_an_identity_is_refused(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three")})
    checkout.git("config", "--unset", "user.name")
    checkout.git("config", "--unset", "user.email")
    checkout.git("config", "user.useConfigOnly", "true")
    for how in HOWS_ALL[1:]:
        with refused(checkout, "(?i)identity|ident"):
            land_session(session, how)


def test_signing_is_kept(checkout: Checkout, tmp_path: Path) -> None:
    signer = tmp_path / "signer"
    signer.write_text("#!/bin/sh\ncat > /dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\necho SIGNED-BY-TEST\n")
    signer.chmod(0o755)
    checkout.git("config", "commit.gpgSign", "true")
    checkout.git("config", "gpg.program", str(signer))
    session = work(checkout, {"a.txt": changed(3, b"three")})
    assert b"SIGNED" not in checkout.git("cat-file", "commit", session.branch)
    land_session(session, "commit")
    assert b"SIGNED-BY-TEST" in checkout.git("cat-file", "commit", "HEAD")


def test_commit_on_a_detached_head(checkout: Checkout) -> None:
    checkout.git("checkout", "--quiet", "--detach")
    landed = land_session(work(checkout, {"a.txt": changed(3, b"three")}), "commit")
    assert landed.commit == checkout.line("rev-parse", "HEAD")
    assert checkout.line("rev-parse", "main") != landed.commit


def test_commit_where_the_user_has_it_already_makes_none(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three")})
    checkout.commit({"a.txt": changed(3, b"three")})
    before = checkout.state()
    assert land_session(session, "commit") == Landed("commit", ())
    assert checkout.state() == before


def test_commit_under_autocrlf_leaves_a_clean_tree(tmp_path: Path) -> None:
    checkout = make(
        tmp_path / "repo", {"f": LINES.replace(b"\n", b"\r\n")}, core_autocrlf="true", core_safecrlf="false"
    )
    session = work(checkout, {"f": changed(3, b"three").replace(b"\n", b"\r\n"), "n": b"a\r\nb\r\n"})
    land_session(session, "commit")
    assert checkout.git("show", "HEAD:f") == changed(3, b"three")
    assert checkout.line("status", "--porcelain") == ""


# --- messages ---


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ("Fix the cart", "Fix the cart\n"),
        ("Fix the cart\n\nIt is wrong.", "Fix the cart\n\nFix the cart\n\nIt is wrong.\n"),
        ("  \n", "Land glmcode/x\n"),
        ("--amend\n#not a comment", "--amend\n\n--amend\n#not a comment\n"),
        ("a\0b\x1b[31mc", "ab[31mc\n"),
    ],
)
def test_default_message_is_the_task(task: str, message: str) -> None:
    assert default_message(Session("x", task, "", "", "", "", "glmcode/x", "")) == message


def test_default_subject_is_at_most_72_characters() -> None:
    for task in ("word " * 100, "x" * 500):
        subject, blank, body = default_message(Session("x", task, "", "", "", "", "b", "")).split("\n", 2)
        assert len(subject) <= 72
        assert not blank
        assert body == task.strip() + "\n"


@pytest.mark.parametrize("how", ["commit", "merge"])
def test_hostile_message_is_kept_and_is_no_option(checkout: Checkout, how: How) -> None:
    checkout.git("config", "commit.cleanup", "strip")
    message = "--amend -a\n\n# kept\n; $(touch pwned) `x` caf\udce9 \0 日本\n"
    session = work(checkout, {"a.txt": changed(3, b"three")})
    land_session(session, how, message)
    assert checkout.line("log", "-1", "--format=%B") == "--amend -a\n\n# kept\n; $(touch pwned) `x` caf?  日本"
    assert checkout.line("log", "-1", "--format=%an") == "User"
    assert not os.path.exists(checkout.path("pwned"))


# --- merge ---


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


# --- whatever the way ---


@pytest.mark.parametrize("what", ["merge", "rebase", "cherry-pick", "revert"])
def test_commit_and_merge_wait_for_what_the_user_is_in_the_middle_of(checkout: Checkout, what: str) -> None:
    session = work(checkout, {"other.txt": b"theirs\n"})
    checkout.git("checkout", "-q", "-b", "side")
    side = checkout.commit({"a.txt": changed(3, b"side")})
    checkout.commit({"a.txt": changed(3, b"side 2")})
    checkout.git("checkout", "-q", "main")
    checkout.commit({"a.txt": changed(3, b"main")})
    target = {"merge": "side", "rebase": "side", "cherry-pick": side, "revert": side}[what]
    stopped = subprocess.run(["git", what, target], cwd=checkout.root, capture_output=True, check=False)
    assert stopped.returncode != 0
    for how in ("commit", "merge"):
        before = checkout.state()
        with pytest.raises(GlmcodeError, match=f"a {what} is in progress") as error:
            land_session(session, how)
        assert error.value.exit_code == Exit.CONFLICT
        assert checkout.state() == before
    assert land_session(session, "apply").paths == ("other.txt",)


def test_user_deleted_the_sessions_branch(checkout: Checkout) -> None:
    session = work(checkout, {"a.txt": changed(3, b"three")})
    checkout.git("worktree", "remove", "--force", session.worktree)
    checkout.git("branch", "-D", session.branch)
    for how in HOWS_ALL:
        with refused(checkout, "the branch glmcode/do-the-work of this session is gone"):
            land_session(session, how)


def test_lands_in_a_linked_worktree(checkout: Checkout, tmp_path: Path) -> None:
    checkout.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    side = Checkout(os.path.realpath(tmp_path / "side"))
    session = work(side, {"a.txt": changed(3, b"three"), "n": b"n\n"})
    main = checkout.state()
    land_session(session, "commit")
    assert side.line("log", "-1", "--format=%s", "side") == "do the work"
    assert side.line("status", "--porcelain") == ""
    assert checkout.state() == main


def test_lands_beside_submodules(tmp_path: Path) -> None:
    inner = make(tmp_path / "inner", {"i.txt": b"i\n"})
    checkout = make(tmp_path / "repo", {"a.txt": LINES}, submodule_recurse="true")
    checkout.git("submodule", "--quiet", "add", inner.root, "mod")
    checkout.commit({})
    checkout.write({"mod/i.txt": b"the user's work in the submodule\n"})
    for number, how in enumerate(HOWS_ALL, 1):
        session = work(checkout, {"a.txt": changed(number, b"x", checkout.read("a.txt") or b"")})
        land_session(session, how)
        assert checkout.read("mod/i.txt") == b"the user's work in the submodule\n"
        checkout.git("commit", "-qam", "all", "--allow-empty")


def test_moved_submodule_is_refused(tmp_path: Path) -> None:
    inner = make(tmp_path / "inner", {"i.txt": b"i\n"})
    checkout = make(tmp_path / "repo", {"a.txt": LINES})
    checkout.git("submodule", "--quiet", "add", inner.root, "mod")
    checkout.commit({})
    session = open_session(checkout.root, "x")
    worktree = Checkout(session.worktree)
    moved = inner.commit({"i.txt": b"2\n"})
    worktree.git("update-index", "--cacheinfo", f"160000,{moved},mod")
    worktree.git("commit", "-qm", "moved")
    for how in ("apply", "commit"):
        with refused(checkout, "the session changes the submodule mod"):
            land_session(session, how)


def test_inside_a_hook_of_the_users(checkout: Checkout) -> None:
    """`git commit` sets GIT_INDEX_FILE for its hooks: a landing from there must not write to that index."""
    session = work(checkout, {"a.txt": changed(3, b"three"), "n": b"n\n"})
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    program = "from glmcode.repo.branch import land_session as l; from glmcode.repo.sessions import load; l(load('.').session, 'apply')"
    checkout.hook("pre-commit", f'PYTHONPATH="{here}" "{sys.executable}" -c "{program}"')
    checkout.write({"other.txt": b"mine\n"})
    checkout.git("commit", "-qm", "mine", "--", "other.txt")
    assert checkout.line("show", "--name-only", "--format=", "HEAD") == "other.txt"
    assert checkout.git("status", "--porcelain") == b" M a.txt\n?? n\n"
    assert session.base == checkout.line("rev-parse", "HEAD^")
