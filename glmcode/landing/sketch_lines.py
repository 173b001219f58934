"""The lines of a file and of a sketch as the merge compares them: what each says, what it opens or closes, what it is in.

Structure is read from indentation and from how lines begin, which every language shows; nothing here needs a grammar.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from glmcode.landing.nearest import is_trivial
from glmcode.landing.sketch_heads import NO_TYPES, head_of_key
from glmcode.plan.sketch import elides

__all__ = [
    "TAB",
    "TITLED",
    "Line",
    "are_two",
    "goes_on",
    "indent_of",
    "is_label",
    "is_removal",
    "opens",
    "read_lines",
    "shuts",
    "title_of",
    "told_by",
]

TITLED = b"\0"
"""What the opener of a closing line begins with where it is known by its title."""
TAB = 4
"""Columns of a tab, for comparing depths; indentation itself is never converted by it."""
DEEPEST = 64
"""Blocks around a line that are kept in mind."""

_MODIFIERS = (
    rb"(?:(?:export|default|declare|public|private|protected|internal|static|async|pub(?:\([\w: ]+\))?|unsafe|extern|inline|virtual"
    rb"|override|final|abstract|sealed|partial|local|get|set|const(?=\s+(?:unsafe\s|extern\s|fn\s|enum\s)))\s+)*"
)
_TITLE = re.compile(
    _MODIFIERS + rb"(?:(?:def|class|fn|func|function|struct|enum|union|trait|interface|type|mod|module|namespace|object|record|macro)"
    rb"\b\s*\*?\s*(?:\([^()]*\)\s*)?(?P<name>[\w$]+)(?=\s*(?:[\[({<:=!]|$|extends\b|implements\b|where\b|with\b|final\b|struct\b|interface\b|func\b|//|#|/\*)|\s+\w+\s*$)"
    rb"|impl\b(?P<impl>[^{]*)\{?"
    rb"|(?:const|let|var|val|static)\s+(?:mut\s+)?(?P<value>[\w$]+)\s*(?::[^=]*)?=(?!=)"
    rb"|(?P<told>[\w$.]+\((?:\"[^\"]*\"|'[^']*'|`[^`]*`),).*(?:=>|\bfunction\b[^{]*)\s*\{$"
    rb"|(?P<member>[\w$]+)\s*:\s*(?:async\s+)?function\b[^{]*\{\s*$"
    rb"|(?P<call>~?[\w$]+(?:::~?[\w$]+)*)\s*\([^;]*\)\s*(?::[^;{=]+|->[^;{=]+)?\{\s*$)"
)  # fmt: skip
_TOLD = re.compile(rb"([\w$.]+)\((\"[^\"]*\"|'[^']*'|`[^`]*`),")
_RUN_OR_NOT = re.compile(rb"\.(?:only|skip|todo|fails|failing|concurrent)\b")
"""What says of a test whether it is run, and not which it is."""
_FUNCTION = re.compile(
    rb"(?P<first>[\w~]+)[\w:<>,*&\[\]?.~ \t]*[\s*&](?P<name>~?[\w$]+(?:::~?[\w$]+)*)\s*\([^;{}]*\)[^;{}=]*\{$"
)
"""A function that is known by its type before its name and the brace behind it, as in C and Java."""
_FIELD = re.compile(
    rb"(?:(?:public|private|protected|static|readonly|override|declare)\s+)+(?P<field>[\w$#]+)\s*[?!]?\s*(?::(?!:)|[=(])"
)
_CONTROL = frozenset(b"if for while switch catch return else do with function super match loop elif foreach".split())
_COMMENT = re.compile(rb"\s*(?:/\*+|//+|#(?!\[|[\w-][^ ]*.*\{$)|--|<!--|;|%|\*|\"\"\")")
_OPENS = re.compile(rb"[\[({]\s*(?://.*|/\*.*)?$|:\s*(?:#\s.*)?$|=>\s*$|<[\w.]*(?:\s(?:[^<>]|=>)*)?(?<![/=])>\s*$")
_LABEL = re.compile(rb":\s*(?:#\s.*|//.*|/\*.*)?$")
_CLOSES = re.compile(rb"[\])}]+[;,)]*(?:\s*[\[({].*)?\s*$|</[\w.:-]*>\s*$|end\b;?\s*$|fi\s*$|done\s*$|esac\s*$")
_REMOVAL = re.compile(
    r"\s*(?:\{\s*/\*|/\*+|//+|#+|--+|<!--|;+|%+|\(\*)\s*(?:plandex:\s*)?(?:\.{3}|…)?\s*"
    r"(?:[(\[]?(?:removed|deleted|dropped)(?:\s*:)?(?:\s+[\w.()\[\]<>$#,:@*`'\"-]+){0,5}"
    r"|(?:[\w.()\[\]<>$#:@*`'\"-]+\s+){1,4}?(?:(?:is|are|was|were|has been|have been)\s+)?(?:now\s+)?(?:removed|deleted|dropped)(?:\s+here)?)"
    r"\s*(?:\.{3}|…)?[.)\]]?\s*(?:\*/\s*\}?|-->|\*\))?\s*$",
    re.I,
)

_MODAL = re.compile(r"\b(?:be|gets?|will|must|should|if|when|once|not|never|stays?|remains?)\b", re.I)

_KIND = re.compile(
    rb"(?:[a-z]+(?:\([\w: ]*\))? )*?(?:(?P<function>def|fn|func|function|fun)|(?P<type>class|struct|enum|union|trait|interface|record)"
    rb"|(?P<binding>(?:const|let|var|val)(?! fn)))\b"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank."""

    row: int
    """Its index among all lines."""
    data: bytes
    key: bytes
    """Its text with spacing aside: equal keys are the same line."""
    indent: bytes
    depth: int
    """Columns of its indentation."""
    trivial: bool
    """It may stand anywhere: `}`, `else:`."""
    title: bytes | None
    """The name that it defines, if it begins a definition or binds a name."""
    closes: bytes | None
    """For a closing line: the key of the line that it closes (TITLED and its title where it has one); empty where that is unknown."""
    may_close_another: bool
    """Whether a marker stands between it and what it closes, no deeper than that: its lines may have ended that."""
    parent: bytes
    """The key of the line that encloses it; empty where none is seen."""
    titles: tuple[bytes, ...]
    """The titles of what it is in, outermost first; what a marker at their own depth or before may have ended is left out."""
    is_comment: bool
    segment: int = 0
    """Which run of lines between two markers it belongs to."""
    is_outermost: bool = False
    """Whether the marker before it, where there is one, stands outside of all that the sketch opens."""
    marked: int = 0
    """Columns of the shallowest marker before its segment."""
    head: bytes = b""
    """What an assignment, an entry, a setting or an element is about; empty for any other line."""
    last: int = -1
    """The row of the last line of the definition that it begins, where the grammar knows it."""
    followed: tuple[int, ...] = ()
    """Columns of the markers directly below it."""
    sign: bytes = b""
    """`+` for a line that comes and `-` for one that goes, where the sketch says so as a diff does."""


