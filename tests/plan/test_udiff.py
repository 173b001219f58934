"""Unified diffs: headers, hunks by the types of their lines, and where a hunk ends."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode.plan.edits import Begun, Broken, Create, Edit, Event, Mode, Prose, Remove, Rename, Substitute, Whole
from glmcode.plan.reader import PlanParser, parse_plan


def events(plan: str, *, cut: bool = False, form: str = "auto", path: str | None = None) -> list[Event]:
    parser = PlanParser(form, path)
    return parser.feed(plan) + parser.close(cut=cut)


def hunks(plan: str, **options: str) -> list[tuple[str, Substitute]]:
    found = []
    for event in parse_plan(plan, **options):
        assert isinstance(event, Edit), event
        assert event.form == "udiff"
        assert isinstance(event.change, Substitute), event
        found.append((event.path, event.change))
    return found


HEAD = "--- a/src/a.py\n+++ b/src/a.py\n"
HUNK = "@@ -3,3 +3,3 @@ class A:\n x\n-a\n+b\n y\n"
CHANGE = Substitute("x\na\ny\n", "x\nb\ny\n", line_hint=3, headers=("class A:",))


@pytest.mark.parametrize(
    "plan",
    [
        HEAD + HUNK,
        f"```diff\n{HEAD}{HUNK}```\n",
        f"Some words.\n\n{HEAD}{HUNK}\nSo much for that.\n\n- and\n- a list\n",
        f"{HEAD}{HUNK}Right behind it.\n",
        f"diff --git a/src/a.py b/src/a.py\nindex 1a..2b 100644\n{HEAD}{HUNK}",
        f"--- src/a.py\n+++ src/a.py\n{HUNK}",
        f"--- a/src/a.py\t2025-07-07 11:37:48.434629001 +0300\n+++ b/src/a.py\t2025-07-07\n{HUNK}",
        f"--- src/a.py 2025-07-07 11:37:48 +0300\n+++ src/a.py 2025-07-07 11:37:49 +0300\n{HUNK}",
        f'--- "a/src/a.py"\n+++ "b/src/a.py"\n{HUNK}',
        f"--- src/a.py.orig\n+++ src/a.py\n{HUNK}",
        f"--- i/src/a.py\n+++ w/src/a.py\n{HUNK}",
        f"src/a.py\n```diff\n{HUNK}```\n",
        f"src/a.py\n{HUNK}",
        HEAD + HUNK.replace("@@ -", "@@-"),
        f"src/a.py\n{HUNK.replace('@@ -', '@@-')}",
        f"```diff src/a.py\n{HUNK}```",
        f"From 1a\nSubject: x\n---\n a.py | 2 +-\n\n{HEAD}{HUNK}-- \n2.39.2\n\n",
    ],
)
def test_one_hunk_however_it_is_headed_and_wrapped(plan: str) -> None:
    assert hunks(plan) == [("src/a.py", CHANGE)]


@pytest.mark.parametrize(
    ("header", "hint", "headers"),
    [
        ("@@ -3,3 +3,3 @@", 3, ()),
        ("@@ -3 +3 @@", 3, ()),
        ("@@ -3,99 +1,0 @@", 3, ()),
        ("@@ -3,3 +3,3", 3, ()),
        ("@@ -0,0 +1 @@", 1, ()),
        ("@@", None, ()),
        ("@@ @@", None, ()),
        ("@@ ... @@", None, ()),
        ("@@ … @@", None, ()),
        ("@@ ... @@ def f():", None, ("def f():",)),
        ("@@ class A", None, ("class A",)),
        ("@@ class A @@", None, ("class A",)),
        ("@@ -3 @@", None, ()),
        ("@@ class A\n@@ def f", None, ("class A", "def f")),
        ("@@ -3,3 +3,3 @@ def f()\r", 3, ("def f()",)),
    ],
)
def test_what_a_hunks_header_may_say(header: str, hint: int | None, headers: tuple[str, ...]) -> None:
    assert hunks(f"{HEAD}{header}\n x\n-a\n+b\n") == [
        ("src/a.py", Substitute("x\na\n", "x\nb\n", True, False, hint, headers))
    ]


def test_a_hunk_that_only_adds_names_the_line_before() -> None:
    assert hunks(f"{HEAD}@@ -5,0 +6 @@\n+b\n") == [("src/a.py", Substitute("", "b\n", line_hint=6))]


def test_a_hunk_without_any_header_below_the_names() -> None:
    assert hunks(f"{HEAD} x\n-a\n+b\n") == [("src/a.py", Substitute("x\na\n", "x\nb\n"))]
    assert hunks("src/a.py\n```diff\n-a\n+b\n```\n") == [("src/a.py", Substitute("a\n", "b\n"))]


def test_a_sample_of_a_diff_that_names_no_file_is_prose() -> None:
    assert parse_plan("It is like this:\n```diff\n-a\n+b\n```\n") == ()


def test_a_diff_that_names_no_file_is_rejected_not_passed_over() -> None:
    (event,) = parse_plan("The fix:\n```diff\n-a\n+b\n```\n")
    assert isinstance(event, Broken)
    assert "is a diff without names" in event.why


@pytest.mark.parametrize("wrap", ["{}", "```diff\n{}```\n"])
def test_blank_and_bare_lines_within_a_hunk_are_context(wrap: str) -> None:
    plan = wrap.format(HEAD + "@@ ... @@\ndef f():\n\n    pass\n-a\n+b\n\nmore\n-c\n+d\n")
    old = "def f():\n\n   pass\na\n\nmore\nc\n"
    assert hunks(plan) == [("src/a.py", Substitute(old, old.replace("a\n\n", "b\n\n").replace("\nc\n", "\nd\n")))]


def test_bare_context_without_its_space_is_taken_as_it_stands() -> None:
    plan = f"```diff\n{HEAD}@@ -1,3 +1,3 @@\nx\n-a\n+b\n\ty\n```\n"
    assert hunks(plan) == [("src/a.py", Substitute("x\na\n\ty\n", "x\nb\n\ty\n", line_hint=1))]


def test_counts_that_are_wrong_lose_no_line_and_take_no_prose() -> None:
    for counts in ("-1,1 +1,1", "-1,50 +1,50", "-1,3 +1,3", "-1,0 +1,0"):
        (found,) = hunks(f"{HEAD}@@ {counts} @@\n x\n-a\n+b\n\n-c\n+d\n\nDone, I think.\n\nYes.\n")
        assert (found[1].old, found[1].new) == ("x\na\n\nc\n", "x\nb\n\nd\n")


def test_each_hunk_is_an_edit_that_is_known_at_the_next_line() -> None:
    parser = PlanParser()
    assert parser.feed(HEAD) == []
    assert parser.feed(HUNK) == [Begun("src/a.py", "udiff", 3)]
    assert parser.feed("@@ -9,1 +9,1 @@\n") == [
        Edit("src/a.py", "udiff", CHANGE, 3, 7),
        Begun("src/a.py", "udiff", 8),
    ]
    assert parser.feed("-c\n+d\n") == []
    assert parser.feed("diff --git a/b.py b/b.py\n") == [
        Edit("src/a.py", "udiff", Substitute("c\n", "d\n", line_hint=9), 8, 10)
    ]


def test_deleted_and_added_lines_that_look_like_names_are_lines() -> None:
    plan = f"{HEAD}@@ -1,4 +1,4 @@\n x\n--- old comment\n+++ counter\n y\n--- a\n+-- b\n"
    assert hunks(plan) == [
        ("src/a.py", Substitute("x\n-- old comment\ny\n-- a\n", "x\n++ counter\ny\n-- b\n", line_hint=1))
    ]


def test_several_files_and_prose_between_them() -> None:
    other = HEAD.replace("a.py", "b.py")
    plan = f"{HEAD}{HUNK}{HUNK}{other}{HUNK}\nThen:\n\n{HEAD}{HUNK}"
    assert [path for path, _ in hunks(plan)] == ["src/a.py", "src/a.py", "src/b.py", "src/a.py"]
    assert [e.text for e in events(plan) if isinstance(e, Prose) and e.text] == ["Then:"]


@pytest.mark.parametrize(
    ("lines", "old", "new"),
    [
        ("-a\n\\ No newline at end of file\n+b\n", "x\na", "x\nb\n"),
        ("-a\n+b\n\\ No newline at end of file\n", "x\na\n", "x\nb"),
        ("-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n", "x\na", "x\nb"),
        ("-a\n+b\n y\n\\ No newline at end of file\n", "x\na\ny", "x\nb\ny"),
    ],
)
def test_no_newline_at_the_end_of_the_file(lines: str, old: str, new: str) -> None:
    assert hunks(f"{HEAD}@@ -1,9 +1,9 @@\n x\n{lines}") == [("src/a.py", Substitute(old, new, line_hint=1))]


def test_bytes_of_lines_are_kept() -> None:
    plan = f"{HEAD}@@ -1 +1 @@\n-a\x0c\u2028\r\n+b\t\x00\r\n"
    assert hunks(plan) == [("src/a.py", Substitute("a\x0c\u2028\r\n", "b\t\x00\r\n", line_hint=1))]


GIT = "diff --git a/x.sh b/x.sh\n"


@pytest.mark.parametrize(
    ("plan", "changes"),
    [
        (f"{GIT}new file mode 100644\nindex 000..1a\n--- /dev/null\n+++ b/x.sh\n@@ -0,0 +1,2 @@\n+a\n+b\n", [("x.sh", Create("a\nb\n", "100644"))]),
        ("--- /dev/null\n+++ b/x.sh\n@@ -0,0 +1 @@\n+a\n", [("x.sh", Create("a\n"))]),
        ("--- /dev/null\n+++ x.sh\n@@ -0,0 +1 @@\n+a\n\\ No newline at end of file\n", [("x.sh", Create("a"))]),
        (f"{GIT}new file mode 100755\nindex 000..e69\n", [("x.sh", Create("", "100755"))]),
        (f"{GIT}deleted file mode 100644\n--- a/x.sh\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", [("x.sh", Remove("a\n"))]),
        (f"{GIT}deleted file mode 100644\nindex e69..000\n", [("x.sh", Remove())]),
        (f"{GIT}old mode 100644\nnew mode 100755\n", [("x.sh", Mode("100755"))]),
        (
            "diff --git a/x y b/z y\nsimilarity index 100%\nrename from x y\nrename to z y\n",
            [("x y", Rename("z y"))],
        ),
        (
            'diff --git "a/\\303\\244.sh" b/z.sh\nsimilarity index 90%\nrename from "\\303\\244.sh"\nrename to z.sh\n'
            '--- "a/\\303\\244.sh"\n+++ b/z.sh\n@@ -1 +1 @@\n-a\n+b\n',
            [("ä.sh", Rename("z.sh")), ("z.sh", Substitute("a\n", "b\n", line_hint=1))],
        ),
        (
            f"{GIT}old mode 100644\nnew mode 100755\n--- a/x.sh\n+++ b/x.sh\n@@ -1 +1 @@\n-a\n+b\n{GIT}deleted file mode 100755\n",
            [("x.sh", Mode("100755")), ("x.sh", Substitute("a\n", "b\n", line_hint=1)), ("x.sh", Remove())],
        ),
    ],
)  # fmt: skip
def test_gits_headers(plan: str, changes: list[tuple[str, object]]) -> None:
    for wrap in (plan, f"```diff\n{plan}```\n", f"Text.\n{plan}Text.\n"):
        assert [(e.path, e.change) for e in parse_plan(wrap) if isinstance(e, Edit)] == changes
        assert len(parse_plan(wrap)) == len(changes)


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        (f"{GIT}new file mode 160000\n--- /dev/null\n+++ b/x.sh\n@@ -0,0 +1 @@\n+Subproject commit 1a2b\n", "160000"),
        (f"{GIT}old mode 100644\nnew mode 120000\n", "120000"),
        (f"{GIT}new file mode 120000\nindex 0000000..1a2b\n", "needs its target"),
        (f"{GIT}index 1a..2b\nGIT binary patch\nliteral 3\n", "binary"),
        (f"{GIT}index 1a..2b\nBinary files a/x.sh and b/x.sh differ\n", "binary"),
        (f"{GIT}similarity index 100%\ncopy from x.sh\ncopy to y.sh\n", "copy"),
        (f"{HEAD}\nNothing follows.\n", "no hunk"),
        (f"{HEAD}@@ -1 +1 @@\n x\n y\n", "changes nothing"),
        ("@@ -1 +1 @@\n-a\n+b\n", "names no file"),
    ],
)
def test_what_a_diff_cant_say_is_broken_with_a_sentence(plan: str, says: str) -> None:
    for wrap in (plan, f"```diff\n{plan}```\n"):
        bad = [e for e in parse_plan(wrap) if isinstance(e, Broken)]
        assert says in bad[0].why
        assert bad[0].why.endswith(".")


def test_two_names_and_no_rename_mean_the_callers_file() -> None:
    plan = "--- original.go\n+++ updated.go\n" + HUNK
    assert hunks(plan, path="main.go") == [("main.go", CHANGE)]
    assert hunks(plan) == [("original.go", CHANGE)]


def test_a_hunk_without_names_goes_to_the_edit_before_or_the_callers_file() -> None:
    assert [path for path, _ in hunks(HUNK, path="x.py")] == ["x.py"]
    assert [e.path for e in parse_plan(f'<edit path="b.py" delete="f"/>\n{HUNK}') if isinstance(e, Edit)] == [
        "b.py",
        "b.py",
    ]
    assert hunks("@@ ... @@\n-a\n+b\n", path="x.py", form="udiff") == [("x.py", Substitute("a\n", "b\n"))]


@pytest.mark.parametrize("line", ["--- a heading", "---", "--- ", "@@ what", "@decorator", "+++ plus", "-- sig", "d"])
def test_lines_that_look_like_a_diffs_are_prose_without_one(line: str) -> None:
    assert [e for e in events(f"{line}\nText.\n") if not isinstance(e, Prose)] == []
    assert [e.text for e in events(f"{line}\nText.\n") if isinstance(e, Prose)] == [line, "Text."]


@pytest.mark.parametrize(
    "following",
    [
        '<edit path="b.py" delete="f"/>\n',
        "b.py\n```\nx\n```\n",
        "b.py\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n",
    ],
)
def test_a_hunk_swallows_nothing_behind_it(following: str) -> None:
    first, second = parse_plan(f"{HEAD}{HUNK}\n{following}")
    assert isinstance(first, Edit)
    assert first.change == CHANGE
    assert isinstance(second, Edit)
    assert second.path == "b.py"


@pytest.mark.parametrize("following", ["b.py\n```python\nx\n```\n", "Text.\n\n### `b.py`\n\n```python\nx\n```\n"])
def test_a_diff_whose_fence_never_closed_takes_no_line_of_the_next_file(following: str) -> None:
    *first, last = parse_plan(f"```diff\n--- /dev/null\n+++ b/src/a.py\n@@ -0,0 +1,2 @@\n+a\n+b\n{following}")
    assert [e.change for e in first if isinstance(e, Edit)] == [Create("a\nb\n")]
    assert isinstance(last, Edit)
    assert (last.path, last.change) == ("b.py", Whole("x\n"))


def test_a_line_of_marks_too_long_for_a_name_ends_a_diff() -> None:
    first, second = parse_plan(f"{GIT}old mode 100644\nnew mode 100755\n--- {'a' * 5000}\n{HEAD}{HUNK}")
    assert isinstance(first, Edit)
    assert isinstance(second, Edit)
    assert (first.change, second.change) == (Mode("100755"), CHANGE)


def test_a_new_file_is_of_added_lines_only() -> None:
    (event,) = parse_plan("```diff\n--- /dev/null\n+++ b/a.py\n@@ -0,0 +1,3 @@\n+a\nb\n+c\n```\n")
    assert isinstance(event, Broken)
    assert "begin with `+`" in event.why


def test_a_broken_hunk_leaves_those_behind_it() -> None:
    bad, good = parse_plan(f"{HEAD}@@ -1 +1 @@\n x\n{HUNK}")
    assert isinstance(bad, Broken)
    assert (bad.path, bad.line, bad.end_line) == ("src/a.py", 3, 4)
    assert isinstance(good, Edit)
    assert good.change == CHANGE


def test_of_a_stream_that_broke_off_only_a_hunk_of_exact_counts_is_whole() -> None:
    whole, half = f"{HEAD}{HUNK}", f"{HEAD}{HUNK.removesuffix(' y' + chr(10))}"
    for fence in ("", "```diff\n"):
        assert [type(e) for e in events(fence + whole, cut=True)][-1] is Edit
        assert [type(e) for e in events(fence + half, cut=True)][-1] is Broken
    assert [type(e) for e in events("```diff\n" + half)][-1] is Broken, "its fence never closed"
    assert [type(e) for e in events(half)][-1] is Edit, "counts are never trusted where the plan ended by itself"
    assert [type(e) for e in events(f"{GIT}rename from x.sh\nrename to y", cut=True)] == [Broken]


LINES = st.lists(
    st.sampled_from(["a", "b", "", " x", "-- q", "++ r", "@@ s", "\\ t", "```", "--- a/f", "diff --git u", "é\x0c"]),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(before=LINES, after=LINES, final=st.booleans(), context=st.integers(0, 4))
def test_what_git_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], after: list[str], final: bool, context: int
) -> None:
    folder = tmp_path_factory.mktemp("diff")
    texts = []
    for name, lines in (("a", before), ("b", after)):
        texts.append("\n".join(lines) + ("\n" if final and lines else ""))
        Path(folder / name).write_text(texts[-1], newline="")
    command = ["git", "diff", "--no-index", f"-U{context}", "--no-color", "a", "b"]
    diff = subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout.decode()
    diff = diff.replace("a/a b/b", "a/f b/f").replace("--- a/a\n", "--- a/f\n", 1).replace("+++ b/b\n", "+++ b/f\n", 1)
    for plan in (diff, f"Text.\n```diff\n{diff}```\nText.\n"):
        text = texts[0]
        at, shift = 0, 0
        for _, change in hunks(plan) if diff else []:
            assert change.line_hint is not None or change.old == ""
            place = sum(len(line) + 1 for line in text.split("\n")[: max((change.line_hint or 1) - 1 + shift, 0)])
            assert text[place : place + len(change.old)] == change.old
            assert place >= at
            text = text[:place] + change.new + text[place + len(change.old) :]
            at = place + len(change.new)
            shift += change.new.count("\n") - change.old.count("\n")
        assert text == texts[1]
