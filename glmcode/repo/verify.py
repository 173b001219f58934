"""Landing a receipt's plan once more, on the files as they were then, and comparing what comes of it."""

import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from glmcode.errors import GlmcodeError
from glmcode.landing.engine import Landed, Landing
from glmcode.landing.paths import normalise
from glmcode.landing.receipt import digest, outcome_record
from glmcode.landing.tree import PathRefusedError
from glmcode.plan.edits import Check
from glmcode.plan.reader import FORMS, parse_plan
from glmcode.repo.disk import LARGEST, DirectoryTree
from glmcode.repo.folder import shown
from glmcode.repo.journal import blobs

__all__ = ["Receipt", "Verified", "read_receipt", "verify"]

_MODES = ("100644", "100755", "120000")
_MOST_FILES = 100_000
_HINT = "a receipt is what glmcode apply --json prints, or its receipt member"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt whose every part has the right type and whose paths lead nowhere but inside."""

    version: str
    plan: str
    form: str
    path: str | None
    partial: bool
    files: Mapping[str, "Was"]
    edits: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Was:
    """What a receipt says of one file. Digests are sha256 in hexadecimal, None for no file."""

    before: str | None
    after: str | None
    mode: str | None
    mode_before: str | None


@dataclass(frozen=True, slots=True)
class Verified:
    """What landing again came to."""

    different: tuple[str, ...]
    """Files whose bytes or mode came out different, sorted."""
    edits: tuple[int, ...]
    """Edits, by index, that ended differently."""
    compared: int
    """How many files were compared."""

    @property
    def same(self) -> bool:
        return not self.different and not self.edits


def read_receipt(text: str | bytes) -> Receipt:
    """A receipt, bare or inside the object of `apply --json`. Raises GlmcodeError (exit 2) for anything else."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise GlmcodeError("this is no receipt: it can't be read as JSON", hint=_HINT) from None
    if isinstance(value, dict) and "receipt" in value:
        value = value["receipt"]
    if value is None:
        raise GlmcodeError("there is no receipt in it: nothing was landed", hint=_HINT)
    return checked_receipt(value)


def checked_receipt(value: object) -> Receipt:
    """As `read_receipt`, from what the JSON held."""
    top = _object(value, "it")
    plan, options = _object(top.get("plan"), "plan"), _object(top.get("options"), "options")
    text, form, path = _text(plan.get("text"), "plan.text"), options.get("form"), options.get("path")
    if form != "auto" and form not in FORMS:
        raise _wrong("options.form", "names no form")
    if path is not None:
        path = _text(path, "options.path")
    if plan.get("sha256") != _plan_digest(text):
        raise _wrong("plan.sha256", "is not that of the plan's text: the receipt was changed")
    files = _object(top.get("files"), "files")
    if len(files) > _MOST_FILES:
        raise _wrong("files", "names more files than any plan changes")
    edits = top.get("edits")
    if not isinstance(edits, list) or not all(isinstance(one, dict) for one in edits):
        raise _wrong("edits", "is no list of objects")
    return Receipt(
        version=_text(top.get("glmcode"), "glmcode"),
        plan=text,
        form=form,
        path=path,
        partial=options.get("partial") is True,
        files={_path(name): _was(was, name) for name, was in files.items()},
        edits=tuple(edits),
    )


def verify(root: str, receipt: Receipt) -> Verified:
    """Lands the receipt's plan again on the files as they were, and compares every byte and every outcome.

    The bytes before come from the tree at `root`, from the journal's landings, or from git's HEAD, by their digest.
    Raises GlmcodeError (exit 2) where some are nowhere, or where a file that the landing read but did not change is
    no longer as it was: then nothing can be said.
    """
    past = _Past(root, receipt)
    landing = Landing(past)
    for event in parse_plan(receipt.plan, form=receipt.form, path=receipt.path):
        if not isinstance(event, Check):
            landing.land(event)
    landed = landing.finish("files" if receipt.partial else "all")
    edits = _different_edits(receipt, landed)
    elsewhere = sorted({outcome.path for outcome in landed.edits if outcome.index in edits} - receipt.files.keys())
    if elsewhere:
        raise GlmcodeError(
            f"can't be checked: the landing read {_some(elsewhere)} without changing it, and it is not as it was",
            hint="check out the tree as it was, and give it with --root DIR",
        )
    return Verified(tuple(_different_files(receipt, landed)), tuple(sorted(edits)), len(receipt.files))


