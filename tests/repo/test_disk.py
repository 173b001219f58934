"""One file at a time: nothing outside the root, nothing half written, nothing lost that stood beside the content."""

import contextlib
import os
import resource
import shutil
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glmcode.errors import Exit, GlmcodeError
from glmcode.landing.tree import PathRefusedError
from glmcode.repo import folder
from glmcode.repo.disk import DirectoryTree, is_spelt, remove_file, remove_leftovers, write_file


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def bits(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def leftovers(root: Path) -> list[str]:
    return [name for _, folders, files in os.walk(root) for name in (*folders, *files) if name.startswith(".glmcode-")]


def test_what_was_written_is_read_again(root: Path) -> None:
    write_file(str(root), "a/b/c.txt", b"one\r\n\0\xff", "100644")
    tree = DirectoryTree(str(root))
    assert tree.read("a/b/c.txt") == b"one\r\n\0\xff"
    assert tree.mode("a/b/c.txt") == "100644"
    assert leftovers(root) == []


def test_no_file_is_none_also_below_a_file(root: Path) -> None:
    (root / "file").write_bytes(b"")
    tree = DirectoryTree(str(root))
    assert tree.read("missing") is None
    assert tree.read("missing/deeper") is None
    assert tree.read("file/below") is None
    assert tree.read("file") == b""


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/etc/passwd",
        "..",
        "../x",
        "a/../../x",
        "a/..",
        "./a",
        "a//b",
        "a/",
        ".git/config",
        "a/.git/config",
        ".GIT/x",
        "a\0b",
        "\ud800",
    ],
)
def test_a_path_that_leads_anywhere_but_inside_is_refused(root: Path, path: str) -> None:
    tree = DirectoryTree(str(root))
    actions: list[Callable[[str], object]] = [
        tree.read,
        tree.mode,
        lambda one: write_file(str(root), one, b"x", "100644"),
        lambda one: remove_file(str(root), one),
    ]
    for action in actions:
        with pytest.raises(PathRefusedError) as caught:
            action(path)
        assert caught.value.reason == "outside-root"
    assert os.listdir(root) == []


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.lists(
        st.sampled_from(["..", ".", "", "a", "b", "link", "out", ".git", "é", "\udcff", "x\n", "/", "~"]),
        min_size=1,
        max_size=6,
    )
)
def test_no_path_ever_touches_what_is_beside_the_root(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str]
) -> None:
    place = tmp_path_factory.mktemp("p")
    root, beside = place / "root", place / "beside"
    root.mkdir()
    beside.mkdir()
    (beside / "kept").write_bytes(b"kept")
    (root / "out").symlink_to(beside)
    (root / "link").symlink_to(beside / "kept")
    path = "/".join(parts)
    actions: list[Callable[[], object]] = [
        lambda: write_file(str(root), path, b"new", "100644"),
        lambda: remove_file(str(root), path),
    ]
    for action in actions:
        try:
            action()
        except (PathRefusedError, GlmcodeError):
            continue
    assert sorted(os.listdir(place)) == ["beside", "root"]
    assert {one.name: one.read_bytes() for one in beside.iterdir()} == {"kept": b"kept"}


@pytest.mark.parametrize("target", ["../beside", "inside", "/"])
def test_a_linked_folder_on_the_way_is_refused(root: Path, target: str) -> None:
    (root.parent / "beside").mkdir()
    (root / "inside").mkdir()
    (root / "folder").symlink_to(target)
    actions: list[Callable[[], object]] = [
        lambda: DirectoryTree(str(root)).read("folder/x"),
        lambda: write_file(str(root), "folder/x", b"x", "100644"),
        lambda: write_file(str(root), "folder/deep/x", b"x", "100644"),
        lambda: remove_file(str(root), "folder/x"),
    ]
    for action in actions:
        with pytest.raises(PathRefusedError) as caught:
            action()
        assert caught.value.reason == "outside-root"
        assert "folder" in caught.value.why
    assert os.listdir(root.parent / "beside") == os.listdir(root / "inside") == []


