"""Definitions by name, in every language of the base installation: the body stands as its neighbours do."""

import pytest

from glmcode.landing.engine import Landed, Landing
from glmcode.landing.tree import MappingTree
from glmcode.library import apply_plan
from glmcode.plan.edits import AtPlace, AtSymbol, Change, Edit


def land(path: str, source: str | bytes, *changes: Change) -> Landed:
    data = source.encode() if isinstance(source, str) else source
    landing = Landing(MappingTree({path: data}))
    for change in changes:
        landing.land(Edit(path, "native", change, 1, 1))
    return landing.finish()


def landed(path: str, source: str, *changes: Change) -> str:
    result = land(path, source, *changes)
    assert result.ok, [outcome.message for outcome in result.edits]
    data = result.files[path]
    assert data is not None
    return data.decode()


def reason(path: str, source: str, change: Change) -> str | None:
    return land(path, source, change).edits[0].reason


JAVA = """package a;

import java.util.List;

public class Cart {
    private int total;

    @Override
    public String toString() {
        return "x";
    }

    void add(int x) { total += x; }
}
"""


def test_java() -> None:
    got = landed(
        "Cart.java",
        JAVA,
        AtSymbol("Cart.toString", "replace", 'public String toString() {\n    return "y";\n}\n'),
        AtSymbol("Cart", "inside", "int size() {\n    return 0;\n}\n"),
        AtPlace("imports", "import java.util.List;\nimport java.util.Map;\n"),
        AtSymbol("add", "delete"),
    )
    assert got == (
        "package a;\n\nimport java.util.List;\nimport java.util.Map;\n\npublic class Cart {\n    private int total;\n\n    @Override\n"
        '    public String toString() {\n        return "y";\n    }\n\n    int size() {\n        return 0;\n    }\n}\n'
    )


CPP = """#include <vector>

namespace shop {

class Cart {
public:
    int total() const { return 0; }
private:
    int x;
};

template <typename T>
T twice(T x) {
    return x + x;
}

}  // namespace shop
"""


def test_cpp() -> None:
    got = landed(
        "a.cpp",
        CPP,
        AtSymbol("total", "replace", "int total() const {\n    return x;\n}\n"),
        AtSymbol("Cart", "inside", "int y;\n"),
        AtSymbol("twice", "replace", "template <typename T>\nT twice(T x) {\n    return 2 * x;\n}\n"),
        AtSymbol("shop", "inside", "int one() { return 1; }\n"),
        AtPlace("imports", "#include <vector>\n#include <string>\n"),
    )
    expected = CPP.replace("{ return 0; }", "{\n        return x;\n    }").replace(
        "    int x;\n", "    int x;\n    int y;\n"
    )
    expected = expected.replace("x + x;\n}\n", "2 * x;\n}\n\nint one() { return 1; }\n")
    assert got == expected.replace("<vector>\n", "<vector>\n#include <string>\n")


GO = """package a

import "fmt"

type Cart struct {
\titems []int
}

// Total adds up.
func (c *Cart) Total() int {
\treturn 0
}
"""


def test_go() -> None:
    got = landed(
        "a.go",
        GO,
        AtSymbol("Cart.Total", "replace", "func (c *Cart) Total() int {\n    return len(c.items)\n}\n"),
        AtSymbol("Cart.Total", "after", "func (c *Cart) Add(x int) {\n\tc.items = append(c.items, x)\n}\n"),
        AtSymbol("Cart", "inside", "name string\n"),
        AtPlace("imports", 'import "fmt"\nimport "strings"\n'),
    )
    expected = GO.replace("return 0", "return len(c.items)").replace("[]int\n", "[]int\n\tname string\n")
    expected = expected.replace('"fmt"\n', '"fmt"\nimport "strings"\n')
    assert got == expected + "\nfunc (c *Cart) Add(x int) {\n\tc.items = append(c.items, x)\n}\n"


TS = """import { a } from "./a";

export interface P {
  x: number;
}

export const f = (x: number) => {
  return x;
};
"""


def test_typescript() -> None:
    got = landed(
        "a.ts",
        TS,
        AtSymbol("f", "replace", "export const f = (x: number) => {\n  return x + 1;\n};\n"),
        AtSymbol("P", "inside", "y: string;\n"),
        AtSymbol("P", "before", "type Q = string;\n"),
    )
    expected = TS.replace("return x;", "return x + 1;").replace("number;\n}", "number;\n  y: string;\n}")
    assert got == expected.replace("export interface", "type Q = string;\n\nexport interface")