class _Past:
    """The files as they were before the landing; what it did not change is read from the tree as it stands."""

    def __init__(self, root: str, receipt: Receipt) -> None:
        self._tree = DirectoryTree(root)
        self.roots = self._tree.roots
        self._files = receipt.files
        self._contents = _found(root, self._tree, receipt.files)

    def read(self, path: str) -> bytes | None:
        was = self._files.get(path)
        if was is None:
            return self._tree.read(path)
        return None if was.before is None else self._contents[was.before]

    def mode(self, path: str) -> str:
        was = self._files.get(path)
        return self._tree.mode(path) if was is None else was.mode_before or was.mode or "100644"

    def names(self, folder: str) -> Iterable[str]:
        found = set(self._tree.names(folder))
        for path, was in self._files.items():
            above, _, name = path.rpartition("/")
            if above == folder:
                found = found - {name} if was.before is None else found | {name}
        return found

    def paths(self) -> Iterable[str]:
        return ()


def _found(root: str, tree: DirectoryTree, files: Mapping[str, Was]) -> dict[str, bytes]:
    """The bytes of every file before, by digest."""
    wanted = {was.before: path for path, was in files.items() if was.before is not None}
    found: dict[str, bytes] = {}
    for path, was in files.items():
        if was.before is None or was.before in found:
            continue
        try:
            data = tree.read(path)
        except PathRefusedError:
            continue
        if data is not None and digest(data) == was.before:
            found[was.before] = data
    found |= blobs(root, wanted.keys() - found.keys())
    missing = wanted.keys() - found.keys()
    if missing:
        found |= _committed(root, [path for path, was in files.items() if was.before in missing], missing)
    lost = sorted(wanted[key] for key in wanted.keys() - found.keys())
    if lost:
        raise GlmcodeError(
            f"can't be checked: no copy is left of {_some(lost)} as it was before",
            hint="looked in the tree, in the landings that are kept and in git's HEAD; --root DIR names another tree",
        )
    return found


def _committed(root: str, paths: Iterable[str], wanted: Set[str]) -> dict[str, bytes]:
    """Bytes that git's HEAD holds at these paths, where they have one of the digests."""
    from glmcode.repo.git import run_git

    names = b"".join(b"HEAD:./" + path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)
    said = run_git(root, ["cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)", "-z"], stdin=names)
    chosen, size = [], 0
    for line in said.out.splitlines():
        fields = line.split(b" ")
        if len(fields) == 3 and fields[1] == b"blob" and fields[2].isdigit() and size + int(fields[2]) <= LARGEST:
            size += int(fields[2])
            chosen.append((fields[0], int(fields[2])))
    out = run_git(root, ["cat-file", "--batch"], stdin=b"".join(name + b"\n" for name, _ in chosen)).out
    found, at = {}, 0
    for _, length in chosen:
        start = out.find(b"\n", at) + 1
        data = out[start : start + length]
        at = start + length + 1
        if (key := digest(data)) in wanted and key is not None:
            found[key] = data
    return found


def _different_files(receipt: Receipt, landed: Landed) -> list[str]:
    said = {path: (was.after, was.mode) for path, was in receipt.files.items()}
    came = {path: (digest(data), landed.modes.get(path)) for path, data in landed.files.items()}
    return sorted(path for path in said.keys() | came.keys() if said.get(path) != came.get(path))


def _different_edits(receipt: Receipt, landed: Landed) -> set[int]:
    came = [outcome_record(outcome) for outcome in landed.edits]
    if len(came) != len(receipt.edits):
        raise _wrong("edits", f"lists {len(receipt.edits)} of the plan's {len(came)} edits")
    return {index for index, (one, other) in enumerate(zip(came, receipt.edits, strict=True)) if one != other}


def _object(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(name, "is no JSON object")
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise _wrong(name, "is no text")
    return value


def _path(name: str) -> str:
    try:
        if normalise(name) == name:
            return name
    except PathRefusedError:
        pass
    raise _wrong("files", f"names {shown(name[:200])}, which is no path inside a tree")


def _was(value: object, path: str) -> Was:
    found = _object(value, f"files[{shown(path[:200])}]")
    before, after, mode, mode_before = (found.get(name) for name in ("before", "after", "mode", "mode_before"))
    for one in (before, after):
        if one is not None and not (isinstance(one, str) and len(one) == 64 and set(one) <= set("0123456789abcdef")):
            raise _wrong(f"files[{shown(path[:200])}]", "holds no sha256")
    for one in (mode, mode_before):
        if one is not None and one not in _MODES:
            raise _wrong(f"files[{shown(path[:200])}]", "holds no mode of git's")
    return Was(before, after, mode, mode_before)


def _plan_digest(text: str) -> str | None:
    """As the receipt's writer takes it: a plan given as `str` may hold lone halves of surrogate pairs."""
    try:
        return digest(text.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return digest(text.encode("utf-8", "surrogatepass"))


def _wrong(name: str, why: str) -> GlmcodeError:
    return GlmcodeError(f"this is no receipt: {name} {why}", hint=_HINT)


def _some(paths: list[str]) -> str:
    more = f" and {len(paths) - 3} more files" if len(paths) > 3 else ""
    return ", ".join(shown(path) for path in paths[:3]) + more
