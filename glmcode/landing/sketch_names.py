"""Which lines of a file and of a sketch begin functions and classes, as the grammar of their language tells."""

from collections.abc import Collection, Sequence

from glmcode.syntax import Definition, parse

__all__ = ["names_of", "sketched_names"]

_KINDS = frozenset({"function", "method", "constructor", "class", "struct", "interface", "trait", "enum", "record"})
_AROUND = dict.fromkeys(
    ("java", "javascript", "typescript", "tsx", "c_sharp", "kotlin", "php", "swift", "scala"), (b"class _ {", b"}")
) | {"cpp": (b"struct _ {", b"};")}
"""What a member alone is put in, in languages that have members in classes only."""


def names_of(definitions: Sequence[Definition]) -> dict[int, tuple[bytes, int]]:
    """The name of each definition of code, and the row of its last line, by the row that its name stands on."""
    return {
        one.line - 1: (one.name.rpartition(".")[2].partition("#")[0].encode(), one.end_line - 1)
        for one in definitions
        if one.kind in _KINDS and one.end_line > one.line
    }


def sketched_names(
    body: Sequence[bytes], markers: Collection[int], language: str | None
) -> dict[int, tuple[bytes, int]]:
    """The same for a sketch, as far as it can be parsed: its markers are left out, and members may stand alone."""
    if language is None:
        return {}
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
