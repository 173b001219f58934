"""Tool calls between tags, as they leak into the text of an answer.

    <tool_call>edit<arg_key>path</arg_key><arg_value>a.py</arg_value>…</tool_call>
    <invoke name="edit"><parameter name="path">a.py</parameter>…</invoke>
    <function=edit><parameter=path>a.py</parameter>…</function>
    <write_to_file><path>a.py</path><content>…</content></write_to_file>

A call begins a line. It is an edit when its last tag has come, and half of one never is. Values are verbatim: a value's
closing tag is one only where the next argument or the call's end follows, for files hold tags too.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from glmcode.plan.call_edits import say
from glmcode.plan.call_tags import ELEMENTS, TaggedCall, Value, style_of
from glmcode.plan.calls import NEWS, OLDS, PATHS, TEXTS, Call, Patch, calls
from glmcode.plan.edits import Substitute, Whole
from glmcode.plan.fences import closes, content_of
from glmcode.plan.lines import Line, Reading, Source
from glmcode.plan.openings import heading, is_next_file, may_be_tag
from glmcode.plan.paths import is_document, plain
from glmcode.plan.search_replace import interrupts

__all__ = ["opens", "read"]

_STRAY = frozenset(f"</{name}>" for name in ELEMENTS)
_LOOSE_STRAY = re.compile(r"</(?:(?:[a-z]{2,10}:|｜DSML｜)?(?:invoke|parameter)|arg_value)>")
_CDATA = re.compile(r"\s*<!\[CDATA\[(.*)\]\]>\s*", re.DOTALL)
_LINED = re.compile(r"\r?\n(?:(.*\n)[ \t]*)?", re.DOTALL)
_FLAGS = {"true": True, "false": False, "null": None}


def opens(source: Source, text: str) -> bool:
    """Whether a call begins with this line, or one ends that never began."""
    if style_of(text, in_call=_in_call(source)) is not None or text.rstrip() in _STRAY:
        return True
    return source.fence is None and _LOOSE_STRAY.match(text) is not None


def _in_call(source: Source) -> bool:
    return source.fence is not None and source.fence.mark == "</tool_call>"


def read(source: Source, opening: Line) -> Reading:
    """The call that begins on this line, with its edits. Of what is no call, or none that edits, the lines are prose."""
    style = style_of(opening.text, in_call=_in_call(source))
    if style is None:
        why = f"Line {opening.number} closes a call that nothing opened: send the whole call again."
        source.broken("tool-call", source.path, why, opening.number, opening.number)
        return
    call = TaggedCall(style)
    lines: list[Line] = []
    suspect: int | None = None  # where another edit would begin in a value, if the call never ends
    line, at = opening, style.size
    while True:
        lines.append(line)
        end = call.take(line.text + "\n" if line.ended else line.text, line.number, at)
        if end is not None or call.fault:
            break
        if call.nested:
            call.nested = max(0, call.nested - line.text.count(style.end))
        line, at = source.ahead.popleft() if source.ahead else (yield), 0
        if line.last:
            break
        other = style_of(line.text, within=True)
        if other is not None and not (call.in_value and _is_document(call)):
            break
        if call.in_value and (
            line.text.rstrip() == f"<{style.end[2:]}" or (other is not None and other.end == style.end)
        ):
            call.nested += _is_document(call)
        if suspect is None and _may_be_next(source, call, line.text, lines):
            suspect = heading(lines)
    if end is not None:
        if rest := line.text[end:].strip():
            source.back([line._replace(text=rest)])
        _finish(source, call, lines)
    elif not call.said:
        source.release()
        source.prose(opening)
        source.back(lines[1:] if call.fault else [*lines[1:], line])
    else:
        _broken(source, call, lines, line, suspect)


def _is_document(call: TaggedCall) -> bool:
    path = _path(call)
    return path is not None and is_document(path)


def _path(call: TaggedCall) -> str | None:
    group = call.groups[-1]
    path = next((plain(group[name].text) for name in PATHS if name in group), None)
    return path or None


def _may_be_next(source: Source, call: TaggedCall, text: str, above: Sequence[Line]) -> bool:
    """Whether the line, within a value, may as well be the first of another edit."""
    if not call.in_value or _is_document(call) or (call.in_patch and text[:1] not in {"`", "~", "<"}):
        return False
    if source.fence is not None and closes(source.fence, text):
        return True
    return may_be_tag(text) or (not call.in_patch and interrupts(text)) or is_next_file(text, above)


def _broken(source: Source, call: TaggedCall, lines: list[Line], line: Line, suspect: int | None) -> None:
    """The call never ended: what may be another edit is given back."""
    if call.fault:
        back = lines[-1:] if len(lines) > 1 else []
        cut = len(lines) - len(back)
        why = f"Between the arguments of the call of line {lines[0].number} stands {call.fault!r}"
    else:
        if suspect is None or (line.last and source.cut):
            suspect = len(lines) if line.last else max(1, heading(lines))
        cut, back = suspect, [*lines[suspect:], line]
        place = (
            "before the plan ends"
            if line.last and len(back) == 1
            else f"before line {back[0].number} begins something else"
        )
        why = f"The call of line {lines[0].number} has no {call.style.end} {place}"
    why += ": send the whole call again."
    if line.last and call.in_value and _is_document(call):
        why += " Nothing behind it was read."
    path = _path(call) or source.meant()
    _use(source)
    source.broken("tool-call", path, why, lines[0].number, lines[cut - 1].number)
    source.path = path or source.path
    source.back(back)


def _finish(source: Source, call: TaggedCall, lines: Sequence[Line]) -> None:
    found: list[tuple[Call, int | None]] = []
    for group in call.groups:
        if any("\n" in group[name].text.strip() for name in PATHS if name in group):
            found.append((Call(None, "The path of a call stands on one line, between its tags, and once."), None))
            continue
        values, lined = _arguments(group, verbatim=call.style.is_verbatim)
        for one in calls({"name": call.style.tool, "arguments": values}, sure=True, path=source.meant()):
            found.append((_settled(one, lined=lined), _first_line(one, group)))
    if not found:
        source.release()
        for line in lines:
            source.prose(line)
        return
    _use(source)
    for one, first in found:
        say(source, one, lines[0].number, lines[-1].number, first)


def _use(source: Source) -> None:
    source.held.clear()
    if source.fence is not None:
        source.fence.used = True


def _arguments(group: Mapping[str, Value], *, verbatim: bool) -> tuple[dict[str, Any], bool]:
    """The arguments as JSON would have them, and whether the texts of an edit are whole lines: each stands on lines of its own,
    apart from its tags."""
    texts = {name: match[1] if (match := _CDATA.fullmatch(value.text)) else value.text for name, value in group.items()}
    halves = [texts[name] for name in texts if name in OLDS or name in NEWS]
    lined = any(halves) and all(not half or _LINED.fullmatch(half) for half in halves)
    values: dict[str, Any] = {}
    for name, text in texts.items():
        match = _LINED.fullmatch(text)
        if name not in TEXTS:
            values[name] = _FLAGS.get(text.strip(), text.strip())
        elif match is not None and (lined or not (verbatim and text in halves)):
            values[name] = match[1] or ""
            if name in OLDS or name in NEWS:
                values[name] = values[name] if lined else values[name].removesuffix("\n").removesuffix("\r")
        else:
            values[name] = text if verbatim else re.sub(r"\A\r?\n", "", text)
    return values, lined


def _settled(call: Call, *, lined: bool) -> Call:
    """The call with its lines as a file has them."""
    change = call.change
    if isinstance(change, Substitute) and lined:
        return call._replace(change=replace(change, whole_lines=True))
    if isinstance(change, Whole) and not (call.path and is_document(call.path)):
        texts = change.body.split("\n")
        inner = content_of(texts)
        if inner != slice(0, len(texts)):
            return call._replace(change=Whole("".join(f"{text}\n" for text in texts[inner])))
    return call


def _first_line(call: Call, group: Mapping[str, Value]) -> int | None:
    """The line that a patch in the call begins on."""
    if not isinstance(call.change, Patch) or call.change.argument is None:
        return None
    value = group[call.change.argument]
    return value.line + (_LINED.match(value.text) is not None)
