"""What of a body is only context: code around the definition, which stands in the file already."""

import re
from collections.abc import Sequence

from glmcode.landing.body import body_lines, head_of, shifted
from glmcode.landing.siblings import parent_in
from glmcode.landing.text import Text
from glmcode.syntax import Definition, Syntax

__all__ = ["may_restate_what_encloses", "other_namesake", "restated_around", "without_neighbours", "without_the_line"]

_WORD = re.compile(rb"\w+")


def other_namesake(parsed: Syntax, definition: Definition, lines: Sequence[bytes]) -> Definition | None:
    """Another definition of the same name that a body begins as, to the letter: a property's setter sent for its getter, one
    overload for the next. None where the body begins as the definition itself, or as none."""
    namesakes = parsed.symbols.namesakes(definition.name)
    if len(namesakes) < 2:
        return None
    comments, attributes = head_of(lines, parsed.language)
    begins = _squeezed(b"".join(lines[comments : comments + attributes + 1]))
    alike = [one for one in namesakes if _squeezed(_head(parsed.data, one)) == begins]
    return alike[0] if alike and all(one.name != definition.name for one in alike) else None


def _head(data: bytes, definition: Definition) -> bytes:
    """Its decorators and its first line."""
    end = data.find(b"\n", definition.keyword)
    return data[definition.head : end if end >= 0 else len(data)]


def may_restate_what_encloses(definition: Definition, lines: Sequence[bytes], language: str | None) -> bool:
    """Whether a body for a definition begins with a line that doesn't have its name, so that a look around is worth it."""
    own = _WORD.findall(definition.name.encode())
    return not own or own[-1] not in _WORD.findall(_first_line(lines, language))


def restated_around(
    syntax: Syntax, inner: Definition | None, lines: Sequence[bytes], language: str | None
) -> Definition | None:
    """The definition that a body begins as, of `inner` and those that it is in: the body would have it stand within itself."""
    begins = _squeezed(_first_line(lines, language))
    while inner is not None and begins:
        stands = _squeezed(inner.signature.encode())
        names = _WORD.findall(inner.name.encode())
        if begins == stands or (
            begins in (stands + b"{", stands + b":")
            or (stands.endswith(begins) and bool(names) and names[-1] in begins and begins[-1:] in b":{")
        ):
            return inner
        outer = parent_in(syntax, inner)
        inner = outer if outer is not None and outer.depth < inner.depth else None
    return None


def _first_line(lines: Sequence[bytes], language: str | None) -> bytes:
    """The line on which the definition of a body begins, below its comments and decorators."""
    at = sum(head_of(lines, language))
    return lines[at] if at < len(lines) else b""


def without_neighbours(text: Text, definition: Definition, lines: list[bytes]) -> list[bytes]:
    """A body for a definition without the lines at its ends that stand above and below that, and are but context."""
    lines = [line.rstrip() for line in shifted(lines, definition.indent, (), text)]
    row = text.row(definition.start)
    above = [text.content(at).rstrip() for at in range(max(0, row - len(lines)), row)]
    row = text.row(definition.end) if definition.end < len(text.data) else len(text.lines)
    below = [text.content(at).rstrip() for at in range(row, min(len(text.lines), row + len(lines)))]
    above, below = body_lines(b"\n".join(above)), body_lines(b"\n".join(below))
    for size in range(min(len(above), len(lines) - 1), 0, -1):
        if lines[:size] == above[-size:]:
            lines = body_lines(b"\n".join(lines[size:]))
            break
    for size in range(min(len(below), len(lines) - 1), 0, -1):
        if lines[-size:] == below[:size]:
            lines = body_lines(b"\n".join(lines[:-size]))
            break
    return lines


def without_the_line(words: bytes, before: bytes, behind: bytes, stands: bytes) -> bytes | None:
    """What a body gives for a definition (`stands`) that shares its line with what is before it and behind it: the body,
    or where that gives the whole line, its part. None where it may be either."""
    begins = bool(before) and _squeezed(words).startswith(_squeezed(before))
    ends = bool(_WORD.search(behind)) and _squeezed(words).endswith(_squeezed(behind))
    if not (begins if before else ends):
        next_one = _WORD.search(behind)
        return None if next_one and re.search(rb";\s*" + next_one.group() + rb"\b", words) else words
    own, new = _WORD.search(stands), _WORD.search(words, len(before))
    same = own is not None and new is not None and own.group() == new.group()
    if words.startswith(before) and words.endswith(behind) and same and not (before and stands.startswith(before)):
        return words[len(before) : len(words) - len(behind)].strip()
    return None if _WORD.search(before) or not before else words


def _squeezed(code: bytes) -> bytes:
    return b"".join(code.split())
