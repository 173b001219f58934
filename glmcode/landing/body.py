"""The body of an edit, made to stand where it lands: indentation, line ends, and what it restates of a definition's head."""

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from math import gcd

from glmcode.landing.place import Shift, Splice
from glmcode.landing.strategies.indentation import indent_of
from glmcode.landing.text import Text, split_lines

__all__ = ["as_deep_as", "body_lines", "head_of", "insertion", "shifted"]

_COMMENT = re.compile(rb"#(?![\[!])|//|/\*|--|\*|<!--")
_BLOCKS = {b"/*": b"*/", b"<!--": b"-->"}
"""How comments of several lines open and close."""
_HASHES = frozenset({None, "python", "ruby", "php", "bash", "elixir", "yaml", "toml"})
_DASHES = frozenset({None, "lua", "sql"})
"""Where `#` and `--` begin comments; elsewhere they begin a selector, a heading, a field, a directive."""
_ATTRIBUTE = re.compile(rb"@(?!interface\b)[\w.]+|#!?\[|\[\[")
_BRACKETED = re.compile(rb"\[")
_NO_ATTRIBUTES = frozenset({"go", "c", "css", "json", "yaml", "toml", "markdown", "html"})

SAMPLE = 100
"""Indented lines of a file that tell how it indents."""


def body_lines(body: bytes) -> list[bytes]:
    """The body's lines without their ends, blank ones at its beginning and end dropped."""
    lines = [line[:-1] if line.endswith(b"\r") else line for line in split_lines(body)]
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def as_deep_as(lines: list[bytes], indent: bytes, like: Collection[bytes]) -> list[bytes]:
    """A definition whose first line alone has lost its indentation, as what is cut out of a file amid a line has, with it.

    Its other lines stand as deep as those of the definition `like` do, and would stand too deep if they were shifted too.
    """
    if not indent or indent_of(lines[0]):
        return lines
    rest = [indent_of(line) for line in lines[1:] if line.strip()]
    theirs = [indent_of(line) for line in like if line.strip()]
    if not rest or len(theirs) < 2 or theirs[0] != indent:
        return lines
    least = min(rest, key=len)
    alike = least == min(theirs[1:], key=len) and all(one.startswith(indent) for one in rest)
    return [indent + lines[0], *lines[1:]] if alike else lines


def shifted(lines: Sequence[bytes], indent: bytes, like: Collection[bytes], file: Text | None = None) -> list[bytes]:
    """The lines with the first one's indentation become `indent`, in tabs or blanks as the lines of `like` have it, or
    where none of those is indented the lines of the file.

    Of a body that stands too deep each line loses by how much the first does, also one left of that, as `#if` may be. Any
    other line that is indented less than the first is left alone; so is one that stands in `like` left of `indent` or of
    the first as it is, and not as it would be shifted: a line of a string or a comment that is meant to stand there; and a
    blank one of blanks. (Other lines of multi-line strings in a body that is flush left move with it.)
    """
    if not lines:
        return []
    shift = shift_of(lines, indent, like if file is None or indent or _is_indented(like) else _sample(file.below(0)))
    if shift == Shift():
        return list(lines)
    base = indent_of(lines[0])
    if shift == Shift(base, indent) and base.endswith(indent) and base != indent:
        shift = Shift(base[: len(base) - len(indent)])
    known = frozenset(like)
    left = max(len(indent), len(base))
    out = []
    for line in lines:
        moved = shift(line)
        at_margin = len(indent_of(line)) < left and moved not in known
        stays = moved is None or (line in known and (at_margin or not line.strip()))
        out.append(line if stays or moved is None else moved)
    return out


def _is_indented(lines: Iterable[bytes]) -> bool:
    return any(line[:1] in (b" ", b"\t") and line.strip() for line in lines)


