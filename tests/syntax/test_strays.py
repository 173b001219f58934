"""A statement outside of every function is a problem where the language allows none there."""

import pytest

from glmcode.library import apply_plan
from glmcode.syntax import parse

SOUND = (
    ("go", "package a\n\nimport \"fmt\"\n\nvar x = 1\n\nconst y = 2\n\ntype T int\n\nfunc f() { fmt.Println(x) }\n"),
    ("rust", "use a::b;\nthread_local!(static X: u8 = 1);\nmacro! { x }\nmod m;\nstatic Y: u8 = 1;\nfn f() { let x = 1; }\n"),
    ("java", "package a;\nimport b.C;\nvoid main() { f(); }\nint x = 1;\nclass A { static { f(); } }\n"),
    ("c", 'MODULE_LICENSE("GPL");\nDEFINE_LOCK(a);\nint x;\nint f(void) { return 1; }\n'),
    ("cpp", "BENCHMARK(f);\nint main() { for (auto x : y) {} return 0; }\n"),
    ("python", "x = 1\nif x:\n    f()\n"),
    ("javascript", "if (x) {\n  f();\n}\n"),
)  # fmt: skip
STRAY = (
    ("go", "package a\n\nfunc f() {\n}\n\tx := 1\n", 5),
    ("go", 'package a\n\n"strings"\n', 3),
    ("go", "package a\n\nreturn\n", 3),
    ("go", "package a\n\nfor i := range x {\n}\n", 3),
    ("rust", "fn f() {\n}\n    let x = 1;\n", 3),
    ("rust", "fn f() {}\nreturn 1;\n", 2),
    ("java", "class A {\n    void f() {\n    }\n}\n    return 1;\n", 5),
    ("java", "f();\nclass A {}\n", 1),
    ("c", "int f(void)\n{\n}\n    return 1;\n", 4),
    ("cpp", "int f() {\n}\n    for (auto x : y) g(x);\n", 3),
)


@pytest.mark.parametrize(("language", "source"), SOUND)
def test_what_may_stand_at_the_margin_is_sound(language: str, source: str) -> None:
    assert parse(source.encode(), language).problem is None


@pytest.mark.parametrize(("language", "source", "line"), STRAY)
def test_a_statement_at_the_margin_is_a_problem(language: str, source: str, line: int) -> None:
    problem = parse(source.encode(), language).problem
    assert problem is not None
    assert (problem.line, problem.what) == (line, "a statement stands here outside of every function")


def test_a_function_closed_too_early_is_not_landed() -> None:
    before = b"package a\n\nfunc f() int {\n\tx := 1\n\tif x > 0 {\n\t\treturn 1\n\t}\n\treturn x\n}\n"
    plan = "a.go\n```\n<<<<<<< SEARCH\n\t\treturn 1\n\t}\n\treturn x\n}\n=======\n\t\treturn 1\n\t}\n}\n\treturn x\n>>>>>>> REPLACE\n```\n"
    result = apply_plan(plan, {"a.go": before})
    assert [(edit.status, edit.reason) for edit in result.edits] == [("rejected", "breaks-syntax")]
    assert "outside of every function" in result.edits[0].message


def test_a_file_of_bare_statements_may_stay_one() -> None:
    result = apply_plan(
        "a.rs\n<<<<<<< SEARCH\nlet x = 1;\n=======\nlet x = 2;\n>>>>>>> REPLACE\n", {"a.rs": b"let x = 1;\nf(x);\n"}
    )
    assert result.ok
    assert result.files == {"a.rs": b"let x = 2;\nf(x);\n"}
