"""How a session's work is to land, and what came of it: plain data that every face shares."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

__all__ = ["HOWS", "How", "Landed", "Terms"]

How: TypeAlias = Literal["apply", "commit", "merge", "patch", "branch"]
HOWS: tuple[How, ...] = ("apply", "commit", "merge", "patch", "branch")


@dataclass(frozen=True, slots=True)
class Terms:
    """What goes with the way to land. What does not concern it is not looked at but by `refuse_unfit`."""

    message: str | None = None
    """commit, merge: the message; None for one that is made of the task."""
    trailer: str | None = None
    """commit, merge: a line "Key: value" at the end of the message; None or "" for none."""
    stage: bool = False
    """apply: what lands is staged as well."""
    conflicts: bool = False
    """apply: where both changed the same lines, both stand in the file between conflict markers."""
    output: str | None = None
    """patch: the file to write, "-" for standard output; None for one that is named after the session."""
    overwrite: bool = False
    """patch: a file that is there already is replaced."""
    name: str | None = None
    """branch: a new branch of this name is made; None leaves the session's own."""


@dataclass(frozen=True, slots=True)
class Landed:
    """What was landed. No paths: there was nothing left to land."""

    how: How
    paths: tuple[str, ...]
    commit: str | None = None
    """The commit that was made on the user's branch; None for the ways that make none."""
    merged: tuple[str, ...] = ()
    """Paths where the user's own changes were merged with the session's."""
    conflicts: tuple[str, ...] = ()
    """Paths that hold conflict markers, or where one side deleted what the other changed."""
    patch: bytes | None = None
    """The patch itself, where it was asked for on standard output."""
    output: str = ""
    """The patch's file, or the branch that holds the work."""
    landing: str = field(default="", compare=False)
    """The landing's id in the journal, by which `undo` knows it; "" where none was made."""
