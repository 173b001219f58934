"""A fenced block with a path: the whole file, or, with `... existing code ...` comments, a sketch of it.

A block that turns out to hold SEARCH/REPLACE blocks, a diff or tags is left to their readers.
"""

import re
from collections.abc import Generator, Sequence

from glmcode.plan import search_replace
from glmcode.plan.edits import Begun, Change, Form, Sketch, Substitute, Whole
from glmcode.plan.fences import RUN, Fence, closes, content_of, fence_at, is_run, opens_within
from glmcode.plan.headings import Heading
from glmcode.plan.lines import Line, Reading, Source, text_of
from glmcode.plan.openings import begins_call, heading, is_next_file, opens_hunk, opens_patch, opens_tagged, tag_follows
from glmcode.plan.paths import is_document, names_a_file, path_on_line
from glmcode.plan.sketch import is_sketch
from glmcode.plan.tags import begins_tag, read_tag

__all__ = ["read", "read_text"]

MOST_PUT_RIGHT = 8
"""Blocks of running text of one plan whose end is found only at the end of the plan: all behind it is read once more."""
_COMMENT = re.compile(r"\s*(?:#|//|--|/\*|<!--|;|\*)")
_DOCUMENT_INFO = frozenset({"markdown", "md", "mdx", "rst", "text", "txt"})


def read(source: Source, fence: Fence, above: Heading, *, is_told_within: bool = False) -> Reading:
    """The block that `fence` opens, for the file that the line above names.

    Where that only mentions the file, the block is an edit only if it is a sketch; and where the block's own first line tells
    the file (`is_told_within`), in a comment, not below words that speak of what stands there.

    In running text (Markdown and the like) all is body up to the close. Elsewhere a tag, a marker or the next fence
    with a path shows that the block was never closed.
    """
    path, cited = above.path, fence.cited
    if (is_told_within and cited) or (_may_be_mention(above) and is_run(fence)):
        above = above._replace(extent="mention")
    told = above.extent == "mention"
    document = not told and (is_document(path) or fence.info.lower().split()[:1] in [[word] for word in _DOCUMENT_INFO])
    data = "json" in path.rpartition(".")[2]
    body: list[Line] = []
    if is_told_within:
        line = source.ahead.popleft() if source.ahead else (yield)
        body.append(line)
    light = True  # nothing has come yet but blank lines, paths and comments
    within: list[int | None] = []  # the fences that are open within; of a bare one, which may close the block, its row
    while True:
        line = source.ahead.popleft() if source.ahead else (yield)
        text = line.text
        if line.last:
            break
        if closes(fence, text):
            if fence.depth:
                fence.depth -= 1
                within.pop()
            elif document and len(fence.mark) == 3 and not (yield from _is_close(source)):
                fence.depth += 1
                within.append(len(body))
            elif told and not _is_meant(body, cited):
                _tell(source, [*body, line])
                return
            else:
                source.held.clear()
                _finish(source, above, fence, body, line)
                return
        elif light and source.only is None and (_holds_edits(text, body) or (yield from tag_follows(source, line))):
            if body and body[-1].text.startswith("--- "):
                source.ahead.appendleft(line)
                line = body.pop()
            _leave(source, fence, path, [*body, line])
            return
        elif (
            source.only is None
            and not document
            and not (data and begins_call(text))
            and (_interrupts(text, body) or (yield from tag_follows(source, line)))
        ):
            break
        elif opens_within(fence, text):
            fence.depth += 1
            within.append(None)
        body.append(line)
        light = light and (_is_light(text, document) or (fence.mark[0] == "<" and fence_at(text, 0) is not None))
    if told and not _is_meant(body, cited):
        _tell(source, body)
        source.back([line])
        fence.path, source.fence = None, fence
    elif line.last and len(within) == 1 and within[0] is not None:
        _unclosed(source, above, fence, body, line, document=document, close=within[0])
    else:
        _unclosed(source, above, fence, body, line, document=document)


def _is_meant(body: Sequence[Line], cited: bool) -> bool:
    """Whether a block of a file that is only mentioned is an edit of it."""
    return not cited and _is_sketch(body)


def _unclosed(
    source: Source, above: Heading, fence: Fence, body: list[Line], line: Line, *, document: bool, close: int = 0
) -> None:
    """A block that no fence closes before `line`: whole where only that is missing at the end of an answer. `close` is the row of a
    bare fence that was taken for the opening of an example, if that is the only one too few."""
    source.held.clear()
    if close and not source.cut and source.put_right < MOST_PUT_RIGHT:
        # It has text right behind it, and closes the block all the same: what is behind it is the plan's.
        source.put_right += 1
        _finish(source, above, fence, body[:close], body[close])
        source.back([*body[close + 1 :], line])
        return
    if line.last and not (source.cut or document or fence.depth) and body and body[-1].ended:
        _finish(source, above, fence, body, body[-1])  # only the closing fence is missing, at the end of the answer
        source.back([line])
        return
    path = above.path
    cut = len(body) if line.last else heading(body)
    if search_replace.interrupts(line.text) and not any(fence_at(one.text, 0) for one in body[cut:]):
        source.fence = fence
    source.back([*body[cut:], line])
    source.events.append(Begun(path, "whole", fence.line))
    where = "the plan ends" if line.last else f"line {line.number} begins something else"
    why = f"The fenced block of line {fence.line} is not closed before {where}: send the whole file again, with its closing fence."
    if document:
        why = (
            why.removesuffix(".")
            + "; where the text holds fences, open it with a longer one. Nothing behind it was read."
        )
    source.broken("whole", path, why, fence.line, body[cut - 1].number if cut else fence.line)
    source.path = path


