"""The line above a block: which file it names, and whether the block is all of that file."""

import re
from typing import Literal, NamedTuple, TypeAlias

from glmcode.plan.paths import files_named, is_sure, names_a_file, path_on_line, plain

__all__ = ["Extent", "Heading", "asks", "cites", "heading_of"]

Extent: TypeAlias = Literal["whole", "doubted", "part", "lines", "mention"]
"""What a plain block below the line is: all of the file; so called, though it may be a part; surely a part; the lines of these
numbers; or nothing of it that is an edit."""

_LONGEST = 200
_LINES = re.compile(
    r"(?:\s{0,3}[-–—,]?\s{0,3}[(\[]?\b(?:lines?|L)\s{0,3}#?(\d{1,7})(?:\s{0,3}(?:-|–|—|to|through)\s{0,3}L?\d{1,7})?[)\]]?|:(\d{1,7})(?:[-–:]\d{1,7})?|#L(\d{1,7})(?:-L\d{1,7})?)(?=[`*_:)]*$)"
)
_NUMBERED = re.compile(r"\d\W{0,6}$")
_DECORATION = re.compile(
    r"[=~*-]{2,}\s+(\S.*?)\s+[=~*-]{2,}\s*$|(?:[#>]{1,6}|[-*+•]|\(?\d{1,3}[.):]|\(?[a-z]\)|[^\w\s`./@<\[(\"'#*_-]{1,3}|step\s+\d{1,3}\s*[:.)–—-]?)\s+",
    re.IGNORECASE,
)
_PATH = r"(?:`(?P<code>[^`\s]{1,160})`|(?P<bare>[\w./@()\[\]-]{1,160}[\w\])]))"
_FIRST = r"(?:(?:now|then|next|first|second|third|finally|lastly|also|and|so),?\s+|(?:let's|let us|we|i|i'll|i will|you|please)\s+)*(?:here(?:'s|’s|\s+is)\s+)?"
_OF = r"(?:\s+(?:an?|the|new|updated|full|complete|entire|whole|revised|modified|final|empty|file|(?:contents?|version)(?:\s+of)?|named|called|at))*"
_END = r"(?:\s+(?:with|to|as|like)\b[\w ,']{0,60})?\s*[:.]?$"
_SURE = r"(?:file|creat(?:e|ing)|add(?:ing)?|writ(?:e|ing)|overwrit(?:e|ing)|rewrit(?:e|ing)|replac(?:e|ing)|new|full|complete|entire|whole)"
_DOUBTED = r"(?:updat(?:e|ed|ing)|modif(?:y|ied|ying)|edit(?:ed|ing)?|chang(?:e|ed|ing)|fix(?:ed|ing)?|patch(?:ed|ing)?|revis(?:e|ed|ing)|final)"
_WHOLE_FILE = re.compile(rf"{_FIRST}(?:the\s+)?{_SURE}{_OF}\s*:?\s+{_PATH}{_END}", re.IGNORECASE)
_DOUBTED_FILE = re.compile(rf"{_FIRST}(?:the\s+)?{_DOUBTED}{_OF}\s*:?\s+{_PATH}{_END}", re.IGNORECASE)
_PART = re.compile(
    rf"{_FIRST}(?:(?:{_SURE}|{_DOUBTED}|insert(?:ing)?|append(?:ing)?|prepend(?:ing)?|put|apply|implement|extend|refactor)\b[^`]{{0,60}}?(?:`[^`]{{1,80}}`[^`]{{0,40}}?)?)\s(?:in|into|to|of|from|at)\s+(?:the\s+)?(?:(?:top|bottom|end|start|beginning|file)\s+(?:of\s+)?)?{_PATH}.{{0,80}}:$",
    re.IGNORECASE,
)
_PART_AFTER = re.compile(
    rf"{_FIRST}(?:in|inside|within)\s+(?:the\s+)?(?:file\s+)?{_PATH}(?:\s+\([^()]*\))?,?\s+(?:(?:now|then|also|please|we|i|i'll|you)\s+)*"
    r"(?:add|append|change|create|edit|fix|implement|insert|modify|prepend|refactor|replace|rewrite|update)\b.{0,120}:$",
    re.IGNORECASE,
)
_MENTION = re.compile(
    rf"{_FIRST}(?:in|inside|within|for|to|changes?\s+(?:to|in|for)|edits?\s+(?:to|in|for))\s+(?:the\s+)?(?:file\s+)?{_PATH}(?:[,:\s(].*)?$",
    re.IGNORECASE,
)
_FIRST_ASKED = re.compile(
    rf"{_PATH}(?::\s|\s+[-–—])\s*(?:add|append|change|create|edit|fix|implement|insert|modify|refactor|replace|rewrite|update)\b.*$",
    re.IGNORECASE,
)
_FIRST_NAMED = re.compile(rf"{_PATH}(?:[:,]\s|\s+[-–—(])\s*\S.*$")
_NEXT_FILE = re.compile(rf"(?=\w){_FIRST}(?:for\s+)?{_PATH}\s*:$", re.IGNORECASE)
_FORMS: tuple[tuple[Extent, re.Pattern[str]], ...] = (
    ("whole", _WHOLE_FILE), ("doubted", _DOUBTED_FILE), ("doubted", _NEXT_FILE), ("part", _PART), ("part", _PART_AFTER), ("mention", _MENTION), ("doubted", _FIRST_ASKED), ("mention", _FIRST_NAMED),
)  # fmt: skip
_ASKS = re.compile(
    r"(?:(?:now|then|next|first|second|third|finally|lastly|also|and|so|please),?\s+)*"
    r"(?:add|append|apply|change|create|edit|fix|implement|insert|modify|prepend|refactor|replace|rewrite|update)\b[^`]*(?:`[^`]+`[^`]*)*:$",
    re.IGNORECASE,
)
_NAMES_ONE = re.compile(r"`|\w/\w|\w\.\w|[A-Z]\w+file")
"""A quick look for anything that could be a file's name."""
_DENIES = re.compile(r"n't\b|n’t\b|\b(?:no|not|nothing|never|unchanged|instead of|unlike|without)\b", re.IGNORECASE)
_CITES = re.compile(
    r"\b(?:current(?:ly)?|before|previous(?:ly)?|original(?:ly)?|old|was|existing|today|example|instead of|bug|problem|issue|wrong|looks? like this|(?:it is|something) like (?:this|so)|sample|reads)\b",
    re.IGNORECASE,
)


