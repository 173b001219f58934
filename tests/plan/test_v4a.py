"""V4A patches: sections, chunks and their headers, and the frame around them."""

import pytest

from glmcode.plan.edits import AtPlace, Begun, Broken, Change, Edit, Event, Prose, Remove, Rename, Substitute, Whole
from glmcode.plan.reader import PlanParser, parse_plan

UPDATE = "*** Update File: src/a.py\n@@ class A:\n@@     def f(self):\n x\n-a\n+b\n y\n"
CHANGE = Substitute("x\na\ny\n", "x\nb\ny\n", headers=("class A:", "def f(self):"))
FRAME = "*** Begin Patch\n{}*** End Patch\n"


def events(plan: str, *, cut: bool = False, form: str = "auto") -> list[Event]:
    parser = PlanParser(form)
    return parser.feed(plan) + parser.close(cut=cut)


def changes(plan: str, form: str = "auto") -> list[tuple[str, Change]]:
    found = []
    for event in parse_plan(plan, form=form):
        assert isinstance(event, Edit), event
        assert event.form == "v4a"
        found.append((event.path, event.change))
    return found


def broken(plan: str, **options: str) -> Broken:
    (event,) = parse_plan(plan, **options)
    assert isinstance(event, Broken)
    assert event.form == "v4a"
    return event


@pytest.mark.parametrize(
    "plan",
    [
        FRAME.format(UPDATE),
        f"Some words.\n\n{FRAME.format(UPDATE)}\nSo much for that.\n- a list\n",
        f"```\n{FRAME.format(UPDATE)}```\n",
        f"```diff\n{FRAME.format(UPDATE)}```\n",
        f"~~~patch\n{FRAME.format(UPDATE)}~~~",
        f"```\n{FRAME.format(UPDATE)}",
        f"src/a.py\n```\n{FRAME.format(UPDATE)}```\n",
        f"*** Begin Patch ***\n{UPDATE}*** End Patch ***\n",
        f" *** Begin Patch \n{UPDATE} *** End Patch",
        f"*** Begin Patch\n  {UPDATE}*** End Patch\n",
        f"*** Begin Patch\n\n{UPDATE}\n*** End Patch\n",
        f"*** Begin Patch\n{UPDATE}",
        f"{UPDATE}*** End Patch\n",
        UPDATE,
        f"Words.\n{UPDATE}\nMore words.\n",
        f"```\n{UPDATE}```\n",
        f"apply_patch <<'EOF'\n{FRAME.format(UPDATE)}EOF\n",
        FRAME.format(UPDATE.replace("src/a.py", "`./src/a.py`")),
    ],
)
def test_one_chunk_however_it_is_framed(plan: str) -> None:
    assert changes(plan) == [("src/a.py", CHANGE)]
    assert changes(plan, form="v4a") == [("src/a.py", CHANGE)]


@pytest.mark.parametrize(
    ("sections", "wanted"),
    [
        ("*** Add File: d/n.txt\n+x\n+\n+y\n", [("d/n.txt", Whole("x\n\ny\n"))]),
        ("*** Add File: n.txt\n+x\n\n+y\n", [("n.txt", Whole("x\n\ny\n"))]),
        ("*** Add File: n.txt\n", [("n.txt", Whole(""))]),
        ("*** Delete File: n.txt\n", [("n.txt", Remove(must_stand=True))]),
        ("*** Update File: o.py\n*** Move to: d/n.py\n", [("o.py", Rename("d/n.py", over=True))]),
        (
            "*** Update File: o.py\n*** Move to: n.py\n@@\n-a\n+b\n",
            [("o.py", Rename("n.py", over=True)), ("n.py", Substitute("a\n", "b\n"))],
        ),
        ("*** Update File: o.py\n*** Move to: o.py\n@@\n-a\n+b\n", [("o.py", Substitute("a\n", "b\n"))]),
        (
            "*** Update File: o.py\n@@\n-a\n+b\n@@ def g():\n c\n-d\n",
            [("o.py", Substitute("a\n", "b\n")), ("o.py", Substitute("c\nd\n", "c\n", headers=("def g():",)))],
        ),
        (
            "*** Update File: o.py\n-a\n+b\n*** End of File\n*** Delete File: p.py\n",
            [("o.py", Substitute("a\n", "b\n", at_end=True)), ("p.py", Remove(must_stand=True))],
        ),
        ("*** Update File: o.py\n@@\n+a\n+b\n", [("o.py", AtPlace("bottom", "a\nb\n"))]),
        ("*** Update File: o.py\n@@ class A:\n+a\n*** End of File\n", [("o.py", AtPlace("bottom", "a\n"))]),
        ("*** Update File: o.py\n@@ -3,2 +3,2 @@ def f\n-a\n+b\n", [("o.py", Substitute("a\n", "b\n", line_hint=3, headers=("def f",)))]),
        ("*** Update File: o.py\n@@\n x\n\n-a\n+b\nbare\n", [("o.py", Substitute("x\n\na\nbare\n", "x\n\nb\nbare\n"))]),
    ],
)  # fmt: skip
def test_sections(sections: str, wanted: list[tuple[str, Change]]) -> None:
    for plan in (FRAME.format(sections), f"```\n{FRAME.format(sections)}```\n", FRAME.format(sections).rstrip()):
        assert changes(plan) == wanted


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        (FRAME.format(""), "no section"),
        (FRAME.format("*** Frobnicate File: a\n"), "no header of a patch"),
        (FRAME.format("*** Update File: a.py\n"), "no chunk"),
        (FRAME.format("*** Update File:\n@@\n-a\n+b\n"), "names no file"),
        (FRAME.format("*** Update File: a.py\n@@\n x\n"), "changes nothing"),
        (FRAME.format("*** Update File: a.py\n@@ def f():\n+x\n"), "quotes none"),
        (FRAME.format("*** Add File: a.py\n+x\n\ndef f():\n    pass\n"), "begins with `+`"),
        ("*** Delete File: a.py\n", "outside of a patch"),
    ],
)
def test_what_cant_be_read_is_broken_with_a_sentence(plan: str, says: str) -> None:
    bad = [e for e in parse_plan(plan) if isinstance(e, Broken)]
    assert says in bad[0].why
    assert not [e for e in parse_plan(plan) if isinstance(e, Edit)]


