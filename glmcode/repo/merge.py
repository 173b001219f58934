"""What a session changed, carried to files that the user may have changed meanwhile: computed whole, nothing written."""

import io
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from glmcode.errors import Exit, GlmcodeError
from glmcode.landing.tree import PathRefusedError
from glmcode.repo.conflicts import marked, stages
from glmcode.repo.disk import DirectoryTree, Entry
from glmcode.repo.folder import shown
from glmcode.repo.git import failure, git, run_git
from glmcode.repo.sessions import Session

__all__ = ["Change", "Merge", "conflict", "is_missing", "merge_into", "merge_lines", "session_changes", "tree_changes"]

_LINK, _MODULE = "120000", "160000"
# No file holds lines of this many marks by chance.
_MARKS = 31


@dataclass(frozen=True, slots=True)
class Change:
    """One file between two commits; `old` is None for a new file, `new` for a deleted one, both differ for a rename."""

    old: str | None
    new: str | None
    old_mode: str
    new_mode: str
    old_blob: str
    new_blob: str

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(path for path in (self.old, self.new) if path is not None))


@dataclass(frozen=True, slots=True)
class Merge:
    """What is to be written: only paths that change, each with its bytes before and after (None: no file)."""

    before: Mapping[str, bytes | None]
    after: Mapping[str, bytes | None]
    modes: Mapping[str, str]
    merged: tuple[str, ...]
    """Paths where changes of the user's were merged with the session's."""
    conflicts: Mapping[str, str] = field(default_factory=dict)
    """Paths where that can't be done, each with its unmerged entries (`conflicts.stages`)."""


@dataclass(slots=True)
class _Work:
    label: str | None = None
    """What the session's side is called between conflict markers; None where a conflict is a problem."""
    before: dict[str, bytes | None] = field(default_factory=dict)
    after: dict[str, bytes | None] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    conflicts: dict[str, str] = field(default_factory=dict)


def tree_changes(repository: str, old: str, new: str) -> tuple[Change, ...]:
    """Every file that differs between two commits or trees, in git's order, renames found."""
    # A limit of 0 is git's word for none: a large session must not lose its renames.
    raw = git(repository, "diff-tree", "-r", "-z", "--raw", "--no-abbrev", "-M", "-l0", old, new)
    fields = iter(os.fsdecode(part) for part in raw.split(b"\0"))
    changes = []
    for head in fields:
        if not head.startswith(":"):
            continue
        old_mode, new_mode, old_blob, new_blob, status = head[1:].split(" ")
        path = next(fields)
        other = next(fields) if status[0] in "RC" else path
        before = None if status[0] in "AC" else path
        changes.append(Change(before, None if status[0] == "D" else other, old_mode, new_mode, old_blob, new_blob))
    return tuple(changes)


def session_changes(session: Session, start: str, tip: str) -> tuple[Change, ...]:
    """What the session changed from `start` to `tip`. Raises GlmcodeError where it moved a submodule: none is landed."""
    changes = tree_changes(session.common_dir, start, tip)
    for change in changes:
        if _MODULE in (change.old_mode, change.new_mode):
            raise GlmcodeError(
                f"the session changes the submodule {shown(change.paths[0])}, which glmcode does not land",
                exit_code=Exit.CONFLICT,
            )
    return changes


def merge_into(root: str, changes: Iterable[Change], label: str | None = None, advice: str = "") -> Merge:
    """The changes on top of the files at `root`, as they stand on the disk.

    A file that the user left alone gets the session's bytes; one that both changed is merged line by line. Raises
    GlmcodeError (exit 5) that names every file, and the lines, where that can't be done, and ends with the advice; nothing
    is written either way. With a `label` such a file has both sides between conflict markers, where it is text.
    """
    work = _computed(root, changes, label)
    if work.problems:
        raise conflict(work.problems, advice)
    return Merge(work.before, work.after, work.modes, tuple(work.merged), work.conflicts)


def is_missing(root: str, changes: Iterable[Change]) -> bool:
    """Whether a file at `root` lacks its change plainly: one that holds it, or that was worked over since, does not."""
    return bool(_computed(root, changes).after)


def _computed(root: str, changes: Iterable[Change], label: str | None = None) -> _Work:
    tree = DirectoryTree(root)
    work = _Work(label)
    for change in changes:
        if change.old is None:
            _add(root, tree, change, work)
        elif change.new is None:
            _delete(root, tree, change, work)
        else:
            _modify(root, tree, change, work)
    _clear_ways(root, work)
    return work


def conflict(problems: Iterable[tuple[str, str]], advice: str = "") -> GlmcodeError:
    """The refusal that names every file and what is the matter with it."""
    listed = [f"{shown(path)}: {why}" for path, why in problems]
    last = [advice] if advice else []
    if len(listed) == 1:
        message, below = f"can't land {listed[0]}", last
    else:
        message, below = f"can't land: {len(listed)} files are in the way of the session's changes", [*listed, *last]
    return GlmcodeError(message, exit_code=Exit.CONFLICT, hint="\n".join(below))


