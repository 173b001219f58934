"""Many steps back and forth, by content; bounds of what is kept; records that nobody may trust."""

import contextlib
import hashlib
import json
import os
import stat
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.journal import blob, land, recover
from glmcode.repo.options import JournalBounds
from glmcode.repo.undoing import past, redo, undo
from tests.bench.strikes import Snapshot, snapshot
from tests.repo.test_journal import files, land_all, refusal


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    subprocess.run(["git", "init", "-q", "--template=", tmp_path / "root"], check=True)
    return tmp_path / "root"


def journal(root: Path) -> Path:
    return root / ".git/glmcode/journal"


def ids(records: Any) -> list[int]:
    return [int(one.id) for one in records]


def rich(root: Path) -> list[Snapshot]:
    """Three landings that change files in every way; the trees before, between and after them."""
    (root / "gone/private").mkdir(parents=True)
    (root / "gone/private").chmod(0o700)
    (root / "gone/private/only").write_bytes(b"x")
    (root / "run.sh").write_bytes(b"#!")
    (root / "secret").write_bytes(b"s")
    (root / "secret").chmod(0o600)
    (root / "link").symlink_to("run.sh")
    trees = [snapshot(root)]
    for before, after, modes in (
        ({"secret": b"s", "run.sh": b"#!"}, {"secret": b"s2", "new/deep/file": b"n"}, {"run.sh": "100755"}),
        (
            {"gone/private/only": b"x", "link": b"run.sh"},
            {"gone/private/only": None, "link": b"new"},
            {"link": "120000"},
        ),
        (
            {"new/deep/file": b"n", "secret": b"s2"},
            {"new/deep/file": None, "new/deep": b"a file now", "secret": None},
            {},
        ),
    ):
        assert land(str(root), before, after, modes, None)
        trees.append(snapshot(root))
    return trees


def test_all_at_once_is_as_step_by_step(root: Path) -> None:
    trees = rich(root)
    assert undo(str(root), 3).landings == ("00000003", "00000002", "00000001")
    assert snapshot(root) == trees[0]
    assert redo(str(root), 3).landings == ("00000001", "00000002", "00000003")
    assert snapshot(root) == trees[3]
    for tree in (trees[2], trees[1], trees[0]):
        undo(str(root))
        assert snapshot(root) == tree
    for tree in trees[1:]:
        redo(str(root))
        assert snapshot(root) == tree
    assert undo(str(root), to=1).removed == ("new/deep",)
    assert snapshot(root) == trees[1]
    assert redo(str(root), to=2).landings == ("00000002",)
    assert snapshot(root) == trees[2]
    assert (ids(past(str(root)).standing), ids(past(str(root)).undone)) == ([2, 1], [3])


def test_one_file_changed_between_two_landings_stops_all_steps(root: Path) -> None:
    land_all(root, {"a": b"1", "b": b"1"})
    (root / "a").write_bytes(b"mine, that the next landing saw")
    land_all(root, {"a": b"2", "b": b"2"})
    tree = snapshot(root)
    assert "a" in refusal(Exit.CONFLICT, undo, str(root), 2).message
    assert snapshot(root) == tree
    moved = undo(str(root), 2, partial=True)
    assert (moved.left, moved.removed) == (("a",), ("b",))
    assert (root / "a").read_bytes() == b"2"
    assert not (root / "b").exists()


def test_a_file_that_the_user_took_back_himself_is_no_conflict(root: Path) -> None:
    (root / "a").write_bytes(b"old")
    land_all(root, {"a": b"new", "b": b"new", "made/c": b"new"})
    (root / "a").write_bytes(b"old")
    (root / "made/c").unlink()
    undo(str(root))
    assert {path: what[1] for path, what in snapshot(root).items()} == {"a": b"old"}
    redo(str(root))
    assert files(snapshot(root)).keys() == {"a", "b", "made/c"}


def test_permissions_that_the_user_gave_since_stay(root: Path) -> None:
    (root / "a").write_bytes(b"old")
    (root / "b").write_bytes(b"old")
    land(str(root), {"a": b"old", "b": b"old"}, {"a": b"new"}, {"b": "100755"}, None)
    (root / "a").chmod(0o700)
    (root / "b").chmod(0o750)
    undo(str(root))
    assert (root / "a").read_bytes() == b"old"
    assert [stat.S_IMODE((root / name).stat().st_mode) for name in "ab"] == [0o700, 0o640]
    redo(str(root))
    assert [stat.S_IMODE((root / name).stat().st_mode) for name in "ab"] == [0o700, 0o750]


def test_a_new_landing_ends_what_can_be_brought_again_for_good(root: Path) -> None:
    land_all(root, {"f": b"1"})
    land_all(root, {"f": b"2"})
    undo(str(root))
    land_all(root, {"g": b"3"})
    refusal(Exit.USAGE, redo, str(root))
    undo(str(root))
    assert redo(str(root)).landings == ("00000004",)
    refusal(Exit.USAGE, redo, str(root))
    found = past(str(root))
    assert (ids(found.standing), ids(found.undone), ids(found.ended)) == ([4, 1], [], [2])
    undo(str(root), 2)
    assert snapshot(root) == {}


