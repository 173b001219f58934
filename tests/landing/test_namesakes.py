"""Several definitions of one name: the body says which it is for, and where it doesn't nothing is touched."""

from pathlib import Path

import pytest

from glmcode import apply_plan
from glmcode.syntax import language_of, outline, stem_of
from glmcode.syntax.heads import head_of_definition

SAMPLES = sorted((Path(__file__).parents[1] / "syntax" / "samples").glob("*.txt"))


def land(path: str, source: str, symbol: str, body: str | None, action: str = "replace") -> tuple[str, str]:
    """The edit's status or reason, and the file after it."""
    plan = f"<edit path=\"{path}\" {action}='{symbol}'" + ("/>\n" if body is None else f' mark="x">\n{body}</edit x>\n')
    result = apply_plan(plan, {path: source.encode()})
    after = result.files.get(path)
    (edit,) = result.edits
    return edit.reason or edit.status, source if after is None else after.decode()


CASES = {
    "a.java": (
        "class A {{\n    int f(int a) {{\n        return 1;\n    }}\n\n    int f(String s) {{\n        return {};\n    }}\n}}\n",
        "f",
        "int f(String s) {{\n    return {};\n}}\n",
    ),
    "a.cpp": (
        "int f(int a) {{\n    return 1;\n}}\n\nint f(const std::string& s) {{\n    return {};\n}}\n",
        "f",
        "int f(std::string const&);\n",
    ),
    "a.cs": (
        "class A\n{{\n    int F(int a) => 1;\n\n    int F(string s) => {};\n}}\n",
        "F",
        "int F(string s) => {};\n",
    ),
    "a.kt": ("fun f(a: Int) = 1\n\nfun f(s: String) = {}\n", "f", "fun f(s: String) = {}\n"),
    "a.swift": (
        "func f(a: Int) -> Int {{\n    1\n}}\n\nfunc f(b: Int) -> Int {{\n    {}\n}}\n",
        "f",
        "func f(b: Int) -> Int {{\n    {}\n}}\n",
    ),
    "a.scala": (
        "object A {{\n  def f(a: Int): Int = 1\n\n  def f(s: String): Int = {}\n}}\n",
        "f",
        "def f(s: String): Int = {}\n",
    ),
    "a.js": (
        "class A {{\n  get v() {{\n    return 1;\n  }}\n\n  set v(x) {{\n    this.x = {};\n  }}\n}}\n",
        "v",
        "set v(x) {{\n  this.x = {};\n}}\n",
    ),
    "a.rb": (
        "class A\n  def f\n    1\n  end\n\n  def self.f\n    {}\n  end\nend\n",
        "f",
        "def self.f\n  {}\nend\n",
    ),
    "a.ex": (
        "defmodule A do\n  def f([]), do: 1\n\n  def f([h | t]) do\n    {}\n  end\nend\n",
        "f",
        "def f([h | t]) do\n  {}\nend\n",
    ),
    "a.php": (
        "<?php\nif (X) {{\n    function f($a) {{\n        return 1;\n    }}\n}} else {{\n    function f($a, $b) {{\n        return {};\n    }}\n}}\n",
        "f",
        "function f($a, $b) {{\n    return {};\n}}\n",
    ),
    "a.lua": (
        "if x then\n  function f(a)\n    return 1\n  end\nelse\n  function f(a, b)\n    return {}\n  end\nend\n",
        "f",
        "function f(a, b)\n  return {}\nend\n",
    ),
    "a.sql": (
        "CREATE TABLE a (\n    id INT\n);\n\nCREATE VIEW a AS SELECT {};\n",
        "a",
        "CREATE VIEW a AS SELECT {};\n",
    ),
    "a.md": ("# A\n\n## B\n\n1\n\n# C\n\n### B\n\n{}\n", "B", "### B\n\n{}\n"),
}


@pytest.mark.parametrize("path", [path for path in CASES if path != "a.cpp"])
def test_the_second_of_a_name_is_replaced_by_its_own_body(path: str) -> None:
    source, symbol, body = CASES[path]
    assert land(path, source.format(2), symbol, body.format(3)) == ("applied", source.format(3))


def test_a_body_without_a_body_is_no_definition() -> None:
    source, symbol, body = CASES["a.cpp"]
    assert land("a.cpp", source.format(2), symbol, body) == ("ambiguous", source.format(2))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_definition_under_the_name_it_shares_is_itself_or_asked_about(sample: Path) -> None:
    name, data = sample.stem, sample.read_bytes()
    language = language_of(name)
    assert language is not None
    found = outline(data, name)
    for one in found:
        namesakes = [other for other in found if stem_of(other.name) == stem_of(one.name)]
        if len(namesakes) == 1:
            continue
        body = data[one.start : one.end].decode()
        body = body if body.endswith("\n") else body + "\n"
        reason, after = land(name, data.decode(), stem_of(one.name), body)
        assert after == data.decode(), one.name
        heads = [head_of_definition(data, other, language) for other in namesakes]
        own = head_of_definition(data, one, language)
        if heads.count(own) == 1 and one.kind in ("function", "method", "class"):
            assert reason == "already", one.name