@pytest.mark.parametrize("inner", [".git/HEAD", ".git"])
def test_a_folder_that_is_a_repository_of_its_own_is_never_written(root: Path, inner: str) -> None:
    """Found by the hunt for paths: a submodule's files were changed behind its own repository's back."""
    for path in (f"module/{inner}", "module/deep/x"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"old")
    actions: list[Callable[[], object]] = [
        lambda: DirectoryTree(str(root)).read("module/deep/x"),
        lambda: write_file(str(root), "module/deep/x", b"x", "100644"),
        lambda: write_file(str(root), "module/new", b"x", "100644"),
        lambda: remove_file(str(root), "module/deep/x"),
    ]
    for action in actions:
        with pytest.raises(PathRefusedError, match=r"belongs to another repository, module$") as caught:
            action()
        assert caught.value.reason == "outside-root"
    assert (root / "module/deep/x").read_bytes() == b"old"
    assert not (root / "module/new").exists()


def test_nothing_is_made_where_a_submodule_is_to_be_checked_out(root: Path) -> None:
    (root / "lib").mkdir()
    (root / ".gitmodules").write_text('[submodule "x"]\n\tpath = lib\n\turl = x\n[submodule "y"]\n path="vendor/y z"\n')
    tree = DirectoryTree(str(root))
    for path in ("lib/new.py", "lib/deep/x", "vendor/y z/a", "vendor/y z"):
        with pytest.raises(PathRefusedError, match="belongs to another repository"):
            tree.read(path)
    assert tree.read("library.py") is tree.read("vendor/y") is tree.read("vendor/y z.py") is None


