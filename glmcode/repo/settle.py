"""Bringing a landing that stopped half way to one of its ends, and what to tell the user of it.

Which side each file is on is told by its content. A file on neither side was changed by someone else: it is never touched.
"""

from collections.abc import Mapping, Sequence

from glmcode.errors import Exit, GlmcodeError
from glmcode.landing.tree import PathRefusedError
from glmcode.repo import record as records
from glmcode.repo.aside import open_aside
from glmcode.repo.disk import Entry
from glmcode.repo.exchange import (
    Content,
    MovedError,
    State,
    Step,
    digest,
    entry_at,
    exchange,
    is_as,
)
from glmcode.repo.folder import Folder, failure, remove_empty_parents, shown
from glmcode.repo.leftovers import put_back_displaced, remove_temporaries
from glmcode.repo.record import Change, Record

__all__ = [
    "arrived",
    "at_end",
    "back_out",
    "before_contents",
    "bring",
    "carry",
    "conflict",
    "explained",
    "look",
    "names",
    "put_back",
]


def before_contents(record: Record) -> dict[str, bytes]:
    """The bytes that the landing replaced, which must be those that were recorded."""
    contents: dict[str, bytes] = {}
    for change, data in zip(record.changes, records.blobs(record), strict=True):
        if data is None:
            continue
        if change.before is None or digest(data) != change.before.sha256:
            raise GlmcodeError(
                f"the record of a landing is damaged: {record.path}",
                hint=f"it should hold {shown(change.path)} as it was before",
            )
        contents[change.path] = data
    return contents


def bring(top: Folder, record: Record, *, back: bool, contents: Mapping[str, bytes]) -> list[str]:
    """Brings every file that holds one side of the landing to the other: to before with `back`, else to after.

    `contents` are the bytes of that side. Gives the paths of the files that hold neither, which are left as they are.
    Raises GlmcodeError, PathRefusedError or MovedError, and can be tried again then.
    """
    left: list[str] = []
    steps: list[Step] = []
    put_back(top, record)
    for change in record.changes:
        here, there = (change.after, change.before) if back else (change.before, change.after)
        entry, refused = look(top, change.path)
        if refused or not (is_as(entry, here) or is_as(entry, there)):
            left.append(change.path)
        elif not arrived(entry, here, there):
            owner = None if entry is None else entry.owner
            then = None if there is None else Content(contents[change.path], there.mode, there.permissions, owner)
            steps.append(Step(change.path, here, then))
    carry(top, record, steps, back=back)
    return left


def carry(top: Folder, record: Record, steps: Sequence[Step], *, back: bool = False) -> None:
    """Takes the steps from one side of the landing to the other, its folders included. Raises as `exchange` does."""
    # Folders that only the other side has: one of them, empty, may stand where a file is to go.
    fleeting = frozenset(record.made if back else record.folders)
    gone = [change.path for change in record.changes if (change.before if back else change.after) is None]
    for path in gone:
        remove_empty_parents(top, path, fleeting)
    kept = record.folders if back else {name: bits for name, bits in record.made.items() if bits is not None}
    paths = [change.path for change in record.changes]
    exchange(top, steps, record.token, aside=record.folder, paths=paths, prunable=fleeting, folder_permissions=kept)
    for path in gone:
        remove_empty_parents(top, path, fleeting)


def put_back(top: Folder, record: Record) -> None:
    """What the landing left beside the tree's files goes, and what the user had saved to one in the instant before it was
    replaced is at its place again."""
    with open_aside(record.folder) as away:
        remove_temporaries(top, away, [change.path for change in record.changes], record.token)
        for change in record.changes:
            try:
                put_back_displaced(top, away, change.path, record.token, (change.before, change.after))
            except OSError as error:
                raise failure(error, change.path) from error


def back_out(top: Folder, record: Record, *, contents: Mapping[str, bytes], failed: BaseException) -> None:
    """Takes a landing back that failed, and its record with it: it never was. Should this fail too, the error says both,
    and the next command goes on from there."""
    try:
        bring(top, record, back=True, contents=contents)
        records.drop(record)
    except (GlmcodeError, PathRefusedError, MovedError) as error:
        raise GlmcodeError(
            f"{explained(failed, 'going back failed too')}: {explained(error, 'the rest is still to be done')}",
            exit_code=Exit.NOT_LANDED,
            hint="make room or give the right to write: the next glmcode apply, undo or land here goes on from this point",
        ) from error


def arrived(entry: Entry | None, here: State | None, there: State | None) -> bool:
    """Where only the mode differs between the sides, the mode tells them apart; elsewhere it is the user's to change."""
    if not is_as(entry, there):
        return False
    only_mode = here is not None and there is not None and here.sha256 == there.sha256
    return not only_mode or entry is None or there is None or entry.mode == there.mode


def at_end(top: Folder, change: Change) -> bool:
    entry, refused = look(top, change.path)
    return not refused and is_as(entry, change.after) and arrived(entry, change.before, change.after)


def look(top: Folder, path: str) -> tuple[Entry | None, bool]:
    """What stands at the path, and whether something does that is no file of the tree."""
    try:
        return entry_at(top, path), False
    except PathRefusedError:
        return None, True


def explained(error: BaseException, result: str = "nothing was changed") -> BaseException:
    """The error as the user should see it: one of the family with how it ended, where it is no bug and no interrupt."""
    if isinstance(error, MovedError):
        return conflict(
            [error.path],
            "while the plan was landing",
            "run the same again: it lands on the files as they are then",
            result,
        )
    if isinstance(error, PathRefusedError):
        return GlmcodeError(f"{error.why}; {result}", exit_code=Exit.NOT_LANDED)
    if isinstance(error, GlmcodeError):
        return GlmcodeError(f"{error.message}; {result}", exit_code=error.exit_code, hint=error.hint)
    return error


def conflict(paths: list[str], when: str, hint: str, result: str = "nothing was changed") -> GlmcodeError:
    return GlmcodeError(f"changed {when}: {names(paths)}; {result}", exit_code=Exit.CONFLICT, hint=hint)


def names(paths: list[str]) -> str:
    """Up to ten paths, for one line."""
    more = f" and {len(paths) - 10} more" if len(paths) > 10 else ""
    return ", ".join(shown(path) for path in paths[:10]) + more
