"""What the agent is shown of a checkout."""

import os
import subprocess
from pathlib import Path

import pytest

from glmcode.repo.files import read_text, status_paths, tracked_files
from tests.repo.checkout import Checkout, make, own_home


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_home(monkeypatch, tmp_path)


def test_tracked_files_are_regular_ones_of_any_name(tmp_path: Path) -> None:
    inner = make(tmp_path / "inner", {"i": b"i\n"})
    odd = ["a b", "new\nline", os.fsdecode(b"\xff"), "dir/ünï", '"q"']
    checkout = make(tmp_path / "repo", dict.fromkeys(odd, b"x\n"))
    os.symlink("a b", checkout.path("link"))
    checkout.git("submodule", "--quiet", "add", inner.root, "mod")
    checkout.commit({})
    checkout.write({"untracked": b"u\n"})
    assert sorted(tracked_files(checkout.root)) == sorted([*odd, ".gitmodules"])


def test_file_in_conflict_is_listed_once(tmp_path: Path) -> None:
    checkout = make(tmp_path / "repo", {"a": b"base\n"})
    checkout.git("checkout", "-q", "-b", "side")
    checkout.commit({"a": b"side\n"})
    checkout.git("checkout", "-q", "main")
    checkout.commit({"a": b"main\n"})
    assert subprocess.run(["git", "merge", "side"], cwd=checkout.root, capture_output=True, check=False).returncode == 1
    assert tracked_files(checkout.root) == ("a",)


def test_status_names_what_differs(tmp_path: Path) -> None:
    checkout = make(
        tmp_path / "repo", {"same": b"s\n", "old": b"text that stays\n", "gone": b"g\n", ".gitignore": b"*.log\n"}
    )
    checkout.git("mv", "old", "moved")
    checkout.write({"gone": None, "new/one": b"n\n", "x.log": b"ignored\n", "a\tb": b"\n"})
    before = checkout.state()
    assert status_paths(checkout.root) == ("a\tb", "gone", "moved", "new/one", "old")
    assert checkout.state() == before


def test_text_is_whole_or_nothing(tmp_path: Path) -> None:
    checkout = Checkout(str(tmp_path))
    checkout.write(
        {"plain": b"a\r\nb", "bom": b"\xef\xbb\xbfa\n", "latin": b"caf\xe9\n", "binary": b"a\0b", "big": b"x" * 101}
    )
    assert read_text(checkout.root, "plain") == "a\r\nb"
    assert read_text(checkout.root, "bom") == "a\n"
    assert read_text(checkout.root, "latin") == "caf�\n"
    assert read_text(checkout.root, "binary") is None
    assert read_text(checkout.root, "big", 100) is None
    assert read_text(checkout.root, "big", 101) == "x" * 101


def test_nothing_is_read_but_files_inside_the_root(tmp_path: Path) -> None:
    checkout = Checkout(str(tmp_path / "tree"))
    checkout.write({"dir/f": b"f\n"})
    (tmp_path / "secret").write_text("secret")
    os.symlink("../secret", checkout.path("link"))
    os.symlink("..", checkout.path("up"))
    os.mkfifo(checkout.path("fifo"))
    for path in (
        "link",
        "up/secret",
        "../secret",
        "fifo",
        "dir",
        "missing",
        "dir/f/x",
        "a\0b",
        str(tmp_path / "secret"),
        "",
    ):
        assert read_text(checkout.root, path) is None, path