def test_a_redo_without_its_bytes_is_refused(root: Path) -> None:
    land_all(root, {"f": b"precious"})
    undo(str(root))
    record = journal(root) / "00000002.undo"
    record.write_bytes(record.read_bytes().replace(b"precious", b"preci\0us"))
    refusal(Exit.USAGE, redo, str(root))
    assert snapshot(root) == {}


def test_there_and_back_again_keeps_no_more_than_the_landing(root: Path) -> None:
    land_all(root, {"f": b"x"})
    land_all(root, {"f": b"y"})
    for _ in range(3):
        undo(str(root), 2)
        redo(str(root))
        redo(str(root))
    assert {one.name for one in journal(root).iterdir()} == {"lock", "00000001.done", "00000002.done"}


def test_bounds_in_bytes_and_days_and_the_newest_always_stays(root: Path) -> None:
    megabyte = os.urandom(1 << 20)
    (root / "f").write_bytes(megabyte)
    for number in range(4):
        bounds = JournalBounds(megabytes=3)
        land(str(root), {"f": (root / "f").read_bytes()}, {"f": megabyte + b"%d" % number}, {}, None, bounds=bounds)
    assert ids(past(str(root)).standing) == [4, 3]
    old = time.time() - 91 * 86_400
    os.utime(journal(root) / "00000003.done", (old, old))
    os.utime(journal(root) / "00000004.done", (old, old))
    land(str(root), {"f": megabyte + b"3"}, {"f": b"small"}, {}, None, bounds=JournalBounds())
    assert ids(past(str(root)).standing) == [5]
    undo(str(root), bounds=JournalBounds(megabytes=0, days=0))
    assert redo(str(root), bounds=JournalBounds(megabytes=0)).restored == ("f",)
    land(str(root), {"f": b"small"}, {"f": b"none is kept"}, {}, None, bounds=JournalBounds(landings=0))
    refusal(Exit.USAGE, undo, str(root))


def test_undoing_as_many_as_are_kept_prunes_none_of_them(root: Path) -> None:
    bounds = JournalBounds(landings=5)
    for number in range(5):
        land(str(root), {"f": b"%d" % (number - 1) if number else None}, {"f": b"%d" % number}, {}, None, bounds=bounds)
    for _ in range(5):
        undo(str(root), bounds=bounds)
    assert snapshot(root) == {}
    redo(str(root), 5, bounds=bounds)
    assert (root / "f").read_bytes() == b"4"


def test_a_landing_that_waits_is_never_pruned(root: Path) -> None:
    other = root / "sub"
    other.mkdir()
    land_all(other, {"f": b"x"})
    waits = next(journal(root).glob("*.done")).rename(journal(root) / "00000001.pending")
    os.utime(waits, (0, 0))
    for number in range(4):
        land(
            str(root),
            {"f": b"%d" % (number - 1) if number else None},
            {"f": b"%d" % number},
            {},
            None,
            bounds=JournalBounds(landings=1, days=1),
        )
    assert waits.exists()
    assert recover(str(root)) is None
    assert "all of it (1 file) is in the tree" in (recover(str(other)) or "")


def forged(record: Path, changes: dict[str, Any]) -> None:
    """The record with other words in its index, and the digest that fits them."""
    head, _, body = record.read_bytes().partition(b"\n")
    index = json.loads(head.partition(b" ")[2])
    index |= changes
    text = json.dumps(index).encode()
    record.write_bytes(hashlib.sha256(text).hexdigest().encode() + b" " + text + b"\n" + body)


X = hashlib.sha256(b"x").hexdigest()


