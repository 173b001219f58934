"""What a definition says of itself before its body: decorators, name, parameters. By it overloads are told apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from glmcode.syntax.definition import Definition
from glmcode.syntax.languages import LANGUAGES

__all__ = ["CALLABLE", "TYPES", "Head", "Parameter", "head_of_definition", "shared_parameters"]

LONGEST = 4096
"""Bytes of a head that are read, and of the decorators above it."""
CALLABLE = frozenset({"function", "method"})
TYPES = frozenset(
    {"class", "struct", "union", "interface", "trait", "enum", "object", "record", "annotation", "protocol", "type"}
)
_LITERALS = rb"'\w+(?!\w*')|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\\n])*'|[\w$\x80-\xff]+|[=-]>|\S"
_TOKENS = {
    mark: re.compile(comment + rb"|" + _LITERALS, re.DOTALL)
    for mark, comment in {
        "#": rb"#[^\n]*",
        "--": rb"--[^\n]*",
        "//": rb"//[^\n]*|/\*.*?\*/",
        "<!--": rb"<!--.*?-->",
    }.items()
}
_COMMENTS = {"#": (b"#",), "--": (b"--",), "//": (b"//", b"/*"), "<!--": (b"<!--",)}
_OPENING, _CLOSING = (b"(", b"[", b"{"), (b")", b"]", b"}")
_COLON = frozenset({"python", "typescript", "tsx", "kotlin", "swift", "rust", "scala"})
"""Languages in which a parameter's type follows its name and a colon."""
_TYPE_FIRST = frozenset({"java", "c", "cpp", "c_sharp", "php"})
_DEFINES = frozenset({"javascript", "ruby", "lua", "bash", "elixir"})
"""Languages in which every function has a body, if an empty one."""
_ENDS = dict.fromkeys(("ruby", "lua"), (b";", b",", b"end"))
"""What is no part of a head, though it stands behind one without a body."""
_PRIMITIVE = frozenset(b"int long short char float double bool void unsigned signed auto const volatile".split())
_SELVES = frozenset({b"self", b"cls", b"this", b"& self", b"& mut self", b"mut self"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """A name, which prototypes may lack, and a type, which many languages don't give."""

    name: bytes
    type: bytes

    @property
    def is_told(self) -> bool:
        """Whether it is one that callers give: no `self`."""
        return self.name not in _SELVES

    @property
    def key(self) -> bytes:
        """What tells one overload from the next: the type, or where there is none the name."""
        return self.type or b"?" + self.name


@dataclass(frozen=True, slots=True)
class Head:
    """A definition up to its body as tokens: comments, layout and a comma before a closing bracket are put aside."""

    kind: str
    """Of the kinds that stand for one another in a language ("function" for methods too, "class" for structs)."""
    marks: tuple[bytes, ...]
    """Its decorators and attributes above."""
    words: tuple[bytes, ...]
    parameters: tuple[Parameter, ...] | None
    tail: tuple[bytes, ...]
    """What follows its parameters."""
    is_declaration: bool
    """It only says that there is such a function: a prototype, an overload's signature, `@overload`."""
    accessor: bytes
    """`get` or `set`."""

    @property
    def types(self) -> tuple[bytes, ...] | None:
        return None if self.parameters is None else tuple(one.key for one in self.parameters)


def head_of_definition(data: bytes, one: Definition, language: str) -> Head:
    """The head of a definition of `data`."""
    marks = _tokens(data[one.head : min(one.keyword, one.head + LONGEST)], language)
    words = _tokens(data[one.keyword : min(one.opens or one.end, one.keyword + LONGEST)], language)
    if one.kind in CALLABLE:
        kind = "function"
    elif one.kind in TYPES:
        kind = "class"
    else:
        kind = one.kind
        if one.kind in ("variable", "constant", "field") and b"=" in words:
            words = words[: words.index(b"=")]
    if one.kind in ("section", "element", "rule"):
        words = tuple(one.signature.encode().split())
    if language == "go" and words and words[0] in (b"type", b"const", b"var"):  # which a group has once for all in it
        words = words[1:]
    if language == "elixir" and b"do" in words:
        words = words[: words.index(b"do")]
    while words and words[-1] in _ENDS.get(language, (b";", b",")):
        words = words[:-1]
    first, end = _parameters(words, one.name, language) if kind == "function" else (0, 0)
    parameters = tuple(_parameter(part, language) for part in _split(words[first:end])) if end else None
    declares = b"overload" in marks if language == "python" else language not in _DEFINES and not one.opens
    is_declaration = kind == "function" and declares
    accessor = next((word for word in words[: max(0, first - 2)] if word in (b"get", b"set")), b"")
    return Head(kind, marks, words, parameters, words[end + 1 :] if end else (), is_declaration, accessor)


def shared_parameters(one: Head, other: Head) -> int:
    """How many parameters both have, where those of the one are the other's with some left out; 0 where they are not."""
    few, many = sorted((one.parameters or (), other.parameters or ()), key=len)
    rest = iter(many)
    if not all(any(p == q for q in rest) for p in few):
        return 0
    return sum(p.is_told for p in few)


def _tokens(code: bytes, language: str) -> tuple[bytes, ...]:
    mark = LANGUAGES[language].comment
    found = [token for token in _TOKENS[mark].findall(code) if not token.startswith(_COMMENTS[mark]) or len(token) == 1]
    return tuple(
        token
        for at, token in enumerate(found)
        if token != b"," or at + 1 == len(found) or found[at + 1] not in _CLOSING
    )


def _parameters(words: Sequence[bytes], name: str, language: str) -> tuple[int, int]:
    """From where to where in the words the parameters stand, without their brackets; (0, 0) where there are none."""
    last = name.rpartition(".")[2].partition("#")[0].encode("utf-8", "surrogateescape")
    start = 0
    if last in words:
        start = next((at for at, word in enumerate(words) if word == last and _calls(words, at + 1)), 0)
    elif language == "go" and len(words) > 1 and words[1] == b"(":
        start = _closing(words, 1)
    opening = next((at for at in range(start, len(words)) if words[at] == b"("), None)
    if opening is None:
        return 0, 0
    return opening + 1, _closing(words, opening)


def _calls(words: Sequence[bytes], at: int) -> bool:
    """Whether parameters follow, those of types in angles before them."""
    return at < len(words) and words[at] in (b"(", b"<", b"[", b"?", b"!", b"=", b":")


def _closing(words: Sequence[bytes], opening: int) -> int:
    depth = 0
    for at in range(opening, len(words)):
        depth += (words[at] in _OPENING) - (words[at] in _CLOSING)
        if not depth:
            return at
    return len(words)


def _split(words: Sequence[bytes]) -> list[tuple[bytes, ...]]:
    """The words between commas; brackets, angles among them, hold theirs together."""
    parts: list[tuple[bytes, ...]] = []
    depth = done = 0
    for at, word in enumerate(words):
        if word in (*_OPENING, b"<"):
            depth += 1
        elif word in _CLOSING or (word == b">" and depth):
            depth -= 1
        elif word == b"," and not depth:
            parts.append(tuple(words[done:at]))
            done = at + 1
    if done < len(words):
        parts.append(tuple(words[done:]))
    return parts


def _parameter(words: tuple[bytes, ...], language: str) -> Parameter:
    """Without its default."""
    if b"=" in words:
        words = words[: words.index(b"=")]
    if language in _COLON and b":" in words:
        at = words.index(b":")
        return Parameter(b" ".join(words[:at]), b" ".join(words[at + 1 :]))
    if language in _TYPE_FIRST and words:
        is_named = len(words) > 1 and re.fullmatch(rb"[\w$\x80-\xff]+", words[-1]) and words[-1] not in _PRIMITIVE
        is_named = is_named and words[-2] != b":"
        typed = tuple(word for word in (words[:-1] if is_named else words) if word != b"final")
        if is_named or language != "php":
            return Parameter(words[-1] if is_named else b"", b" ".join(typed))
    if language == "go" and len(words) > 1:
        return Parameter(words[0], b" ".join(words[1:]))
    return Parameter(b" ".join(words), b"")
