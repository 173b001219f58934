"""Code that a language allows and its grammar doesn't read is not called broken, and stays guarded around that."""

import pytest

from glmcode.syntax import parse
from glmcode.syntax.grammar import parse_tree
from glmcode.syntax.unread import readable

ALLOWED = (
    ("c", 'void f(void) {\n    list_for_each(x, &y) {\n        g();\n    }\n}\n'),
    ("c", "void f(void) {\n    FOREACH(x, y)\n        g();\n}\n"),
    ("c", 'MODULE_LICENSE("GPL")\nint x;\n'),
    ("c", "DEFINE_LOCK(bar)\nstatic int x;\n"),
    ("c", "int f(int x) {\n    switch (x) {\n    case 1 ... 5:\n        break;\n    }\n    return 0;\n}\n"),
    ("c", "void f(void **p) {\n    goto *p;\n}\n"),
    ("cpp", 'void f(long x) {\n    printf("%" PRId64 "\\n", x);\n}\n'),
    ("cpp", "struct S {\n    int f(this S& self);\n};\n"),
    ("cpp", "enum class A : int { x [[deprecated]] = 1 };\n"),
    ("cpp", "export module shop;\nimport std;\nint f() { return 1; }\n"),
    ("python", "class A[T=int]:\n    pass\n"),
    ("python", "def f[T, U = int](x: T) -> U:\n    return x\n"),
    ("typescript", 'export type * from "a";\n'),
    ("typescript", 'export declare const x: (a: T) => import("./base").FC<T>;\n'),
    ("tsx", 'type T = import("x").Y<Z>;\n'),
    ("rust", 'unsafe extern "C" {\n    safe fn f();\n}\n'),
    ("java", "import module java.base;\nclass A {}\n"),
)  # fmt: skip


@pytest.mark.parametrize(("language", "source"), ALLOWED)
def test_what_a_grammar_does_not_read_is_no_problem(language: str, source: str) -> None:
    assert parse(source.encode(), language).problem is None


@pytest.mark.parametrize(("language", "source"), ALLOWED)
def test_places_stay_the_same(language: str, source: str) -> None:
    changed = readable(source.encode(), language)
    if changed is not None:
        assert [len(row) for row in changed.split(b"\n")] == [len(row) for row in source.encode().split(b"\n")]


@pytest.mark.parametrize(("language", "source"), [one for one in ALLOWED if "{\n" in one[1]])
def test_a_brace_left_out_beside_it_is_a_problem_still(language: str, source: str) -> None:
    assert parse(source.rstrip("}; \n").encode() + b"\n", language).problem is not None


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("c", "int f(void) {\n    g(x)\n    return 1;\n}\n"),
        ("c", "int f(void) {\n    return 1 ... ;\n}\n"),
        ("c", "int f(void) {\n    EXPECT(x)\n    return 1;\n}\n"),
        ("python", "def f(x=):\n    pass\n"),
        ("python", "x[a=b] = 3\n"),
        ("typescript", "export type from;;(\n"),
    ],
)
def test_what_no_form_covers_is_a_problem_still(language: str, source: str) -> None:
    assert parse(source.encode(), language).problem is not None


HOSTILE = (
    "FOO(",
    "for_each(",
    "for_each",
    "{for_each(",
    "[a=b,",
    "class A[",
    "\ndef f[a=b,",
    "import(",
    "this ",
    "x [[a",
    "import a",
    "A" * 50,
)


@pytest.mark.parametrize("language", ["c", "cpp", "python", "typescript", "java", "rust"])
@pytest.mark.parametrize("unit", [*HOSTILE, "goto *", "1 ... 2", "\n ", " ", "((", "a, "])
def test_hostile_text_is_read_in_one_go(language: str, unit: str) -> None:
    """Each of these took minutes with a pattern that looks ahead without bound."""
    data = unit.encode() * 30000
    changed = readable(data, language)
    assert changed is None or len(changed) == len(data)


def test_the_table_holds_only_what_the_grammar_lacks() -> None:
    """A form that a newer grammar reads can leave the table."""
    read = [source for language, source in ALLOWED if not parse_tree(source.encode(), language).root_node.has_error]  # type: ignore[union-attr]
    assert read == []
