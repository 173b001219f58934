"""What the events of a session's log amount to: where it works, and how far it came. Pure."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from glmcode.repo.log import Event

__all__ = ["FOLDED", "FORMAT", "Landing", "Record", "Session", "Status", "fold", "session_at"]

Status: TypeAlias = Literal["open", "green", "red", "landed"]

FORMAT: Final = 1
"""Of the log. A log of a later one is left alone."""
FOLDED: Final = ("begun", "opened", "kept", "task", "resumed", "ended", "landed", "undone", "redone")
"""The events that `fold` looks at."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_COUNTS: Final = {"rounds": int, "applied": int, "already": int, "rejected": int, "why": str}


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
class Landing:
    """Work that went to the user, and was not taken back."""

    how: str
    """ "apply", "commit", "merge", ..."""
    root: str
    """The checkout that it was landed in."""
    tip: str
    """The commit of the session's branch that was landed."""
    commit: str = ""
    """The commit that this made there; "" for none."""
    id: str = ""
    """The landing's id in the journal, by which it is taken back; "" for none."""
    time: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A session and how far it came, as its log says."""

    session: Session
    created: str
    """ISO 8601 with time zone."""
    status: Status = "open"
    rounds: Mapping[str, Any] = field(default_factory=dict)
    """The "options" that it was begun with, and what it came to: "rounds", "applied", "rejected", "why"."""
    landings: tuple[Landing, ...] = ()
    """Those that stand, the last one last."""
    active: str = ""
    """When anything happened last, as the log's last change says."""
    version: str = ""
    """Of the glmcode that began it; "" where that is not known."""
    opened: bool = False
    """Its worktree was made to the end."""
    kept: str = ""
    """The last commit that glmcode itself made on the session's branch; "" for none."""

    @property
    def landed(self) -> str:
        """How the work was landed last; "" for not yet, or taken back."""
        return self.landings[-1].how if self.landings else ""

    @property
    def landed_tip(self) -> str:
        return self.landings[-1].tip if self.landings else ""

    @property
    def landed_root(self) -> str:
        return self.landings[-1].root if self.landings else ""

    @property
    def landed_commit(self) -> str:
        return self.landings[-1].commit if self.landings else ""


def session_at(common: str, name: str, *, task: str = "", root: str = "", git_dir: str = "", base: str = "") -> Session:
    """The session of this id. Where it lives follows from its id, whatever a log says."""
    return Session(
        id=name,
        task=task,
        root=root,
        git_dir=git_dir or os.path.join(common, "worktrees", name),
        common_dir=common,
        worktree=os.path.join(common, "glmcode", "worktrees", name),
        branch=f"glmcode/{name}",
        base=base,
    )


def fold(common: str, name: str, happened: Iterable[Event]) -> Record | None:
    """The record that these events make; None where they don't begin a session. Events that are not as they should be are
    passed over."""
    record: Record | None = None
    state: Status = "open"
    fresh = False  # the last change was a landing
    taken_back: list[Landing] = []
    for event in happened:
        if record is None:
            record = _begun(common, name, event)
            continue
        match event:
            case {"event": "opened", "git_dir": str(place)}:
                # Its name alone counts, so that a repository may be moved.
                named = os.path.basename(place) if _NAME.fullmatch(os.path.basename(place)) else name
                git_dir = os.path.join(common, "worktrees", named)
                record = replace(record, session=replace(record.session, git_dir=git_dir), opened=True)
            case {"event": "kept", "commit": str(commit)} if _COMMIT.fullmatch(commit):
                record = replace(record, kept=commit)
            case {"event": "task" | "resumed"}:
                state, fresh = "open", False
            case {"event": "ended", "exit_code": int(code)}:
                state, fresh = "red" if code else "green", False
                counts = {key: event[key] for key, kind in _COUNTS.items() if isinstance(event.get(key), kind)}
                record = replace(record, rounds={**record.rounds, **counts})
            case {"event": "landed"}:
                landing = _landing(event)
                if landing is None:
                    continue
                fresh, standing = True, record.landings
                if standing and not event.get("files"):  # all of it was there: how it came there stays as it was
                    landing = replace(standing[-1], tip=landing.tip)
                    standing = standing[:-1]
                record = replace(record, landings=(*standing, landing))
            case {"event": "undone", "landing": str(which)} if which:
                gone = [one for one in record.landings if one.id == which]
                taken_back += gone
                record = replace(record, landings=tuple(one for one in record.landings if one not in gone))
                fresh = fresh and not gone
            case {"event": "redone", "landing": str(which)} if which:
                back = [one for one in taken_back if one.id == which][-1:]
                record = replace(record, landings=(*record.landings, *back))
                fresh = fresh or bool(back)
    if record is None:
        return None
    return replace(record, status="landed" if fresh and record.landings else state)


def _begun(common: str, name: str, event: Event) -> Record | None:
    match event:
        case {
            "event": "begun",
            "format": int(form),
            "task": str(task),
            "root": str(root),
            "base": str(base),
            "options": dict(options),
            "time": str(created),
        } if form <= FORMAT and _COMMIT.fullmatch(base):
            session = session_at(common, name, task=task, root=root, base=base)
            version = event.get("glmcode")
            return Record(
                session, created, rounds={"options": options}, version=version if isinstance(version, str) else ""
            )
    return None


def _landing(event: Event) -> Landing | None:
    texts = [event.get(key, "") for key in ("how", "root", "tip", "commit", "landing", "time")]
    how, root, tip, commit, which, time = texts
    if not all(isinstance(text, str) for text in texts) or not how or not _COMMIT.fullmatch(tip):
        return None
    if commit and not _COMMIT.fullmatch(commit):
        return None
    return Landing(how, root, tip, commit, which, time)
