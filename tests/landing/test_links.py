"""Links: edited as links only where the plan says so, never written through, never made to lead out."""

import os
import subprocess
from pathlib import Path

import pytest

from glmcode.landing.result import Result
from glmcode.library import apply_plan
from glmcode.repo import journal
from glmcode.repo.undoing import undo


def made(path: str, target: str) -> str:
    return f"diff --git a/{path} b/{path}\nnew file mode 120000\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+{target}\n\\ No newline at end of file\n"


def turned(path: str, old: str, new: str, mode: str = "120000") -> str:
    end = "\n\\ No newline at end of file\n"
    return f"diff --git a/{path} b/{path}\nindex 1a2b3c..4d5e6f {mode}\n--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-{old}{end}+{new}{end}"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "root"
    (root / "docs/deep").mkdir(parents=True)
    (root / "docs/a.md").write_bytes(b"one\n")
    (root / "b.md").write_bytes(b"two\n")
    (root / "link").symlink_to("docs/a.md")
    (root / "folder").symlink_to("docs")
    (root / "up").symlink_to("..")
    subprocess.run(["git", "init", "-q", root], check=True)
    return root


def land(root: Path, plan: str) -> Result:
    result = apply_plan(plan, str(root))
    if result.files:
        journal.land(str(root), result.before, result.files, result.modes, None)
    return result


def test_a_diff_of_a_link_changes_where_it_leads_and_undo_takes_it_back(root: Path) -> None:
    result = land(root, turned("link", "docs/a.md", "b.md"))
    assert result.ok, result.edits
    assert os.readlink(root / "link") == "b.md"
    assert (root / "docs/a.md").read_bytes() == b"one\n"
    assert [outcome.status for outcome in apply_plan(turned("link", "docs/a.md", "b.md"), str(root)).edits] == [
        "already"
    ]
    undo(str(root))
    assert os.readlink(root / "link") == "docs/a.md"
    subprocess.run(["git", "apply"], cwd=root, input=result.diff.encode(), check=True)
    assert os.readlink(root / "link") == "b.md"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("new", "b.md"),
        ("docs/new", "../b.md"),
        ("docs/deep/new", "../../docs/a.md"),
        ("new.py", "docs/deep"),
        ("x", "./b.md"),
    ],
)
def test_a_link_to_a_place_inside_is_made(root: Path, path: str, target: str) -> None:
    result = land(root, made(path, target))
    assert result.ok, result.edits
    assert os.readlink(root / path) == target
    assert result.modes == {path: "120000"}


@pytest.mark.parametrize(
    ("path", "target"),
    [
        *(("new", "/etc"), ("new", "/etc/passwd"), ("new", ".."), ("new", "../outside"), ("docs/new", "../../outside"), ("new", "docs/../../outside")),
        *(("new", "docs/.."), ("new", "."), ("docs/new", ".."), ("new", ".git/hooks"), ("new", ".GIT"), ("new", "C:\\x"), ("new", "..\\x"), ("new", "up/outside")),
        *(("new", "folder/a.md"), ("new", "up"), ("new", "con"), ("new", "")),
    ],
)  # fmt: skip
def test_a_link_that_leads_out_or_through_another_is_refused(root: Path, path: str, target: str) -> None:
    for plan in (made(path, target), turned("link", "docs/a.md", target) if path == "new" else made(path, target)):
        result = land(root, plan)
        assert [outcome.reason for outcome in result.edits] in (["outside-root"], ["malformed"])
    assert not os.path.lexists(root / path)
    assert os.readlink(root / "link") == "docs/a.md"


@pytest.mark.parametrize("target", ["/etc", "docs"])
def test_nothing_is_written_through_a_link_that_the_plan_makes(root: Path, target: str) -> None:
    result = land(root, made("new", target) + '<create path="new/passwd">\nx\n</create>\n')
    assert not result.ok
    assert not os.path.lexists(root / "new")
    assert sorted(os.listdir(root / "docs")) == ["a.md", "deep"]


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (turned("link", "b.md", "docs/deep"), "stale"),
        (turned("b.md", "two", "docs/a.md"), "stale"),
        (turned("missing", "x", "b.md"), "no-such-file"),
        (made("b.md", "docs/a.md"), "exists"),
        (turned("link", "docs/a.md", "b.md", "100644"), "protected-path"),
        (turned("docs", "Subproject commit 1", "Subproject commit 2", "160000"), "no-such-file"),
        ('<edit path="link" at="top">\nx\n</edit>\n', "protected-path"),
        ("File: link\n```\nx\n```\n", "protected-path"),
        ('<edit path="folder/a.md" at="top">\nx\n</edit>\n', "outside-root"),
    ],
)
def test_what_does_not_speak_of_the_link_as_it_is_is_refused(root: Path, plan: str, reason: str) -> None:
    result = land(root, plan)
    assert [outcome.reason for outcome in result.edits] == [reason]
    assert (os.readlink(root / "link"), (root / "b.md").read_bytes()) == ("docs/a.md", b"two\n")


def test_a_link_that_would_lead_out_from_its_new_place_is_not_moved(root: Path) -> None:
    (root / "docs/deep/l").symlink_to("../../b.md")
    result = land(root, '<rename path="docs/deep/l" to="l"/>\n')
    assert [outcome.reason for outcome in result.edits] == ["outside-root"]
    assert land(root, '<rename path="docs/deep/l" to="docs/x/l"/>\n').ok


def test_a_link_is_moved_and_removed_as_itself(root: Path) -> None:
    assert land(root, '<rename path="link" to="docs/other"/>\n<remove path="folder"/>\n').ok
    assert os.readlink(root / "docs/other") == "docs/a.md"
    assert not os.path.lexists(root / "folder")
    assert (root / "docs/a.md").read_bytes() == b"one\n"
