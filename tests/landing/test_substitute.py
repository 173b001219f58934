"""A quote lands at its one place, or nowhere: and nothing around it moves."""

import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from glmcode import apply_plan
from glmcode.landing.hints import Hints
from glmcode.landing.place import Fit, Refusal, Standing, Verdict
from glmcode.landing.substitute import substitute
from glmcode.landing.text import Text
from glmcode.plan.edits import Substitute


def verdict(
    data: bytes, old: str, new: str, hints: Hints | None = None, *, whole_lines: bool = True, every: bool = False
) -> Verdict:
    return substitute(Text(data), Substitute(old, new, whole_lines, every), "f", hints or Hints())


def after(data: bytes, found: Verdict) -> bytes:
    assert isinstance(found, Fit), found
    for splice in reversed(found.splices):
        data = data[: splice.start] + splice.new + data[splice.end :]
    return data


def landed(data: bytes, old: str, new: str, hints: Hints | None = None, **more: bool) -> bytes:
    return after(data, verdict(data, old, new, hints, **more))


def refusal(data: bytes, old: str, new: str, hints: Hints | None = None, **more: bool) -> Refusal:
    found = verdict(data, old, new, hints, **more)
    assert isinstance(found, Refusal), found
    return found


# Whole lines


def test_a_line_is_never_matched_in_the_middle_of_another() -> None:
    assert refusal(b"xfoo\n", "foo\n", "bar\n").reason == "no-match"
    assert landed(b"xfoo\nfoo\n", "foo\n", "bar\n") == b"xfoo\nbar\n"


def test_overlapping_readings_are_two_places() -> None:
    found = refusal(b"a\na\na\n", "a\na\n", "b\n")
    assert found.reason == "ambiguous"
    assert [place.row for place in found.places] == [0, 1]


def test_a_looser_reading_never_outbids_a_stricter_one() -> None:
    assert landed(b"  x = 1\nx = 1\n", "x = 1\n", "x = 2\n") == b"  x = 1\nx = 2\n"


def test_two_loose_places_are_refused_as_two_strict_ones_are() -> None:
    assert refusal(b"  x = 1\n\tx = 1\n", "x = 1\n", "x = 2\n").reason == "ambiguous"


def test_a_quote_that_ends_the_file_without_a_line_end_fits_only_there() -> None:
    assert landed(b"b\na\nb", "b", "c") == b"b\na\nc"


def test_the_last_line_keeps_its_missing_end_when_it_goes_from_the_middle_to_the_end() -> None:
    assert landed(b"a\nb", "a\nb\n", "b\na\n") == b"b\na"


def test_a_replacement_of_nothing_takes_the_lines_away() -> None:
    assert landed(b"a\nb\nc\n", "b\n", "") == b"a\nc\n"
    assert landed(b"a\r\nb\r\nc\r\n", "b\n", "") == b"a\r\nc\r\n"


def test_kept_lines_keep_their_own_blanks_and_ends() -> None:
    assert landed(b"a \t\r\nb\nc  \r\n", "a\nb\nc\n", "a\nnew\nb\nd\n") == b"a \t\r\nnew\r\nb\nd\r\n"


def test_indentation_is_shifted_by_one_common_step_only() -> None:
    assert refusal(b"    a = 1\n        b = 2\n", "a = 1\nb = 2\n", "a = 3\nb = 4\n").reason != "ambiguous"


def test_a_replacement_further_left_than_the_shift_allows_is_refused() -> None:
    found = refusal(b"def f():\n    call_it(now)\n", "        call_it(now)\n", "call_it(later)\n")
    assert found.reason == "no-match"
    assert "further left" in found.message


def test_tabs_stand_for_the_blanks_that_the_quote_counts() -> None:
    data = b"\tif x:\n\t\tgo(now)\n"
    assert (
        landed(data, "  if x:\n    go(now)\n", "  if x:\n    if y:\n      go(now)\n")
        == b"\tif x:\n\t\tif y:\n\t\t\tgo(now)\n"
    )


def test_blanks_stand_for_the_tabs_that_the_quote_counts() -> None:
    data = b"    if x:\n        go(now)\n"
    assert landed(data, "\tif x:\n\t\tgo(now)\n", "\tif x:\n\t\tif y:\n\t\t\tgo(now)\n") == (
        b"    if x:\n        if y:\n            go(now)\n"
    )


def test_a_blank_quote_finds_nothing_loosely() -> None:
    assert refusal(b"a\n   \nb\n", " \n", "x\n").reason == "no-match"


# Elision


def test_elided_lines_stay() -> None:
    assert landed(b"a1\nb\nc\nd1\n", "a1\n...\nd1\n", "a2\n...\nd2\n") == b"a2\nb\nc\nd2\n"


