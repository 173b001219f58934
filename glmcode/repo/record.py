"""One landing as the journal keeps it: a single file, so that it is whole or not there at all.

The first line is an index in JSON behind its own sha256; behind it stand the receipt and the bytes of every file as it was
before. The file's name is its number and its state, and the state changes by one rename:

    pending  being written, or cut off   ->  what it is of the next three, or gone when it was taken back
    done     a landing
    undo     landings that were taken back; its bytes are what they had left, for `redo`
    redo     landings that were brought again

Whether a landing stands is told by the newest record that speaks of it. A record is hostile input: what could not have
been written here is refused whole, and no path in it leads out of the tree.
"""

import contextlib
import errno
import hashlib
import json
import os
import re
import stat
import time
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias, get_args

from glmcode.errors import Exit, GlmcodeError
from glmcode.landing.tree import PathRefusedError
from glmcode.repo.exchange import State
from glmcode.repo.folder import components, failure

__all__ = [
    "BESIDE",
    "Change",
    "Kind",
    "Phase",
    "Record",
    "blobs",
    "drop",
    "find_blobs",
    "listed",
    "load",
    "move",
    "receipt",
    "write",
]

Kind: TypeAlias = Literal["done", "undo", "redo"]
Phase: TypeAlias = Literal["pending", "done", "undo", "redo"]
_FORMAT = 2
_LONGEST_INDEX = 16 << 20
"""Bytes: some 60,000 files."""
BESIDE = ("added", "added.tmp", "index", "index.lock", "alive")
"""Files that may stand beside a record, named by its number: what was noted later, the index that a commit is made from,
and what the programs of a landing keep open as long as they live."""
_NAME = re.compile(r"(\d{8})\.(pending|done|undo|redo)", re.ASCII)
_NUMBER = re.compile(r"[0-9]{8}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TOKEN = re.compile(r"[0-9a-f]{12}")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REF = re.compile(r"HEAD|refs/[^\x00-\x20\x7f~^:?*\[\\]+")
_MODES = ("100644", "100755", "120000")
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Change:
    """One file of a landing."""

    path: str
    before: State | None
    after: State | None
    size: int = 0
    """Bytes that the file had before."""


@dataclass(frozen=True, slots=True)
class Record:
    """One landing, without the bytes."""

    folder: str
    root: str
    """The tree's real path."""
    token: str
    """What its temporary files are called by."""
    changes: tuple[Change, ...]
    made: Mapping[str, int | None]
    """Folders that did not exist before; the permission bits that they are made with, None for the umask's."""
    folders: Mapping[str, int]
    """The permission bits of the folders that a removal may leave empty."""
    kind: Kind = "done"
    of: tuple[str, ...] = ()
    """Of an undo or a redo: the landings that it is of, in the order in which it goes through them."""
    title: str = ""
    """What was landed, for people."""
    time: int = 0
    """Seconds since 1970."""
    note: Mapping[str, Any] = field(default_factory=dict)
    """What is to follow the writes, such as a commit on the user's branch; empty for nothing."""
    id: str = ""
    """Its number, eight digits: later records have larger ones."""
    phase: Phase = "pending"
    receipt_size: int = 0
    body: int = 0
    """Offset of the receipt in the file; the bytes of the files follow it, in the order of `changes`."""

    @property
    def path(self) -> str:
        return os.path.join(self.folder, f"{self.id}.{self.phase}")


def listed(folder: str) -> list[tuple[str, Phase]]:
    """Number and state of every record in the journal, the oldest first. No journal is an empty one."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    found: list[tuple[str, Phase]] = []
    for name in names:
        if match := _NAME.fullmatch(name):
            found.extend((match[1], phase) for phase in get_args(Phase) if phase == match[2])
    return sorted(found)


def write(draft: Record, contents: Sequence[bytes], receipt: Mapping[str, Any] | None = None) -> Record:
    """Writes the draft as a new record, pending, with the bytes that each change replaces, and makes it durable.

    Gives it with its number, its time and its place. Raises GlmcodeError where the disk refuses.
    """
    taken = listed(draft.folder)
    number = int(taken[-1][0]) + 1 if taken else 1
    body = json.dumps(receipt, sort_keys=True).encode() if receipt is not None else b""
    now = int(time.time())
    head = _head(draft, len(body), now)
    if len(head) > _LONGEST_INDEX or number > 99_999_999:
        raise GlmcodeError(
            f"{len(draft.changes)} files are too many for one landing"
            if number <= 99_999_999
            else f"the journal has no number left: {draft.folder}",
            exit_code=Exit.NOT_LANDED,
            hint="glmcode gc says what the journal holds" if number > 99_999_999 else "land them in parts",
        )
    record = replace(draft, id=f"{number:08d}", phase="pending", time=now, receipt_size=len(body), body=len(head))
    temporary = os.path.join(draft.folder, f"{number:08d}.tmp")
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with open(fd, "wb", buffering=1 << 17) as file:
            file.write(head)
            file.write(body)
            file.writelines(contents)
            file.flush()
            os.fsync(fd)
        os.replace(temporary, record.path)
        sync_folder(draft.folder)
    except BaseException as error:
        for path in (temporary, record.path):
            with contextlib.suppress(OSError):
                os.unlink(path)
        if isinstance(error, OSError):
            raise failure(error, temporary) from error
        raise
    return record


def load(folder: str, number: str, phase: Phase) -> Record:
    """Raises GlmcodeError where the file can't be read as a record: nothing may be guessed from half of one."""
    path = os.path.join(folder, f"{number}.{phase}")
    try:
        with open(os.open(path, _READ), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise ValueError("no file")
            head = file.readline(_LONGEST_INDEX)
        return _checked(_read_head(head, folder, number, phase), found.st_size)
    except OSError as error:
        raise failure(error, path, "read") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, PathRefusedError):
        raise GlmcodeError(
            f"the record of a landing can't be read: {path}",
            hint="it is damaged or of another version; move it away to go on without it: no file of yours is in it alone"
            if phase != "pending"
            else "it is damaged or of another version; it may hold the only copy of what a landing that was cut off replaced",
        ) from None


def move(record: Record, phase: Phase) -> Record:
    """The record's state becomes `phase`, durably, or stays what it was."""
    moved = replace(record, phase=phase)
    try:
        os.replace(record.path, moved.path)
        try:
            sync_folder(record.folder)
        except OSError:
            os.replace(moved.path, record.path)
            raise
    except OSError as error:
        raise failure(error, record.path) from error
    return moved


def drop(record: Record) -> None:
    """The record leaves the journal, whatever its state: it never was. Raises GlmcodeError where the disk refuses."""
    try:
        for ending in (*get_args(Phase), *BESIDE):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(record.folder, f"{record.id}.{ending}"))
        sync_folder(record.folder)
    except OSError as error:
        raise failure(error, record.path, "remove") from error


def blobs(record: Record) -> Iterator[bytes | None]:
    """The bytes that each of the record's changes replaced, in their order; None where there was no file. Raises
    GlmcodeError where they can't be read."""
    try:
        with open(os.open(record.path, _READ), "rb") as file:
            file.seek(record.body + record.receipt_size)
            for change in record.changes:
                yield None if change.before is None else file.read(change.size)
    except OSError as error:
        raise failure(error, record.path, "read") from error


def find_blobs(record: Record, wanted: Set[str]) -> Iterator[bytes]:
    """The bytes with these digests, where files held them before; not yet compared with the digests."""
    at = record.body + record.receipt_size
    for change in record.changes:
        if change.before is not None and change.before.sha256 in wanted:
            with open(os.open(record.path, _READ), "rb") as file:
                file.seek(at)
                yield file.read(change.size)
        at += change.size


def receipt(record: Record) -> dict[str, Any] | None:
    if not record.receipt_size:
        return None
    with open(os.open(record.path, _READ), "rb") as file:
        file.seek(record.body)
        value = json.loads(file.read(record.receipt_size))
    return value if isinstance(value, dict) else None


def sync_folder(folder: str) -> None:
    if hasattr(os, "O_DIRECTORY"):
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fsync_folder(fd)
        finally:
            os.close(fd)


def _head(draft: Record, receipt_size: int, now: int) -> bytes:
    index = {
        "glmcode": _FORMAT,
        "kind": draft.kind,
        "of": list(draft.of),
        "title": draft.title,
        "time": now,
        "note": dict(draft.note),
        "root": _from(draft.folder, draft.root),
        "token": draft.token,
        "made": dict(draft.made),
        "folders": dict(draft.folders),
        "receipt": receipt_size,
        "changes": [[one.path, _packed(one.before), _packed(one.after), one.size] for one in draft.changes],
    }
    text = json.dumps(index).encode()
    return hashlib.sha256(text).hexdigest().encode() + b" " + text + b"\n"


def _read_head(head: bytes, folder: str, number: str, phase: Phase) -> Record:
    """The record that its first line tells of, with the right types; raises ValueError and its like for any other."""
    sha256, _, text = head.rstrip(b"\n").partition(b" ")
    if not head.endswith(b"\n") or hashlib.sha256(text).hexdigest().encode() != sha256:
        raise ValueError("damaged")
    index = json.loads(text)
    if index["glmcode"] != _FORMAT:
        raise ValueError("of another format")
    kind = index["kind"]
    if kind not in get_args(Kind) or phase not in ("pending", kind):
        raise ValueError("of no kind")
    return Record(
        folder=folder,
        root=os.path.realpath(os.path.join(folder, _text(index["root"]))),
        token=_like(_TOKEN, index["token"]),
        changes=tuple(
            Change(_text(path), _unpacked(before), _unpacked(after), _whole(size))
            for path, before, after, size in index["changes"]
        ),
        made={_text(name): None if bits is None else _bits(bits) for name, bits in index["made"].items()},
        folders={_text(name): _bits(bits) for name, bits in index["folders"].items()},
        kind=kind,
        of=tuple(_like(_NUMBER, one) for one in index["of"]),
        title=_text(index["title"]),
        time=_whole(index["time"]),
        note=_noted(index["note"]),
        id=number,
        phase=phase,
        receipt_size=_whole(index["receipt"]),
        body=len(head),
    )


def _checked(record: Record, size: int) -> Record:
    """The record, where its parts fit one another, the file's size and any tree; else raises ValueError or PathRefusedError."""
    for path in (*(change.path for change in record.changes), *record.made, *record.folders):
        components(path)
    if len({change.path for change in record.changes}) != len(record.changes):
        raise ValueError("a path twice")
    if any(change.before is None and (change.size or change.after is None) for change in record.changes):
        raise ValueError("a change of nothing")
    if size != record.body + record.receipt_size + sum(change.size for change in record.changes):
        raise ValueError("of another size")
    return record


def _noted(note: object) -> dict[str, Any]:
    """What follows the writes. Its words go to git, where none may be taken for an option or lead elsewhere."""
    if not isinstance(note, dict):
        raise TypeError("no note")
    kind = note.get("kind")
    if kind == "index":
        for path, *entries in note["entries"]:
            components(_text(path))
            for entry in entries:
                _text(entry or "")
    elif note:
        if kind not in ("commit", "merge", "revert"):
            raise ValueError("of no kind")
        _like(_COMMIT, note["head"])
        if ".." in _like(_REF, note["ref"]):
            raise ValueError("no branch")
    return note


def fsync_folder(fd: int) -> None:
    """Some file systems have no fsync of folders, and need none; a disk that fails is another matter."""
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno in (errno.EIO, errno.ENOSPC, errno.EDQUOT):
            raise


def _from(folder: str, root: str) -> str:
    """The root as seen from the journal, so that a repository may be moved; whole where there is no way (two drives)."""
    try:
        return os.path.relpath(root, folder)
    except ValueError:
        return root


def _packed(state: State | None) -> list[str | int | None] | None:
    return None if state is None else [state.sha256, state.mode, state.permissions]


def _unpacked(value: object) -> State | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 3 or value[1] not in _MODES:
        raise ValueError("no state")
    sha256, mode, permissions = value
    return State(_like(_SHA256, sha256), mode, None if permissions is None else _bits(permissions))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _like(pattern: re.Pattern[str], value: object) -> str:
    if not pattern.fullmatch(_text(value)):
        raise ValueError("no such word")
    return _text(value)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 53:
        raise TypeError("no whole number")
    return value


def _bits(value: object) -> int:
    if _whole(value) > 0o7777:
        raise ValueError("no permissions")
    return _whole(value)
