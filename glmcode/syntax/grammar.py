"""Grammars, imported one by one when they are first needed, and a parser that no input can hold up."""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language as Grammar
    from tree_sitter import Point, Tree

__all__ = ["parse_tree"]

CHUNK = 16384
READ_FACTOR = 64
"""How many times over a parser may read its input: about 1.4 times is usual, thousands of times is an attack."""
STEPS_PER_BYTE = 0.12
"""Steps (hundreds of parser actions) that a byte may cost: 0.005 is usual, 0.022 was the most in 4,300 real files;
in garbage there is no bound."""
SPARE_STEPS = 4000

OPEN_ANGLES = 1000
"""`a<a<a<...` is generics or comparisons until its end is seen: the memory for both grows with the square of it."""
EQUALS = 400
"""`a=>a=>...` is an unfinished assignment with faults in it for Java, C and C++: likewise, 350 bytes times the square."""
LONE_OPERATORS = 100
"""Lines of nothing but `=` or `==`: Ruby's grammar reads on from each as if it were an assignment over several lines."""
DEEPEST_COLUMN = 100
"""YAML's scanner keeps two levels a column at most, and ends the process beyond 250 of them."""
ENDS_WITH_A_LINE = frozenset({"kotlin"})
"""Grammars that are given a line end where the text has none: behind a property, Kotlin's scanner looks for an accessor past an
annotation, and at the text's end it never stops."""
_YAML_LINE = re.compile(rb"(?:(?<=[\r\n])|\A)[ \t?:!&-][^\r\n]{%d}" % DEEPEST_COLUMN)
_YAML_OPENING = re.compile(rb"(?:[ \t?:-]|[!&][^ \t\r\n]*+)*\Z")
_LONE_OPERATOR = re.compile(rb"\n[ \t]*+[-+*/%=<>!~&|^]{1,3}+[ \t]*+(?=[\r\n])")
_STATEMENTS = bytes.maketrans(b"{}", b";;")
_PIECES = bytes.maketrans(b"{},#", b";;;;")
_LONE_EQUALS = re.compile(rb"(?<!=)=(?!=)")


def parse_tree(data: bytes, language: str, old: "Tree | None" = None) -> "Tree | None":
    """The syntax tree; None where parsing would cost far more than a text of that size is worth.

    What is too dear is counted in steps and bytes, never in seconds, so that it is the same on every machine.
    `old` is the edited tree of an earlier text.
    """
    from tree_sitter import Parser

    if _explodes(data, language):
        return None
    parser = Parser(_grammar(language))
    end = b"\n" if language in ENDS_WITH_A_LINE and not data.endswith(b"\n") else b""
    if language in ENDS_WITH_A_LINE and old is not None and (end or old.root_node.end_byte > len(data)):
        old = None  # one of the two texts has the line end that is no part of it
    reads_left = READ_FACTOR * len(data) + (1 << 20)
    steps_left = int(STEPS_PER_BYTE * len(data)) + SPARE_STEPS

    def read(offset: int, _: "Point") -> bytes:
        nonlocal reads_left
        if reads_left < 0:
            # The end, told early. Where the lexer asks again for the rest of a character it can't bear to hear of none.
            return b"?" if data[offset : offset + 1] > b"\x7f" else b""
        chunk = data[offset : offset + CHUNK] or (end if offset == len(data) else b"")
        reads_left -= len(chunk)
        return chunk

    def stop(_: int, __: bool) -> bool:
        nonlocal steps_left
        steps_left -= 1
        return steps_left < 0 or reads_left < 0

    try:
        tree = (
            parser.parse(read, old, progress_callback=stop)
            if old is not None
            else parser.parse(read, progress_callback=stop)
        )
    except ValueError:  # how the binding says that `stop` said so
        return None
    except SystemError as error:  # how it says that an interrupt came amid `read`
        raise error.__cause__ or error from None
    return tree if reads_left >= 0 else None


@cache
def _grammar(language: str) -> "Grammar":
    from importlib import import_module

    from tree_sitter import Language as Grammar

    from glmcode.syntax.languages import LANGUAGES

    table = LANGUAGES[language]
    return Grammar(getattr(import_module(table.wheel), table.entry)())


def _explodes(data: bytes, language: str) -> bool:
    """Whether one statement nests so that the parser's memory would grow with the square of it.

    No step is counted while that happens, so it is told by the text. No real source comes near these bounds.
    """
    if language == "python":
        return False
    if language == "yaml":
        return any(_YAML_OPENING.match(line.group()) for line in _YAML_LINE.finditer(data))
    if language == "ruby":
        return len(_LONE_OPERATOR.findall(data)) > LONE_OPERATORS
    if data.count(b"<") > OPEN_ANGLES:
        statements = data.translate(_STATEMENTS).split(b";")
        if any(statement.count(b"<") - statement.count(b">") > OPEN_ANGLES for statement in statements):
            return True
    if language in ("java", "c", "cpp") and data.count(b"=") > EQUALS:
        pieces = data.translate(_PIECES).split(b";")
        return any(piece.count(b"=") > EQUALS and len(_LONE_EQUALS.findall(piece)) > EQUALS for piece in pieces)
    return False
