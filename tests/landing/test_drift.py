"""A known change whose quote has drifted lands exactly as the change would have, or is refused: never wrong."""

import random
import textwrap

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from glmcode.landing.hints import Hints
from glmcode.landing.place import Fit, Refusal
from glmcode.landing.substitute import substitute
from glmcode.landing.text import Text
from glmcode.plan.edits import Substitute

NAMES = ("total", "price", "item", "count", "rate", "tax", "order", "limit")
STATEMENTS = (
    "{a} = {b} + {n}",
    "{a}.append({b})",
    "self.{a} = {a}",
    "log.info('{a} %s', {b})",
    "{a}, {b} = {b}, {n}",
    "if {a} is None:\n    return {n}",
    "if {a}:\n    {b} = {n}\nelse:\n    {b} = {a}",
    "for {a} in {b}s:\n    use({a}, {n})",
    "try:\n    {a} = find({b})\nexcept KeyError:\n    return None",
    "call(\n    {a},\n    {b}={n},\n)",
    "return {a}",
    "# {a} comes before {b}",
    "",
    "",
)


def source(chance: random.Random) -> list[str]:
    """The lines of a file that looks like one: classes, methods, repeats, comments, blank lines."""

    def statements() -> str:
        made = []
        for _ in range(chance.randint(2, 7)):
            a, b = chance.sample(NAMES, 2)
            made.append(chance.choice(STATEMENTS).format(a=a, b=b, n=chance.randint(0, 9)))
        return "\n".join([*made, "return None"])

    lines: list[str] = []
    for _ in range(chance.randint(2, 6)):
        name = chance.choice(NAMES)
        method = f"def {name}(self, {chance.choice(NAMES)}):\n" + textwrap.indent(statements(), "    ")
        if chance.random() < 0.6:
            method = f"class {name.title()}:\n" + textwrap.indent(method, "    ")
        lines += [*method.split("\n"), "", ""][: None if chance.random() < 0.7 else -1]
        if chance.random() < 0.2:
            lines += [*method.split("\n"), ""]
    return lines