@pytest.mark.parametrize("phase", ["done", "pending"])
@pytest.mark.parametrize(
    "changes",
    [
        {"changes": [["../outside", None, [X, "100644", None], 0]]},
        {"changes": [[".git/hooks/pre-commit", None, [X, "100755", None], 0]]},
        {"changes": [["/etc/passwd", None, [X, "100644", None], 0]]},
        {"changes": [["f", None, [X, "100644", None], 0], ["f", None, [X, "100644", None], 0]]},
        {"changes": [["f", None, None, 0]]},
        {"changes": [["f", None, [X, "040000", None], 0]]},
        {"changes": [["f", None, [X, "100644", 0o70777], 0]]},
        {"changes": [["f", None, [X, "100644", True], 0]]},
        {"changes": [["f", [X, "100644", 420], [X, "100644", 420], 10**12]]},
        {"changes": [["f", [X, "100644", 420], [X, "100644", 420], -1]]},
        {"changes": [["f", None, ["../x", "100644", None], 0]]},
        {"changes": [["a\0b", None, [X, "100644", None], 0]]},
        {"changes": [["\ud800", None, [X, "100644", None], 0]]},
        {"changes": {"f": None}},
        {"token": "../../../x"},
        {"token": "0" * 13},
        {"made": {"../outside": None}},
        {"folders": {"..": 0o777}},
        {"folders": {"f": "511"}},
        {"made": ["a"]},
        {"receipt": 10**15},
        {"receipt": -5},
        {"root": "a\0b"},
        {"root": 5},
        {"kind": "pending"},
        {"of": ["1"], "kind": "undo"},
        {"of": 7},
        {"time": 1e400},
        {"time": None},
        {"title": None},
        {"glmcode": 1},
        {"note": 5},
        {"note": {"kind": "commit"}},
        {"note": {"kind": "commit", "head": "--output=f", "ref": "refs/heads/main"}},
        {"note": {"kind": "commit", "head": "0" * 40, "ref": "refs/../../../f"}},
        {"note": {"kind": "index", "entries": [["../f", None, None]]}},
        {"note": {"kind": "index", "entries": 3}},
    ],
)
def test_a_forged_record_is_refused_whole(root: Path, changes: dict[str, Any], phase: str) -> None:
    (root.parent / "outside").mkdir()
    land_all(root, {"f": b"x"})
    record = next(journal(root).glob("*.done"))
    forged(record, changes)
    record = record.rename(record.with_suffix(f".{phase}"))
    everything = snapshot(root)
    for action in (undo, redo, recover) if phase == "pending" else (undo,):
        error = refusal(Exit.USAGE, action, str(root))
        assert str(record) in error.message
    assert blob(str(root), X) is None
    assert snapshot(root) == everything
    assert os.listdir(root.parent / "outside") == []
    assert record.exists()


@pytest.mark.parametrize("kind", ["fifo", "folder", "link", "no line", "huge line"])
def test_what_is_no_record_is_not_read(root: Path, kind: str) -> None:
    land_all(root, {"f": b"x"})
    record = next(journal(root).glob("*.done"))
    real = record.rename(root.parent / "moved")
    if kind == "fifo":
        os.mkfifo(record)
    elif kind == "folder":
        record.mkdir()
    elif kind == "link":
        record.symlink_to(real)
    elif kind == "no line":
        record.write_bytes(b"\0" * 100)
    else:
        with record.open("wb") as file:
            file.truncate(1 << 30)
    with pytest.raises(GlmcodeError) as caught:
        undo(str(root))
    assert str(record) in caught.value.message
    assert "\n" not in caught.value.message
    assert (root / "f").read_bytes() == b"x"


@pytest.mark.parametrize("which", ["journal", "."])
def test_a_journal_that_is_a_link_is_not_followed(root: Path, which: str) -> None:
    land_all(root, {"f": b"x"})
    folder = root / ".git/glmcode" / which
    elsewhere = Path(os.path.normpath(folder)).rename(root.parent / "elsewhere")
    Path(os.path.normpath(folder)).symlink_to(elsewhere)
    held = sorted(elsewhere.rglob("*"))
    for action in (undo, redo):
        assert "link" in refusal(Exit.NOT_LANDED, action, str(root)).message
    assert "link" in refusal(Exit.NOT_LANDED, land_all, root, {"g": b"y"}).message
    assert sorted(elsewhere.rglob("*")) == held
    assert files(snapshot(root)).keys() == {"f"}


_bytes = st.one_of(st.none(), st.binary(max_size=3))
_plans = st.dictionaries(st.sampled_from(["a", "b", "d/a", "d/e/a", "e"]), _bytes, min_size=1, max_size=3)
_deed = st.one_of(_plans, st.tuples(st.sampled_from(["undo", "redo"]), st.integers(1, 3)))


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(_deed, max_size=8))
def test_any_steps_are_those_of_an_editor(tmp_path_factory: pytest.TempPathFactory, deeds: list[Any]) -> None:
    """Beside the journal stands a list of whole trees and a place in it: what undo and redo are in an editor."""
    root = tmp_path_factory.mktemp("any")
    for name in ("objects", "refs"):
        os.makedirs(root / ".git" / name)
    (root / ".git/HEAD").write_text("ref: refs/heads/main\n")
    trees, at = [files(snapshot(root))], 0
    for deed in deeds:
        if isinstance(deed, dict):
            with contextlib.suppress(GlmcodeError):  # a file where the plan has a folder
                if land_all(root, deed):
                    trees = [*trees[: at + 1], files(snapshot(root))]
                    at += 1
        elif deed[0] == "undo" and deed[1] <= at:
            undo(str(root), deed[1])
            at -= deed[1]
        elif deed[0] == "redo" and at + deed[1] < len(trees):
            redo(str(root), deed[1])
            at += deed[1]
        else:
            refusal(Exit.USAGE, {"undo": undo, "redo": redo}[deed[0]], str(root), deed[1])
        assert files(snapshot(root)) == trees[at]