def merge_lines(mine: bytes, base: bytes, theirs: bytes) -> tuple[bytes | None, str]:
    """A three-way merge by lines: the merged bytes, or None and where it fails, in lines of `mine` ("lines 3-5, 9")."""
    if any(b"\0" in side for side in (mine, base, theirs)):
        return None, "both you and the session changed this binary file"
    with tempfile.TemporaryDirectory(prefix="glmcode-") as folder:
        for name, data in (("mine", mine), ("base", base), ("theirs", theirs)):
            _put(folder, name, data)
        style = ("-c", "merge.conflictStyle=merge")
        labels = ("-L", "mine", "-L", "base", "-L", "theirs")
        how = ("merge-file", "-p", "-q", f"--marker-size={_MARKS}", *labels, "mine", "base", "theirs")
        ended = run_git(folder, [*style, *how])
        if ended.status == 0:
            return ended.out, ""
        if ended.status >= 128 or ended.status < 0:
            raise failure("git merge-file", ended, Exit.CONFLICT)
        resolved, places = _my_side(ended.out)
        _put(folder, "resolved", resolved)
        raw = ("-c", "core.autocrlf=false", "diff", "--no-index", "--no-ext-diff", "--no-color", "-U0", "-a")
        shifts = _shifts(run_git(folder, [*raw, "--", "mine", "resolved"]).out)
    spans = ", ".join(_span(start - _shift(shifts, start), count) for start, count in places)
    return None, f"you and the session changed the same lines: {spans}"


def _add(root: str, tree: DirectoryTree, change: Change, work: _Work) -> None:
    assert change.new is not None
    mine, theirs = _on_disk(tree, change.new, work), _checked_out(root, change.new, change.new_mode, change.new_blob)
    if mine is None:
        _plan(work, change.new, None, theirs, change.new_mode)
    elif mine.data != theirs:
        _conflict(
            root, work, change, mine, b"", theirs, "the session adds it, and a file with other content stands there"
        )


def _delete(root: str, tree: DirectoryTree, change: Change, work: _Work) -> None:
    assert change.old is not None
    mine = _on_disk(tree, change.old, work)
    if mine is None:
        return
    base = _checked_out(root, change.old, change.old_mode, change.old_blob)
    if mine.data != _with_ends_of(mine.data, base):
        _conflict(root, work, change, mine, base, None, "the session deletes it, and you changed it")
    else:
        _plan(work, change.old, mine.data, None, change.old_mode)


def _modify(root: str, tree: DirectoryTree, change: Change, work: _Work) -> None:
    assert change.old is not None
    assert change.new is not None
    moved = change.old != change.new
    theirs = _checked_out(root, change.new, change.new_mode, change.new_blob)
    target = _on_disk(tree, change.new, work) if moved else None
    mine = _on_disk(tree, change.old, work)
    if mine is None:
        if target is None or target.data != theirs:
            base = _checked_out(root, change.old, change.old_mode, change.old_blob)
            why = "the session changes it, and it is not in your working tree"
            _conflict(root, work, change, None, base, None if moved else theirs, why)
        return
    base = _checked_out(root, change.old, change.old_mode, change.old_blob)
    base, theirs = _with_ends_of(mine.data, base), _with_ends_of(mine.data, theirs)
    mode = mine.mode if change.new_mode == change.old_mode else change.new_mode
    if mine.data == base:
        result = theirs
    elif mine.data == theirs and not moved:
        result = mine.data
    elif _LINK in (change.old_mode, change.new_mode, mine.mode):
        _conflict(root, work, change, mine, base, theirs, "you and the session both changed this link")
        return
    else:
        merged, why = merge_lines(mine.data, base, theirs)
        if merged is None:
            _conflict(root, work, change, mine, base, theirs, why)
            return
        result = merged
        if result != mine.data or moved:
            work.merged.append(change.new)
    if not moved:
        if result != mine.data or mode != mine.mode:
            _plan(work, change.new, mine.data, result, mode)
    elif target is not None and target.data != result:
        work.problems.append((change.new, "the session moves a file here, and one with other content stands there"))
    else:
        _plan(work, change.old, mine.data, None, change.old_mode)
        if target is None:
            _plan(work, change.new, None, result, mode)


def _conflict(
    root: str, work: _Work, change: Change, mine: Entry | None, base: bytes, theirs: bytes | None, why: str
) -> None:
    """Both sides are kept where conflicts are asked for; a side that is no text stands as the user has it."""
    path = change.old if change.old is not None else change.new
    assert path is not None
    if work.label is None or (change.old != change.new and None not in (change.old, change.new)):
        work.problems.append((path, why))
        return
    base_entry = None if change.old is None else f"{change.old_mode} {change.old_blob}"
    theirs_entry = None if change.new is None else f"{change.new_mode} {change.new_blob}"
    work.conflicts[path] = stages(root, path, base_entry, mine, theirs_entry)
    if mine is None and theirs is not None:
        _plan(work, path, None, theirs, change.new_mode)
    elif mine is not None and theirs is not None and _LINK not in (change.old_mode, change.new_mode, mine.mode):
        both = marked(root, mine.data, base, theirs, work.label)
        if both is not None:
            _plan(work, path, mine.data, both, mine.mode)


