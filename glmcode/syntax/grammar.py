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
STEPS_PER_BYTE = 0.5
"""Steps (hundreds of parser actions) that a byte may cost: 0.005 is usual in source, 0.1 in garbage."""
SPARE_STEPS = 20_000

_OPEN_ANGLES = 1000
"""`a<a<a<...` is generics or comparisons until its end is seen: the memory for both grows with the square of it."""


def parse_tree(data: bytes, language: str, old: "Tree | None" = None) -> "Tree | None":
    """The syntax tree; None where parsing would cost far more than a text of that size is worth.

    What is too dear is counted in steps and bytes, never in seconds, so that it is the same on every machine.
    `old` is the edited tree of an earlier text.
    """
    from tree_sitter import Parser

    if _has_open_angles(data):
        return None
    parser = Parser(_grammar(language))
    reads_left = READ_FACTOR * len(data) + (1 << 20)
    steps_left = int(STEPS_PER_BYTE * len(data)) + SPARE_STEPS

    def read(offset: int, _: "Point") -> bytes:
        nonlocal reads_left
        if reads_left < 0:
            return b""
        chunk = data[offset : offset + CHUNK]
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
    return tree if reads_left >= 0 else None


@cache
def _grammar(language: str) -> "Grammar":
    from importlib import import_module

    from tree_sitter import Language as Grammar

    from glmcode.syntax.languages import LANGUAGES

    table = LANGUAGES[language]
    return Grammar(getattr(import_module(table.wheel), table.entry)())


def _has_open_angles(data: bytes) -> bool:
    if data.count(b"<") <= _OPEN_ANGLES:
        return False
    return any(statement.count(b"<") - statement.count(b">") > _OPEN_ANGLES for statement in re.split(rb"[;{}]", data))
