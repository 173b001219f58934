"""Sessions of the time before there were logs: a record and a conversation, each a JSON file that was written anew.

They are read as the events that a log of them would have; the first that is added makes that log.
"""

import json
import os
from collections.abc import Mapping
from typing import Any, Final

from glmcode.repo.log import LONGEST, time_of

__all__ = ["events", "files"]

_LARGEST: Final = 4 * LONGEST


def files(folder: str, name: str) -> tuple[str, ...]:
    """Where the session's record and conversation would be."""
    return os.path.join(folder, f"{name}.messages.json"), os.path.join(folder, f"{name}.json")


def events(folder: str, name: str) -> list[dict[str, Any]]:
    """What is known of the session, as events; none where it has no record that can be read. Their fields are what was
    written, of whatever kind: whoever reads a log looks at each anyhow."""
    conversation, path = files(folder, name)
    record = _read(path)
    if not isinstance(record, dict) or not isinstance(kept := record.get("session"), dict):
        return []
    created = record.get("created")
    if not isinstance(created, str):
        return []
    rounds = record.get("rounds")
    rounds = rounds if isinstance(rounds, dict) else {}
    begun = {key: kept.get(key) for key in ("task", "root", "base")}
    found = [_event("begun", created, {"format": 1, **begun, "options": _options(rounds)})]
    found.append(_event("opened", created, {"git_dir": kept.get("git_dir")}))
    found += _messages(conversation, created)
    status = record.get("status")
    ended = []
    if status in ("green", "red", "landed"):
        counts = {key: value for key, value in rounds.items() if key != "options"}
        ended = [_event("ended", _changed(path, created), {**counts, "exit_code": int(status == "red")})]
    landed = []
    if record.get("landed_tip"):
        how = {key: record.get(f"landed_{key}") for key in ("tip", "root", "commit")}
        landed = [_event("landed", _changed(path, created), {"how": record.get("landed"), **how, "files": 1})]
    return [*found, *ended, *landed] if status == "landed" else [*found, *landed, *ended]


def _event(name: str, time: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"event": name, "time": time, **fields}


def _messages(path: str, time: str) -> list[dict[str, Any]]:
    found = _read(path)
    turns = [turn for turn in found if isinstance(turn, dict)] if isinstance(found, list) else []
    return [_event("message", time, {"at": at, **turn}) for at, turn in enumerate(turns)]


def _options(rounds: Mapping[str, Any]) -> dict[str, Any]:
    options = rounds.get("options")
    return options if isinstance(options, dict) else {}


def _changed(path: str, otherwise: str) -> str:
    try:
        return time_of(os.stat(path).st_mtime)
    except (OSError, OverflowError, ValueError):
        return otherwise


def _read(path: str) -> Any:
    try:
        with open(path, "rb") as file:
            return json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return None
