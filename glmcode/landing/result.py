"""What landing a plan gives back to whoever asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from glmcode.landing.outcome import Outcome
from glmcode.landing.receipt import receipt

__all__ = ["Result"]


@dataclass(frozen=True)
class Result:
    """The outcome of a plan. Without `slots`: the diff and the receipt are made when they are asked for, and kept."""

    ok: bool
    """Every edit applied or already there."""
    files: Mapping[str, bytes | None]
    """Only what changed (a change of mode alone counts); None is deleted."""
    modes: Mapping[str, str]
    """The mode of each path of `files` that stands: "100644", "100755", "120000"."""
    edits: tuple[Outcome, ...]
    """In the plan's order."""
    before: Mapping[str, bytes | None] = field(repr=False)
    """The bytes that each path of `files` had; None where there was no file."""
    modes_before: Mapping[str, str] = field(repr=False)
    plan: str = field(repr=False)
    options: Mapping[str, Any] = field(repr=False)

    @cached_property
    def diff(self) -> str:
        """A git-style unified diff of all of `files`; `git apply` of it on the same base gives the same bytes."""
        from glmcode.landing.diff import git_diff

        return git_diff(self.before, self.files, self.modes_before, self.modes)

    @cached_property
    def receipt(self) -> dict[str, Any]:
        """The record of this landing, as JSON has it."""
        return receipt(
            self.plan, self.options, self.before, self.files, self.modes_before, self.modes, self.edits, self.ok
        )
