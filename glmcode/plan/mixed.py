"""A plan as a whole: finds the first line of each edit, whatever its form, and hands over to that form's reader.

Each form has a file of its own whose `read` is a generator that takes the lines from an edit's first line on
(`glmcode.plan.lines`). Here is what such a line looks like; a fenced block with a path is what a fence means that holds
none of them. The readers that many plans don't need are loaded when the first line of theirs comes.
"""

import re
from collections.abc import Callable, Generator
from typing import NamedTuple

from glmcode.plan import native, search_replace
from glmcode.plan.edits import Form
from glmcode.plan.fences import Fence, closes, fence_at, is_diff, is_run, opens_within, wrapper_at
from glmcode.plan.headings import Heading, asks, cites, heading_of
from glmcode.plan.lines import Line, Reading, Source
from glmcode.plan.openings import CALL_TAG, is_next_tag, opens_diff, opens_patch, opens_tagged
from glmcode.plan.paths import names_a_file, path_of_info, path_on_line
from glmcode.plan.sketch import stands_for_code

__all__ = ["read_plan"]


class _Reader(NamedTuple):
    """How a form's edits are told by their first line, outside of any other edit."""

    form: Form
    first: str
    """The characters that such a line can begin with."""
    opens: Callable[[Source, str], bool]
    read: Callable[[Source, Line], Reading]


def _read_diff(source: Source, line: Line) -> Reading:
    from glmcode.plan import udiff

    yield from udiff.read(source, line)


def _read_patch(source: Source, line: Line) -> Reading:
    from glmcode.plan import v4a

    yield from v4a.read(source, line)


def _opens_call(source: Source, text: str) -> bool:
    if "{" not in text and "[" not in text:
        return False
    from glmcode.plan import tool_call

    return tool_call.opens(source, text)


def _read_call(source: Source, line: Line) -> Reading:
    from glmcode.plan import tool_call

    yield from tool_call.read(source, line)


def _read_tagged(source: Source, line: Line) -> Reading:
    from glmcode.plan import tagged

    yield from tagged.read(source, line)


def _opens_tagged_call(source: Source, text: str) -> bool:
    if CALL_TAG.match(text) is None:
        return False
    from glmcode.plan import tagged_call

    return tagged_call.opens(source, text)


def _read_tagged_call(source: Source, line: Line) -> Reading:
    from glmcode.plan import tagged_call

    yield from tagged_call.read(source, line)


_READERS = (
    _Reader("native", "<", lambda source, text: native.opens(text), native.read),
    _Reader("search-replace", "<->+ \t", lambda source, text: search_replace.begins(text), search_replace.read),
    _Reader("search-replace", "<", lambda source, text: opens_tagged(text), _read_tagged),
    _Reader("tool-call", "<", _opens_tagged_call, _read_tagged_call),
    _Reader("udiff", "-@d", opens_diff, _read_diff),
    _Reader("v4a", "* \t", lambda source, text: opens_patch(text), _read_patch),
    _Reader("tool-call", "{[< \t", _opens_call, _read_call),
)


_COMMENTED = re.compile(r"(?:#|//|--|;|/\*|<!--) *[^\s#/;*-]")
_PROSE = frozenset({"part", "doubted", "mention"})
"""What a line is that says in words which file the block below it is of: commentary all the same."""
_LISTINGS = frozenset({"json", "diff", "patch", "mermaid", "markdown", "md"})
_ESCAPED = re.compile(r"\s*&lt;(?:(?:&lt;){4,8} ?SEARCH|(?:edit|create|remove|rename) \w+=)")
_THOUGHTS = ("think", "thinking")


def read_plan(source: Source) -> Reading:
    """All of the plan, to its end."""
    only = source.only
    if only in {"whole", "sketch"} and source.given:
        from glmcode.plan import fenced

        if (yield from fenced.read_text(source, source.given, only)):
            return
    yield from _read_mixed(source)


