"""What is told when a command has to wait for another one. Apart, so that a face can set it without loading what waits."""

from collections.abc import Callable
from contextvars import ContextVar

__all__ = ["on_waiting"]

on_waiting: ContextVar[Callable[[str], None] | None] = ContextVar("on_waiting", default=None)
"""Is given one line for a person."""
