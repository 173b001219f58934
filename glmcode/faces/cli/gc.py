"""`glmcode gc`: frees what glmcode keeps of a repository's past and no longer needs."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from glmcode.errors import Exit, GlmcodeError
from glmcode.faces.cli.app import app
from glmcode.faces.cli.landings import journal_bounds
from glmcode.faces.cli.streams import one_object, options_of, tree_root

if TYPE_CHECKING:
    from glmcode.repo.pruning import Freed

Root = Annotated[
    str | None,
    typer.Option("--root", metavar="DIR", help="The tree. Default: the repository of the working directory."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Only say what would be freed.")]
Landings = Annotated[int | None, typer.Option("--landings", metavar="N", min=0, help="Keep the last N landings.")]
Megabytes = Annotated[int | None, typer.Option("--megabytes", metavar="N", min=0, help="Keep at most so much of them.")]
Days = Annotated[int | None, typer.Option("--days", metavar="N", min=0, help="Keep none that is older.")]
SessionDays = Annotated[
    int | None, typer.Option("--session-days", metavar="N", min=0, help="Keep no landed session that rested longer.")
]
Pool = Annotated[int | None, typer.Option("--worktrees", metavar="N", min=0, help="Keep N finished worktrees.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]


@app.command()
def gc(
    root: Root = None,
    dry_run: DryRun = False,
    landings: Landings = None,
    megabytes: Megabytes = None,
    days: Days = None,
    session_days: SessionDays = None,
    worktrees: Pool = None,
    as_json: Json = False,
) -> int:
    """Free what is kept of past landings, of landed sessions and of finished worktrees beyond the bounds.

    The bounds are those of [journal] (50 landings, 512 MB, 90 days) and [worktree] (2 worktrees) in config.toml, unless
    others are given. glmcode keeps within them by itself; gc is for when they became narrower, or the disk is full. What
    was cut off and waits to be finished is finished first, and never removed. Of sessions, those go whose work has landed
    and that have rested for the 90 days of [sessions]; one that still holds work of any kind stays.

    \b
    glmcode gc                    within the configured bounds
    glmcode gc --dry-run          what that would free
    glmcode gc --landings 5       keep the last five landings only
    glmcode gc --days 0 --json    all but the last landing
    glmcode gc --session-days 7   also what landed a week ago
    glmcode gc --worktrees 0      no worktree but those of sessions
    """
    answer: dict[str, Any] = {"ok": False, "dry_run": dry_run, "landings": None, "sessions": [], "worktrees": None}
    with one_object(as_json, answer):
        from glmcode.repo import journal
        from glmcode.repo.pruning import freed

        top = tree_root(root)
        given = {"landings": landings, "megabytes": megabytes, "days": days}
        bounds = replace(journal_bounds(), **{name: one for name, one in given.items() if one is not None})
        if dry_run:
            past = freed(journal.journal_folder(top), bounds, dry_run=True)
        else:
            if said := journal.recover(top):
                print(f"glmcode: {said}", file=sys.stderr)
            with journal.held_folder(top) as folder:
                past = freed(folder, bounds)
        sessions = _rested(top, session_days, dry_run)
        gone = _worktrees(top, worktrees, dry_run)
        aside = _aside(top, bounds.days, dry_run)
        answer |= {"ok": True, "landings": _row(past), "sessions": sessions, "worktrees": {"freed": len(gone)}}
        answer |= {"aside": {"freed": aside}}
        if not as_json:
            _tell(past, dry_run)
            for name in sessions:
                print(f"{'would remove' if dry_run else 'removed'} session {name}: it has landed, and rested since")
            if gone:
                many = "s" if len(gone) != 1 else ""
                print(f"{'would free' if dry_run else 'freed'} {len(gone)} finished worktree{many}")
            if aside:
                many = "s" if aside != 1 else ""
                print(f"{'would free' if dry_run else 'freed'} {aside} old content{many} that gave way to a landing")
    return Exit.OK


def _rested(root: str, days: int | None, dry_run: bool) -> tuple[str, ...]:
    """Removes landed sessions that have rested long enough; their ids."""
    from glmcode.repo.discover import find_repository
    from glmcode.repo.removal import prune

    try:
        find_repository(root)
    except GlmcodeError:
        return ()  # a tree in no repository has no sessions
    options = options_of(root)
    days = options.sessions.days if days is None else days
    return prune(root, days, dry_run=dry_run, pool=options.worktrees.pool)


def _worktrees(root: str, most: int | None, dry_run: bool) -> tuple[str, ...]:
    """The pooled worktrees that go."""
    from glmcode.repo.dirty import prune as prune_indexes
    from glmcode.repo.discover import around
    from glmcode.repo.pool import prune

    repository = around(root)
    if repository is None:
        return ()
    if not dry_run:
        prune_indexes(repository.common_dir)
    return prune(repository.common_dir, options_of(root).worktrees.pool if most is None else most, dry_run=dry_run)


def _aside(root: str, days: int, dry_run: bool) -> int:
    """How much goes of what was kept when a landing was taken back over it."""
    from glmcode.repo.discover import around
    from glmcode.repo.kept import prune

    repository = around(root)
    return 0 if repository is None else prune(repository.common_dir, days, dry_run=dry_run)


def _row(past: "Freed") -> dict[str, int]:
    return {
        "freed": past.landings,
        "freed_bytes": past.bytes,
        "kept": past.kept_landings,
        "kept_bytes": past.kept_bytes,
        "waiting": past.waiting,
        "leftovers": past.leftovers,
    }


def _tell(past: "Freed", dry_run: bool) -> None:
    verb = "would free" if dry_run else "freed"
    kept = f"{_count(past.kept_landings)} kept ({_size(past.kept_bytes)})"
    print(f"{verb} {_count(past.landings)} ({_size(past.bytes)}); {kept}")
    if past.leftovers:
        print(f"{verb} {past.leftovers} file{'s' if past.leftovers != 1 else ''} that killed processes had left")
    if past.waiting:
        print(f"{_count(past.waiting)} cut off, to be finished or taken back by the next glmcode in the same tree")


def _count(landings: int) -> str:
    return f"{landings} landing{'' if landings == 1 else 's'}"


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size} bytes"
