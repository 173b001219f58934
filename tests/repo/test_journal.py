"""Landings: before or after, never between; taken back step by step; nobody's newer change touched."""

import contextlib
import errno
import hashlib
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo import exchange, journal
from glmcode.repo import record as records
from glmcode.repo.folder import Folder
from glmcode.repo.journal import blob, land, last_receipt, recover
from glmcode.repo.options import JournalBounds
from glmcode.repo.sync import Barrier
from glmcode.repo.undoing import past, redo, undo
from tests.bench.strikes import Snapshot, snapshot

DRIVER = str(Path(__file__).parent / "land_and_die.py")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    subprocess.run(["git", "init", "-q", "--template=", tmp_path / "root"], check=True)
    return tmp_path / "root"


def files(tree: Snapshot) -> Snapshot:
    return {path: what for path, what in tree.items() if what[0] != "d"}


def land_all(root: Path, after: dict[str, bytes | None], receipt: dict[str, object] | None = None) -> str:
    before = {path: (root / path).read_bytes() if (root / path).is_file() else None for path in after}
    return land(str(root), before, after, {}, receipt)


def refusal(exit_code: Exit, action: object, *arguments: object) -> GlmcodeError:
    assert callable(action)
    with pytest.raises(GlmcodeError) as caught:
        action(*arguments)
    assert caught.value.exit_code == exit_code
    assert "\n" not in caught.value.message
    return caught.value


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree and a plan that changes it in every way: bytes, modes, links, folders made and emptied, a file that
    becomes a folder and a folder that becomes a file."""
    place = tmp_path_factory.mktemp("template")
    root = place / "root"
    for folder in ("gone/private", "src", "was-a-folder", "empty"):
        (root / folder).mkdir(parents=True)
    (root / "gone/private").chmod(0o700)
    for path, text in {
        "src/a.py": "a = 1\n",
        "gone/private/only": "x",
        "was-a-file": "f",
        "was-a-folder/inner": "i",
        "run.sh": "#!",
        "kept": "k",
    }.items():
        (root / path).write_text(text)
    (root / "src/a.py").chmod(0o640)
    (root / "a-link").symlink_to("src")
    subprocess.run(["git", "init", "-q", "--template=", root], check=True)
    after = {
        "src/a.py": "a = 2\n",
        "gone/private/only": None,
        "was-a-file": None,
        "was-a-file/deep/inner": "new",
        "was-a-folder/inner": None,
    }
    after |= {
        "was-a-folder": "now a file",
        "run.sh": "#!",
        "a-link": "kept",
        "new/one/two": "new",
        "new/link": "one",
        "empty/filled": "x",
    }
    (place / "plan.json").write_text(json.dumps(after))
    return place


@pytest.fixture(scope="module")
def landed(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("landed") / "copy"
    shutil.copytree(template, place, symlinks=True)
    subprocess.run([sys.executable, DRIVER, "land", place / "root"], check=True, stdout=subprocess.DEVNULL)
    return place


def sweep(action: str, fault: str, template: Path, base: Path) -> list[tuple[Path, str]]:
    """Every place where the fault can strike, one copy of the tree each; the last copy met none."""
    base.mkdir(exist_ok=True)
    ended = subprocess.run(
        [sys.executable, DRIVER, "sweep", action, fault, template, base], check=True, capture_output=True, text=True
    )
    cases = [(base / line.split(" ", 1)[0] / "root", line.split(" ", 1)[1]) for line in ended.stdout.splitlines()]
    assert cases[-1][1] == "done"
    assert len(cases) > 20, "the faults struck nothing"
    return cases


def assert_at_rest(root: Path) -> None:
    """Nothing waits to be finished, the journal works, and nothing temporary is left after its next use."""
    assert recover(str(root)) is None
    assert land(str(root), {"one/more": None}, {"one/more": b"x"}, {}, None)
    assert undo(str(root)).removed == ("one/more",)
    left = [name for _, _, names in os.walk(root) for name in names if name.endswith((".tmp", ".pending"))]
    assert left == []


def test_a_landing_and_its_undo_change_exactly_what_they_say(template: Path, landed: Path, tmp_path: Path) -> None:
    before, after = snapshot(template / "root"), snapshot(landed / "root")
    assert after["src/a.py"] == ("-", b"a = 2\n", 0o640)
    assert after["run.sh"][2] & 0o111
    assert after["a-link"][:2] == ("l", b"kept")
    assert after["was-a-folder"][:2] == ("-", b"now a file")
    assert after["was-a-file/deep/inner"][1] == b"new"
    assert "gone" not in after
    shutil.copytree(landed, tmp_path / "copy", symlinks=True)
    undone = undo(str(tmp_path / "copy" / "root"))
    assert "src/a.py" in undone.restored
    assert undone.removed == ("empty/filled", "new/link", "new/one/two", "was-a-file/deep/inner", "was-a-folder")
    assert snapshot(tmp_path / "copy" / "root") == before
    assert_at_rest(tmp_path / "copy" / "root")


def test_killed_at_any_call_a_landing_is_before_or_after(template: Path, landed: Path, tmp_path: Path) -> None:
    before, after = snapshot(template / "root"), snapshot(landed / "root")
    seen = set()
    for root, ended in sweep("land", "kill", template, tmp_path / "sweep"):
        said = recover(str(root))
        found = snapshot(root)
        assert found in (before, after), (root, ended, said)
        assert said is None or ("taken back" in said) is (found == before), said
        assert said is None or said.count(".") == 1
        if found == after:
            undo(str(root))
            assert snapshot(root) == before
        assert_at_rest(root)
        seen.add((said or "nothing to do").split(":")[0] + str(found == after))
    assert len(seen) == 4, seen


@pytest.mark.parametrize("action", ["undo", "redo"])
def test_killed_at_any_call_an_undo_or_redo_is_done_or_has_not_begun(
    template: Path, landed: Path, tmp_path: Path, action: str
) -> None:
    before, after = snapshot(template / "root"), snapshot(landed / "root")
    start, goal, place = after, before, landed
    if action == "redo":
        start, goal, place = before, after, tmp_path / "undone"
        shutil.copytree(landed, place, symlinks=True)
        undo(str(place / "root"))
    seen = set()
    for root, ended in sweep(action, "kill", place, tmp_path / "sweep"):
        said = recover(str(root))
        found = snapshot(root)
        assert found in (before, after), (root, ended, said)
        assert said is None or ("taken back" in said) is (found == start), said
        seen.add((said is None, found == goal))
        standing = [one.id for one in past(str(root)).standing]
        assert standing == (["00000001"] if found == after else [])
        (undo if found == after else redo)(str(root))
        assert snapshot(root) == (before if found == after else after)
        assert_at_rest(root)
    assert seen == {(True, False), (False, False), (False, True), (True, True)}


def test_killed_while_recovering_it_recovers_again(template: Path, landed: Path, tmp_path: Path) -> None:
    before, after = snapshot(template / "root"), snapshot(landed / "root")
    cut_off = [
        root
        for root, _ in sweep("land", "kill", template, tmp_path / "first")
        if list((root / ".git/glmcode/journal").glob("*.pending"))
    ]
    chosen = cut_off[:: max(1, len(cut_off) // 3)]
    for number, root in enumerate(chosen):
        base = tmp_path / f"second{number}"
        base.mkdir()
        ended = subprocess.run(
            [sys.executable, DRIVER, "sweep", "recover", "kill", root.parent, base],
            check=True,
            capture_output=True,
            text=True,
        )
        for index, line in enumerate(ended.stdout.splitlines()):
            again = base / line.split()[0] / "root"
            recover(str(again))
            assert snapshot(again) in (before, after)
            if index % 5 == 0:
                assert_at_rest(again)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_fails_once_leaves_the_tree_as_it_was(
    template: Path, landed: Path, tmp_path: Path, number: int
) -> None:
    before, after = snapshot(template / "root"), snapshot(landed / "root")
    for root, ended in sweep("land", f"once:{number}", template, tmp_path / "sweep"):
        failed = ended not in ("done", "unharmed")
        if failed:
            assert snapshot(root) == before, (root, ended)
        else:  # a folder that could not be removed is no reason to fail
            assert files(snapshot(root)) == files(after), (root, ended)
        if failed:
            assert ended.startswith(str(int(Exit.NOT_LANDED)))
        assert recover(str(root)) is None
        shutil.rmtree(root.parent)


def test_a_disk_that_fails_for_good_is_put_right_by_the_next_command(
    template: Path, landed: Path, tmp_path: Path
) -> None:
    before, after = snapshot(template / "root"), snapshot(landed / "root")
    for action, start in (("land", template), ("undo", landed)):
        for index, (root, ended) in enumerate(sweep(action, f"ever:{errno.ENOSPC}", start, tmp_path / action)):
            recover(str(root))
            assert snapshot(root) in (before, after), (root, ended)
            if index % 5 == 0:
                assert_at_rest(root)


def test_killed_at_random_moments_forty_files_are_all_old_or_all_new(tmp_path: Path) -> None:
    chance = random.Random(20)
    template = tmp_path / "template"
    (template / "root").mkdir(parents=True)
    subprocess.run(["git", "init", "-q", "--template=", template / "root"], check=True)
    paths = [f"package{index % 7}/sub{index % 3}/module{index}.py" for index in range(40)]
    for path in paths:
        (template / "root" / path).parent.mkdir(parents=True, exist_ok=True)
        (template / "root" / path).write_text(f"# {path}\n" * 100)
    (template / "plan.json").write_text(json.dumps(dict.fromkeys(paths, "# new\n" * 2000)))
    before = snapshot(template / "root")
    killed = was_pending = attempts = 0
    spent = 1.0
    while killed < 16 and attempts < 64:
        copy = tmp_path / str(attempts)
        shutil.copytree(template, copy)
        with subprocess.Popen([sys.executable, DRIVER, "land", copy / "root"], stdout=subprocess.PIPE) as landing:
            assert landing.stdout is not None
            assert landing.stdout.readline() == b"ready\n"
            started = time.monotonic()
            with contextlib.suppress(subprocess.TimeoutExpired):
                landing.wait(chance.random() * spent if attempts else None)
                spent = min(spent, time.monotonic() - started)  # it ended before the moment: aim earlier
            landing.kill()
            killed += landing.wait() == -signal.SIGKILL
        was_pending += recover(str(copy / "root")) is not None
        found = snapshot(copy / "root")
        assert found == before or {data for kind, data, _ in found.values() if kind == "-"} == {b"# new\n" * 2000}
        assert_at_rest(copy / "root")
        shutil.rmtree(copy)
        attempts += 1
    assert killed >= 8
    assert was_pending


def test_undo_goes_back_step_by_step(root: Path) -> None:
    states = [snapshot(root)]
    for number in range(4):
        land_all(root, {"counted": b"%d" % number, f"new/{number}": b"x"})
        states.append(snapshot(root))
    for state in reversed(states[:-1]):
        undo(str(root))
        assert snapshot(root) == state
    refusal(Exit.USAGE, undo, str(root))


def test_a_new_landing_after_an_undo_is_the_next_to_be_undone(root: Path) -> None:
    land_all(root, {"f": b"one"})
    land_all(root, {"f": b"two"})
    undo(str(root))
    land_all(root, {"f": b"three"})
    undo(str(root))
    assert (root / "f").read_bytes() == b"one"
    undo(str(root))
    assert not (root / "f").exists()


def test_undo_touches_nothing_where_one_file_changed_since(root: Path) -> None:
    (root / "a").write_bytes(b"old a")
    land_all(root, {"a": b"new a", "b": b"new b", "c": b"new c"})
    (root / "b").write_bytes(b"my own work")
    (root / "c").write_bytes(b"mine too")
    before = snapshot(root)
    error = refusal(Exit.CONFLICT, undo, str(root))
    assert "b, c" in error.message
    assert "a" not in error.message.split(": ")[1].split(";")[0].split(", ")
    assert snapshot(root) == before
    (root / "b").write_bytes(b"new b")
    (root / "c").write_bytes(b"new c")
    undo(str(root))
    assert list(snapshot(root)) == ["a"]


def test_a_link_with_the_same_bytes_is_another_file(root: Path) -> None:
    land_all(root, {"a": b"target"})
    (root / "a").unlink()
    (root / "a").symlink_to("target")
    refusal(Exit.CONFLICT, undo, str(root))
    assert (root / "a").is_symlink()


def test_a_new_right_to_execute_is_no_reason_to_refuse_an_undo(root: Path) -> None:
    land_all(root, {"a": b"x"})
    (root / "a").chmod(0o755)
    undo(str(root))
    assert not (root / "a").exists()


@pytest.mark.parametrize("moved", ["changed", "gone", "came", "folder", "link"])
def test_a_file_that_moved_on_stops_the_whole_landing(root: Path, moved: str) -> None:
    (root / "a").write_bytes(b"a")
    (root / "b").write_bytes(b"what the plan saw")
    before: dict[str, bytes | None] = {"a": b"a", "b": b"what the plan saw", "c": None}
    if moved == "changed":
        (root / "b").write_bytes(b"newer")
    elif moved == "gone":
        (root / "b").unlink()
    elif moved == "came":
        (root / "c").write_bytes(b"mine")
    elif moved == "folder":
        (root / "b").unlink()
        (root / "b").mkdir()
    else:
        (root / "b").unlink()
        (root / "b").symlink_to("a")
    tree = snapshot(root)
    error = refusal(Exit.CONFLICT, land, str(root), before, {"a": b"1", "b": b"2", "c": b"3"}, {}, None)
    assert ("c" if moved == "came" else "b") in error.message
    assert snapshot(root) == tree
    refusal(Exit.USAGE, undo, str(root))


def test_a_file_that_moves_on_while_others_are_written_takes_all_back(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program writes after the landing's check and before its rename: its bytes stay, and so do all others."""
    for name in "abc":
        (root / name).write_bytes(b"old")
    seam: Any = exchange
    real = seam.trade
    traded: list[bytes] = []

    def trade(at: Folder, held: bytes, folder: Folder, name: bytes) -> bool:
        done: bool = real(at, held, folder, name)
        if not traded:
            (root / "c").write_bytes(b"somebody's")
        traded.append(name)
        return done

    monkeypatch.setattr(exchange, "trade", trade)
    error = refusal(Exit.CONFLICT, land_all, root, {"a": b"new", "b": b"new", "c": b"new"})
    assert traded
    assert "c" in error.message
    assert {name: (root / name).read_bytes() for name in "abc"} == {"a": b"old", "b": b"old", "c": b"somebody's"}
    assert_at_rest(root)


