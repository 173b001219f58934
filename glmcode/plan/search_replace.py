"""SEARCH/REPLACE blocks: `<<<<<<< SEARCH`, the lines to find, `=======`, the lines to put there, `>>>>>>> REPLACE`.

Five to nine marks; `------- SEARCH` … `+++++++ REPLACE` is the same, and so is `<<<<<<< ORIGINAL` … `>>>>>>> UPDATED`, as
long as no other edit is open: within one they may be text. Other names are those of a merge's sides. The block's path is
the line above, above its fence, behind the fence's opening, or that of the edit before.
"""

import re
from collections.abc import Callable, Sequence

from glmcode.plan.edits import Begun, Substitute
from glmcode.plan.fences import closes, opens_within
from glmcode.plan.lines import Line, Reading, Source, text_of
from glmcode.plan.openings import heading, is_next_file, is_plain, may_be_tag
from glmcode.plan.paths import is_document

__all__ = ["begins", "ends_none", "interrupts", "opens", "opens_surely", "read", "read_block"]

_SEARCH = re.compile(r"([ \t]*)(?:(<{5,9}) ?(?:SEARCH|search)>?|(-{5,9}) SEARCH>?)\s*$")
_ORIGINAL = re.compile(r"([ \t]*)(<{5,9}) ?ORIGINAL\s*$")
_DIVIDER = re.compile(r"={5,9}\s*$")
_REPLACE = re.compile(r"(?:>{5,9} ?(?:REPLACE|replace)|\+{5,9} REPLACE)\s*$")
_UPDATED = re.compile(r">{5,9} ?UPDATED\s*$")
_LINE_HINT = re.compile(r":start_line:[ \t]*(\d{1,9})\s*$")
_LINE_HINT_MORE = re.compile(r":end_line:[ \t]*\d{1,9}\s*$")
_LONGEST_MARKER = 200


def begins(text: str) -> bool:
    """Whether the line, outside of any edit, is one to read here: it opens a block, or ends one that was never opened."""
    return opens(text) or ends_none(text)


def opens(text: str) -> bool:
    """Whether the line opens a block where no other edit is open. It may be indented: then its body is, by the same white
    space."""
    return opens_surely(text) or (_may_open(text) and _ORIGINAL.match(text) is not None)


def ends_none(text: str) -> bool:
    """Whether the line, outside of any block, is the last of one."""
    return text[:5] in {">>>>>", "+++++"} and len(text) < _LONGEST_MARKER and _ends(text)


def interrupts(text: str) -> bool:
    """Whether the line is none of another edit's body: it opens a block, or ends one, by names that only plans have."""
    return opens_surely(text) or (ends_none(text) and _REPLACE.match(text) is not None)


def opens_surely(text: str) -> bool:
    """Whether the line opens a block by a name that only plans have."""
    return _may_open(text) and _SEARCH.match(text) is not None


def _may_open(text: str) -> bool:
    return text.lstrip(" \t")[:5] in {"<<<<<", "-----"} and len(text) < _LONGEST_MARKER


def _ends(text: str) -> bool:
    return _REPLACE.match(text) is not None or _UPDATED.match(text) is not None


def read(source: Source, opening: Line) -> Reading:
    """A block outside of any tag. Gives an Edit, or Broken with what follows the break given back."""
    if ends_none(opening.text):
        first = "SEARCH" if _REPLACE.match(opening.text) else "ORIGINAL"
        why = f"Line {opening.number} ends a SEARCH/REPLACE block that has no `<<<<<<< {first}` line: send the whole block again."
        source.broken("search-replace", source.path, why, opening.number, opening.number)
        return
    fence = source.fence
    path = source.meant()
    if fence:
        fence.used, fence.path = True, path
    source.events.append(Begun(path, "search-replace", opening.number))
    code = path is None or not is_document(path)
    depth = 0

    def may_end(text: str, kept: Sequence[Line]) -> bool:
        # A fence or a tag may be a line of the body. It ends the block only if the block never ends itself.
        nonlocal depth
        if text[:1] not in "`~<d+*{[":
            return False
        if code and is_next_file(text, kept):
            return True
        if fence is not None:
            if opens_within(fence, text):
                depth += 1
            elif closes(fence, text):
                depth -= 1
                return depth < 0
        return may_be_tag(text)

    yield from read_block(source, opening, path, may_end)


