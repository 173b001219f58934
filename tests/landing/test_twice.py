"""An edit at a definition gives a file nothing that it has already, and takes context in its body for what it is."""

from typing import Literal

import pytest

from glmcode.landing.engine import Landing
from glmcode.landing.tree import MappingTree
from glmcode.plan.edits import AtPlace, AtSymbol, Edit

PYTHON = (
    "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n\n\ndef h():\n    return 3\n"
)


def land(path: str, source: str, *changes: AtSymbol | AtPlace) -> tuple[list[str], str]:
    """The outcomes' statuses or reasons, and the file with the edits that landed."""
    landing = Landing(MappingTree({path: source.encode()}))
    for change in changes:
        landing.land(Edit(path, "native", change, 1, 1))
    result = landing.finish("edits")
    after = result.files.get(path, source.encode())
    assert after is not None
    return [one.reason or one.status for one in result.edits], after.decode()


@pytest.mark.parametrize(
    ("path", "source", "symbol", "action", "body"),
    [
        ("a.py", PYTHON, "A.f", "replace", "def f(self):\n    return 10\n\ndef g(self):\n    return 20\n"),
        ("a.py", PYTHON, "A.f", "after", "def g(self):\n    return 20\n"),
        ("a.py", PYTHON, "h", "before", "class A:\n    pass\n"),
        ("a.py", PYTHON, "A", "inside", "async def g(self, more):\n    return 20\n"),
        ("a.go", "package a\n\nfunc f() {\n}\n\nfunc g() {\n}\n", "f", "after", "func g() {\n\tf()\n}\n"),
        ("a.rs", "impl A {\n    fn f() {}\n    fn g() {}\n}\n", "impl A", "inside", "fn g() { f() }\n"),
        ("a.ts", "class A {\n  f() {\n    return 1;\n  }\n}\n", "A", "inside", "f() {\n  return 2;\n}\n"),
        ("A.java", "class A {\n    int f(int x) {\n        return 1;\n    }\n}\n", "A", "inside", "int f(int x) {\n    return 2;\n}\n"),
        ("a.c", "int f(void)\n{\n    return 1;\n}\n\nint g(void)\n{\n    return 2;\n}\n", "f", "after", "int g(void)\n{\n    return 3;\n}\n"),
    ],
)  # fmt: skip
def test_a_definition_that_is_there_with_other_content_is_not_given_twice(
    path: str, source: str, symbol: str, action: str, body: str
) -> None:
    assert land(path, source, AtSymbol(symbol, action, body)) == (["exists"], source)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "source", "symbol", "body"),
    [
        ("a.py", "class A:\n    @property\n    def v(self):\n        return 1\n", "A", "@v.setter\ndef v(self, x):\n    pass\n"),
        ("a.py", "if X:\n    def f():\n        return 1\nelse:\n    y = 1\n\n    def g():\n        return 2\n", "g", "def f():\n    return 3\n"),
        ("a.rs", "#[cfg(unix)]\nfn f() {}\nfn g() {}\n", "g", "#[cfg(windows)]\nfn f() {}\n"),
        ("a.ts", "class A {\n  get v() {\n    return 1;\n  }\n}\n", "A", "set v(x) {\n  this.x = x;\n}\n"),
        ("A.java", "class A {\n    int f(int x) {\n        return 1;\n    }\n}\n", "A", "int f(long x) {\n    return 2;\n}\n"),
        ("a.c", "int f(void)\n{\n    return 1;\n}\n\nint g(void)\n{\n    return 2;\n}\n", "f", "int g(void);\n"),
        ("a.c", "#ifdef X\nint f(void)\n{\n    return 1;\n}\n#else\nint g(void)\n{\n    return 2;\n}\n#endif\n", "g", "int f(void)\n{\n    return 3;\n}\n"),
        ("a.ex", "defmodule A do\n  def f(1), do: 1\nend\n", "A", "def f(2), do: 2\n"),
        ("a.py", "x = 1\ny = 2\n", "x", "y = x\n"),
    ],
)  # fmt: skip
def test_what_a_language_has_under_one_name_side_by_side_is_added(
    path: str, source: str, symbol: str, body: str
) -> None:
    action = "inside" if symbol == "A" else "after"
    statuses, after = land(path, source, AtSymbol(symbol, action, body))  # type: ignore[arg-type]
    assert statuses == ["applied"]
    assert len(after) > len(source)


@pytest.mark.parametrize("place", ["top", "bottom"])
def test_neither_is_it_at_the_ends_of_the_file(place: Literal["top", "bottom"]) -> None:
    assert land("a.py", PYTHON, AtPlace(place, "def h():\n    return 4\n")) == (["exists"], PYTHON)
    assert land("a.py", PYTHON, AtPlace(place, "def i():\n    return h()\n"))[0] == ["applied"]
    assert land("a.py", PYTHON, AtPlace(place, "h = print\n"))[0] == ["applied"]


@pytest.mark.parametrize(
    ("symbol", "body"),
    [
        ("A.f", "def f(self):\n    return 10\n\ndef g(self):\n    return 2\n"),
        ("A.f", "    def f(self):\n        return 10\n\n    def g(self):\n        return 2\n"),
    ],
)
def test_the_next_definition_at_the_end_of_a_body_is_context(symbol: str, body: str) -> None:
    assert land("a.py", PYTHON, AtSymbol(symbol, "replace", body)) == (["applied"], PYTHON.replace("1", "10"))