def test_what_changed_between_crash_and_recovery_is_left_and_named(template: Path, tmp_path: Path) -> None:
    cut_off = [
        root
        for root, _ in sweep("land", "kill", template, tmp_path / "sweep")
        if list((root / ".git/glmcode/journal").glob("*.pending"))
    ]
    root = cut_off[-1]
    (root / "src/a.py").write_bytes(b"mine\n")
    said = recover(str(root))
    assert said is not None
    assert "src/a.py" in said
    assert (root / "src/a.py").read_bytes() == b"mine\n"
    assert recover(str(root)) is None


def test_paths_that_exclude_one_another_change_nothing(root: Path) -> None:
    refusal(Exit.NOT_LANDED, land_all, root, {"a": b"a file", "a/b": b"and a folder"})
    assert snapshot(root) == {}
    assert_at_rest(root)


@pytest.mark.parametrize("path", ["../x", "/tmp/x", ".git/hooks/pre-commit", "linked/x", "a/../../x"])
def test_no_landing_leads_out_of_the_tree(root: Path, path: str) -> None:
    (root.parent / "beside").mkdir()
    (root / "linked").symlink_to("../beside")
    refusal(Exit.NOT_LANDED, land, str(root), {}, {"a": b"x", path: b"x"}, {}, None)
    assert list(snapshot(root)) == ["linked"]
    assert list((root.parent / "beside").iterdir()) == []
    assert not (root / ".git/hooks/pre-commit").exists()


