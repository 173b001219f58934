"""Definitions that share a line with other code, and members of lists that stand on one line or have no comma yet."""

import pytest

from glmcode.landing.engine import Landing
from glmcode.landing.tree import MappingTree
from glmcode.plan.edits import AtPlace, AtSymbol, Edit


def land(path: str, source: str, change: AtSymbol) -> tuple[str, str]:
    """The outcome's status or reason, and the file afterwards."""
    landing = Landing(MappingTree({path: source.encode()}))
    landing.land(Edit(path, "native", change, 1, 1))
    result = landing.finish()
    after = result.files.get(path, source.encode())
    assert after is not None
    return result.edits[0].reason or result.edits[0].status, after.decode()


ANNOTATED = "class A {\n    @Override public int f() { return 1; }\n}\n"


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("@Override public int f() { return 2; }\n", "    @Override public int f() { return 2; }\n"),
        ("public int f() { return 2; }\n", "    @Override public int f() { return 2; }\n"),
        ("@Override\npublic int f() {\n    return 2;\n}\n", "    @Override\n    public int f() {\n        return 2;\n    }\n"),
        ("@Deprecated public int f() { return 2; }\n", "    @Deprecated public int f() { return 2; }\n"),
        ("public int f() {\n    return 2;\n}\n", "    @Override public int f() {\n        return 2;\n    }\n"),
    ],
)  # fmt: skip
def test_an_annotation_on_the_line_of_its_definition_is_not_doubled(body: str, after: str) -> None:
    assert land("A.java", ANNOTATED, AtSymbol("A.f", "replace", body)) == ("applied", f"class A {{\n{after}}}\n")


@pytest.mark.parametrize(
    ("path", "source", "symbol"),
    [
        ("A.java", ANNOTATED, "A.f"),
        ("A.java", "/** Doc. */\n/* package */ class A {\n    /* package */ int x;\n}\n", "A"),
        ("A.java", "/** Doc. */\n/* package */ class A {\n    /* package */ int x;\n}\n", "A.x"),
        ("a.kt", "object A {\n  @X @JvmStatic external fun f(): Boolean\n}\n", "A.f"),
        ("a.swift", "class A {\n    // note\n    @objc func f() {\n        g()\n    }\n}\n", "A.f"),
        ("a.sh", 'x="$1"; shift\n', "x"),
        ("a.py", "x = 1; y = 2\n", "x"),
    ],
)
def test_a_definition_replaced_by_itself_is_there_already(path: str, source: str, symbol: str) -> None:
    from glmcode import outline

    found = next(one for one in outline(source.encode(), path) if one.name == symbol)
    itself = source.encode()[found.start : found.end].decode()
    assert land(path, source, AtSymbol(symbol, "replace", itself)) == ("already", source)
    flush = "\n".join(line.removeprefix(found.indent.decode()) for line in itself.split("\n"))
    assert land(path, source, AtSymbol(symbol, "replace", flush)) == ("already", source)


def test_a_comment_before_code_on_its_line_is_no_comment_line() -> None:
    source = "class A {\n    @Deprecated\n    /* package */ int f() { return 1; }\n}\n"
    got = land("A.java", source, AtSymbol("A.f", "replace", "/* package */ int f() { return 2; }\n"))
    assert got == ("applied", source.replace("1", "2"))


@pytest.mark.parametrize(
    ("path", "source", "body", "after"),
    [
        ("a.py", "x = 1; y = 2\n", "x = 9\n", "x = 9; y = 2\n"),
        ("a.sh", 'x="$1"; shift\n', 'x="$2"\n', 'x="$2"; shift\n'),
        ("a.c", "int x; int y;\n", "int x = 3;\n", "int x = 3; int y;\n"),
        ("a.ts", "class A {\n  x = 1; y = 2;\n}\n", "x = 9;\n", "class A {\n  x = 9; y = 2;\n}\n"),
    ],
)
def test_the_separator_behind_a_definition_on_its_line_stays(path: str, source: str, body: str, after: str) -> None:
    assert land(path, source, AtSymbol("x", "replace", body)) == ("applied", after)