def test_removing_a_file_deep_down_walks_the_way_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by the hunt for paths: the walks grew with the square of the depth."""
    write_file(str(root), "d/" * 120 + "x", b"", "100644")
    opened = 0
    real = os.open

    def count(*arguments: Any, **named: Any) -> int:
        nonlocal opened
        opened += 1
        return real(*arguments, **named)

    monkeypatch.setattr(os, "open", count)
    remove_file(str(root), "d/" * 120 + "x")
    assert opened < 300
    assert os.listdir(root) == []


def test_a_folder_swapped_for_a_link_between_check_and_write_leads_nowhere(root: Path) -> None:
    """One thread swaps, the other writes: whatever the moment, nothing may arrive beside the root."""
    beside = root.parent / "beside"
    beside.mkdir()
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            for change in (shutil.rmtree, lambda folder: folder.symlink_to(beside), os.unlink, os.mkdir):
                with contextlib.suppress(OSError):
                    change(root / "folder")

    swapper = threading.Thread(target=swap)
    swapper.start()
    outcomes = {"written": 0, "refused": 0}
    try:
        for _ in range(1500):
            try:
                write_file(str(root), "folder/x", b"x", "100644")
                outcomes["written"] += 1
            except (PathRefusedError, GlmcodeError):
                outcomes["refused"] += 1
    finally:
        stop.set()
        swapper.join()
    assert os.listdir(beside) == []
    assert outcomes["refused"] > 10
    assert outcomes["written"] > 10


def test_a_link_is_read_as_its_target_and_replaced_itself(root: Path) -> None:
    outside = root.parent / "outside"
    outside.write_bytes(b"kept")
    (root / "link").symlink_to("../outside")
    tree = DirectoryTree(str(root))
    assert (tree.read("link"), tree.mode("link")) == (b"../outside", "120000")
    write_file(str(root), "link", b"elsewhere", "120000")
    assert os.readlink(root / "link") == "elsewhere"
    write_file(str(root), "link", b"a file now", "100644")
    assert not (root / "link").is_symlink()
    write_file(str(root), "link", b"../outside", "120000")
    remove_file(str(root), "link")
    assert outside.read_bytes() == b"kept"
    assert leftovers(root) == []


def test_the_other_name_of_a_hard_link_keeps_the_old_bytes(root: Path) -> None:
    (root / "one").write_bytes(b"old")
    os.link(root / "one", root.parent / "other")
    write_file(str(root), "one", b"new", "100644")
    assert (root.parent / "other").read_bytes() == b"old"
    assert (root / "one").read_bytes() == b"new"


@pytest.mark.parametrize("before", [0o644, 0o600, 0o640, 0o755, 0o700, 0o444, 0o4755, 0o2644, 0o1666])
def test_every_permission_bit_is_kept(root: Path, before: int) -> None:
    (root / "f").write_bytes(b"old")
    (root / "f").chmod(before)
    mode = DirectoryTree(str(root)).mode("f")
    assert mode == ("100755" if before & 0o100 else "100644")
    write_file(str(root), "f", b"new", mode)
    assert bits(root / "f") == before


@pytest.mark.parametrize(
    ("before", "mode", "after"),
    [(0o640, "100755", 0o750), (0o600, "100755", 0o700), (0o755, "100644", 0o644), (0o711, "100644", 0o600)],
)
def test_a_new_mode_changes_the_right_to_execute_alone(root: Path, before: int, mode: str, after: int) -> None:
    (root / "f").write_bytes(b"old")
    (root / "f").chmod(before)
    write_file(str(root), "f", b"old", mode)
    assert bits(root / "f") == after


@pytest.mark.parametrize(
    ("mask", "plain", "executable"), [(0o022, 0o644, 0o755), (0o077, 0o600, 0o700), (0o002, 0o664, 0o775)]
)
def test_a_new_file_has_what_the_umask_leaves(
    root: Path, umask: Callable[[int], int], mask: int, plain: int, executable: int
) -> None:
    umask(mask)
    write_file(str(root), "plain", b"", "100644")
    write_file(str(root), "run", b"", "100755")
    assert (bits(root / "plain"), bits(root / "run")) == (plain, executable)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_file_of_another_user_stays_theirs(root: Path) -> None:
    (root / "f").write_bytes(b"old")
    os.chown(root / "f", 12345, 23456)
    (root / "f").chmod(0o4751)
    write_file(str(root), "f", b"new", "100755")
    found = (root / "f").stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (12345, 23456, 0o4751)


def test_what_is_no_file_is_refused_and_never_opened(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(root / "fifo")
    (root / "folder").mkdir()
    monkeypatch.chdir(root)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        names = ["fifo", "socket", "folder"]
        if os.geteuid() == 0:
            os.mknod(root / "null", stat.S_IFCHR | 0o600, os.makedev(1, 3))
            names.append("null")
        for name in names:
            actions: list[Callable[[str], object]] = [
                DirectoryTree(str(root)).read,
                lambda one: write_file(str(root), one, b"x", "100644"),
                lambda one: remove_file(str(root), one),
            ]
            for action in actions:
                with pytest.raises(PathRefusedError):
                    action(name)
        assert sorted(os.listdir(root)) == sorted(names)


def test_a_file_in_the_place_of_a_folder_is_one_clear_line(root: Path) -> None:
    (root / "a").write_bytes(b"a file")
    with pytest.raises(GlmcodeError) as caught:
        write_file(str(root), "a/b", b"x", "100644")
    assert caught.value.exit_code == Exit.NOT_LANDED
    assert (root / "a").read_bytes() == b"a file"


def test_removing_takes_the_empty_folders_with_it_but_not_the_root(root: Path) -> None:
    write_file(str(root), "a/b/c", b"", "100644")
    write_file(str(root), "a/d", b"", "100644")
    remove_file(str(root), "a/b/c")
    assert sorted(os.listdir(root / "a")) == ["d"]
    remove_file(str(root), "a/d")
    assert os.listdir(root) == []
    remove_file(str(root), "a/d")
    assert root.is_dir()


@pytest.mark.parametrize(
    "name",
    ["é", "caf\udce9", "line\nbreak", "-rf", "a b", "\x1b[31mred", "x" * 255, "\u202eevil", "$(x)", "a:b", "a\\b"],
)
def test_odd_names_are_names(root: Path, name: str) -> None:
    write_file(str(root), f"folder/{name}", b"x", "100644")
    assert os.listdir(os.fsencode(root / "folder")) == [name.encode("utf-8", "surrogateescape")]
    assert DirectoryTree(str(root)).read(f"folder/{name}") == b"x"
    assert list(DirectoryTree(str(root)).paths()) == [f"folder/{name}"]
    remove_file(str(root), f"folder/{name}")
    assert os.listdir(root) == []


@pytest.mark.parametrize("path", ["x" * 256, f"new/{'é' * 128}", "a/" + "b" * 256 + "/c"])
def test_a_name_too_long_leaves_nothing_behind(root: Path, path: str) -> None:
    with pytest.raises(GlmcodeError, match="too long") as caught:
        write_file(str(root), path, b"x", "100644")
    assert caught.value.exit_code == Exit.NOT_LANDED
    assert os.listdir(root) == []


def test_a_path_longer_than_any_system_takes_is_refused(root: Path) -> None:
    with pytest.raises(PathRefusedError):
        write_file(str(root), "/".join(["d" * 200] * 30), b"x", "100644")
    assert os.listdir(root) == []


def test_names_are_utf_8_whatever_the_locale_says(root: Path) -> None:
    script = (
        "import sys; from glmcode.repo.disk import write_file; write_file(sys.argv[1], 'caf\\u00e9', b'x', '100644')"
    )
    for settings_ in (
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "en_US.ISO-8859-1"},
        {"LC_ALL": "C.UTF-8"},
    ):
        subprocess.run([sys.executable, "-c", script, str(root)], check=True, env={**os.environ, **settings_})
        assert os.listdir(os.fsencode(root)) == ["café".encode()]


def test_a_write_that_the_system_cuts_short_changes_nothing(root: Path) -> None:
    """A limit on the size of files stands in for a disk that fills up in the middle of a write."""
    (root / "f").write_bytes(b"old")
    script = (
        "import resource, signal, sys\n"
        "from glmcode.errors import GlmcodeError\n"
        "from glmcode.repo.disk import write_file\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "for path in ('f', 'new/g'):\n"
        "    try:\n"
        "        write_file(sys.argv[1], path, b'x' * 5000, '100644')\n"
        "    except GlmcodeError as error:\n"
        "        print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", script, str(root)], check=True, capture_output=True, text=True).stdout
    assert said.splitlines() == [
        "cannot write f: the file would be larger than allowed",
        "cannot write new/g: the file would be larger than allowed",
    ]
    assert {one.name: one.read_bytes() for one in root.iterdir()} == {"f": b"old"}


@pytest.mark.skipif(os.geteuid() != 0, reason="needs the right to mount")
def test_a_full_disk_and_a_read_only_one_are_one_clear_line(root: Path) -> None:
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", root], check=False, capture_output=True
    ).returncode:
        pytest.skip("this machine lets root mount nothing")
    try:
        (root / "f").write_bytes(b"old")
        with pytest.raises(GlmcodeError, match="the disk is full") as caught:
            write_file(str(root), "new/f", b"x" * 200_000, "100644")
        assert caught.value.exit_code == Exit.NOT_LANDED
        assert os.listdir(root) == ["f"]
        subprocess.run(["mount", "-o", "remount,ro", root], check=True)
        actions: list[Callable[[], object]] = [
            lambda: write_file(str(root), "f", b"new", "100644"),
            lambda: remove_file(str(root), "f"),
        ]
        for action in actions:
            with pytest.raises(GlmcodeError, match="read-only"):
                action()
        assert (root / "f").read_bytes() == b"old"
    finally:
        subprocess.run(["umount", root], check=True)


def test_a_folder_or_file_without_the_right_is_one_clear_line(root: Path) -> None:
    (root / "f").write_bytes(b"old")
    (root / "secret").write_bytes(b"secret")
    (root / "secret").chmod(0)
    root.chmod(0o555)
    script = (
        "import sys\n"
        "from glmcode.errors import GlmcodeError\n"
        "from glmcode.repo.disk import DirectoryTree, is_spelt, remove_file, write_file\n"
        "root = sys.argv[1]\n"
        "for action in (lambda: write_file(root, 'f', b'new', '100644'), lambda: write_file(root, 'a/b', b'', '100644'),\n"
        "               lambda: remove_file(root, 'f'), lambda: DirectoryTree(root).read('secret')):\n"
        "    try:\n"
        "        action()\n"
        "    except GlmcodeError as error:\n"
        "        print(error, int(error.exit_code))\n"
    )
    command = [sys.executable, "-c", script, str(root)]
    if os.geteuid() == 0:  # root may write everywhere, unless it gives that up
        if shutil.which("setpriv") is None:
            pytest.skip("setpriv is not there to give up root's rights")
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
    try:
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    finally:
        root.chmod(0o755)
    writes = [f"cannot {verb}: permission denied 4" for verb in ("write f", "write a/b", "write f", "read secret")]
    assert said.splitlines() == writes
    assert sorted(os.listdir(root)) == ["f", "secret"]
    assert (root / "f").read_bytes() == b"old"


def test_a_file_too_large_to_edit_is_refused_before_it_is_read(root: Path) -> None:
    with (root / "huge").open("wb") as file:
        file.truncate(1 << 40)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PathRefusedError, match="larger than"):
        DirectoryTree(str(root)).read("huge")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_a_root_that_is_no_folder_is_a_matter_of_usage(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for place in ("file", "missing"):
        with pytest.raises(GlmcodeError) as caught:
            DirectoryTree(str(tmp_path / place)).read("x")
        assert caught.value.exit_code == Exit.USAGE


def test_a_root_may_be_reached_through_a_link(root: Path) -> None:
    (root.parent / "alias").symlink_to(root)
    write_file(str(root.parent / "alias"), "x", b"x", "100644")
    assert (root / "x").read_bytes() == b"x"


def test_listing_is_in_order_and_leaves_out_git_and_what_links_lead_to(root: Path) -> None:
    for path in ("z.py", "a/b.py", ".git/config", "module/.git", "module/b.py", "a/c/d.py"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"")
    (root / "loop").symlink_to(".")
    assert list(DirectoryTree(str(root)).paths()) == ["loop", "z.py", "a/b.py", "a/c/d.py"]


def test_a_file_is_found_in_its_own_spelling_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked where the system would find it under other spellings too."""
    write_file(str(root), "Src/Caf\u00e9.py", b"x", "100644")
    with folder.open_root(str(root)) as top:
        asked = ["Src/Caf\u00e9.py", "Src/Cafe\u0301.py", "Src/caf\u00e9.py", "src/Caf\u00e9.py", "Src"]
        assert [is_spelt(top, path) for path in asked] == [True, True, False, False, True]
    monkeypatch.setattr("glmcode.repo.disk._SPELLS_FREELY", True)
    assert DirectoryTree(str(root)).read("Src/Caf\u00e9.py") == b"x"
    assert list(DirectoryTree(str(root)).names("Src")) == ["Caf\u00e9.py"]
    assert list(DirectoryTree(str(root)).names("missing/deep")) == []


