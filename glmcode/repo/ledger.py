"""What the model's answers have cost: a line of JSON an answer, a file a month, in the user's own state folder.

The folder is the user's and not a repository's, because the bill is: `usage-2026-01.jsonl` in `user_state_dir("glmcode")`.
A line is written by one append, so that runs side by side don't mix theirs; a line that was torn by a crash is passed over.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

__all__ = ["Entry", "append", "entries", "latest", "ledger_dir"]

TAIL = 64 * 1024
"""Bytes from the end of a month's file that are looked through for a model's latest answer: some 200 answers."""

_NAME = re.compile(r"usage-([0-9]{4}-[0-9]{2})\.jsonl")
_LONGEST = 8192
"""Bytes of a line: what is appended in one piece even where several write."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer of a model, and what it cost."""

    time: str
    """When the answer ended, in UTC: 2026-01-31T23:59:59Z."""
    root: str
    """The repository's path; of a long one its last 400 characters."""
    session: str
    task: str
    """The first line of the task; of a long one its first 80 characters."""
    round: int
    provider: str
    model: str
    prompt: int
    """Tokens, as the service counted them; `cached` are part of them, `reasoning` are part of `output`."""
    cached: int
    output: int
    reasoning: int
    dollars: float | None
    """None where the provider's prices are not known."""
    estimated: bool
    """The service did not count: the tokens are estimates."""
    guess: int = 0
    """What the prompt was estimated at before the service had counted any; 0 where that is not known."""


def ledger_dir() -> str:
    """The folder of the ledger. It need not exist yet."""
    from platformdirs import user_state_dir

    return user_state_dir("glmcode", appauthor=False)


def append(entry: Entry, folder: str | None = None) -> bool:
    """Writes the entry into the file of its month. False where that can't be done (a full disk, a folder without
    permission): no work stops for its bookkeeping."""
    entry = replace(entry, root=entry.root[-400:], task=entry.task.split("\n", 1)[0][:80])
    line = json.dumps(asdict(entry), separators=(",", ":")).encode("ascii") + b"\n"
    if len(line) > _LONGEST:
        return False
    folder = folder or ledger_dir()
    path = os.path.join(folder, f"usage-{entry.time[:7]}.jsonl")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            return os.write(fd, line) == len(line)
        finally:
            os.close(fd)
    except OSError:
        return False


def entries(folder: str | None = None, *, since: str = "", until: str = "") -> Iterator[Entry]:
    """The entries with `since` <= time < `until` (times, or beginnings of them such as "2026-01"), the oldest first.

    Lines that are torn or not of this kind are passed over.
    """
    folder = folder or ledger_dir()
    for month in _months(folder):
        if (since and month < since[:7]) or (until and month > until[:7]):
            continue
        with open(os.path.join(folder, f"usage-{month}.jsonl"), "rb") as file:
            for line in file:
                entry = _entry(line)
                if entry is not None and entry.time >= since and (not until or entry.time < until):
                    yield entry


def latest(provider: str, model: str, folder: str | None = None) -> Entry | None:
    """The latest answer of the model whose tokens the service has counted, this month or the month before: how it counts
    is known from that. None where there is none within the last TAIL bytes."""
    folder = folder or ledger_dir()
    for month in reversed(_months(folder)[-2:]):
        try:
            with open(os.path.join(folder, f"usage-{month}.jsonl"), "rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
                lines = file.read().splitlines()
        except OSError:
            continue
        for line in reversed(lines):
            entry = _entry(line)
            if entry is not None and not entry.estimated and (entry.provider, entry.model) == (provider, model):
                return entry
    return None


def _months(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted(found[1] for name in names if (found := _NAME.fullmatch(name)))


def _entry(line: bytes) -> Entry | None:
    """The line's entry; None for what is none, also where a field is of another kind."""
    if len(line) > _LONGEST:
        return None
    try:
        raw: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(raw, dict):
        return None
    known = {field.name: raw[field.name] for field in fields(Entry) if field.name in raw}
    try:
        entry = Entry(**known)
    except TypeError:
        return None
    texts = (entry.time, entry.root, entry.session, entry.task, entry.provider, entry.model)
    counts = (entry.round, entry.prompt, entry.cached, entry.output, entry.reasoning, entry.guess)
    sound = (
        all(isinstance(text, str) for text in texts)
        and all(type(count) is int and count >= 0 for count in counts)
        and (entry.dollars is None or (type(entry.dollars) in (int, float) and 0 <= entry.dollars < 1e9))
        and isinstance(entry.estimated, bool)
    )
    return entry if sound else None
