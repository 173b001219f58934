"""Plans as a whole: outcomes that change at the end, the syntax guard, what streams, and what stays within bounds."""

import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glmcode.landing.engine import Keep, Landed, Landing
from glmcode.landing.tree import MappingTree
from glmcode.landing.workspace import MOST_LEFT
from glmcode.plan.edits import (
    AtPlace,
    AtSymbol,
    Broken,
    Change,
    Create,
    Edit,
    Form,
    Mode,
    Remove,
    Rename,
    Sketch,
    Substitute,
    Whole,
)


def edit(path: str, change: Change, form: Form = "native") -> Edit:
    return Edit(path, form, change, 1, 1)


def sub(path: str, old: str, new: str, *, hint: int | None = None, form: Form = "search-replace") -> Edit:
    return edit(path, Substitute(old, new, line_hint=hint), form)


def land(
    files: dict[str, bytes], *edits: Edit | Broken, keep: Keep = "all", eager: bool = False, guard: bool = True
) -> Landed:
    landing = Landing(MappingTree(files), eager=eager, guard=guard)
    for one in edits:
        landing.land(one)
    return landing.finish(keep)


def verdicts(landed: Landed) -> list[str]:
    return [outcome.reason or outcome.status for outcome in landed.edits]


# Equal quotes, equal places


def test_equal_quotes_take_equal_places_even_where_each_brings_the_quote_again() -> None:
    landed = land({"a": b"s\nx\ns\n"}, sub("a", "s\n", "s\none\n"), sub("a", "s\n", "s\ntwo\n"))
    assert landed.files == {"a": b"s\none\nx\ns\ntwo\n"}


def test_an_edit_in_between_moves_the_places_along() -> None:
    landed = land({"a": b"s\nx\ns\n"}, sub("a", "s\n", "one\n"), sub("a", "x\n", "x\ny\nz\n"), sub("a", "s\n", "two\n"))
    assert landed.files == {"a": b"one\nx\ny\nz\ntwo\n"}


def test_a_provisional_rejection_turns_into_applied() -> None:
    landing = Landing(MappingTree({"a": b"s\nx\ns\n"}))
    first = landing.land(sub("a", "s\n", "one\n"))
    assert (first.status, first.reason) == ("rejected", "ambiguous")
    landing.land(sub("a", "s\n", "two\n"))
    landed = landing.finish()
    assert [outcome.status for outcome in landed.edits] == ["applied", "applied"]
    assert landed.edits[0].message == ""


def test_a_hint_takes_its_place_out_of_the_order() -> None:
    landed = land({"a": b"s\nx\ns\n"}, sub("a", "s\n", "one\n"), sub("a", "s\n", "two\n", hint=1))
    assert landed.files == {"a": b"two\nx\none\n"}


def test_more_edits_than_places_are_not_shared_out() -> None:
    landed = land({"a": b"s\nx\ns\n"}, *(sub("a", "s\n", f"s{n}\n") for n in range(3)))
    assert not landed.ok
    assert landed.files == {}


# Hints


def test_a_line_number_counts_the_lines_of_the_file_before_the_plan() -> None:
    files = {"a": b"head\n" + b"s\nx\n" * 3}
    landed = land(
        files, sub("a", "head\n", "1\n2\n3\n", hint=1, form="udiff"), sub("a", "s\n", "S\n", hint=4, form="udiff")
    )
    assert landed.files == {"a": b"1\n2\n3\ns\nx\nS\nx\ns\nx\n"}


def test_a_number_that_was_wrong_once_is_not_believed_again() -> None:
    files = {"a": b"head\n" + b"s\nx\n" * 3}
    landed = land(files, sub("a", "head\n", "h\n", hint=9), sub("a", "s\n", "S\n", hint=4))
    assert verdicts(landed) == ["applied", "ambiguous"]


# The syntax guard

SOUND = b"def f():\n    return 1\n\n\ndef g():\n    return 2\n"


def test_what_breaks_a_file_is_rejected_and_the_rest_stays() -> None:
    landed = land(
        {"a.py": SOUND},
        sub("a.py", "def f():\n", "def f(:\n"),
        sub("a.py", "    return 2\n", "    return 3\n"),
        keep="edits",
    )
    assert verdicts(landed) == ["breaks-syntax", "applied"]
    assert landed.files == {"a.py": SOUND.replace(b"2", b"3")}


