"""No input makes landing quadratic: the work is counted, in a plan and file of one size and of twice that.

It grows with the plan and with the file, and with no square of either; sketches are in `test_sketch_cost.py`.
"""

import json
from collections.abc import Callable

import pytest

from tests.landing.counted import FUNCTION, MARK, SAME, TWICE, Made, block, call, numbered, patch, work

ONE_EDIT: dict[str, Callable[[int], Made]] = {
    "equal lines, quoted": lambda n: (block("f.txt", SAME * (n // 2), "x\n"), "f.txt", SAME * n),
    "equal lines, and one that is none": lambda n: (block("f.txt", SAME * (n // 2) + "o\n", "x\n"), "f.txt", SAME * n),
    "equal lines around one that is none": lambda n: (
        block("f.txt", SAME * 150 + "other\n" + SAME * 150, "x\n"),
        "f.txt",
        SAME * n,
    ),
    "equal lines, a level deeper": lambda n: (block("f.txt", f"  {SAME}" * (n // 2), "x\n"), "f.txt", SAME * n),
    "equal code, and a line that is none": lambda n: (
        block("f.py", "same(line)\n" * (n // 2) + "other()\n", "x\n"),
        "f.py",
        "same(line)\n" * n,
    ),
    "equal lines, elided": lambda n: (
        block("f.txt", f"{SAME}...\n" * 50 + SAME, f"{SAME}...\n" * 50 + "x\n"),
        "f.txt",
        SAME * n,
    ),
    "equal lines replaced everywhere": lambda n: (
        call(SAME, "x\n", replace_all=True),
        "f.txt",
        SAME * n,
    ),
    "equal lines, given whole": lambda n: (f"```f.txt\n{SAME * n}x\n{SAME * n}```\n", "f.txt", SAME * n),
    "blank lines": lambda n: (block("f.txt", "a\n\nb\n", "x\n"), "f.txt", "a\n" + "\n" * n + "c\n"),
    "lines nearly equal": lambda n: (
        block("f.txt", numbered(300), "x\n"),
        "f.txt",
        numbered(n, "line number {}  of it\n"),
    ),
    "every other line": lambda n: (block("f.txt", numbered(300, step=2), "x\n"), "f.txt", numbered(n)),
    "a sketch over equal lines": lambda n: (
        f'<edit path="f.txt" in="nothing">\n{SAME * (n // 10)}... existing code ...\nnew\n</edit>\n',
        "f.txt",
        SAME * n,
    ),
    "brackets within brackets": lambda n: (
        block("f.py", "x = 1\n", "x = 2\n"),
        "f.py",
        f"x = 1\ny = {'(' * n}{')' * n}\n",
    ),
    "lists within lists, broken": lambda n: (
        block("f.py", "x = 1\n", "x = (\n"),
        "f.py",
        f"x = 1\ny = {'[' * n}{']' * n}\n",
    ),
    "words of a quote that stand nowhere": lambda n: (
        block("f.txt", numbered(n // 2, "line number {} in that text\n"), "x\n"),
        "f.txt",
        numbered(n),
    ),
    "a quote from the bottom up": lambda n: (
        block("f.txt", "".join(f"line number {at} of the text\n" for at in range(n // 2)[::-1]), "x\n"),
        "f.txt",
        numbered(n),
    ),
    "a quote with every other line changed": lambda n: (
        block(
            "f.txt", "".join(f"line number {at} {'of the' if at % 2 else 'was'} text\n" for at in range(n // 2)), "x\n"
        ),
        "f.txt",
        numbered(n),
    ),
    "a quote without every third line": lambda n: (
        block("f.txt", "".join(f"line number {at} of the text\n" for at in range(n // 2) if at % 3), "x\n"),
        "f.txt",
        numbered(n),
    ),
    "a quote without the blank lines": lambda n: (
        block("f.txt", numbered(n // 2), numbered(n // 2) + "new\n"),
        "f.txt",
        numbered(n, "line number {} of the text\n\n"),
    ),
    "a quote without the comments": lambda n: (
        block("f.py", numbered(n // 2, "x{} = 1\n"), numbered(n // 2, "x{} = 1\n") + "new = 1\n"),
        "f.py",
        numbered(n, "# why\nx{} = 1\n"),
    ),
    "a quote of equal lines without the comments": lambda n: (
        block("f.py", "x = 1\n" * (n // 2) + "y = 1\n", "new = 1\n"),
        "f.py",
        "# why\nx = 1\n" * n,
    ),
    "a quote with other line breaks": lambda n: (
        block("f.py", f"f(\n  {', '.join(f'a{at}' for at in range(n))})\n", "g()\n"),
        "f.py",
        "f(" + ",\n".join(f"a{at}" for at in range(n)) + ")\n",
    ),
    "a quote a level deeper": lambda n: (
        block("f.py", numbered(n // 2, "x{} = 1\n"), "y = 1\n"),
        "f.py",
        "if a:\n" + numbered(n, "    x{} = 1\n"),
    ),
    "a quote with many dots": lambda n: (
        block("f.txt", "...\n".join(f"line number {at} of the text\n" for at in range(0, n // 2, 5)), "x\n"),
        "f.txt",
        numbered(n),
    ),
    "a quote out of a listing": lambda n: (
        block("f.txt", "".join(f"{at + 1:5} | {SAME}" for at in range(n // 2)), "x\n"),
        "f.txt",
        SAME * n,
    ),
    "a replacement that stands already": lambda n: (
        block("f.txt", "gone\n", SAME * (n // 2)),
        "f.txt",
        SAME * n,
    ),
    "a hunk without numbers": lambda n: (
        "--- a/f.txt\n+++ b/f.txt\n@@ @@\n" + f" {SAME}" * (n // 2) + f"-{SAME}+x\n",
        "f.txt",
        SAME * n,
    ),
    "a hunk without numbers that has changed": lambda n: (
        "--- a/f.txt\n+++ b/f.txt\n@@\n" + numbered(n // 2, " line number {} of the text\n") + "-line that went\n+x\n",
        "f.txt",
        numbered(n),
    ),
    "a chunk of equal lines": lambda n: (patch(f"@@\n{f' {SAME}' * (n // 2)}-{SAME}+x\n"), "f.txt", SAME * n),
    "a chunk under a header that stands everywhere": lambda n: (
        patch(f"@@ {SAME}@@ {SAME}{f' {SAME}' * 50}-{SAME}+x\n*** End of File\n"),
        "f.txt",
        SAME * n,
    ),
    "a chunk that has changed": lambda n: (
        patch("@@ def f\n" + numbered(n // 2, " line number {} of the text\n") + "-line that went\n+x\n"),
        "f.txt",
        numbered(n),
    ),
    "a call within one line of repeats": lambda n: (call("ab " * (n // 2), "x"), "f.txt", "ab " * n + "\n"),
    "a call that nearly fits in one line of repeats": lambda n: (
        call("ab " * (n // 2) + "c", "x"),
        "f.txt",
        "ab " * n + "\n",
    ),
    "a call everywhere within lines": lambda n: (call("line", "x", replace_all=True), "f.txt", SAME * n),
    "a call that has changed": lambda n: (
        call(numbered(n // 2, "line number {} in that text\n"), "x"),
        "f.txt",
        numbered(n),
    ),
    "one symbol among many": lambda n: (
        '<edit path="f.py" replace="g">\ndef g():\n    pass\n</edit>\n',
        "f.py",
        numbered(n, FUNCTION),
    ),
    "one more member": lambda n: (
        '<edit path="f.json" inside="a">\n"z": 1\n</edit>\n',
        "f.json",
        '{"a": {' + ",\n".join(f'"k{at}": {at}' for at in range(n)) + "}}\n",
    ),
    "many imports that are there": lambda n: (
        f'<edit path="f.py" at="imports">\n{numbered(n // 2, "import m{}" + chr(10))}</edit>\n',
        "f.py",
        numbered(n, "import m{}\n"),
    ),
    "lines of many kilobytes": lambda n: (
        block("f.txt", "ab" * (50 * n) + "b\nq\n", "x\n"),
        "f.txt",
        ("ab" * (50 * n) + "c\nq\n") * 3,
    ),
}


@pytest.mark.parametrize("name", ONE_EDIT)
def test_one_edit_costs_what_plan_and_file_are_long(name: str) -> None:
    make = ONE_EDIT[name]
    work(make(100))  # what is imported and compiled but once
    assert work(make(4000)) < TWICE * work(make(2000)) + 2000


def each(text: str, edits: int) -> str:
    return "".join(text.replace("#", str(number)) for number in range(edits))


MANY_EDITS: dict[str, Callable[[int, int], Made]] = {
    "one quote again and again": lambda k, n: (block("f.txt", SAME, "x\n") * k, "f.txt", SAME * n),
    "hunks of equal lines": lambda k, n: (
        "--- a/f.txt\n+++ b/f.txt\n" + each(f"@@ -#,2 +#,3 @@\n {SAME}-{SAME}+x\n+y\n", k),
        "f.txt",
        SAME * n,
    ),
    "hunks under headers that stand everywhere": lambda k, n: (
        "--- a/f.txt\n+++ b/f.txt\n" + each(f"@@ same @@\n {SAME}-{SAME}+x\n", k),
        "f.txt",
        SAME * n,
    ),
    "patches of equal lines": lambda k, n: (
        patch(each(f"@@\n {SAME}-{SAME}+x\n", k)),
        "f.txt",
        SAME * n,
    ),
    "hunks without numbers, drifted": lambda k, n: (
        "--- a/f.txt\n+++ b/f.txt\n"
        + each("@@ @@\n  line number 1#1 of the text\n-  line number 1#2 of the text\n+x#\n", k),
        "f.txt",
        numbered(n * 4),
    ),
    "calls in one list": lambda k, n: (
        json.dumps([{"path": "f.txt", "old_str": f"number {at} of", "new_str": f"{at} of"} for at in range(k)]),
        "f.txt",
        numbered(n),
    ),
    "sketches of one function each": lambda k, n: (
        each(f'<edit path="f.py" in="f#">\ndef f#():\n    {MARK}    return #\n</edit>\n', k // 4),
        "f.py",
        numbered(n // 5, FUNCTION),
    ),
    "functions that go": lambda k, n: (each('<edit path="f.py" delete="f#"/>\n', k), "f.py", numbered(n, FUNCTION)),
    "as many quotes as places": lambda k, n: (
        block("f.txt", "here\n", "x\n") * k,
        "f.txt",
        ("here\n" + "pad\n" * (n // k)) * k,
    ),
    "lines that stand once": lambda k, n: (
        "".join(block("f.txt", f"line number {at} of the text\n", f"{at}\n") for at in range(k)),
        "f.txt",
        numbered(n),
    ),
    "lines that have changed": lambda k, n: (
        "".join(block("f.txt", f"line number {at} of this text\n", f"{at}\n") for at in range(k)),
        "f.txt",
        numbered(n),
    ),
    "quotes that leave a line out": lambda k, n: (
        "".join(
            block(
                "f.txt",
                numbered(at + 9)[len(numbered(at)) :].replace(f"line number {at + 3} of the text\n", ""),
                f"{at}\n",
            )
            for at in range(0, 10 * k, 10)
        ),
        "f.txt",
        numbered(n),
    ),
    "one definition again and again": lambda k, n: (
        each('<edit path="f.py" replace="f0">\ndef f0():\n    return #\n</edit>\n', k),
        "f.py",
        numbered(n, FUNCTION),
    ),
    "definitions one by one": lambda k, n: (
        each('<edit path="f.py" replace="f#">\ndef f#():\n    return #\n</edit>\n', k),
        "f.py",
        numbered(n, FUNCTION),
    ),
    "new imports": lambda k, n: (
        each('<edit path="f.py" at="imports">\nimport m#\n</edit>\n', k),
        "f.py",
        "x = 1\n" * n,
    ),
    "lines at the bottom": lambda k, n: (
        each('<edit path="f.py" at="bottom">\ny# = 1\n</edit>\n', k),
        "f.py",
        "x = 1\n" * n,
    ),
    "edits that break the file": lambda k, n: (
        "".join(block("f.py", f"x{at} = 1\n", f"x{at} = (\n") for at in range(k)),
        "f.py",
        numbered(n, "x{} = 1\n"),
    ),
}


@pytest.mark.parametrize("name", MANY_EDITS)
def test_many_edits_cost_what_their_number_and_the_file_are(name: str) -> None:
    """Each may go through the file once or a few times; none goes through it as often as the file is long, or through all that the
    plan has done before."""
    make = MANY_EDITS[name]
    work(make(3, 60))
    few = work(make(20, 500))
    assert work(make(40, 500)) < TWICE * few + 2000
    assert work(make(20, 1000)) < TWICE * few + 2000


EXACT: dict[str, Callable[[int], Made]] = {
    "quotes": lambda k: (
        "".join(block("f.txt", f"line number {at} of the text\n", f"{at}\n") for at in range(k)),
        "f.txt",
        numbered(3000),
    ),
    "hunks that add a line": lambda k: (
        "--- a/f.txt\n+++ b/f.txt\n"
        + "".join(f"@@ -{at + 1} +{2 * at + 1},2 @@\n-line number {at} of the text\n+a\n+b\n" for at in range(k)),
        "f.txt",
        numbered(3000),
    ),
    "hunks from the bottom up": lambda k: (
        "--- a/f.txt\n+++ b/f.txt\n"
        + "".join(f"@@ -{at + 1} +{at + 1},2 @@\n-line number {at} of the text\n+a\n+b\n" for at in range(k)[::-1]),
        "f.txt",
        numbered(3000),
    ),
}


CLASS = "class C{0}:\n    def run(self, x):\n        return x + {0}\n\n    def stop(self):\n        pass\n\n\n"
METHOD = "    int get{0}() {{\n        return {0};\n    }}\n\n"


AT_DEFINITIONS = {
    "after each": ("after", "C#", "def new#(a):\n    return a\n"),
    "before each": ("before", "C#", "def new#(a):\n    return a\n"),
    "a member more of each": ("inside", "C#", "def go(self):\n    return #\n"),
    "each deleted": ("delete", "C#", ""),
    "a member of each deleted": ("delete", "C#.run", ""),
    "a member of each replaced": ("replace", "C#.run", "def run(self, y):\n    return #\n"),
    "after a member of each": ("after", "C#.run", "def go(self):\n    return #\n"),
    "after each method of a class": ("after", "get#", "int set#() {\n    return 1;\n}\n"),
    "each method of a class deleted": ("delete", "get#", ""),
    "each method of a class replaced": ("replace", "get#", "int get#(int x) {\n    return x;\n}\n"),
}


@pytest.mark.parametrize("name", AT_DEFINITIONS)
def test_an_edit_at_a_definition_reads_what_is_near_it(name: str) -> None:
    """Each had its file parsed and outlined anew: 500 of them in one file took as long as the square of that."""
    action, symbol, body = AT_DEFINITIONS[name]
    is_java = "get" in symbol

    def make(k: int) -> Made:
        path = "F.java" if is_java else "f.py"
        head = f'<edit path="{path}" {action}="{symbol}"'
        edit = f"{head}>\n{body}</edit>\n" if body else f"{head}/>\n"
        file = f"class F {{\n{numbered(k, METHOD)}}}\n" if is_java else numbered(k, CLASS)
        return each(edit, k), path, file

    work(make(20))
    assert work(make(240)) < 2.3 * work(make(120))


def drifted(change: Callable[[list[str]], list[str]]) -> Callable[[int, int], Made]:
    """So many quotes of nine lines each, told otherwise, of a file of so many lines."""

    def make(edits: int, lines: int) -> Made:
        rows = [f"    line number {number} of the text\n" for number in range(lines)]
        blocks = (block("f.txt", "".join(change(rows[at : at + 9])), f"{at}\n") for at in range(0, edits * 30, 30))
        return "".join(blocks), "f.txt", "".join(rows)

    return make


DRIFTED = {
    "blanks at the ends": drifted(lambda quote: [line.replace("\n", "  \n") for line in quote]),
    "a level deeper": drifted(lambda quote: [f"    {line}" for line in quote]),
    "blank lines between": drifted(lambda quote: [f"{line}\n" for line in quote]),
    "a line missing": drifted(lambda quote: [*quote[:4], *quote[5:]]),
    "a stale line": drifted(lambda quote: [quote[0].replace("of", "in"), *quote[1:]]),
    "lines that stand nowhere": drifted(lambda quote: [line.replace("line", "row") for line in quote]),
}


@pytest.mark.parametrize("name", DRIFTED)
def test_a_drifted_edit_is_looked_for_near_its_lines(name: str) -> None:
    """Each had normal forms made of all of the file: a thousand in one of 20,000 lines took 20 s."""
    make = DRIFTED[name]
    work(make(2, 100))
    forty = [work(make(80, lines)) - work(make(40, lines)) for lines in (4000, 12000)]
    assert forty[1] < 1.3 * forty[0]


@pytest.mark.parametrize("name", EXACT)
def test_an_edit_costs_nothing_to_those_behind_it(name: str) -> None:
    make = EXACT[name]
    work(make(2))
    assert work(make(1200)) < 2.2 * work(make(600))