class Heading(NamedTuple):
    """A file that the line above a block names."""

    path: str
    extent: Extent
    is_sure: bool = True
    """Whether the path is a file's beyond doubt; otherwise it is one where the tree has it."""
    line: int | None = None
    """The number of the file's first line, where the heading has numbers."""


def heading_of(text: str) -> Heading | None:
    """The file that a line names which says what the block below it is: by nothing but its path, with the numbers of lines, or in
    words such as "Create F:", "Update F:", "In F, ...". None where it names none, or several."""
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    if _NUMBERED.search(text, max(0, len(text) - 9)) and (match := _LINES.search(text)) and match.start() > 0:
        path = path_on_line(text[: match.start()] + text[match.end() :])
        if path is not None and names_a_file(path):
            return Heading(path, "lines", line=int(match[1] or match[2] or match[3]))
    said = text
    for _ in range(4):
        path = path_on_line(said)
        if path is not None:
            return Heading(path, "whole", is_sure(path, text))
        if (match := _DECORATION.match(said)) is None:
            break
        said = match[1] or said[match.end() :]
    said = said.replace("**", "").strip()
    if not _NAMES_ONE.search(said):
        return None
    if _DENIES.search(said):
        return None
    for extent, form in _FORMS:
        match = form.match(said)
        if match is None:
            continue
        path = plain(match["code"] or match["bare"])
        is_file = path_on_line(f"`{path}`") == path if match["code"] else files_named(path) == [path]
        return Heading(path, extent) if is_file and not {*files_named(said)} - {path} else None
    return None


def asks(text: str) -> bool:
    """Whether the line asks in words for a change, of a file that it doesn't name."""
    if len(text) > _LONGEST or not text.rstrip("* \t\r").endswith(":"):
        return False
    said = text.replace("**", "").strip()
    for _ in range(3):
        if match := _DECORATION.match(said):
            said = match[1] or said[match.end() :]
    return _ASKS.match(said) is not None and not _DENIES.search(said)


def cites(text: str) -> bool:
    """Whether the line speaks of what stands in a file, not of what shall."""
    return _CITES.search(text, 0, _LONGEST) is not None
