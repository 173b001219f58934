"""What shows, within one edit, that the next has begun, and where that begins."""

import re
from collections.abc import Generator, Sequence

from glmcode.plan.fences import fence_at, is_diff
from glmcode.plan.headings import heading_of
from glmcode.plan.lines import Line, Source
from glmcode.plan.paths import names_a_file, path_of_info, path_on_line
from glmcode.plan.tags import Tag, begins_tag, breaks_body, read_tag

__all__ = [
    "CALL_TAG",
    "DIFF_LONGEST",
    "RANGES",
    "begins_call",
    "heading",
    "is_next_file",
    "is_next_tag",
    "is_plain",
    "may_be_tag",
    "names_another",
    "opens_diff",
    "opens_hunk",
    "opens_patch",
    "opens_tagged",
    "patch_mark",
    "tag_follows",
    "whole_tag",
]

_TAG_LINES = 12
"""Lines that one tag may span."""


RANGES = re.compile(r"@@[ \t]*-(\d{1,9})(?:,(\d{1,9}))?[ \t]+\+(\d{1,9})(?:,(\d{1,9}))?[ \t]*(?:@@)?(.*)$")
"""A hunk's `@@` line with its ranges: start and count of the old side, of the new side, and the text behind."""
_PATCH_MARK = re.compile(
    r"\*\*\* ?((?:Begin Patch|End Patch|End of File)(?=(?: ?\*\*\*)?$)|(?:(?:Update|Add|Delete|Modify|Edit|Create|New|Remove) [Ff]ile|Move to):.*$)"
)
_CALL = re.compile(
    r'[\[\s]*\{[\s{[]*"\w+"\s*:.*"old_?(?:string|str|text)"\s*:|[\[\s]*\{\s*"old_?(?:string|str|text)"\s*:',
    re.IGNORECASE,
)
CALL_TAG = re.compile(
    r"</?(?:(?:[a-z]{2,10}:|｜DSML｜)?(?:invoke|parameter)\b|function=|tool_call>[ \t]*[A-Za-z_]|arg_(?:key|value)>|[a-z_]{9,30}>|file>)"
)
"""A quick look, before the reader of such calls is loaded."""
_TELLING = frozenset("<>-+=*`~{[d")
"""What the lines begin with that mean something here; `d` is for `diff`."""
_TAGGED = frozenset({"<search>", "<SEARCH>", "<old_string>", "<old_str>", "<old_text>"})
DIFF_LONGEST = 4096
"""Characters of a line that heads a diff, a file of it or a hunk."""


def opens_diff(source: Source, text: str) -> bool:
    """Whether the line may open a diff. In running text a hunk that no file's names head must have its ranges."""
    if text.startswith("@@"):
        return opens_hunk(text.rstrip(), strict=source.only is None and not (source.fence and is_diff(source.fence)))
    if text.rstrip().endswith(" ---"):  # a line between two rules: a heading
        return False
    return text.startswith(("diff --git ", "--- ")) and len(text) < DIFF_LONGEST and bool(text[4:].strip())


def opens_hunk(text: str, *, strict: bool) -> bool:
    """Whether the line is a hunk's `@@`. With `strict` it must have its ranges of lines."""
    if not text.startswith("@@") or text.startswith("@@@") or len(text) > DIFF_LONGEST:
        return False
    return (not strict and text[2:3] in {"", " ", "\t"}) or RANGES.match(text) is not None


def is_plain(text: str) -> bool:
    """Whether the first character that is no blank says that the line is nothing but text: no tag, marker or fence, nothing
    of a diff's or a patch's frame, no tool call. Most lines of a body are told by this alone."""
    return text.lstrip(" \t")[:1] not in _TELLING


def begins_call(text: str) -> bool:
    """Whether a tool call surely begins on the line: an object that gives the old text of an edit."""
    return text[:1] in {"{", "["} and _CALL.match(text, 0, DIFF_LONGEST) is not None


def _begins_tagged_call(text: str) -> bool:
    """Whether a tool call between tags begins on the line, by names that no file's own elements have."""
    if CALL_TAG.match(text) is None:
        return False
    from glmcode.plan.call_tags import style_of

    return style_of(text, within=True) is not None


