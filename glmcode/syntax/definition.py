"""A definition of a source file: what an outline lists and a symbol names."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition. Offsets are bytes into the file; spans are of whole lines where the source's layout allows it."""

    name: str
    """The dotted path, unique in the file: `Cart.total`, `impl Display for Cart.fmt`, `total#2` for the second total."""
    kind: str
    """"class", "function", "method", "struct", "enum", "interface", "trait", "impl", "type", "module", "constant", ..."""
    start: int
    """Where what belongs to it begins: the first of its comment lines, decorators or attributes directly above."""
    head: int
    """Where its decorators or attributes begin, after the comment lines; equal to `start` where there are none."""
    keyword: int
    """Where the definition itself begins, after comments and decorators."""
    end: int
    """Just past its last line, line end included."""
    line: int
    """Line of `keyword`, from 1."""
    end_line: int
    """Last line, from 1."""
    indent: bytes
    """The white space before `keyword`."""
    body: tuple[int, int] | None
    """For what can hold members: the byte span of the lines between its opening and its close (for Python, of its
    suite), so that `body[1]` is where a new last member goes. None for what can't."""
    member_indent: bytes
    """The white space that members have, or would have where there are none yet."""
    signature: str
    """Its first line, trimmed, for people and for the model; at most 200 characters."""
    depth: int
    """0 for the file's own definitions, 1 for members of those, ..."""