def test_a_broken_section_leaves_those_behind_it() -> None:
    bad, good = parse_plan(FRAME.format("*** Update File: b.py\n@@\n x\n" + UPDATE))
    assert isinstance(bad, Broken)
    assert (bad.path, bad.line, bad.end_line) == ("b.py", 3, 4)
    assert isinstance(good, Edit)
    assert (good.path, good.change) == ("src/a.py", CHANGE)


def test_a_chunk_is_known_at_the_next_line() -> None:
    parser = PlanParser()
    assert parser.feed("*** Begin Patch\n") == []
    assert parser.feed(UPDATE) == [Begun("src/a.py", "v4a", 2), Begun("src/a.py", "v4a", 3)]
    assert parser.feed("*** End Patch\n") == [Edit("src/a.py", "v4a", CHANGE, 3, 8)]
    assert parser.close() == []


def test_context_that_looks_like_the_end_of_the_patch_is_context() -> None:
    plan = FRAME.format("*** Update File: doc.md\n@@\n-a\n+b\n *** End Patch\n more\n")
    assert changes(plan) == [("doc.md", Substitute("a\n*** End Patch\nmore\n", "b\n*** End Patch\nmore\n"))]
    plan = FRAME.format("*** Update File: doc.md\n@@\n-a\n+b\n *** End Patch\n")
    assert changes(plan) == [("doc.md", Substitute("a\n*** End Patch\n", "b\n*** End Patch\n"))]


@pytest.mark.parametrize("line", ["*** Wow ***", "***", "**bold**", "*** Begin", "  *** Update File: a.py", "* item", "*** End Patch", "*** End of File"])  # fmt: skip
def test_lines_of_asterisks_are_prose_without_a_patch(line: str) -> None:
    assert [e.text for e in events(f"{line}\nText.\n") if isinstance(e, Prose)] == [line, "Text."]
    assert parse_plan(f"{line}\nText.\n") == ()


def test_of_a_stream_that_broke_off_no_chunk_and_no_new_file_is_taken_by_halves() -> None:
    for half in (UPDATE, "*** Add File: a.py\n+x\n"):
        assert [type(e) for e in events(f"*** Begin Patch\n{half}", cut=True)][-1] is Broken
        assert [type(e) for e in events(f"*** Begin Patch\n{half}*** End Patch\n", cut=True)][-1] is Edit
        assert [type(e) for e in events(f"```\n*** Begin Patch\n{half}")][-1] is Broken, (
            "two signs of its end are missing"
        )


def test_headers_of_other_words_in_a_patch() -> None:
    plan = "***Begin Patch\n*** Modify File: a.py\n@@\n-a\n+b\n*** Create file: b.py\n+x\n*** Remove File: c.py\n***End Patch\n"
    kinds = [(event.path, type(event.change)) for event in parse_plan(plan) if isinstance(event, Edit)]
    assert kinds == [("a.py", Substitute), ("b.py", Whole), ("c.py", Remove)]
    (alone,) = parse_plan("*** Modify File: a.py\n")
    assert isinstance(alone, Broken)
