"""What many edits of one file cost that are no exact quotes: edits at definitions, and quotes that are told otherwise.

Run as: make bench ARGS=tests/bench/test_many_edits.py. Seconds of CPU of landing; whole plans, read and landed and hashed.
"""

import pytest

from tests.bench import material
from tests.bench.test_landing import block, cpu, land, lines, tell

LONG = 20_000
"""Lines of the file that quotes are sought in."""
QUOTED = 8


def class_of(number: int) -> str:
    """One of many classes of two methods, 112 bytes and more."""
    name = f"C{number:04}"
    return f"class {name}:\n    def one(self):\n        return {number}\n\n    def two(self):\n        return {number} * 2  # {name}\n"


def edit(action: str, symbol: str, body: str) -> str:
    if action == "delete":
        return f'<edit path="many.py" delete="{symbol}"/>\n'
    return f'<edit path="many.py" {action}="{symbol}">\n{body}</edit>\n'


ACTIONS = {
    "after=": lambda n: edit("after", f"C{n:04}", f"def new_{n}():\n    return {n}\n"),
    "before=": lambda n: edit("before", f"C{n:04}", f"def new_{n}():\n    return {n}\n"),
    "inside=": lambda n: edit("inside", f"C{n:04}", f"def new_{n}(self):\n    return {n}\n"),
    "delete=": lambda n: edit("delete", f"C{n:04}", ""),
    "replace= of a method": lambda n: edit("replace", f"C{n:04}.one", f"def one(self):\n    return -{n}\n"),
    "after= a method": lambda n: edit("after", f"C{n:04}.one", f"def new_{n}(self):\n    return {n}\n"),
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("count", [250, 500, 2000])
def test_many_edits_at_definitions(action: str, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    """One at each of so many classes, with the guard."""
    files = {"many.py": "\n\n".join(map(class_of, range(count))).encode()}
    plan = "".join(map(ACTIONS[action], range(count)))
    assert land(plan, files, guard=True).ok
    (cost,) = cpu(lambda: land(plan, files, guard=True), rounds=2)
    tell(capsys, action=action, edits=count, s=round(cost / 1000, 2))


def test_many_functions_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    count = 4000
    files = {"many.py": "\n\n".join(material.function(n, 1, 4) for n in range(count)).encode()}
    plan = "".join(edit("replace", f"step_{n}", material.function(n, 2, 4)) for n in range(count))
    assert land(plan, files, guard=True).ok
    (cost,) = cpu(lambda: land(plan, files, guard=True), rounds=2)
    tell(capsys, replaced=count, s=round(cost / 1000, 2))


def drifted(how: str, at: int, quoted: list[str]) -> str:
    """A block that changes the sixth of eight lines, quoted otherwise than they stand."""
    given = [*quoted[:6], f"    total_{at} = 0\n", *quoted[7:]]
    if how == "a stale line":
        quoted = [*quoted[:6], f"    total = weight / {at}\n", *quoted[7:]]
    sides = [quoted, given]
    if how == "blanks at the lines' ends":
        sides = [[line.replace("\n", "  \n") for line in side] for side in sides]
    elif how == "a level deeper":
        sides = [[f"    {line}" for line in side] for side in sides]
    elif how == "a line missing":
        sides = [side[:2] + side[3:] for side in sides]
    elif how == "stands nowhere":
        sides = [[line.replace("total", "amount").replace("weight", "price") for line in side] for side in sides]
    return block("".join(sides[0]), "".join(sides[1]))


@pytest.mark.parametrize(
    ("how", "lands"),
    [
        ("blanks at the lines' ends", True),
        ("a level deeper", True),
        ("a line missing", True),
        ("a stale line", False),
        ("stands nowhere", False),
    ],
)
@pytest.mark.parametrize("count", [200, 1000])
def test_many_quotes_told_otherwise(how: str, lands: bool, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a long file, without the guard."""
    rows = lines(LONG)
    files = {"long.txt": "".join(rows).encode()}
    plan = "".join(drifted(how, at, rows[at : at + QUOTED]) for at in range(0, LONG, LONG // count))
    landed = land(plan, files, guard=False)
    assert {outcome.status for outcome in landed.edits} == {"applied" if lands else "rejected"}
    (cost,) = cpu(lambda: land(plan, files, guard=False), rounds=2)
    tell(capsys, how=how, edits=count, s=round(cost / 1000, 2))
