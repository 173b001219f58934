"""The diff that `git apply` turns into the same bytes."""

import hashlib
from collections.abc import Mapping, Sequence

from glmcode.landing.binarypatch import literal
from glmcode.landing.linediff import changes

__all__ = ["git_diff", "quoted_path"]

CONTEXT = 3
_NOTHING = "0" * 40
_ESCAPES = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}


def git_diff(
    before: Mapping[str, bytes | None],
    after: Mapping[str, bytes | None],
    modes_before: Mapping[str, str] | None = None,
    modes_after: Mapping[str, str] | None = None,
) -> str:
    """A git-style diff from `before` to `after`, by path in order; None is no file, a path in one alone has none in the other.

    `git apply` of it on `before` gives `after` to the byte. Modes default to 100644. A move shows as a deletion and a
    creation. What is not UTF-8, or holds a NUL, goes as a `GIT binary patch`; so the text is plain UTF-8 always.
    """
    modes_before, modes_after = modes_before or {}, modes_after or {}
    return "".join(
        _file_diff(path, before.get(path), after.get(path), modes_before.get(path, "100644"), modes_after.get(path))
        for path in sorted({**before, **after}, key=_path_bytes)
    )


def _file_diff(path: str, old: bytes | None, new: bytes | None, old_mode: str, new_mode: str | None) -> str:
    if new_mode is None:
        new_mode = old_mode if old is not None else "100644"
    if old is None and new is None:
        return ""
    if old == new and old_mode == new_mode:
        return ""
    ours, theirs = quoted_path("a/" + path), quoted_path("b/" + path)
    out = [f"diff --git {ours} {theirs}\n"]
    if old is None:
        out.append(f"new file mode {new_mode}\n")
    elif new is None:
        out.append(f"deleted file mode {old_mode}\n")
    elif old_mode != new_mode:
        out.append(f"old mode {old_mode}\nnew mode {new_mode}\n")
    if old == new:
        return "".join(out)
    ids = f"{_blob(old)}..{_blob(new)}"
    same_mode = f" {old_mode}" if old is not None and new is not None and old_mode == new_mode else ""
    out.append(f"index {ids}{same_mode}\n")
    if _is_text(old) and _is_text(new):
        hunks = _hunks(_rows(old or b""), _rows(new or b""))
        if hunks:
            out.append(f"--- {_label(ours) if old is not None else '/dev/null'}\n")
            out.append(f"+++ {_label(theirs) if new is not None else '/dev/null'}\n")
            out.append(hunks.decode("utf-8"))
    else:
        out.append("GIT binary patch\n" + literal(new or b"") + literal(old or b""))
    return "".join(out)


def _hunks(old: Sequence[bytes], new: Sequence[bytes]) -> bytes:
    out: list[bytes] = []
    group: list[tuple[int, int, int, int]] = []
    for change in changes(old, new):
        if group and change[0] - group[-1][1] > 2 * CONTEXT:
            out.append(_hunk(old, new, group))
            group = []
        group.append(change)
    if group:
        out.append(_hunk(old, new, group))
    return b"".join(out)


def _hunk(old: Sequence[bytes], new: Sequence[bytes], group: Sequence[tuple[int, int, int, int]]) -> bytes:
    lead = min(CONTEXT, group[0][0], group[0][2])
    a, b = group[0][0] - lead, group[0][2] - lead
    a_end = min(len(old), group[-1][1] + CONTEXT)
    b_end = group[-1][3] + (a_end - group[-1][1])
    out = [b"@@ -%s +%s @@\n" % (_range(a, a_end), _range(b, b_end))]
    row = a
    for start, end, new_start, new_end in group:
        out.extend(_marked(b" ", old[row:start]))
        out.extend(_marked(b"-", old[start:end]))
        out.extend(_marked(b"+", new[new_start:new_end]))
        row = end
    out.extend(_marked(b" ", old[row:a_end]))
    return b"".join(out)


def _marked(mark: bytes, rows: Sequence[bytes]) -> list[bytes]:
    return [mark + row if row.endswith(b"\n") else mark + row + b"\n\\ No newline at end of file\n" for row in rows]


def _range(start: int, end: int) -> bytes:
    size = end - start
    first = start + 1 if size else start
    return b"%d" % first if size == 1 else b"%d,%d" % (first, size)


def _rows(data: bytes) -> list[bytes]:
    rows = data.split(b"\n")
    last = rows.pop()
    return [row + b"\n" for row in rows] + ([last] if last else [])


def _is_text(data: bytes | None) -> bool:
    if data is None or data.isascii():
        return data is None or b"\0" not in data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in data


def _blob(data: bytes | None) -> str:
    if data is None:
        return _NOTHING
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _path_bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def quoted_path(path: str) -> str:
    """The name as git writes it: in quotes with C escapes where a byte is not plain."""
    raw = _path_bytes(path)
    if all(32 <= byte < 127 and byte not in (34, 92) for byte in raw):
        return path
    shown = (
        f"\\{_ESCAPES[byte]}" if byte in _ESCAPES else chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"
        for byte in raw
    )
    return f'"{"".join(shown)}"'


def _label(name: str) -> str:
    """A name for `---` and `+++`: git ends one that holds a blank with a tab, so that no date is read out of it."""
    return name + "\t" if " " in name and not name.startswith('"') else name
