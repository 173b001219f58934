"""Landing as one commit: exactly the session's changes, the user's hooks and signature, or all as it was."""

import os
import re
from pathlib import Path

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.branch import How, Landed, default_message, land_session
from glmcode.repo.kept import prune
from glmcode.repo.sessions import load
from glmcode.repo.undoing import undo
from glmcode.repo.worktree import Session
from tests.repo.checkout import LINES, Checkout, Files, changed, make, own_home, refused, work

HOWS_ALL: list[How] = ["apply", "commit", "merge"]


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", {"a.txt": LINES, "sub/b.txt": b"b\n", "other.txt": b"other\n"})


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
    with refused(checkout, "the hook pre-commit refused: no tests, no commit; nothing was changed"):
        land_session(session, "commit")
    assert load(checkout.root, session.id).status == "open"
    with pytest.raises(GlmcodeError, match="nothing to undo"):
        undo(checkout.root)
    os.unlink(checkout.path(".git/hooks/pre-commit"))
    land_session(session, "commit")


def test_hook_that_writes_files_and_then_refuses_leaves_all_as_it_was(checkout: Checkout) -> None:
    """What formatters do as hooks: they mend the file and stop the commit."""
    session = work(checkout, {"a.txt": changed(3, b"three"), "sub/b.txt": None, "n.txt": b"n\n"}, executable=("n.txt",))
    checkout.hook(
        "pre-commit",
        "echo formatted >> a.txt; echo x > n.txt; chmod -x n.txt; git add a.txt n.txt; mkdir -p sub; echo b > sub/b.txt; exit 1",
    )
    with refused(checkout, "the hook pre-commit refused") as told:
        land_session(session, "commit")
    blob = re.search(r"a\.txt was changed meanwhile, by a hook perhaps: git cat-file blob (\w+)", told.value.hint)
    assert blob is not None
    checkout.git("gc", "--quiet", "--prune=now")
    assert checkout.git("cat-file", "blob", blob[1]) == changed(3, b"three") + b"formatted\n"
    assert prune(checkout.path(".git"), 1) == 0
    assert prune(checkout.path(".git"), -1, dry_run=True) == prune(checkout.path(".git"), -1) == 2
    assert checkout.line("for-each-ref", "refs/glmcode") == ""


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
