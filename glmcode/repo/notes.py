"""What is noted of a landing while it is under way, and the files of its own beside its record."""

import json
import os
from collections.abc import Mapping
from typing import Any

from glmcode.repo.folder import failure
from glmcode.repo.record import Record, sync_folder

__all__ = ["add_note", "added", "beside"]

_LONGEST = 1 << 20


def beside(record: Record, ending: str) -> str:
    """A file of the landing's own in the journal, one of `record.BESIDE`. It goes when the record does."""
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
            found = json.loads(file.read(_LONGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    # Numbers are given again where a landing never was: the token tells whose note it is.
    return found if isinstance(found, dict) and found.get("token") == record.token else {}
