"""One file's change in each form, as its text alone says it: whether it lands is for `write` to try."""

import json
from collections.abc import Callable, Iterator

from glmcode.express import native
from glmcode.express.change import FileChange
from glmcode.express.diffs import CONTEXT, udiff, v4a
from glmcode.express.quotes import MARKERS, hunks, joined, quotes, rows
from glmcode.express.tags import block, edit, tag
from glmcode.landing.coding import opened
from glmcode.plan.edits import Form

__all__ = ["PATCH", "TOOLS", "ways"]

PATCH = "*** Begin Patch\n", "*** End Patch\n"
TOOLS = "[\n", "]\n"
"""What stands around parts of these forms that follow one another."""

_Writer = Callable[[FileChange, bytes, bytes, int | None], str | None]


def ways(change: FileChange, form: Form, context: int | None) -> Iterator[tuple[Form, str]]:
    """Ways to write the change, with the form of each: the one asked for first, then ever more literal ones.

    Every change that a plan can make at all lands by one of them.
    """
    before, after = opened(change.before or b""), opened(change.after or b"")
    same_coding = change.before is None or change.after is None or before[1] == after[1]
    texts = [(before[0], after[0])] if same_coding else []
    plain = before[0].replace(b"\r\n", b"\n"), after[0].replace(b"\r\n", b"\n")
    if same_coding and b"\r\n" in before[0] and plain[0] != plain[1]:
        # Landing gives lines the file's own ends: what every line has needs not be said.
        texts.insert(0, plain)
    keeps = change.was is None and change.before is not None and change.after is not None
    if keeps and change.mode_before != change.mode_after and form != "udiff":
        # Of modes only a diff speaks.
        alone = FileChange(change.path, change.before, change.before, change.mode_before, change.mode_after)
        mode = udiff(alone, b"", b"")
        if change.before == change.after:
            yield "udiff", mode
        else:
            rest = FileChange(change.path, change.before, change.after, change.mode_after, change.mode_after)
            yield from (
                (kind, mode + text) for kind, text in ways(rest, form, context) if kind not in {"v4a", "tool-call"}
            )
        return
    for old, new in texts:
        text = _WRITERS[form](change, old, new, context)
        if text is not None:
            yield form, text
        if form == "sketch":
            return
    for old, new in texts:
        if form in {"search-replace", "tool-call", "v4a", "whole"}:
            text = _native(change, old, new, context)
            if text is not None:
                yield "native", text
    if change.before is None or change.after is None:
        literal = _whole_file(change)
        if literal is not None:
            yield "native", literal
    for old, new in texts:
        if form != "udiff":
            yield "udiff", udiff(change, old, new)
        yield "udiff", udiff(change, old, new, max(len(rows(old)), CONTEXT))
    literal = _again(change)
    if literal is not None:
        yield "native", literal


def _moved(change: FileChange) -> str:
    return "" if change.was is None else tag("rename", [("path", change.was), ("to", change.path)], empty=True)


def _whole_file(change: FileChange) -> str | None:
    """`<create>` and `<remove>`."""
    if change.after is None:
        return tag("remove", [("path", change.path)], empty=True)
    if change.after and not change.after.endswith(b"\n"):
        return None
    attributes = [("path", change.path)]
    if change.mode_after == "100755":
        attributes.append(("mode", "755"))
    return edit(attributes, change.after.decode("utf-8", "surrogateescape"), "create")


def _again(change: FileChange) -> str | None:
    """The file goes and comes again: what no edit can say of one that stays, as another byte order mark."""
    if change.before is None or change.after is None:
        return None
    gone = tag("remove", [("path", change.was or change.path)], empty=True)
    made = _whole_file(change)
    if made is None:
        made = udiff(FileChange(change.path, None, change.after, mode_after=change.mode_after), b"", change.after)
    return gone + made


def _native(change: FileChange, old: bytes, new: bytes, context: int | None) -> str | None:
    if change.before is None or change.after is None:
        return _whole_file(change)
    return _moved(change) + (native.edits(change.path, old, new) if old != new else "")


def _search_replace(change: FileChange, old: bytes, new: bytes, context: int | None) -> str | None:
    if change.after is None:
        return None
    if change.before is None:
        return f"{change.path}\n{block('', _text(new))}" if new.endswith(b"\n") else None
    if old == new:
        return _moved(change)
    ours, theirs = rows(old), rows(new)
    found = quotes(ours, theirs, joined(ours, hunks(ours, theirs, context or 0), MARKERS), context or 0)
    return f"{_moved(change)}{change.path}\n" + "".join(
        block(_joined(ours[one.a : one.a_end]), _joined(theirs[one.b : one.b_end])) for one in found
    )


def _udiff(change: FileChange, old: bytes, new: bytes, context: int | None) -> str | None:
    return udiff(change, old, new, CONTEXT if context is None else context)


def _v4a(change: FileChange, old: bytes, new: bytes, context: int | None) -> str | None:
    return v4a(change, old, new, CONTEXT if context is None else context)


def _whole(change: FileChange, old: bytes, new: bytes, context: int | None) -> str | None:
    if change.after is None or (new and not new.endswith(b"\n")):
        return None
    longest = max((len(line) - len(line.lstrip("`")) for line in _text(new).split("\n")), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{_moved(change)}{change.path}\n{fence}\n{_text(new)}{fence}\n"


def _tool_call(change: FileChange, old: bytes, new: bytes, context: int | None) -> str | None:
    if change.after is None or change.was is not None or change.mode_after != change.mode_before:
        return None
    if change.before is None:
        return _call(change.path, "", _text(new))
    ours, theirs = rows(old), rows(new)
    found = quotes(ours, theirs, joined(ours, hunks(ours, theirs, context or 0), MARKERS), context or 0, anywhere=True)
    return "".join(
        _call(change.path, _joined(ours[one.a : one.a_end]), _joined(theirs[one.b : one.b_end])) for one in found
    )


def _call(path: str, old: str, new: str) -> str:
    call = {"path": path, "old_string": old, "new_string": new}
    return json.dumps(call, ensure_ascii=not (old + new).isprintable()) + ",\n"


def _sketch(change: FileChange, old: bytes, new: bytes, context: int | None) -> str | None:
    from glmcode.express.sketch import sketch

    return sketch(change, old, new, CONTEXT if context is None else context)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _joined(lines: list[bytes]) -> str:
    return _text(b"".join(line + b"\n" for line in lines))


_WRITERS: dict[Form, _Writer] = {
    "native": _native,
    "search-replace": _search_replace,
    "udiff": _udiff,
    "v4a": _v4a,
    "sketch": _sketch,
    "whole": _whole,
    "tool-call": _tool_call,
}