def test_a_quote_with_dots_that_stand_in_the_file_is_no_elision() -> None:
    assert landed(b"def f():\n    ...\n", "def f():\n    ...\n", "def g():\n    ...\n") == b"def g():\n    ...\n"


@pytest.mark.parametrize("new", ["a2\nd2\n", "a2\n...\nx\n...\nd2\n"])
def test_halves_that_elide_differently_are_refused(new: str) -> None:
    assert isinstance(verdict(b"a1\nb\nd1\n", "a1\n...\nd1\n", new), Refusal)


def test_elided_parts_come_in_order() -> None:
    assert isinstance(verdict(b"last line\nb\nfirst line\n", "first line\n...\nlast line\n", "x\n...\ny\n"), Refusal)


# Already, stale


def test_a_replacement_that_stands_is_already_there() -> None:
    assert isinstance(verdict(b"total = compute(1)\n", "total = guess()\n", "total = compute(1)\n"), Standing)


@pytest.mark.parametrize(
    "new", ["", "\n", "}\n", "pass\n", "    return None\n", "else:\n", "end\n", "return 0;\n", "# --\n"]
)
def test_a_trivial_replacement_proves_nothing(new: str) -> None:
    data = b"x\n" + (new.encode() or b"\n")
    assert isinstance(verdict(data, "something_else_entirely()\n", new), Refusal)


def test_a_replacement_that_stands_twice_proves_nothing() -> None:
    data = b"total = compute(1)\nx\ntotal = compute(1)\n"
    assert isinstance(verdict(data, "total = guess()\n", "total = compute(1)\n"), Refusal)


def test_a_deletion_is_already_made_only_where_its_neighbours_touch() -> None:
    old, new = "first = call()\nold_line()\nlast = call()\n", "first = call()\nlast = call()\n"
    assert isinstance(verdict(b"first = call()\nlast = call()\n", old, new), Standing)
    assert isinstance(verdict(b"first = call()\nother()\nlast = call()\n", old, new), Refusal)
    assert isinstance(verdict(b"last = call()\n", "old_line()\nlast = call()\n", "last = call()\n"), Refusal)


def test_a_changed_line_that_moved_on_is_stale() -> None:
    found = refusal(
        b"name = x\nport = 81\nhost = y\n", "name = x\nport = 80\nhost = y\n", "name = x\nport = 90\nhost = y\n"
    )
    assert found.reason == "stale"
    assert "port = 81" in found.message
    assert "column 9" in found.message


def test_context_that_moved_on_stays_as_the_file_has_it() -> None:
    assert (
        landed(b"name = z\nport = 80\nhost = y\n", "name = x\nport = 80\nhost = y\n", "name = x\nport = 90\nhost = y\n")
        == b"name = z\nport = 90\nhost = y\n"
    )


def test_context_that_moved_on_for_the_most_part_is_no_match() -> None:
    found = refusal(
        b"name = z\nport = 80\nhost = z\n", "name = x\nport = 80\nhost = y\n", "name = x\nport = 90\nhost = y\n"
    )
    assert found.reason == "no-match"


# Stretches of text


def test_a_stretch_changes_inside_a_line() -> None:
    assert landed(b"a(b, c)\n", "b, c", "c", whole_lines=False) == b"a(c)\n"


def test_a_stretch_that_stands_twice_is_ambiguous() -> None:
    found = refusal(b"x x\nx\n", "x", "y", whole_lines=False)
    assert found.reason == "ambiguous"
    assert [place.row for place in found.places] == [0, 0, 1]


def test_every_changes_them_all() -> None:
    assert landed(b"aaaa a\n", "aa", "b", whole_lines=False, every=True) == b"bb a\n"
    assert landed(b"a\r\nb\r\na\r\n", "a\n", "c\n", every=True) == b"c\r\nb\r\nc\r\n"


def test_a_stretch_over_lines_takes_the_files_line_ends() -> None:
    assert landed(b"f(a,\r\n  b)\r\n", "a,\n  b", "a,\n  b,\n  c", whole_lines=False) == b"f(a,\r\n  b,\r\n  c)\r\n"


def test_a_stretch_that_is_lines_is_found_as_lines() -> None:
    data = b"    if x:\n        go(now)\n"
    assert (
        landed(data, "if x:\n    go(now)", "if x:\n    stop(now)", whole_lines=False)
        == b"    if x:\n        stop(now)\n"
    )


# Hints


def test_a_row_chooses_only_among_equal_places() -> None:
    data = b"x\nsame\ny\nsame\n"
    assert landed(data, "same\n", "z\n", Hints(row=3)) == b"x\nsame\ny\nz\n"
    assert landed(b"a\nsame\n", "same\n", "z\n", Hints(row=0)) == b"a\nz\n"


