"""A piece of a file that is read for the whole of it, and its definitions told as ones of the file."""

from typing import NamedTuple

from glmcode.syntax.definition import Definition

__all__ = ["Cut", "lines_of", "longer", "moved"]


class Cut(NamedTuple):
    """A piece of a file: `head`, the bytes left..right, and `tail`, with units above..below between those before `top` and
    those from `bottom` on."""

    above: int
    below: int
    top: int
    bottom: int
    left: int
    right: int
    head: bytes
    tail: bytes
    within: tuple[int, int]
    """Bytes and lines that what is read between head and tail is off by, and what is behind."""
    out: tuple[int, int]

    def is_read(self, one: Definition) -> bool:
        """Whether a definition of the piece is between head and tail."""
        return len(self.head) <= one.start < len(self.head) + self.right - self.left

    def _off(self, at: int, *, is_end: bool = False) -> tuple[int, int]:
        """Bytes and lines that an offset of the piece is off by."""
        if at < len(self.head):
            return 0, 0
        return self.within if at < len(self.head) + self.right - self.left + is_end else self.out

    def told(self, one: Definition, *, holds: bool = False) -> Definition:
        """The definition as one of the file. One that `holds` the units ends behind all of them."""
        start, line = self._off(one.start)
        end, end_line = self.out if holds else self._off(one.end, is_end=True)
        body = one.body
        if body is not None:
            body = body[0] + self._off(body[0])[0], body[1] + (end if holds else self._off(body[1], is_end=True)[0])
        return _replaced(
            one,
            one.start + start,
            one.head + start,
            one.keyword + start,
            one.end + end,
            one.line + line,
            one.end_line + end_line,
            body,
        )


def lines_of(data: bytes, start: int, end: int) -> int:
    return data.count(b"\n", start, end)


def longer(one: Definition, grown: int, lines: int) -> Definition:
    """A definition whose inside has grown."""
    body = None if one.body is None else (one.body[0], one.body[1] + grown)
    return _replaced(one, one.start, one.head, one.keyword, one.end + grown, one.line, one.end_line + lines, body)


def moved(one: Definition, by: int, lines: int) -> Definition:
    if not by and not lines:
        return one
    body = None if one.body is None else (one.body[0] + by, one.body[1] + by)
    return _replaced(
        one, one.start + by, one.head + by, one.keyword + by, one.end + by, one.line + lines, one.end_line + lines, body
    )


def _replaced(
    one: Definition,
    start: int,
    head: int,
    keyword: int,
    end: int,
    line: int,
    end_line: int,
    body: tuple[int, int] | None,
) -> Definition:
    return Definition(
        one.name,
        one.kind,
        start,
        head,
        keyword,
        end,
        line,
        end_line,
        one.indent,
        body,
        one.member_indent,
        one.signature,
        one.depth,
        one.opens and one.opens + keyword - one.keyword,
    )
