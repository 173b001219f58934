"""One landing as the journal keeps it: a single file, so that it is whole or not there at all.

The first line is an index in JSON; behind it stand the receipt and the bytes of every file as it was before. The file's
name is the landing's number and its state, and a state changes by one rename:

    pending  being written, or cut off       ->  done, or gone when it was taken back
    done     landed                          ->  undoing
    undoing  being taken back, or cut off    ->  undone

A landing that stands and one that was taken back are both kept for a while: their bytes are what `verify` looks for.
"""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, get_args

from glmcode.errors import GlmcodeError
from glmcode.repo.exchange import State
from glmcode.repo.folder import failure

__all__ = [
    "BESIDE",
    "Change",
    "Phase",
    "Record",
    "add_note",
    "added",
    "beside",
    "blobs",
    "drop",
    "find_blobs",
    "listed",
    "load",
    "move",
    "receipt",
    "write",
]

Phase: TypeAlias = Literal["pending", "done", "undoing", "undone"]
_FORMAT = 1
_LONGEST_INDEX = 64 << 20
BESIDE = ("added", "added.tmp", "index", "index.lock", "alive")
"""Files that may stand beside a record, named by its number: what was noted later, the index that a commit is made from,
and what the programs of a landing keep open as long as they live."""


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

    id: str
    """Its number, eight digits: later landings have larger ones."""
    phase: Phase
    folder: str
    root: str
    """The tree's real path."""
    token: str
    """What its temporary files are called by."""
    changes: tuple[Change, ...]
    made: tuple[str, ...]
    """Folders that did not exist before."""
    folders: Mapping[str, int]
    """The permission bits of the folders that a removal may leave empty."""
    receipt_size: int
    body: int
    """Offset of the receipt in the file; the bytes of the files follow it, in the order of `changes`."""
    note: Mapping[str, Any]
    """What is to follow the writes, such as a commit on the user's branch; empty for nothing."""

    @property
    def path(self) -> str:
        return os.path.join(self.folder, f"{self.id}.{self.phase}")


def listed(folder: str) -> list[tuple[str, Phase]]:
    """Number and state of every landing in the journal, the oldest first. No journal is an empty one."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    found: list[tuple[str, Phase]] = []
    for name in names:
        number, _, phase = name.partition(".")
        if len(number) == 8 and number.isascii() and number.isdigit():
            found.extend((number, known) for known in get_args(Phase) if known == phase)
    return sorted(found)


def write(
    folder: str,
    root: str,
    token: str,
    changes: Sequence[Change],
    contents: Sequence[bytes],
    *,
    made: Sequence[str],
    folders: Mapping[str, int],
    receipt: Mapping[str, Any] | None,
    note: Mapping[str, Any] | None = None,
) -> Record:
    """Writes a new landing as `pending`, with the bytes that each change replaces, and makes it durable."""
    taken = listed(folder)
    number = f"{int(taken[-1][0]) + 1 if taken else 1:08d}"
    body = json.dumps(receipt, sort_keys=True).encode() if receipt is not None else b""
    index = {
        "glmcode": _FORMAT,
        "root": _from(folder, root),
        "token": token,
        "made": list(made),
        "folders": dict(folders),
        "receipt": len(body),
        "note": dict(note or {}),
        "changes": [[change.path, _packed(change.before), _packed(change.after), change.size] for change in changes],
    }
    head = json.dumps(index).encode() + b"\n"
    temporary = os.path.join(folder, f"{number}.tmp")
    record = Record(
        number,
        "pending",
        folder,
        root,
        token,
        tuple(changes),
        tuple(made),
        dict(folders),
        len(body),
        len(head),
        dict(note or {}),
    )
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with open(fd, "wb") as file:
            file.write(head)
            file.write(body)
            file.writelines(contents)
            file.flush()
            os.fsync(fd)
        os.replace(temporary, record.path)
        sync_folder(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise failure(error, temporary) from error
    return record


def load(folder: str, number: str, phase: Phase) -> Record:
    """Raises GlmcodeError where the file can't be read as a landing: nothing may be guessed from half of one."""
    path = os.path.join(folder, f"{number}.{phase}")
    try:
        with open(path, "rb") as file:
            head = file.readline(_LONGEST_INDEX)
        index = json.loads(head)
        if index["glmcode"] != _FORMAT:
            raise ValueError("of another format")
        changes = tuple(
            Change(one, _unpacked(before), _unpacked(after), int(size)) for one, before, after, size in index["changes"]
        )
        return Record(
            number,
            phase,
            folder,
            os.path.realpath(os.path.join(folder, index["root"])),
            str(index["token"]),
            changes,
            tuple(index["made"]),
            {str(name): int(bits) for name, bits in index["folders"].items()},
            int(index["receipt"]),
            len(head),
            dict(index.get("note", {})),
        )
    except OSError as error:
        raise failure(error, path, "read") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise GlmcodeError(
            f"the record of a landing can't be read: {path}",
            hint="move it away to go on without it; no file of yours is in it alone",
        ) from None


