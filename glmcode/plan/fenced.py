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
    """The block that `fence` opens, for the file of its above.

    Where that only mentions the file, or the block's own first line tells it (`is_told_within`), in a comment, the block is an
    edit only if it is a sketch: a whole listing may as well be an example.

    In running text (Markdown and the like) all is body up to the close. Elsewhere a tag, a marker or the next fence
    with a path shows that the block was never closed.
    """
    path, cited = above.path, source.cited
    if (above.extent not in {"whole", "mention"} or not above.is_sure) and is_run(fence) and not _may_be_run(path):
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
            elif told and (cited or not _is_sketch(body)):
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
    if told and (cited or not _is_sketch(body)):
        _tell(source, body)
        source.back([line])
        fence.path, source.fence = None, fence
    elif (
        line.last
        and not source.cut
        and len(within) == 1
        and within[0] is not None
        and source.put_right < MOST_PUT_RIGHT
    ):
        # One fence too few, and text right behind a bare one: that one closes the block, and what is behind it is the plan's.
        source.put_right += 1
        source.held.clear()
        _finish(source, above, fence, body[: within[0]], body[within[0]])
        source.back([*body[within[0] + 1 :], line])
    else:
        source.held.clear()
        _unclosed(source, above, fence, body, line, document=document)


def _unclosed(source: Source, above: Heading, fence: Fence, body: list[Line], line: Line, *, document: bool) -> None:
    """A block that no fence closes before `line`: whole where only that is missing at the end of an answer."""
    if line.last and not (source.cut or document or fence.depth) and body and body[-1].ended:
        _finish(source, above, fence, body, body[-1])  # only the closing fence is missing, at the end of the answer
        source.back([line])
        return
    path = above.path
    cut = len(body) if line.last else heading(body)
    if search_replace.interrupts(line.text):
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


def _may_be_run(path: str) -> bool:
    return path.rpartition(".")[2].lower() in RUN


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