def _read_mixed(source: Source) -> Reading:
    readers = {
        char: tuple(one for one in _READERS if char in one.first and source.only in {None, one.form})
        for char in {char for one in _READERS for char in one.first}
    }
    yield from _read_thoughts(source)
    while True:
        line = source.ahead.popleft() if source.ahead else (yield)
        text = line.text
        if line.last:
            source.release()
            return
        found = next((one for one in readers.get(text[:1], ()) if one.opens(source, text)), None)
        if found is not None:
            if found.form == "native":
                source.release()
            yield from found.read(source, line)
            source.above = None
            source.held.clear()
        elif text[:1] in {" ", "\t"} and source.fence is None and (yield from _outdented(source, line)):
            continue
        elif source.fence is not None and closes(source.fence, text):
            _close_fence(source, source.fence, line)
        elif (opened := fence_at(text, line.number) or wrapper_at(text, line.number)) is not None:
            yield from _open_fence(source, opened, line)
        else:
            _commentary(source, line)


def _read_thoughts(source: Source) -> Reading:
    """What a plan begins with between <think> and </think>: a model's thoughts, in which edits are only considered."""
    line = source.ahead.popleft() if source.ahead else (yield)
    while not line.last and not line.text.strip():
        source.prose(line)
        line = source.ahead.popleft() if source.ahead else (yield)
    text = line.text.lstrip()
    name = next((name for name in _THOUGHTS if text.startswith(f"<{name}>")), None)
    if name is None:
        source.back([line])
        return
    closer = f"</{name}>"
    while not line.last:
        thought, found, rest = line.text.partition(closer)
        if found:
            source.prose(line._replace(text=thought + found))
            if rest.strip():
                source.back([line._replace(text=rest)])
            return
        source.prose(line)
        line = source.ahead.popleft() if source.ahead else (yield)
    source.back([line])


def _outdented(source: Source, line: Line) -> Generator[None, Line, bool]:
    """Whether an indented fence opens here, as within a list, that closes at the same indentation: then its lines are given back
    without that."""
    flush = line.text.lstrip(" \t")
    indent = line.text[: len(line.text) - len(flush)]
    fence = fence_at(flush, line.number) if flush[:1] in {"`", "~"} and line.number >= source.no_list_before else None
    if fence is None:
        return False
    lines = [line]
    while True:
        line = source.ahead.popleft() if source.ahead else (yield)
        lines.append(line)
        if line.last or (line.text.strip() and not line.text.startswith(indent)):
            source.no_list_before = line.number
            source.back(lines[1:])
            return False
        inner = line.text.removeprefix(indent)
        if opens_within(fence, inner):
            fence.depth += 1
        elif closes(fence, inner):
            if not fence.depth:
                break
            fence.depth -= 1
    source.back([one._replace(text=one.text.removeprefix(indent)) for one in lines])
    return True


def _close_fence(source: Source, fence: Fence, line: Line) -> None:
    source.release()
    if fence.depth:
        fence.depth -= 1
    else:
        source.fence = None
    if not fence.used:
        source.prose(line)
        if source.fence is None:
            _looks_like_an_edit(source, fence, line.number)


def _looks_like_an_edit(source: Source, fence: Fence, end: int) -> None:
    """A block of commentary that is most likely meant as an edit is not passed over in silence."""
    if (
        fence.cited
        or (fence.info in _LISTINGS and not is_diff(fence))
        or source.only is not None
        or is_run(fence)
        or not (fence.elides or fence.asked)
    ):
        return
    says = (
        f"has a comment for lines that stay (line {fence.elides})"
        if fence.elides
        else "is a diff without names"
        if is_diff(fence)
        else "stands below words that ask for a change"
    )
    why = (
        f"The block of line {fence.line} {says}, and no line says which file it is of: write the path alone on the line above it, and "
        "in the block either all of the file, or a sketch of it, or SEARCH/REPLACE blocks."
    )
    source.broken("sketch" if fence.elides else "whole", None, why, fence.line, end)


