"""A hunt for paths that lead out: every form of plan and every call that writes, under a watcher. See README.md."""

import contextlib
import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator

from glmcode.errors import GlmcodeError
from glmcode.landing.tree import PathRefusedError
from glmcode.library import apply_plan
from glmcode.repo import journal
from glmcode.repo.disk import remove_file, write_file
from glmcode.repo.undoing import undo
from tests.fuzz.choices import Choices
from tests.fuzz.hostile import Place, edit_of, hostile_path, stand
from tests.fuzz.watch import Watcher, different, snapshot

__all__ = ["check_names", "hunt", "one"]

ALONE = 16
"""Every so manieth path also lands through the journal by itself, unread by any plan."""


def one(data: bytes) -> None:
    """One input: the paths that these bytes build."""
    choices = Choices(data)
    paths = []
    with standing() as place:
        while not choices.spent:
            paths.append(hostile_path(choices, place.outside))
        hunt(place, paths, choices)


@contextlib.contextmanager
def standing() -> Iterator[Place]:
    """The tree, made anew; in memory where there is a file system for it."""
    base = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=base, prefix="glmcode-") as top:
        yield stand(top)


def hunt(place: Place, paths: list[str], choices: Choices) -> Counter[str]:
    """Lands the paths in one plan, and writes and removes each by itself. Raises AssertionError for whatever was touched.

    Gives how often each thing happened: "applied", a reason, "written", "removed", "refused", "landed". Names that
    were accepted are in it too, behind "name:".
    """
    told: Counter[str] = Counter()
    before = snapshot(os.fsencode(place.top), _skipping(place, b"root"))
    with Watcher() as watcher:
        for folder in place.closed:
            watcher.add(folder, changes=True, reads=b"/outside" in folder)
        watcher.add(os.fsencode(place.root), changes=False, reads=True)
        _land_plan(place, [edit_of(path, choices) for path in paths], told)
        _untouched(place, watcher, paths)
        for number, path in enumerate(paths):
            _write_raw(place, path, told)
            if number % ALONE == 0:
                _land_raw(place, path, told)
            _untouched(place, watcher, [path])
    after = snapshot(os.fsencode(place.top), _skipping(place, b"root"))
    assert not different(before, after), f"{different(before, after)!r} changed under {paths!a}"
    return told


def _land_plan(place: Place, edits: list[str], told: Counter[str]) -> None:
    plan = "\n".join(edits)
    result = apply_plan(plan, place.root, partial=True)
    told.update(outcome.reason or outcome.status for outcome in result.edits)
    told.update(f"{outcome.form} {outcome.status}" for outcome in result.edits)
    told.update("name:" + path for path in result.files)
    if not result.files:
        return
    root = os.fsencode(place.root)
    before = snapshot(root, _skipping(place, b".git"), identity=False)
    failed = ""
    try:
        journal.land(place.root, result.before, result.files, result.modes, None)
    except GlmcodeError as error:
        failed = error.message
    after = snapshot(root, _skipping(place, b".git"), identity=False)
    if failed:
        assert not different(before, after), f"{failed}: {different(before, after)!r} changed, in {plan!a}"
        told["failed: " + failed.partition(": ")[2]] += 1
        return
    told["landed"] += 1
    expected = {os.path.join(root, os.fsencode(path)) for path in result.files}
    for path in different(before, after):
        inside = any(one.startswith(path + b"/") for one in expected)  # a folder that came or went
        assert path in expected or inside, f"{path!r} changed, in {plan!a}"
    for name, mode in result.modes.items():
        if mode == "120000":
            told["linked"] += 1
            assert os.path.realpath(os.path.join(place.root, name)).startswith(place.root), f"{name!a} leads out"
    undo(place.root)
    again = snapshot(root, _skipping(place, b".git"), identity=False)
    assert not different(before, again), f"undo left {different(before, again)!r} in {plan!a}"


def _write_raw(place: Place, path: str, told: Counter[str]) -> None:
    """As a plan would after a hole in the lexical check: the disk's own rules alone."""
    for verb, action in (("written", _write), ("removed", _remove)):
        try:
            action(place, path)
        except (PathRefusedError, GlmcodeError):
            told["refused"] += 1
        else:
            told[verb] += 1
            assert verb == "removed" or os.path.realpath(os.path.join(place.root, path)).startswith(place.root + "/")


def _write(place: Place, path: str) -> None:
    write_file(place.root, path, b"x", "100644")


def _remove(place: Place, path: str) -> None:
    remove_file(place.root, path)


def _land_raw(place: Place, path: str, told: Counter[str]) -> None:
    try:
        journal.land(place.root, {}, {path: b"x"}, {}, None)
    except (PathRefusedError, GlmcodeError):
        told["refused"] += 1
    else:
        told["landed"] += 1
        undo(place.root)


def _untouched(place: Place, watcher: Watcher, paths: list[str]) -> None:
    devices = {os.fsencode(os.path.join(place.root, name)) for name in ("fifo", "null", "socket")}
    root = os.fsencode(place.root)
    seen = [(path, what) for path, what in watcher.seen() if os.path.dirname(path) != root or path in devices]
    assert not seen, f"{seen!r} under {paths!a}"


def _skipping(place: Place, name: bytes) -> Callable[[bytes], bool]:
    skipped = os.path.join(os.fsencode(place.top if name == b"root" else place.root), name)
    return lambda path: path == skipped


def check_names(names: list[str]) -> None:
    """git itself, told to guard for Windows and macOS, takes every name that a plan may write."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = {"PATH": os.environ["PATH"], "HOME": scratch, "GIT_CONFIG_NOSYSTEM": "1"}
        subprocess.run(["git", "init", "-q", scratch], check=True, env=environment)
        blob = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
        # Each alone: a file and a folder of one name replace each other.
        lines = b"".join(b"100644 %s\t%s\0" % (blob.encode(), os.fsencode(name)) for name in names)
        guard = ["-c", "core.protectNTFS=true", "-c", "core.protectHFS=true"]
        command = ["git", *guard, "update-index", "--add", "--replace", "-z", "--index-info"]
        said = subprocess.run(command, cwd=scratch, input=lines, capture_output=True, check=False, env=environment)
        assert said.returncode == 0, said.stderr