def indent_of(line: bytes) -> bytes:
    return line[: len(line) - len(line.lstrip(b" \t"))]


def title_of(line: bytes, below: bytes = b"") -> bytes | None:
    """The name that a line defines: of a function, a class, an implementation, a constant; of a call with a function as
    its last argument, as `it("adds items", () => {`, what is called and the words.

    `below` is the next line: a brace may stand there that belongs to this one, or a constructor's initializers.
    """
    bare = line.strip()
    if len(bare) > 400:
        bare = bare[:400]
    is_braced_below = below.strip()[:1] in (b"{", b":") if bare.endswith(b")") else below.strip() == b"{"
    braced = bare if bare.endswith(b"{") else bare + b" {" if is_braced_below else b""
    match = _TITLE.match(bare) or (_TITLE.match(braced) if braced else None)
    if match is None:
        member = _FIELD.match(bare)
        if member:
            return bytes(member["field"]) if member["field"] not in _CONTROL else None
        function = _FUNCTION.match(braced) if braced else None
        if function is None or function["first"] in NO_TYPES or function["name"] in NO_TYPES:
            return None
        return bytes(function["name"])
    if _COMMENT.match(bare):
        return None
    if match["told"]:
        return told_by(bare)
    name = match["name"] or match["value"] or match["member"] or match["call"]
    if name is None:
        return b"impl " + b" ".join(match["impl"].split())
    return None if name in _CONTROL or (match["call"] and name in NO_TYPES) else bytes(name)


