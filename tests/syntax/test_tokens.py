"""Two pieces with equal leaves differ in comments and layout only."""

import pytest

from glmcode.syntax.tokens import leaves


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("python", b"call(a,\n     b)  # why\n", b"# how\ncall( a, b )\n"),
        ("python", b"    if a:\n        b()\n", b"if a:\n    b()\n"),
        ("python", b"x = 1 + \\\n    2\n", b"x = 1 + 2\n"),
        ("javascript", b"f(a, // why\n  b);\n", b"f(a, /* how */ b);\n"),
        ("go", b"x := f(a,\n\tb)\n", b"x := f(a, b)\n"),
        ("c", b"int x; /* why */\n", b"int x;\n"),
    ],
)
def test_comments_and_layout_make_no_difference(language: str, one: bytes, other: bytes) -> None:
    assert leaves(one, language) == leaves(other, language)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("python", b"x = 'a b'\n", b"x = 'ab'\n"),
        ("python", b"x = 'a  b'\n", b"x = 'a b'\n"),
        ("python", b"notin = 1\n", b"not in = 1\n"),
        ("python", b'x = """a\n  b"""\n', b'x = """a\n    b"""\n'),
        ("python", b"x = '# a'\n", b"x = '# b'\n"),
        ("javascript", b"x = `a ${b} c`;\n", b"x = `a${b} c`;\n"),
        ("javascript", b"x = 'http://a';\n", b"x = 'http://b';\n"),
        ("c", b"a = b - -c;\n", b"a = b --c;\n"),
    ],
)
def test_what_a_token_holds_makes_a_difference(language: str, one: bytes, other: bytes) -> None:
    assert leaves(one, language) != leaves(other, language)


@pytest.mark.parametrize("piece", [b"", b"   \n", b"# only a comment\n"])
def test_nothing_has_no_leaves(piece: bytes) -> None:
    assert leaves(piece, "python") == ()


def test_nothing_that_the_grammar_skips_is_lost() -> None:
    told = leaves(b"x = $$$ 1\n", "python")
    assert told is not None
    assert b"".join(told).replace(b" ", b"") == b"x=$$$1"
