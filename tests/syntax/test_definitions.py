"""Outlines of real-looking files, and what every caller relies on: names, spans, bodies."""

from pathlib import Path

import pytest

from glmcode.syntax import Definition, outline, parse

SAMPLES = Path(__file__).parent / "samples"
NAMES = sorted(path.name.removesuffix(".txt") for path in SAMPLES.glob("*.txt"))
MEMBER = {
    "py": b"def added(self): pass\n",
    "js": b"added() {}\n",
    "ts": b"added(): void;\n",
    "tsx": b"added() {}\n",
    "rs": b"fn added() {}\n",
    "java": b"void added() {}\n",
    "cpp": b"int added() { return 1; }\n",
}


def defined(source: str, path: str = "a.py") -> dict[str, tuple[str, str]]:
    """Name -> kind and span."""
    data = source.encode()
    return {d.name: (d.kind, data[d.start : d.end].decode()) for d in outline(data, path)}


def listed(data: bytes, found: tuple[Definition, ...]) -> str:
    rows = []
    for d in found:
        first = data.count(b"\n", 0, d.start) + 1
        rows.append(f"{'  ' * d.depth}{d.name} | {d.kind} | {first} {d.line}-{d.end_line} | {d.signature}")
    return "".join(f"{row}\n" for row in rows)


@pytest.mark.parametrize("name", NAMES)
def test_the_outline_of_a_real_looking_file_is_as_written(name: str) -> None:
    data = (SAMPLES / f"{name}.txt").read_bytes()
    assert listed(data, outline(data, name)) == (SAMPLES / f"{name}.outline").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_spans_are_of_whole_lines_or_lie_within_one(name: str) -> None:
    data = (SAMPLES / f"{name}.txt").read_bytes()
    for d in outline(data, name):
        assert d.start <= d.head <= d.keyword < d.end <= len(data), d
        at_line_start = d.start == 0 or data[d.start - 1 : d.start] == b"\n"
        ends_line = data[d.end - 1 : d.end] == b"\n"
        assert at_line_start or not ends_line, d
        if at_line_start and not ends_line:
            assert data[d.end : d.end + 1] not in (b"\n", b""), f"{d.name} leaves its line end behind"
        if d.keyword == 0 or data[d.keyword - 1 : d.keyword] == b"\n":
            assert data.startswith(d.indent, d.keyword), d
            assert not data[d.keyword + len(d.indent) :].startswith((b" ", b"\t")), d
        assert d.line == data.count(b"\n", 0, d.keyword) + 1
        assert d.end_line == data.count(b"\n", 0, d.end - 1) + 1


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith((".ts", ".h"))])
def test_a_top_level_definition_parses_by_itself(name: str) -> None:
    data = (SAMPLES / f"{name}.txt").read_bytes()
    language = _language(name)
    for d in outline(data, name):
        at_line_start = d.start == 0 or data[d.start - 1 : d.start] == b"\n"
        if d.depth > 0 or d.indent or not at_line_start:
            continue
        alone = parse(data[d.start : d.end], language)
        assert alone.problem is None, (d.name, alone.problem, data[d.start : d.end])


@pytest.mark.parametrize("name", NAMES)
def test_names_are_unique_and_members_stand_behind_their_owner(name: str) -> None:
    found = outline((SAMPLES / f"{name}.txt").read_bytes(), name)
    assert len({d.name for d in found}) == len(found)
    assert [d.start for d in found] == sorted(d.start for d in found)
    stack: list[Definition] = []
    for d in found:
        del stack[d.depth :]
        assert len(stack) == d.depth
        if stack:
            assert d.name.startswith(stack[-1].name + ".")
            assert stack[-1].start <= d.start
            assert d.end <= stack[-1].end
        stack.append(d)


