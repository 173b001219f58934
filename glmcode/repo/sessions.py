"""The records of sessions: what was asked, where the work is, and how far it came.

A session is three things under the repository's common git directory, all named by its id: the record
`glmcode/sessions/<id>.json`, the conversation `glmcode/sessions/<id>.messages.json`, and the worktree
`glmcode/worktrees/<id>` on the branch `glmcode/<id>`. Nothing is kept in the user's tree. Beside the record stand the
journal of the answer that streams, `<id>.stream.jsonl`, and the lock of the process that works on it, `<id>.lock`.
"""

import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.discover import find_repository
from glmcode.repo.git import failure, git, run_git

__all__ = [
    "Message",
    "Record",
    "Session",
    "list_sessions",
    "load",
    "lock_path",
    "messages",
    "remove",
    "save",
    "save_messages",
    "stream_path",
]

Status: TypeAlias = Literal["open", "green", "red", "landed"]
Message: TypeAlias = Mapping[str, str]
"""One turn of the conversation: its "role", its "content", and of an answer its "reasoning" where there was any."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_STATUSES = ("open", "green", "red", "landed")


@dataclass(frozen=True, slots=True)
class Session:
    """Where a task is worked on."""

    id: str
    task: str
    root: str
    """The user's checkout that the work is for."""
    git_dir: str
    """The worktree's own git directory, below the common one."""
    common_dir: str
    """The git directory that all checkouts of the repository share."""
    worktree: str
    branch: str
    base: str
    """The commit that the work started from."""

    @property
    def ref(self) -> str:
        return f"refs/heads/{self.branch}"


@dataclass(frozen=True, slots=True)
class Record:
    """A session and how far it came. Frozen: `save(dataclasses.replace(record, status="green"))`."""

    session: Session
    created: str
    """ISO 8601 with time zone."""
    status: Status = "open"
    rounds: Mapping[str, Any] = field(default_factory=dict)
    """What the agent notes of its rounds; any JSON object."""
    landed: str = ""
    """How the work was landed last: "apply", "commit", "merge", or "" for not yet."""
    landed_tip: str = ""
    """The commit of the session's branch that was landed."""
    landed_root: str = ""
    """The checkout that it was landed in."""
    landed_commit: str = ""
    """The commit that this made there; "" for "apply"."""


def save(record: Record) -> None:
    """Writes the record: the old one or the new one stands on the disk, never a part."""
    _write(_record_path(record.session), asdict(record))


def load(start: str, which: str | None = None) -> Record:
    """The session with this id, the only one whose id begins so, or the newest. `start` is any path in the repository."""
    common = _common_dir(start)
    if which is None:
        newest = list_sessions(start)
        if not newest:
            raise GlmcodeError("there is no session in this repository", hint='glmcode run "TASK" starts one')
        return newest[0]
    names = _ids(common)
    fitting = [which] if which in names else [name for name in names if which and name.startswith(which)]
    if not fitting:
        raise GlmcodeError(f"there is no session {which!r}", hint="glmcode sessions lists them")
    if len(fitting) > 1:
        raise GlmcodeError(f"{which!r} may be {', '.join(fitting[:10])}", hint="give more of the id")
    record = _read_record(common, fitting[0])
    if record is None:
        raise GlmcodeError(
            f"the record of session {fitting[0]} can't be read",
            hint=f"glmcode sessions rm --force {fitting[0]} removes it",
        )
    return record


def list_sessions(start: str) -> tuple[Record, ...]:
    """Every session of the repository that can be read, the newest first."""
    common = _common_dir(start)
    records = [record for name in _ids(common) if (record := _read_record(common, name)) is not None]
    return tuple(sorted(records, key=lambda record: (record.created, record.session.id), reverse=True))


def messages(session: Session) -> tuple[Message, ...]:
    """The conversation so far; empty where there is none, or none that can be read."""
    found = _read(_messages_path(session))
    if not isinstance(found, list):
        return ()
    return tuple(
        turn for turn in found if isinstance(turn, dict) and all(isinstance(said, str) for said in turn.values())
    )


def save_messages(session: Session, conversation: Sequence[Message]) -> None:
    """Keeps the conversation, so that a later message can go on in the same session."""
    _write(_messages_path(session), [dict(turn) for turn in conversation])