def _is_close(source: Source) -> Generator[None, Line, bool]:
    """Whether a bare fence in running text closes the block, or opens an example within it: code follows that at once."""
    after = source.ahead.popleft() if source.ahead else (yield)
    source.back([after])
    text = after.text
    if after.last:
        return not source.cut
    if not text.strip() or fence_at(text, 0) or search_replace.opens(text):
        return True
    path = path_on_line(text)
    return (path is not None and names_a_file(path)) or (begins_tag(text) and read_tag(text) is not None)


def _holds_edits(text: str, body: Sequence[Line]) -> bool:
    """Whether the first line that counts says that the fence holds edits, not a file."""
    if search_replace.opens(text) or opens_tagged(text):
        return True
    if opens_hunk(text, strict=True) or text.startswith("diff --git ") or opens_patch(text):
        return True
    return text.startswith("+++ ") and bool(body) and body[-1].text.startswith("--- ")


def _interrupts(text: str, body: Sequence[Line]) -> bool:
    """Whether the line can't be one of a file's own: the next edit begins."""
    return search_replace.interrupts(text) or is_next_file(text, body)


def _is_light(text: str, document: bool) -> bool:
    if not text.strip() or text.startswith("--- "):
        return True
    return not document and (_COMMENT.match(text) is not None or path_on_line(text) is not None)


def _is_sketch(body: Sequence[Line]) -> bool:
    return is_sketch([line.text for line in body])


def _tell(source: Source, lines: Sequence[Line]) -> None:
    """A block that turned out to be commentary."""
    source.release()
    for line in lines:
        source.prose(line)


def _leave(source: Source, fence: Fence, path: str, lines: Sequence[Line]) -> None:
    """Hands the block's lines to the readers of what it holds; the path stays its own."""
    fence.path = source.path = path
    fence.depth = 0
    source.fence = fence
    source.back(lines)


def _is_elided(path: str, body: Sequence[Line]) -> bool:
    """Whether the block of a program begins or ends with dots alone, flush left: in a stub of Python they are code."""
    lines = [line.text.rstrip() for line in body if line.text.strip()]
    return bool(lines) and "..." in {lines[0], lines[-1]} and not is_document(path) and not path.endswith(".pyi")


def _may_be_mention(above: Heading) -> bool:
    """Whether a block of commands below is most likely none of the file's."""
    return (above.extent != "whole" or not above.is_sure) and above.path.rpartition(".")[2].lower() not in RUN


def _finish(source: Source, above: Heading, fence: Fence, body: Sequence[Line], end: Line) -> None:
    if fence.mark[0] == "<":  # within tags the text stands in a fence of its own, often
        body = body[content_of([line.text for line in body])]
    sketch = source.only == "sketch" or (source.only is None and _is_sketch(body))
    form: Form = "sketch" if sketch else "whole"
    path = above.path
    source.events.append(Begun(path, form, fence.line))
    text = text_of(body)
    change: Change
    if sketch:
        change = Sketch(text, implied=source.only == "sketch")
    elif above.extent == "part":
        why = (
            f"The block of line {fence.line} is said to be a part of {path[:200]}, and not which lines it takes the place of: quote "
            "them in a SEARCH/REPLACE block, or write `... existing code ...` in a comment for the lines that stay."
        )
        source.broken(form, path, why, fence.line, end.number)
        source.path = path
        return
    elif source.only is None and _is_elided(path, body):
        why = (
            f"The block of line {fence.line} begins or ends with a bare `...`: if that stands for lines of {path[:200]} that stay, write it as a "
            "comment, `... existing code ...`."
        )
        source.broken(form, path, why, fence.line, end.number)
        source.path = path
        return
    elif above.extent == "lines":  # a number alone changes nothing: the lines stand there, or they don't
        change = Substitute(text, text, line_hint=above.line)
    else:
        sure = above.is_sure or text.startswith("#!")
        change = Whole(text, "extent" if above.extent == "doubted" else "" if sure else "path")
    source.edit(form, path, change, fence.line, end.number)


def read_text(source: Source, path: str, form: Form) -> Generator[None, Line, bool]:
    """A text that is, all of it, one file's new content or a sketch of it; a fence around it, and a path above that, go.

    A text that holds a fenced block among other lines is given back, and the answer is False: its blocks are what counts.
    """
    lines: list[Line] = []
    while not (line := source.ahead.popleft() if source.ahead else (yield)).last:
        lines.append(line)
    source.back([line])
    texts = [one.text for one in lines]
    first = next((i for i, text in enumerate(texts) if text.strip()), 0)
    headed = first + 1 if texts and path_on_line(texts[first]) else first
    inner = content_of(texts[headed:])
    wrapped = inner != slice(0, len(texts) - headed)
    if not wrapped and not is_document(path) and any(fence_at(text, 0) for text in texts):
        source.back(lines)
        return False
    body = text_of(lines[headed:][inner] if wrapped else lines)
    end = lines[-1].number if lines else 1
    source.events.append(Begun(path, form, 1))
    if source.cut:
        source.broken(form, path, "The plan breaks off: send the whole file again.", 1, end)
    elif not body.strip():
        source.broken(form, path, "The plan is empty: it should be the file's new content.", 1, end)
    else:
        source.edit(form, path, Sketch(body, implied=True) if form == "sketch" else Whole(body), 1, end)
    return True