def told_by(key: bytes) -> bytes | None:
    """What is called and the words that the call begins with, of a line such as `app.on("start", run);`."""
    match = _TOLD.match(key)
    return None if match is None else _RUN_OR_NOT.sub(b"", match[1]) + b" " + match[2][1:-1]


def are_two(line: Line, other: Line) -> bool:
    """Whether two lines begin two definitions: of two names, below a type that reads alike, or of two kinds."""
    if line.title is None or other.title is None:
        return False
    if line.title != other.title:
        return True
    ours, theirs = _kind(line.key), _kind(other.key)
    if ours == theirs or (opens(line.key) and opens(other.key) and "type" not in (ours, theirs)):
        return False
    return bool(ours and theirs) or ("binding" in (ours, theirs) and opens(line.key) != opens(other.key))


def _kind(key: bytes) -> str:
    """Whether a line begins a function, a type or a binding; empty where it shows none of these."""
    match = _KIND.match(key)
    return "" if match is None else str(match.lastgroup)


def opens(key: bytes) -> bool:
    """Whether what the line begins goes on below it."""
    return _OPENS.search(key) is not None


def is_label(key: bytes) -> bool:
    """Whether what the line opens is closed by no bracket: `case 1:`, `if x:`."""
    return _LABEL.search(key) is not None


def shuts(line: Line) -> bool:
    """Whether the line begins with what closes something."""
    return line.closes is not None or line.key[:1] in (b")", b"]", b"}")


def _closes(bare: bytes) -> bool:
    """Whether a line closes something, and nothing goes on below it."""
    return _CLOSES.match(bare) is not None or (bare[:1] in (b")", b"]", b"}") and not opens(bare))


def goes_on(key: bytes) -> bool:
    """Whether the line closes a bracket and opens another: `) -> int:`, `} else {`."""
    return key[:1] in (b")", b"]", b"}") and opens(key)


def is_removal(line: str) -> bool:
    """Whether the line is a comment that says of lines that they are gone: `// removed foo`."""
    return len(line) <= 160 and _REMOVAL.match(line) is not None and _MODAL.search(line) is None


