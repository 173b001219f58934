"""The forms that mark lines: unified diffs, and V4A patches."""

from collections.abc import Sequence

from glmcode.express.change import FileChange
from glmcode.express.quotes import Hunk, hunks, quotes, rows
from glmcode.landing.diff import quoted_path

__all__ = ["udiff", "v4a"]

CONTEXT = 3
_OPEN = b"\n\\ No newline at end of file\n"


def udiff(change: FileChange, before: bytes, after: bytes, context: int = CONTEXT) -> str:
    """The file's diff as git would write it, without blob ids. `before` and `after` are the texts to show."""
    was = change.was or change.path
    ours, theirs = quoted_path("a/" + was), quoted_path("b/" + change.path)
    head = []
    if change.before is None:
        head.append(f"new file mode {change.mode_after}\n")
    elif change.after is None:
        head.append(f"deleted file mode {change.mode_before}\n")
    elif change.mode_before != change.mode_after:
        head.append(f"old mode {change.mode_before}\nnew mode {change.mode_after}\n")
    if change.was is not None:
        head.append(f"rename from {quoted_path(was)}\nrename to {quoted_path(change.path)}\n")
    needs_git = bool(head) or ours.startswith('"')
    out = [f"diff --git {ours} {theirs}\n", *head] if needs_git else []
    body = _hunks(_ended_rows(before), _ended_rows(after), context)
    if body:
        out.append(f"--- {ours if change.before is not None else '/dev/null'}\n")
        out.append(f"+++ {theirs if change.after is not None else '/dev/null'}\n")
        out.append(body.decode("utf-8", "surrogateescape"))
    return "".join(out)


def v4a(change: FileChange, before: bytes, after: bytes, context: int = CONTEXT) -> str | None:
    """The file's part of a patch, without the patch's own first and last line. None for what V4A has no word for."""
    if change.mode_before != change.mode_after or (change.before is None and change.mode_after != "100644"):
        return None
    if change.after is None:
        return f"*** Delete File: {change.path}\n"
    if change.before is None:
        added = b"".join(b"+%s\n" % row for row in rows(after))
        return f"*** Add File: {change.path}\n{added.decode('utf-8', 'surrogateescape')}"
    head = f"*** Update File: {change.was or change.path}\n"
    if change.was is not None:
        head += f"*** Move to: {change.path}\n"
    old, new = rows(before), rows(after)
    parts = [b"@@\n" + _marked(old, new, hunk) for hunk in quotes(old, new, hunks(old, new, context=context), context)]
    return head + b"".join(parts).decode("utf-8", "surrogateescape")


def _hunks(old: Sequence[bytes], new: Sequence[bytes], context: int) -> bytes:
    out = []
    for hunk in quotes(old, new, hunks(old, new, context=context), context, unique=False):
        sides = _range(hunk.a, hunk.a_end), _range(hunk.b, hunk.b_end)
        out.append(b"@@ -%s +%s @@\n" % sides + _marked(old, new, hunk))
    return b"".join(out)


def _marked(old: Sequence[bytes], new: Sequence[bytes], hunk: Hunk) -> bytes:
    ours, theirs = old[hunk.a : hunk.a_end], new[hunk.b : hunk.b_end]
    out: list[bytes] = []
    row = 0
    for one in hunks(ours, theirs):
        out += [_line(b" ", line) for line in ours[row : one.a]]
        out += [_line(b"-", line) for line in ours[one.a : one.a_end]]
        out += [_line(b"+", line) for line in theirs[one.b : one.b_end]]
        row = one.a_end
    out += [_line(b" ", line) for line in ours[row:]]
    return b"".join(out)


def _line(mark: bytes, line: bytes) -> bytes:
    # Rows of a diff carry their end, where it could differ: see _ended_rows.
    if line.endswith(_OPEN):
        return mark + line
    return mark + line + b"\n"


def _ended_rows(data: bytes) -> list[bytes]:
    """The rows; a last one without a line feed says so, so that it equals none that has one."""
    lines = rows(data)
    if lines and not data.endswith(b"\n"):
        lines[-1] += _OPEN
    return lines


def _range(start: int, end: int) -> bytes:
    size = end - start
    first = start + 1 if size else start
    return b"%d" % first if size == 1 else b"%d,%d" % (first, size)
