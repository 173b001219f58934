"""The block that a refusal offers: sent as it is, it lands, and as what was meant."""

from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from glmcode import apply_plan
from glmcode.landing.messages import LONGEST, LONGEST_PLAN
from glmcode.landing.outcome import Outcome
from glmcode.plan.edits import Edit
from glmcode.plan.reader import parse_plan

ROOT = Path(__file__).parents[2]
FILES = [
    path.read_bytes().decode()
    for path in sorted((ROOT / "glmcode").rglob("*.py"))
    if 2_000 < path.stat().st_size < 20_000
]
"""Real files: this project's own."""


def block(path: str, old: list[str], new: list[str]) -> str:
    search, replace = ("".join(line + "\n" for line in lines) for lines in (old, new))
    return f'<edit path="{path}">\n<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n</edit>\n'


def offers(message: str) -> list[str]:
    """The plans that the message offers: each from its tag to its end."""
    return [
        "\n".join(message.split("\n")[event.line - 2 : event.end_line + 1]) + "\n"
        for event in parse_plan(message)
        if isinstance(event, Edit)
    ]


def rejected(plan: str, files: dict[str, bytes]) -> Outcome:
    (outcome,) = apply_plan(plan, files).edits
    assert outcome.status == "rejected"
    assert len(outcome.message) <= LONGEST
    return outcome


def sent(message: str, files: dict[str, bytes]) -> list[dict[str, bytes | None]]:
    """What each of the message's offers makes of the files, sent alone."""
    made = []
    for plan in offers(message):
        result = apply_plan(plan, files)
        assert result.ok, (plan, result.edits)
        made.append(dict(result.files))
    return made


@st.composite
def quotes(draw: st.DrawFn) -> tuple[list[str], int, list[str], list[str]]:
    """A file's lines, the row where a quote of it begins, the quote and its replacement."""
    lines = draw(st.sampled_from(FILES)).removesuffix("\n").split("\n")
    size = draw(st.integers(1, 9))
    first = draw(st.integers(0, len(lines) - size - 1))
    quote = lines[first : first + size]
    at = draw(st.integers(0, size - 1))
    assume(len(quote[at].split()) > 1)
    new = list(quote)
    change = draw(st.sampled_from(["word", "added", "gone"]))
    if change == "word":
        new[at] = quote[at] + " + new_word"
    elif change == "added":
        new[at:at] = ["new_line = 1"]
    else:
        del new[at]
    return lines, first, quote, new


@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data(), drawn=quotes(), name=st.sampled_from(["a.py", "a.txt"]))
def test_an_offer_for_a_quote_that_drifted_lands_as_what_was_meant(
    data: st.DataObject, drawn: tuple[list[str], int, list[str], list[str]], name: str
) -> None:
    lines, first, quote, new = drawn
    kept = [row for row, line in enumerate(quote) if line in new and line.strip()]
    drifted = data.draw(st.sets(st.sampled_from(kept), min_size=1)) if kept else set()
    rows = {quote[row]: quote[row].replace(quote[row].split()[-1], "other_word") for row in drifted}
    old, given = ([rows.get(line, line) for line in side] for side in (quote, new))
    before = {name: ended(lines)}
    result = apply_plan(block(name, old, given), before)
    meant = ended([*lines[:first], *new, *lines[first + len(quote) :]])
    for outcome in result.edits:
        for files in sent(outcome.message, before):
            if outcome.reason != "ambiguous":
                assert files == {name: meant}


