"""A definition of a source file: what an outline lists and a symbol names."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition. Offsets are bytes into the file; spans are of whole lines where the source's layout allows it.

    `start`, `head` and `keyword` are each the first byte of a line, before its indentation (behind a byte order mark),
    where nothing but white space stands before them on it; otherwise the exact byte of the code (`keyword` in
    `@Override int total()`, the second of two statements on a line). A definition that begins its line and shares its
    last one (`x = 1; y = 2`) ends behind the separator and its blanks; one that begins amid a line ends with itself
    and its separator, without the line end. So data[start:end] can always be cut out.
    """

    name: str
    """The dotted path, unique in the file: `Cart.total`, `impl Display for Cart.fmt`, `total#2` for the second total.
    Definitions with a body are counted before declarations without (prototypes, overloads). A statement that binds
    several names is one definition: `a, b`."""
    kind: str
    """"class", "function", "method", "struct", "enum", "interface", "trait", "impl", "type", "module", "constant", ..."""
    start: int
    """Where what belongs to it begins: the first of its comment lines, decorators or attributes directly above."""
    head: int
    """Where its decorators or attributes begin, after the comment lines; equal to `start` where there are none."""
    keyword: int
    """Where the definition itself begins, after comments and decorators."""
    end: int
    """Just past its last line, line end and trailing comment included."""
    line: int
    """Line of `keyword`, from 1."""
    end_line: int
    """Last line, from 1."""
    indent: bytes
    """The white space at the start of the line of `keyword`."""
    body: tuple[int, int] | None
    """For what can hold members: the byte span of the lines between its opening and its close (for Python, of its
    suite), so that `body[1]` is where a new last member goes. Exact bytes between brace and brace, or of the suite,
    where those share a line (`class A: pass`, `class A {}`). None for what can't, functions among them."""
    member_indent: bytes
    """The white space that members have, or would have where there are none yet."""
    signature: str
    """Its first line, white space collapsed, for people and for the model; at most 200 characters. A C++ template's
    comes with the line it is about."""
    depth: int
    """0 for the file's own definitions, 1 for members of those, ..."""
    opens: int = 0
    """Where what it does begins: the first byte of a function's body, a class's braces, an object. 0 where there is nothing of
    the kind, as in a prototype, or a language of keys and headings."""