@pytest.mark.parametrize(
    ("path", "source", "symbol", "body"),
    [
        # One more than the one takes, or something else than the other does.
        ("A.java", "class A {\n    void f() {\n    }\n\n    void f(int a) {\n    }\n}\n", "f", "void f(long n) {\n}\n"),
        ("A.java", "class A {\n    void f(int a) {\n    }\n\n    void f(long b) {\n    }\n}\n", "f", "void f(short c) {\n}\n"),
        # The prototype of the one and the definition of the other.
        ("a.cpp", "struct A {\n    void f(int a);\n    void f(long a);\n};\n\nvoid A::f(int a) {\n}\n", "f", "void A::f(long a) {\n}\n"),
        # A getter and a deleter take the same.
        ("a.py", "class A:\n    @property\n    def v(self):\n        return 1\n\n    @v.deleter\n    def v(self):\n        pass\n", "v", "def v(self):\n    return 2\n"),
        # The same method of two classes.
        ("a.py", "class A:\n    def f(self):\n        pass\n\n\nclass B:\n    def f(self):\n        pass\n", "f", "def f(self):\n    return 1\n"),
        # A clause that matches something else.
        ("a.ex", "defmodule A do\n  def f([]), do: 1\n  def f([h | t]), do: 2\nend\n", "f", "def f(nil), do: 3\n"),
        ("a.ts", "class A {\n  static f() {}\n  f() {}\n}\n", "f", "async f() {}\n"),
    ],
)  # fmt: skip
def test_a_body_that_may_be_for_either_is_asked_about(path: str, source: str, symbol: str, body: str) -> None:
    assert land(path, source, symbol, body) == ("ambiguous", source)


def test_the_methods_of_two_classes_are_told_by_how_they_begin_alone() -> None:
    source = "class A:\n    def f(self):\n        pass\n\n\nclass B:\n    def f(self, x):\n        pass\n"
    assert land("a.py", source, "f", "def f(self, x):\n    return x\n")[0] == "applied"
    assert land("a.py", source, "f", "def f(self, x, y):\n    return x\n") == ("ambiguous", source)


def test_a_declared_overload_is_told_by_what_it_takes() -> None:
    source = "@overload\ndef f(x: int) -> int: ...\n@overload\ndef f(x: str) -> str: ...\ndef f(x):\n    return x\n"
    body = "@overload\ndef f(x: str) -> bytes: ...\n"
    assert land("a.py", source, "f", body) == ("applied", source.replace("-> str", "-> bytes"))
    assert land("a.py", source, "f", "def f(x):\n    return 1\n") == ("applied", source.replace("return x", "return 1"))


def test_an_overload_that_takes_one_more_is_the_one_that_takes_the_rest() -> None:
    source = "class A {{\n    void f(int a, int b) {{\n    }}\n\n    void f(String s{}) {{\n    }}\n}}\n"
    body = "void f(String s, int n) {\n}\n"
    assert land("A.java", source.format(""), "f", body) == ("applied", source.format(", int n"))


@pytest.mark.parametrize("action", ["before", "after", "inside", "delete"])
def test_definitions_apart_are_no_one_place(action: str) -> None:
    source = "class A {\n    void g() {\n    }\n}\n\nclass B {\n}\n\nclass A {\n}\n"
    assert land("A.java", source, "A", None if action == "delete" else "void f() {\n}\n", action)[0] == "ambiguous"


def test_the_second_number_is_not_another_once_the_first_is_gone() -> None:
    source = "".join(f"class A {{\n    int f({kind} a) {{}}\n}}\n" for kind in ("int", "long", "char"))
    source = source.replace("}\nclass A {\n", "")
    edits = ['delete="f#1"', 'replace="f#2"']
    plan = (
        f'<edit path="A.java" {edits[0]}/>\n<edit path="A.java" {edits[1]}>\nint f(long a) {{ return 1; }}\n</edit>\n'
    )
    result = apply_plan(plan, {"A.java": source.encode()})
    assert [edit.reason for edit in result.edits] == [None, "ambiguous"]
    turned = '<edit path="A.java" delete="f#2"/>\n<edit path="A.java" delete="f#1"/>\n'
    result = apply_plan(turned, {"A.java": source.encode()})
    assert result.files == {"A.java": b"class A {\n    int f(char a) {}\n}\n"}