def patch_mark(text: str) -> str | None:
    """What a line of a V4A patch's frame says behind its asterisks; None for any other line. It may be padded with blanks."""
    if len(text) > DIFF_LONGEST or not (text := text.strip()).startswith("***"):
        return None
    match = _PATCH_MARK.match(text)
    return match[1] if match else None


def opens_tagged(text: str) -> bool:
    """Whether the line opens the old half of an edit between tags."""
    return text[:1] == "<" and text.rstrip() in _TAGGED


def opens_patch(text: str) -> bool:
    """Whether the line, outside of a patch, begins one or a section of one, or is of the frame of one."""
    if (mark := patch_mark(text)) is None:
        return False
    return text[:1] == "*" or mark == "Begin Patch"


def is_next_tag(text: str) -> bool:
    """Whether the line is an opening tag that can hardly be a line of a file."""
    if text[:1] != "<" or not begins_tag(text):
        return False
    tag = read_tag(text)
    return tag is not None and breaks_body(tag)


def may_be_tag(text: str) -> bool:
    """Whether the line is such a tag, or the first line of one that spans several."""
    if text[:1] != "<" or not begins_tag(text):
        return False
    tag = read_tag(text)
    return tag is not None and (not tag.whole or breaks_body(tag))


def whole_tag(source: Source, opening: Line) -> Generator[None, Line, tuple[Tag | None, int]]:
    """The tag that begins on this line, and how many more lines it spans. Those are given back."""
    tag = read_tag(opening.text)
    more: list[Line] = []
    while tag is not None and not tag.whole:
        line = source.ahead.popleft() if source.ahead else (yield)
        more.append(line)
        over = line.last or len(more) == _TAG_LINES
        tag = None if over else read_tag("\n".join([opening.text, *(one.text for one in more)]))
    source.back(more)
    return tag, len(more)


def tag_follows(source: Source, line: Line) -> Generator[None, Line, bool]:
    """Whether the next edit's tag begins on this line, whether or not it ends on it. Takes no line."""
    if line.text[:1] != "<" or not begins_tag(line.text):
        return False
    tag, _ = yield from whole_tag(source, line)
    return tag is not None and breaks_body(tag)


def is_next_file(text: str, above: Sequence[Line]) -> bool:
    """Whether the line opens a fence that names a file, behind its opening or on the line above, or is of a diff's header
    or a patch's frame, or begins a tool call."""
    if text.startswith("diff --git ") or (text[:3] == "***" and opens_patch(text)) or begins_call(text):
        return True
    if text[:1] == "<":
        return _begins_tagged_call(text)
    if text.startswith("+++ ") and above:
        return above[-1].text.startswith(("--- a/", "--- /dev/null")) and text.startswith(("+++ b/", "+++ /dev/null"))
    fence = fence_at(text, 0) if text[:1] in {"`", "~"} else None
    if fence is None:
        return False
    if not fence.info:
        path = path_on_line(above[-1].text) if above else None
    else:
        path = path_of_info(fence.info) or next(
            (path_on_line(line.text) for line in above[:-3:-1] if line.text.strip()), None
        )
    return path is not None and names_a_file(path)


def heading(lines: Sequence[Line]) -> int:
    """Where, at the end of these lines, those begin that belong to what comes next: its path, a blank line, its fence."""
    cut = at = len(lines)
    if at and lines[-1].text.startswith(("--- a/", "--- /dev/null")):
        return at - 1
    if at and fence_at(lines[at - 1].text.lstrip(" \t"), 0):
        cut = at = at - 1
    if at and not lines[at - 1].text.strip():
        at -= 1
    if at and heading_of(lines[at - 1].text) is not None:
        cut = at - 1
    return cut


def names_another(lines: Sequence[Line], path: str | None) -> bool:
    """Whether the heading at the end of these lines names a file other than `path`."""
    at = heading(lines)
    named = None
    for line in lines[at:]:
        fence = fence_at(line.text, 0)
        named = (path_of_info(fence.info) if fence else path_on_line(line.text)) or named
    if named is None or not names_a_file(named):
        return False
    return path is not None and named != path and not path.endswith("/" + named)
