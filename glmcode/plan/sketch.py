"""The comments that stand for lines that stay: `... existing code ...` and how else models write it."""

import re
from collections.abc import Iterable

__all__ = ["elides", "is_sketch", "stands_for_code"]

_COMMENT = re.compile(
    r"\s*(?:\{\s*/\*|/\*+|//+|#+|--+|<!--|\{#|\{%|;+|%+|\(\*|\"\"\"|'''|REM\b|!)?\s*(.*?)\s*(?:\*/\s*\}?|-->|#\}|%\}|\*\)|\"\"\"|''')?\s*$"
)
_MARKED = re.compile(r"\s*(?:\{\s*/\*|/\*|//|#|--|<!--|\{#|\{%|;|%|\(\*|REM\b)")
_DOTS = re.compile(r"\.{3}|…")
_WORDS = re.compile(
    r"\b(?:existing|rest|unchanged|remain\w*|keep|kept|same|previous|other|others|omitted|elided|as before|original|current)\b",
    re.I,
)
_PHRASE = re.compile(
    r"[(\[]?(?:the )?(?:"
    r"(?:all )?(?:rest|remainder) of (?:the |this |your )?[\w .]{1,40}|"
    r"(?:keep |all |the )*(?:existing|unchanged|remaining|previous) (?:code|lines|imports|methods|functions|content|fields|tests|implementation|logic)\b[\w ,]{0,40}|"
    r"[\w ]{0,30}\b(?:is |are |remains? |stays? )?unchanged|"
    r"[\w ]{0,30}\b(?:remains?|stays?) (?:the same|as is|as it is)|"
    r"same as (?:before|above)|no changes?(?: here)?|keep (?:as is|the rest|existing)[\w ]{0,30}"
    r")[)\].]*",
    re.I,
)  # fmt: skip
_FOR_CODE = re.compile(
    r"\b(?:existing|unchanged|remaining|rest of|other|previous)\b.*\b(?:code|file|class|method|function|import|line|test|field|unchanged)|\bunchanged\b",
    re.I,
)
_BARE = re.compile(r"[(\[]?(?:\.{3}|…) ?[\w'-]+(?: [\w'-]+)+ ?(?:\.{3}|…)?[)\]]?")
_OPEN_DOTS = ("...", "…", "(...", "[...", "(…", "[…")
_CLOSING_DOTS = ("...", "…", "...)", "...]", "…)", "…]")
_LONGEST = 160
_LONGEST_WORDS = 60
"""Characters between dots that stand for lines without a word that says so."""


def elides(line: str) -> bool:
    """Whether the line is a comment that stands for lines that stay.

    Words between dots on both sides do, whatever they say. Dots alone count only behind a comment's mark (`...` by itself is code in Python), words without dots only where
    they are the whole comment.
    """
    if len(line) > _LONGEST:
        return False
    dotted = "..." in line or "…" in line
    marked = _MARKED.match(line) is not None
    if not (dotted or marked) or not (match := _COMMENT.match(line)):
        return False
    said = match[1]
    if dotted and _DOTS.search(said):
        if not _DOTS.sub("", said).strip(" .()[]"):
            return marked
        if marked and said.startswith(_OPEN_DOTS) and said.endswith(_CLOSING_DOTS) and len(said) <= _LONGEST_WORDS:
            return True  # `# ... the loop over the items ...`: between dots, whatever it says
        if _WORDS.search(said) is None:
            return False
        if not marked:  # `...rest` spreads a value in JavaScript
            return _BARE.fullmatch(said) is not None
        return said.startswith(_OPEN_DOTS) or said.endswith(_CLOSING_DOTS)
    return marked and _PHRASE.fullmatch(said) is not None


def stands_for_code(line: str) -> bool:
    """Whether the line says, in dots and in the words that only sketches have, that code of a file stands there."""
    return ("..." in line or "…" in line) and _FOR_CODE.search(line) is not None and elides(line)


def is_sketch(lines: Iterable[str]) -> bool:
    """Whether any of the lines stands for lines that stay."""
    return any(elides(line) for line in lines)