def read_lines(
    lines: Sequence[bytes],
    markers: Iterable[int] = (),
    signs: Sequence[bytes] = (),
    names: Mapping[int, tuple[bytes, int]] = MappingProxyType({}),
) -> list[Line]:
    """The lines that count, without blank ones and the marker rows; `signs`, where given, has one for each line.

    `names` are those of definitions by row, for lines that don't show by themselves that they begin one, each with the
    row of its last line.
    """
    marked = frozenset(markers)
    found: list[Line] = []
    open_blocks: list[tuple[int, bytes, bytes | None]] = []
    closable: dict[int, bytes] = {}
    ended: set[int] = set()
    segment = shallowest = 0
    is_outermost = True
    texts = _texts(lines, marked)
    defined = {_name_row(lines, row, name): (name, last) for row, (name, last) in names.items()}
    closers = {last: TITLED + name for name, last in defined.values()}
    for row, data in enumerate(lines):
        bare = data.strip()
        if not bare:
            continue
        indent = indent_of(data)
        depth = len(indent.expandtabs(TAB))
        is_comment = row not in marked and _COMMENT.match(data) is not None
        above = open_blocks[-1] if open_blocks else None
        # A comment or a directive at the margin ends nothing.
        while not is_comment and open_blocks and not _is_within(depth, bare, *open_blocks[-1][:2]):
            above = open_blocks.pop()
        within = [one for one in open_blocks if one[0] < depth] if is_comment else open_blocks
        if row in marked:
            shallowest = depth if not found or found[-1].segment == segment else min(depth, shallowest)
            segment += 1
            ended.update(at for at in closable if at >= depth)
            is_outermost = not open_blocks
            if found:
                found[-1] = replace(found[-1], followed=(*found[-1].followed, depth))
            continue
        key = b" ".join(bare.split())
        title = None if is_comment or row in texts else title_of(data, lines[row + 1] if row + 1 < len(lines) else b"")
        named, last = defined.get(row, (None, -1)) if not is_comment else (None, -1)
        title = title or named
        parent = within[-1][1] if within else b""
        head = head_of_key(key, parent)
        closes = closable.pop(depth, b"") if _closes(bare) and row not in texts else None
        if closes is not None and row in closers:
            closes = closers[row]
        found.append(
            Line(
                row=row,
                data=data,
                key=key,
                indent=indent,
                depth=depth,
                trivial=is_trivial(bare) and not head,
                title=title,
                closes=closes,
                may_close_another=closes is not None and depth in ended,
                parent=parent,
                titles=tuple(name for _, _, name in within if name),
                is_comment=is_comment,
                segment=segment,
                is_outermost=is_outermost,
                marked=shallowest,
                sign=signs[row] if signs else b"",
                last=last,
                head=head,
            )
        )
        if is_comment or row in texts:
            continue
        opener: tuple[int, bytes, bytes | None] = (depth, key, title)
        if title is None and (goes_on(bare) or bare == b"{") and above is not None and above[0] == depth and above[2]:
            opener = above  # a signature's last line, or its brace: what is below is in what the first line names
        if opens(bare) and not is_label(bare):
            ended.discard(depth)
            closable[depth] = TITLED + opener[2] if opener[2] else key
        if len(open_blocks) < DEEPEST and closes is None:
            open_blocks.append(opener)
    return found


def _is_within(depth: int, bare: bytes, outer: int, opener: bytes) -> bool:
    """Whether a line is in what the opener, `outer` columns deep, opens: deeper, or a label as deep as the line whose
    bracket is open: `public:`, `case 1:`."""
    is_label_of = is_label(bare) and bare[:1] not in (b")", b"]", b"}") and opens(opener) and not is_label(opener)
    return outer < depth or (outer == depth and is_label_of)


def _name_row(lines: Sequence[bytes], row: int, name: bytes) -> int:
    """The row from `row` on that shows a definition's name: its type may stand on lines above."""
    for at in range(row, min(row + 3, len(lines))):
        if title_of(lines[at], lines[at + 1] if at + 1 < len(lines) else b"") == name:
            return at
    return row


def _texts(lines: Sequence[bytes], marked: Collection[int]) -> frozenset[int]:
    """The rows within strings between triple quotes: what they hold looks like code, and is none.

    Where the quotes of a file, or of what is between two markers, don't come in pairs, none is taken for one.
    """
    found: set[int] = set()
    run: list[int] = []
    is_open = False
    for row, line in enumerate(lines):
        if row in marked:
            run, is_open = [], False
            continue
        if is_open:
            run.append(row)
        if (line.count(b'"""') + line.count(b"'''")) % 2:
            if is_open:
                found.update(run[:-1])
                run = []
            is_open = not is_open
    return frozenset(found)


def marker_rows(lines: Sequence[bytes]) -> list[int]:
    """The rows of the lines that stand for lines that stay."""
    return [row for row, line in enumerate(lines) if elides(line.decode("utf-8", "surrogateescape"))]