def test_a_landing_of_nothing_leaves_no_record(root: Path) -> None:
    (root / "a").write_bytes(b"a")
    assert land(str(root), {"a": b"a"}, {"a": b"a"}, {"a": "100644"}, {"r": 1}) == ""
    assert last_receipt(str(root)) is None
    refusal(Exit.USAGE, undo, str(root))


def test_a_mode_alone_is_landed_and_taken_back(root: Path) -> None:
    (root / "a").write_bytes(b"a")
    (root / "a").chmod(0o640)
    land(str(root), {"a": b"a"}, {}, {"a": "100755"}, None)
    assert stat.S_IMODE((root / "a").stat().st_mode) == 0o750
    undo(str(root))
    assert stat.S_IMODE((root / "a").stat().st_mode) == 0o640


def test_the_receipt_and_the_bytes_before_can_be_found(root: Path) -> None:
    names = ["new\nline", "caf\udce9", "plain"]
    for name in names:
        (root / name).write_bytes(b"before " + os.fsencode(name))
    land_all(root, dict.fromkeys(names, b"after"), {"plan": {"text": "caf\udce9"}})
    land_all(root, {"other": b"x"})
    assert last_receipt(str(root)) is None
    undo(str(root))
    assert last_receipt(str(root)) == {"plan": {"text": "caf\udce9"}}
    for name in names:
        data = b"before " + os.fsencode(name)
        assert blob(str(root), hashlib.sha256(data).hexdigest()) == data
    assert blob(str(root), "0" * 64) is None


