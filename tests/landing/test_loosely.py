"""A quote told loosely: its change goes to the file's own lines, or the refusal says what is in the way."""

import time

import pytest

from glmcode.landing.hints import Hints
from glmcode.landing.messages import LONGEST, capped
from glmcode.landing.place import Fit, Refusal, Standing, Verdict
from glmcode.landing.substitute import substitute
from glmcode.landing.text import Text
from glmcode.plan.edits import Substitute


def verdict(data: bytes, old: str, new: str, path: str = "f.py", hints: Hints | None = None) -> Verdict:
    return substitute(Text(data), Substitute(old, new), path, hints or Hints())


def landed(data: bytes, old: str, new: str, path: str = "f.py", hints: Hints | None = None) -> tuple[bytes, str | None]:
    found = verdict(data, old, new, path, hints)
    assert isinstance(found, Fit), found
    for splice in reversed(found.splices):
        data = data[: splice.start] + splice.new + data[splice.end :]
    return data, found.strategy


def refused(data: bytes, old: str, new: str, path: str = "f.py", hints: Hints | None = None) -> Refusal:
    found = verdict(data, old, new, path, hints)
    assert isinstance(found, Refusal), found
    return found


# What the quote left out


def test_what_was_left_out_stays_where_it_is() -> None:
    data = b"first = make(1)\n\n# why\nsecond = make(2)\n\nthird = make(3)\n"
    got = landed(
        data,
        "first = make(1)\nsecond = make(2)\nthird = make(3)\n",
        "first = make(0)\nsecond = make(2)\nthird = make(4)\n",
    )
    assert got == (b"first = make(0)\n\n# why\nsecond = make(2)\n\nthird = make(4)\n", "tokens")


def test_lines_changed_one_for_one_keep_what_was_left_out_between_them() -> None:
    data = b"first = make(1)\n# why\nsecond = make(2)\n"
    assert landed(data, "first = make(1)\nsecond = make(2)\n", "first = make(3)\nsecond = make(4)\n")[0] == (
        b"first = make(3)\n# why\nsecond = make(4)\n"
    )


def test_two_lines_that_become_one_around_a_comment_are_refused() -> None:
    found = refused(
        b"first = make(1)\n# why\nsecond = make(2)\n", "first = make(1)\nsecond = make(2)\n", "both = make(3)\n"
    )
    assert found.reason == "no-match"
    assert "# why" in found.message


@pytest.mark.parametrize("between", [b"\n", b"# why\n", b"other = make(9)\n"])
def test_new_lines_never_guess_a_side_of_what_was_left_out(between: bytes) -> None:
    data = b"first = make(1)\n" + between + b"second = make(2)\nthird = make(3)\n"
    old = "first = make(1)\nsecond = make(2)\nthird = make(3)\n"
    assert refused(data, old, old.replace("second", "new = make(0)\nsecond")).reason == "no-match"


def test_one_of_two_equal_lines_with_something_between_is_not_chosen() -> None:
    data = b"begin(now)\nstep(one)\n# why\nstep(one)\nend(now)\n"
    old = "begin(now)\nstep(one)\nstep(one)\nend(now)\n"
    assert refused(data, old, "begin(now)\nstep(one)\nend(now)\n").reason == "no-match"


def test_a_blank_line_of_a_run_told_shorter_is_not_chosen() -> None:
    data = b"first = make(1)\n\n\nsecond = make(2)\n"
    old = "first = make(1)\n\nsecond = make(2)\n"
    assert refused(data, old, "first = make(1)\nnew = make(0)\n\nsecond = make(2)\n").reason == "no-match"


# Tokens


def test_a_line_broken_differently_is_replaced_whole() -> None:
    data = b"ship(order,\n     force=True)\nlog(order)\n"
    assert landed(data, "ship(order, force=True)\nlog(order)\n", "ship(order)\nlog(order)\n") == (
        b"ship(order)\nlog(order)\n",
        "tokens",
    )


def test_one_of_several_lines_that_the_file_has_as_one_takes_them_all() -> None:
    data = b"ship(order, force=True)\nlog(order)\n"
    old = "ship(\n    order,\n    force=True)\nlog(order)\n"
    got, _ = landed(data, old, old.replace("force=True", "force=False"))
    assert got == b"ship(\n    order,\n    force=False)\nlog(order)\n"


def test_a_comment_amid_a_line_that_changes_is_not_lost() -> None:
    data = b"ship(order,  # now\n     force=True)\n"
    found = refused(data, "ship(order, force=True)\n", "ship(order)\n")
    assert found.reason == "stale"
    assert "# now" in found.message


def test_white_space_inside_a_string_is_no_layout() -> None:
    assert isinstance(verdict(b"say('a b',\n    1)\n", "say('ab', 1)\n", "say('ab', 2)\n"), Refusal)


def test_a_comment_mark_inside_a_string_hides_nothing() -> None:
    data = b"say('a #1',\n    1)\n"
    assert isinstance(verdict(data, "say('a #2', 1)\n", "say('a #2', 2)\n"), Refusal)


