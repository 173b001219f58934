"""What stood in a file that had to become again what it was before a landing: kept in git, where no gc of git's takes it.

One reference each, `refs/glmcode/aside/<day>-<blob>`, that names the bytes themselves; `glmcode gc` removes old ones.
"""

import os
import re
from datetime import UTC, date, datetime, timedelta

from glmcode.repo.git import git, run_git

__all__ = ["keep", "prune"]

_UNDER = "refs/glmcode/aside/"
_NAME = re.compile(re.escape(_UNDER) + r"([0-9]{4}-[0-9]{2}-[0-9]{2})-([0-9a-f]{40,64})")


def keep(root: str, data: bytes) -> str:
    """Keeps the bytes in the repository of `root`; gives the id that `git cat-file blob` shows them by."""
    blob = git(root, "hash-object", "-w", "--no-filters", "--stdin", stdin=data).decode().strip()
    git(root, "update-ref", f"{_UNDER}{datetime.now(UTC).date()}-{blob}", blob)
    return blob


def prune(common: str, days: int, *, dry_run: bool = False) -> int:
    """Lets go of what has been kept for more than so many days; gives how many."""
    before = datetime.now(UTC).date() - timedelta(days=min(days, 100_000))
    listed = os.fsdecode(git(common, "for-each-ref", "--format=%(refname)", _UNDER)).split("\n")
    old = [found for name in listed if (found := _NAME.fullmatch(name)) and (_day(found[1]) or before) < before]
    if not dry_run:
        for found in old:
            run_git(common, ["update-ref", "-d", found[0], found[2]])
    return len(old)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