def test_the_journal_keeps_the_last_fifty(root: Path) -> None:
    (root / "f").write_bytes(b"0")
    for number in range(1, 61):
        land(str(root), {"f": b"%d" % (number - 1)}, {"f": b"%d" % number}, {}, None, bounds=JournalBounds())
    kept = sorted(one.name for one in (root / ".git/glmcode/journal").iterdir())
    assert len(kept) == 50 + 1
    assert blob(str(root), hashlib.sha256(b"0").hexdigest()) is None
    for _ in range(50):
        undo(str(root))
    assert (root / "f").read_bytes() == b"10"
    refusal(Exit.USAGE, undo, str(root))


def test_trees_of_one_repository_are_undone_apart(root: Path) -> None:
    (root / "sub").mkdir()
    land_all(root, {"f": b"top"})
    land_all(root / "sub", {"f": b"sub"})
    undo(str(root))
    assert not (root / "f").exists()
    assert (root / "sub/f").exists()
    undo(str(root / "sub"))
    assert not (root / "sub/f").exists()


def test_a_repository_that_was_moved_is_still_undone(root: Path) -> None:
    land_all(root, {"f": b"x"})
    moved = root.rename(root.parent / "elsewhere")
    undo(str(moved))
    assert not (moved / "f").exists()


def test_nothing_is_kept_in_the_tree_outside_of_git_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    tree = tmp_path / "tree"
    tree.mkdir()
    land_all(tree, {"f": b"x"})
    assert os.listdir(tree) == ["f"]
    undo(str(tree))
    assert os.listdir(tree) == []


