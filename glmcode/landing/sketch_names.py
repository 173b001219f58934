"""Which lines of a file and of a sketch begin functions, classes, tables and rules, as the grammar of their language tells."""

import re
from collections.abc import Collection, Sequence

from glmcode.landing.sketch_lines import Line
from glmcode.syntax import Definition, parse

__all__ = ["names_of", "sketched_names"]

_KINDS = frozenset(
    {"function", "method", "constructor", "class", "struct", "interface", "trait", "enum", "record"}
    | {"table", "array", "rule", "block", "view"}
)
_NUMBER = re.compile(r"#\d+$")
"""What tells definitions of one name apart."""
_AROUND = dict.fromkeys(
    ("java", "javascript", "typescript", "tsx", "c_sharp", "kotlin", "php", "swift", "scala"), (b"class _ {", b"}")
) | {"cpp": (b"struct _ {", b"};")}
"""What a member alone is put in, in languages that have members in classes only."""


def names_of(definitions: Sequence[Definition]) -> dict[int, tuple[bytes, int]]:
    """The name of each definition of several lines, and the row of its last line, by the row that its name stands on."""
    return {
        one.line - 1: (_NUMBER.sub("", one.name.rpartition(".")[2]).encode(), one.end_line - 1)
        for one in definitions
        if one.kind in _KINDS and one.end_line > one.line
    }


def sketched_names(
    body: Sequence[bytes], markers: Collection[int], language: str | None, file: Sequence[Line]
) -> dict[int, tuple[bytes, int]]:
    """The same for a sketch, as far as it can be parsed: its markers are left out, and members may stand alone.

    A line of the file that begins a definition there begins it in the sketch too.
    """
    if language is None:
        return {}
    titles = {line.key: line.title for line in file if line.title is not None}
    told = {row: (title, -1) for row, line in enumerate(body) if (title := titles.get(b" ".join(line.split())))}
    return told | _parsed_names(body, markers, language)


def _parsed_names(body: Sequence[bytes], markers: Collection[int], language: str) -> dict[int, tuple[bytes, int]]:
    lines = [b"" if row in markers else line for row, line in enumerate(body)]
    parsed = parse(b"\n".join(lines), language)
    if not parsed.is_clean and language in _AROUND:
        opening, closing = _AROUND[language]
        alone = parse(b"\n".join([opening, *lines, closing]), language)
        if alone.is_clean:
            return {row - 1: (name, last - 1) for row, (name, last) in names_of(alone.definitions).items() if row}
    found = names_of(parsed.definitions)
    # Where the grammar had to mend the sketch, what it says of ends is a guess.
    return found if parsed.is_clean else {row: (name, -1) for row, (name, _) in found.items()}
