"""What `undo` and `redo` have in common: how they tell what was moved, and the list of what can be."""

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from glmcode.faces.cli.streams import one_object, tree_root

if TYPE_CHECKING:
    from glmcode.repo.options import JournalBounds
    from glmcode.repo.record import Record
    from glmcode.repo.undoing import Moved, Past

__all__ = ["Json", "List", "Partial", "Root", "To", "journal_bounds", "list_landings", "move_landings"]

Root = Annotated[
    str | None,
    typer.Option("--root", metavar="DIR", help="The tree. Default: the repository of the working directory."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
List = Annotated[bool, typer.Option("--list", help="Only show what can be taken back and brought again.")]
To = Annotated[
    int | None,
    typer.Option("--to", metavar="ID", min=0, help="As landing ID left the tree; 0: before the first that is kept."),
]
Partial = Annotated[
    bool, typer.Option("--partial", help="Leave the files that were changed since as they are, and do the others.")
]


class Move(Protocol):
    """`undoing.undo` or `undoing.redo`."""

    def __call__(
        self, root: str, steps: int = 1, *, to: int | None = None, partial: bool = False, bounds: "JournalBounds"
    ) -> "Moved": ...


def move_landings(
    chosen: Callable[[], Move],
    root: str | None,
    as_json: bool,
    steps: int | None,
    to: int | None,
    partial: bool,
    *,
    did: str,
    removed: str,
) -> None:
    """Carries it out and tells of it: `did` is what was done to the landings, `removed` why a file is gone."""
    answer: dict[str, Any] = {"ok": False, "landings": [], "restored": [], "removed": [], "left": [], "commit": None}
    with one_object(as_json, answer):
        from glmcode.errors import GlmcodeError
        from glmcode.repo import journal
        from glmcode.repo.sessions import note_moved

        if steps is not None and to is not None:
            raise GlmcodeError("a number of landings and --to say two things", hint="give one of them")
        top = tree_root(root)
        if said := journal.recover(top):
            print(f"glmcode: {said}", file=sys.stderr)
        moved = chosen()(top, steps or 1, to=to, partial=partial, bounds=journal_bounds())
        note_moved(top, "undone" if did == "took back" else "redone", moved.landings)
        answer |= {
            "ok": True,
            "landings": moved.landings,
            "restored": moved.restored,
            "removed": moved.removed,
            "left": moved.left,
            "commit": moved.commit or None,
        }
        if not as_json:
            _tell(moved, did, removed)


def journal_bounds() -> "JournalBounds":
    """How much of past landings is kept, as configured. Reading a configuration takes much of the program: only if there
    is one."""
    from glmcode.repo.options import JournalBounds, config_path

    if not os.path.exists(config_path()):
        return JournalBounds()
    from glmcode.agent.config import configured

    return configured().repo.journal


def list_landings(root: str | None, as_json: bool) -> None:
    """Shows what can be taken back and what can be brought again, the next one first each. Writes nothing."""
    answer: dict[str, Any] = {"ok": False, "undo": [], "redo": [], "ended": []}
    with one_object(as_json, answer):
        from glmcode.repo.undoing import past

        found = past(tree_root(root))
        answer |= {
            "ok": True,
            "undo": [_row(one) for one in found.standing],
            "redo": [_row(one) for one in found.undone],
            "ended": [_row(one) for one in found.ended],
        }
        if not as_json:
            _list(found)


def _tell(moved: "Moved", did: str, removed: str) -> None:
    from glmcode.repo.folder import shown

    count = len(moved.restored) + len(moved.removed)
    numbers = ", ".join(str(int(one)) for one in moved.landings)
    as_it_was = f"{count} file{'' if count == 1 else 's'} as {'before' if did == 'took back' else 'it left them'}"
    by = f" by commit {moved.commit[:12]}, which reverts it" if moved.commit else ""
    print(f"{did} landing{'' if len(moved.landings) == 1 else 's'} {numbers}{by}: {as_it_was}")
    for path in moved.restored:
        print(f"  {shown(path)}")
    for path in moved.removed:
        print(f"  {shown(path)}  ({removed})")
    for path in moved.left:
        print(f"  {shown(path)}  (left as it is: it was changed since)")


def _list(past: "Past") -> None:
    for title, records in (
        ("can be taken back (glmcode undo), the next one first:", past.standing),
        ("can be brought again (glmcode redo), the next one first:", past.undone),
        ("taken back, and ended by a newer landing:", past.ended),
    ):
        if records:
            print(title)
            _table(records)
    if not (past.standing or past.undone or past.ended):
        print("no landings are kept here")


def _table(records: "Sequence[Record]") -> None:
    from glmcode.repo.folder import shown

    for one in records:
        paths = [shown(change.path) for change in one.changes]
        files = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
        title = f"{shown(one.title)}: " if one.title else ""
        print(f"  {int(one.id):>4}  {_time(one)}  {title}{files}")


def _row(record: "Record") -> dict[str, Any]:
    return {
        "landing": record.id,
        "time": record.time,
        "title": record.title,
        "files": [change.path for change in record.changes],
    }


def _time(record: "Record") -> str:
    import time

    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(record.time))
    except (OverflowError, OSError, ValueError):
        return "at no known time"
