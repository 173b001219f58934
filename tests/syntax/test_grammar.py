"""What loads a grammar, and what no input may do to it."""

import subprocess
import sys
import time
from types import FrameType

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.syntax import language_of, outline, parse
from glmcode.syntax.grammar import parse_tree
from glmcode.syntax.languages import LANGUAGES

LANGUAGES_OF = {
    **{
        "a.py": "python",
        "a/b.pyi": "python",
        "a.PY": "python",
        "a.js": "javascript",
        "a.mjs": "javascript",
        "a.jsx": "javascript",
    },
    **{
        "a.ts": "typescript",
        "a.d.ts": "typescript",
        "a.tsx": "tsx",
        "a.go": "go",
        "a.rs": "rust",
        "A.java": "java",
        "a.c": "c",
    },
    **{"a.h": "cpp", "a.cc": "cpp", "a.C": "cpp", "a.hpp": "cpp"},
    **{"a.rb": "ruby", "Gemfile": "ruby", "a.yml": "yaml", "README.md": "markdown", "a/Cargo.lock": "toml"},
    **{"a.cob": None, "Makefile": None, "py": None, ".py": None, "a.py/b": None, "": None, "a.": None},
}


@pytest.mark.parametrize(("path", "language"), LANGUAGES_OF.items())
def test_a_file_name_says_the_language(path: str, language: str | None) -> None:
    assert language_of(path) == language


def test_a_grammar_is_loaded_when_it_is_first_needed_and_no_other() -> None:
    code = (
        "import sys\n"
        "def loaded(): return sorted(m for m in sys.modules if m.startswith('tree_sitter') and '.' not in m)\n"
        "from glmcode.syntax import parse, outline, language_of\n"
        "p = parse(b'x = 1', language_of('a.py'))\n"
        "print(loaded()); p.definitions; print(loaded()); outline(b'', 'a.go'); print(loaded())\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == [
        "[]",
        "['tree_sitter', 'tree_sitter_python']",
        "['tree_sitter', 'tree_sitter_go', 'tree_sitter_python']",
    ]


def test_a_language_without_a_grammar_is_the_users_error() -> None:
    with pytest.raises(GlmcodeError, match=r"no grammar for a\.cob") as error:
        outline("x = 1", "a.cob")
    assert error.value.exit_code == Exit.USAGE


