"""A session starts beside the user's checkout and never in it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.worktree import branch_tip, changed_files, open_session, session_diff, slug, snapshot
from tests.repo.checkout import Checkout, go_on, make, own_home, put, work


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make(tmp_path / "repo", {"a.txt": b"one\ntwo\n", "sub/b.txt": b"b\n"})


def test_session_leaves_dirty_checkout_as_it_was(checkout: Checkout) -> None:
    checkout.write({"a.txt": b"mine\n", "new.txt": b"untracked\n", "staged.txt": b"staged\n"})
    checkout.git("add", "staged.txt")
    before = checkout.state()
    session = work(checkout, {"a.txt": b"theirs\n", "sub/b.txt": None})
    assert checkout.state() == before
    assert session.base == checkout.line("rev-parse", "HEAD")
    assert session.worktree == checkout.path(".git/glmcode/worktrees/do-the-work")
    assert os.path.isdir(session.git_dir)
    assert checkout.line("rev-parse", "glmcode/do-the-work") == branch_tip(session) != session.base


def test_worktree_starts_from_head_not_from_the_dirty_files(checkout: Checkout) -> None:
    checkout.write({"a.txt": b"mine\n"})
    session = open_session(checkout.root, "x")
    assert Path(session.worktree, "a.txt").read_bytes() == b"one\ntwo\n"


def test_equal_tasks_get_sessions_of_their_own(checkout: Checkout) -> None:
    assert [open_session(checkout.root, "Fix it!").branch for _ in range(3)] == [
        "glmcode/fix-it",
        "glmcode/fix-it-2",
        "glmcode/fix-it-3",
    ]


def test_branch_of_the_users_with_that_name_is_not_taken_over(checkout: Checkout) -> None:
    checkout.git("branch", "glmcode/Fix-It")
    assert open_session(checkout.root, "fix it").branch == "glmcode/fix-it-2"


def test_branch_named_glmcode_is_refused_in_one_line(checkout: Checkout) -> None:
    checkout.git("branch", "glmcode")
    with pytest.raises(GlmcodeError, match="a branch named glmcode stands in the way") as refused:
        open_session(checkout.root, "fix it")
    assert refused.value.exit_code == Exit.USAGE
    assert not os.path.exists(checkout.path(".git/glmcode/worktrees/fix-it"))


@pytest.mark.parametrize(
    "task",
    [
        "--force -D main",
        "../../etc/passwd",
        "@{upstream}",
        "a..b~1^2:c?*[d\\e",
        "refs/heads/main.lock",
        "日本語のタスク",
        "\0\x1b[31m\n\n",
        "\udcff\udcfe",
        "HEAD",
        "con",
        "x" * 500_000,
        "",
    ],
)
def test_hostile_task_is_never_an_option_or_a_bad_branch(checkout: Checkout, task: str) -> None:
    before = checkout.state()
    session = open_session(checkout.root, task)
    assert re.fullmatch(r"glmcode/[a-z0-9]+(-[a-z0-9]+)*", session.branch)
    assert checkout.line("rev-parse", session.branch) == session.base
    assert os.path.dirname(session.worktree) == checkout.path(".git/glmcode/worktrees")
    assert checkout.state() == before


@given(st.text())
def test_slug_is_short_and_plain(task: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(task))
    assert len(slug(task)) <= 40


def test_slug_ends_at_a_word() -> None:
    assert slug("Make the Überlange order totals round half to even, please") == "make-the-uberlange-order-totals-round"


def test_users_hooks_do_not_run_for_session_and_snapshot(checkout: Checkout, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    for name in (
        "post-checkout",
        "pre-commit",
        "commit-msg",
        "post-commit",
        "reference-transaction",
        "post-index-change",
    ):
        checkout.hook(name, f"echo {name} >> {mark}; exit 1")
    session = work(checkout, {"a.txt": b"theirs\n"})
    assert branch_tip(session) != session.base
    assert not mark.exists()


def test_detached_head_is_fine(checkout: Checkout) -> None:
    checkout.git("checkout", "--quiet", "--detach")
    assert open_session(checkout.root, "x").base == checkout.line("rev-parse", "HEAD")


def test_session_from_a_linked_worktree_and_from_a_session(checkout: Checkout, tmp_path: Path) -> None:
    checkout.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    side = Checkout(os.path.realpath(tmp_path / "side"))
    side.commit({"a.txt": b"side\n"})
    session = open_session(side.root, "x")
    assert session.root == side.root
    assert session.base == side.line("rev-parse", "HEAD")
    assert session.worktree.startswith(checkout.path(".git/glmcode/worktrees/"))
    inner = open_session(session.worktree, "y")
    assert inner.root == session.worktree
    go_on(inner, {"a.txt": b"inner\n"})
    assert changed_files(inner) == ("a.txt",)
    assert changed_files(session) == ()


def test_session_from_a_subfolder(checkout: Checkout) -> None:
    assert open_session(checkout.path("sub"), "x").root == checkout.root


def refusal(start: str) -> str:
    with pytest.raises(GlmcodeError) as refused:
        open_session(start, "x")
    assert refused.value.exit_code == Exit.USAGE
    assert refused.value.hint
    assert "\n" not in refused.value.message
    return refused.value.message


def test_refuses_where_there_is_nothing_to_start_from(tmp_path: Path, checkout: Checkout) -> None:
    (tmp_path / "plain").mkdir()
    assert "not in a git repository" in refusal(str(tmp_path / "plain"))
    bare = tmp_path / "bare"
    subprocess.run(["git", "init", "-q", "--bare", str(bare)], check=True)
    assert "bare" in refusal(str(bare))
    empty = make(tmp_path / "empty")
    assert refusal(empty.root) == "the repository has no commits yet"
    assert not os.path.exists(empty.path(".git/glmcode"))
    checkout.git("checkout", "--quiet", "--orphan", "fresh")
    assert refusal(checkout.root) == "the current branch 'fresh' has no commits yet"


def test_variables_of_a_hook_around_do_not_lead_astray(checkout: Checkout, tmp_path: Path) -> None:
    """As `git commit` sets them for a hook of its own: our git must use the worktree's index, not the commit's."""
    script = "import sys; from tests.repo.checkout import Checkout, work; print(work(Checkout(sys.argv[1]), {'a.txt': b'hooked\\n'}).id)"
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    checkout.hook("pre-commit", f'PYTHONPATH="{here}" "{sys.executable}" -c "{script}" "$PWD" > "{tmp_path}/id"')
    checkout.write({"c.txt": b"c\n"})
    checkout.git("add", "c.txt")
    environ = {**os.environ, "GIT_LITERAL_PATHSPECS": "1", "GIT_EXTERNAL_DIFF": "false", "GIT_TRACE": "1"}
    subprocess.run(
        ["git", "commit", "-qm", "with hook", "--", "c.txt"],
        cwd=checkout.root,
        check=True,
        env=environ,
        capture_output=True,
    )
    assert (tmp_path / "id").read_text().strip() == "do-the-work"
    assert checkout.line("show", "--name-only", "--format=", "HEAD") == "c.txt"
    assert checkout.line("diff", "--name-only", "HEAD~", "glmcode/do-the-work") == "a.txt"
    assert checkout.git("show", "glmcode/do-the-work:a.txt") == b"hooked\n"
    assert checkout.line("status", "--porcelain") == ""


def test_snapshot_takes_exactly_the_paths_that_it_is_given(checkout: Checkout) -> None:
    session = open_session(checkout.root, "x")
    put(session.worktree, {"a.txt": b"a\n", "sub/b.txt": None, "left.txt": b"not named\n", "n.txt": b"n\n"})
    subprocess.run(["git", "add", "left.txt"], cwd=session.worktree, check=True)  # a test suite may do so
    tip = snapshot(session, ["a.txt", "sub/b.txt", "n.txt", "never-was.txt"], "round 1\n")
    assert changed_files(session) == ("a.txt", "n.txt", "sub/b.txt")
    assert tip == branch_tip(session)
    assert checkout.line("log", "-1", "--format=%s", tip) == "round 1"
    assert snapshot(session, ["a.txt"], "nothing new") == tip


def test_snapshot_takes_modes_links_and_ignored_files(checkout: Checkout) -> None:
    session = open_session(checkout.root, "x")
    put(session.worktree, {".gitignore": b"*.log\n", "kept.log": b"l\n"})
    os.chmod(os.path.join(session.worktree, "a.txt"), 0o755)
    os.symlink("a.txt", os.path.join(session.worktree, "link"))
    snapshot(session, [".gitignore", "kept.log", "a.txt", "link"], "m")
    tree = checkout.line("ls-tree", session.branch)
    assert re.search(r"100755 blob \w+\ta\.txt", tree)
    assert re.search(r"120000 blob \w+\tlink", tree)
    assert "kept.log" in tree


def test_snapshot_swaps_files_and_folders(checkout: Checkout) -> None:
    session = open_session(checkout.root, "x")
    put(session.worktree, {"a.txt": None, "sub/b.txt": None})
    os.rmdir(os.path.join(session.worktree, "sub"))
    put(session.worktree, {"a.txt/inner": b"i\n", "sub": b"now a file\n"})
    snapshot(session, ["a.txt", "sub/b.txt", "a.txt/inner", "sub"], "m")
    assert checkout.line("ls-tree", "-r", "--name-only", session.branch).split() == ["a.txt/inner", "sub"]


def test_snapshot_takes_any_name_that_git_takes(checkout: Checkout) -> None:
    names = ["with space", "-n", ":(glob)*", "new\nline", 'tab\t"quote"', os.fsdecode(b"\xff\xfe"), "ünï"]
    session = work(checkout, {name: name.encode("utf-8", "surrogateescape") for name in names})
    assert changed_files(session) == tuple(sorted(names))


def test_snapshot_without_an_identity_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = make(tmp_path / "repo", {"a": b"a\n"}, user_useConfigOnly="true")
    checkout.git("config", "--unset", "user.name")
    checkout.git("config", "--unset", "user.email")
    session = work(checkout, {"a": b"b\n"})
    assert checkout.line("log", "-1", "--format=%an <%ae>", session.branch) == "glmcode <glmcode@localhost>"
    checkout.git("config", "user.name", "User")
    checkout.git("config", "user.email", "user@example.org")
    go_on(session, {"a": b"c\n"})
    assert checkout.line("log", "-1", "--format=%an <%ae>", session.branch) == "User <user@example.org>"


def test_snapshot_works_where_the_worktrees_git_file_was_bent(checkout: Checkout, tmp_path: Path) -> None:
    """Code under test may write in the worktree; our git must not follow it to another repository."""
    other = make(tmp_path / "other", {"o": b"o\n"})
    session = open_session(checkout.root, "x")
    Path(session.worktree, ".git").write_text(f"gitdir: {other.root}/.git\n")
    before = other.state()
    go_on(session, {"a.txt": b"new\n"})
    assert changed_files(session) == ("a.txt",)
    assert other.state() == before


def test_snapshot_of_a_lost_worktree_is_refused_and_never_falls_back_to_the_users(checkout: Checkout) -> None:
    session = open_session(checkout.root, "x")
    checkout.git("worktree", "remove", session.worktree)
    checkout.write({"a.txt": b"mine\n"})
    before = checkout.state()
    with pytest.raises(GlmcodeError, match="is gone"):
        snapshot(session, ["a.txt"], "m")
    assert checkout.state() == before


def test_submodule_stays_a_pointer(tmp_path: Path) -> None:
    inner = make(tmp_path / "inner", {"i.txt": b"i\n"})
    checkout = make(tmp_path / "repo", {"a.txt": b"a\n"}, submodule_recurse="true")
    checkout.git("submodule", "--quiet", "add", inner.root, "mod")
    checkout.commit({})
    session = open_session(checkout.root, "x")
    put(session.worktree, {"a.txt": b"b\n", "mod/i.txt": b"overwritten\n"})
    with pytest.raises(GlmcodeError) as refused:
        snapshot(session, ["a.txt", "mod/i.txt"], "m")
    assert refused.value.exit_code == Exit.CONFLICT
    snapshot(session, ["a.txt", "mod"], "m")
    assert changed_files(session) == ("a.txt",)


def test_snapshot_stores_what_gits_filters_make_of_it(tmp_path: Path) -> None:
    checkout = make(tmp_path / "repo", {"a.txt": b"one\r\ntwo\r\n"}, core_autocrlf="true", core_safecrlf="true")
    session = open_session(checkout.root, "x")
    assert Path(session.worktree, "a.txt").read_bytes() == b"one\r\ntwo\r\n"
    go_on(session, {"a.txt": b"one\r\n2\r\n", "mixed.txt": b"a\r\nb\n"})
    assert checkout.git("cat-file", "blob", f"{session.branch}:a.txt") == b"one\n2\n"


def test_diff_applies_to_the_same_bytes(checkout: Checkout, tmp_path: Path) -> None:
    latin, binary = b"caf\xe9\n", bytes(range(256)) * 5
    session = work(checkout, {"a.txt": b"one\ntwo", "latin.txt": latin, "bin": binary, "sub/b.txt": None})
    diff = session_diff(session)
    assert "\\ No newline at end of file" in diff
    assert diff.endswith("\n")
    copy = Checkout(str(tmp_path / "copy"))
    subprocess.run(["git", "clone", "-q", checkout.root, copy.root], check=True)
    patch = diff.encode("utf-8", "surrogateescape")
    subprocess.run(["git", "apply", "--index"], cwd=copy.root, input=patch, check=True)
    assert copy.line("write-tree") == checkout.line("rev-parse", f"{session.branch}^{{tree}}")


def test_diff_ignores_the_users_taste(checkout: Checkout) -> None:
    plain = session_diff(work(checkout, {"a.txt": b"1\ntwo\n"}))
    for name, value in {
        "diff.noprefix": "true",
        "color.ui": "always",
        "diff.external": "false",
        "diff.context": "0",
    }.items():
        checkout.git("config", name, value)
    assert session_diff(work(checkout, {"a.txt": b"1\ntwo\n"})) == plain


def test_failed_start_leaves_nothing_behind(checkout: Checkout) -> None:
    checkout.write({".gitattributes": b"*.txt filter=bad\n"})
    checkout.commit({})
    checkout.git("config", "filter.bad.smudge", "false")
    checkout.git("config", "filter.bad.clean", "cat")
    checkout.git("config", "filter.bad.required", "true")
    with pytest.raises(GlmcodeError, match="git worktree failed"):
        open_session(checkout.root, "x")
    assert os.listdir(checkout.path(".git/glmcode/worktrees")) == []
    assert checkout.line("for-each-ref", "refs/heads/glmcode") == ""
    assert checkout.line("worktree", "list", "--porcelain").count("worktree ") == 1