def test_a_language_without_a_grammar_has_no_tokens() -> None:
    assert isinstance(verdict(b"ship(order,\n  now)\n", "ship(order, now)\n", "ship(order)\n", "f.txt"), Refusal)


# The best alignment


def test_a_stale_line_that_changes_is_shown_with_its_column() -> None:
    data = b"host = find(1)\nport = take(81)\nname = call(3)\nuser = call(4)\n"
    old = "host = find(1)\nport = take(80)\nname = call(3)\nuser = call(4)\n"
    found = refused(data, old, old.replace("80", "90"))
    assert found.reason == "stale"
    assert "column 14" in found.message
    assert "port = take(81)" in found.message


def test_a_copy_that_differs_in_one_line_is_no_clear_second() -> None:
    part = b"    start = find(now)\n    check(start)\n    go(start)\n    log(start)\n    stop(start)\n"
    data = b"def a():\n" + part + b"def b():\n" + part.replace(b"check(start)", b"check(other)")
    old = "    start = find(now)\n    was(start)\n    go(start)\n    log(start)\n    stop(start)\n"
    assert isinstance(verdict(data, old, old.replace("log", "warn")), Refusal)


def test_a_header_chooses_the_definition_where_copies_are_loose() -> None:
    part = b"    start = find(now)\n    check(start)\n    go(start)\n    log(start)\n    stop(start)\n"
    data = b"def a():\n" + part + b"def b():\n" + part
    old = "    start = find(now)\n    was(start)\n    go(start)\n    log(start)\n    stop(start)\n"
    got, strategy = landed(data, old, old.replace("log", "warn"), hints=Hints(headers=(b"def b():",)))
    assert got == data[: -len(part)] + part.replace(b"log", b"warn")
    assert strategy == "definition"


def test_a_changed_line_alone_among_lines_that_differ_is_not_taken() -> None:
    data = b"first = make(1)\nmoved = make(8)\nport = take(80)\nother = make(9)\nlast = make(2)\nend = make(3)\n"
    old = "first = make(1)\nport = take(80)\nlast = make(2)\nend = make(3)\n"
    assert isinstance(verdict(data, old, old.replace("80", "90")), Refusal)


def test_an_edit_that_changes_nothing_is_not_there_by_likeness() -> None:
    data = b"host = find(1)\nport = take(81)\nname = call(3)\nuser = call(4)\n"
    old = "host = find(1)\nport = take(80)\nname = call(3)\nuser = call(4)\n"
    assert not isinstance(verdict(data, old, old), Standing)


def test_a_message_cut_short_still_says_what_to_send() -> None:
    lines = [f"value_{n} = compute({'x' * 110}, {n})" for n in range(14)]
    data = "".join(line + "\n" for line in lines).encode()
    old = data.decode().replace("value_9 ", "was_9 ")
    found = refused(data, old, old.replace("was_9 ", "new_9 "))
    assert len(found.message) > LONGEST
    assert len(capped(found.message)) <= LONGEST
    assert capped(found.message).endswith("send the edit again.")


# Copied along


@pytest.mark.parametrize("mark", [" | ", ": ", "\t", "→", " │ "])
def test_the_numbers_of_a_listing_are_no_part_of_the_lines(mark: str) -> None:
    data = b"def run():\n    go(now)\n    stop(now)\n"
    old = f"2{mark}    go(now)\n3{mark}    stop(now)\n"
    new = f"2{mark}    go(now)\n    wait(now)\n3{mark}    stop(now)\n"
    assert landed(data, old, new) == (b"def run():\n    go(now)\n    wait(now)\n    stop(now)\n", "listing")


def test_a_listing_with_tabs_keeps_the_lines_own_tabs() -> None:
    data = b"def run():\n\tgo(now)\n\tstop(now)\n"
    assert landed(data, "2\t\tgo(now)\n3\t\tstop(now)\n", "2\t\tgo(now)\n3\t\thalt(now)\n")[0] == (
        b"def run():\n\tgo(now)\n\thalt(now)\n"
    )


def test_numbers_that_do_not_rise_are_no_listing() -> None:
    assert isinstance(verdict(b"go(now)\nstop(now)\n", "1: go(now)\n5: stop(now)\n", "x\n"), Refusal)


def test_one_number_that_is_not_the_places_is_the_lines_own() -> None:
    assert isinstance(verdict(b"x\nready\n", "7: ready\n", "7: set\n", "f.yaml"), Refusal)


def test_escapes_beside_bare_marks_are_meant() -> None:
    data = b"    return a < b and go(now)\n"
    assert isinstance(verdict(data, "    return a &lt; b and go(now)\n", "    return a > b and go(now)\n"), Refusal)


# Bounds


