"""What was worked on goes to the user's branch: the same way from a run and from an interactive session."""

from collections.abc import Callable, Sequence

from glmcode.agent import Emit
from glmcode.agent.events import Note
from glmcode.errors import GlmcodeError
from glmcode.repo.sessions import Session
from glmcode.repo.terms import How, Landed, Terms

__all__ = ["hand_over", "message_for"]


def hand_over(
    session: Session,
    how: How,
    emit: Emit,
    *,
    write: Callable[[], str | None] | None = None,
    terms: Terms | None = None,
    allow: Sequence[str] = (),
    consent: Callable[[Sequence[str]], bool] | None = None,
) -> Landed:
    """Lands the session's work as the user's configuration says: with its trailer, and a message that `write` gives
    where none is given and that is not turned off. Raises GlmcodeError as `land_session` does; `consent` is asked before that
    for protected files which `allow` doesn't name."""
    from glmcode.agent.config import repo_options
    from glmcode.repo.branch import land_session
    from glmcode.repo.journal import recover
    from glmcode.repo.protected import ProtectedError

    options = repo_options(session.root)
    write = write if options.commits.written else None
    if said := recover(session.root):
        emit(Note(said))
    terms = terms or Terms()
    try:
        return land_session(session, how, terms=terms, options=options, allow=allow, write=write)
    except ProtectedError as error:
        if consent is None or not consent(error.paths):
            raise
        return land_session(session, how, terms=terms, options=options, allow=(*allow, *error.paths), write=write)


def message_for(session: Session, emit: Emit) -> str | None:
    """The message of a commit of a session that another process has worked on, from the model that it was begun with; None
    where none could be had, which is said. Raises nothing that the user can cause."""
    from glmcode.agent.bench import Bench
    from glmcode.agent.booking import booked
    from glmcode.agent.context import Shown
    from glmcode.agent.inflight import slot
    from glmcode.agent.job import Job
    from glmcode.agent.options import from_notes
    from glmcode.agent.task import chain_of
    from glmcode.agent.wording import write_message
    from glmcode.model.chain import Chain
    from glmcode.repo.sessions import load
    from glmcode.repo.streams import Journal

    try:
        options = from_notes(load(session.root, session.id).rounds.get("options"))
        chain = Chain(chain_of(options), options.retry, slots=slot)
    except GlmcodeError as error:
        emit(Note(f"the commit's message is the task: {error.message}"))
        return None
    bench = Bench(session)
    job = Job(
        model=chain,
        bench=bench,
        judge=None,
        judged_by=("", ""),
        limits=options.limits,
        thinking=options.thinking,
        emit=booked(emit, session, session.task) if options.book else emit,
        look_up=lambda _: Shown("", ()),
        messages=[],
        begin=lambda _, __: Journal(session),
    )
    try:
        return write_message(job, session.task, bench.diff())
    finally:
        chain.close()