@pytest.mark.parametrize(("symbol", "side"), [("x", "after"), ("y", "before")])
def test_no_line_is_broken_in_two_for_what_goes_between_its_statements(symbol: str, side: str) -> None:
    source = "if a:\n    x = 1; y = 2\n"
    assert land("a.py", source, AtSymbol(symbol, side, "w = 5\n")) == ("ambiguous", source)  # type: ignore[arg-type]


def test_what_goes_behind_the_last_statement_of_a_line_gets_a_line() -> None:
    assert land("a.py", "x = 1; y = 2\n", AtSymbol("x", "before", "w = 5\n"))[1] == "w = 5\nx = 1; y = 2\n"


def test_deleting_the_last_statement_of_a_line_leaves_no_separator() -> None:
    assert land("a.py", "x = 1; y = 2\n", AtSymbol("y", "delete")) == ("applied", "x = 1\n")
    assert land("a.c", "int x; int y;\n", AtSymbol("y", "delete")) == ("applied", "int x;\n")


@pytest.mark.parametrize(
    ("symbol", "action", "after"),
    [
        ("a", "after", '{"a": 1, "x": 1, "b": {"c": 2, "d": 3}}\n'),
        ("b", "before", '{"a": 1, "x": 1, "b": {"c": 2, "d": 3}}\n'),
        ("b.d", "after", '{"a": 1, "b": {"c": 2, "d": 3, "x": 1}}\n'),
        ("b.c", "before", '{"a": 1, "b": {"x": 1, "c": 2, "d": 3}}\n'),
    ],
)
def test_a_member_beside_another_on_one_line_stays_on_that_line(symbol: str, action: str, after: str) -> None:
    source = '{"a": 1, "b": {"c": 2, "d": 3}}\n'
    change = AtSymbol(symbol, action, '"x": 1\n')  # type: ignore[arg-type]
    assert land("a.json", source, change) == ("applied", after)
    assert land("a.json", after, change)[1] == after


@pytest.mark.parametrize(
    ("path", "opening", "indent", "closing"),
    [
        ("A.java", "enum Color {", "    ", "}"),
        ("a.ts", "enum Color {", "  ", "}"),
        ("a.rs", "enum Color {", "    ", "}"),
        ("a.c", "enum Color {", "    ", "};"),
        ("a.cpp", "enum class Color {", "    ", "};"),
        ("a.cs", "enum Color {", "    ", "}"),
        ("a.kt", "enum class Color {", "    ", "}"),
    ],
)
def test_a_last_enum_member_gets_the_comma_it_needs(path: str, opening: str, indent: str, closing: str) -> None:
    def rows(*members: str) -> str:
        return "\n".join([opening, *(indent + member for member in members), closing]) + "\n"

    for body in ("BLUE\n", "BLUE,\n"):
        change = AtSymbol("Color", "inside", body)
        assert land(path, rows("RED,", "GREEN"), change) == ("applied", rows("RED,", "GREEN,", "BLUE"))
        assert land(path, f"{opening} RED, GREEN {closing}\n", change)[1] == f"{opening} RED, GREEN, BLUE {closing}\n"
        if path != "a.kt":  # its grammar takes no comma behind the last
            assert land(path, rows("RED,", "GREEN,"), change) == ("applied", rows("RED,", "GREEN,", "BLUE,"))


def test_a_rust_field_gets_the_comma_it_needs() -> None:
    source = "struct P {\n    x: i32,\n    y: i32\n}\n"
    assert land("a.rs", source, AtSymbol("P", "inside", "z: i32\n"))[1] == source.replace(
        "y: i32\n", "y: i32,\n    z: i32\n"
    )


def test_a_method_goes_behind_the_methods_of_an_enum() -> None:
    source = "enum Color {\n    RED,\n    GREEN;\n\n    int f() { return 1; }\n}\n"
    after = source.replace("1; }\n", "1; }\n    int g() { return 2; }\n")
    assert land("A.java", source, AtSymbol("Color", "inside", "int g() { return 2; }\n")) == ("applied", after)


