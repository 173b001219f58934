"""What a line is about: the name that it declares, sets or lists, by which it is known where the rest of it changes."""

import re

__all__ = ["NO_TYPES", "bound_by", "head_of_key", "prototype_of"]

NO_TYPES = frozenset(
    b"if for while switch catch return else do with function match loop elif foreach new throw await delete yield go defer case "
    b"unless until when synchronized using lock fixed extends super this not and or pub".split()
)
"""Words that begin statements, where a type might stand."""
_NO_DECLARATION = NO_TYPES | frozenset(
    b"import use package include goto echo print assert raise break continue from export require drop select".split()
)
_TYPED = rb"(?:@[\w.]+(?: ?\([^()]*\))? )*(?P<first>[A-Za-z_]\w*)(?:[\w.*&\[\]? ]|::|<[^()=;]*>)*(?<=[ *&>\]?])(?P<name>~?[A-Za-z_$][\w$]*) ?"
_DECLARED = re.compile(_TYPED + rb"(?:\[[^\]=]*\] ?)*(?:;|=(?!=).*[;{(\[=]$|\{ ?(?:get|set|init)\b)")
"""A variable or a field that is known by its type before its name, as in C, Java and C#: its type may change, and its value."""
_PROTOTYPE = re.compile(_TYPED + rb"(?P<arguments>\(.*\))[\w ,=]*;$")
"""The same for a function that is declared and not defined."""
_BEHIND = re.compile(rb" ?(?://.*|/\*.*\*/)$")
_HEAD = re.compile(
    rb"(<[a-z][\w-]*>)[^<>]*</|(# ?define \w+)(?![\w(])|(?:export |local |readonly )?([A-Za-z_][\w.-]*)=(?!=)"
    rb"|([^=:(]{1,80}?)\??(?:: | [:+*/|&-]?= | => )"
)
_MODIFIED = re.compile(
    rb"(?P<modifiers>(?:(?:let|var|val|const|mut|static|public|private|protected|internal|pub|readonly|final|override|lateinit|lazy|weak) )+)"
    rb"(?P<name>[\w$]+)"
)
_BINDS = re.compile(rb"\b(?:let|var|val|const)\b")
_REQUIRED = re.compile(rb"([\"']?[A-Za-z][\w.-]*)(?:\[[\w, -]*\])? ?(?:[=~<>!]=|[\^<>]) ?\d")
"""A package and the versions of it that will do."""
_ENUM = re.compile(rb"(?:^|[\w)] )enum\b")
_VARIANT = re.compile(rb"((?:case )?[A-Za-z_]\w*) ?(?:\(.*\)|\{.*\})?[,;]?$")
"""One of the values of an enumeration, with what it holds."""
_NAME_FIRST = re.compile(rb"(?:type )?\w*(?:\[.*\])? ?(?:struct|interface) ?\{$|create (?:\w+ ){0,3}table\b", re.I)
_MEMBER = re.compile(rb"[`\"\[]?([A-Za-z_]\w*)[`\"\]]?(?: (?!\w+:)[\w*\[({]|\()")
"""A field, a method or a column, in what has their names first: a struct or an interface of Go, a table of SQL."""
_CONSTRAINTS = frozenset(b"primary foreign unique constraint check key index exclude like".split())
_WORD = re.compile(rb"[\w$]+")
_PATTERN = re.compile(rb"(?:(?:export )?(?:const|let|val|auto) ?)?(?:[\[{(].*|[\w$]+(?:, [\w$]+)*)")


def head_of_key(key: bytes, parent: bytes = b"") -> bytes:
    """What an assignment, an entry, a setting, an element or a value of an enumeration is about; empty for any other line.

    A declaration is about its name, told from an assignment to it by a semicolon. `parent` is the line that encloses it.
    """
    key = key[:400]
    declared = _DECLARED.match(_BEHIND.sub(b"", key))
    if declared and declared["first"].lower() not in _NO_DECLARATION:
        return bytes(declared["name"]) + b";"
    if match := _HEAD.match(key):
        return _bare(match[1] or match[2] or match[3] or match[4])
    if match := _REQUIRED.match(key):
        return bytes(match[1])
    if _NAME_FIRST.match(parent):
        member = _MEMBER.match(key)
        return bytes(member[1]) if member and member[1].lower() not in _CONSTRAINTS else b""
    variant = _VARIANT.match(_BEHIND.sub(b"", key)) if _ENUM.search(parent) else None
    return bytes(variant[1]) if variant else b""


def _bare(head: bytes) -> bytes:
    """The head without what tells how its name is bound or who may see it: `let name` may become `var name`."""
    match = _MODIFIED.fullmatch(head)
    if match is None:
        return head
    return bytes(match["name"]) + (b";" if _BINDS.search(match["modifiers"]) else b"")


def prototype_of(key: bytes) -> tuple[bytes, bytes] | None:
    """The name and the arguments of a function that the line declares, its type before its name, and does not define."""
    match = _PROTOTYPE.match(_BEHIND.sub(b"", key[:400]))
    if match is None or match["first"].lower() in _NO_DECLARATION:
        return None
    return bytes(match["name"]), bytes(match["arguments"])


def bound_by(head: bytes) -> frozenset[bytes]:
    """The names that a head binds: those in a pattern, as `const { a, b }`, or of a list, as `value, err`."""
    match = _PATTERN.fullmatch(head.removesuffix(b";"))
    return frozenset(_WORD.findall(match[0])) - {b"export", b"const", b"let", b"val", b"auto"} if match else frozenset()
