"""Nothing outside the root is ever named, in any spelling that some system reads as outside."""

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glmcode.landing.paths import normalise, windows_takes
from glmcode.landing.tree import PathRefusedError

OUTSIDE = [
    *(
        "/etc/passwd",
        "//host/share",
        "..",
        "../x",
        "a/../../x",
        "a/..",
        "a/b/../c",
        "..\\x",
        "a\\..\\..\\x",
        "\\x",
        "./\\x",
    ),
    *("C:\\x", "c:x", "a.txt:stream", "a/b:$DATA", "x\0y", ".. /x", "... ", "a/. ./x", "./.."),
    *(
        ".git",
        ".git/config",
        "sub/.git/hooks/pre-commit",
        ".GIT/x",
        ".Git",
        ".git./x",
        ".git /x",
        ".git . ./x",
        "git~1/x",
        "GIT~1",
    ),
    *(".g\u200cit/x", "\ufeff.git/x", ".gi\u200dt", "a\\.git\\config", "\uff0egit/config", ".\uff47it/x"),
    *("con", "aux.txt", "src/NUL", "a/prn.tar.gz", "com1", "LPT9.c", "com\u00b9", "CONIN$", "nul .txt"),
]
INSIDE = {
    "a.py": "a.py",
    "./a.py": "a.py",
    "a//b/./c": "a/b/c",
    ".github/workflows/x.yml": ".github/workflows/x.yml",
    ".gitignore": ".gitignore",
    ".gitmodules": ".gitmodules",
    "git/config": "git/config",
    "console/auxiliary.py": "console/auxiliary.py",
    "app/[...slug]/page.tsx": "app/[...slug]/page.tsx",
    "with space/caf\u00e9.py": "with space/caf\u00e9.py",
    "..a/b..": "..a/b..",
    "-rf": "-rf",
    "raw\udcff": "raw\udcff",
}


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_path_that_leads_out_is_refused(path: str) -> None:
    with pytest.raises(PathRefusedError) as refused:
        normalise(path)
    assert refused.value.reason == "outside-root"


@pytest.mark.parametrize("path", INSIDE)
def test_an_honest_path_stays(path: str) -> None:
    assert normalise(path) == INSIDE[path]


@pytest.mark.parametrize("path", ["", ".", "a/", "./", "x" * 256, "a/" * 2100 + "b", "half\ud800"])
def test_a_path_that_names_no_file_is_malformed(path: str) -> None:
    with pytest.raises(PathRefusedError) as refused:
        normalise(path)
    assert refused.value.reason == "malformed"


@given(st.text(alphabet=st.sampled_from(list("./\\ gitGIT~1:ab\0\u200c")), max_size=14))
def test_whatever_passes_stays_below_the_root_and_out_of_git(path: str) -> None:
    try:
        safe = normalise(path)
    except PathRefusedError:
        return
    assert posixpath.normpath(posixpath.join("/root", safe)) == "/root/" + safe
    assert normalise(safe) == safe
    for part in safe.lower().replace("\\", "/").replace("\u200c", "").split("/"):
        assert part.rstrip(". ") not in {"", ".git", "git~1"} or part == ""


@pytest.mark.parametrize(
    "path",
    [
        *("GIT~2/x", "git~17", ".git\t/x", ".git\n", "\x01.git", ".git\udcff/x", ".g\u0131t/x", ".g\u0456t/x", ".gi\u0442", ".g\u00ect/x"),
        *(".\u24d6\u24d8\u24e3/x", ".git\u00ad/x", ".git\ufe0f", ".G\u0130T/x", "\u3002git/x", ".\U0001d420\U0001d422\U0001d42d"),
        *("a\uff0f..\uff0fb", "a\u2215.git\u2215x", "a\uff3c..", "x\u2044con", ".git::$INDEX_ALLOCATION/x", "\\\\?\\C:\\x"),
    ],
)  # fmt: skip
def test_a_spelling_that_some_system_or_reader_takes_for_a_way_out_is_refused(path: str) -> None:
    with pytest.raises(PathRefusedError) as refused:
        normalise(path)
    assert refused.value.reason == "outside-root"


@pytest.mark.parametrize(
    "path",
    [".gitt", "git~x", "legit/.github", ".gït-notes", "½.txt", "a\u2044b.md", "...git", "Git", "digit~1", "GITHUB~1"],
)
def test_a_name_that_is_only_near_gits_own_stays(path: str) -> None:
    assert normalise(path) == path


def test_more_folders_than_any_repository_has_are_refused() -> None:
    """Found by the hunt for paths: removing a file 2,048 folders deep opened two million of them."""
    assert normalise("d/" * 127 + "x")
    with pytest.raises(PathRefusedError):
        normalise("d/" * 128 + "x")


@pytest.mark.parametrize(
    ("names", "takes"),
    [
        (["a.py", "config", "nulls", "com10", "a b", ".x", "caf\u00e9", "x" * 300, "~", "lpt", "GIT~1", "..a"], True),
        (["con", "NUL.txt", "aux.tar.gz", "Com1", "lpt\u00b2", "conin$", "con .x", "\uff43\uff4f\uff4e"], False),
        (
            [
                "a.",
                "a ",
                ".",
                "..",
                "",
                "a:b",
                "a\\b",
                "a/b",
                "C:",
                "a?",
                "*",
                'a"b',
                "a<b",
                "a|b",
                "a\nb",
                "\0",
                "a\x1f",
            ],
            False,
        ),
    ],
)
def test_what_a_name_means_on_windows_is_told_on_any_system(names: list[str], takes: bool) -> None:
    assert [windows_takes(name) for name in names] == [takes] * len(names)
