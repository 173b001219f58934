"""Sessions: what was asked, where the work is, and how far it came.

A session is three things under the repository's common git directory, all named by its id: its log
`glmcode/sessions/<id>.jsonl`, and the worktree `glmcode/worktrees/<id>` on the branch `glmcode/<id>`. Nothing is kept in
the user's tree. The log is only ever appended to, and all that is known of the session follows from it: `Record` and the
conversation are read out of it anew. Beside it stand the journal of the answer that streams, `<id>.stream.jsonl`, and the
lock of the process that works on the session, `<id>.lock`.
"""

import contextlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Literal, TypeAlias

from glmcode.errors import GlmcodeError
from glmcode.repo import log
from glmcode.repo.account import FOLDED, FORMAT, Landing, Record, Session, fold, session_at
from glmcode.repo.discover import find_repository
from glmcode.repo.folder import failure

__all__ = [
    "Landing",
    "Message",
    "Record",
    "Session",
    "begin",
    "events",
    "find",
    "list_sessions",
    "load",
    "lock_path",
    "log_path",
    "lost",
    "messages",
    "note",
    "note_moved",
    "save_messages",
    "session_at",
    "stream_path",
    "traces",
]

Message: TypeAlias = Mapping[str, str]
"""One turn of the conversation: its "role", its "content", and of an answer its "reasoning" where there was any."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DURABLE: Final = ("landed", "undone", "redone")


def begin(session: Session, options: Mapping[str, Any]) -> bool:
    """Begins the session's log, and claims its id by it: False where the id is taken. Raises GlmcodeError where the disk
    takes no log: without one, no work could be found again."""
    from glmcode.version import __version__

    begun = {
        "event": "begun",
        "format": FORMAT,
        "glmcode": __version__,
        "task": session.task,
        "root": session.root,
        "base": session.base,
        "options": options,
    }
    if traces(session.common_dir, session.id):
        return False
    line = log.line(begun)
    if len(line) > log.LONGEST:
        raise GlmcodeError(f"a task of {len(session.task):,} characters is longer than any model reads")
    path = log_path(session)
    try:
        return log.create(path, [line])
    except OSError as error:
        raise failure(error, path) from error


def note(session: Session, event: str, **fields: Any) -> bool:
    """Writes down what happened. False where the log takes no more: no work stops for it."""
    _migrate(session)
    return log.append(log_path(session), [log.line({"event": event, **fields})], durable=event in _DURABLE)


def note_moved(root: str, event: Literal["undone", "redone"], landings: Iterable[str]) -> None:
    """Writes down, for the sessions whose work they were, that these landings on this checkout were taken back or brought
    again. What can't be written is left out."""
    wanted = set(landings)
    try:
        common = find_repository(root).common_dir
    except GlmcodeError:
        return  # a tree in no repository has no sessions
    latest: dict[str, tuple[str, str]] = {}
    for name in _ids(common):
        for landed in _events(common, name, ("landed",)):
            which, time = landed.get("landing"), landed["time"]
            # Numbers begin again where all of a journal was removed: the newest of a number is the one that is meant.
            if (
                which in wanted
                and landed.get("root") == os.path.realpath(root)
                and (time, name) > latest.get(which, ("", ""))
            ):
                latest[which] = (time, name)
    for which, (_, name) in sorted(latest.items()):
        note(session_at(common, name), event, landing=which)


def load(start: str, which: str | None = None) -> Record:
    """The session with this id, the only one whose id begins so, or the newest. `start` is any path in the repository."""
    repository = find_repository(start)
    common = repository.common_dir
    if which is None:
        newest = list_sessions(start)
        if not newest:
            raise GlmcodeError("there is no session in this repository", hint='glmcode run "TASK" starts one')
        return newest[0]
    name = _named(common, which)
    record = _read_record(common, name)
    if record is None:
        begun = next(iter(_events(common, name, ("begun",))), {}).get("format")
        newer = isinstance(begun, int) and begun > FORMAT
        raise GlmcodeError(
            f"session {name} was written by a newer glmcode" if newer else f"the log of session {name} can't be read",
            hint=f"its work is on the branch glmcode/{name}; glmcode sessions rm --force {name} removes all of it",
        )
    return _at_home(record, repository.root)


def find(start: str, which: str) -> Session:
    """Where the session with this id is, or the only one whose id begins so, also where its log can't be read."""
    common = _common_dir(start)
    return session_at(common, _named(common, which))


def list_sessions(start: str) -> tuple[Record, ...]:
    """Every session of the repository that can be read, the newest first."""
    repository = find_repository(start)
    common = repository.common_dir
    found = (_read_record(common, name) for name in _ids(common))
    records = [_at_home(record, repository.root) for record in found if record is not None]
    return tuple(sorted(records, key=lambda record: (record.created, record.session.id), reverse=True))