@settings(max_examples=100, deadline=None, derandomize=True)
@given(drawn=quotes(), name=st.sampled_from(["a.py", "a.txt"]))
def test_an_offer_for_a_quote_that_stands_twice_lands_at_its_own_place(
    drawn: tuple[list[str], int, list[str], list[str]], name: str
) -> None:
    lines, first, quote, new = drawn
    after = first + len(quote)
    twice = [*lines, "between = 1", *quote]
    before = {name: ended(twice)}
    outcome = apply_plan(block(name, quote, new), before).edits[0]
    places = [row for row in range(len(twice) - len(quote) + 1) if twice[row : row + len(quote)] == quote]
    meant = [{name: ended([*twice[:row], *new, *twice[row + len(quote) :]])} for row in places]
    made = sent(outcome.message, before)
    assert {name: ended([*lines[:first], *new, *lines[after:], "between = 1", *quote])} in meant
    # One after the other: not two blocks for the same place.
    assert made == [one for one in meant if one in made][: len(made)]


def ended(lines: list[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode()


SOURCE = b"""\
class Cart:
    def tax(self):
        return self.total() * 0.19

    def total(self):
        return sum(self.prices)


class Order:
    def total(self):
        return 1
"""


def test_both_changes_of_a_stale_line_are_offered_where_they_are_apart() -> None:
    plan = block("c.py", ["        return self.total() * 0.16"], ["        return self.gross() * 0.16"])
    outcome = rejected(plan, {"c.py": SOURCE})
    assert sent(outcome.message, {"c.py": SOURCE}) == [{"c.py": SOURCE.replace(b"self.total() *", b"self.gross() *")}]


def test_no_block_is_offered_where_both_changed_the_same_word() -> None:
    outcome = rejected(
        block("c.py", ["        return self.total() * 0.16"], ["        return self.total() * 0.07"]), {"c.py": SOURCE}
    )
    assert not offers(outcome.message)
    assert "column 26" in outcome.message
    assert "0.19" in outcome.message


def test_no_block_drops_a_line_that_changed_since_it_was_quoted() -> None:
    outcome = rejected(
        block("c.py", ["    def tax(self):", "        return self.total() * 0.16"], ["    def tax(self):"]),
        {"c.py": SOURCE},
    )
    assert outcome.reason == "stale"
    assert not offers(outcome.message)


def test_an_ambiguous_quote_is_offered_once_for_each_place() -> None:
    outcome = rejected(block("c.py", ["    def total(self):"], ["    def total(self, rate=1):"]), {"c.py": SOURCE})
    assert outcome.reason == "ambiguous"
    first, second = sent(outcome.message, {"c.py": SOURCE})
    new = b"def total(self, rate=1):"
    assert first == {"c.py": SOURCE.replace(b"def total(self):", new, 1)}
    assert second == {"c.py": new.join(SOURCE.rsplit(b"def total(self):", 1))}


def test_an_offer_never_breaks_a_file_that_parses() -> None:
    outcome = rejected(block("c.py", ["    def total(self):"], ["    def total(self:"]), {"c.py": SOURCE})
    assert outcome.reason == "ambiguous"
    assert not offers(outcome.message)


@pytest.mark.parametrize("odd", ["\x1b[2J", "\x7f", "\u202e", "\x85", "</edit>", ">>>>>>> REPLACE"])
def test_a_block_that_would_not_be_read_back_as_it_is_is_not_offered(odd: str) -> None:
    text = f"{odd}\ndef total(self):\n{odd}\ndef total(self):\n".encode()
    outcome = rejected(block("c.txt", ["def total(self):"], ["def total(self, rate):"]), {"c.txt": text})
    assert not offers(outcome.message)
    assert "\x1b" not in outcome.message


def test_the_file_s_line_ends_stay_where_an_offer_is_sent() -> None:
    crlf = {"c.py": SOURCE.replace(b"\n", b"\r\n")}
    outcome = rejected(
        block("c.py", ["        return self.total() * 0.16"], ["        return self.gross() * 0.16"]), crlf
    )
    assert sent(outcome.message, crlf) == [{"c.py": crlf["c.py"].replace(b"self.total() *", b"self.gross() *")}]


def test_offers_stay_within_the_bounds_of_an_edit_and_of_a_plan() -> None:
    long = "    value = " + " + ".join(f"number_{i}" for i in range(30))
    lines = [f"def f{i}():\n{long} - {i}\n    return {i}\n" for i in range(40)]
    files = {"c.py": "\n".join(lines).encode()}
    plan = "".join(block("c.py", [f"{long} - {i}0"], [f"{long} * 2 - {i}0"]) for i in range(40))
    result = apply_plan(plan, files)
    sizes = [len(outcome.message) for outcome in result.edits]
    assert max(sizes) <= LONGEST
    assert sum(sizes) <= LONGEST_PLAN
    for outcome in result.edits:
        for plan in offers(outcome.message):
            assert apply_plan(plan, files).ok


def test_a_key_in_a_near_line_is_not_shown() -> None:
    key = "sk-" + "a1B2" * 8
    files = {"c.py": f'def connect():\n    client = Client("{key}", retries=3)\n'.encode()}
    outcome = rejected(block("c.py", ["    client = Client(KEY, retries=4)"], ["    client = None"]), files)
    assert "Client(" in outcome.message
    assert key[:8] not in outcome.message
    assert not offers(outcome.message)


def test_new_lines_where_the_quote_left_one_out_are_offered_on_either_side_of_it() -> None:
    source = b'def rate(price, country):\n    """In per cent."""\n    table = load(country)\n    return table[price]\n'
    quote = ["def rate(price, country):", "    table = load(country)", "    return table[price]"]
    outcome = rejected(block("c.py", quote, [quote[0], "    check(price)", *quote[1:]]), {"c.py": source})
    above, below = sent(outcome.message, {"c.py": source})
    lines = source.splitlines(keepends=True)
    assert above == {"c.py": b"".join([lines[0], b"    check(price)\n", *lines[1:]])}
    assert below == {"c.py": b"".join([*lines[:2], b"    check(price)\n", *lines[2:]])}


def test_a_path_at_the_front_of_a_message_keeps_its_spelling() -> None:
    outcome = rejected('<create path="a/b.txt">\nx\n</create>\n', {"a": b"x\n"})
    assert outcome.message.startswith("a is a file")


@pytest.mark.parametrize("attribute", ["replace", "before", "after", "in"])
@pytest.mark.parametrize("wrong", ["Cart.totals", "cart.total", "Basket.total"])
def test_the_tag_that_is_told_for_a_name_that_is_not_there_lands(attribute: str, wrong: str) -> None:
    name = "most" if attribute in ("before", "after") else "total"
    body = f"\n    def {name}(self):\n        return max(self.prices)\n</edit>\n"
    files = {"c.py": SOURCE.replace(b"class Order:\n    def total(self):\n        return 1\n", b"")}
    outcome = rejected(f'<edit path="c.py" {attribute}="{wrong}">{body}', files)
    tag = outcome.message.partition("as in ")[2].partition(">")[0] + ">"
    assert tag == f'<edit path="c.py" {attribute}="Cart.total">'
    assert apply_plan(tag + body, files).ok


def test_the_path_that_is_told_for_one_that_is_not_there_lands() -> None:
    plan = '<edit path="src/Cart.py" delete="Order"/>\n'
    files = {"shop/cart.py": SOURCE, "shop/card.txt": b"x\n"}
    path = rejected(plan, files).message.partition('again with path="')[2].partition('"')[0]
    assert apply_plan(plan.replace("src/Cart.py", path), files).ok


def test_an_offer_makes_no_broken_file_worse() -> None:
    """The guard holds broken files against what they were: what it would refuse is not offered."""
    source = b'NAMES = (\n    " a b c "\n    " d e f "\n)\nbetween = 1\n    " a b c "\n'
    outcome = rejected(block("c.py", ['    " a b c "'], ['    " a b c " + new_word']), {"c.py": source})
    assert outcome.reason == "ambiguous"
    assert len(sent(outcome.message, {"c.py": source})) < 2
