"""What holds of every plan on every tree, however odd: each check raises AssertionError with the reason."""

import hashlib
import json
import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from itertools import takewhile
from pathlib import Path

from glmcode.landing.coding import opened
from glmcode.landing.paths import normalise
from glmcode.landing.result import Result
from glmcode.library import apply_plan
from glmcode.plan.edits import AtPlace, AtSymbol, Create, Edit, Event, Remove, Whole
from glmcode.plan.reader import PlanParser
from glmcode.syntax import language_of, parse
from tests.fuzz.choices import Choices

__all__ = ["check_again", "check_chunks", "check_diff", "check_result", "events_of", "fingerprint", "landed"]

MOST_OF_AN_EDIT = 1200
MOST_OF_A_PLAN = 6000
_IMPORT = re.compile(r"import |from .* import |use |#include ")
BESIDE = {"symbol", "place"}
"""Strategies of edits at a definition or a fixed place."""


def events_of(plan: str, cuts: list[int] | None = None) -> list[Event]:
    """The events of the plan, fed in the pieces that the cuts make."""
    parser = PlanParser()
    events: list[Event] = []
    at = 0
    for cut in sorted(cuts or []):
        events += parser.feed(plan[at:cut])
        at = cut
    return events + parser.feed(plan[at:]) + parser.close()


def check_chunks(plan: str, choices: Choices) -> None:
    """Any chunking gives the same events."""
    cuts = [choices.below(len(plan) + 1) for _ in range(choices.below(12))]
    assert events_of(plan) == events_of(plan, cuts), "the chunks changed the events"


def landed(files: Mapping[str, bytes], result: Result) -> dict[str, bytes]:
    """The files afterwards."""
    after = dict(files)
    for path, data in result.files.items():
        if data is None:
            after.pop(path, None)
        else:
            after[path] = data
    return after


def check_result(plan: str, files: Mapping[str, bytes]) -> Result:
    """Lands the plan, all or nothing and in part, and checks what the specification promises of both."""
    result = apply_plan(plan, files)
    rejected = [one for one in result.edits if one.status == "rejected"]
    assert result.ok == (not rejected)
    assert result.ok or not result.files, "a rejected plan changed files"
    assert [one.index for one in result.edits] == list(range(len(result.edits)))
    _check_paths(result)
    for one in result.edits:
        assert bool(one.message) <= (one.status == "rejected")
        assert len(one.message) <= MOST_OF_AN_EDIT, f"{len(one.message)} characters"
        assert all(char.isprintable() or char in "\n\t" or char.isspace() for char in one.message), ascii(one.message)
        assert not any(char in "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029" for char in one.message), ascii(one.message)
        assert (one.status == "rejected") == (one.reason is not None)
        assert 0 <= one.confidence <= 1
    assert sum(len(one.message) for one in result.edits) <= MOST_OF_A_PLAN
    assert not rejected or rejected[0].message, "the first rejection says nothing"
    assert fingerprint(apply_plan(plan, files)) == fingerprint(result), "the second time it came out differently"
    part = apply_plan(plan, files, partial=True)
    _check_paths(part)
    spoilt = {one.path for one in part.edits if one.status == "rejected"}
    assert not spoilt & set(part.files)
    if result.ok:
        assert dict(part.files) == dict(result.files)
        _check_untouched(files, result)
    return result


def fingerprint(result: Result) -> str:
    """One digest of all that a result holds."""
    record = {
        "ok": result.ok,
        "files": {path: None if data is None else data.hex() for path, data in result.files.items()},
        "modes": dict(result.modes),
        "diff": result.diff,
        "receipt": result.receipt,
    }
    return hashlib.sha256(json.dumps(record).encode()).hexdigest()


def check_diff(files: Mapping[str, bytes], result: Result) -> None:
    """`git apply` of the diff on the same base gives the same bytes."""
    if not result.diff:
        return
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "tree"
        root.mkdir()
        for path, data in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        command = ["git", "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", "-"]
        environment = {"GIT_CEILING_DIRECTORIES": scratch, "PATH": "/usr/bin:/bin", "HOME": scratch}
        said = subprocess.run(
            command, cwd=root, input=result.diff.encode(), capture_output=True, check=False, env=environment
        )
        assert said.returncode == 0, said.stderr.decode()
        stands = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        assert stands == landed(files, result)


