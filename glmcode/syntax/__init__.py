"""Source code as bytes, tree and outline: the only room that knows tree-sitter.

Importing it loads no grammar; each is loaded when a file of its language is first parsed.
"""

from dataclasses import replace

from glmcode.errors import Exit, GlmcodeError
from glmcode.syntax.carried_outline import Outline, Syntax
from glmcode.syntax.definition import Definition
from glmcode.syntax.find import Symbols, counts_anew, find_symbol, full_names, stem_of, without_number
from glmcode.syntax.imports import ImportBlock
from glmcode.syntax.languages import language_of, without_grammar
from glmcode.syntax.parsed import Parsed, parse
from glmcode.syntax.problem import Problem

__all__ = [
    "Definition",
    "ImportBlock",
    "Outline",
    "Parsed",
    "Problem",
    "Symbols",
    "Syntax",
    "counts_anew",
    "find_symbol",
    "full_names",
    "language_of",
    "outline",
    "parse",
    "stem_of",
    "without_grammar",
    "without_number",
]

_READS = (
    "glmcode outline reads Python, JavaScript, TypeScript, Go, Rust, Java, C and C++; pip install 'glmcode[grammars]' adds "
    "Ruby, PHP, C#, Kotlin, Swift, Scala, Lua, Bash, Elixir, SQL, HTML, CSS, JSON, TOML, YAML and Markdown"
)


def outline(source: bytes | str, path: str) -> tuple[Definition, ...]:
    """A file's definitions, in the order of the file; `path` says which language it is by its name.

    Each name is a symbol that means this definition alone: where several bear it, the first is `total#1`. Offsets count
    bytes of the source, of its UTF-8 where it is given as text. Raises GlmcodeError for a language without a grammar.
    """
    data = source if isinstance(source, bytes) else source.encode("utf-8", "surrogateescape")
    language = language_of(path, data)
    if language is None:
        why = without_grammar(path)
        raise GlmcodeError(why[0].lower() + why[1:], exit_code=Exit.USAGE, hint=_READS)
    found = parse(data, language).definitions
    named = zip(full_names(found), found, strict=True)
    return tuple(one if name == one.name else replace(one, name=name) for name, one in named)