def test_a_row_that_is_not_quite_right_chooses_nothing() -> None:
    assert refusal(b"x\nsame\ny\nsame\n", "same\n", "z\n", Hints(row=2)).reason == "ambiguous"


def test_a_header_chooses_the_block_below_it() -> None:
    data = b"class A:\n    def run(self):\n        go()\n\nclass B:\n    def run(self):\n        go()\n"
    assert (
        landed(data, "        go()\n", "        stop()\n", Hints(headers=(b"class B:", b"def run(self):")))
        == data[:-13] + b"        stop()\n"
    )


def test_a_header_that_is_nowhere_chooses_nothing() -> None:
    assert refusal(b"x\nsame\ny\nsame\n", "same\n", "z\n", Hints(headers=(b"class C:",))).reason == "ambiguous"


# Messages


@pytest.mark.parametrize("size", [1, 40, 3000])
def test_an_ambiguous_message_lists_at_most_five_places(size: int) -> None:
    found = refusal(b"same line\nx\n" * (size + 1), "same line\n", "z\n")
    assert found.message.count("\n- line") == min(5, size + 1)


def test_control_characters_of_a_file_do_not_reach_the_message() -> None:
    found = refusal(b"total = 1 \x1b[31mred\n", "total = 1 blue\n", "x = 1\n")
    assert "\x1b" not in found.message


# Drift


LINES = st.lists(
    st.tuples(
        st.sampled_from(["", "    ", "        "]),
        st.sampled_from(["alpha", "beta", "gamma", "delta", "}", ""]),
        st.integers(0, 9),
    ),
    min_size=3,
    max_size=25,
)


@settings(max_examples=400, deadline=None)
@given(lines=LINES, data=st.data())
def test_a_drifted_quote_lands_exactly_or_not_at_all(lines: list[tuple[str, str, int]], data: st.DataObject) -> None:
    """A known change, its quote told loosely: the result is the change on the file's own bytes, or a refusal."""
    rows = [f"{indent}{word}({number})" if word.isalpha() else indent + word for indent, word, number in lines]
    at = data.draw(st.integers(0, len(rows) - 1))
    first, last = max(0, at - data.draw(st.integers(0, 3))), min(len(rows), at + 1 + data.draw(st.integers(0, 3)))
    # A line that is quoted to the byte is meant before one that has blanks at its end: so all have them, or none.
    kinds = data.draw(st.sampled_from([["\n", "\r\n"], [" \n", "\t\r\n"]]))
    ends = data.draw(st.lists(st.sampled_from(kinds), min_size=len(rows), max_size=len(rows)))
    indent = rows[at][: len(rows[at]) - len(rows[at].lstrip())]
    added = [f"{indent}changed_here({number})" for number in range(data.draw(st.integers(0, 2)))]
    file = "".join(row + end for row, end in zip(rows, ends, strict=True))
    shift = data.draw(st.sampled_from(["", "  ", "    "]))
    if not any(row.strip() for row in rows[first:last]):
        shift = ""  # nothing tells how far blank lines are shifted
    old = [shift + row if row.strip() else row for row in rows[first:last]]
    told, plain = ("\n".join(["", *(row.rstrip() for row in side), ""]) for side in (old, rows))
    # Told as another place's lines, blanks at their ends aside, it means that place.
    assume(not shift or told not in plain)
    new = old[: at - first] + [shift + row for row in added] + old[at - first + 1 :]
    found = verdict(file.encode(), "".join(row + "\n" for row in old), "".join(row + "\n" for row in new))
    if not isinstance(found, Fit):
        return
    # Which of several equal changes it was cannot be told from the bytes: a diff of the quote may slide. Blanks at line
    # ends aside, the result is what the change makes of the file.
    expected = rows[:at] + added + rows[at + 1 :]
    got = after(file.encode(), found).decode().splitlines()
    assert [row.strip() for row in got] == [row.strip() for row in expected]
    assert [row.rstrip() for row in got] == [row.rstrip() for row in expected]


def test_adversarial_repeats_cost_linear_time() -> None:
    file = Text(b"same\n" * 100_000)
    quotes = [
        "same\n",
        "same\n" * 50_000,
        "  same\n" * 50_000,
        "same\n" * 5000 + "other words\n",
        "same\n...\nsame\n...\nsame\n",
    ]
    start = time.process_time()
    for quote in quotes:
        assert isinstance(substitute(file, Substitute(quote, quote.replace("same", "new")), "f", Hints()), Refusal)
    assert time.process_time() - start < 15


