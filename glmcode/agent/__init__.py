"""The loop: a task becomes a prompt, the answer becomes edits in a worktree, tests judge them, their verdict becomes the next prompt.

Four protocols are all that the loop asks of the world; `task.py` fills them with the real rooms.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, Protocol, TypeAlias

from glmcode.agent.events import Event
from glmcode.checks.verdict import Verdict
from glmcode.landing.tree import Tree
from glmcode.model.chain import Allow
from glmcode.model.client import Request
from glmcode.model.stream import Delta

__all__ = ["Emit", "Journal", "Judge", "Landing", "Model", "Workbench"]

Landing: TypeAlias = Literal["none", "apply", "commit", "merge", "patch", "branch"]


class Emit(Protocol):
    """Takes each event as it happens, in order, on the caller's thread. Must not raise."""

    def __call__(self, event: Event, /) -> None: ...


class Model(Protocol):
    """A model: streams one answer to one request, which may use the tokens that `allow` gives. Raises GlmcodeError where
    no answer can be had."""

    def stream(self, request: Request, allow: Allow) -> Iterator[Delta]: ...


class Workbench(Protocol):
    """The session's own worktree."""

    def tree(self) -> Tree:
        """The files as they are now."""

    def write(self, files: Mapping[str, bytes | None], modes: Mapping[str, str]) -> None:
        """Writes (None: removes) these files. Each is there whole or not at all."""

    def keep(self, message: str) -> None:
        """Commits what was written on the session's branch."""

    def diff(self) -> str:
        """What the session's branch changes, as a git diff."""


class Judge(Protocol):
    """The checks: runs them on the worktree as it stands."""

    def __call__(self) -> Verdict: ...


class Journal(Protocol):
    """What outlives the process: the answer under way, written down as it arrives. Must not raise."""

    def text(self, text: str, /) -> None:
        """More of the answer."""

    def reasoning(self, text: str, /) -> None:
        """More of what the model thought."""

    def go_on(self, *, continues: bool) -> None:
        """What comes is of another stream, which follows one that broke off."""

    def flush(self) -> None:
        """All so far survives the process."""

    def end(self, finish: str, /) -> None:
        """The answer has ended."""

    def asked(self, request: Mapping[str, Any], /) -> None:
        """A request goes out: what is needed to tell what it cost, where this process does not live to."""

    def counted(self) -> None:
        """What the request cost is known."""
