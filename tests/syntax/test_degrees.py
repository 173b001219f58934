"""The guard on files that were broken before, and on those that are broken only for a grammar."""

import pytest

from glmcode import apply_plan
from glmcode.syntax import parse
from glmcode.syntax.branches import branches

BROKEN_C = b"""static int first(void)
{
    return 1;
}

FOREACH(item, items
{
    use(item);
}

int second(int x)
{
    return (x + 1);
}
"""


def edit(path: str, source: bytes, old: str, new: str) -> tuple[str, bytes]:
    plan = f'<edit path="{path}">\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n</edit>\n'
    result = apply_plan(plan, {path: source})
    after = result.files.get(path, source)
    assert after is not None
    return result.edits[0].reason or result.edits[0].status, after


def test_the_sample_is_broken() -> None:
    assert parse(BROKEN_C, "c").problem is not None


def test_an_edit_far_from_an_old_error_lands() -> None:
    assert edit("a.c", BROKEN_C, "    return (x + 1);", "    return (x + 2);")[0] == "applied"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    return (x + 1);", "    return (x + 1;"),
        ("    return (x + 1);", "    return (x + 1)];"),
        ("    return 1;\n}", "    return 1;"),
        ("    return 1;", '    return "1;'),
    ],
)
def test_an_edit_far_from_an_old_error_is_guarded_still(old: str, new: str) -> None:
    assert edit("a.c", BROKEN_C, old, new) == ("breaks-syntax", BROKEN_C)


def test_one_of_two_errors_may_be_mended() -> None:
    broken = BROKEN_C.replace(b"(x + 1)", b"(x + 1")
    assert edit("a.c", broken, "FOREACH(item, items", "FOREACH(item, items)")[0] == "applied"
    assert edit("a.c", broken, "    return (x + 1;", "    return (x + 1);")[0] == "applied"


def test_more_of_what_a_grammar_cannot_read_lands_where_it_stood_before() -> None:
    source = b"interface Cart {\n};\n\n#define X\nLIST_OF(a) {\n  b,\n} DONE(x) y z\n\nint f() { return 1; }\n"
    assert parse(source, "cpp").problem is not None
    added = "int f() { return 1; }\n\nLIST_OF(c) {\n  d,\n} DONE(x) y z"
    assert edit("a.cpp", source, "int f() { return 1; }", added)[0] == "applied"


def test_a_comment_with_an_apostrophe_is_no_worse() -> None:
    assert edit("a.c", BROKEN_C, "    use(item);", "    use(item); /* don't keep it */")[0] == "applied"


TWICE = b"""int f(int a)
{
#ifdef ONE
    if (a) {
#elif defined(TWO)
    while (a) {
#else
    {
#endif
        g();
    }
    return 0;
}
"""


def test_a_brace_that_each_branch_opens_once_is_no_error() -> None:
    assert parse(TWICE, "c").problem is None
    assert edit("a.c", TWICE, "        g();", "        h();")[0] == "applied"
    sound = b"int f(int a)\n{\n    if (a) {\n        g();\n    }\n    return 0;\n}\n"
    got = edit("a.c", sound, "    if (a) {", "#ifdef ONE\n    if (a) {\n#else\n    while (a) {\n#endif")
    assert got[0] == "applied"


@pytest.mark.parametrize("gone", ["    if (a) {", "    while (a) {", "    {", "    }"])
def test_every_branch_is_guarded(gone: str) -> None:
    assert edit("a.c", TWICE, gone, gone.replace("{", "").replace("}", "") + ";")[0] == "breaks-syntax"


def test_branches_keep_their_lines() -> None:
    found = branches(TWICE)
    assert len(found) == 3
    assert [one.count(b"\n") for one in found] == [TWICE.count(b"\n")] * 3
    assert [one.split(b"\n")[3:8] for one in found] == [
        [b"    if (a) {", b"", b"", b"", b""],
        [b"", b"", b"    while (a) {", b"", b""],
        [b"", b"", b"", b"", b"    {"],
    ]
    assert branches(b"#if A\nint x;\n#endif\n") == ()
    assert branches(b"#else\n") == ()
    assert branches(b"#if A\n#else\n") == ()
    assert branches(b"#if A\n" * 40000 + b"#else\n" + b"#endif\n" * 40000)[0].strip() == b""


def test_a_tab_that_the_compiler_rejects_leaves_the_brackets_guarded() -> None:
    source = b"def f():\n        if x:\n\treturn 1\n\n\ndef g():\n    return (2)\n"
    assert parse(source, "python").problem is not None
    assert parse(source, "python").is_clean
    assert edit("a.py", source, "    return (2)", "    return (2")[0] == "breaks-syntax"
    assert edit("a.py", source, "    return (2)", "    return (3)")[0] == "applied"
