"""What a tool call says, once its JSON is read: the argument spellings of common agents, and the wrappers around them."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from glmcode.plan.edits import Change, Remove, Sketch, Substitute, Whole
from glmcode.plan.paths import names_a_file, plain

__all__ = [
    "ARGUMENTS",
    "DEEPEST",
    "NEWS",
    "OLDS",
    "PATCHES",
    "PATHS",
    "TEXTS",
    "Call",
    "Patch",
    "calls",
    "decoded",
    "edits",
    "looks_like_a_call",
]

DEEPEST = 24
"""Levels of lists and objects; a call needs six."""
PATHS = ("path", "file_path", "filepath", "filePath", "filename", "file_name", "file", "target_file", "targetFile")
OLDS = ("old_string", "old_str", "old_text", "oldString", "oldStr", "oldText", "old_content", "search", "find", "old")
NEWS = ("new_string", "new_str", "new_text", "newString", "newStr", "newText", "new_content", "replace", "replacement", "new")  # fmt: skip
_SURE = frozenset(OLDS[:7])
"""Names that hardly any other data has."""
_ALL = ("replace_all", "replaceAll", "all_occurrences")
_BODIES = ("content", "contents", "file_text", "fileText", "file_content")
_SKETCHES = ("code_edit",)
_LISTS = ("edits", "changes", "replacements")
_INNER = ("arguments", "args", "input", "parameters", "params", "function", "tool_input")
_OUTER = ("tool_calls", "calls", "tools")
_NAMED = ("name", "tool", "tool_name", "function", "recipient_name")
_TOOL = re.compile("write|creat|save|edit|file|replace|patch|update", re.IGNORECASE)
_BESIDE = frozenset({"command", "mode", "overwrite", "instructions", "explanation", "description", "id", "type"})
"""What may stand beside a path and a content without making other data of them."""
_PART = re.compile(
    "(?:^|_)(?:after|anchor|append|before|cell|column|end|insert|lines?|offset|position|prepend|range|section|start)(?:_|$)"
)
"""Words of the tools and arguments that put a text somewhere into a file, or in the place of some of its lines."""
_INSERTS = ("insert_line", "insertLine")
_COUNTS = frozenset({"line_count", "lines_count", "total_lines"})
_TEXTS = (*NEWS, *_BODIES, "text", "insert_text", "code")
PATCHES = ("patch", "diff", "input", "patch_text", "patchText")
_PATCH = re.compile(r"\s*(?:\*\*\* Begin Patch|diff --git |--- |@@|<{5,9} ?SEARCH|-{5,9} SEARCH)")
_EDITS = re.compile(
    "write|creat|edit|replace|patch|apply|insert|append|update|modify|delete|remove|rename|move", re.IGNORECASE
)
_READS = frozenset({"view", "read", "open", "list", "search", "undo_edit"})
TEXTS = frozenset({*OLDS, *_TEXTS, *_SKETCHES, *PATCHES})
"""Arguments that are text of files, verbatim."""
ARGUMENTS = frozenset({
    *TEXTS, *PATHS, *_ALL, *_LISTS, *_BESIDE, *_INSERTS, "append", "args", "end_line", "instruction", "line", "line_count",
    "start_line", "task_progress", "total_lines", "use_regex", "view_range",
})  # fmt: skip
"""What common agents name the arguments of the tools that edit."""
_BY_NUMBER = (
    "The call puts a text somewhere into the file, by a number or a word and not by what stands there, so it would be "
    'a guess: quote the lines around the place as "old_string", and give them with the new ones as "new_string".'
)
_NO_EDIT = (
    'The call gives nothing to put into the file: an edit takes "old_string" and "new_string", a new file "content".'
)
_BY_PATTERN = "The call looks for a pattern, which may stand anywhere: quote the text that changes, as it is."
_DELETES = re.compile("(?:delete|remove)_?file", re.IGNORECASE)
_LONE = re.compile(r"\\\\|\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(\\u[dD][89a-fA-F][\da-fA-F]{2})")
_KEY = re.compile(
    '"(?:' + "|".join([*(key for key in OLDS if key in _SURE), *_LISTS[:1], *_BODIES[2:4], *_SKETCHES]) + r')"\s*:'
)


class Patch(NamedTuple):
    """A text in another of the plan's forms."""

    text: str
    argument: str | None = None
    """What the call names it."""


