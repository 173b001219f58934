"""A coverage-guided hunt for plans that crash, hang or write where they must not: see README.md."""

import contextlib
import os
import tempfile
import time
from pathlib import Path

from tests.fuzz.choices import Choices
from tests.fuzz.invariants import check_again, check_chunks, check_result
from tests.fuzz.plans import Case, case

SLOWEST = 1.0
"""Seconds of CPU that an input of the usual size may cost; the library is several times slower when it is watched."""
ON_DISK = 16
"""Every so manieth input also lands on a directory."""


def one(data: bytes) -> None:
    """One input: the plan that these bytes build."""
    choices = Choices(data)
    found = case(choices)
    began = time.process_time()
    check_chunks(found.plan, choices)
    check_result(found.plan, found.files)
    check_again(found.plan, found.files)
    spent = time.process_time() - began
    allowed = SLOWEST * max(1, (len(found.plan) + sum(map(len, found.files.values()))) / 10_000)
    # Six landings and three readings.
    assert spent <= 6 * allowed, f"{spent:.1f} s"
    if data[-1:] and data[-1] % ON_DISK == 0:
        on_disk(found)


def on_disk(found: Case) -> None:
    """The same on a directory, written: nothing beside it changes, and no link leads out of it."""
    from glmcode.library import apply_plan
    from glmcode.repo import journal
    from glmcode.repo.undoing import undo

    with tempfile.TemporaryDirectory() as scratch:
        root, outside = Path(scratch) / "root", Path(scratch) / "outside"
        root.mkdir()
        outside.mkdir()
        (outside / "kept.txt").write_bytes(b"kept\n")
        (Path(scratch) / "out.txt").write_bytes(b"kept\n")
        for path, data in found.files.items():
            with contextlib.suppress(OSError):
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes(data)
        (root / "link").symlink_to("../outside")
        watched = _listing(scratch, root)
        inside = _listing(str(root), None)
        result = apply_plan(found.plan, str(root))
        assert _listing(str(root), None) == inside, "landing wrote to the tree"
        if result.ok and result.files:
            journal.land(str(root), result.before, result.files, result.modes, result.receipt)
            for path, made in result.files.items():
                assert made is None or (root / path).read_bytes() == made
            undo(str(root))
            left = {name: what for name, what in _listing(str(root), None).items() if ".glmcode" not in name}
            assert left == inside, "undo left something else"
        assert _listing(scratch, root) == watched, "something outside of the root changed"
        assert os.readlink(root / "link") == "../outside"


def _listing(top: str, but: Path | None) -> dict[str, bytes]:
    found = {}
    for folder, folders, names in os.walk(top):
        if but is not None and Path(folder) == but:
            folders.clear()
            continue
        found.update({os.path.join(folder, name): Path(folder, name).read_bytes() for name in names})
        found.update({os.path.join(folder, name): b"a folder" for name in folders})
    return found
