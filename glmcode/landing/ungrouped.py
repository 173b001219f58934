"""Go's two habits that a body for a symbol may not share: types and values stand in groups, and methods apart from their type."""

import re
from collections.abc import Sequence

from glmcode.landing.body import head_of
from glmcode.syntax import Definition, Parsed

__all__ = ["behind_methods", "ungrouped"]

_KEYWORD = re.compile(rb"(?:type|const|var)[ \t]+(?=\w)")
_RECEIVER = re.compile(rb"func[ \t]*\([ \t]*(?:\w+[ \t]+)?\*?[ \t]*(\w+)")


def ungrouped(data: bytes, definition: Definition, lines: list[bytes], language: str | None) -> list[bytes]:
    """A body for what stands in a group `type (...)` or beside it there, without the keyword that the group begins with."""
    at = sum(head_of(lines, language)) if language == "go" else len(lines)
    if at >= len(lines):
        return lines
    bare = lines[at].lstrip(b" \t")
    keyword = _KEYWORD.match(bare)
    own = data[definition.keyword : definition.end].lstrip(b" \t")
    if keyword is None or definition.kind in ("function", "method") or _KEYWORD.match(own):
        return lines
    indent = lines[at][: len(lines[at]) - len(bare)]
    return [*lines[:at], indent + bare[keyword.end() :], *lines[at + 1 :]]


def behind_methods(parsed: Parsed, definition: Definition, lines: Sequence[bytes]) -> Definition | None:
    """What a method that is sent for the inside of its type goes behind: the last of the type's methods in the file, or the
    type where it has none yet. None for any other body."""
    at = sum(head_of(lines, parsed.language)) if parsed.language == "go" else len(lines)
    receiver = None if at >= len(lines) else _RECEIVER.match(lines[at].lstrip(b" \t"))
    if receiver is None or receiver.group(1) != definition.name.encode("utf-8", "surrogateescape"):
        return None
    methods = [one for one in parsed.definitions if one.kind == "method" and not one.depth]
    own = [one for one in methods if one.name.startswith(definition.name + ".")]
    if own:
        return max(own, key=lambda one: one.start)
    is_grouped = _KEYWORD.match(parsed.data, definition.keyword) is None
    return None if is_grouped else definition
