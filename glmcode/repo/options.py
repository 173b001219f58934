"""How the user's repository is treated, as plain data: what `config.toml` and a repository's `glmcode.toml` may set."""

import os
from dataclasses import dataclass, field

__all__ = [
    "REPOSITORY_FILE",
    "Commits",
    "JournalBounds",
    "Protection",
    "RepoOptions",
    "SessionBounds",
    "Worktrees",
    "config_path",
    "is_configured",
]

REPOSITORY_FILE = "glmcode.toml"


@dataclass(frozen=True, slots=True)
class JournalBounds:
    """How much of past landings is kept for `undo`, `redo` and `verify`; what is older goes first."""

    landings: int = 50
    megabytes: int = 512
    days: int = 90


@dataclass(frozen=True, slots=True)
class Worktrees:
    """Where sessions work."""

    pool: int = 2
    """Finished worktrees that are kept for the next sessions; 0 keeps none."""
    carry: tuple[str, ...] | None = None
    """What git ignores and the tests need, by paths from the root; None: what is known of, such as `.venv`."""


@dataclass(frozen=True, slots=True)
class SessionBounds:
    """How long sessions are kept."""

    days: int = 90
    """A session whose work has landed goes after so many days in which nothing happened to it."""


@dataclass(frozen=True, slots=True)
class Protection:
    """Files that others run without being asked, or that say what is run: to write them needs consent by name."""

    paths: tuple[str, ...] = ()
    """Patterns beside those that are always protected."""
    allow: tuple[str, ...] = ()
    """Patterns that need no consent. Only the user's own file may say so."""


@dataclass(frozen=True, slots=True)
class Commits:
    """What is said in commits on the user's branch."""

    trailer: str = "Assisted-by: glmcode (GLM-5)"
    """The last line of the message; "" for none."""
    written: bool = True
    """The model writes the message where it has done the work just now; else it is the task."""


@dataclass(frozen=True, slots=True)
class RepoOptions:
    """All of it."""

    journal: JournalBounds = field(default_factory=JournalBounds)
    worktrees: Worktrees = field(default_factory=Worktrees)
    sessions: SessionBounds = field(default_factory=SessionBounds)
    protect: Protection = field(default_factory=Protection)
    commits: Commits = field(default_factory=Commits)


def config_path() -> str:
    """The user's configuration file. It need not exist."""
    from platformdirs import user_config_dir

    return os.path.join(user_config_dir("glmcode", appauthor=False), "config.toml")


def is_configured(root: str) -> bool:
    """Whether a file says anything of the repository at `root`: where none does, all is as by default."""
    return any(os.path.lexists(path) for path in (config_path(), os.path.join(root, REPOSITORY_FILE)))
