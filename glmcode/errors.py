"""The one family of errors that a user can cause, and the exit codes of the command."""

from enum import IntEnum

__all__ = ["Exit", "GlmcodeError"]


class Exit(IntEnum):
    """What an exit code says. Scripts may rely on every value."""

    OK = 0
    CHECKS_FAIL = 1
    USAGE = 2
    BUG = 3
    NOT_LANDED = 4
    CONFLICT = 5
    BUDGET = 6
    UNREACHABLE = 75
    INTERRUPTED = 130


class GlmcodeError(Exception):
    """Something that the user can mend: one clear line, a hint on what to do, and the exit code to end with.

    Everything else that is raised is a bug and shows a trace.
    """

    def __init__(self, message: str, *, exit_code: Exit = Exit.USAGE, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
        self.hint = hint