@pytest.mark.parametrize("name", [name for name in NAMES if name.split(".")[1] in MEMBER])
def test_a_member_put_at_the_end_of_a_body_is_a_member(name: str) -> None:
    data = (SAMPLES / f"{name}.txt").read_bytes()
    tried = 0
    before = parse(data, _language(name))
    for d in before.definitions:
        if d.body is None or d.kind not in ("class", "trait", "impl", "interface"):
            continue
        at = d.body[1]
        whole = data[at - 1 : at] == b"\n"
        text = (
            d.member_indent + MEMBER[name.split(".")[1]]
            if whole
            else b" ; " + MEMBER[name.split(".")[1]].strip() + b" "
        )
        if name.endswith((".rs", ".ts", ".java", ".cpp")) and not whole:
            continue
        if name.endswith(".ts") and d.kind == "class":
            text = text.replace(b"(): void;", b"() {}")
        if name.endswith(".py") and not whole:
            text = b"; added = 1"
        after = before.spliced(at, at, text)
        new = {x.name for x in after.definitions} - {x.name for x in before.definitions}
        assert new == {f"{d.name}.added"}, (d.name, new, after.problem)
        tried += 1
    assert tried > 0


def _language(name: str) -> str:
    from glmcode.syntax import language_of

    language = language_of(name)
    assert language is not None
    return language


def test_comments_and_decorators_directly_above_belong_to_a_definition() -> None:
    source = "# far\n\n# near\n# nearer\n@a\n# between\n@b(\n  1)\ndef f():\n    pass  # end\n# next\n"
    (d,) = outline(source, "a.py")
    assert source[d.start : d.end] == "# near\n# nearer\n@a\n# between\n@b(\n  1)\ndef f():\n    pass  # end\n"
    assert source[d.head :].startswith("@a\n")
    assert source[d.keyword :].startswith("def f")
    assert (d.line, d.end_line) == (9, 10)


def test_a_comment_behind_code_belongs_to_that_code() -> None:
    found = defined("x = 1  # about x\ndef f():\n    pass\n")
    assert found["f"][1] == "def f():\n    pass\n"
    assert found["x"][1] == "x = 1  # about x\n"


def test_the_first_lines_of_a_script_are_no_comments_of_a_function() -> None:
    found = defined("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\ndef f(): pass\n")
    assert found["f"][1] == "def f(): pass\n"
    assert defined("//! Crate\nfn f() {}\n", "a.rs")["f"][1] == "fn f() {}\n"


def test_a_comment_above_the_first_member_belongs_to_it() -> None:
    assert (
        defined("class A:\n    # about f\n    def f(self): pass\n")["A.f"][1]
        == "    # about f\n    def f(self): pass\n"
    )
    (a, _) = outline("class A:\n    # about f\n    def f(self): pass\n", "a.py")
    assert a.body == (9, 45)


def test_a_property_and_its_setter_are_two_definitions_of_one_name() -> None:
    source = "class A:\n    @property\n    def x(self): ...\n    @x.setter\n    def x(self, v): ...\n"
    assert list(defined(source)) == ["A", "A.x#1", "A.x#2"]
    assert defined(source)["A.x#2"][1] == "    @x.setter\n    def x(self, v): ...\n"


def test_a_string_key_cannot_take_the_name_of_a_second_definition() -> None:
    source = "class A { 'x#2'() {} x() {} x() {} }\n"
    names = [d.name for d in outline(source, "a.js")]
    assert len(set(names)) == 4


def test_definitions_in_branches_are_found() -> None:
    source = (
        "if TYPE_CHECKING:\n    def a(): ...\nelif x:\n    class B: ...\nelse:\n    C = 1\n"
        "try:\n    def d(): ...\nexcept* E:\n    def e(): ...\nfinally:\n    def f(): ...\n"
        "with x:\n    def g(): ...\nmatch x:\n    case 1:\n        def h(): ...\n"
    )
    assert list(defined(source)) == ["a", "B", "C", "d", "e", "f", "g", "h"]


def test_two_definitions_on_one_line_have_exact_spans() -> None:
    found = defined("x = 1; y = 2\nclass A: pass\nclass B: z = 3\n")
    assert found["x"][1] == "x = 1; "
    assert found["y"][1] == "y = 2"
    assert found["A"][1] == "class A: pass\n"
    assert found["B.z"][1] == "z = 3"
    found = defined("function f() {} function g() {}\n", "a.js")
    assert found["f"][1] == "function f() {}"
    assert found["g"][1] == "function g() {}"


def test_a_prototype_leaves_the_first_number_to_the_definition() -> None:
    found = defined("int f(int);\nint f(int x) { return x; }\n", "a.c")
    assert found["f#1"][1] == "int f(int x) { return x; }\n"
    assert found["f#2"][1] == "int f(int);\n"