def test_many_culprits_are_all_found() -> None:
    files = {"a.py": b"".join(b"def f%d():\n    return %d\n\n\n" % (n, n) for n in range(12))}
    edits = [sub("a.py", f"def f{n}():\n", f"def f{n}(:\n" if n % 2 else f"def g{n}():\n") for n in range(12)]
    landed = land(files, *edits, keep="edits")
    assert verdicts(landed) == ["applied", "breaks-syntax"] * 6


def test_a_file_broken_before_may_be_mended_by_degrees() -> None:
    landed = land({"a.py": b"def f(:\n    pass\n\ndef g(:\n    pass\n"}, sub("a.py", "def f(:\n", "def f():\n"))
    assert landed.ok


def test_a_broken_file_that_moves_is_mended_under_its_old_name_too() -> None:
    landed = land({"a.py": SOUND}, sub("a.py", "def f():\n", "def f(:\n"), edit("a.py", Rename("b.py")), keep="edits")
    assert verdicts(landed) == ["breaks-syntax", "applied"]
    assert landed.files == {"a.py": None, "b.py": SOUND}


def test_a_new_file_that_does_not_parse_is_a_file_all_the_same() -> None:
    assert land({}, edit("t.py", Create("def f(:\n"))).ok


def test_a_new_file_that_a_later_edit_breaks_is_kept_as_it_was_made() -> None:
    landed = land({}, edit("t.py", Create("x = 1\n")), sub("t.py", "x = 1\n", "x = (\n"), keep="edits")
    assert verdicts(landed) == ["applied", "breaks-syntax"]
    assert landed.files == {"t.py": b"x = 1\n"}


def test_without_the_guard_nothing_is_parsed() -> None:
    assert land({"a.py": SOUND}, sub("a.py", "def f():\n", "def f(:\n"), guard=False).ok


def test_an_eager_landing_comes_to_the_same_end() -> None:
    edits = (
        sub("a.py", "def f():\n", "def f(:\n"),
        sub("b.py", "def g():\n", "def h():\n"),
        sub("a.py", "def f(:\n", "def f(x):\n"),
    )
    files = {"a.py": SOUND, "b.py": SOUND}
    assert land(files, *edits, eager=True) == land(files, *edits)


def test_a_streamed_plan_holds_few_trees_and_may_come_back_to_any_file() -> None:
    files = {
        f"m{number:02}.py": b"def f():\n    return 1\n\n\ndef g():\n    return 2\n" for number in range(3 * MOST_LEFT)
    }
    edits = [
        edit(path, AtSymbol(name, "replace", f"def {name}():\n    return 3\n"))
        for name in ("g", "f", "g")
        for path in files
    ]
    edits.append(sub("m00.py", "def f():\n", "def f(:\n"))
    landing = Landing(MappingTree(files), eager=True)
    for one in edits:
        landing.land(one)
        held = [file for file in landing._workspace._now.values() if file is not None and file._parsed is not None]
        assert len(held) <= MOST_LEFT + 1
    landed = landing.finish("edits")
    assert landed == land(files, *edits, keep="edits")
    assert verdicts(landed) == ["applied"] * (2 * len(files)) + ["already"] * len(files) + ["breaks-syntax"]


# What is kept


def test_a_rejection_empties_the_changes_unless_they_are_wanted() -> None:
    files = {"a": b"a\n", "b": b"b\n"}
    edits = (sub("a", "a\n", "A\n"), sub("b", "b\n", "B\n"), sub("b", "zzz zzz\n", "y\n"))
    assert land(files, *edits).files == {}
    assert land(files, *edits, keep="files").files == {"a": b"A\n"}
    assert land(files, *edits, keep="edits").files == {"a": b"A\n", "b": b"B\n"}


