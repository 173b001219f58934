"""What a user's repository may be set to, or be in the middle of, when work lands: as git does it, or refused in one line."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.branch import How, Terms, land_session
from glmcode.repo.sessions import load
from tests.repo.checkout import LINES, Checkout, changed, make, own_home, refused, work

COMMITS: list[How] = ["commit", "merge"]
FILES = {"a.txt": changed(3, b"three"), "n": b"n\n"}


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", {"a.txt": LINES, "sub/b.txt": b"b\n", "other.txt": b"other\n"})


@pytest.mark.parametrize("how", COMMITS)
def test_settings_of_commits_do_not_get_into_the_message(checkout: Checkout, how: How) -> None:
    checkout.write({".git/template": b"# write\nTemplate\n"})
    for name, value in (
        ("commit.template", checkout.path(".git/template")),
        ("core.commentChar", ";"),
        ("commit.verbose", "true"),
        ("commit.cleanup", "strip"),
        ("i18n.commitEncoding", "ISO-8859-1"),
        ("merge.log", "true"),
        ("core.editor", "false"),
    ):
        checkout.git("config", name, value)
    message = "Größer\n\n# heading\n; and a remark\n"
    land_session(work(checkout, FILES), how, message)
    assert checkout.git("log", "-1", "--format=%B", "--encoding=UTF-8").decode().strip() == message.strip()


@pytest.mark.parametrize("how", COMMITS)
def test_hooks_run_from_where_they_are_and_each_in_its_turn(checkout: Checkout, tmp_path: Path, how: How) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    checkout.git("config", "core.hooksPath", str(hooks))
    for name in ("pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-merge"):
        said = 'echo "$0 $2 $(test -n "$1" && test -f "$1" && echo file) $GIT_AUTHOR_NAME"'
        (hooks / name).write_text(f"#!/bin/sh\n{said} | sed 's|.*/||' >> {tmp_path}/ran\n")
        (hooks / name).chmod(0o755)
    land_session(work(checkout, FILES), how)
    first, source, last = {
        "commit": ("pre-commit", "message", "post-commit"),
        "merge": ("pre-merge-commit", "merge", "post-merge"),
    }[how]
    ran = [line.split() for line in (tmp_path / "ran").read_text().splitlines()]
    assert ran[:3] == [[first, "User"], ["prepare-commit-msg", source, "file", "User"], ["commit-msg", "file", "User"]]
    assert [line[0] for line in ran[3:]] == [last]


@pytest.mark.parametrize("how", COMMITS)
def test_branch_that_a_hook_protects_stays_where_it_is(checkout: Checkout, how: How) -> None:
    session = work(checkout, FILES)
    refuse = '[ "$1" = prepared ] && grep -q refs/heads/main && echo "main is protected" >&2 && exit 1; exit 0'
    checkout.hook("reference-transaction", refuse)
    with refused(checkout, "(?i)hook"):
        land_session(session, how)
    checkout.git("checkout", "-q", "-b", "free")
    assert land_session(session, how).commit == checkout.line("rev-parse", "free")


def test_hook_that_mends_files_and_adds_them_has_its_say(checkout: Checkout) -> None:
    session = work(checkout, FILES)
    checkout.hook("pre-commit", "echo mended >> n; git add n; echo extra > extra; git add extra")
    checkout.hook("post-commit", "exit 1")
    land_session(session, "commit")
    assert checkout.git("show", "HEAD:n") == b"n\nmended\n"
    assert checkout.line("show", "--format=", "--name-only", "HEAD").split() == ["a.txt", "extra", "n"]
    assert checkout.line("status", "--porcelain") == ""


@pytest.mark.parametrize("script", ["git rm -q --cached n; git checkout -q HEAD -- a.txt", "git read-tree HEAD"])
def test_hook_that_takes_everything_back_leaves_nothing_to_commit(checkout: Checkout, script: str) -> None:
    session = work(checkout, FILES)
    checkout.hook("pre-commit", script)
    with refused(checkout, "nothing is left to commit"):
        land_session(session, "commit")


def test_hook_that_empties_the_message_is_refused(checkout: Checkout) -> None:
    session = work(checkout, FILES)
    checkout.hook("commit-msg", ': > "$1"')
    for how in COMMITS:
        with refused(checkout, "the commit's message is empty"):
            land_session(session, how)


def test_branch_without_a_commit_is_refused(checkout: Checkout) -> None:
    session = work(checkout, FILES)
    checkout.git("checkout", "-q", "--orphan", "new")
    for how in COMMITS:
        with pytest.raises(GlmcodeError, match="the current branch 'new' has no commits yet"):
            land_session(session, how)
    with pytest.raises(GlmcodeError) as error:
        land_session(session, "apply", terms=Terms(stage=True))
    assert error.value.exit_code != Exit.BUG
    assert land_session(session, "apply").paths == ("a.txt", "n")


def test_in_the_middle_of_a_bisect_it_lands_as_git_commits(checkout: Checkout) -> None:
    session = work(checkout, FILES)
    checkout.commit({"c": b"c\n"})
    checkout.git("bisect", "start", "HEAD", "HEAD~1")
    land_session(session, "commit")
    assert checkout.line("status", "--porcelain") == ""


def test_in_the_middle_of_several_cherry_picks_it_waits(checkout: Checkout) -> None:
    session = work(checkout, {"other.txt": b"theirs\n"})
    checkout.git("checkout", "-q", "-b", "side")
    picks = [checkout.commit({"a.txt": changed(3, text)}) for text in (b"one", b"two")]
    checkout.git("checkout", "-q", "main")
    checkout.commit({"a.txt": changed(3, b"main")})
    picking = subprocess.run(["git", "cherry-pick", *picks], cwd=checkout.root, capture_output=True, check=False)
    assert picking.returncode != 0
    checkout.git("reset", "-q", "--hard")  # takes CHERRY_PICK_HEAD away, and the rest is still to be picked
    for how in COMMITS:
        with refused(checkout, "a cherry-pick or revert of several commits is in progress"):
            land_session(session, how)


def test_branch_that_two_worktrees_have_moves_as_git_moves_it(checkout: Checkout, tmp_path: Path) -> None:
    checkout.git("worktree", "add", "-q", "--force", str(tmp_path / "second"), "main")
    land_session(work(checkout, FILES), "commit")
    second = Checkout(os.path.realpath(tmp_path / "second"))
    assert second.line("rev-parse", "HEAD") == checkout.line("rev-parse", "main")
    assert second.read("n") is None
    assert checkout.line("status", "--porcelain") == ""


def test_files_that_are_only_announced_to_the_index_stay_so(checkout: Checkout) -> None:
    session = work(checkout, FILES)
    checkout.write({"later": b"l\n"})
    checkout.git("add", "--intent-to-add", "later")
    land_session(session, "commit")
    assert checkout.git("status", "--porcelain") == b" A later\n"
    session = work(checkout, {"later": b"l\n"}, "x")
    with refused(checkout, "later: you have uncommitted changes in it"):
        land_session(session, "commit")


@pytest.mark.parametrize("how", ["apply", "commit"])
def test_checkout_on_another_branch_gets_it_there(checkout: Checkout, how: How) -> None:
    session = work(checkout, FILES)
    checkout.git("checkout", "-q", "-b", "side")
    checkout.commit({"a.txt": changed(17, b"side")})
    main = checkout.line("rev-parse", "main")
    land_session(session, how)
    assert checkout.line("rev-parse", "main") == main
    assert checkout.read("a.txt") == changed(17, b"side", changed(3, b"three"))


def test_switching_branches_while_a_hook_runs_lands_nothing(checkout: Checkout) -> None:
    session = work(checkout, FILES)
    before = checkout.state()
    checkout.hook("pre-commit", "unset GIT_INDEX_FILE; git symbolic-ref HEAD refs/heads/side; git branch -q side main")
    with pytest.raises(GlmcodeError, match="switched to another branch meanwhile"):
        land_session(session, "commit")
    checkout.git("symbolic-ref", "HEAD", "refs/heads/main")
    assert checkout.state() == before


def test_committing_while_a_hook_runs_loses_neither(checkout: Checkout) -> None:
    session = work(checkout, FILES)
    mine = "unset GIT_INDEX_FILE GIT_AUTHOR_DATE; [ -e .git/once ] || { touch .git/once; echo x > mine; git add mine; git commit -qm mine; }"
    checkout.hook("commit-msg", mine)
    with pytest.raises(GlmcodeError, match="moving the branch failed") as error:
        land_session(session, "commit")
    assert error.value.exit_code == Exit.CONFLICT
    assert checkout.line("log", "-1", "--format=%s") == "mine"
    assert checkout.line("status", "--porcelain") == ""
    assert land_session(session, "commit").paths == ("a.txt", "n")


def test_checkout_that_is_gone_is_one_line(checkout: Checkout, tmp_path: Path) -> None:
    checkout.git("worktree", "add", "-q", str(tmp_path / "side"), "-b", "side")
    side = Checkout(os.path.realpath(tmp_path / "side"))
    session = work(side, FILES)
    shutil.rmtree(side.root)
    for how in ("apply", "commit", "merge"):
        with pytest.raises(GlmcodeError) as error:
            land_session(session, "apply" if how == "apply" else "commit" if how == "commit" else "merge")
        assert error.value.exit_code in (Exit.USAGE, Exit.CONFLICT)
        assert "\n" not in error.value.message
    checkout.git("worktree", "prune")
    assert load(checkout.root, session.id).session.id == session.id
