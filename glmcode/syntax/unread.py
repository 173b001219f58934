"""What a language allows and its grammar does not read, made into what it reads: a second opinion on a syntax error.

Only asked of a file whose tree has errors. Each pattern is of a form that is sound in the language wherever it stands in
real code; what it gives way to keeps lines and columns. A form is here because a real file has it.
"""

import re
from collections.abc import Callable

__all__ = ["readable"]

_MACRO_LINE = rb"(?m)^[A-Z][A-Z0-9_]{2,}\((?:[^;{}()\n]|\([^()\n]*\))*\)(?=[ \t]*\r?$)"
"""At the margin only: within a function its semicolon may have been forgotten."""
_LOOP_MACRO = (
    rb"(?m)(?:^|(?<=[{};]))[ \t]*\w{0,40}(?:for_?each|FOR_?EACH)\w{0,40}[ \t]{0,8}\((?:[^;{}()\n]|\([^()\n]*\))*\)"
)
_PRINTED = rb"\b(?:PRI|SCN)[diouxX](?:8|16|32|64|MAX|PTR)\b"

Replaced = Callable[[re.Match[bytes]], bytes]


def _blanked(match: re.Match[bytes]) -> bytes:
    return b" " * len(match.group())


def _as(text: bytes) -> Replaced:
    def replaced(match: re.Match[bytes]) -> bytes:
        indent = match.group()[: len(match.group()) - len(match.group().lstrip())]
        return (indent + text).ljust(len(match.group()))

    return replaced


_DEFAULT = re.compile(rb"[ \t]?=[ \t]?\w+")


def _without_defaults(match: re.Match[bytes]) -> bytes:
    return _DEFAULT.sub(_blanked, match.group())


_C: tuple[tuple[bytes, Replaced], ...] = (
    (_LOOP_MACRO, _as(b"while(1)")),
    (_MACRO_LINE, _blanked),
    (_PRINTED, _as(b'""')),
    (rb"(?<=[\w' )])\.\.\.(?=[ \t]{0,8}[\w'(][^:;\n]{0,80}:)", _as(b"+")),
    (rb"\bgoto[ \t]+\*", _as(b"goto")),
)
_FORMS: dict[str, tuple[tuple[re.Pattern[bytes], Replaced], ...]] = {
    language: tuple((re.compile(pattern), replaced) for pattern, replaced in forms)
    for language, forms in {
        "c": _C,
        "cpp": (
            *_C,
            (rb"(?m)^(?:export[ \t]+)?(?:module|import)\b[^;\n\"=]*;", _as(b";")),
            (rb"\bif[ \t]+!?[ \t]*consteval\b", _as(b"if(1)")),
            (rb"(?<=\()this[ \t]+(?=\w)", _blanked),
            (rb"(?<=\w)[ \t]{0,8}\[\[\w+(?:\(\"[^\"\n]*\"\))?\]\](?=[ \t]*[=,])", _blanked),
        ),
        "python": (
            (rb"(?m)^[ \t]*(?:(?:async[ \t]+)?def|class|type)[ \t]+\w+\[[^\n()]*\](?=[(:=])", _without_defaults),
        ),
        "typescript": (
            (rb"(?m)^export[ \t]+type(?=[ \t]*\*)", _as(b"export")),
            (rb"\bimport\((?:\"[^\"\n]*\"|'[^'\n]*')\)(?=\.)", lambda match: b"i" * len(match.group())),
        ),
        "java": ((rb"(?m)^import[ \t]+module\b", _as(b"import")),),
        "rust": ((rb"\bsafe[ \t]+(?=fn\b|static\b)", _blanked),),
    }.items()
}
_FORMS["tsx"] = _FORMS["typescript"]


def readable(data: bytes, language: str) -> bytes | None:
    """The file with those forms made readable; None where it has none."""
    changed = data
    for pattern, replaced in _FORMS.get(language, ()):
        changed = pattern.sub(replaced, changed)
    return None if changed == data else changed
