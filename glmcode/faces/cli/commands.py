"""The commands, in the order in which `glmcode --help` lists them."""

import importlib

__all__ = ["register"]

FILES = (
    "interactive",
    "run",
    "resume",
    "land",
    "sessions",
    "show",
    "usage",
    "models",
    "demo",
    "doctor",
    "apply",
    "undo",
    "redo",
    "gc",
    "verify",
    "outline",
    "express",
    "replay",
)


def register() -> None:
    """Imports every command's file, which registers the command. None of them imports anything heavy at its top."""
    for name in FILES:
        importlib.import_module(f"glmcode.faces.cli.{name}")