def test_a_line_of_a_megabyte_is_no_trouble() -> None:
    long = "a" * 1_000_000
    start = time.process_time()
    assert landed(long.encode() + b"\nb\n", "b\n", "c\n") == long.encode() + b"\nc\n"
    assert isinstance(verdict(long.encode() + b"\n", long[1:] + "\n", "c\n"), Refusal)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("data", "old"),
    [
        (b"port = 8080\n", "port = 80"),
        (b"max = 1\n", "x = 1"),
        (b"subtotal\n", "total"),
        (b"a_name\n", "name"),
        (b"x1\n", "x"),
    ],
)
def test_a_short_stretch_within_a_longer_word_is_there_by_chance(data: bytes, old: str) -> None:
    found = verdict(data, old, "new", whole_lines=False)
    assert isinstance(found, Refusal)
    assert found.reason == "no-match"
    assert data.decode().strip() in found.message
    # One that stands by itself is meant, and all of them may be.
    alone = verdict(data + b"(" + old.encode() + b")\n", old, "new", whole_lines=False)
    assert isinstance(alone, Fit)
    assert alone.splices[0].start == len(data) + 1
    assert isinstance(verdict(data, old, "new", whole_lines=False, every=True), Fit)


def test_an_old_string_that_alone_ends_its_line_joins_none() -> None:
    for data in (b"a: 1\nb: 2\n", b"a: 1\r\nb: 2\r\n", b"a: 1\rb: 2\r"):
        found = verdict(data, "a: 1\n", "a: 2", whole_lines=False)
        assert isinstance(found, Refusal), data
        assert found.reason == "ambiguous"
    for data in (b"a: 1\n", b"a: 1\n\nb: 2\n", b"a: 1\r\n\r\nb: 2\r\n", b"a: 1\r\rb: 2\r"):
        assert isinstance(verdict(data, "a: 1\n", "a: 2", whole_lines=False), Fit)
    assert isinstance(verdict(b"a: 1\nb: 2\n", "a: 1\n", "", whole_lines=False), Fit)


def test_an_elision_stays_within_the_definition_that_it_begins_in() -> None:
    data = b"def f():\n    a = 1\n    return b\n\n\ndef h():\n    return total\n"
    change = Substitute("    a = 1\n...\n    return total\n", "    a = 2\n...\n    return total\n")
    found = substitute(Text(data), change, "f.py", Hints())
    assert isinstance(found, Refusal)
    assert found.reason == "no-match"
    assert "line 7" in found.message
    # Without a grammar nobody knows what begins where.
    assert isinstance(substitute(Text(data), change, "f", Hints()), Fit)


@pytest.mark.parametrize("said", ["...", "…", "# ...", "# ... existing code ...", "// rest of the function"])
def test_a_line_that_stands_for_others_may_say_so_in_any_way(said: str) -> None:
    data, halves = b"one()\ntwo()\nthree()\nfour()\n", ("one()\n{}\nfour()\n", "one(1)\n{}\nfour(4)\n")
    old, new = (half.format(said) for half in halves)
    assert landed(data, old, new) == b"one(1)\ntwo()\nthree()\nfour(4)\n"
    # A comment that the file has is that comment.
    kept = data.replace(b"two()", said.encode())
    assert isinstance(verdict(kept, old, new), Refusal) or b"three()" in landed(kept, old, new)


HEADED = b"class A:\n    def f(self):\n        x = 1\n\n    def g(self):\n        y = 9\n\n\nclass B:\n    z = 3\n"


@pytest.mark.parametrize(
    ("header", "old", "lands"),
    [
        ("def g(self):", "        x = 1\n", False),
        ("class A:", "    z = 3\n", False),
        ("class B:", "        y = 9\n", False),
        ("def f(self):", "        x = 1\n", True),
        ("class A:", "        y = 9\n", True),
        ("class A:", "class A:\n    def f(self):\n", True),
        ("def missing(self):", "        x = 1\n", True),
        ("x = 1", "    z = 3\n", True),
    ],
)
def test_lines_outside_of_the_block_that_a_header_names_are_not_meant(header: str, old: str, lands: bool) -> None:
    change = Substitute(
        old, old.replace("1", "2").replace("3", "4").replace("9", "8").replace("f(", "h("), headers=(header,)
    )
    found = substitute(Text(HEADED), change, "a.py", Hints(headers=(header.encode(),)))
    assert isinstance(found, Fit if lands else Refusal), found
    # With ranges it is what git took for the function above, and the hunk may begin behind it.
    ranged = Substitute(change.old, change.new, headers=(header,), line_hint=90)
    assert isinstance(substitute(Text(HEADED), ranged, "a.py", Hints(row=89, headers=(header.encode(),))), Fit)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_blank_line_that_lends_its_end_is_among_the_lines_of_the_edit(end: bytes) -> None:
    plan = '{"path": "a.ini", "old_string": "x = 1\\n", "new_string": "x = 2"}\n'
    result = apply_plan(plan, {"a.ini": b"x = 1" + end + end + b"y = 1" + end})
    assert result.files == {"a.ini": b"x = 2" + end + b"y = 1" + end}
    assert result.edits[0].lines == (1, 2)