@pytest.mark.parametrize(
    ("path", "source", "symbol", "body"),
    [
        # Lines out of a function, without its first.
        ("a.py", "def run():\n    x = 1\n    go(x)\n", "run", "    x = 2\n    go(x)\n"),
        ("a.js", "function run() {\n  return 1;\n}\n", "run", "return 2;\n"),
        ("a.sh", "run() {\n  local a=1\n}\n", "run", "  local a=2\n"),
        ("a.sql", "CREATE TABLE a (\n  x INT\n);\n", "a", "y BIGINT\n"),
        ("a.css", ".b {\n  x: 1;\n}\n", ".b", "x: 2;\n"),
        ("a.js", "class A {\n  f() {}\n}\n", "A", "go(2);\n"),
        # A field, a method or a clause of a type, of a key or of a block.
        ("a.cpp", "struct A {\n    int a = 1;\n    int b = 2;\n};\n", "A", "int a = 3;\n"),
        ("a.py", "class A:\n    def f(self):\n        pass\n", "A", "def g(self):\n    pass\n"),
        ("a.rs", "struct A;\nimpl A {\n    fn f() {}\n}\n", "impl A", "fn f() { 1; }\n"),
        ("a.rb", "describe A do\n  it 1 do\n  end\nend\n", "A", "def f\nend\n"),
        ("a.toml", "[a]\nx = 1\ny = 2\n", "a", "x = 3\n"),
        ("a.json", '{"a": {"b": 1, "c": 2}}\n', "a", '{\n  "b": 3\n}\n'),
        ("a.css", "@media print {\n  .a {\n    x: 1;\n  }\n  .b {\n    x: 1;\n  }\n}\n", "@media print", ".a {\n  x: 2;\n}\n"),
    ],
)  # fmt: skip
def test_a_part_of_a_definition_is_not_put_in_place_of_the_whole(
    path: str, source: str, symbol: str, body: str
) -> None:
    assert land(path, source, symbol, body) == ("ambiguous", source)


@pytest.mark.parametrize(
    ("path", "source", "symbol", "body", "after"),
    [
        ("a.py", "class A:\n    x = 1\n", "A", "class B:\n    x = 1\n", "class B:\n    x = 1\n"),
        ("a.py", "def f():\n    pass\n", "f", "from b import (\n    f,\n)\n", "from b import (\n    f,\n)\n"),
        ("a.js", "function f() {}\n", "f", "const g = () => 1;\n", "const g = () => 1;\n"),
        ("a.c", "int f(void)\n{\n}\n", "f", "static int\nf(void)\n{\n}\n", "static int\nf(void)\n{\n}\n"),
        ("a.yaml", "a:\n  b: 1\n", "a", "c:\n  b: 1\n", "c:\n  b: 1\n"),
    ],
)
def test_a_definition_may_come_to_be_another(path: str, source: str, symbol: str, body: str, after: str) -> None:
    assert land(path, source, symbol, body) == ("applied", after)


GO = "package a\n\ntype (\n\tCart struct {\n\t\tn int\n\t}\n\tLine struct{}\n)\n\nfunc (c *Cart) N() int {\n\treturn c.n\n}\n\nfunc New() {\n\trun()\n}\n"


def test_go_groups_and_methods_take_what_is_written_for_no_group_and_for_the_inside_of_a_type() -> None:
    body = "type Cart struct {\n\tn int64\n}\n"
    assert land("a.go", GO, "Cart", body) == ("applied", GO.replace("n int\n", "n int64\n"))
    assert land("a.go", GO, "Line", "type Item struct{}\n", "after")[1] == GO.replace("{}\n)", "{}\n\tItem struct{}\n)")
    method = "func (c *Cart) M() int {\n\treturn 1\n}\n"
    assert land("a.go", GO, "Cart", method, "inside")[1] == GO.replace("c.n\n}\n", f"c.n\n}}\n\n{method}")
    assert land("a.go", GO, "Line", method, "inside") == ("breaks-syntax", GO)
    both = "type Cart struct {\n\tn int64\n}\n\nfunc (c *Cart) N() int {\n\treturn 2\n}\n"
    assert land("a.go", GO, "Cart", both)[1] == GO.replace("n int\n", "n int64\n").replace("return c.n", "return 2")


def test_the_name_of_a_class_is_not_that_of_its_constructor() -> None:
    source = "class Out {\n    class In {\n        In() {}\n    }\n\n    int x;\n}\n"
    assert land("A.java", source, "In", None, "delete") == ("applied", "class Out {\n    int x;\n}\n")
    assert land("A.java", source, "In", "class On {}\n", "after")[0] == "applied"


def test_what_is_about_the_next_line_stands_right_above_it() -> None:
    source = "class A {\n    int x;\n\n    int f() {\n        return 1;\n    }\n}\n"
    for line in ("@Override\n", "// One.\n"):
        after = source.replace("    int f", f"    {line}    int f")
        assert land("A.java", source, "f", line, "before") == ("applied", after)


def test_an_item_of_a_list_in_brackets_may_be_told_with_its_dash() -> None:
    assert land("a.yaml", "a:\n  b: [x]\n", "a.b", "- y\n", "inside") == ("applied", "a:\n  b: [x, y]\n")


@pytest.mark.parametrize("symbol", ["install", "guide", "to install"])
def test_the_last_word_of_a_heading_is_not_the_heading(symbol: str) -> None:
    source = "# How to install\n\nx\n\n# Short guide\n\ny\n"
    assert land("a.md", source, symbol, "# New\n")[0] == "no-such-symbol"


def test_the_last_selector_of_a_rule_is_not_the_rule() -> None:
    source = ".a > .b {\n  x: 1;\n}\n"
    assert land("a.css", source, ".b", ".b {\n  x: 2;\n}\n") == ("no-such-symbol", source)