def test_one_landing_at_a_time_and_the_other_is_told_who(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    land_all(root, {"f": b"x"})
    script = "import sys, time; from glmcode.repo.lock import held\nwith held(sys.argv[1]): print('held', flush=True); time.sleep(60)"
    lock = root / ".git/glmcode/journal/lock"
    with subprocess.Popen([sys.executable, "-c", script, lock], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        monkeypatch.setattr("glmcode.repo.lock._PATIENCE", 0.1)
        error = refusal(Exit.CONFLICT, land_all, root, {"f": b"y"})
        assert str(other.pid) in error.message
        assert (root / "f").read_bytes() == b"x"
        other.kill()
    land_all(root, {"f": b"y"})


def test_landings_at_once_each_happen_whole(root: Path) -> None:
    """Eight processes land on the same two files: every one either wins whole or is told that the files moved."""
    script = (
        "import sys\n"
        "from glmcode.errors import GlmcodeError\n"
        "from glmcode.repo.journal import land\n"
        "try:\n"
        "    land(sys.argv[1], {'a': b'old', 'b': b'old'}, dict.fromkeys('ab', sys.argv[2].encode()), {}, None)\n"
        "except GlmcodeError as error:\n"
        "    sys.exit(error.exit_code)\n"
    )
    for name in "ab":
        (root / name).write_bytes(b"old")
    running = [subprocess.Popen([sys.executable, "-c", script, root, str(number)]) for number in range(8)]
    ended = [one.wait() for one in running]
    assert sorted(ended) == [0] + [Exit.CONFLICT] * 7
    assert (root / "a").read_bytes() == (root / "b").read_bytes() == str(ended.index(0)).encode()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}\n",
        b"[1]\n",
        b'{"glmcode": 2}\n',
        b"\xff\xfe",
        b'{"glmcode": 1, "root": 3, "token": "", "changes": 5}\n',
        b"[" * 100_000,
    ],
)
def test_a_record_that_can_not_be_read_is_said_and_nothing_guessed(root: Path, text: bytes) -> None:
    land_all(root, {"f": b"x"})
    record = next((root / ".git/glmcode/journal").glob("*.done"))
    record.write_bytes(text)
    error = refusal(Exit.USAGE, undo, str(root))
    assert str(record) in error.message
    assert blob(str(root), "0" * 64) is None
    record.rename(record.with_suffix(".pending"))
    refusal(Exit.USAGE, recover, str(root))
    assert (root / "f").read_bytes() == b"x"