RUST = """#[derive(Debug)]
pub struct Cart {
    items: Vec<u64>,
}

impl Cart {
    /// In cents.
    #[must_use]
    pub fn total(&self) -> u64 {
        0
    }
}
"""


def test_rust_attributes_and_doc_comments_stay_unless_they_are_restated() -> None:
    kept = landed("a.rs", RUST, AtSymbol("Cart.total", "replace", "pub fn total(&self) -> u64 {\n    1\n}\n"))
    assert kept == RUST.replace("        0\n", "        1\n")
    told = landed(
        "a.rs", RUST, AtSymbol("Cart.total", "replace", "/// In euros.\npub fn total(&self) -> u64 {\n    1\n}\n")
    )
    assert told == RUST.replace("        0\n", "        1\n").replace("cents", "euros")
    both = landed(
        "a.rs", RUST, AtSymbol("Cart.total", "replace", "#[inline]\npub fn total(&self) -> u64 {\n    1\n}\n")
    )
    assert both == RUST.replace("        0\n", "        1\n").replace("must_use", "inline")


PY = '''class A:
    x = 1
    y = 2

    def f(self):
        return """
text
"""


class B:
    pass
'''


def test_lines_of_a_string_at_the_margin_stay_there() -> None:
    got = landed("a.py", PY, AtSymbol("A.f", "replace", 'def f(self):\n    # Says text.\n    return """\ntext\n"""\n'))
    assert got == PY.replace('        return """', '        # Says text.\n        return """')


def test_values_stand_together() -> None:
    got = landed("a.py", PY, AtSymbol("A.x", "after", "w = 4\n"), AtSymbol("A.y", "delete"))
    assert got == PY.replace("    y = 2\n", "    w = 4\n")


@pytest.mark.parametrize(
    "body",
    ["def g(self):\n    return 1\n", "    def g(self):\n        return 1\n", "\n\tdef g(self):\n\t\treturn 1\n\n"],
)
def test_a_body_is_shifted_however_it_was_indented(body: str) -> None:
    assert landed("a.py", PY, AtSymbol("A.f", "before", body)) == PY.replace(
        "    def f", "    def g(self):\n        return 1\n\n    def f"
    )


def test_the_same_body_after_the_same_definition_is_already_there() -> None:
    change = AtSymbol("A.x", "after", "y = 2\n")
    assert land("a.py", PY, change).edits[0].status == "applied"
    method = AtSymbol("A.f", "after", "def g(self):\n    return compute(self)\n")
    twice = land("a.py", PY, method, method)
    assert [outcome.status for outcome in twice.edits] == ["applied", "already"]


def test_what_holds_no_members_takes_none() -> None:
    assert reason("a.py", PY, AtSymbol("A.x", "inside", "z = 1\n")) == "no-such-symbol"


def test_an_empty_body_is_malformed() -> None:
    assert reason("a.py", PY, AtSymbol("A.f", "replace", "\n  \n")) == "malformed"


def test_a_class_that_loses_its_only_member_is_kept() -> None:
    assert (
        reason("a.py", "class A:\n    def f(self):\n        return 1\n", AtSymbol("A.f", "delete")) == "breaks-syntax"
    )


def test_a_file_without_a_grammar_has_no_symbols() -> None:
    assert reason("a.unknown", "x\n", AtSymbol("x", "replace", "y\n")) == "no-such-symbol"


def test_the_last_definition_without_a_line_end_is_followed() -> None:
    assert landed("a.py", "def f():\n    return 1", AtSymbol("f", "after", "def g():\n    return 2\n")) == (
        "def f():\n    return 1\n\n\ndef g():\n    return 2"
    )


def test_imports_of_one_module_are_split_by_what_is_missing() -> None:
    source = "from a import b\nimport os\n\nprint(b, os)\n"
    got = landed("a.py", source, AtPlace("imports", "import os, sys\nfrom a import b, c\n"))
    assert got == "from a import b\nimport os\nimport sys\nfrom a import c\n\nprint(b, os)\n"


