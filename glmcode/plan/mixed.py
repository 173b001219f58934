"""A plan as a whole: finds the first line of each edit, whatever its form, and hands over to that form's reader.

Each form has a file of its own with two functions: `opens` says whether a line outside of any edit opens one, `read` is
a generator that takes the lines from there on (`glmcode.plan.lines`). Here they are put side by side; a fenced block
with a path is what a fence means that holds none of them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from glmcode.plan import fenced, native, search_replace, udiff
from glmcode.plan.edits import Form
from glmcode.plan.fences import Fence, closes, fence_at, opens_within
from glmcode.plan.lines import Line, Reading, Source
from glmcode.plan.paths import names_a_file, path_of_info, path_on_line

__all__ = ["read_plan"]


@dataclass(frozen=True, slots=True)
class _Reader:
    """How a form's edits are told by their first line, outside of any other edit."""

    form: Form
    first: str
    """The characters that such a line can begin with."""
    opens: Callable[[Source, str], bool]
    read: Callable[[Source, Line], Reading]


_READERS = (
    _Reader("native", "<", lambda source, text: native.opens(text), native.read),
    _Reader("search-replace", "<- \t", lambda source, text: search_replace.opens(text), search_replace.read),
    _Reader("udiff", "-@d", udiff.opens, udiff.read),
)


def read_plan(source: Source) -> Reading:
    """All of the plan, to its end."""
    only = source.only
    if only in {"v4a", "tool-call"}:
        yield from _read_unknown(source, only)
        return
    if only in {"whole", "sketch"} and source.given and (yield from fenced.read_text(source, source.given, only)):
        return
    yield from _read_mixed(source)


def _read_mixed(source: Source) -> Reading:
    readers = {
        char: tuple(one for one in _READERS if char in one.first and source.only in {None, one.form})
        for char in {char for one in _READERS for char in one.first}
    }
    held: list[Line] = []  # a path, a blank line, a fence: prose, unless an edit follows
    while True:
        line = source.ahead.popleft() if source.ahead else (yield)
        text = line.text
        if line.last:
            _release(source, held)
            return
        found = next((one for one in readers.get(text[:1], ()) if one.opens(source, text)), None)
        if found is not None:
            if found.form == "native":
                _release(source, held)
            yield from found.read(source, line)
            source.above = None
            held = []
            continue
        fence = source.fence
        if fence is not None and closes(fence, text):
            _release(source, held)
            source.fence = fence if fence.depth else None
            fence.depth -= 1
            if not fence.used:
                source.prose(line)
            continue
        opened = fence_at(text, line.number)
        if opened is not None:
            opened.path = path_of_info(opened.info) or source.above
            if source.only in {"whole", "sketch"}:
                opened.path = opened.path or source.given
        if opened is not None and fence is not None and not opened.path and opens_within(fence, text):
            fence.depth += 1
            opened = None
        if opened is None:
            if not text.strip() and len(held) == 1 and source.above:
                held.append(line)
                continue
            _release(source, held)
            source.above = path_on_line(text)
            if source.above:
                held.append(line)
            else:
                source.prose(line)
            continue
        source.above = None
        if opened.path and _is_file(source, opened, opened.path):
            held = []
            yield from fenced.read(source, opened, opened.path)
            continue
        source.fence = opened
        held.append(line)
        if opened.path and udiff.is_diff(opened) and source.only in {None, "udiff"}:
            yield from _read_bare_diff(source, held)


def _is_file(source: Source, fence: Fence, path: str) -> bool:
    """Whether a fence below a path holds that file, or a sketch of it, as far as its opening says."""
    if source.only is not None:
        return source.only in {"whole", "sketch"}
    return names_a_file(path) and not (udiff.is_diff(fence) and not path.endswith((".diff", ".patch")))


def _release(source: Source, held: list[Line]) -> None:
    for line in held:
        source.prose(line)
    held.clear()
    source.above = None


def _read_bare_diff(source: Source, held: list[Line]) -> Reading:
    """A fence that says "diff" below a path: its lines may begin without any header."""
    line = source.ahead.popleft() if source.ahead else (yield)
    if line.last or not (line.text[:1] in {"+", "-", " "} or udiff.opens(source, line.text)):
        _release(source, held)
        source.back([line])
        return
    held.clear()
    yield from udiff.read(source, line, bare=True)


def _read_unknown(source: Source, form: Form) -> Reading:
    line = yield
    first = line
    while not line.last:
        line = yield
    if first is not line:
        why = f"Plans that are all of the form {form} are not read: use the native form, SEARCH/REPLACE or a unified diff."
        source.broken(form, source.given, why, 1, line.number - 1)
