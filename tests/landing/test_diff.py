"""`git apply` is the judge: whatever the files, the diff on the same base gives the same bytes."""

import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glmcode.landing.diff import git_diff

LINES = st.sampled_from(
    [
        b"",
        b"a",
        b"b",
        b"    deep",
        b"\ttab",
        b"caf\xc3\xa9",
        b"crlf\r",
        b"-- dashes",
        b"\x0cfeed",
        b"\xe2\x80\xa8",
        b"end \\ No newline",
        b"diff --git a/x b/x",
    ]
)
TEXTS = st.builds(
    lambda lines, ended: b"\n".join(lines) + (b"\n" if ended and lines else b""),
    st.lists(LINES, max_size=30),
    st.booleans(),
)
CONTENTS = st.one_of(TEXTS, TEXTS, st.binary(max_size=200), st.none())
NAMES = (
    "plain.txt",
    "with space.txt",
    'quo"te.txt',
    "caf\u00e9.txt",
    "dir/in.txt",
    "back\\slash",
    "tab\there",
    "a b/c d",
    "-dash",
)
MODES = st.sampled_from(["100644", "100755"])


def applied(folder: Path, before: dict[str, bytes | None], modes: dict[str, str], diff: str) -> Path:
    """A tree of the files of `before`, with the diff applied by git."""
    folder.mkdir(parents=True)
    for name, data in before.items():
        if data is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
            (folder / name).chmod(int(modes.get(name, "100644")[-3:], 8))
    if diff:
        done = subprocess.run(
            ["git", "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", "-"],
            cwd=folder,
            input=diff.encode("utf-8"),
            capture_output=True,
            check=False,
            env={"GIT_CEILING_DIRECTORIES": str(folder.parent), "PATH": "/usr/bin:/bin", "HOME": str(folder.parent)},
        )
        assert done.returncode == 0, done.stderr.decode() + diff
    return folder


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_git_apply_gives_the_same_bytes(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    before: dict[str, bytes | None] = {name: data.draw(CONTENTS) for name in names}
    after: dict[str, bytes | None] = {}
    for name, old in before.items():
        related = st.builds(
            lambda text, more, cut: text[:cut] + more + text[cut:], st.just(old or b""), TEXTS, st.integers(0, 40)
        )
        after[name] = data.draw(st.one_of(CONTENTS, related))
    modes_before = {name: data.draw(MODES) for name, old in before.items() if old is not None}
    modes_after = {name: data.draw(MODES) for name, new in after.items() if new is not None}
    diff = git_diff(before, after, modes_before, modes_after)
    root = tmp_path_factory.mktemp("apply") / "tree"
    applied(root, before, modes_before, diff)
    for name, new in after.items():
        stands = (root / name).read_bytes() if (root / name).exists() else None
        assert stands == new
        if new is not None:
            assert bool((root / name).stat().st_mode & 0o100) == (modes_after[name] == "100755")


def test_a_binary_file_of_several_blocks_goes_through(tmp_path: Path) -> None:
    old, new = bytes(range(256)) * 600, bytes(reversed(range(256))) * 700
    root = applied(tmp_path / "tree", {"x.bin": old}, {}, git_diff({"x.bin": old}, {"x.bin": new}))
    assert (root / "x.bin").read_bytes() == new


def test_one_changed_line_of_twenty_thousand_is_one_changed_line_in_milliseconds() -> None:
    old = b"".join(b"line %d\n" % (i % 50 if i % 3 else i) for i in range(20_000))
    new = old.replace(b"line 9999\n", b"changed\n")
    start = time.process_time()
    diff = git_diff({"x": old}, {"x": new})
    assert time.process_time() - start < 1
    assert [line for line in diff.splitlines()[4:] if line.startswith(("-", "+"))] == ["-line 9999", "+changed"]


def test_a_hundred_thousand_equal_lines_are_not_compared_pair_by_pair() -> None:
    old = b"x\n" * 100_000
    new = b"x\n" * 30_000 + b"y\n" + b"x\n" * 40_000 + b"z\n" + b"x\n" * 30_000
    start = time.process_time()
    git_diff({"x": old}, {"x": new})
    assert time.process_time() - start < 3


def test_a_file_that_did_not_change_is_not_in_the_diff() -> None:
    assert git_diff({"x": b"a\n"}, {"x": b"a\n"}) == ""


def test_a_mode_alone_is_a_diff() -> None:
    diff = git_diff({"x": b"a\n"}, {"x": b"a\n"}, {"x": "100644"}, {"x": "100755"})
    assert diff == "diff --git a/x b/x\nold mode 100644\nnew mode 100755\n"
