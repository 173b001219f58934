"""What an edit would give a file a second time: a key of a mapping, a definition that it has already with other content.

Few languages reject all of that, and none reads it as it was meant: of two functions of one name Python takes the last.
"""

import re
from collections.abc import Sequence

from glmcode.landing import messages
from glmcode.landing.place import Refusal, Splice
from glmcode.landing.strategies.indentation import indent_of
from glmcode.syntax import Definition, Parsed, Syntax, without_number

__all__ = ["KEYED", "front_names", "may_define", "twice"]

KEYED = frozenset({"json", "toml", "yaml"})
"""Languages of keys, each of which a mapping has once."""
_SINGLE = frozenset({"python", "javascript", "go", "rust", "php", "c", "typescript", "tsx"})
"""Languages in which a name has one definition with a body in a scope."""
_OVERLOADS = frozenset({"java", "cpp", "kotlin", "swift", "scala", "c_sharp"})
"""Languages in which definitions of one name differ in what they take."""
_KINDS = frozenset({"function", "method", "class", "struct", "enum", "interface", "trait", "union", "record", "object"})
_WORD = re.compile(rb"\w+")
_RECEIVER = re.compile(rb"^\s*func\s*\([^()]*\)")
_FRONT = re.compile(rb"[^(=:{]*")
_NAME = re.compile(rb"[\w\x80-\xff]+(?![\w\x80-\xff]|[ \t]+[\w\x80-\xff])")
_BRANCH = re.compile(rb"(?m)^[ \t]*#[ \t]*(?:if|el|endif)")


def twice(parsed: Parsed, splices: Sequence[Splice], path: str) -> Refusal | None:
    """Why the splices can't be made: the file would have a key or a definition twice. None where it would not.

    Costs a parse of what they change.
    """
    if parsed.language in KEYED:
        return _given_twice(parsed, splices, path)
    if parsed.language in _SINGLE | _OVERLOADS and parsed.is_clean:
        return _defined_twice(parsed, splices, path)
    return None


def may_define(lines: Sequence[bytes], parsed: Syntax, own: str) -> bool:
    """Whether lines may define what the file has already, other than `own`: a quick look at the words of those lines that
    are indented least."""
    if parsed.language in KEYED:
        return True
    if parsed.language not in _SINGLE | _OVERLOADS:
        return False
    words = {word for line in _outermost(lines) for word in _WORD.findall(line)}
    known = parsed.symbols.words
    mine = without_number(own).rpartition(".")[2]
    return any(
        known[name] > (name == mine) for word in words if (name := word.decode("utf-8", "surrogateescape")) in known
    )


def front_names(lines: Sequence[bytes]) -> set[bytes]:
    """The words of those lines that are indented least which may be names that they define: each that no other word follows,
    up to the first bracket or sign behind which none is."""
    fronts = (_FRONT.match(_RECEIVER.sub(b"", line)) for line in _outermost(lines))
    return {word for front in fronts if front is not None for word in _NAME.findall(front.group())}


def _outermost(lines: Sequence[bytes]) -> list[bytes]:
    """Those lines that are indented least."""
    depths = [len(indent_of(line)) for line in lines]
    least = min((depth for depth, line in zip(depths, lines, strict=True) if line.strip()), default=0)
    return [line for depth, line in zip(depths, lines, strict=True) if depth == least]


def _spliced(parsed: Parsed, splices: Sequence[Splice]) -> Parsed:
    for splice in reversed(splices):
        parsed = parsed.spliced(splice.start, splice.end, splice.new)
    return parsed


def _defined_twice(parsed: Parsed, splices: Sequence[Splice], path: str) -> Refusal | None:
    after = _spliced(parsed, splices)
    if not after.is_clean:
        return None  # the guard has the word
    before: dict[str, int] = {}
    for one in parsed.definitions:
        name = without_number(one.name)
        before[name] = before.get(name, 0) + 1
    now: dict[str, list[Definition]] = {}
    for one in after.definitions:
        now.setdefault(without_number(one.name), []).append(one)
    for name, found in now.items():
        if not 0 < before.get(name, 0) < len(found):
            continue
        came = [one for one in found if _is_within(one, splices)]
        stood = [one for one in found if one not in came]
        for new in came:
            old = next((one for one in stood if _is_second(after, new, one)), None)
            if old is not None:
                first = next(one for one in parsed.definitions if without_number(one.name) == name)
                return Refusal(
                    "exists",
                    f"{path} has {first.name} already, {messages.span(first.line, first.end_line)}: {first.signature}\n"
                    f'With this edit it would have it twice. To change it, send <edit path="{path}" replace="{first.name}">; to move it, delete it first; where it is to stay, leave it out.',
                )
    return None


def _is_within(definition: Definition, splices: Sequence[Splice]) -> bool:
    """Whether the definition, of the file with the splices made, came with one of them."""
    shift = 0
    for splice in splices:
        start = splice.start + shift
        if start <= definition.keyword < start + len(splice.new):
            return True
        shift += len(splice.new) - (splice.end - splice.start)
    return False


def _is_second(after: Parsed, new: Definition, old: Definition) -> bool:
    """Whether two definitions of one name can't both be meant to stand there."""
    if new.kind != old.kind or new.kind not in _KINDS or new.indent != old.indent or new.name.endswith("._"):
        return False
    data = after.data
    first, last = sorted((new, old), key=lambda one: one.start)
    between = data[first.end : last.start]
    if any(line.strip() and len(indent_of(line)) < len(new.indent) for line in between.splitlines()):
        return False  # they stand in different blocks
    if after.language != "python" and not all(data[: one.end].rstrip().endswith(b"}") for one in (new, old)):
        return False  # a declaration without its body
    if after.language in _OVERLOADS:
        return new.signature == old.signature
    if after.language in ("c", "cpp") and _BRANCH.search(between):
        return False
    if after.language in ("javascript", "typescript", "tsx"):
        return new.signature.partition("(")[0] == old.signature.partition("(")[0]  # `get x` and `set x` are two
    return all(one.head == one.keyword for one in (new, old))  # a setter, an overload, `#[cfg(unix)]`


def _given_twice(parsed: Parsed, splices: Sequence[Splice], path: str) -> Refusal | None:
    """Whether a key would then come twice in one mapping, which few readers reject and none reads as it was meant."""
    after = _spliced(parsed, splices)
    if not after.is_clean:
        return None  # the guard has the word
    known = {one.name: one for one in parsed.definitions}
    names = {one.name for one in after.definitions}
    for one in parsed.definitions:
        if one.name not in names and not any(s.start < one.end and one.start < s.end for s in splices):
            return Refusal(
                "ambiguous",
                f"With this edit {one.name} of {path}, line {one.line}, would come to be a part of something else. Put the lines where they "
                "take nothing over, with after= or inside=.",
            )
    documents = parsed.language == "yaml" and b"\n---" in parsed.data
    for one in after.definitions:
        first = known.get(without_number(one.name))
        if one.name in known or first is None or first.name == one.name or one.kind == "entry":
            continue
        if not (documents and one.depth == 0):
            return Refusal(
                "exists",
                f'{path} has {first.name} already, on line {first.line}: {first.signature}\nTo change it, use replace="{first.name}".',
            )
    return None
