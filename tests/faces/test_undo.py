"""`glmcode undo` and `glmcode redo`: step by step or many at once, by content, or not at all; `glmcode gc`."""

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
    assert answer == {
        "ok": True,
        "landings": ["00000001"],
        "restored": ["a.txt"],
        "removed": [],
        "left": [],
        "commit": None,
    }
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


def test_many_steps_there_and_back(root: Path) -> None:
    for old, new in (("one", "two"), ("two", "three"), ("three", "four")):
        glmcode(root, "apply", stdin=plan(old, new))
    (root.parent / "named.txt").write_text(plan("four", "five"))
    glmcode(root, "apply", str(root.parent / "named.txt"))
    listed = glmcode(root, "undo", "--list").text.splitlines()
    assert listed[0] == "can be taken back (glmcode undo), the next one first:"
    assert listed[1].startswith("     4  20")
    assert listed[1].endswith("  named.txt: a.txt")
    assert len(listed) == 5
    ended = glmcode(root, "undo", "2")
    assert ended.text == "took back landings 4, 3: 1 file as before\n  a.txt\n"
    assert (root / "a.txt").read_text() == "three\n"
    assert glmcode(root, "undo", "--to", "0").text.startswith("took back landings 2, 1:")
    assert (root / "a.txt").read_text() == "one\n"
    rows = glmcode(root, "redo", "--list", "--json").answer
    assert [row["landing"] for row in rows["redo"]] == ["00000001", "00000002", "00000003", "00000004"]
    assert rows["undo"] == rows["ended"] == []
    assert glmcode(root, "redo").text == "brought back landing 1: 1 file as it left them\n  a.txt\n"
    assert glmcode(root, "redo", "--to", "3", "--json").answer["landings"] == ["00000002", "00000003"]
    assert (root / "a.txt").read_text() == "four\n"
    glmcode(root, "apply", stdin=plan("four", "else"))
    ended = glmcode(root, "redo")
    assert (ended.code, ended.out) == (Exit.USAGE, b"")
    assert "nothing to redo" in ended.err
    assert [row["landing"] for row in glmcode(root, "undo", "--list", "--json").answer["ended"]] == ["00000004"]


def test_what_cannot_be_meant_is_usage(root: Path) -> None:
    glmcode(root, "apply", stdin=plan("one", "two"))
    for arguments in (
        ["undo", "0"],
        ["undo", "2"],
        ["undo", "1", "--to", "0"],
        ["undo", "--to", "7"],
        ["redo", "--to", "1"],
    ):
        ended = glmcode(root, *arguments)
        assert ended.code == Exit.USAGE, arguments
        assert ended.out == b""
    assert (root / "a.txt").read_text() == "two\n"


def test_partial_leaves_what_was_changed_and_says_so(root: Path) -> None:
    glmcode(root, "apply", stdin=plan("one", "two") + '<create path="c.txt">\nc\n</create>\n')
    (root / "c.txt").write_text("mine\n")
    assert glmcode(root, "undo").code == Exit.CONFLICT
    ended = glmcode(root, "undo", "--partial")
    assert ended.text.splitlines()[1:] == ["  a.txt", "  c.txt  (left as it is: it was changed since)"]
    assert tree(root) == {"a.txt": b"one\n", "b.txt": b"b\n", "c.txt": b"mine\n"}
    ended = glmcode(root, "redo")
    assert ended.code == Exit.CONFLICT
    assert "--partial" in ended.err
    assert glmcode(root, "redo", "--partial", "--json").answer["left"] == ["c.txt"]
    assert tree(root) == {"a.txt": b"two\n", "b.txt": b"b\n", "c.txt": b"mine\n"}


def test_gc_frees_what_is_beyond_the_bounds(root: Path) -> None:
    for old, new in (("one", "two"), ("two", "three"), ("three", "four")):
        glmcode(root, "apply", stdin=plan(old, new))
    (root / ".git/glmcode/journal/00000009.tmp").write_bytes(b"a process was killed")
    kept = sorted((root / ".git/glmcode/journal").iterdir())
    dry = glmcode(root, "gc", "--landings", "1", "--dry-run", "--json").answer
    assert sorted((root / ".git/glmcode/journal").iterdir()) == kept
    done = glmcode(root, "gc", "--landings", "1", "--json").answer
    assert dry["landings"] == done["landings"]
    assert {key: done["landings"][key] for key in ("freed", "kept", "waiting", "leftovers")} == {
        "freed": 2,
        "kept": 1,
        "waiting": 0,
        "leftovers": 1,
    }
    assert done["landings"]["freed_bytes"] > 0
    assert {one.name for one in (root / ".git/glmcode/journal").iterdir()} == {"00000003.done", "lock"}
    assert glmcode(root, "gc").text.startswith("freed 0 landings (0 bytes); 1 landing kept (")
    assert glmcode(root, "undo").code == Exit.OK
    assert glmcode(root, "undo").code == Exit.USAGE


def test_the_bounds_are_those_of_the_configuration(root: Path, tmp_path: Path) -> None:
    (tmp_path / "config/glmcode").mkdir(parents=True)
    (tmp_path / "config/glmcode/config.toml").write_text("[journal]\nlandings = 2\n")
    for old, new in (("one", "two"), ("two", "three"), ("three", "four")):
        glmcode(root, "apply", stdin=plan(old, new), XDG_CONFIG_HOME=str(tmp_path / "config"))
    assert len(glmcode(root, "undo", "--list", "--json").answer["undo"]) == 2