def _sample(lines: Iterable[bytes]) -> list[bytes]:
    """The first indented lines, without those of comments in blocks."""
    indented = (line for line in lines if line[:1] in (b" ", b"\t") and line.strip() and not line.startswith(b" *"))
    return list(islice(indented, SAMPLE))


def shift_of(lines: Sequence[bytes], indent: bytes, like: Collection[bytes]) -> Shift:
    """What makes the first line's indentation become `indent`, in tabs or blanks as the lines of `like` have it."""
    base = indent_of(lines[0])
    deeper = [indent_of(line)[len(base) :] for line in lines if line.startswith(base) and line.strip()]
    steps = b"".join(deeper)
    theirs = b"".join(indent_of(line) for line in like if line.strip()) + indent
    if steps and not steps.strip(b" ") and theirs and not theirs.strip(b"\t"):
        return Shift(base, indent, max(1, gcd(*(len(step) for step in deeper))))
    if steps and not steps.strip(b"\t") and theirs and not theirs.strip(b" "):
        sizes = [len(indent_of(line)) for line in like if line.strip()]
        return Shift(base, indent, -(gcd(len(indent), *sizes) or 4))
    return Shift(base, indent)


def head_of(lines: Sequence[bytes], language: str | None) -> tuple[int, int]:
    """How many of the lines are comments, and how many then are decorators or attributes, before the definition itself."""
    comments = 0
    closing = b""
    while comments < len(lines):
        bare = lines[comments].strip()
        in_block = bool(closing)
        opening = next((one for one in _BLOCKS if bare.startswith(one)), b"")
        if in_block or opening:
            closing = closing or _BLOCKS[opening]
            closes = bare.find(closing, 0 if in_block else len(opening))
            behind = bare[closes + len(closing) :].strip() if closes >= 0 else b""
            if behind and not _COMMENT.match(behind):
                if in_block:
                    return len(lines), 0  # the definition begins behind its comment
                break
            closing = closing if closes < 0 else b""
        elif not _is_comment(bare, language):
            break
        comments += 1
    attributes = 0
    while comments + attributes < len(lines):
        size = _attribute(lines[comments + attributes :], language)
        if not size:
            break
        attributes += size
    return comments, attributes


def _is_comment(bare: bytes, language: str | None) -> bool:
    if bare.startswith(b"#") and language not in _HASHES:
        return False
    if bare.startswith(b"--") and language not in _DASHES:
        return False
    if bare.startswith(b"*") and language in ("css", "markdown"):
        return False
    return bool(_COMMENT.match(bare))


def _attribute(lines: Sequence[bytes], language: str | None) -> int:
    """Lines of the attribute that begins here: down to where its brackets close. 0 where none does."""
    pattern = _BRACKETED if language == "c_sharp" else _ATTRIBUTE
    if language in _NO_ATTRIBUTES or not pattern.match(lines[0].strip()):
        return 0
    if language == "elixir" and lines[0].count(b'"""') == 1:
        closing = (at + 2 for at, line in enumerate(lines[1:]) if b'"""' in line)
        return next(closing, len(lines))
    depth = size = 0
    for line in lines:
        size += 1
        depth += sum(map(line.count, (b"(", b"[", b"{"))) - sum(map(line.count, (b")", b"]", b"}")))
        if depth <= 0:
            break
    return size


def insertion(text: Text, offset: int, lines: Sequence[bytes], above: int = 0, below: int = 0) -> Splice:
    """New whole lines at the beginning of the line at `offset`, with so many blank ones around them.

    They end as their neighbours do; behind a last line that has no end, the last of them has none.
    """
    data = text.data
    row = text.row(offset)
    end = text.end_near(row - 1 if row and offset >= len(data) else row) if data else b"\n"
    rows = [b""] * above + list(lines) + [b""] * below
    new = b"".join(line + end for line in rows)
    if data and offset >= len(data) and not data.endswith(text.separator):
        new = end + new[: len(new) - len(end)]
    return Splice(offset, offset, new)
