"""What became of each edit, and of the plan as a whole."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from glmcode.plan.edits import Form

Status: TypeAlias = Literal["applied", "already", "rejected"]
Reason: TypeAlias = Literal[
    "no-match",
    "ambiguous",
    "stale",
    "no-such-file",
    "no-such-symbol",
    "exists",
    "breaks-syntax",
    "malformed",
    "outside-root",
    "protected-path",
    "binary",
    "too-drastic",
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one edit. Frozen: a judgement that changes at the plan's end is a new outcome at the same index."""

    index: int
    """Position among the plan's edits, from 0."""
    status: Status
    path: str
    form: Form
    reason: Reason | None = None
    """Why it was rejected; None otherwise."""
    strategy: str | None = None
    """How its place was found ("exact", "indentation", "symbol", ...); None where none was sought or found."""
    confidence: float = 0.0
    """1.0 for a place that is certain, less for looser strategies, 0.0 for a rejected edit."""
    lines: tuple[int, int] | None = None
    """First and last line (from 1, inclusive) of the file where the change begins, as the file stood just before this
    edit; last = first - 1 for a pure insertion before `first`. None for whole-file operations and rejections."""
    message: str = ""
    """For a rejected edit: what the model's next turn needs to mend it. At most 1,200 characters."""
    plan_line: int = 0
    """Where the edit begins in the plan, from 1."""
