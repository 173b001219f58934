"""Old and new lines between tags: `<search>` … `</search>`, `<replace>` … `</replace>`, each alone on its line.

The names of tool calls do as well: `<old_string>`, `<new_string>`. What is no such pair is left as it is: `<search>` is
an element of HTML too.
"""

from collections.abc import Generator

from glmcode.plan.edits import Begun, Substitute
from glmcode.plan.lines import Line, Reading, Source, text_of
from glmcode.plan.openings import heading, is_next_file, opens_tagged, tag_follows
from glmcode.plan.paths import is_document
from glmcode.plan.search_replace import interrupts

__all__ = ["read", "read_block"]

_PAIRS = {"search": "replace", "SEARCH": "REPLACE", "old_string": "new_string", "old_str": "new_str", "old_text": "new_text"}  # fmt: skip


def read(source: Source, opening: Line) -> Reading:
    """A block outside of any tag of the native form; what turns out to be none is prose."""
    path = source.meant()
    if not (yield from read_block(source, opening, path)):
        source.release()
        source.prose(opening)
    elif source.fence:
        source.fence.used, source.fence.path = True, path


def read_block(source: Source, opening: Line, path: str | None) -> Generator[None, Line, bool]:
    """The block that `opening` opens: an Edit, or Broken where its new half has no end.

    False, with every line behind `opening` given back, where no new half follows.
    """
    name = opening.text.strip().strip("<>")
    lines: list[Line] = []
    old = yield from _half(source, lines, name, path)
    while old is not None:
        line = source.ahead.popleft() if source.ahead else (yield)
        lines.append(line)
        if line.last or line.text.strip():
            break
    if old is None or line.last or line.text.rstrip() != f"<{_PAIRS[name]}>":
        source.back(lines)
        return False
    source.events.append(Begun(path, "search-replace", opening.number))
    lines = []
    new = yield from _half(source, lines, _PAIRS[name], path)
    if new is None:
        cut = heading(lines[:-1])
        source.back(lines[cut:])
        end = lines[cut - 1].number if cut else line.number
        why = f"The <{_PAIRS[name]}> of line {line.number} has no </{_PAIRS[name]}> alone on a line: send the whole block again."
        source.broken("search-replace", path, why, opening.number, end)
        source.path = path or source.path
    else:
        change = Substitute(text_of(old), text_of(new))
        source.edit("search-replace", path, change, opening.number, lines[-1].number)
    return True


def _half(source: Source, lines: list[Line], name: str, path: str | None) -> Generator[None, Line, list[Line] | None]:
    """The lines up to the half's closing tag; None where something else begins before it. Adds all it takes to `lines`."""
    code = path is not None and not is_document(path)
    closer = f"</{name}>"
    while True:
        line = source.ahead.popleft() if source.ahead else (yield)
        lines.append(line)
        if not line.last and line.text.rstrip() == closer:
            return lines[:-1]
        if line.last or opens_tagged(line.text) or interrupts(line.text) or _closes_edit(line.text):
            return None
        if (code and is_next_file(line.text, lines[-3:-1])) or (yield from tag_follows(source, line)):
            return None


def _closes_edit(text: str) -> bool:
    return text.rstrip() in {"</edit>", "</create>", "</file>"}
