"""One task from its words to its end: what `glmcode run` does, and the library's `run_task`."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from glmcode.agent import Emit, Landing
from glmcode.agent.conversation import Conversation, Options
from glmcode.agent.events import Event, Finished
from glmcode.agent.options import from_notes
from glmcode.agent.start import TakingAlong, starting_point
from glmcode.errors import Exit, GlmcodeError
from glmcode.model.chain import Link, links
from glmcode.repo.sessions import Session
from glmcode.repo.terms import Terms

__all__ = ["Decisions", "Options", "chain_of", "land", "open_conversation", "resume_task", "run_task"]


class Decisions(Protocol):
    """What only the user can decide. Given only where there is someone to ask."""

    def landing(self, finished: Finished) -> Landing:
        """How green work lands in the user's own branch."""

    def consent(self, paths: Sequence[str]) -> bool:
        """Whether the landing may change these files, which others run without asking."""

    def take_along(self, uncommitted: str) -> bool:
        """Whether the session starts with the user's uncommitted work, which is so much."""


def run_task(
    task: str,
    root: str = ".",
    *,
    options: Options | None = None,
    emit: Emit | None = None,
    decide: Decisions | None = None,
    land_as: Landing | None = None,
    allow: Sequence[str] = (),
    terms: Terms | None = None,
) -> Finished:
    """Works on `task` in a worktree of the repository at `root` until the tests are green or a limit is reached. Without
    `options`, as the user's configuration says.

    `emit` is given every event as it happens; the last is the `Finished` that is also returned, whatever went wrong:
    what a user can cause is told by its `exit_code` and `why`, never raised. Work that ended green lands as `land_as`
    says, else as `decide` does, else not at all (`glmcode land` does it later). `allow` names protected files that it
    may change in the user's branch, `terms` the rest of how it lands.
    """
    return _run(
        lambda: open_conversation(task, root, options if options is not None else _configured(), decide),
        lambda conversation, emit: conversation.pursue(task, emit),
        emit if emit is not None else _ignore,
        decide,
        land_as,
        allow,
        terms,
    )


def resume_task(
    session: str | None = None,
    root: str = ".",
    *,
    change: Callable[[Options], Options] | None = None,
    emit: Emit | None = None,
    decide: Decisions | None = None,
    land_as: Landing | None = None,
    allow: Sequence[str] = (),
    terms: Terms | None = None,
) -> Finished:
    """Goes on with a task whose process ended before it did: the session of this id or its beginning, or the newest.

    `change` is given the options that the task was begun with. All else is as with `run_task`.
    """
    return _run(
        lambda: _take_up(session, root, change),
        lambda conversation, emit: conversation.resume(emit),
        emit if emit is not None else _ignore,
        decide,
        land_as,
        allow,
        terms,
    )


def _run(
    opened: Callable[[], Conversation],
    work: Callable[[Conversation, Emit], Finished],
    emit: Emit,
    decide: Decisions | None,
    land_as: Landing | None,
    allow: Sequence[str],
    terms: Terms | None,
) -> Finished:
    try:
        conversation = opened()
        try:
            finished = work(conversation, emit)
            write = conversation.commit_message
            finished = land(conversation.session, finished, land_as, decide, allow, terms=terms, emit=emit, write=write)
            finished = conversation.counted(finished)
        finally:
            kept = conversation.close()
        if not kept:
            later = [line for line in finished.hint.split("\n") if not line.startswith("glmcode resume ")]
            finished = replace(finished, session="", branch="", hint="\n".join(later))
    except GlmcodeError as error:
        finished = Finished(ok=False, exit_code=int(error.exit_code), why=error.message, hint=error.hint)
    except KeyboardInterrupt:
        finished = Finished(ok=False, exit_code=int(Exit.INTERRUPTED), why="interrupted")
    emit(finished)
    return finished


def open_conversation(task: str, root: str, options: Options, decide: TakingAlong | None = None) -> Conversation:
    """A conversation on the repository at `root`, named after its first task. `decide` is asked for the user's uncommitted
    work, where the options don't say. Raises GlmcodeError: no task, no key, no repository, no tests."""
    if not task.strip():
        raise GlmcodeError("the task is empty", hint='glmcode run "what is to be done"')
    chain = chain_of(options)
    base, notes = starting_point(root, options.include_dirty, decide)
    return Conversation(root, chain, options, task, base=base, notes=notes)


def chain_of(options: Options) -> tuple[Link, ...]:
    """The providers that the options name, among those shipped and those of the user's configuration."""
    from glmcode.agent.config import configured

    known = configured().providers
    return links(options.provider, options.base_url, options.model, options.fallback, os.environ, known)


def _take_up(which: str | None, root: str, change: Callable[[Options], Options] | None) -> Conversation:
    from glmcode.repo.sessions import load

    record = load(root, which)
    if record.status in ("green", "landed"):
        raise GlmcodeError(
            f"session {record.session.id} has ended green: there is nothing to go on with",
            hint=f"glmcode land {record.session.id} lands it",
        )
    options = from_notes(record.rounds.get("options"))
    options = change(options) if change is not None else options
    return Conversation(record.session.root, chain_of(options), options, record.session.task, record.session)


def land(
    session: Session,
    finished: Finished,
    how: Landing | None,
    decide: Decisions | None,
    allow: Sequence[str] = (),
    *,
    terms: Terms | None = None,
    emit: Emit | None = None,
    write: Callable[[], str | None] | None = None,
) -> Finished:
    """Lands work that ended green in the user's branch. Where that can't be, `finished` says so (exit code 5; 4 where it
    lacks consent to a protected file) and the session keeps the work. `write` is asked for a commit's message."""
    from glmcode.agent.handing import hand_over

    if not finished.files:
        return finished
    later = f"glmcode land {session.id} --how apply|commit|merge|patch|branch lands it"
    if finished.ok and how is None and decide is not None:
        how = decide.landing(finished)
    if not finished.ok or how is None or how == "none":
        return replace(finished, hint=f"{finished.hint}\n{later}".strip())
    try:
        consent = None if decide is None else decide.consent
        landed = hand_over(session, how, emit or _ignore, terms=terms, allow=allow, consent=consent, write=write)
    except GlmcodeError as error:
        hint = f"{error.hint}\nthe work is kept: {later}".strip()
        return replace(finished, ok=False, exit_code=int(error.exit_code), why=error.message, hint=hint)
    except KeyboardInterrupt:
        why = "interrupted while the work was landing"
        return replace(finished, ok=False, exit_code=int(Exit.INTERRUPTED), why=why, hint=f"the work is kept: {later}")
    where = f"it is in {landed.output}" if landed.output else ""
    return replace(finished, landed=how, hint=f"{finished.hint}\n{where}".strip())


def _configured() -> Options:
    from glmcode.agent.config import configured

    return configured().options


def _ignore(event: Event) -> None:
    """For a caller who wants the end only."""
