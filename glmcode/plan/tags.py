"""The tags of the native form: what a line at column 0 that may be one says."""

import re
from typing import NamedTuple

__all__ = ["ATTRIBUTES", "PLACES", "Tag", "begins_tag", "breaks_body", "read_tag"]

ATTRIBUTES: dict[str, frozenset[str]] = {
    "edit": frozenset({"path", "replace", "before", "after", "inside", "at", "delete", "in", "mark"}),
    "create": frozenset({"path", "mode", "mark"}),
    "remove": frozenset({"path"}),
    "rename": frozenset({"path", "to"}),
    "check": frozenset(),
}
PLACES = ("replace", "before", "after", "inside", "at", "delete", "in")
"""The attributes of which an edit has at most one: where its body goes."""

_NAME = re.compile(r"<(edit|create|remove|rename|check)(?=[\s/>]|$)")
_ATTRIBUTE = re.compile(
    r"""\s+([A-Za-z][\w-]{0,31})\s*=\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'<>=`/]+(?:/[^\s"'<>=`/]+)*))"""
)
_TAIL = re.compile(r"\s*(/?)>")
_LONGEST = 4096
"""Characters of a tag, over all its lines. What is longer is prose."""


class Tag(NamedTuple):
    """A tag as it is written, sound or not."""

    name: str
    attributes: dict[str, str]
    twice: str | None
    """An attribute that stands there twice."""
    inline: str | None = None
    """None where the body follows on lines of its own, or else what stood between the tags of one line."""
    whole: bool = True
    """Whether the tag is complete; otherwise it may go on with the next line."""


def begins_tag(text: str) -> bool:
    """A quick look, for every line that begins with `<`."""
    return _NAME.match(text) is not None


def read_tag(text: str) -> Tag | None:
    """The tag that stands alone in the text, or its beginning (`whole` is False); None where the text is neither.

    Values stand in double or single quotes, or bare where they hold no white space. There are no escapes. Lines of a
    tag that spans several are joined by line feeds.
    """
    name = _NAME.match(text)
    if name is None or len(text) > _LONGEST:
        return None
    attributes: dict[str, str] = {}
    twice = None
    at = name.end()
    while match := _ATTRIBUTE.match(text, at):
        at = match.end()
        if match[1] in attributes:
            twice = match[1]
        attributes[match[1]] = next(value for value in match.group(2, 3, 4) if value is not None)
    tail = _TAIL.match(text, at)
    if tail is None:
        return Tag(name[1], attributes, twice, None, False) if not text[at:].strip() else None
    rest = text[tail.end() :].rstrip()
    if tail[1]:
        return Tag(name[1], attributes, twice, "") if not rest else None
    if not rest:
        return Tag(name[1], attributes, twice)
    closer = closing(name[1], attributes)
    if not rest.endswith(closer):
        return None
    return Tag(name[1], attributes, twice, rest[: -len(closer)])


def closing(name: str, attributes: dict[str, str]) -> str:
    """The line that closes a tag's body."""
    mark = attributes.get("mark")
    return f"</{name} {mark}>" if mark else f"</{name}>"


def breaks_body(tag: Tag) -> bool:
    """Whether the tag, met inside the body of another, is surely the next edit: the body was never closed.

    A bare `<edit>` or a tag with foreign attributes may be a line of someone's XML.
    """
    if not tag.whole or not tag.attributes.keys() <= ATTRIBUTES[tag.name]:
        return False
    return bool(tag.attributes) or (tag.name == "check" and tag.inline is not None)