def move(record: Record, phase: Phase) -> Record:
    """The landing's state becomes `phase`, durably."""
    moved = replace(record, phase=phase)
    try:
        os.replace(record.path, moved.path)
        sync_folder(record.folder)
    except OSError as error:
        raise failure(error, record.path) from error
    return moved


def drop(record: Record) -> None:
    """The landing leaves the journal, whatever its state: it never was."""
    for ending in (*get_args(Phase), *BESIDE):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(record.folder, f"{record.id}.{ending}"))
    sync_folder(record.folder)


def beside(record: Record, ending: str) -> str:
    """A file of the landing's own in the journal, one of BESIDE. It goes when the record does."""
    return os.path.join(record.folder, f"{record.id}.{ending}")


def add_note(record: Record, more: Mapping[str, Any]) -> None:
    """Notes what became known while the landing was under way, durably, and on top of what was added before."""
    path = beside(record, "added")
    content = {**added(record), **more, "token": record.token}
    try:
        with open(path + ".tmp", "wb") as file:
            file.write(json.dumps(content).encode())
            file.flush()
            os.fsync(file.fileno())
        os.replace(path + ".tmp", path)
        sync_folder(record.folder)
    except OSError as error:
        raise failure(error, path) from error


def added(record: Record) -> dict[str, Any]:
    """What `add_note` has noted of this landing."""
    try:
        with open(beside(record, "added"), "rb") as file:
            found = json.loads(file.read(_LONGEST_INDEX))
    except (OSError, ValueError, RecursionError):
        return {}
    # Numbers are given again where a landing never was: the token tells whose note it is.
    return found if isinstance(found, dict) and found.get("token") == record.token else {}


def blobs(record: Record) -> Iterator[bytes | None]:
    """The bytes that each of the record's changes replaced, in their order; None where there was no file."""
    with open(record.path, "rb") as file:
        file.seek(record.body + record.receipt_size)
        for change in record.changes:
            yield None if change.before is None else file.read(change.size)


def find_blobs(record: Record, wanted: Set[str]) -> Iterator[bytes]:
    """The bytes with these digests, where files of the landing held them before; not yet compared with the digests."""
    at = record.body + record.receipt_size
    for change in record.changes:
        if change.before is not None and change.before.sha256 in wanted:
            with open(record.path, "rb") as file:
                file.seek(at)
                yield file.read(change.size)
        at += change.size


def receipt(record: Record) -> dict[str, Any] | None:
    if not record.receipt_size:
        return None
    with open(record.path, "rb") as file:
        file.seek(record.body)
        value = json.loads(file.read(record.receipt_size))
    return value if isinstance(value, dict) else None


def sync_folder(folder: str) -> None:
    if hasattr(os, "O_DIRECTORY"):
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with contextlib.suppress(OSError):  # some file systems have no fsync of folders, and need none
                os.fsync(fd)
        finally:
            os.close(fd)


def _from(folder: str, root: str) -> str:
    """The root as seen from the journal, so that a repository may be moved; whole where there is no way (two drives)."""
    try:
        return os.path.relpath(root, folder)
    except ValueError:
        return root


def _packed(state: State | None) -> list[str | int | None] | None:
    return None if state is None else [state.sha256, state.mode, state.permissions]


def _unpacked(value: list[Any] | None) -> State | None:
    if value is None:
        return None
    sha256, mode, permissions = value
    return State(str(sha256), str(mode), None if permissions is None else int(permissions))