def test_the_definition_before_at_the_beginning_of_a_body_is_context() -> None:
    body = "def f(self):\n    return 1\n\ndef g(self):\n    return 20\n"
    assert land("a.py", PYTHON, AtSymbol("A.g", "replace", body)) == (["applied"], PYTHON.replace("2", "20"))


def test_a_definition_moves_where_it_is_deleted_first() -> None:
    moved = (AtSymbol("h", "delete", ""), AtSymbol("A", "before", "def h():\n    return 3\n"))
    statuses, after = land("a.py", PYTHON, *moved)
    assert statuses == ["applied", "applied"]
    assert after.startswith("def h():")
    assert after.count("def h") == 1


LINE = '[dependencies]\nsmall = { version = "1.6", features = ["union"] }\n'


@pytest.mark.parametrize(
    ("path", "source", "symbol", "body", "after"),
    [
        ("a.toml", LINE, "small.version", 'small = { version = "1.7", features = ["union"] }\n', LINE.replace("1.6", "1.7")),
        ("a.toml", LINE, "small.version", 'version = "1.7"\n', LINE.replace("1.6", "1.7")),
        ("a.json", '{"a": {"b": 1, "c": 2}}\n', "a.b", '{"a": {"b": 3, "c": 2}}\n', '{"a": {"b": 3, "c": 2}}\n'),
        ("a.py", "x = 1; y = 2\n", "y", "x = 1; y = 3\n", "x = 1; y = 3\n"),
        ("a.js", "const o = { f() { return 1; }, g: 2 };\n", "o.f", "const o = { f() { return 3; }, g: 2 };\n", "const o = { f() { return 3; }, g: 2 };\n"),
        ("a.html", '<div class="t"><a id="n">\n<b>x</b>\n</a>\n</div>\n', "a#n", '<div class="t"><a id="n">\n<b>y</b>\n</a>\n', '<div class="t"><a id="n">\n<b>y</b>\n</a>\n</div>\n'),
    ],
)  # fmt: skip
def test_a_body_that_gives_the_whole_line_of_a_definition_amid_one_is_not_put_into_it(
    path: str, source: str, symbol: str, body: str, after: str
) -> None:
    assert land(path, source, AtSymbol(symbol, "replace", body)) == (["applied"], after)


@pytest.mark.parametrize(
    ("path", "source", "symbol", "body"),
    [
        ("a.toml", LINE, "small.version", 'small = { version = "1.7", features = [] }\n'),
        ("a.py", "x = 1; y = 2\n", "x", "x = 3; y = 4\n"),
    ],
)
def test_a_body_that_may_give_the_whole_line_or_not_is_asked_about(
    path: str, source: str, symbol: str, body: str
) -> None:
    statuses, after = land(path, source, AtSymbol(symbol, "replace", body))
    assert statuses == ["ambiguous"]
    assert after == source


TABLES = "top = 1\n\n[a]\nx = 1\n\n[b]\ny = 2\n"


def test_keys_that_would_join_another_table_or_take_keys_into_theirs_are_asked_about() -> None:
    assert land("a.toml", TABLES, AtSymbol("b", "before", "z = 1\n")) == (["ambiguous"], TABLES)
    assert land("a.toml", TABLES, AtPlace("top", "[z]\nq = 1\n")) == (["ambiguous"], TABLES)
    for change in (
        AtSymbol("a", "before", "z = 1\n"),
        AtSymbol("b", "before", "# about c\n[c]\nz = 1\n"),
        AtPlace("top", "z = 1\n"),
    ):
        assert land("a.toml", TABLES, change)[0] == ["applied"]


PROPERTY = (
    "class A:\n    @property\n    def v(self):\n        return self._v\n\n"
    "    @v.setter\n    def v(self, new):\n        self._v = new\n"
)
OVERLOADS = (
    "class A {\n    int f(int x) {\n        return 1;\n    }\n\n    int f(long x) {\n        return 2;\n    }\n}\n"
)


def test_a_body_of_a_namesake_is_not_put_in_place_of_another() -> None:
    setter = "@v.setter\ndef v(self, new):\n    self._v = int(new)\n"
    assert land("a.py", PROPERTY, AtSymbol("A.v#1", "replace", setter)) == (["ambiguous"], PROPERTY)
    after = PROPERTY.replace("= new", "= int(new)")
    for symbol in ("A.v", "v", "v#2"):
        assert land("a.py", PROPERTY, AtSymbol(symbol, "replace", setter)) == (["applied"], after)
    assert land("a.py", PROPERTY, AtSymbol("A.v", "replace", "def v(self):\n    return 1\n"))[0] == ["applied"]
    second = "int f(long x) {\n    return 3;\n}\n"
    after = OVERLOADS.replace("return 2", "return 3")
    assert land("A.java", OVERLOADS, AtSymbol("A.f#1", "replace", second)) == (["ambiguous"], OVERLOADS)
    for symbol in ("A.f", "A.f(long)", "f(long x)"):
        assert land("A.java", OVERLOADS, AtSymbol(symbol, "replace", second)) == (["applied"], after)