def test_without_calls_relative_to_a_folder_the_same_holds(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way of Windows, as far as it can be walked here."""
    monkeypatch.setattr(folder, "_BY_FD", False)
    write_file(str(root), "a/b", b"one", "100755")
    write_file(str(root), "a/b", b"two", "100755")
    assert (DirectoryTree(str(root)).read("a/b"), DirectoryTree(str(root)).mode("a/b")) == (b"two", "100755")
    (root / "link").symlink_to("a")
    with pytest.raises(PathRefusedError):
        write_file(str(root), "link/x", b"x", "100644")
    assert DirectoryTree(str(root)).read("missing/x") is None
    remove_file(str(root), "a/b")
    assert os.listdir(root) == ["link"]


def test_open_files_do_not_pile_up(root: Path) -> None:
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0
    (root / "link").symlink_to("x")
    for index in range(50):
        write_file(str(root), f"a/b/{index}", b"x", "100644")
        DirectoryTree(str(root)).read(f"a/b/{index}")
        for path in ("link/x", "a/b", f"a/b/{index}/2"):
            with pytest.raises((PathRefusedError, GlmcodeError)):
                write_file(str(root), path, b"x", "100644")
        remove_file(str(root), f"a/b/{index}")
    if before:
        assert len(os.listdir("/proc/self/fd")) <= before


def test_what_a_killed_write_leaves_is_removed_and_nothing_else(tmp_path: Path) -> None:
    src = tmp_path / "src"
    src.mkdir()
    left = src / f".glmcode-{'0a' * 9}.tmp"
    others = [src / ".glmcode-notes.tmp", src / "x.tmp", tmp_path / left.name]
    for path in (left, *others):
        path.write_text("x")
    remove_leftovers(str(tmp_path), "src/a.py")
    remove_leftovers(str(tmp_path), "none/a.py")
    assert not left.exists()
    assert all(path.exists() for path in others)
    with pytest.raises(PathRefusedError):
        remove_leftovers(str(tmp_path / "src"), "../a.py")