def test_a_typescript_alias_of_an_object_holds_members() -> None:
    assert land("a.ts", "type T = {\n  a: string;\n};\n", AtSymbol("T", "inside", "b: number;\n")) == (
        "applied",
        "type T = {\n  a: string;\n  b: number;\n};\n",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("class A: pass\n\nx = 1\n", "class A:\n    def f(self):\n        return 1\n\nx = 1\n"),
        ("class A: x = 1\n", "class A:\n    x = 1\n\n    def f(self):\n        return 1\n"),
        ("if B:\n  class A: pass", "if B:\n  class A:\n    def f(self):\n        return 1"),
    ],
)
def test_a_python_class_on_one_line_takes_members(before: str, after: str) -> None:
    got = land("a.py", before, AtSymbol("A", "inside", "def f(self):\n    return 1\n"))
    assert got == ("applied", after)
    assert land("a.py", after, AtSymbol("A", "inside", "def f(self):\n    return 1\n"))[0] == "already"


def test_a_comment_above_the_first_statement_of_a_block_belongs_to_it() -> None:
    source = "if X:\n    # doc of f\n    def f():\n        return 1\n"
    got = land("a.py", source, AtSymbol("f", "before", "def g():\n    return 0\n"))[1]
    assert got.startswith("if X:\n    def g():\n        return 0\n")
    assert got.endswith("\n    # doc of f\n    def f():\n        return 1\n")
    lua = "do\n  -- doc of f\n  local function f()\n    return 1\n  end\nend\n"
    assert land("a.lua", lua, AtSymbol("f", "before", "local x = 1\n"))[1].startswith("do\n  local x = 1\n")


@pytest.mark.parametrize("action", ["delete", "after", "replace"])
def test_code_that_makes_no_sense_is_not_cut_where_a_symbol_seems_to_end(action: str) -> None:
    source = "class A {\n  start: Stamp;\n  z: number;\n\n  f() {}\n}\n"  # Flow, not JavaScript
    body = "" if action == "delete" else "z: string;\n"
    assert land("a.js", source, AtSymbol("A.number", action, body)) == ("ambiguous", source)  # type: ignore[arg-type]


def test_a_broken_definition_that_may_have_swallowed_the_next_is_not_replaced() -> None:
    source = "int f() {\n    return (1;\n\nint g() {\n    return 2;\n}\n\nint h() {\n    return 3;\n}\n"
    assert land("a.c", source, AtSymbol("f", "replace", "int f() {\n    return 1;\n}\n"))[0] in (
        "ambiguous",
        "no-such-symbol",
    )


def test_a_broken_definition_may_be_replaced_by_a_sound_one() -> None:
    source = "def f(:\n    return 1\n\n\ndef g():\n    return 2\n"
    got = land("a.py", source, AtSymbol("f", "replace", "def f():\n    return 1\n"))
    assert got == ("applied", source.replace("(:", "():"))


@pytest.mark.parametrize(
    ("path", "source", "body", "after"),
    [
        ("a.rb", "require 'json'\n\nx = 1\n", "require 'json'\n", "require 'json'\n\nx = 1\n"),
        ("a.rb", "require 'json'\n\nx = 1\n", "require 'set'\n", "require 'json'\nrequire 'set'\n\nx = 1\n"),
        ("a.lua", "local a = require('a')\n\nreturn 1\n", "local a = require('a')\n", "local a = require('a')\n\nreturn 1\n"),
        ("a.ts", "import { a } from './a';\n", "import { a, b } from './a';\n", "import { a } from './a';\nimport { b } from './a';\n"),
        ("a.ts", "import { a, b } from './a';\n", "import { b } from './a';\n", "import { a, b } from './a';\n"),
    ],
)  # fmt: skip
def test_an_import_that_is_there_in_part_or_by_require_is_not_added_twice(
    path: str, source: str, body: str, after: str
) -> None:
    landing = Landing(MappingTree({path: source.encode()}))
    landing.land(Edit(path, "native", AtPlace("imports", body), 1, 1))
    assert landing.finish().files.get(path, source.encode()) == after.encode()