def test_no_file_is_kept_whose_place_is_not_cleared() -> None:
    """A file that was to give way to a folder stays where another of its edits is rejected, and so does a folder."""
    lost = sub("a", "zzz\n", "y\n")
    new = edit("a/b", Create("b\n"))
    gone = edit("a", Remove())
    landed = land({"a": b"a\n", "c": b"c\n"}, gone, new, lost, sub("c", "c\n", "C\n"), keep="files")
    assert [outcome.status for outcome in landed.edits] == ["applied", "applied", "rejected", "applied"]
    assert landed.files == {"c": b"C\n"}
    landed = land({"a": b"a\n"}, gone, new, edit("a/b", Rename("d")), edit("e", Create("e\n")), lost, keep="files")
    assert landed.files == {"d": b"b\n", "e": b"e\n"}
    inside = edit("a/b", Remove())
    landed = land({"a/b": b"b\n"}, inside, edit("a", Create("a\n")), sub("a/b", "zzz\n", "y\n"), keep="files")
    assert landed.files == {}


def test_a_plan_that_undoes_itself_changes_nothing() -> None:
    landed = land(
        {"a": b"a\n"}, sub("a", "a\n", "b\n"), sub("a", "b\n", "a\n"), edit("n", Create("x")), edit("n", Remove())
    )
    assert landed.ok
    assert landed.files == {}


def test_a_mode_that_changes_is_a_change() -> None:
    landed = land({"a": b"a\n"}, edit("a", Mode("100755")))
    assert landed.files == {"a": b"a\n"}
    assert landed.modes == {"a": "100755"}


def test_a_folder_made_by_the_plan_is_in_the_way_until_it_is_gone() -> None:
    made = edit("d/x", Create("x"))
    assert verdicts(land({}, made, edit("d", Create("y")))) == ["applied", "exists"]
    assert verdicts(land({}, made, edit("d/x", Remove()), edit("d", Create("y")))) == ["applied"] * 3


def test_a_stream_is_told_of_every_change_once() -> None:
    landing = Landing(MappingTree({"a": b"s\nx\ns\n", "b.py": SOUND}))
    landing.land(sub("a", "x\n", "y\n"))
    assert landing.changed_since_last() == {"a": b"s\ny\ns\n"}
    assert landing.changed_since_last() == {}
    landing.land(sub("b.py", "def f():\n", "def f(:\n"))
    assert landing.changed_since_last() == {"b.py": SOUND.replace(b"f()", b"f(")}
    landing.finish("edits")
    # The guard has taken it back.
    assert landing.changed_since_last() == {"b.py": SOUND}
    assert landing.finish().files == {"a": b"s\ny\ns\n"}


def test_a_broken_block_concerns_no_other_file() -> None:
    landed = land({"a": b"a\n"}, Broken(None, "native", "no end", 1, 3), sub("a", "a\n", "b\n"), keep="files")
    assert verdicts(landed) == ["malformed", "applied"]
    assert landed.files == {"a": b"b\n"}


# Bounds


def test_the_messages_of_a_plan_stay_within_their_bound() -> None:
    files = {"a": b"".join(b"value_%d = compute_it(%d)\n" % (n, n) for n in range(500))}
    landed = land(files, *(sub("a", f"value_{n} = compute_it({n + 1})\n", "x\n") for n in range(300)))
    assert all(outcome.message == "" or len(outcome.message) <= 1200 for outcome in landed.edits)
    assert sum(len(outcome.message) for outcome in landed.edits) <= 6000
    assert landed.edits[0].message
    assert land({"a": b"x" * 10_000_000}, sub("a", "y" * 5_000_000 + "\n", "z\n")).edits[0].message[1200:] == ""


def test_a_thousand_edits_of_a_hundred_thousand_equal_lines_take_seconds_not_hours() -> None:
    start = time.process_time()
    landed = land({"a": b"same\n" * 100_000}, *(sub("a", "same\n" * (n % 50 + 1), "new\n") for n in range(300)))
    assert set(verdicts(landed)) == {"ambiguous"}
    assert time.process_time() - start < 20