def lost(start: str) -> tuple[str, ...]:
    """The ids of which something is there, and no log that can be read."""
    common = _common_dir(start)
    return tuple(name for name in _ids(common) if _read_record(common, name) is None)


def events(session: Session) -> Iterable[log.Event]:
    """All that the session's log says, in order."""
    return _events(session.common_dir, session.id)


def messages(session: Session) -> tuple[Message, ...]:
    """The conversation so far; empty where there is none, or none that can be read."""
    talk: list[Message] = []
    for event in _events(session.common_dir, session.id, ("message", "rewound")):
        match event:
            case {"event": "rewound", "to": int(count)} if 0 <= count <= len(talk):
                del talk[count:]
            case {"event": "message", "at": int(at)} if at == len(talk):
                said = {key: value for key, value in event.items() if key not in ("event", "time", "at")}
                if not all(isinstance(value, str) for value in said.values()):
                    break  # what comes behind it would stand in another place
                talk.append(said)
    return tuple(talk)


def save_messages(session: Session, conversation: Sequence[Message]) -> bool:
    """Keeps the conversation, so that another process can go on in the same session: what is new of it is written down.
    False where the log takes no more."""
    _migrate(session)
    known = messages(session)
    same = 0
    while same < min(len(known), len(conversation)) and known[same] == conversation[same]:
        same += 1
    lines = [log.line({"event": "rewound", "to": same})] if same < len(known) else []
    lines += [log.line({"event": "message", "at": at, **conversation[at]}) for at in range(same, len(conversation))]
    return not lines or log.append(log_path(session), lines)


def traces(common: str, name: str) -> tuple[str, ...]:
    """The files that are there of the session with this id; the log is the last of them."""
    folder = _folder(common)
    endings = (".stream.jsonl", ".messages.json", ".json", ".jsonl")
    paths = (os.path.join(folder, name + ending) for ending in endings)
    return tuple(path for path in paths if os.path.lexists(path))


def log_path(session: Session) -> str:
    return os.path.join(_folder(session.common_dir), f"{session.id}.jsonl")


def stream_path(session: Session) -> str:
    """The journal of the session's last answer."""
    return os.path.join(_folder(session.common_dir), f"{session.id}.stream.jsonl")


def lock_path(session: Session) -> str:
    """Held by the process that works on the session."""
    return os.path.join(_folder(session.common_dir), f"{session.id}.lock")


def _events(common: str, name: str, names: Sequence[str] | None = None) -> Iterable[log.Event]:
    path = os.path.join(_folder(common), f"{name}.jsonl")
    if os.path.lexists(path):
        return log.read(path, names)
    from glmcode.repo.oldsessions import events

    return (event for event in events(_folder(common), name) if names is None or event["event"] in names)


def _migrate(session: Session) -> None:
    """A session of the time before there were logs gets one, before anything is added to it."""
    path = log_path(session)
    if os.path.lexists(path):
        return
    from glmcode.repo.oldsessions import events, files

    folder = _folder(session.common_dir)
    with contextlib.suppress(OSError, ValueError):
        lines = [log.line(event) for event in events(folder, session.id)]
        if lines and log.create(path, lines):
            for one in files(folder, session.id):
                os.unlink(one)


def _read_record(common: str, name: str) -> Record | None:
    record = fold(common, name, _events(common, name, FOLDED))
    if record is None:
        return None
    try:
        active = os.stat(traces(common, name)[-1]).st_mtime
        return replace(record, active=log.time_of(active))
    except (OSError, OverflowError, ValueError, IndexError):
        return record


def _at_home(record: Record, root: str) -> Record:
    """The record, for the checkout at `root` where the one that it is for is there no more: moved, or removed."""
    return record if os.path.isdir(record.session.root) else replace(record, session=replace(record.session, root=root))


def _named(common: str, which: str) -> str:
    names = _ids(common)
    fitting = [which] if which in names else [name for name in names if which and name.startswith(which)]
    if not fitting:
        raise GlmcodeError(f"there is no session {which!r}", hint="glmcode sessions lists them")
    if len(fitting) > 1:
        raise GlmcodeError(f"{which!r} may be {', '.join(fitting[:10])}", hint="give more of the id")
    return fitting[0]


def _ids(common: str) -> list[str]:
    """Of all that has a log, a record or a worktree. Raises GlmcodeError (exit 4) where that can't be looked up."""
    stems = (os.path.splitext(name) for name in _listed(_folder(common)))
    found = {stem for stem, ending in stems if ending in (".json", ".jsonl")}
    found.update(_listed(os.path.join(common, "glmcode", "worktrees")))
    return sorted(name for name in found if _ID.fullmatch(name))


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise failure(error, folder, "read") from error


def _common_dir(start: str) -> str:
    return find_repository(start).common_dir


def _folder(common: str) -> str:
    return os.path.join(common, "glmcode", "sessions")
