"""Tool calls: JSON objects that name a file, an old and a new text, or a content; alone, in a list, or one after another.

An object begins a line, or stands there behind the marks that a model's template puts around calls. It is read to the end
of the line where its brackets close; what turns out to be other data is left to the other readers, and to prose.
"""

import re

from glmcode.plan.call_edits import say
from glmcode.plan.calls import DEEPEST, calls, decoded, edits, looks_like_a_call
from glmcode.plan.fences import closes, fence_at
from glmcode.plan.lines import Line, Reading, Source, text_of
from glmcode.plan.openings import begins_call, heading, is_next_file, tag_follows
from glmcode.plan.search_replace import interrupts

__all__ = ["opens", "read"]

_OPENS = re.compile(r'[ \t]*(?:\[[ \t\r]*(?:$|[{\[])|\{[ \t\r]*(?:$|"))')
_NEXT = re.compile(r'\[?\s*\{\s*"[A-Za-z_]{2,24}"\s*:')
_INFOS = frozenset({"", "json", "jsonc", "json5", "jsonl", "ndjson", "tool_call", "tool-call", "tool_use", "tool", "function_call", "text"})  # fmt: skip
_MARKS = re.compile(
    r"(?:<\|[^|<>\n]{1,40}\|>|<｜[^｜<>\n]{1,40}｜>|\[TOOL_CALLS\]|<tool_call>|<function=[\w.:-]{1,64}>)"
    r"(?:[\w.:=/-]{1,64}|<\|[^|<>\n]{1,40}\|>|<｜[^｜<>\n]{1,40}｜>|\[ARGS\]|[ \t]){0,9}(?=[\[{])"
)
"""What stands in front of a call where a template's marks have leaked."""
_MARKS_BEHIND = re.compile(r"(?:\s*<[|｜/][^<>\n]{1,40}>)+\s*$")
_TOOL = re.compile(r"functions?[.=]([\w-]+)|\[TOOL_CALLS\][ \t]*(\w[\w-]*)|｜>(\w[\w-]*)")
_STRUCTURE = re.compile(r'["{}\[\]]')
_STRING_END = re.compile(r'["\\]')
LONGEST = 8_000_000
"""Characters of one value: several times what a model can answer."""


def opens(source: Source, text: str) -> bool:
    """Whether the line may begin a call. Blanks before it are for a plan that is all calls."""
    if _marks(text):
        return True
    if not _OPENS.match(text) or (text[0] in " \t" and source.only is None):
        return False
    return (
        source.fence is None
        or source.only is not None
        or source.fence.info.lower() in _INFOS
        or source.fence.used
        or begins_call(text)
    )


def read(source: Source, opening: Line) -> Reading:
    """The values that begin on this line, and their edits. Of what is no call the first line is prose, the rest given back."""
    if opening.number < source.no_call_before:
        _prose(source, opening)
        return
    lines: list[Line] = []
    scan = _Scan()
    marks = _marks(opening.text)
    tool = next((name for name in match.groups() if name), None) if (match := _TOOL.search(marks)) else None
    line = opening._replace(text=opening.text[len(marks) :])
    while True:
        lines.append(line)
        scan.take(line.text)
        if scan.whole or scan.lost:
            break
        line = source.ahead.popleft() if source.ahead else (yield)
        if (
            line.last
            or (source.fence is not None and closes(source.fence, line.text))
            or interrupts(line.text)
            or (line.text[:1] in {"`", "~"} and fence_at(line.text, 0))
            or (is_next_file(line.text, lines) and not begins_call(line.text))
            or scan.breaks(line.text)
            or (yield from tag_follows(source, line))
        ):
            cut = max(1, len(lines) if line.last else heading(lines))
            source.back([*lines[cut:], line])
            del lines[cut:]
            break
    end = lines[-1].number
    text = text_of(lines)
    path = source.meant()
    wrong = "it is too long, or nested too deep" if scan.lost else f"it doesn't end before line {end} does"
    if scan.whole:
        values = decoded(_MARKS_BEHIND.sub("", text))
        if tool is not None and not isinstance(values, str):
            values = [{"name": tool, "arguments": value} for value in values]
        found = [] if isinstance(values, str) else [*calls(values, sure=source.only is not None, path=path)]
        if found:
            _use(source)
            for call in found:
                say(source, call._replace(path=call.path or path), opening.number, end)
            return
        wrong = values if isinstance(values, str) else ""
    if source.only is not None or (wrong and (looks_like_a_call(text) or (tool is not None and edits(tool)))):
        _use(source)
        why = f"The JSON of line {opening.number} can't be read: {wrong}." if wrong else _NO_CALL.format(opening.number)
        source.broken("tool-call", path, why + " Send the whole call again.", opening.number, end)
        return
    source.no_call_before = end + 1
    _prose(source, opening)
    source.back(lines[1:])


_NO_CALL = 'The JSON of line {} is no edit: it takes "path", "old_string" and "new_string".'


def _marks(text: str) -> str:
    match = _MARKS.match(text) if text[:1] in {"<", "["} else None
    return match[0] if match else ""


def _prose(source: Source, line: Line) -> None:
    source.release()
    source.prose(line)


def _use(source: Source) -> None:
    source.held.clear()
    if source.fence is not None:
        source.fence.used = True


class _Scan:
    """Where a JSON value ends: the brackets that stand open, and whether a string does."""

    __slots__ = ("in_string", "last", "lost", "open", "size")

    def __init__(self) -> None:
        self.open: list[str] = []
        self.size = 0
        self.in_string = self.lost = False
        self.last = ""

    @property
    def whole(self) -> bool:
        return not self.open and not self.in_string and self.size > 0

    def breaks(self, text: str) -> bool:
        """Whether the line can't go on with the value: another call begins where none can."""
        return text[:1] in {"{", "["} and not self._may_hold_an_object() and bool(_NEXT.match(text))

    def _may_hold_an_object(self) -> bool:
        if self.in_string or not self.open:
            return False
        return self.last == ":" or (self.open[-1] == "[" and self.last in "[,")

    def take(self, text: str) -> None:
        """The next line. A string that is open at its end goes on: models leave line feeds in strings."""
        self.size += len(text) + 1
        self.last = text.rstrip()[-1:] or self.last
        at = 0
        while True:
            match = (_STRING_END if self.in_string else _STRUCTURE).search(text, at)
            if match is None:
                break
            at = match.end()
            if match[0] == '"':
                self.in_string = not self.in_string
            elif match[0] == "\\":
                at += 1
            elif match[0] in "{[":
                self.open.append(match[0])
            elif self.open:
                self.open.pop()
            else:
                self.lost = True
            if self.lost or len(self.open) > DEEPEST:
                self.lost = True
                return
        self.lost = self.size > LONGEST
