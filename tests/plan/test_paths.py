"""Which lines are nothing but a path."""

import pytest

from glmcode.plan.paths import names_a_file, path_of_info, path_on_line


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("a.py", "a.py"),
        ("  src/a.py  ", "src/a.py"),
        ("src/a.py:", "src/a.py"),
        ("./src/a.py", "src/a.py"),
        ("../a.py", "../a.py"),
        ("/etc/passwd", "/etc/passwd"),
        ("src/Makefile", "src/Makefile"),
        ("Makefile", "Makefile"),
        (".gitignore", ".gitignore"),
        ("`my notes.txt`", "my notes.txt"),
        ("**`a.py`**:", "a.py"),
        ("`a.py`:", "a.py"),
        ("1. `a.py`", "a.py"),
        ("- a.py", "a.py"),
        ("#### a.py", "a.py"),
        ("# a.py", "a.py"),
        ("// a.js", "a.js"),
        ("-- a.sql", "a.sql"),
        ("/* a.css */", "a.css"),
        ("File: LICENSES", "LICENSES"),
        ("Filename: `a b.py`", "a b.py"),
        ("**File path:** a.py", "a.py"),
        ("app/(auth)/[id]/page.tsx", "app/(auth)/[id]/page.tsx"),
        ("@scope/pkg/index.d.ts", "@scope/pkg/index.d.ts"),
        ("файл/ä.py", "файл/ä.py"),
    ],
)
def test_paths_and_their_decoration(line: str, path: str) -> None:
    assert path_on_line(line) == path


@pytest.mark.parametrize(
    "line",
    [
        "",
        "word",
        "two words.py",
        "e.g.",
        "done...",
        "https://a.b/c.py",
        "a.py::test",
        "a.py, b.py",
        "f(a.py)?",
        "src/",
        "/",
        ".",
        "..",
        "*",
        "**",
        "**Note:**",
        "3.14",
        "a.py\x00",
        "x" * 400 + ".py",
        "#" * 200,
        "`" * 200,
        "**" * 100,
    ],
)
def test_lines_that_are_no_path(line: str) -> None:
    assert path_on_line(line) is None


@pytest.mark.parametrize(
    ("info", "path"),
    [
        ("", None),
        ("python", None),
        ("c++", None),
        ("python a.py", "a.py"),
        ("a.py", "a.py"),
        ("python:src/a.py", "src/a.py"),
        ('python title="src/a b.py" linenums="1"', "src/a b.py"),
        ("js {1,3-5}", None),
        ("1:9:src/a.py", None),
        ("text of no interest", None),
        ("Makefile", None),
    ],
)
def test_paths_behind_a_fences_opening(info: str, path: str | None) -> None:
    assert path_of_info(info) == path


def test_a_method_is_no_file() -> None:
    assert not names_a_file("self.run")
    assert names_a_file("setup.cfg")
    assert names_a_file("src/run")
    assert names_a_file(".env.local")