N = 8_000
"""Far past every recursion limit, and past what a cost that grows with the square would let pass unnoticed."""
HOSTILE = {
    "open brackets": b"[" * N,
    "nested brackets": b"x = " + b"(" * N + b")" * N,
    "open braces": b"{" * N,
    "nested blocks": b"void f() " + b"{" * N + b"}" * N,
    "nested classes": b"class A{" * N,
    "nested namespaces": b"namespace a{" * N + b"}" * N,
    "nested calls": b"f(" * N,
    "backslashes": b"\\\n" * 50_000,
    "angles": b"a<" * N,
    "arrows": b"a=>" * N,
    "pointers": b"->" * N,
    "minus": b"<-" * N,
    "quotes": b'"' * N,
    "comments": b"/*" * N,
    "decorators": b"@a\n" * N + b"def f(): pass\n",
    "exports": b"export " * N,
    "templates": b"template <class T> " * (N // 4) + b"void f() {}",
    "stars": b"int " + b"*" * N + b"f(void) {}",
    "assignments": b"a=" * N + b"1\n",
    "else": b"if (x) {} else " * N,
    "NUL": bytes(N),
    "every byte": bytes(range(256)) * 40,
}
M = 2_000
MORE_HOSTILE = {
    "keys": b"".join(b" " * depth + b"a:\n" for depth in range(400)),
    "keys and lists": b"".join(b" " * depth + b"- a:\n" + b" " * depth + b"  - b:\n" for depth in range(0, 400, 4)),
    "suites": b"".join(b" " * depth + b"class A:\n" for depth in range(400)),
    "lists": b"".join(b"  " * depth + b"- a\n" for depth in range(300)) + b"> - " * 1000,
    "text in text": b'$"{' * M,
    "flow": b"a: " + b"{a: " * M,
    "dashes": b"- " * M,
    "questions": b"? " * M,
    "anchors": b"&a " * M,
    "quoted text": b"> " * M + b"x\n",
    "list items": b"* " * M + b"x\n",
    "headings": b"# a\n" * M,
    "underlined": b"a\n=\n" * M,
    "comment lines": b"# a\n" * M + b"a = 1\n" + b"# a\n" * M + b"[b]\n",
    "tables": b"[" + b"a." * M + b"b]\nx = 1\n",
    "tags": b"<div id=a>" * M,
    "half tags": b"<a " * M,
    "do": b"a do\n" * M,
    "interpolations": b'"#{' * M,
    "expansions": b"${a" * M,
    "substitutions": b"$(" * M,
    "here documents": b"a <<A\n" * M,
    "long brackets": b"[" + b"=" * M + b"[\n" + b"[[" * M,
    "selectors": b"a " * M + b"{}" + b"a{" * M,
    "select": b"SELECT (" * M,
    "cases": b"CASE WHEN a THEN " * M,
    "values": b"a=b " * M,
    **{
        name: HOSTILE[name] for name in ("open brackets", "nested blocks", "angles", "quotes", "comments", "every byte")
    },
}
ENDS = [
    b"@",
    b"@a",
    b"@file:",
    b"#",
    b"#[",
    b"a(",
    b"'",
    b'"',
    b"`",
    b"/*",
    b"<<A",
    b"<",
    b"=",
    b":",
    b"$",
    b"%",
    b"?",
    b"-",
    b"~",
]
"""What a text may stop with amid something."""
BASE = [name for name, table in LANGUAGES.items() if not table.extra and name != "tsx"]
EXTRA = [name for name, table in LANGUAGES.items() if table.extra]

LOOK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from glmcode.syntax import parse
data = sys.stdin.buffer.read()
for language in sys.argv[1:]:
    p = parse(data, language)
    p.definitions; p.problem; p.imports
"""


def look(data: bytes, *languages: str) -> None:
    """In a process of its own: what goes wrong here ends the process."""
    ran = subprocess.run(
        [sys.executable, "-c", LOOK, *languages], input=data, capture_output=True, timeout=200, check=False
    )
    assert ran.returncode == 0, ran.stderr[-500:]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_neither_crashes_nor_takes_for_ever(name: str) -> None:
    look(HOSTILE[name], *BASE)


@pytest.mark.parametrize("name", MORE_HOSTILE)
def test_hostile_text_is_survived_by_the_grammars_of_the_extra(name: str) -> None:
    look(MORE_HOSTILE[name], *EXTRA)


@pytest.mark.parametrize("start", ["", "val a = f()\n", "a = 1\n", "a: 1\n", "a {\n"])
def test_a_text_that_stops_amid_something_ends_the_reading_too(start: str) -> None:
    """As a property of Kotlin with an annotation behind it, and no line end."""
    code = LOOK.replace("data = sys.stdin.buffer.read()\n", "").replace(
        "    p = parse(data, language)", f"  for end in {ENDS!r}:\n    p = parse({start.encode()!r} + end, language)"
    )
    ran = subprocess.run([sys.executable, "-c", code, *BASE, *EXTRA], capture_output=True, timeout=200, check=False)
    assert ran.returncode == 0, ran.stderr[-500:]


@pytest.mark.parametrize("language", ["python", "javascript", "cpp"])
def test_a_hundred_thousand_nested_brackets_are_survived(language: str) -> None:
    look(b"x = " + b"[" * 100_000 + b"]" * 100_000, language)
    look(b"[" * 100_000, language)


def test_three_megabytes_on_one_line_are_survived() -> None:
    look(b"function f(){return 1}" * 140_000, "javascript")


def test_a_large_file_costs_in_proportion() -> None:
    unit = b"class A:\n    def f(self):\n        return [1, 2, 3]\n\n"
    one_line = b"function f(){return 1}"

    def cost(data: bytes, language: str) -> float:
        started = time.process_time()
        assert parse(data, language).definitions
        return time.process_time() - started

    for piece, language in ((unit, "python"), (one_line, "javascript")):
        small = max(cost(piece * 1000, language), 0.01)
        large = cost(piece * 8_000, language)
        assert large < 8 * small * 4


def test_hostile_names_cannot_grow_an_outline() -> None:
    nested = b"class " + b"a" * 100 + b"{"
    found = outline(nested * 2000 + b"}" * 2000, "A.java")
    assert sum(len(d.name) + len(d.signature) for d in found) < 100_000
    (d,) = outline(b"def " + b"x" * 1_000_000 + b"(): pass\n", "a.py")
    assert len(d.name) <= 160
    assert len(d.signature) <= 200


@pytest.mark.parametrize("language", ["toml", "yaml", "json", "markdown"])
def test_an_outline_of_many_keys_costs_in_proportion(language: str) -> None:
    """TOML's asked for the file's indentation once a key, and read 64 KB for it."""
    unit = {
        "toml": b"[a]\nb = [1]\nc = { d = 1 }\n# e\n\n",
        "yaml": b"a:\n  b: [1]\n  c: {d: 1}\n# e\n\n",
        "json": b'"a": {"b": [1], "c": {"d": 1}},\n',
        "markdown": b"# a\n\nb\n\n## c\n\nd\n\n",
    }[language]

    def cost(count: int) -> float:
        data = b"{" + unit * count + b'"z": 1}' if language == "json" else unit * count
        started = time.process_time()
        assert len(parse(data, language).definitions) >= 2 * count
        return time.process_time() - started

    # The best of a few: something else may run meanwhile.
    assert min(cost(2400) for _ in range(4)) < 8 * 4 * max(cost(300), 0.005)


def test_a_broken_character_where_reading_is_called_off_is_survived() -> None:
    """Found by fuzzing: bash's scanner reads on from each bracket until its reading is called off, here at a byte that is no UTF-8."""
    data = b"(" * 17 + b"[" + b"(" * 182 + b"{" + b"(" * 1554 + b"\xa8\xa3u\xb0UK\xd2\xd7o\x8d\xe1\xe1\x112\xfd\x97"
    look(data + b"(" * 403 + b"\x0e\x97/\x99\x07\x93\x91\xa9*D8\xc8\xee\xa3", "bash")


@pytest.mark.parametrize("within", ["read", "stop"])
@pytest.mark.parametrize("number", [1, 5])
def test_an_interrupt_amid_a_parse_is_an_interrupt(within: str, number: int) -> None:
    """It came out as a SystemError, and so as a bug of ours, where it fell into the reading."""
    calls = 0

    def interrupt(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        calls += event == "call" and frame.f_code.co_name == within
        if calls == number:
            sys.setprofile(None)
            raise KeyboardInterrupt

    profiling = sys.getprofile()
    sys.setprofile(interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            parse_tree(b"x = [1, 2]\n" * 20_000, "python")
    finally:
        sys.setprofile(profiling)