@pytest.mark.parametrize("line", [b"same\n", b"  same\n\n", b"# same\n", b"same  # why\n", b"a();b()\n"])
def test_equal_lines_cost_linear_time_however_they_are_quoted(line: bytes) -> None:
    file = Text(line * 100_000 + b"keep it now\n")
    word = line.strip().decode()
    quotes = [
        (word + "\n") * 50_000 + "other words here\n",
        (word + "\n\n") * 390 + "other words here\nkeep it now\n",
        (word + "\n" + "was there\n") * 190 + "keep it now\n",
        word + "\n# c\n" + word + "  # d\nkeep it now\n",
        "12 | " + word + "\n13 | other\n",
    ]
    start = time.process_time()
    for quote in quotes:
        found = substitute(file, Substitute(quote, quote.replace("keep", "kept") + "new\n"), "f.py", Hints())
        assert not isinstance(found, Refusal) or len(found.message) <= 2 * LONGEST
    assert time.process_time() - start < 15


def test_one_edit_in_a_long_file_with_a_line_missing_from_its_quote() -> None:
    lines: list[str] = []
    while len(lines) < 20_000:
        n = len(lines)
        lines += [
            f"def run_{n}(a):",
            f"    value_{n} = a + {n}",
            "    if a is None:",
            "        return None",
            "    log(a)",
            "",
        ]
    at = 12_000
    old = lines[at : at + 2] + lines[at + 3 : at + 5]
    new = [line.replace("log(a)", "log(b)") for line in old]
    data = "".join(line + "\n" for line in lines).encode()
    file = Text(data)
    start = time.process_time()
    found = substitute(file, Substitute("\n".join(old) + "\n", "\n".join(new) + "\n"), "f.py", Hints())
    spent = time.process_time() - start
    assert isinstance(found, Fit)
    assert found.strategy == "fuzzy"
    assert found.lines == (at + 1, at + 5)
    assert spent < 1  # some 25 ms; a busy machine is given time


def test_the_same_code_elsewhere_is_not_meant_where_the_quotes_comment_stands_over_other_code() -> None:
    data = b"# shown to people\nshow(e, full=True)\n\n\ndef f():\n    pass\n\n\nshow( e )\n"
    refused(data, "# shown to people\nshow(e)\n", "# shown to people\nshow(e, short=True)\n")
    got, strategy = landed(
        data.replace(b", full=True", b""), "# shown to people\nshow( e)\n", "# shown to people\nhide(e)\n"
    )
    assert strategy is not None
    assert got == b"# shown to people\nhide(e)\n\n\ndef f():\n    pass\n\n\nshow( e )\n"


# What the file has made already


def test_a_closing_brace_far_below_does_not_hide_the_place() -> None:
    """The alignment took the window's last line for the quote's last one, as if both ended there."""
    data = b"fn one() {\n    let a = 1;\n    first(a);\n}\n\nfn two() {\n    let a = 1;\n    other(a);\n}\n"
    old = "fn one(x: u8) {\n    let a = 1;\n    first(a);\n}\n"
    got = landed(data, old, old.replace("first(a)", "first(a + 1)"), "f.rs")
    assert got == (data.replace(b"first(a)", b"first(a + 1)"), "fuzzy")


@pytest.mark.parametrize(
    ("old", "new"),
    [("", "import sys\n"), ("    start(args)\n", "    start(args, now=True)\n"), ("", "    # Twice.\n    log()\n")],
)
def test_a_change_of_which_a_part_is_made_lands_as_a_whole(old: str, new: str) -> None:
    head, tail = "import os\ndef run(args):\n    begin(args)\n", "    stop(args)\n    report(args)\n    done()\n"
    quote, given = head + old + tail, head + new + tail.replace("report(args)", "report(args, now=True)")
    assert landed((head + new + tail).encode(), quote, given) == (given.encode(), "fuzzy")


def test_a_change_that_was_made_otherwise_is_stale() -> None:
    data = b"def run(args):\n    begin(args)\n    start(args, later=True)\n    log(args)\n    stop(args)\n    done()\n"
    old = data.decode().replace(", later=True", "")
    new = old.replace("start(args)", "start(args, now=True)").replace("stop(args)", "stop(args, now=True)")
    assert refused(data, old, new).reason == "stale"


@pytest.mark.parametrize("said", ["# ... existing code ...", "# rest of the function", "# ...", "...", "# unchanged"])
def test_a_replacement_never_elides_what_only_the_quote_gives(said: str) -> None:
    data = b"def f():\n    a = 1\n    b = 2\n    return a\n"
    found = refused(data, data.decode(), f"def f():\n    a = 10\n    {said}\n    return a\n")
    assert found.reason == "ambiguous"
    assert f"`{said}`" in found.message
    # In running text, with nothing dropped, or quoted as well, the line is what it is.
    assert isinstance(verdict(data, data.decode(), f"def f():\n    {said}\n", "f.md"), Fit)
    assert isinstance(verdict(data, "    a = 1\n", f"    a = 1\n    {said}\n"), Fit)
    kept = data.replace(b"b = 2", said.encode())
    assert isinstance(verdict(kept, kept.decode(), kept.decode().replace("a = 1", "a = 10")), Fit)


def test_a_comment_that_says_more_is_a_comment() -> None:
    data = b"def f():\n    return 1\n"
    assert isinstance(
        verdict(data, "    return 1\n", "    # keep the existing code path for later\n    return 2\n"), Fit
    )
