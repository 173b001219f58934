"""`glmcode undo`: step by step, by content, or not at all."""

from pathlib import Path

import pytest

from glmcode.errors import Exit
from tests.faces.command import glmcode, repository, tree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo", {"a.txt": "one\n", "b.txt": "b\n"})


def plan(old: str, new: str) -> str:
    return f"a.txt\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n"


def test_it_goes_back_landing_by_landing(root: Path) -> None:
    glmcode(root, "apply", stdin=plan("one", "two"))
    glmcode(
        root, "apply", stdin=plan("two", "three") + '<create path="new/c.txt">\nc\n</create>\n<remove path="b.txt"/>\n'
    )
    assert tree(root) == {"a.txt": b"three\n", "new/c.txt": b"c\n"}
    ended = glmcode(root, "undo")
    assert ended.code == Exit.OK
    assert ended.text.splitlines() == [
        "took back landing 2: 3 files as before",
        "  a.txt",
        "  b.txt",
        "  new/c.txt  (removed: the landing had made it)",
    ]
    assert tree(root) == {"a.txt": b"two\n", "b.txt": b"b\n"}
    assert not (root / "new").exists()
    assert glmcode(root, "undo").code == Exit.OK
    assert tree(root) == {"a.txt": b"one\n", "b.txt": b"b\n"}
    ended = glmcode(root, "undo")
    assert (ended.code, ended.out) == (Exit.USAGE, b"")
    assert "nothing to undo" in ended.err


def test_a_file_changed_since_stops_it_and_is_named(root: Path) -> None:
    glmcode(root, "apply", stdin=plan("one", "two") + '<create path="c.txt">\nc\n</create>\n')
    (root / "a.txt").write_text("two\nmine\n")
    before = tree(root)
    ended = glmcode(root, "undo")
    assert ended.code == Exit.CONFLICT
    assert "a.txt" in ended.err.splitlines()[0]
    assert tree(root) == before


def test_json_is_one_object_also_on_failure(root: Path) -> None:
    glmcode(root, "apply", stdin=plan("one", "two"))
    answer = glmcode(root, "undo", "--json").answer
    assert answer == {"ok": True, "landing": "00000001", "restored": ["a.txt"], "removed": []}
    ended = glmcode(root, "undo", "--json")
    assert ended.code == Exit.USAGE
    assert ended.answer["ok"] is False
    assert "nothing to undo" in ended.answer["error"]


def test_another_root_is_another_history(root: Path) -> None:
    other = repository(root.parent / "other", {"a.txt": "one\n"})
    glmcode(root, "apply", "--root", str(other), stdin=plan("one", "two"))
    assert glmcode(root, "undo").code == Exit.USAGE
    assert glmcode(root, "undo", "--root", str(other)).code == Exit.OK
    assert (other / "a.txt").read_text() == "one\n"
