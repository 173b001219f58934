"""What sketches cost, by counting: the lines that are compared, and beyond that what sketch and file are long."""

from collections.abc import Callable

import pytest

from glmcode.landing import sketch_align
from tests.landing.counted import MARK, SAME, TWICE, Made, numbered, work

METHOD = "    def m{0}(self):\n        return {0}\n\n"
SKETCHES: dict[str, Callable[[int], Made]] = {
    "equal lines": lambda n: (f"f.txt\n```\n{SAME * (n // 10)}{MARK}new\n```\n", "f.txt", SAME * n),
    "equal lines with markers between": lambda n: (
        f"f.txt\n```\n{(SAME + MARK) * (n // 40)}new\n```\n",
        "f.txt",
        SAME * n,
    ),
    "equal statements of a function": lambda n: (
        f'<edit path="f.py" in="f">\ndef f():\n    same(line)\n    {MARK}    new()\n    {MARK}    same(line)\n</edit>\n',
        "f.py",
        "def f():\n" + "    same(line)\n" * n,
    ),
    "one method of many": lambda n: (
        f"f.py\n```\nclass A:\n    {MARK}    def m7(self):\n        return 0\n\n    {MARK}```\n",
        "f.py",
        "class A:\n" + numbered(n, METHOD),
    ),
    "one of many methods of one name": lambda n: (
        f"f.py\n```\nclass A:\n    {MARK}    def m(self):\n        return 0\n\n    {MARK}```\n",
        "f.py",
        "class A:\n" + METHOD.replace("m{0}", "m") * n,
    ),
    "every tenth method": lambda n: (
        f"f.py\n```\nclass A:\n{numbered(n, f'    {MARK}{METHOD}', 10)}    {MARK}```\n".replace("return ", "return -"),
        "f.py",
        "class A:\n" + numbered(n, METHOD),
    ),
    "many new methods": lambda n: (
        f"f.py\n```\nclass A:\n    {MARK}{numbered(n // 4, METHOD.replace('m', 'new'))}```\n",
        "f.py",
        "class A:\n" + numbered(n, METHOD),
    ),
    "every tenth line of a text": lambda n: (
        f"f.conf\n```\n{numbered(n, MARK + 'line number {0} of the text' + chr(10) + 'new {0}' + chr(10), 10)}{MARK}```\n",
        "f.conf",
        numbered(n),
    ),
}


@pytest.mark.parametrize("name", SKETCHES)
def test_a_sketch_costs_what_it_and_the_file_are_long_beyond_what_is_compared(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines of the one are compared with lines of the other up to so many pairs, fewer here than in earnest."""
    monkeypatch.setattr(sketch_align, "MOST_CELLS", 5000)
    make = SKETCHES[name]
    work(make(100))
    assert work(make(1200)) < TWICE * work(make(600)) + 2000


@pytest.mark.parametrize(("lines", "markers"), [(100, 50), (200, 100), (400, 100)])
def test_rivals_of_a_sketch_cost_what_is_compared(lines: int, markers: int) -> None:
    """A dozen rivals a marker, each gone through for each marker: 500 took a minute of CPU."""
    sketch = f"f.txt\n```\n{(SAME + MARK) * markers}new\n```\n"
    assert work((sketch, "f.txt", SAME * lines)) < 200 * lines * markers