def read_block(
    source: Source,
    opening: Line,
    path: str | None,
    may_end: Callable[[str, Sequence[Line]], bool],
    ends: Callable[[str], bool] = lambda text: False,
) -> Reading:
    """The block that `opening` opens, up to its REPLACE line.

    `ends` says which line is surely not the block's: there it breaks. `may_end` says which line is not, if the block
    should turn out to be broken: all from the first such line on is given back.
    """
    match = _SEARCH.match(opening.text) or _ORIGINAL.match(opening.text)
    last, name = (_REPLACE, "REPLACE") if _SEARCH.match(opening.text) else (_UPDATED, "UPDATED")
    indent, marks = (match[1], len(match[2] or match[3])) if match else ("", 7)
    kept: list[Line] = []
    dividers: list[int] = []
    suspect: int | None = None
    while True:
        line = source.ahead.popleft() if source.ahead else (yield)
        text = line.text
        if is_plain(text) and not line.last:
            kept.append(line)
            continue
        if line.last or opens_surely(text) or (last is _UPDATED and opens(text)) or ends(text):
            break
        if indent:
            text = text.removeprefix(indent)
        first = text[:1]
        if first in {">", "+"} and last.match(text):
            _finish(
                source, path, opening, line, _dedented(kept, indent), _divider(kept, dividers, marks), len(dividers)
            )
            return
        if first == "=" and len(text) < _LONGEST_MARKER and _DIVIDER.match(text):
            dividers.append(len(kept))
        elif suspect is None and may_end(line.text, kept):
            suspect = heading(kept)
        kept.append(line)
    if line.last and source.cut:
        suspect = None  # the rest of the block would have come: what looks like an edit in it may be its body
    cut = suspect if suspect is not None else heading(kept) if opens(line.text) else len(kept)
    end = kept[cut - 1].number if cut else opening.number
    missing = f"`>>>>>>> {name}`" if any(i < cut for i in dividers) else "`=======`"
    where = f"line {line.number}" if cut == len(kept) else f"line {kept[cut].number}"
    place = "the plan ends" if line.last and cut == len(kept) else f"{where} begins something else"
    why = f"The SEARCH/REPLACE block of line {opening.number} has no {missing} line before {place}: send the whole block again."
    source.broken("search-replace", path, why, opening.number, end)
    source.path = path or source.path
    source.back([*kept[cut:], line])


def _finish(
    source: Source, path: str | None, opening: Line, end: Line, kept: Sequence[Line], divider: int | None, dividers: int
) -> None:
    if divider is None:
        block = f"The SEARCH/REPLACE block of line {opening.number}"
        if dividers:
            why = (
                f"{block} has {dividers} lines that could be its `=======`: "
                "give its three marker lines another number of marks, 5 to 9, that no line of the body has."
            )
        else:
            why = f"{block} has no `=======` line between its first and its last: put one between the old and the new lines."
        source.broken("search-replace", path, why, opening.number, end.number)
        source.path = path or source.path
        return
    hint, first = _line_hint(kept, divider)
    old, new = text_of(kept[first:divider]), text_of(kept[divider + 1 :])
    source.edit("search-replace", path, Substitute(old, new, line_hint=hint), opening.number, end.number)


def _divider(kept: Sequence[Line], dividers: Sequence[int], marks: int) -> int | None:
    """The one line that parts the halves: where several could, the one with as many marks as SEARCH has."""
    if len(dividers) > 1:
        dividers = [i for i in dividers if len(kept[i].text.strip()) == marks]
    return dividers[0] if len(dividers) == 1 else None


def _dedented(kept: Sequence[Line], indent: str) -> Sequence[Line]:
    if not indent or any(line.text.strip() and not line.text.startswith(indent) for line in kept):
        return kept
    return [line._replace(text=line.text.removeprefix(indent)) for line in kept]


def _line_hint(kept: Sequence[Line], divider: int) -> tuple[int | None, int]:
    """The line number that some models write under SEARCH (`:start_line:12`, `-------`), and where the quote begins."""
    if divider < 2 or not (match := _LINE_HINT.match(kept[0].text)):
        return None, 0
    at = 2 if _LINE_HINT_MORE.match(kept[1].text) else 1
    if at < divider and kept[at].text.rstrip() == "-------":
        return int(match[1]) or None, at + 1
    return None, 0