class Call(NamedTuple):
    """One edit of a call: a change, a patch, or the sentence that says why there is none."""

    path: str | None
    change: Change | Patch | str


def looks_like_a_call(text: str) -> bool:
    """Whether text that is no JSON was most likely meant as a call."""
    return _KEY.search(text, 0, 65536) is not None


def edits(tool: str) -> bool:
    """Whether a tool of this name most likely edits files."""
    return _EDITS.search(tool) is not None


def decoded(text: str) -> list[Any] | str:
    """The JSON values that stand in the text one after another, or what is wrong with it.

    Half a surrogate pair that is written as an escape becomes U+FFFD: as an escape it is no byte of a file. Control
    characters in strings are taken as they are.
    """
    if "\\u" in text:
        text = _LONE.sub(lambda match: "\\ufffd" if match[1] else match[0], text)
    reader = json.JSONDecoder(strict=False, object_pairs_hook=_unlike)
    values: list[Any] = []
    at = 0
    try:
        while at < len(text):
            if text[at] in " \t\r\n,;":
                at += 1
            else:
                value, at = reader.raw_decode(text, at)
                values.append(value)
    except json.JSONDecodeError as error:
        return f"{error.msg} at line {error.lineno}, column {error.colno}"
    except RecursionError:
        return "it is nested too deep"
    except ValueError as error:  # a name twice, or a number of more digits than Python reads
        return str(error)
    return values


