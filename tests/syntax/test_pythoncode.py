"""What compiling a Python file adds, and what must not get out of it."""

import subprocess
import sys
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glmcode.syntax import parse


def lines_of(source: str) -> int | None:
    problem = parse(source.encode(), "python").problem
    return None if problem is None else problem.line


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("def f():\nx = 1\n", 2),
        ("def f():\n        x = 1\n    y = 2\n", 3),
        ("x = 1\n    y = 2\n", 2),
        ("if x:\n\ty = 1\n        z = 2\n", 3),
        ("x = 1\nreturn x\n", 2),
        ("for x in y:\n    pass\nbreak\n", 3),
        ("continue\n", 1),
        ("def f(a, a): pass\n", 1),
        ("def f(a=1, b): pass\n", 1),
        ("f(a=1, a=2)\n", 1),
        ("f(a=1, 2)\n", 1),
        ("def f():\n    x = 1\n    global x\n", 3),
        ("nonlocal x\n", 1),
        ("def f():\n    nonlocal x\n", 2),
        ("f() = 1\n", 1),
        ("import os\nfrom __future__ import annotations\n", 2),
        ("try:\n    pass\nx = 1\n", 3),
        ('x = "\\U0001"\n', 1),
        ("def f():\n    from os import *\n", 2),
    ],
)
def test_what_no_python_allows_is_a_problem(source: str, line: int) -> None:
    assert lines_of(source) == line


@pytest.mark.parametrize(
    "source",
    [
        "type X = int\n",
        "def f[T](x: T) -> T: return x\n",
        "class A[T]:\n    pass\n",
        "try:\n    pass\nexcept A, B:\n    pass\n",
        'x = f"{y["z"]}"\n',
        "x = f'{'a' 'b'}'\n",
        'print "hello"\n',
        "# -*- coding: nonsense -*-\nx = 1\n",
        "x = " + "9" * 5000 + "\n",
        "x = '\\d'\nassert (1, 2)\nif 1 is 1: pass\n",
        "def f():\n    try:\n        pass\n    finally:\n        return 1\n",
    ],
)
def test_what_some_python_allows_is_no_problem_on_any(source: str) -> None:
    assert lines_of(source) is None


def test_no_warning_gets_out() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parse(b"x = '\\d'\nassert (1, 2)\n1 is 1\n", "python").problem is None
    code = "from glmcode.syntax import parse; print(parse(b'x = \"\\\\d\"; 1 is 1; assert (1, 2)', 'python').problem)"
    ran = subprocess.run([sys.executable, "-W", "always", "-c", code], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("None\n", "")


@pytest.mark.parametrize(
    "source",
    [
        b"x = '\x00'\n",
        b"x = " + b"(" * 5000 + b")" * 5000 + b"\n",
        b"x = " + b"-" * 100_000 + b"1\n",
        b"x = " + b"1+" * 100_000 + b"1\n",
        b"x = a" + b".b" * 100_000 + b"\n",
        b"x = " + b"not " * 100_000 + b"y\n",
        b"if a: pass\n" + b"elif b: pass\n" * 20_000,
        b"lambda: " * 50_000 + b"1\n",
        b"".join(b" " * depth + b"if x:\n" for depth in range(300)) + b" " * 300 + b"y\n",
        b"10 ** 10 ** 10 ** 10\n",
        b"'a' * 10 ** 10\n",
    ],
    ids=range(11),
)
def test_hostile_code_is_contained(source: bytes) -> None:
    problem = parse(source, "python").problem
    assert problem is None or problem.line >= 1


def test_the_words_are_ours_and_the_column_is_that_of_the_first_code() -> None:
    problem = parse(b"def f():\n    x = 1\n      y = 2\n", "python").problem
    assert problem is not None
    assert (problem.line, problem.column, problem.what) == (3, 7, "the line is indented deeper than its block")


def test_line_numbers_count_old_line_ends_too() -> None:
    assert lines_of("x = 1\r\ny = 2\r\nreturn\r\n") == 3


STATEMENTS = (
    "x = 1\n",
    "def f():\n    return 1\n",
    "def f():\n    return 1\nfor _ in x:\n    break\n",
    "if x:\n    y = 2\nelse:\n    y = 3\n",
    "foo(\n    1); y = 2\n",
    "# a comment\n",
    "'''text\nx = 1\n'''\n",
    "class A:\n    def g(self):\n        return 2\n",
    "a = 1; b = 2\n",
    "\n\n",
    "return 1\n",
    "  x = 1\n",
    "def f(a, a): pass\n",
    "if x:\ny = 2\n",
    "break\n",
    "class A:\n    def g(self):\n      x = 1\n     y = 2\n",
    "nonlocal x\n",
    "from __future__ import annotations\n",
)


@given(st.lists(st.sampled_from(STATEMENTS), max_size=8), st.lists(st.sampled_from(STATEMENTS), max_size=8))
def test_compiling_only_what_is_new_finds_what_compiling_all_finds(before: list[str], after: list[str]) -> None:
    old, new = "".join(before).encode(), "".join(after).encode()
    if parse(old, "python").problem is None:
        fresh = parse(new, "python")
        assert (fresh.problem_since(old) is None) == (fresh.problem is None)


NEWER = (
    "type X = int\n",
    "def g[T](x: T) -> T:\n    return x\n",
    "class G[T]:\n    pass\n",
    'g = f"{x["a"]}"\n',
    'g = f"{"\\n".join(x)}"\n',
    'g = t"{x}"\n',
    "try:\n    g()\nexcept A, B:\n    pass\n",
)


@pytest.mark.parametrize("newer", NEWER)
def test_syntax_newer_than_the_oldest_interpreter_hides_nothing_in_other_statements(newer: str) -> None:
    """An older interpreter stops at what it doesn't know; the verdict on the rest is the same on all."""
    source = newer + "\n\ndef f():\n    pass\n\n\nreturn 1\n"
    problem = parse(source.encode(), "python").problem
    assert problem is not None
    assert problem.what == "return outside a function"
    assert problem.line == source.count("\n")


@pytest.mark.parametrize("newer", NEWER)
def test_of_a_statement_with_newer_syntax_no_failure_counts_on_any_interpreter(newer: str) -> None:
    indented = "".join(f"    {line}\n" for line in newer.splitlines())
    assert parse(f"def f():\n{indented}    break\n".encode(), "python").problem is None
    assert parse(b"def f():\n    pass\n    break\n", "python").problem is not None
