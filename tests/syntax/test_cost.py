"""What looking at a changed file costs, by counting: steps of the parser, bytes of the earlier version gone through."""

from collections.abc import Callable
from typing import Any

import pytest
import tree_sitter
from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode.syntax import parse, pythoncode
from glmcode.syntax.pythoncode import _GOES_ON, _Earlier

FILE = "\n\n".join(
    f"def step_{number}(weight):\n    total = {number}\n    for i in range(weight):\n        total += i\n    return total\n"
    for number in range(400)
).encode()


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts the parser's steps, hundreds of its actions each, in its one element."""
    counted = [0]

    class Counting:
        def __init__(self, language: tree_sitter.Language) -> None:
            self._parser: Any = tree_sitter_parser(language)

        def parse(self, *given: Any, progress_callback: Callable[[int, bool], bool]) -> Any:
            def counting(offset: int, failed: bool) -> bool:
                counted[0] += 1
                return progress_callback(offset, failed)

            return self._parser.parse(*given, progress_callback=counting)

    tree_sitter_parser = tree_sitter.Parser
    monkeypatch.setattr(tree_sitter, "Parser", Counting)
    return counted


@pytest.mark.parametrize("number", [3, 5, 15, 29, 31, 200, 333])
def test_a_replaced_definition_does_not_have_all_below_it_parsed_again(steps: list[int], number: int) -> None:
    """An edit up to the end of a block cost as much as a parse of the rest of the file."""
    parsed = parse(FILE, "python")
    assert parsed.is_clean
    whole = steps[0]
    start, end = FILE.index(b"def step_%d(" % number), FILE.index(b"\n\ndef step_%d(" % (number + 1))
    new = FILE[start:end].replace(b"total += i", b"total -= i")
    assert parsed.spliced(start, end, new).is_clean
    assert steps[0] - whole < whole / 4


LINES = st.sampled_from(["a\n", "if b:\n", "    a\n", "else:\n", "\n", "# c\n", "ab\n"])
SOURCES = st.tuples(st.lists(LINES, max_size=14).map("".join), st.booleans()).map(
    lambda given: given[0].removesuffix("\n" * given[1]).encode()
)


@settings(deadline=None)
@given(SOURCES, st.lists(st.lists(LINES, min_size=1, max_size=3).map("".join).map(str.encode), max_size=6))
def test_a_statement_is_found_wherever_it_stands(known: bytes, statements: list[bytes]) -> None:
    earlier = _Earlier(known)
    framed = b"\n" + known
    for statement in statements:
        places = [at for at in range(len(framed)) if framed.startswith(b"\n" + statement, at)]
        stands = any(not _GOES_ON.match(framed, at + 1 + len(statement)) for at in places)
        assert earlier.holds(statement) == stands


def test_looking_for_statements_costs_a_bounded_number_of_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """5,000 statements made of an earlier version's lines, none of which stands there, took 5,000 turns through it."""
    known = b"".join(b"if a%d:\n    b\n    c\n" % number for number in range(5000))
    turned = [b"if a%d:\n    c\n    b\n" % number for number in range(5000)]
    earlier = _Earlier(known)
    searched = 0

    class Framed(bytes):
        def find(self, wanted: bytes, start: int = 0, end: int = 1 << 60) -> int:  # type: ignore[override]
            nonlocal searched
            at = super().find(wanted, start, end)
            searched += (min(end, len(self)) if at < 0 else at) - start
            return at

    earlier._framed = Framed(earlier._framed)
    assert not any(earlier.holds(statement) for statement in turned)
    assert searched < (pythoncode.MOST_SEARCHED + 20) * len(known)
    searched = 0
    again = _Earlier(known)
    again._framed = Framed(again._framed)
    assert all(again.holds(statement) for statement in (b"if a%d:\n    b\n    c\n" % number for number in range(5000)))
    assert searched < 10 * len(known)
