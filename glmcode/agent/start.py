"""Where a task starts: from HEAD's commit, or with the user's uncommitted work on top of it."""

from typing import Protocol

from glmcode.agent.events import Note

__all__ = ["TakingAlong", "starting_point"]


class TakingAlong(Protocol):
    """What only the user can decide."""

    def take_along(self, uncommitted: str) -> bool:
        """Whether the session starts with the user's uncommitted work, which is so much."""


def starting_point(root: str, wanted: bool | None, decide: TakingAlong | None) -> tuple[str | None, tuple[Note, ...]]:
    """The commit to start from, None for HEAD's, and what the user should know of it.

    Where nothing is `wanted` either way, `decide` is asked, and without one the uncommitted work stays where it is.
    Raises GlmcodeError where it is to be taken along and can't be.
    """
    from glmcode.repo.dirty import take, uncommitted
    from glmcode.repo.discover import find_repository
    from glmcode.repo.worktree import head_commit

    if wanted is False:
        return None, ()
    found = uncommitted(root)
    if not found:
        return None, ()
    if wanted is None:
        if decide is None:
            text = f"your uncommitted work ({found}) is not included: --include-dirty takes it along"
            return None, (Note(text),)
        if not decide.take_along(str(found)):
            return None, ()
    repository = find_repository(root)
    taken = take(repository, head_commit(repository.root))
    notes = [Note(f"your uncommitted work ({found}) is included: the session starts from {taken.commit[:12]}")]
    if taken.left:
        more = f", and {len(taken.left) - 10} more" if len(taken.left) > 10 else ""
        notes.append(Note(f"not taken along: {', '.join(taken.left[:10])}{more}", "warning"))
    return taken.commit, tuple(notes)