def check_again(plan: str, files: Mapping[str, bytes]) -> None:
    """Landed once more on its own result, a plan of edits that say what stands afterwards changes nothing, or is refused.

    Quotes are no such edits: a line added next to the line that is quoted can be added again.
    """
    result = apply_plan(plan, files)
    edits = [event for event in events_of(plan) if isinstance(event, Edit)]
    paths = [edit.path for edit in edits]
    if not result.ok or len(paths) != len(set(paths)) or not all(_says_what_stands(edit) for edit in edits):
        return
    after = landed(files, result)
    if any(_is_broken(path, data) for path, data in [*files.items(), *after.items()]):
        return  # where a definition begins and ends there is anybody's guess
    replaced = [edit.path for edit in edits if isinstance(edit.change, AtSymbol)]
    if any(_names(path, files) - _names(path, after) for path in replaced):
        return  # it took the definition away, and its name may mean another one now
    again = apply_plan(plan, after)
    assert not again.files, f"landed again, it changed {sorted(again.files)}"


def _says_what_stands(edit: Edit) -> bool:
    match edit.change:
        case Create() | Whole() | Remove():
            return True
        case AtSymbol(action=action):
            return action == "replace"
        case AtPlace(place="imports", body=body):
            return all(_IMPORT.match(line) for line in body.split("\n") if line.strip())
    return False


def _names(path: str, files: Mapping[str, bytes]) -> set[str]:
    language = language_of(path)
    data = opened(files.get(path, b""))[0]
    return set() if language is None else {definition.name for definition in parse(data, language).definitions}


def _is_broken(path: str, data: bytes) -> bool:
    language = language_of(path)
    return language is not None and parse(opened(data)[0], language).problem is not None


def _check_paths(result: Result) -> None:
    for path in result.files:
        assert normalise(path) == path


def _check_untouched(files: Mapping[str, bytes], result: Result) -> None:
    """Where one edit changed a file, the lines outside of those that it names are as they were.

    A definition that comes or goes may take blank lines beside it along, and give its neighbour a comma or a line end.
    """
    if any(one.status == "applied" and one.lines is None for one in result.edits):
        return  # a file was made, moved or removed
    applied = [one for one in result.edits if one.status == "applied"]
    for one in applied:
        before, after = files.get(one.path), result.files.get(one.path)
        alone = sum(other.path == one.path for other in applied) == 1
        if one.lines is None or before is None or after is None or not alone:
            continue
        before, after = opened(before)[0], opened(after)[0]
        if b"\n" not in before and b"\r" in before:
            before, after = before.replace(b"\r", b"\n"), after.replace(b"\r", b"\n")
        first, last = one.lines
        ours, theirs = _lines(before), _lines(after)
        above, below = ours[: first - 1], ours[last:]
        if one.strategy in BESIDE:
            below = ours[max(first, last) :]  # a member of a list on one line comes to stand on that line
            above, below = above[: _solid(reversed(above), len(above))], below[len(below) - _solid(below, len(below)) :]
            if above:
                above[-1], theirs[len(above) - 1] = _uncommaed(above[-1]), _uncommaed(theirs[len(above) - 1])
        assert theirs[: len(above)] == above, f"{one.path}: a line above {first} changed"
        assert theirs[len(theirs) - len(below) :] == below, f"{one.path}: a line below {last} changed"


def _lines(text: bytes) -> list[bytes]:
    """The lines without their ends: an empty text, such as that of a file of a byte order mark alone, has none."""
    return text.removesuffix(b"\n").split(b"\n") if text else []


def _uncommaed(line: bytes) -> bytes:
    return line.replace(b",", b"").rstrip(b"\r")


def _solid(lines: Iterable[bytes], size: int) -> int:
    """How many of so many lines are left without the blank ones in front."""
    return size - sum(1 for _ in takewhile(lambda line: not line.strip(), lines))