def _unlike(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def calls(value: Any, *, sure: bool, path: str | None = None, level: int = 0) -> Iterator[Call]:
    """The edits that a JSON value gives, in order; none where it is other data.

    With `sure` the text is known to be calls: a path and a content are a file to write. Otherwise they are only
    within a wrapper that names a tool, and general words such as "search" need a path beside them.
    """
    level += 1
    if isinstance(value, list) and level <= DEEPEST:
        for one in value:
            yield from calls(one, sure=sure, path=path, level=level)
    if not isinstance(value, dict) or level > DEEPEST:
        return
    inner = _first(value, _INNER)
    if inner is not None and not _has(value, OLDS):
        if isinstance(inner, str) and len(inner) >= 2 and inner.lstrip()[:1] == "{":
            read = decoded(inner)
            inner = read[0] if isinstance(read, list) and read else None
        tools = [value[key] for key in _NAMED if isinstance(value.get(key), str)]
        sure = sure or any(_TOOL.search(tool) for tool in tools)
        if isinstance(inner, str) and _PATCH.match(inner):
            yield Call(path, Patch(inner))
        elif isinstance(inner, dict) and any(_DELETES.fullmatch(tool) for tool in tools) and (own := _path_of(inner)):
            yield Call(own, Remove())
        else:
            part = any(_is_part(tool) for tool in tools)
            found = [*calls(inner, sure=sure, path=path, level=level)]
            if not found and isinstance(inner, dict) and (own := _path_of(inner)):
                if part and _has(inner, _TEXTS):
                    yield Call(own, _BY_NUMBER)
                elif names_a_file(own) and any(edits(tool) for tool in tools) and inner.get("command") not in _READS:
                    yield Call(own, _NO_EDIT)
            for call in found:
                yield call._replace(change=_BY_NUMBER) if part and isinstance(call.change, Whole) else call
        return
    several = _first(value, _OUTER)
    if isinstance(several, list) and not _has(value, OLDS):
        yield from calls(several, sure=sure, path=path, level=level)
        return
    own = _path_of(value)
    entries = _first(value, _LISTS)
    if isinstance(entries, str) and entries.lstrip()[:1] in {"[", "{"} and (own or sure):
        read = decoded(entries)
        if isinstance(read, str):
            yield Call(own or path, f"The list of edits can't be read: {read}.")
            return
        entries = read[0] if len(read) == 1 and isinstance(read[0], list) else read
    if isinstance(entries, list) and (own or sure) and not _has(value, OLDS):
        yield from _entries(entries, own or path, sure)
        return
    yield from _one(value, own, path, sure)


def _entries(entries: list[Any], path: str | None, sure: bool) -> Iterator[Call]:
    """The edits of a list under one path. What is none of them is broken, once the list has shown what it is."""
    meant = sure or any(isinstance(one, dict) and _has(one, OLDS) for one in entries)
    for one in entries:
        found = list(_one(one, _path_of(one), path, sure=True)) if isinstance(one, dict) else []
        if found:
            yield from found
        elif meant:
            yield Call(path, 'An entry of "edits" has no "old_string" and "new_string": give both, as strings.')


def _one(value: Mapping[str, Any], own: str | None, path: str | None, sure: bool) -> Iterator[Call]:
    olds, news = [key for key in OLDS if key in value], [key for key in NEWS if key in value]
    path = own or path
    if olds and (sure or olds[0] in _SURE or (news and own and _is_file(own))):
        yield Call(path, _substitute(value, olds, news))
        return
    if path and (sure or _has(value, _INSERTS)) and _has(value, _TEXTS) and _puts(value):
        yield Call(path, _BY_NUMBER)
        return
    patch = next((key for key in PATCHES if isinstance(value.get(key), str) and _PATCH.match(value[key])), None)
    if sure and patch is not None:
        yield Call(path, Patch(value[patch], patch))
        return
    body = next((key for key in _BODIES if key in value), None)
    if body is not None and (sure or _writes(value, own, body)):
        text = value[body]
        yield Call(
            path, Whole(text) if isinstance(text, str) else f'"{body}" is no string: give the file\'s new content.'
        )
        return
    sketch = next((key for key in _SKETCHES if key in value), None)
    if sketch is not None and path:
        text = value[sketch]
        yield Call(
            path, Sketch(text, implied=True) if isinstance(text, str) and text.strip() else f'"{sketch}" is empty.'
        )


def _puts(value: Mapping[str, Any]) -> bool:
    """Whether the arguments tell a place within the file, so that their text is not all of it."""
    words = [value[key] for key in ("command", "mode", "operation", "action") if isinstance(value.get(key), str)]
    places = (key for key, told in value.items() if told is not None and told is not False and key not in _COUNTS)
    return any(_is_part(word) for word in words) or any(_is_part(key) for key in places)


def _is_part(name: str) -> bool:
    return bool(_PART.search(re.sub(r"(?<=[a-z])(?=[A-Z])|[- ]", "_", name).lower()))


def _writes(value: Mapping[str, Any], own: str | None, body: str) -> bool:
    """Whether a bare object says, by a word of its own, that a file is written."""
    known = {*PATHS, body, *_BESIDE}
    return own is not None and _is_file(own) and value.get("command") in {"create", "write"} and value.keys() <= known


def _is_file(path: str) -> bool:
    return names_a_file(path.rpartition("/")[2])


def _substitute(value: Mapping[str, Any], olds: list[str], news: list[str]) -> Change | str:
    if len(olds) > 1 or len(news) > 1:
        return f"The call has {' and '.join(olds if len(olds) > 1 else news)}: keep one of them."
    if not news:
        return f'The call has "{olds[0]}" and no "new_string": give both, "" to delete.'
    if any(str(value.get(key)).lower() == "true" for key in ("use_regex", "ignore_case", "regex")):
        return _BY_PATTERN
    old, new = value[olds[0]], value[news[0]]
    if not isinstance(old, str) or not isinstance(new, str):
        return f'"{olds[0]}" and "{news[0]}" are strings, and one of them is not.'
    every = _first(value, _ALL)
    if isinstance(every, str):
        every = {"true": True, "false": False, "": False}.get(every.lower(), every)
    if every is not None and not isinstance(every, bool):
        return '"replace_all" is true or false.'
    count = value.get("expected_replacements")
    if count is not None and count != 1:
        return '"expected_replacements" is not understood: use "replace_all", or an edit for each place.'
    if not old and every:
        return f'"{olds[0]}" is empty, which stands everywhere: quote the text that changes.'
    return Substitute(old, new, whole_lines=False, every=bool(every))


def _path_of(value: Mapping[str, Any]) -> str | None:
    path = _first(value, PATHS)
    return plain(path) or None if isinstance(path, str) else None


def _first(value: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    return next((value[key] for key in keys if key in value), None)


def _has(value: Mapping[str, Any], keys: tuple[str, ...]) -> bool:
    return any(key in value for key in keys)
