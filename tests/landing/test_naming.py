"""Which file a path means: absolute below the root, or with the `a/` and `b/` of a diff where the files prove it."""

import os
from pathlib import Path

import pytest

from glmcode.landing.paths import relative
from glmcode.library import apply_plan

BLOCK = "<<<<<<< SEARCH\none\n=======\ntwo\n>>>>>>> REPLACE\n"


def edit(path: str, body: str = BLOCK) -> str:
    return f'<edit path="{path}">\n{body}</edit>\n'


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/work/tree/src/a.py", "src/a.py"),
        ("/work/tree//src/a.py", "src/a.py"),
        ("/work/tree/../etc/passwd", "../etc/passwd"),
        ("/work/treehouse/a.py", "/work/treehouse/a.py"),
        ("/work/tree", "/work/tree"),
        ("/other/a.py", "a.py"),
        ("src/a.py", "src/a.py"),
        ("/etc/passwd", "/etc/passwd"),
    ],
)
def test_absolute_paths_below_a_root_are_seen_from_it(path: str, seen: str) -> None:
    assert relative(path, ("/work/tree", "/other/")) == seen


def test_an_absolute_path_below_the_root_means_the_file_there(tmp_path: Path) -> None:
    (tmp_path / "tree/src").mkdir(parents=True)
    (tmp_path / "tree/src/a.txt").write_bytes(b"one\n")
    os.symlink(tmp_path / "tree", tmp_path / "link")
    for root in (tmp_path / "tree", tmp_path / "link"):
        # By the name that was given, and by the one that it has on the disk.
        for name in {root, tmp_path / "tree"}:
            result = apply_plan(edit(f"{name}/src/a.txt") + f'<rename path="src/a.txt" to="{name}/b.txt"/>\n', root)
            assert result.files == {"src/a.txt": None, "b.txt": b"two\n"}
            assert [one.path for one in result.edits] == ["src/a.txt", "src/a.txt"]


@pytest.mark.parametrize(
    "path", ["{r}/../x.txt", "{r}/.git/config", "{r}x/a.txt", "/etc/passwd", "{r}", "{r}/a/../../x"]
)
def test_an_absolute_path_is_no_way_out(path: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\n")
    result = apply_plan(edit(path.replace("{r}", str(tmp_path))), tmp_path)
    assert [one.reason for one in result.edits] in (["outside-root"], ["malformed"])
    assert result.files == {}


def test_an_absolute_path_in_a_mapping_is_outside() -> None:
    assert [one.reason for one in apply_plan(edit("/src/a.txt"), {"src/a.txt": b"one\n"}).edits] == ["outside-root"]


@pytest.mark.parametrize("side", ["a/", "b/", "./a/"])
def test_the_side_of_a_diff_goes_where_the_files_prove_it(side: str) -> None:
    result = apply_plan(edit(side + "src/x.txt"), {"src/x.txt": b"one\n"})
    assert result.files == {"src/x.txt": b"two\n"}
    assert result.edits[0].path == "src/x.txt"


def test_a_folder_of_that_name_is_meant_where_the_file_is_in_it() -> None:
    files = {"a/x.txt": b"one\n", "x.txt": b"one\n"}
    assert apply_plan(edit("a/x.txt"), files).files == {"a/x.txt": b"two\n"}
    assert [one.reason for one in apply_plan(edit("b/y.txt"), files).edits] == ["no-such-file"]


def test_a_file_that_the_plan_makes_is_one_that_stands() -> None:
    plan = '<create path="a/x.txt">\none\n</create>\n' + edit("a/x.txt")
    assert apply_plan(plan, {"x.txt": b"one\n"}).files == {"a/x.txt": b"two\n"}


def test_a_new_file_is_taken_at_its_word() -> None:
    """A package `b` with a module that has a namesake at the root."""
    files = {"utils.py": b"import os\n\nHERE = os.getcwd()\n"}
    created = '<create path="b/utils.py">\nX = 1\n</create>\n'
    empty = "b/utils.py\n<<<<<<< SEARCH\n=======\nX = 1\n>>>>>>> REPLACE\n"
    whole = "b/utils.py\n```python\nX = 1\n```\n"
    for plan in (created, empty, whole):
        assert apply_plan(plan, files).files == {"b/utils.py": b"X = 1\n"}


def test_a_whole_file_told_again_is_the_file() -> None:
    before, after = "import os\nimport sys\n\nHERE = os.getcwd()\n", "import os\nimport sys\n\nHERE = os.curdir\n"
    plan = f"b/utils.py\n```python\n{after}```\n"
    assert apply_plan(plan, {"utils.py": before.encode()}).files == {"utils.py": after.encode()}


@pytest.mark.parametrize(
    "plan",
    [
        '<remove path="a/x.txt"/>\n',
        '<rename path="a/x.txt" to="a/y.txt"/>\n',
        "*** Begin Patch\n*** Delete File: a/x.txt\n*** End Patch\n",
        "*** Begin Patch\n*** Update File: a/x.txt\n*** Move to: a/y.txt\n@@\n-one\n+two\n*** End Patch\n",
        '<create path="a/x.txt">\ntwo\n</create>\n',
    ],
)
def test_what_makes_moves_or_removes_a_file_never_means_its_namesake(plan: str) -> None:
    """Landed again, a plan that removed `a/x.txt` must not remove `x.txt` at last."""
    result = apply_plan(plan, {"x.txt": b"one\n"})
    assert "x.txt" not in result.files


@pytest.mark.parametrize("plan", [edit("a/x.txt"), '<create path="a/z.txt">\nz\n</create>\n' + edit("a/x.txt")])
def test_in_a_folder_of_that_name_a_missing_file_is_missing(plan: str) -> None:
    files = {"x.txt": b"one\n"} if "create" in plan else {"x.txt": b"one\n", "a/z.txt": b"z\n"}
    result = apply_plan(plan, files)
    assert result.edits[-1].reason == "no-such-file"
    assert "x.txt" in result.edits[-1].message