def test_imports_of_several_lines_are_one_statement() -> None:
    body = "from a import (\n    b,\n    c,\n)\n"
    once = landed("a.py", "import os\n\nprint(os)\n", AtPlace("imports", body))
    assert once == "import os\n" + body + "\nprint(os)\n"
    assert land("a.py", once, AtPlace("imports", body)).edits[0].status == "already"


def test_future_imports_come_first() -> None:
    got = landed(
        "a.py", '"""Doc."""\nimport os\n', AtPlace("imports", "import sys\nfrom __future__ import annotations\n")
    )
    assert got == '"""Doc."""\n\nfrom __future__ import annotations\n\nimport os\nimport sys\n'


def test_the_first_import_of_a_file_stands_apart() -> None:
    assert (
        landed("a.py", '"""Doc."""\n\nx = 1\n', AtPlace("imports", "import os\n"))
        == '"""Doc."""\n\nimport os\n\nx = 1\n'
    )


def test_the_top_is_below_what_must_come_first() -> None:
    source = '#!/usr/bin/python3\n# coding: utf-8\n"""Doc."""\n\nx = 1\n'
    assert landed("a.py", source, AtPlace("top", "A = 1\n")) == source.replace('"""\n\n', '"""\n\nA = 1\n\n')
    assert landed("a.txt", "one\n", AtPlace("top", "zero\n")) == "zero\none\n"


def test_the_bottom_is_not_added_twice() -> None:
    twice = land("a.txt", "one\n", AtPlace("bottom", "two lines\n"), AtPlace("bottom", "two lines\n"))
    assert [outcome.status for outcome in twice.edits] == ["applied", "already"]
    assert twice.files == {"a.txt": b"one\ntwo lines\n"}


def test_a_replacement_that_brings_a_second_definition_is_not_doubled_when_it_lands_again() -> None:
    """Found by fuzzing."""
    change = AtSymbol("f", "replace", "def f():\n    return g()\n\n\ndef g():\n    return 2\n")
    once = landed("a.py", "def f():\n    return 1\n\n\nx = 1\n", change)
    again = land("a.py", once, change)
    assert again.files == {}
    assert [(outcome.status, outcome.lines) for outcome in again.edits] == [("already", (1, 6))]


def test_a_replacement_that_brings_a_second_definition_in_front_is_not_doubled_either() -> None:
    change = AtSymbol("f", "replace", "def g():\n    return 2\n\n\ndef f():\n    return g()\n")
    once = landed("a.py", "def f():\n    return 1\n\n\nx = 1\n", change)
    assert land("a.py", once, change).files == {}


def test_blank_lines_of_blanks_that_a_body_restates_stay() -> None:
    source = "# T\n\ntext\n   \nmore\n \nend\n"
    result = apply_plan(f'<edit path="a.md" replace="T">\n{source}</edit>\n', {"a.md": source.encode()})
    assert [one.status for one in result.edits] == ["already"]


@pytest.mark.parametrize(
    ("path", "source", "body", "after"),
    [
        ("a.py", "class A:\n    def f(self):\n        return 1\n", "def f(self):\n        return 2\n", "class A:\n    def f(self):\n        return 2\n"),
        ("a.js", "class A {\n  f() {\n    return 1;\n  }\n}\n", "f() {\n    return 2;\n  }\n", "class A {\n  f() {\n    return 2;\n  }\n}\n"),
        ("a.py", "class A:\n    def f(self):\n        return 1\n", "def f(self):\n    if x:\n        return 2\n", "class A:\n    def f(self):\n        if x:\n            return 2\n"),
    ],
)  # fmt: skip
def test_a_body_that_lost_the_indentation_of_its_first_line_alone_keeps_that_of_the_others(
    path: str, source: str, body: str, after: str
) -> None:
    result = apply_plan(f'<edit path="{path}" replace="A.f">\n{body}</edit>\n', {path: source.encode()})
    assert result.files == {path: after.encode()}


def test_a_comment_of_markup_that_a_body_restates_is_not_doubled() -> None:
    source = '<div>\n  <!-- The\n       top. -->\n  <p id="a">x</p>\n</div>\n'
    body = '  <!-- The\n       top. -->\n  <p id="a">y</p>\n'
    result = apply_plan(f'<edit path="a.html" replace="p#a">\n{body}</edit>\n', {"a.html": source.encode()})
    assert result.files == {"a.html": source.replace(">x<", ">y<").encode()}
