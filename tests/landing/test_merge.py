"""What histories showed to land wrong when a quote is loose."""

from glmcode import apply_plan


def landed(before: str, old: str, new: str) -> str | None:
    """The file after one block; None where the block is refused."""
    plan = f'<edit path="a.py">\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n</edit>\n'
    result = apply_plan(plan, {"a.py": before.encode()})
    return result.files.get("a.py", before.encode() or b"").decode() if result.ok else None  # type: ignore[union-attr]


def test_a_blank_line_left_out_amid_changed_lines_has_no_place_by_their_number_alone() -> None:
    before = "def a(x):\n    ...\n\ndef b(y):\n    ...\n"
    old, new = before.replace("\n\n", "\n"), "def a(x): ...\ndef b(\n    y\n): ...\n"
    assert landed(before, old, new) is None


def test_a_blank_line_left_out_amid_lines_that_each_have_their_successor_stays() -> None:
    before = "def first(x):\n    pass\n\ndef second(y):\n    pass\n"
    old = "    pass\ndef second(y):\n"
    assert landed(before, old, "    pass  # yet\ndef second(y, z):\n") == (
        "def first(x):\n    pass  # yet\n\ndef second(y, z):\n    pass\n"
    )


def test_trailing_blanks_that_the_edit_drops_go_also_where_the_context_is_stale() -> None:
    rest = "third line of words is here\nfourth line of words\n"
    before = "one line of words_newer here\nsecond line of words here \n" + rest
    old, new = (
        "one line of words here\nsecond line of words here \n",
        "one line of words here\nsecond line of words here\n",
    )
    assert landed(before, old + rest, new + rest) in (before.replace("here \n", "here\n"), None)


def test_trailing_blanks_that_only_the_quote_has_are_no_change() -> None:
    before = "one = 1\ntwo = 2\n\nthree = 3\nfour = 4\n"
    after = landed(before, "one = 1\ntwo = 2  \nthree = 3\nfour = 4\n", "one = 1\ntwo = 2\nthree = 3\nfour = 5\n")
    assert after == before.replace("four = 4", "four = 5")


def test_a_comment_left_out_above_a_line_that_many_replace_belongs_to_none_of_them_for_sure() -> None:
    before = "def go(loc):\n    check(loc)\n\n    # set location\n    return put(loc)\n"
    old = before.replace("    # set location\n", "")
    new = old.replace("    return put(loc)\n", "    x = encode(loc)\n    if x:\n        stop()\n    send(x)\n")
    assert landed(before, old, new) is None


def test_a_comment_left_out_above_a_line_that_changes_a_little_stays_there() -> None:
    before = "def go(loc):\n    check(loc)\n\n    # set location\n    return put(loc)\n"
    old = before.replace("    # set location\n", "")
    assert landed(before, old, old.replace("put(loc)", "put(loc, 1)")) == before.replace("put(loc)", "put(loc, 1)")
