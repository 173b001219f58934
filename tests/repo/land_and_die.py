"""Lands or undoes in a process that is killed, or whose disk fails, at a chosen call. Run by test_journal.py.

    python land_and_die.py sweep ACTION FAULT TEMPLATE BASE    copies TEMPLATE to BASE/1, BASE/2, ...; in the copy K the
                                                               K-th call that changes the disk meets FAULT; until one ends
    python land_and_die.py land ROOT                           says "ready" and lands

ACTION is land, undo, redo or recover; FAULT is kill, or once/ever with the number of an error. Prints a line a copy: how it ended.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from typing import Any

from glmcode.errors import GlmcodeError
from glmcode.repo import journal, swap
from glmcode.repo.disk import DirectoryTree
from glmcode.repo.undoing import redo, undo

CHANGING = (
    "open",
    "write",
    "replace",
    "rename",
    "unlink",
    "mkdir",
    "rmdir",
    "symlink",
    "fsync",
    "fchmod",
    "chmod",
    "fchown",
    "ftruncate",
)


def plan(root: str) -> tuple[dict[str, bytes | None], dict[str, bytes | None], dict[str, str]]:
    """What the template's `plan.json`, beside its `root`, says to land."""
    with open(os.path.join(root, "..", "plan.json")) as file:
        after = {path: None if text is None else text.encode() for path, text in json.load(file).items()}
    tree = DirectoryTree(root)
    folders = {path for path in after if os.path.isdir(os.path.join(root, path)) and not path.endswith("link")}
    before = {path: None if path in folders else tree.read(path) for path in after}
    modes = {path: "120000" if path.endswith("link") else "100755" for path in after if path.endswith(("link", ".sh"))}
    return before, after, modes


def act(action: str, root: str) -> None:
    if action == "land":
        before, after, modes = plan(root)
        journal.land(root, before, after, modes, {"a": "receipt"})
    elif action == "undo":
        undo(root)
    elif action == "redo":
        redo(root)
    else:
        journal.recover(root)


def arm(fault: str, at: int) -> Callable[[], bool]:
    """From here on the `at`-th call that changes the disk meets the fault. Gives what tells whether it came to that."""
    count = 0

    def guarded(name: str, real: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal count
            if name == "open" and not (len(arguments) > 1 and arguments[1] & (os.O_WRONLY | os.O_RDWR)):
                return real(*arguments, **options)
            count += 1
            how, _, number = fault.partition(":")
            if count == at and how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            if (count == at and how == "once") or (count >= at and how == "ever"):
                raise OSError(int(number), os.strerror(int(number)))
            return real(*arguments, **options)

        return call

    for name in CHANGING:
        setattr(os, name, guarded(name, getattr(os, name)))
    swap._rename = guarded("renameat2", swap._rename)
    return lambda: count >= at


def sweep(action: str, fault: str, template: str, base: str) -> None:
    for at in range(1, 2000):
        copy = os.path.join(base, str(at))
        shutil.copytree(template, copy, symlinks=True)
        child = os.fork()
        if child == 0:
            struck = arm(fault, at)
            try:
                act(action, os.path.join(copy, "root"))
            except GlmcodeError as error:
                print(f"{at} {int(error.exit_code)} {error.message}", flush=True)
                os._exit(1)
            os._exit(2 if struck() else 0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            print(f"{at} killed", flush=True)
        elif os.WEXITSTATUS(status) == 0:
            print(f"{at} done", flush=True)
            return
        elif os.WEXITSTATUS(status) == 2:
            print(f"{at} unharmed", flush=True)
        elif fault == "kill":
            return


if __name__ == "__main__":
    if sys.argv[1] == "sweep":
        sweep(*sys.argv[2:])
    else:
        root = sys.argv[2]
        before, after, modes = plan(root)
        print("ready", flush=True)
        journal.land(root, before, after, modes, None)