def test_damaged_bytes_in_a_record_are_never_written(root: Path) -> None:
    (root / "f").write_bytes(b"precious")
    land_all(root, {"f": b"new"})
    record = next((root / ".git/glmcode/journal").glob("*.done"))
    record.write_bytes(record.read_bytes().replace(b"precious", b"preci\0us"))
    assert "damaged" in refusal(Exit.USAGE, undo, str(root)).message
    assert (root / "f").read_bytes() == b"new"
    assert blob(str(root), hashlib.sha256(b"precious").hexdigest()) is None
    record.write_bytes(record.read_bytes().replace(b"preci\0us", b"precious"))
    undo(str(root))
    assert (root / "f").read_bytes() == b"precious"


_names = st.sampled_from(["a", "b", "d/a", "d/b", "d/e/a", "e", "f/g"])
_bytes = st.one_of(st.none(), st.binary(max_size=8))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.dictionaries(_names, _bytes, max_size=4), max_size=4))
def test_any_landings_undone_in_turn_give_each_tree_again(
    tmp_path_factory: pytest.TempPathFactory, plans: list[dict[str, bytes | None]]
) -> None:
    root = tmp_path_factory.mktemp("any")
    os.makedirs(root / ".git/objects")
    os.makedirs(root / ".git/refs")
    (root / ".git/HEAD").write_text("ref: refs/heads/main\n")
    states = []
    for plan in plans:
        state = snapshot(root)
        if land_all(root, plan):
            states.append(state)
            for path, data in plan.items():
                assert ((root / path).read_bytes() if (root / path).is_file() else None) == data
        else:
            assert snapshot(root) == state
    for state in reversed(states):
        undo(str(root))
        assert snapshot(root) == state


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_file_system_that_can_not_be_synced_is_one_line_and_nothing_is_changed(
    root: Path, monkeypatch: pytest.MonkeyPatch, at: int, number: int
) -> None:
    """It was an error without a file's name, and taken for one of the output."""
    paths = [f"p/f{index}" for index in range(20)]
    land_all(root, dict.fromkeys(paths, b"x"))
    before = snapshot(root)
    calls: list[int] = []
    real = Barrier.wait

    def wait(barrier: Barrier) -> None:
        calls.append(1)
        if len(calls) == at:
            raise OSError(number, os.strerror(number))
        real(barrier)

    monkeypatch.setattr(Barrier, "wait", wait)
    error = refusal(Exit.NOT_LANDED, land_all, root, dict.fromkeys(paths, b"y"))
    assert error.message.startswith("cannot sync ")
    assert error.message.endswith("; nothing was changed")
    assert snapshot(root) == before
    assert recover(str(root)) is None


def test_a_landing_that_can_not_be_marked_as_done_is_taken_back(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The record had its new name already when the folder could not be synced: the bytes to go back to were looked for
    under the old one."""
    land_all(root, {"f": b"x"})
    real, calls = records.sync_folder, list[str]()

    def sync_folder(folder: str) -> None:
        calls.append(folder)
        if len(calls) == 2:  # the first makes the record last
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(folder)

    monkeypatch.setattr(records, "sync_folder", sync_folder)
    error = refusal(Exit.NOT_LANDED, land_all, root, {"f": b"y"})
    assert error.message.endswith("; nothing was changed")
    assert (root / "f").read_bytes() == b"x"
    assert recover(str(root)) is None
    land_all(root, {"f": b"y"})


def test_a_hundred_files_cost_one_sync_and_few_calls_each(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file is read, written and looked at once more when it was displaced; each folder is walked to three times."""
    paths = [f"p{index % 20:02}/f{index}" for index in range(100)]
    land_all(root, dict.fromkeys(paths, b"x" * 1000))
    counts: dict[str, int] = {}

    def counted(name: str, real: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            counts[name] = counts.get(name, 0) + 1
            return real(*arguments, **options)

        return call

    for name in ("fsync", "open", "stat", "unlink", "rename", "replace", "fchmod"):
        monkeypatch.setattr(os, name, counted(name, getattr(os, name)))
    assert land(str(root), dict.fromkeys(paths, b"x" * 1000), dict.fromkeys(paths, b"y" * 1000), {}, None)
    assert counts["fsync"] <= 4 or sys.platform != "linux"
    assert counts["open"] <= 3 * 100 + 4 * 20 + 30
    assert counts["stat"] <= 2 * 100 + 4 * 20 + 60
    assert counts["unlink"] <= 100 + 5
    assert counts.get("rename", 0) + counts["replace"] <= 2 * 100 + 5
    assert counts["fchmod"] <= 100
    assert journal.recover(str(root)) is None
