"""`glmcode express`, as a person calls it: what it prints, applied to the tree before, is the tree after."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.faces.command import glmcode, repository, tree

CART = "class Cart:\n    def total(self):\n        return sum(self.prices)\n\n    def clear(self):\n        self.prices = []\n"
FILES = {"shop/cart.py": CART, "notes.txt": "one\ntwo\nthree\n", "go.sh": "echo\n", "old name.txt": "kept\n" * 9}
FORMS = ("native", "search-replace", "udiff", "v4a", "whole", "tool-call")


def git(root: Path, *arguments: str) -> bytes:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@localhost")
    return subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True).stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository of one commit, with a change of every kind in the working tree."""
    root = repository(tmp_path / "shop", FILES)
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", "shop")
    (root / "shop/cart.py").write_text(CART.replace("sum(self.prices)", "round(sum(self.prices), 2)"))
    (root / "notes.txt").unlink()
    (root / "go.sh").chmod(0o755)
    (root / "old name.txt").rename(root / "new name.txt")
    (root / "fresh.txt").write_text("new, without an end")
    return root


def before(root: Path, place: Path) -> Path:
    """The tree of the first commit, as a repository of its own."""
    git(
        root,
        "worktree",
        "add",
        "-q",
        "--detach",
        str(place),
        git(root, "rev-list", "--max-parents=0", "HEAD").decode().strip(),
    )
    return place


@pytest.mark.parametrize("form", FORMS)
def test_the_working_tree_against_head(root: Path, tmp_path: Path, form: str) -> None:
    ended = glmcode(root, "express", "--form", form)
    assert ended.code == 0, ended.err
    place = before(root, tmp_path / "place")
    landed = glmcode(place, "apply", "-", stdin=ended.out)
    assert landed.code == 0, landed.err
    found = {path: data for path, data in tree(place).items() if path != ".git"}
    assert found == tree(root)
    assert (place / "go.sh").stat().st_mode & 0o111


@pytest.mark.parametrize("revision", ["HEAD", "HEAD~1..HEAD", "HEAD^.."])
def test_a_commit_and_a_range(root: Path, tmp_path: Path, revision: str) -> None:
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", "all of it")
    ended = glmcode(root, "express", revision)
    assert ended.code == 0, ended.err
    place = before(root, tmp_path / "place")
    assert glmcode(place, "apply", "-", stdin=ended.out).code == 0
    assert {path: data for path, data in tree(place).items() if path != ".git"} == tree(root)


def test_the_first_commit_has_no_parent(root: Path, tmp_path: Path) -> None:
    ended = glmcode(root, "express", "HEAD")
    empty = repository(tmp_path / "empty", {})
    assert glmcode(empty, "apply", "-", stdin=ended.out).code == 0
    assert tree(empty) == {path: text.encode() for path, text in FILES.items()}


def test_a_diff_against_the_working_tree(root: Path, tmp_path: Path) -> None:
    diff = git(root, "diff", "--", "shop/cart.py")
    git(root, "checkout", "-q", "--", "shop/cart.py")
    ended = glmcode(root, "express", "--diff", "-", stdin=diff)
    assert ended.code == 0, ended.err
    assert b'replace="total"' in ended.out
    assert glmcode(root, "apply", "-", stdin=ended.out).code == 0
    assert git(root, "diff", "--", "shop/cart.py") == diff


def test_a_diff_that_does_not_fit_says_where(root: Path) -> None:
    diff = "--- a/shop/cart.py\n+++ b/shop/cart.py\n@@ -1 +1 @@\n-nothing like it\n+at all\n"
    ended = glmcode(root, "express", "--diff", "-", stdin=diff)
    assert (ended.code, ended.out) == (4, b"")
    assert "shop/cart.py" in ended.err


def test_nothing_changed_is_an_empty_plan(tmp_path: Path) -> None:
    root = repository(tmp_path / "still", {"a.txt": "a\n"})
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", "still")
    ended = glmcode(root, "express")
    assert (ended.code, ended.out) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--form", "haiku"], "haiku"),
        (["no-such-revision"], "no-such-revision"),
        (["--output=x"], "--output"),
        (["HEAD", "--diff", "-"], "one of them"),
        (["--diff", "go.sh"], "no diff"),
    ],
)
def test_bad_usage_is_one_line(root: Path, arguments: list[str], why: str) -> None:
    ended = glmcode(root, "express", *arguments)
    assert (ended.code, ended.out) == (2, b"")
    assert why in ended.err.splitlines()[0]
    assert not (root / "x").exists()


def test_a_link_and_a_picture_are_refused_by_name(root: Path) -> None:
    (root / "photo.png").write_bytes(b"\x89PNG\0")
    ended = glmcode(root, "express")
    assert ended.code == 2
    assert "photo.png" in ended.err
    (root / "photo.png").unlink()
    (root / "link").symlink_to("go.sh")
    ended = glmcode(root, "express")
    assert ended.code == 2
    assert "link" in ended.err
    shutil.rmtree(root)


def test_a_commit_without_what_no_plan_can_make(root: Path, tmp_path: Path) -> None:
    (root / "photo.png").write_bytes(b"\x89PNG\0")
    (root / "link").symlink_to("go.sh")
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", "all of it")
    assert glmcode(root, "express", "HEAD").code == 2
    ended = glmcode(root, "express", "HEAD", ".", ":!photo.png", ":!link")
    assert ended.code == 0, ended.err
    place = before(root, tmp_path / "before")
    assert glmcode(place, "apply", "-", stdin=ended.out).code == 0
    assert tree(place) == {path: text for path, text in tree(root).items() if path not in {"photo.png", "link"}}
    assert glmcode(root, "express", "HEAD", "shop").out.count(b"<edit ") == 1