def indent_of(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


DRIFTS = ("trailing", "blank", "comment", "deeper", "flatter", "stale", "left out", "row")


class Case:
    """A file, a change to it, and how a plan that has drifted tells it."""

    def __init__(self, seed: int, kinds: set[str]) -> None:
        chance = random.Random(seed)
        self.kinds = kinds
        self.before = source(chance)
        size = len(self.before)
        self.start = chance.randrange(size)
        self.end = min(size, self.start + chance.choice((0, 1, 1, 1, 2, 3)))
        removed = self.before[self.start : self.end]
        indent = indent_of(next((line for line in [*removed, *self.before[self.start :]] if line.strip()), ""))
        self.added = [f"{indent}changed_{n} = {chance.randint(0, 9)}" for n in range(chance.choice((0, 1, 1, 2, 3)))]
        self.after = [*self.before[: self.start], *self.added, *self.before[self.end :]]
        above = range(max(0, self.start - chance.randint(0, 4)), self.start)
        below = range(self.end, min(size, self.end + chance.randint(0, 4)))
        sides = [self._context(chance, side) for side in (above, below)]
        if "left out" in kinds:
            side = chance.choice(sides)
            if side:
                side.pop(chance.randrange(len(side)))
        # New lines at an end of the quote go next to its last line: the line next to them must be told.
        beside = {
            row for side in sides for row in side if row in (self.start - 1, self.end) and self.before[row].strip()
        }
        self.is_vague = not (
            beside
            or any(line.strip() for line in removed)
            or all(any(self.before[row].strip() for row in side) for side in sides)
        )
        drifted = [[self.before[row] for row in side] for side in sides]
        if "stale" in kinds:
            self._age(chance, drifted)
        old, new = ([*drifted[0], *middle, *drifted[1]] for middle in (removed, self.added))
        if "deeper" in kinds:
            old, new = (["    " + line if line.strip() else line for line in lines] for lines in (old, new))
        elif "flatter" in kinds and all(line.startswith("    ") for line in [*old, *new] if line.strip()):
            old, new = ([line[4:] for line in lines] for lines in (old, new))
        self.old, self.new = old, new
        if "trailing" in kinds:
            self.old = [line + chance.choice(("", " ", "\t")) if chance.random() < 0.4 else line for line in self.old]
        first = min((row for side in sides for row in side), default=self.start)
        self.row = max(0, first + chance.choice((-3, -2, -1, 1, 2, 3))) if "row" in kinds else None

    def _context(self, chance: random.Random, rows: range) -> list[int]:
        kept = list(rows)
        if "blank" in self.kinds:
            kept = [row for row in kept if self.before[row].strip() or chance.random() < 0.3]
        if "comment" in self.kinds:
            kept = [row for row in kept if not is_comment(self.before[row])]
        return kept

    @staticmethod
    def _age(chance: random.Random, drifted: list[list[str]]) -> None:
        places = [(side, n) for side in drifted for n, line in enumerate(side) if line.strip()]
        if places:
            side, n = chance.choice(places)
            side[n] += chance.choice(("  # as it was", ".old()", ""))
            if chance.random() < 0.5:
                side[n] = indent_of(side[n]) + "was_called(something, else_)"

    @property
    def is_told_elsewhere(self) -> bool:
        """A stricter reading of the quote means another place: nobody could know better."""
        told = [line.strip() for line in self.old if line.strip()]
        rows = [(row, line.strip()) for row, line in enumerate(self.before) if line.strip()]
        hits = [
            rows[at][0]
            for at in range(len(rows) - len(told) + 1)
            if [line for _, line in rows[at : at + len(told)]] == told
        ]
        return any(not self.start - 12 <= row <= self.end for row in hits) or len(hits) > 1


def landed(case: Case, name: str = "f.py") -> tuple[list[str] | None, str]:
    data = "".join(line + "\n" for line in case.before).encode()
    old, new = ("".join(line + "\n" for line in side) for side in (case.old, case.new))
    found = substitute(Text(data), Substitute(old, new), name, Hints(row=case.row))
    if not isinstance(found, Fit):
        return None, found.reason if isinstance(found, Refusal) else "already"
    for splice in reversed(found.splices):
        data = data[: splice.start] + splice.new + data[splice.end :]
    return data.decode().split("\n")[:-1], found.strategy or ""


@example(seed=3667, kinds={"stale", "trailing", "left out"})  # one `return None` taken for another, deeper one
@example(seed=224013, kinds={"left out", "row", "stale"})  # the same tokens, but of another block
@example(seed=440135, kinds={"left out", "row", "trailing"})  # a blank line goes, above or below a line left out
@example(seed=626117, kinds={"blank", "comment", "flatter"})  # the same, of a comment
@example(seed=546354, kinds={"blank", "comment", "left out"})  # a new line, above or below a line left out
@settings(max_examples=1500, deadline=None)
@given(seed=st.integers(0, 2**32), kinds=st.sets(st.sampled_from(DRIFTS), max_size=3))
def test_a_drifted_plan_lands_exactly_or_is_refused(seed: int, kinds: set[str]) -> None:
    case = Case(seed, kinds)
    assume(any(line.strip() for line in case.old) and case.old != case.new)
    assume(not case.is_vague and not case.is_told_elsewhere)
    got, strategy = landed(case)
    assert got is None or got == case.after, strategy


@settings(max_examples=200, deadline=None)
@given(
    seed=st.integers(0, 2**32), kinds=st.sets(st.sampled_from(("trailing", "blank", "comment", "deeper")), max_size=2)
)
def test_a_drifted_quote_that_stands_twice_is_refused(seed: int, kinds: set[str]) -> None:
    case = Case(seed, kinds)
    assume(any(line.strip() for line in case.old) and case.old != case.new)
    case.before = [*case.before, "", *case.before]
    got, reason = landed(case)
    assert got is None
    assert reason != "stale"


def test_most_drifted_plans_whose_change_is_still_told_land() -> None:
    """What is only told loosely (not with a line left out or stale) and stands once."""
    told = fit = 0
    for seed in range(1500):
        chance = random.Random(seed)
        kinds = set(chance.sample(("trailing", "comment", "deeper", "flatter", "row"), chance.randint(1, 3)))
        case = Case(seed, kinds)
        if case.is_vague or case.is_told_elsewhere or case.old == case.new or not any(map(str.strip, case.old)):
            continue
        if not any(map(str.strip, case.added)):
            continue
        told += 1
        fit += landed(case)[0] == case.after
    assert told > 500
    assert fit / told >= 0.95
