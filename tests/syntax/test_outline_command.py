"""`glmcode outline`, run as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path


def glmcode(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "glmcode", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_each_definition_is_a_line_indented_by_depth(tmp_path: Path) -> None:
    (tmp_path / "cart.py").write_text("class Cart:\n    def total(self):\n        return 1\n")
    ran = glmcode("outline", "cart.py", cwd=tmp_path)
    assert ran.returncode == 0
    assert ran.stdout.splitlines() == [
        "Cart  class  1-3  class Cart:",
        "  Cart.total  method  2-3  def total(self):",
    ]
    assert ran.stderr == ""


def test_several_files_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "b.go").write_text("package b\n\nfunc F() {}\n")
    ran = glmcode("outline", "a.py", "b.go", cwd=tmp_path)
    assert ran.stdout.splitlines() == ["a.py", "x  variable  1  x = 1", "", "b.go", "F  function  3  func F() {}"]


def test_json_is_one_object_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_bytes(b"class A { '\x1b[31m\xff'() {} }\n")
    ran = glmcode("outline", "--json", "a.js", cwd=tmp_path)
    (file,) = json.loads(ran.stdout)["files"]
    assert file["path"] == "a.js"
    assert [d["name"] for d in file["definitions"]] == ["A", "A.\x1b[31m\udcff"]
    assert file["definitions"][0]["body"] == [9, 24]


def test_a_missing_file_and_an_unknown_language_are_one_line_and_exit_2(tmp_path: Path) -> None:
    (tmp_path / "a.cob").write_text("x = 1\n")
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "d.py").mkdir()
    for arguments, message in (
        (["missing.py"], "glmcode: no such file: missing.py"),
        (["a.py", "missing.py"], "glmcode: no such file: missing.py"),
        (["a.cob"], "glmcode: there is no grammar for a.cob"),
        (["d.py"], "glmcode: cannot read d.py: Is a directory"),
    ):
        ran = glmcode("outline", *arguments, cwd=tmp_path)
        assert ran.returncode == 2
        assert ran.stdout == ""
        assert ran.stderr.splitlines()[0] == message


def test_nothing_in_a_file_or_its_name_reaches_the_terminal_raw(tmp_path: Path) -> None:
    name = "a\x1b[2J.js"
    (tmp_path / name).write_bytes("class A { '\x1b]0;owned\x07\u202e'() {} }\n".encode() + b"class B { '\xff'() {} }\n")
    for arguments in (["outline", name], ["outline", name, name], ["outline", "no\x1b[2J.py"]):
        ran = glmcode(*arguments, cwd=tmp_path)
        assert not set(ran.stdout + ran.stderr) & set("\x1b\x07\u202e")
    assert "A" in glmcode("outline", name, cwd=tmp_path).stdout


def test_a_broken_file_is_said_to_be_on_standard_error(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = (1\n\n\ndef f():\n    pass\n")
    (tmp_path / "b.py").write_bytes(b"x = 1\n\0\n")
    ran = glmcode("outline", "a.py", "b.py", "--json", cwd=tmp_path)
    assert ran.returncode == 0
    assert [file["path"] for file in json.loads(ran.stdout)["files"]] == ["a.py", "b.py"]
    first, second = ran.stderr.splitlines()
    assert first.startswith("a.py:")
    assert first.endswith("Definitions may be missing from there on.")
    assert second == "b.py is binary: what is listed of it is chance."
