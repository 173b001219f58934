"""A parsed file: splices give what a fresh parse gives, and problems are found where they are."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glmcode.syntax import Definition, Parsed, Problem, language_of, parse
from glmcode.syntax.languages import LANGUAGES

SAMPLES = {
    path.name.removesuffix(".txt"): path.read_bytes()
    for path in sorted((Path(__file__).parent / "samples").glob("*.txt"))
}
PIECES = (
    *(
        b"",
        b"\n",
        b"    ",
        b"\t",
        b"\r\n",
        b"# c\n",
        b"// c\n",
        b"{",
        b"}",
        b"(",
        b")",
        b'"',
        b"'''",
        b"/*",
        b"*/",
        b";",
        b"\xff",
        b"\x00",
    ),
    *(
        b"def f():\n    pass\n",
        b"    def g(self): return 1\n",
        b"class N {}\n",
        b"function h() {}\n",
        b"x = 1\n",
        b"fn r() {}\n",
    ),
    *(
        b"async ",
        b"export ",
        b"@dec\n",
        b"template <class T>\n",
        b"#define X 1\n",
        b"import os\n",
        b"#[test]\n",
        b"return",
    ),
    *(
        b"end\n",
        b"do\n",
        b"- a\n",
        b"key: v\n",
        b"  deep: {a: 1}\n",
        b"[t.u]\n",
        b'"k": 1,\n',
        b"# H\n",
        b"## I\n\n",
        b"<p id=x>",
        b"</p>",
        b"-- c\n",
    ),
)


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_a_chain_of_splices_says_what_a_fresh_parse_says(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(SAMPLES)))
    language = language_of(name)
    assert language is not None
    parsed = parse(SAMPLES[name], language)
    for _ in range(data.draw(st.integers(1, 4))):
        rows = [0]
        for row in parsed.data.splitlines(keepends=True):
            rows.append(rows[-1] + len(row))
        if data.draw(st.booleans()):
            start = data.draw(st.sampled_from(rows))
            end = data.draw(st.sampled_from([row for row in rows if row >= start][:4]))
        else:
            start = data.draw(st.integers(0, len(parsed.data)))
            end = min(len(parsed.data), start + data.draw(st.integers(0, 12)))
        if data.draw(st.booleans()):
            assert parsed.problem is None or isinstance(parsed.problem, Problem)  # parses it before the splice
        parsed = parsed.spliced(start, end, data.draw(st.sampled_from(PIECES)))
    fresh = parse(parsed.data, language)
    assert parsed.definitions == fresh.definitions
    assert parsed.problem == fresh.problem
    assert parsed.imports == fresh.imports
    hold_together(fresh)


def hold_together(parsed: Parsed) -> None:
    """What every caller relies on, whatever the file holds."""
    within: list[Definition] = []
    assert len({d.name for d in parsed.definitions}) == len(parsed.definitions)
    for d in parsed.definitions:
        assert 0 <= d.start <= d.head <= d.keyword < d.end <= len(parsed.data), d
        assert d.end_line == parsed.data.count(b"\n", 0, d.end - 1) + 1, d
        assert d.body is None or d.keyword <= d.body[0] <= d.body[1] <= d.end, d
        del within[d.depth :]
        assert len(within) == d.depth, d
        if within:
            assert d.name.startswith(within[-1].name + "."), d
            assert within[-1].start <= d.start, d
            assert d.end <= within[-1].end, d
        within.append(d)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_sound_edits_are_parsed_incrementally_to_the_same_tree(name: str) -> None:
    """Most random splices break a file, and a broken file is parsed afresh: these keep it whole."""
    language = language_of(name)
    assert language is not None
    parsed = parse(SAMPLES[name], language)
    assert parsed.problem is None
    chance = random.Random(name)
    for _ in range(30):
        spans = [
            (d.start, d.end) for d in parsed.definitions if d.depth == 0 and parsed.data[d.end - 1 : d.end] == b"\n"
        ]
        start, end = chance.choice(spans)
        other = chance.choice(spans)
        text = chance.choice(
            [b"", parsed.data[other[0] : other[1]], parsed.data[start:end] + b"\n", parsed.data[start:end] * 2]
        )
        after = parsed.spliced(start, end, text)
        if after.problem is not None or len(after.definitions) < 3:
            continue
        fresh = parse(after.data, language)
        assert after.definitions == fresh.definitions
        assert fresh.problem is None
        parsed = after


def test_a_splice_leaves_the_text_before_it_as_it_was() -> None:
    before = parse(b"def f(): pass\n", "python")
    assert [d.name for d in before.definitions] == ["f"]
    after = before.spliced(4, 5, b"g")
    assert [d.name for d in after.definitions] == ["g"]
    assert [d.name for d in before.definitions] == ["f"]
    assert before.data == b"def f(): pass\n"


@pytest.mark.parametrize("span", [(-1, 0), (2, 1), (0, 99)])
def test_a_splice_outside_of_the_file_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no span"):
        parse(b"x = 1\n", "python").spliced(*span, b"")


def test_a_language_without_a_table_is_refused() -> None:
    with pytest.raises(KeyError):
        parse(b"", "cobol")


@pytest.mark.parametrize(
    ("source", "language", "line"),
    [
        (b"x = 1\ny = (2\n", "python", 2),
        (b"class A {\n  f() {\n    g(;\n  }\n}\n", "javascript", 3),
        (b"func a() {\n\treturn\n", "go", 3),
        (b"fn a() {\n    let x = ;\n}\n", "rust", 2),
        (b"class A {\n  int f() { return 1 }\n}\n", "java", 2),
        (b"int f(void)\n{\n  return 1;\n\n", "c", 3),
        (b"class A {\n  int f(\n};\n", "cpp", 2),
        (b"interface A {\n  x: ;\n}\n", "typescript", 2),
        (b"const a = <div>\n  <b c=></b>\n</div>;\n", "tsx", 2),
        (b"class A\n  def f\n    g(\n  end\nend\n", "ruby", 3),
        (b"<?php\nfunction f() {\n  return (1;\n}\n", "php", 3),
        (b"class A {\n  int F() { return (1; }\n}\n", "c_sharp", 2),
        (b"class A {\n  fun f( = 1\n}\n", "kotlin", 2),
        (b"local a = {\n  b = ,\n}\n", "lua", 2),
        (b"[a]\nx = \ny = 1\n", "toml", 2),
        (b"a:\n  - b\n c: [1\n", "yaml", 1),
    ],
)
def test_a_problem_is_where_the_fault_is(source: bytes, language: str, line: int) -> None:
    problem = parse(source, language).problem
    assert problem is not None
    assert problem.line == line, problem
    assert problem.what
    assert "\n" not in problem.what


@pytest.mark.parametrize("language", [name for name, table in LANGUAGES.items() if not table.judged])
def test_a_grammar_that_reads_less_than_the_language_judges_nothing(language: str) -> None:
    assert parse(b"<a {{ b }}> ((( { ! important", language).problem is None


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_text_has_no_outline_and_no_problem(coding: str) -> None:
    parsed = parse("class A:\n    def f(self): pass\n".encode(coding), "python")
    assert parsed.definitions == ()
    assert parsed.problem is None
    assert parsed.imports.statements == ()


def test_latin1_is_parsed_as_the_bytes_it_is() -> None:
    data = "# -*- coding: latin-1 -*-\n# größe\ndef f():\n    return 'ä'\n".encode("latin-1")
    parsed = parse(data, "python")
    assert parsed.problem is None
    assert [d.line for d in parsed.definitions] == [3]


def test_an_empty_file_is_sound() -> None:
    for language in LANGUAGES:
        parsed = parse(b"", language)
        assert parsed.definitions == ()
        assert parsed.problem is None
        assert parsed.imports.end == 0