def test_out_of_line_members_carry_their_class() -> None:
    source = "namespace n {\nint Cart<int>::Line::total() const { return 1; }\nCart::~Cart() {}\nbool Cart::operator==(int o) { return 1; }\n}\n"
    assert list(defined(source, "a.cc")) == ["n", "n.Cart.Line.total", "n.Cart.~Cart", "n.Cart.operator=="]


def test_line_ends_and_byte_order_marks_stay_outside_of_names_and_inside_of_spans() -> None:
    data = b"\xef\xbb\xbf# c\r\ndef f():\r\n    pass\r\n\r\nclass A:\r\n    def g(self):\r\n        pass"
    found = {d.name: d for d in outline(data, "a.py")}
    assert data[found["f"].start : found["f"].end] == b"# c\r\ndef f():\r\n    pass\r\n"
    assert found["A"].end == len(data)
    assert found["A"].body == (data.index(b"    def g"), len(data))
    assert found["f"].signature == "def f():"


def test_bytes_that_are_not_utf8_come_as_surrogate_escapes() -> None:
    data = "exports['ä'] = 1;\nclass A { 'ä'() {} }\n".encode("latin-1")
    assert "A.\udce4" in [d.name for d in outline(data, "a.js")]
    assert [d.name for d in outline("def größe(): pass\n", "a.py")] == ["größe"]
    data = b"# \xe4\xf6\ndef f(): return '\xe4'\n"
    (d,) = outline(data, "a.py")
    assert data[d.start : d.end] == data


def test_member_indentation_is_the_files_own() -> None:
    assert outline("class A:\n\tdef f(self): pass\n", "a.py")[0].member_indent == b"\t"
    assert outline("if x:\n  y = 1\nclass A: pass\n", "a.py")[-1].member_indent == b"  "
    assert outline("class A {}\n", "A.java")[0].member_indent == b"    "
    assert outline("class A {\n public:\n  int f();\n};\n", "a.h")[0].member_indent == b"  "


def test_empty_bodies_have_a_place_for_a_first_member() -> None:
    for source, place in (("class A {}\n", 9), ("class A {\n}\n", 10), ("class A { // c\n}\n", 15)):
        (d,) = outline(source, "A.java")
        assert d.body == (place, place), source


def test_a_broken_file_still_shows_what_is_whole() -> None:
    assert "whole" in defined("def broken(:\n\n\ndef whole():\n    pass\n")
    assert "whole" in defined("function broken() {\n  return (1;\n}\nfunction whole() {}\n", "a.js")


def test_sources_end_anywhere() -> None:
    source = (SAMPLES / "sample.cpp.txt").read_bytes()
    for end in range(0, len(source), 7):
        for d in outline(source[:end], "a.cpp"):
            assert 0 <= d.start < d.end <= end


def test_an_indented_body_that_begins_behind_other_code_is_not_taken_apart() -> None:
    assert list(defined("{class A:\n  def f = 1\n}\n", "a.scala")) == ["A"]
    assert "A.B.f" in defined("object A { class B { def f = 1 } }\n", "a.scala")


def test_the_place_for_members_never_lies_beyond_the_definition() -> None:
    """Found by fuzzing: a bracket that nothing closes before the class."""
    source = b"(class Cart:\n    def total(self):\n        return 1\n"
    for definition in outline(source, "a.py"):
        assert definition.body is None or definition.start <= definition.body[0] <= definition.body[1] <= definition.end


def test_the_first_number_is_that_of_the_function_and_not_of_its_overloads() -> None:
    source = (
        "class A:\n    @t.overload\n    def f(self, x: int) -> int: ...\n    @overload\n    @final\n    def f(self, x: str) -> str: ...\n"
        "    @cached\n    def f(self, x):\n        return x\n\n    @property\n    def v(self): ...\n    @v.setter\n    def v(self, x): ...\n"
    )
    found = {one.name: one.line for one in outline(source, "a.py")}
    assert found == {"A": 1, "A.f#1": 8, "A.f#2": 3, "A.f#3": 6, "A.v#1": 12, "A.v#2": 14}