def _open_fence(source: Source, opened: Fence, line: Line) -> Reading:
    """A fence with a path holds a file or its edits; within one without, edits are found as they are outside."""
    heading = source.above
    if told := path_of_info(opened.info):
        heading = Heading(told, "whole")
    elif heading is None and source.given and source.only in {"whole", "sketch"}:
        heading = Heading(source.given, "whole")
    opened.path = heading.path if heading else None
    opened.asked, opened.cited = bool(opened.info) and asks(source.said), cites(source.said)
    if source.fence is not None and not opened.path and opens_within(source.fence, line.text):
        source.fence.depth += 1
        _commentary(source, line)
    elif heading is not None and _is_file(source, opened, heading.path):
        source.above = source.fence = None
        if heading.extent in _PROSE:
            source.held.append(line)
        else:
            source.held.clear()
        from glmcode.plan import fenced

        yield from fenced.read(source, opened, heading)
    elif not opened.path and (path := (yield from _told_within(source))) is not None:
        source.above = source.fence = None
        source.held.append(line)
        from glmcode.plan import fenced

        yield from fenced.read(source, opened, Heading(path, "doubted"), is_told_within=True)
    else:
        source.above = None
        source.fence = opened
        source.held.append(line)
        if opened.path and is_diff(opened) and source.only in {None, "udiff"}:
            yield from _read_bare_diff(source)


def _told_within(source: Source) -> Generator[None, Line, str | None]:
    """The path that a fence's first line tells in a comment, as models head a sketch. Takes no line."""
    if source.only not in {None, "sketch"}:
        return None
    line = source.ahead.popleft() if source.ahead else (yield)
    source.back([line])
    path = path_on_line(line.text) if not line.last and _COMMENTED.match(line.text) else None
    return path if path is not None and names_a_file(path) else None


def _commentary(source: Source, line: Line) -> None:
    """A line that opens nothing. If it names a file it may yet belong to the edit below, and so may one blank line."""
    text = line.text
    if not text.strip() and source.above and len(source.held) < 2:
        if source.held:
            source.held.append(line)
        else:
            source.prose(line)
        return
    source.release()
    if source.fence is not None:
        if not source.fence.elides and stands_for_code(text):
            source.fence.elides = line.number
        source.fence.asked = source.fence.asked or (text[:1] in {"+", "-"} and is_diff(source.fence))
    elif (why := _unread(text)) is not None and source.only is None:
        source.broken("native", None, f"Line {line.number} {why}", line.number, line.number)
    source.above = heading_of(text)
    if text.strip():
        source.said = text
    if source.above is not None and source.above.extent not in _PROSE:
        source.held.append(line)
    else:
        source.prose(line)


def _unread(text: str) -> str | None:
    """Why a line that is meant as the first of an edit isn't read as one, where no other reader says so."""
    if _ESCAPED.match(text):
        return "is escaped as HTML: send the edit again as it is, with `<` and `>`."
    flush = text.lstrip(" \t")
    if flush != text and is_next_tag(flush):
        return "is a tag that doesn't stand at column 0: send the edit again, flush left."
    return None


def _is_file(source: Source, fence: Fence, path: str) -> bool:
    """Whether a fence below a path holds that file, or a sketch of it, as far as its opening says."""
    if source.only is not None:
        return source.only in {"whole", "sketch"}
    return not (is_diff(fence) and not path.endswith((".diff", ".patch")))


def _read_bare_diff(source: Source) -> Reading:
    """A fence that says "diff" below a path: its lines may begin without any header."""
    line = source.ahead.popleft() if source.ahead else (yield)
    if line.last or not (line.text[:1] in {"+", "-", " "} or opens_diff(source, line.text)):
        source.release()
        source.back([line])
        return
    source.held.clear()
    from glmcode.plan import udiff

    yield from udiff.read(source, line, bare=True)