def remove(start: str, which: str, *, force: bool = False) -> str:
    """Removes a session with its worktree and branch; returns its id.

    Refuses (exit 5) where the branch holds work that was not landed, unless forced. A record that can't be read is
    removed only by its full id and by force.
    """
    common = _common_dir(start)
    if force and which in _ids(common) and _read_record(common, which) is None:
        session = _session_at(common, which, task="", root="", git_dir="", base="")
    else:
        record = load(start, which)
        session = record.session
        ended = run_git(common, ["rev-parse", "--verify", "--quiet", f"{session.ref}^{{commit}}"])
        tip = ended.out.decode().strip()
        if tip and tip not in (session.base, record.landed_tip) and not force:
            raise GlmcodeError(
                f"session {session.id} holds work that was not landed",
                exit_code=Exit.CONFLICT,
                hint=f"glmcode land {session.id} lands it, glmcode sessions rm --force {session.id} throws it away",
            )
    if os.path.lexists(session.worktree):
        ended = run_git(common, ["worktree", "remove", "--force", "--", session.worktree])
        if ended.status != 0:
            raise failure(f"removing the worktree of session {session.id}", ended, Exit.CONFLICT)
    git(common, "worktree", "prune")
    if run_git(common, ["show-ref", "--verify", "--quiet", session.ref]).status == 0:
        ended = run_git(common, ["branch", "--quiet", "-D", "--", session.branch])
        if ended.status != 0:
            raise failure(f"deleting the branch {session.branch}", ended, Exit.CONFLICT)
    for path in (stream_path(session), _messages_path(session), _record_path(session), lock_path(session)):
        if os.path.lexists(path):
            os.unlink(path)
    return session.id


def _session_at(common: str, name: str, *, task: str, root: str, git_dir: str, base: str) -> Session:
    """The session of this id. Where it lives follows from its id, whatever a record says."""
    return Session(
        id=name,
        task=task,
        root=root,
        git_dir=git_dir,
        common_dir=common,
        worktree=os.path.join(common, "glmcode", "worktrees", name),
        branch=f"glmcode/{name}",
        base=base,
    )


def _read_record(common: str, name: str) -> Record | None:
    found = _read(os.path.join(_folder(common), f"{name}.json"))
    if not isinstance(found, dict) or not isinstance(kept := found.get("session"), dict):
        return None
    texts = [kept.get(key) for key in ("task", "root", "git_dir", "base")]
    texts += [found.get(key) for key in ("created", "landed", "landed_tip", "landed_root", "landed_commit")]
    rounds, status = found.get("rounds"), found.get("status")
    if not all(isinstance(text, str) for text in texts) or not isinstance(rounds, dict) or status not in _STATUSES:
        return None
    task, root, git_dir, base, created, *landings = (str(text) for text in texts)
    if os.path.dirname(git_dir) != os.path.join(common, "worktrees") or not _COMMIT.fullmatch(base):
        return None
    if any(commit and not _COMMIT.fullmatch(commit) for commit in (landings[1], landings[3])):
        return None
    session = _session_at(common, name, task=task, root=root, git_dir=git_dir, base=base)
    return Record(session, created, status, rounds, *landings)


def _ids(common: str) -> list[str]:
    try:
        names = os.listdir(_folder(common))
    except FileNotFoundError:
        return []
    found = (name.removesuffix(".json") for name in names if name.endswith(".json"))
    return sorted(name for name in found if _ID.fullmatch(name))


def _common_dir(start: str) -> str:
    return find_repository(start).common_dir


def _folder(common: str) -> str:
    return os.path.join(common, "glmcode", "sessions")


def _record_path(session: Session) -> str:
    return os.path.join(_folder(session.common_dir), f"{session.id}.json")


def _messages_path(session: Session) -> str:
    return os.path.join(_folder(session.common_dir), f"{session.id}.messages.json")


def stream_path(session: Session) -> str:
    """The journal of the session's last answer."""
    return os.path.join(_folder(session.common_dir), f"{session.id}.stream.jsonl")


def lock_path(session: Session) -> str:
    """Held by the process that works on the session."""
    return os.path.join(_folder(session.common_dir), f"{session.id}.lock")


def _read(path: str) -> Any:
    try:
        with open(path, "rb") as file:
            return json.loads(file.read())
    except (OSError, ValueError, RecursionError):
        return None


def _write(path: str, content: Any) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".new-", dir=os.path.dirname(path))
    try:
        with os.fdopen(handle, "wb") as file:
            # ASCII: a task typed in bytes that are not UTF-8 comes back as it was.
            file.write(json.dumps(content, indent=1).encode("ascii") + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