def _plan(work: _Work, path: str, before: bytes | None, after: bytes | None, mode: str) -> None:
    work.before[path], work.after[path] = before, after
    if after is not None:
        work.modes[path] = mode


def _clear_ways(root: str, work: _Work) -> None:
    """A folder where a file is to be, or a file where a folder is to be, is in the way unless the landing clears it."""
    for path, data in work.after.items():
        if data is None:
            continue
        full = os.path.join(root, path)
        if work.before[path] is None and os.path.isdir(full) and not os.path.islink(full):
            if not all(work.after.get(inside, b"") is None for inside in _files_below(root, path)):
                work.problems.append((path, "the session adds this file, and a folder stands there"))
            continue
        parent = os.path.dirname(path)
        while parent:
            above = os.path.join(root, parent)
            if os.path.lexists(above) and not os.path.isdir(above) and work.after.get(parent, b"") is not None:
                work.problems.append((path, f"the session adds this file, and {shown(parent)} is not a folder"))
                break
            parent = os.path.dirname(parent)


def _files_below(root: str, folder: str) -> Iterable[str]:
    for place, folders, names in os.walk(os.path.join(root, folder)):
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        for name in [*names, *links]:
            yield os.path.relpath(os.path.join(place, name), root).replace(os.sep, "/")


def _on_disk(tree: DirectoryTree, path: str, work: _Work) -> Entry | None:
    """What stands at the path. A folder counts as nothing here: `_clear_ways` looks at those."""
    full = os.path.join(tree.root, path)
    if os.path.isdir(full) and not os.path.islink(full):
        return None
    try:
        return tree.entry(path)
    except PathRefusedError as error:
        work.problems.append((path, error.why))
        return None


def _checked_out(root: str, path: str, mode: str, blob: str) -> bytes:
    """The blob as git would write it at `path` in the user's checkout: line ends, encodings and filters applied."""
    if mode == _LINK:
        return git(root, "cat-file", "blob", blob)
    return git(root, "cat-file", "--filters", f"--path={path}", blob, exit_code=Exit.CONFLICT)


def _with_ends_of(mine: bytes, other: bytes) -> bytes:
    """`other` with the line ends of `mine` where each has but one kind: git sees no difference there, nor do we."""
    if b"\0" in mine or b"\0" in other:
        return other
    kinds = []
    for data in (mine, other):
        feeds, pairs = data.count(b"\n"), data.count(b"\r\n")
        kinds.append("crlf" if feeds and feeds == pairs else "lf" if feeds and not pairs else "")
    if kinds == ["crlf", "lf"]:
        return other.replace(b"\n", b"\r\n")
    if kinds == ["lf", "crlf"]:
        return other.replace(b"\r\n", b"\n")
    return other


def _my_side(marked: bytes) -> tuple[bytes, list[tuple[int, int]]]:
    """The merge with every conflict resolved for `mine`, and where those are in it: first line (from 1) and count."""
    begin, middle, end = (mark * _MARKS for mark in (b"<", b"=", b">"))
    lines: list[bytes] = []
    places: list[tuple[int, int]] = []
    state, start = "", 0
    for line in io.BytesIO(marked):
        if not state and line.startswith(begin):
            state, start = "mine", len(lines)
        elif state == "mine" and line.startswith(middle):
            state = "theirs"
            places.append((start + 1, len(lines) - start))
        elif state == "theirs" and line.startswith(end):
            state = ""
        elif state != "theirs":
            lines.append(line)
    return b"".join(lines), places


def _shifts(diff: bytes) -> list[tuple[int, int]]:
    """Of a diff without context: the new side's line behind each hunk, and by how much lines from there on have moved."""
    found = []
    moved = 0
    for hunk in re.finditer(rb"^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", diff, re.MULTILINE):
        old_count, new_count = (1 if group is None else int(group) for group in hunk.group(1, 3))
        moved += new_count - old_count
        found.append((int(hunk.group(2)) + (new_count or 1), moved))
    return found


def _shift(shifts: list[tuple[int, int]], line: int) -> int:
    import bisect

    place = bisect.bisect_right(shifts, line, key=lambda entry: entry[0])
    return shifts[place - 1][1] if place else 0


def _span(start: int, count: int) -> str:
    start = max(start, 1)
    return f"line {start}" if count <= 1 else f"lines {start}-{start + count - 1}"


def _put(folder: str, name: str, data: bytes) -> None:
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)
