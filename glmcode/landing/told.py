"""What a body defines, read in the place of the definitions that it may be meant for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from glmcode.landing.body import head_of, shifted
from glmcode.landing.siblings import parent_in
from glmcode.landing.twice import KEYED
from glmcode.syntax import Definition, Syntax, parse, stem_of
from glmcode.syntax.heads import CALLABLE, Head, head_of_definition

__all__ = ["OPENING", "Reading", "Told", "may_be_a_part", "told_within"]

OPENING = {"php": b"<?php\n", "json": b"{"}
"""What a piece of a file is read behind."""
_VALUES = frozenset({"variable", "constant", "field"})
_MEMBERS = _VALUES | {"function"}
_DATA = frozenset({"section", "key", "object", "array", "table", "entry", "element", "rule"})
"""Kinds that hold what is no code, and what has no keyword of its own."""
_WORD = re.compile(rb"\w+")


@dataclass(frozen=True, slots=True)
class Told:
    """A definition that a body holds."""

    name: str
    """Its path within what the body was read in."""
    head: Head
    row: int
    """The row of the body at which it begins, with its comments and decorators."""


class Reading:
    """A body read in the place of each of some definitions."""

    def __init__(self, syntax: Syntax, found: Sequence[Definition], lines: Sequence[bytes]) -> None:
        self.syntax = syntax
        self.found = found
        self._lines = lines
        self._known: dict[int, tuple[Told, ...]] = {}

    @cached_property
    def heads(self) -> list[Head]:
        data, language = self.syntax.data, self.syntax.language
        return [head_of_definition(data, one, language) for one in self.found]

    def told(self, one: Definition) -> tuple[Told, ...]:
        """The outermost definitions of the body, in the place of this one."""
        parent = parent_in(self.syntax, one)
        key = -1 if parent is None else parent.start
        if key not in self._known:
            self._known[key] = _told(self.syntax, one, parent, self._lines)
        return self._known[key]

    def twin(self, at: int) -> Told | None:
        """The definition of the body with the name and head of the one with this number, its decorators aside."""
        one, head = self.found[at], self.heads[at]
        name = self.name(one)
        return next((body for body in self.told(one) if body.head.words == head.words and body.name == name), None)

    def name(self, one: Definition) -> str:
        """A definition's path within what it is in."""
        parent = parent_in(self.syntax, one)
        stem = stem_of(one.name)
        return stem if parent is None else stem.removeprefix(stem_of(parent.name) + ".")


def _told(syntax: Syntax, one: Definition, parent: Definition | None, lines: Sequence[bytes]) -> tuple[Told, ...]:
    """The outermost definitions of lines that are read within the parent's first and last line, without its other members."""
    head, close, prefix = OPENING.get(syntax.language, b""), b"", ""
    if syntax.language == "json":  # a pair can only be read in an object, and in any
        parent, close = None, b"}"
    if parent is not None and parent.body is not None:
        head += syntax.data[parent.keyword : parent.body[0]].lstrip(b" \t")
        close = syntax.data[parent.body[1] : parent.end]
        lines = shifted(lines, one.indent, ())
    data = head + b"\n".join(lines) + b"\n"
    parsed = parse(data + close, syntax.language)
    within = [found for found in parsed.definitions if len(head) <= found.keyword < len(data)]
    if parent is not None and parent.body is not None and parsed.definitions:
        prefix = stem_of(parsed.definitions[0].name) + "."
        within = [found for found in within if found.depth]
    depth = min((found.depth for found in within), default=0)
    return tuple(
        Told(
            stem_of(found.name).removeprefix(prefix),
            head_of_definition(parsed.data, found, syntax.language),
            data.count(b"\n", len(head), max(found.start, len(head))),
        )
        for found in within
        if found.depth == depth
    )


def may_be_a_part(one: Definition, lines: Sequence[bytes], language: str | None) -> bool:
    """Whether a body for a definition that holds members, for a function or for a key lacks its name where that would stand."""
    if (one.body is None and one.kind not in CALLABLE and language not in KEYED) or language == "markdown":
        return False
    first = sum(head_of(lines, language))
    own = _last_word(one)
    told = lines[first : first + 1] if one.body is not None or language in KEYED else lines[first:]
    return first < len(lines) and own != b"" and all(own not in _WORD.findall(line) for line in told)


def _last_word(one: Definition) -> bytes:
    words = _WORD.findall(stem_of(one.name).encode("utf-8", "surrogateescape"))
    return words[-1] if words else b""


def told_within(syntax: Syntax, one: Definition, lines: Sequence[bytes]) -> str | None:
    """Which member of a definition a body for it gives instead of the whole, or in place of a type what is none: its name; ""
    where it gives the value of a key without the key, or code that defines nothing. None where it gives a definition."""
    reading = Reading(syntax, [one], lines)
    told = reading.told(one)
    if not told and syntax.language != "html":
        own = _last_word(one)
        if syntax.language in KEYED or not any(own in _WORD.findall(line) for line in lines):
            return ""
    if one.kind in CALLABLE and all(body.head.kind in _VALUES for body in told):
        return ""
    if any(body.name == reading.name(one) for body in told):
        return None
    members = (f"{owner}.{body.name}" for body in told for owner in (one.name, f"impl {one.name}"))
    member = next((member for member in members if syntax.symbols.namesakes(member)), None)
    is_holder = one.body is not None and reading.heads[0].kind not in _MEMBERS | _DATA
    if member is None and told and is_holder and all(body.head.kind in _MEMBERS for body in told):
        return told[0].name
    return member