PATHS = st.sampled_from(["a.py", "b.txt", "c.js", "d/e.py", "d", "../x", ".git/x", ""])
TEXTS = st.lists(
    st.sampled_from(["def f():", "    return 1", "x = 1", "", "...", "}", "é", "\udcff", "\ud800", "class A:", "\0"]),
    max_size=5,
).map(lambda lines: "".join(line + "\n" for line in lines))
CHANGES = st.one_of(
    st.builds(
        Substitute,
        TEXTS,
        TEXTS,
        st.booleans(),
        st.booleans(),
        st.none() | st.integers(-1, 9),
        st.lists(st.sampled_from(["class A:", ""]), max_size=2).map(tuple),
    ),
    st.builds(
        AtSymbol,
        st.sampled_from(["f", "A", "A.f", "nothing", ""]),
        st.sampled_from(["replace", "before", "after", "inside", "delete"]),
        TEXTS,
    ),
    st.builds(AtPlace, st.sampled_from(["top", "bottom", "imports"]), TEXTS),
    st.builds(Sketch, TEXTS),
    st.builds(Create, TEXTS),
    st.builds(Whole, TEXTS),
    st.builds(Remove, st.none() | TEXTS),
    st.builds(Rename, PATHS),
    st.builds(Mode, st.sampled_from(["100644", "100755", "160000"])),
)
EDITS = st.lists(st.builds(edit, PATHS, CHANGES, st.sampled_from(["native", "udiff"])), max_size=8)
FILES = st.dictionaries(
    st.sampled_from(["a.py", "b.txt", "c.js", "d/e.py"]),
    st.lists(
        st.sampled_from([b"def f():", b"    return 1", b"x = 1", b"", b"\xff", b"class A:", b"\0"]), max_size=6
    ).flatmap(lambda lines: st.sampled_from([b"\n", b"\r\n", b"\r"]).map(lambda end: end.join(lines))),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files=FILES, edits=EDITS, keep=st.sampled_from(["all", "files", "edits"]), eager=st.booleans())
def test_no_plan_crashes_or_leaves_the_root(
    files: dict[str, bytes], edits: list[Edit], keep: Keep, eager: bool
) -> None:
    before = dict(files)
    landed = land(files, *edits, keep=keep, eager=eager)
    assert files == before
    assert [outcome.index for outcome in landed.edits] == list(range(len(edits)))
    assert not any(path.startswith((".", "/")) for path in landed.files)
    assert all(files.get(path) != data or path in landed.modes for path, data in landed.files.items())
    assert landed.ok or keep != "all" or not landed.files
    for outcome in landed.edits:
        assert (outcome.reason is not None) == (outcome.status == "rejected")
        assert (outcome.confidence > 0) == (outcome.status != "rejected")
    assert land(files, *edits, keep=keep, eager=not eager) == landed


def test_a_file_renamed_to_its_own_folders_name_and_judged_again_is_no_crash() -> None:
    edits = [edit("d/e.py", Substitute("x = 1\n", "x = (\n")), edit("d/e.py", Rename("d"))]
    landed = land({"d/e.py": b"x = 1\n"}, *edits, keep="edits")
    assert verdicts(landed) == ["breaks-syntax", "exists"]


# What the plan has said or changed before


def test_an_edit_said_twice_is_made_once() -> None:
    added = sub("a", "start\n", "start\nwait\n")
    landed = land({"a": b"x\nstart\n"}, added, added, added)
    assert verdicts(landed) == ["applied", "already", "already"]
    assert landed.files == {"a": b"x\nstart\nwait\n"}


def test_an_edit_said_twice_for_two_places_is_made_twice() -> None:
    added = sub("a", "start\n", "first\nstart\n")
    assert land({"a": b"start\nx\nstart\n"}, added, added).files == {"a": b"first\nstart\nx\nfirst\nstart\n"}
    # Which two of three is not said.
    assert verdicts(land({"a": b"start\nx\nstart\n"}, added, added, added)) == ["ambiguous"] * 3


def test_equal_lines_of_another_edit_are_no_proof() -> None:
    one, other = (
        sub("a", "old_total(cart)\n", "net_total_of(cart)\n"),
        sub("a", "never_there(cart)\n", "net_total_of(cart)\n"),
    )
    files = {"a": b"old_total(cart)\nsomething\n"}
    assert verdicts(land(files, one, other)) == ["applied", "no-match"]
    # A quote that stood there is another matter: its change has been made by a larger one.
    whole = sub("a", "old_total(cart)\nsomething\n", "net_total_of(cart)\nanything\n")
    assert verdicts(land(files, whole, one)) == ["applied", "already"]


def test_a_quote_of_what_an_edit_above_has_changed_says_so() -> None:
    landed = land({"a": b"one\ntwo\nthree\n"}, sub("a", "two\n", "2\n"), sub("a", "two\nthree\n", "two\n3\n"))
    assert verdicts(landed) == ["applied", "stale"]
    assert "An earlier edit of this plan" in landed.edits[1].message
