"""V4A patches: `*** Begin Patch`, a section for each file, `*** End Patch`.

    *** Update File: F        with `*** Move to: G`, then chunks: `@@ class X` lines that say where, lines with ` `, `-`, `+`
    *** Add File: F           every line begins with `+`
    *** Delete File: F

Each chunk is an edit of its own. The frame of the patch may be missing where a section shows by itself what it is.
"""

import re
from collections.abc import Generator, Sequence
from dataclasses import replace

from glmcode.plan.edits import AtPlace, Begun, Remove, Rename, Whole
from glmcode.plan.fences import closes
from glmcode.plan.hunks import is_behind, read_hunk
from glmcode.plan.lines import Line, Reading, Source
from glmcode.plan.openings import opens_hunk, patch_mark
from glmcode.plan.paths import plain

__all__ = ["read"]

_SECTION = re.compile(r"(Update|Add|Delete|Modify|Edit|Create|New|Remove) [Ff]ile:(.*)$", re.DOTALL)
_KINDS = {"Modify": "Update", "Edit": "Update", "Create": "Add", "New": "Add", "Remove": "Delete"}
"""What models write in the place of the form's own words."""
_ANY_MARK = re.compile(r"\*\*\* \S")
_TYPES = frozenset("+- @")


def read(source: Source, opening: Line) -> Reading:
    """A patch, up to its end or to the first line that can't be one of it; that is given back."""
    if source.fence:
        source.fence.used = True
    source.back([opening])
    begun: Line | None = None
    sections = 0
    while True:
        line = source.ahead.popleft() if source.ahead else (yield)
        if line.last or (source.fence is not None and closes(source.fence, line.text)):
            break
        mark = patch_mark(line.text)
        if not line.text.strip():
            continue
        if mark == "Begin Patch" and begun is None:
            begun = line
        elif mark == "End Patch":
            if begun is not None and not sections:
                _empty(source, begun, line.number)
            elif begun is None and not sections:
                source.prose(line)  # it ends what was read as something else, or nothing
            return
        elif mark is not None and (section := _SECTION.match(mark)) is not None:
            sections += 1
            sure = begun is not None or sections > 1 or source.only == "v4a"
            yield from _read_section(source, _KINDS.get(section[1], section[1]), _path(section[2]), line, sure=sure)
        elif mark is None and begun is not None and _ANY_MARK.match(line.text):
            sections += 1
            why = (
                f"Line {line.number} is no header of a patch: it takes `*** Update File: F`, `*** Add File: F`, "
                "`*** Delete File: F` and, under an update, `*** Move to: G`."
            )
            source.broken("v4a", None, why, line.number, line.number)
        elif line is opening:
            source.prose(line)  # `*** End of File` or `*** Move to:` on its own
            return
        else:
            break
    if begun is not None and not sections:
        _empty(source, begun, begun.number)
    source.back([line])


def _empty(source: Source, begun: Line, end: int) -> None:
    why = (
        f"The patch of line {begun.number} has no section: below `*** Begin Patch` comes `*** Update File: the/file.py`, "
        "`*** Add File: ...` or `*** Delete File: ...`."
    )
    source.broken("v4a", None, why, begun.number, end)


def _path(said: str) -> str | None:
    return plain(said.strip().removesuffix("***")) or None


def _read_section(source: Source, kind: str, path: str | None, header: Line, *, sure: bool) -> Reading:
    source.events.append(Begun(path, "v4a", header.number))
    source.path = path or source.path
    if path is None:
        why = f"Line {header.number} names no file: write `*** {kind} File: the/file.py`."
        source.broken("v4a", None, why, header.number, header.number)
    if kind == "Add":
        yield from _read_new_file(source, path, header)
    elif kind == "Update":
        yield from _read_update(source, path, header)
    elif path is not None and (sure or (yield from _mark_follows(source))):
        source.edit("v4a", path, Remove(must_stand=True), header.number, header.number)
    elif path is not None:
        why = (
            f"Line {header.number} stands outside of a patch: put `*** Begin Patch` above it and `*** End Patch` below."
        )
        source.broken("v4a", path, why, header.number, header.number)


def _mark_follows(source: Source) -> Generator[None, Line, bool]:
    """Whether the next line is a patch's too. Takes no line."""
    line = source.ahead.popleft() if source.ahead else (yield)
    source.back([line])
    return not line.last and patch_mark(line.text) is not None


