"""Symbols: what a plan calls a definition."""

import pytest

from glmcode.syntax import Definition, find_symbol, outline

PYTHON = outline(
    "class Cart:\n    def total(self): ...\n    def total(self): ...\n    class Line:\n        def run(self): ...\n"
    "class Order:\n    def run(self): ...\ndef total(): ...\ndef subtotal(): ...\n",
    "a.py",
)
RUST = outline(
    "struct Cart;\nimpl Cart { fn new() {} }\nimpl Cart { fn add() {} }\n"
    "impl Display for Cart { fn fmt() {} }\nimpl Debug for Cart { fn fmt() {} }\nimpl<T> Stack<T> { fn push() {} }\n",
    "a.rs",
)


@pytest.mark.parametrize(
    ("symbol", "names"),
    [
        ("Cart", ["Cart"]),
        ("Cart.total", ["Cart.total#1", "Cart.total#2"]),
        ("Cart.total#1", ["Cart.total#1"]),
        ("Cart.total#2", ["Cart.total#2"]),
        ("total#2", ["Cart.total#2"]),
        ("total", ["total"]),
        ("run", ["Cart.Line.run", "Order.run"]),
        ("Line.run", ["Cart.Line.run"]),
        (" Line ", ["Cart.Line"]),
        ("Cart::total", ["Cart.total#1", "Cart.total#2"]),
        ("Cart::total#1", ["Cart.total#1"]),
        ("Cart.total#3", []),
        ("Cart#1.total#2", ["Cart.total#2"]),
        ("Cart#2.total", []),
        ("Order.run()", ["Order.run"]),
        ("class Cart", ["Cart"]),
        ("def subtotal(self, x: int = 1):", ["subtotal"]),
        ("async def subtotal", ["subtotal"]),
        ("Cart#total#2", ["Cart.total#2"]),
        ("Cart > Line > run", ["Cart.Line.run"]),
        ("class total", ["total"]),
        ("Basket.total", []),
        ("Basket#run", []),
        ("def ", []),
        ("(total)", []),
        ("otal", []),
        ("art.total", []),
        ("", []),
        (".", []),
        ("()", []),
    ],
)
def test_symbols_of_python(symbol: str, names: list[str]) -> None:
    assert [d.name for d in find_symbol(PYTHON, symbol)] == names


@pytest.mark.parametrize(
    ("symbol", "names"),
    [
        ("impl Display for Cart.fmt", ["impl Display for Cart.fmt"]),
        ("fmt", ["impl Display for Cart.fmt", "impl Debug for Cart.fmt"]),
        ("Cart.fmt", ["impl Display for Cart.fmt", "impl Debug for Cart.fmt"]),
        ("impl fmt::Display for Cart.fmt", ["impl Display for Cart.fmt"]),
        ("impl std::fmt::Debug for Cart::fmt", ["impl Debug for Cart.fmt"]),
        ("Cart.new", ["impl Cart#1.new"]),
        ("impl Cart::new", ["impl Cart#1.new"]),
        ("impl Cart.add", ["impl Cart#2.add"]),
        ("Cart::add", ["impl Cart#2.add"]),
        ("Stack.push", ["impl Stack<T>.push"]),
        ("Cart", ["Cart"]),
    ],
)
def test_symbols_of_rust(symbol: str, names: list[str]) -> None:
    assert [d.name for d in find_symbol(RUST, symbol)] == names


GO = outline(
    "package a\ntype Cart struct {}\nfunc (c *Cart) Total() int { return 1 }\nfunc New() *Cart { return nil }\n", "a.go"
)
TS = outline(
    "export class A<T> {\n  get v(): number { return 1 }\n}\nexport const f = async (x: number) => x;\n", "a.ts"
)
RUBY = outline("class A\n  def f\n  end\n  def self.g\n  end\nend\n", "a.rb")
JAVA = outline("class A {\n  int f(int a) { return 1; }\n  int f(String s, int b) { return 2; }\n}\n", "A.java")


@pytest.mark.parametrize(
    ("definitions", "symbol", "names"),
    [
        (GO, "func (c *Cart) Total", ["Cart.Total"]),
        (GO, "(*Cart).Total", ["Cart.Total"]),
        (GO, "*Cart.Total", ["Cart.Total"]),
        (GO, "type Cart struct", []),
        (GO, "func New() *Cart", ["New"]),
        (RUST, "pub(crate) fn push", ["impl Stack<T>.push"]),
        (RUST, "struct Cart", ["Cart"]),
        (TS, "export class A<T>", ["A"]),
        (TS, "get v()", ["A.v"]),
        (TS, "export const f", ["f"]),
        (RUBY, "A#f", ["A.f"]),
        (RUBY, "def self.g", ["A.g"]),
        (JAVA, "A.f(int)", ["A.f#1"]),
        (JAVA, "A.f(String, int)", ["A.f#2"]),
        (JAVA, "f(String s, int b)", ["A.f#2"]),
        (JAVA, "f(s, b)", ["A.f#2"]),
        (JAVA, "A.f(long)", []),
        (JAVA, "A.f", ["A.f#1", "A.f#2"]),
        (JAVA, "f", ["A.f#1", "A.f#2"]),
        (JAVA, "A.f()", ["A.f#1", "A.f#2"]),
        (outline("# up\n\n# A (b)\n", "a.md"), "set up", []),
        (outline('{"type": {"x": 1}, "y": {"z": 1}}', "a.json"), "type y", []),
    ],
)
def test_symbols_told_as_declarations(definitions: tuple[Definition, ...], symbol: str, names: list[str]) -> None:
    assert [d.name for d in find_symbol(definitions, symbol)] == names


def test_quotes_around_a_part_of_a_path_are_spelling() -> None:
    keys = outline('{"exports": {"./a.js": 1, "./b.js": 2}}', "a.json")
    assert [d.name for d in find_symbol(keys, 'exports."./a.js"')] == ["exports../a.js"]
    table = outline('[tool."my tool"]\nx = 1\n', "a.toml")
    assert [d.name for d in find_symbol(table, 'tool."my tool".x')] == ["tool.my tool.x"]
    heading = outline("# Use of `f`\n", "a.md")
    assert [d.kind for d in find_symbol(heading, "Use of f")] == ["section"]
    field = outline("<?php class A { private $lines; }", "a.php")
    assert [d.name for d in find_symbol(field, "A.$lines")] == ["A.lines"]
