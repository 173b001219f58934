"""The same hunt for source files: outlines, symbols and the syntax guard of bytes that no compiler ever saw."""

import time
from dataclasses import replace

from glmcode.syntax import find_symbol, language_of, outline, parse
from tests.fuzz.choices import Choices
from tests.fuzz.plans import seeds

SLOWEST = 1.0
LANGUAGES = ("a.py", "a.js", "a.ts", "a.tsx", "a.go", "a.rs", "a.java", "a.c", "a.cpp", "a.rb", "a.php", "a.cs", "a.kt", "a.swift", "a.scala", "a.lua", "a.sh", "a.html", "a.css", "a.json", "a.yaml", "a.toml", "a.md", "a.sql", "a.ex")  # fmt: skip
PIECES = (b"(", b")", b"{", b"}", b"[", b"]", b"\n", b"\r", b"\t", b"\0", b"\xff", b"\xc3", b'"', b"'", b'"""', b"`", b"#", b"//", b"/*", b"*/", b"<", b">", b"\\", b"def ", b"class ", b"fn ", b"func ", b"impl ", b"=", b":", b",", b"- ", b"---\n", b"<<EOF\n", b"#if 0\n", b"#endif\n", b"(" * 3000, b"{" * 3000, b"[" * 3000, b" " * 500, "é".encode(), "\u2028".encode())  # fmt: skip


def one(data: bytes) -> None:
    choices = Choices(data)
    path = choices.one(LANGUAGES)
    language = language_of(path)
    if language is None:
        return
    files = [text for seed in seeds() for name, text in seed.files.items() if name.endswith(path[1:])] or [b"x\n"]
    source = choices.one(files)
    for _ in range(choices.below(10)):
        at = choices.below(len(source) + 1)
        piece = choices.one(PIECES) if choices.below(3) else choices.rest(20)
        source = source[:at] + piece + source[at + choices.below(6) :]
    began = time.process_time()
    named = outline(source, path)
    parsed = parse(source, language)
    definitions = parsed.definitions
    for one, definition in zip(named, definitions, strict=True):
        assert replace(one, name=definition.name) == definition
        assert 0 <= definition.start <= definition.head <= definition.keyword <= definition.end <= len(source)
        assert definition.line <= definition.end_line
        if definition.body is not None:
            assert definition.start <= definition.body[0] <= definition.body[1] <= definition.end
        if definition.name == definition.name.strip():
            assert definition in find_symbol(definitions, definition.name), definition
        if one.name == one.name.strip():
            assert find_symbol(definitions, one.name) == (definition,), one.name
    at = choices.below(len(source) + 1)
    end = at + choices.below(len(source) - at + 1)
    new = choices.one(PIECES)
    later, fresh = parsed.spliced(at, end, new), parse(source[:at] + new + source[end:], language)
    assert later.problem_since(source) == fresh.problem_since(source), "the spliced tree's problem is another"
    assert later.definitions == fresh.definitions, "the spliced tree's outline is another"
    assert later.imports == fresh.imports
    spent = time.process_time() - began
    assert spent <= 4 * SLOWEST * max(1, len(source) / 10_000), f"{spent:.1f} s"