def _read_new_file(source: Source, path: str | None, header: Line) -> Reading:
    """The lines of an added file. It replaces one that stands: so the form has it."""
    lines: list[str] = []
    blank: list[Line] = []
    end = header.number
    while True:
        line = source.ahead.popleft() if source.ahead else (yield)
        if line.last or (line.text[:1] != "+" and line.text not in {"", "\r"}):
            break
        if line.text[:1] == "+":
            lines += [*("" for _ in blank), line.text[1:]]
            end, blank = line.number, []
        else:
            blank.append(line)
    source.back([*blank, line])
    closed = not line.last and (patch_mark(line.text) is not None or _is_closed(source, line))
    if path is None:
        return
    if line.last and (source.cut or source.fence is not None):
        why = f"The new file of line {header.number} is not whole: the plan ends before `*** End Patch`. Send all of it again."
        source.broken("v4a", path, why, header.number, end)
    elif not line.last and not closed:
        why = f"Line {line.number} is no line of the new file: each of them begins with `+`, blank ones too."
        source.broken("v4a", path, why, header.number, end)
    else:
        source.edit("v4a", path, Whole("".join([one + "\n" for one in lines])), header.number, end)


def _is_closed(source: Source, line: Line) -> bool:
    return source.fence is not None and closes(source.fence, line.text)


def _read_update(source: Source, path: str | None, header: Line) -> Reading:
    """The chunks of a file, each an edit, and its move before them."""
    chunks = 0
    held: list[Line] = []
    while True:
        line = source.ahead.popleft() if source.ahead else (yield)
        text = line.text
        if line.last:
            break
        mark = patch_mark(text)
        if text in {"", "\r"}:
            held.append(line)
            continue
        if mark is not None and mark.startswith("Move to:") and not chunks:
            chunks += 1
            to = _path(mark.removeprefix("Move to:"))
            if to is None:
                source.broken(
                    "v4a", path, f"Line {line.number} doesn't say where the file goes.", line.number, line.number
                )
            elif path is not None and to != path:
                source.edit("v4a", path, Rename(to, over=True), header.number, line.number)
                path = source.path = to
        elif mark is None and _opens_chunk(text) and not (yield from _is_other(source, line)):
            chunks += 1
            yield from _read_chunk(source, path, line)
        elif mark == "End of File":
            pass
        else:
            break
        held = []
    if path is not None and not chunks:
        why = (
            f"The update of line {header.number} has no chunk: below `*** Update File: {path[:200]}` come `@@` and lines that begin "
            "with ` `, `-` or `+`."
        )
        source.broken("v4a", path, why, header.number, header.number)
    source.back([*held, line])


def _opens_chunk(text: str) -> bool:
    return text[:1] in _TYPES and (text[:1] != "@" or opens_hunk(text.rstrip(), strict=False))


def _is_other(source: Source, line: Line) -> Generator[None, Line, bool]:
    """Whether a line that looks like one of a chunk belongs to a diff below the patch."""
    return line.text[:1] == "-" and (yield from is_behind(source, line, short=False))


def _read_chunk(source: Source, path: str | None, opening: Line) -> Reading:
    source.events.append(Begun(path, "v4a", opening.number))
    hunk = yield from read_hunk(source, opening, patch=True)
    end, at_end = hunk.end, False
    held: list[Line] = []
    while True:
        line = source.ahead.popleft() if source.ahead else (yield)
        if not line.last and line.text in {"", "\r"}:
            held.append(line)
            continue
        if not line.last and patch_mark(line.text) == "End of File":
            end, at_end = line.number, True
        else:
            source.back([*held, line])
        break
    change = hunk.change
    if path is None:
        return
    if hunk.fault:
        source.broken("v4a", path, hunk.fault, opening.number, end)
    elif change.old:
        source.edit("v4a", path, replace(change, at_end=at_end), opening.number, end)
    elif at_end or not _says_where(change.headers, change.line_hint):
        source.edit("v4a", path, AtPlace("bottom", change.new), opening.number, end)
    else:
        why = (
            f"The chunk of line {opening.number} only adds lines and quotes none: give, with a blank in front, the lines of the file "
            "above or below which they go."
        )
        source.broken("v4a", path, why, opening.number, end)


def _says_where(headers: Sequence[str], line_hint: int | None) -> bool:
    return bool(headers) or line_hint is not None
