"""Running a test command: bounded in time and output, with no process of it left behind."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping

from glmcode.checks.capture import Capture
from glmcode.checks.environment import scrubbed
from glmcode.checks.find import TestCommand
from glmcode.checks.processes import MARK, Family
from glmcode.checks.verdict import Verdict, judge
from glmcode.errors import GlmcodeError

__all__ = ["run_tests"]

_GRACE = 2.0
"""Seconds between asking a run that is over its time to end, and ending it."""
_LAST_WORDS = 2.0
"""Seconds that the pipe is read on when all have been ended, for what is still in it; a survivor could write for ever."""
_READ = 1 << 16


def run_tests(
    command: TestCommand,
    cwd: str,
    *,
    timeout: float,
    environ: Mapping[str, str],
    changed: Iterable[str] = (),
) -> Verdict:
    """Runs the tests in `cwd` and judges them.

    `timeout` is in seconds. The run gets a process group of its own, nothing on standard input, and `environ` without
    its secrets (see `environment`). When this returns or raises, KeyboardInterrupt included, every process of the run
    has been ended that could be found: its group, its session, its descendants, and on Linux whatever carries the
    run's mark in its environment, daemons too. Of the output at most 4 MB are kept, head and tail.

    `changed` are paths below `cwd` whose contents changed since the last run: bytecode that an earlier run left for
    them is removed, so that none of it is taken for that of the new contents.

    Raises GlmcodeError where the command can't be started.
    """
    forget_bytecode(cwd, changed)
    mark = f"{os.getpid()}-{os.urandom(8).hex()}"
    variables = scrubbed(environ) | dict(command.env) | {"PWD": os.path.abspath(cwd), MARK: mark}
    family = Family(mark)
    capture = Capture()
    stop = threading.Event()
    reader: threading.Thread | None = None
    began = time.monotonic()
    try:
        process = _started(command, cwd, variables)
        family.adopt(process)
        reader = threading.Thread(target=_drain, args=(process, capture, stop), name="test output", daemon=True)
        reader.start()
        timed_out = not family.wait(timeout)
        seconds = time.monotonic() - began
        if timed_out:
            family.signal(signal.SIGTERM)
            family.wait(_GRACE)
    finally:
        exit_code = family.end()
        if reader is not None and reader.ident is not None:
            reader.join(_LAST_WORDS)
            stop.set()
            reader.join(_LAST_WORDS)
    return judge(
        capture.text(),
        runner=command.runner,
        exit_code=exit_code,
        timed_out=timed_out,
        seconds=seconds,
        cwd=os.path.abspath(cwd),
    )


def forget_bytecode(root: str, paths: Iterable[str]) -> None:
    """Removes the compiled copies of the Python files `paths` of `root`, as far as they lie where Python puts them.

    Runs are told to write none (PYTHONDONTWRITEBYTECODE), but a test command may start Python in a way that doesn't
    listen (`python -I`, tox). Such a copy is taken for current where second and size of its source are the same.
    """
    for path in paths:
        folder, name = os.path.split(path)
        if not name.endswith(".py"):
            continue
        cache = os.path.join(root, folder, "__pycache__")
        if os.path.islink(cache):
            continue
        with contextlib.suppress(OSError):
            for entry in os.listdir(cache):
                if entry.startswith(name[:-2]) and entry.endswith(".pyc"):
                    os.unlink(os.path.join(cache, entry))


def _started(command: TestCommand, cwd: str, variables: dict[str, str]) -> "subprocess.Popen[bytes]":
    if not os.path.isdir(cwd):
        raise GlmcodeError(f"the tests can't run in {cwd}: no such folder")
    try:
        return subprocess.Popen(
            command.argv,
            cwd=cwd,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    except (OSError, ValueError) as error:
        why = "no such program" if isinstance(error, FileNotFoundError) else getattr(error, "strerror", None) or error
        raise GlmcodeError(
            f"the test command {command.argv[0]!r} can't be started: {why}",
            hint=f"it was chosen because of: {command.why}",
        ) from None


def _drain(process: "subprocess.Popen[bytes]", capture: Capture, stop: threading.Event) -> None:
    """Reads until every writer is gone, or until `stop` is set, and closes the pipe."""
    pipe = process.stdout
    if pipe is None:
        return
    with pipe, contextlib.suppress(OSError, ValueError):
        while _readable(pipe.fileno(), stop):
            data = os.read(pipe.fileno(), _READ)
            if not data:
                return
            capture.add(data)


def _readable(fd: int, stop: threading.Event) -> bool:
    """Waits for something to read; False once `stop` is set. (Windows can't wait on a pipe: there the read itself waits.)"""
    if os.name == "nt":
        return not stop.is_set()
    import select

    poll = select.poll()
    poll.register(fd, select.POLLIN | select.POLLHUP)
    while not stop.is_set():
        if poll.poll(50):
            return True
    return False
