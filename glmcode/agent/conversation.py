"""One session of work: a worktree, a model, a test command, and the messages so far. Each task goes on from the last."""

import math
import os
import shlex
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace

from glmcode.agent import Emit, Journal
from glmcode.agent.bench import Bench
from glmcode.agent.booking import booked
from glmcode.agent.context import Shown, files_for, instructions, listing
from glmcode.agent.events import ContextGathered, Finished, Note, RunStarted
from glmcode.agent.inflight import slot
from glmcode.agent.job import Job
from glmcode.agent.keeping import begin_answer, has_half, left_by, save_messages, take_up, touched
from glmcode.agent.loop import Ending, judge, pursue
from glmcode.agent.noting import noted
from glmcode.agent.options import Options, as_notes
from glmcode.agent.prompts import render
from glmcode.agent.repair import FAILURES, tests_section
from glmcode.checks.find import TestCommand, find_tests
from glmcode.checks.run import run_tests
from glmcode.checks.verdict import Verdict, for_model
from glmcode.errors import Exit, GlmcodeError
from glmcode.model.chain import Chain, Link
from glmcode.model.client import Message
from glmcode.model.failures import UnansweredError
from glmcode.model.scrub import Scrubber
from glmcode.model.usage import estimate_tokens
from glmcode.repo.sessions import Session, load, note
from glmcode.version import __version__

__all__ = ["Conversation", "Options"]


_HOMES = ("HOME", "USERPROFILE")
_PASSING = (Exit.UNREACHABLE, Exit.INTERRUPTED, Exit.BUDGET)
"""How a task ends that can be gone on with as it is."""


class Conversation:
    """Opened on a repository; each `pursue` is a task in the same worktree. Close it when done.

    Opening raises GlmcodeError where there is nothing to work with (no repository, no commit, no tests), and leaves
    nothing behind.
    """

    def __init__(
        self,
        root: str,
        chain: Sequence[Link],
        options: Options,
        task: str,
        session: Session | None = None,
        *,
        base: str | None = None,
        notes: Sequence[Note] = (),
    ) -> None:
        """`chain`: the providers that are asked, in order. `session`: one that another process has left, to go on with;
        else a new one starts from `base`. `notes` are told when the first task has begun."""
        from glmcode.agent.config import repo_options
        from glmcode.model.cassette import Recorder
        from glmcode.repo.discover import find_repository
        from glmcode.repo.lock import held
        from glmcode.repo.sessions import lock_path
        from glmcode.repo.streams import Journal
        from glmcode.repo.worktree import open_session, reopen

        self._options = options
        self._chain = chain
        self._taken_up = session is not None
        self._half = False
        """What came of the last answer can be gone on with, though nothing of it may have landed."""
        self._worktrees = repo_options(find_repository(root).root).worktrees
        self._key = chain[0].find().key
        self._scrub = Scrubber({name: os.environ[name] for name in os.environ if name not in _HOMES}, (self._key,))
        """What is written down goes through it; the conversation, which must stay what it was, is only rid of the key."""
        self._notes = list(notes)
        self.session = session or open_session(
            root, self._scrub.text(task), as_notes(options), self._worktrees, base, self._tell
        )
        self._held = ExitStack()
        self._journal = Journal(self.session)
        self._bench = Bench(self.session)
        self._model: Chain | None = None
        self._deadline = math.inf
        self._messages = [Message("system", render("system"))]
        self._shown: set[str] = set()
        self._last: Job | None = None
        self._task = task
        try:
            self._held.enter_context(held(lock_path(self.session), doing="is working on this session", patience=0))
            if session is not None:
                self.session = reopen(session, self._worktrees, self._tell)
                self._bench = Bench(self.session)
            self._tests = self._find_tests()
            # Last, so that a recording's file is not left behind by what fails before anything can be recorded.
            recorder = Recorder(options.record) if options.record else None
            self._model = Chain(chain, options.retry, record=recorder, slots=slot)
        except BaseException:
            self.close()
            raise

    def _tell(self, line: str) -> None:
        """Of the worktree, when the first task has begun."""
        self._notes.append(Note(line))

    def pursue(self, task: str, emit: Emit) -> Finished:
        """Runs one task to its end, whatever that is, and says how it went. Raises nothing that the user can cause."""
        return self._run("task", task, emit, lambda job: self._rounds(job, task))

    def resume(self, emit: Emit) -> Finished:
        """Goes on with the session's task where another process left it. What had arrived is landed anew, on what the
        answer began with; the rest is asked for. Raises nothing that the user can cause."""
        return self._run("resumed", self.session.task, emit, self._go_on)

    def _run(self, how: str, task: str, emit: Emit, work: Callable[[Job], Ending]) -> Finished:
        started = time.monotonic()
        minutes = self._options.limits.minutes
        self._deadline = math.inf if minutes is None else started + 60 * minutes
        emit = booked(emit, self.session, self._scrub.text(task)) if self._options.book else emit
        emit = noted(emit, self.session, self._scrub)
        begun = self._run_started(task)
        note(
            self.session,
            how,
            task=self._scrub.text(task),
            provider=begun.provider,
            model=begun.model,
            glmcode=__version__,
        )
        emit(begun)
        while self._notes:
            emit(self._notes.pop(0))
        job = self._last = self._job(emit)
        self._task = task
        unanswered = False
        try:
            ending = work(job)
        except GlmcodeError as error:
            unanswered = isinstance(error, UnansweredError)
            ending = Ending(error.exit_code, error.message, error.hint)
        except KeyboardInterrupt:
            ending = Ending(Exit.INTERRUPTED, "interrupted: what had landed is kept")
            self._bench.keep("glmcode: what had landed when it was interrupted")
        self._messages = job.messages
        if ending.exit_code in _PASSING or unanswered:
            self._half = ending.exit_code is not Exit.INTERRUPTED and has_half(self.session)
            hint = f"glmcode resume {self.session.id} goes on where it broke off"
            ending = replace(ending, hint=f"{ending.hint}\n{hint}".strip())
        seconds = time.monotonic() - started
        self._save(job, ending, seconds)
        return self._finished(job, ending, seconds)

    def commit_message(self) -> str | None:
        """The message of a commit of the last task's work, written by the model; None where none could be had, which is
        said. Raises nothing that the user can cause."""
        from glmcode.agent.wording import write_message

        return None if self._last is None else write_message(self._last, self._task, self._bench.diff())

    def counted(self, finished: Finished) -> Finished:
        """As the last task ended, with what was asked for since."""
        if self._last is None:
            return finished
        spent = self._last.spent
        return replace(
            finished,
            prompt_tokens=spent.prompt,
            cached_tokens=spent.cached,
            output_tokens=spent.output,
            reasoning_tokens=spent.reasoning,
            dollars=spent.dollars,
        )

    def close(self) -> bool:
        """Ends the session. Returns whether it is kept: one whose branch holds nothing leaves nothing behind."""
        from glmcode.repo.removal import remove, retire
        from glmcode.repo.worktree import branch_tip

        if self._model is not None:
            self._model.close()
        self._journal.close()
        self._held.close()
        try:
            self._bench.keep("glmcode: what had landed when it broke off")
            if branch_tip(self.session) != self.session.base:
                retire(self.session, self._worktrees.pool)
                return True
        except GlmcodeError:
            return True  # someone moved the branch or the worktree meanwhile: what is left of it is theirs to look at
        if self._taken_up or self._half:
            return True  # what an earlier process left may be all there is of an answer
        remove(self.session.root, self.session.id, force=True, pool=self._worktrees.pool)
        return False

    def _rounds(self, job: Job, task: str) -> Ending:
        verdict = judge(job) if job.judge is not None else None
        if verdict is not None and verdict.counted and not verdict.passed + verdict.failed + verdict.errors:
            job.emit(Note("the test command ran no test: only tests that the plan adds can make it green", "warning"))
        job.messages.append(Message("user", self._first_message(task, verdict)))
        tokens = sum(estimate_tokens(message.content) for message in job.messages)
        job.emit(ContextGathered(tuple(sorted(self._shown)), tokens))
        return pursue(job, verdict)

    def _go_on(self, job: Job) -> Ending:
        from glmcode.repo.worktree import branch_tip

        left = left_by(self.session)
        if left is None:
            return self._rounds(job, self.session.task)
        if left.uncounted is not None:  # once, also where this process ends too
            self._journal.reopen()
            self._journal.counted()
        take_up(job, left)
        self._shown.update(left.shown)
        if left.kept is None:
            return pursue(job, None)
        if branch_tip(self.session) not in (left.base, load(self.session.root, self.session.id).kept):
            job.emit(Note("the session's branch has moved since: the answer under way is asked for anew", "warning"))
            return pursue(job, None)
        self._bench.restore(left.base, touched(left.kept))
        return pursue(job, None, left.kept)

    def _begin(self, job: Job, again: bool) -> Journal:
        begin_answer(self.session, self._journal, job, sorted(self._shown), again=again, key=self._key)
        return self._journal

    def _first_message(self, task: str, verdict: Verdict | None) -> str:
        tracked = self._tracked()
        first = len(self._messages) == 1
        failing = for_model(verdict, FAILURES) if verdict is not None and not verdict.green else ""
        shown = files_for(task, tracked, self._read, failing=failing, outline=_outline, skip=self._shown, whole=first)
        self._shown.update(shown.files)
        return render(
            "task",
            instructions=instructions(self._read) if first else "",
            tree=listing(tracked) if first else "",
            files=shown.text,
            tests=tests_section(verdict, "before any edit") if verdict is not None else "",
            task=task.strip(),
        )

    def _look_up(self, verdict: Verdict) -> Shown:
        failing = for_model(verdict, FAILURES)
        shown = files_for("", self._tracked(), self._read, failing=failing, outline=_outline, skip=self._shown)
        self._shown.update(shown.files)
        return shown

    def _tracked(self) -> tuple[str, ...]:
        from glmcode.repo.files import tracked_files

        return tracked_files(self.session.worktree)

    def _read(self, path: str) -> str | None:
        from glmcode.repo.files import read_text

        return read_text(self.session.worktree, path)

    def _find_tests(self) -> TestCommand | None:
        if not self._options.run_tests:
            return None
        found = find_tests(self.session.root, self.session.worktree, self._options.test_command)
        if found is None:
            raise GlmcodeError(
                "no tests were found in this repository",
                hint="--test COMMAND names the command that judges the work\n--no-tests lands the plan without any",
            )
        return found

    def _test(self) -> Verdict:
        assert self._tests is not None
        return run_tests(
            self._tests,
            self.session.worktree,
            timeout=min(self._options.test_timeout, max(1.0, self._deadline - time.monotonic())),
            environ=os.environ,
            changed=self._bench.untested(),
        )

    def _job(self, emit: Emit) -> Job:
        assert self._model is not None  # only where opening failed is there none, and then there is no conversation
        return Job(
            model=self._model,
            bench=self._bench,
            judge=self._test if self._tests is not None else None,
            judged_by=(self._options.test_command or shlex.join(self._tests.argv), self._tests.why)
            if self._tests is not None
            else ("", ""),
            limits=self._options.limits,
            thinking=self._options.thinking,
            emit=emit,
            look_up=self._look_up,
            messages=list(self._messages),
            begin=self._begin,
            stopping=self._options.stopping,
            resumptions=self._options.resumptions,
            deadline=self._deadline,
        )

    def _run_started(self, task: str) -> RunStarted:
        return RunStarted(
            session=self.session.id,
            task=self._scrub.text(task),
            root=self.session.root,
            worktree=self.session.worktree,
            branch=self.session.branch,
            base=self.session.base,
            provider=self._chain[0].provider.name,
            model=self._chain[0].find().model,
        )

    def _save(self, job: Job, ending: Ending, seconds: float) -> None:
        """Writes down how it ended, so that another process can land it or go on with it."""
        from glmcode.repo.streams import discard

        save_messages(self.session, job.messages, self._key)
        note(
            self.session,
            "ended",
            exit_code=int(ending.exit_code),
            why=self._scrub.text(ending.why),
            rounds=job.rounds,
            applied=job.applied,
            already=job.already,
            rejected=job.rejected,
            seconds=round(seconds, 3),
        )
        if ending.exit_code is Exit.OK:
            discard(self.session)

    def _finished(self, job: Job, ending: Ending, seconds: float) -> Finished:
        from unidiff.patch import PatchSet

        from glmcode.repo.worktree import changed_files

        diff = self._bench.diff()
        patch = PatchSet(diff)
        return Finished(
            ok=ending.exit_code is Exit.OK,
            exit_code=int(ending.exit_code),
            why=ending.why,
            hint=ending.hint,
            session=self.session.id,
            branch=self.session.branch,
            rounds=job.rounds,
            applied=job.applied,
            already=job.already,
            rejected=job.rejected,
            files=changed_files(self.session),
            added=patch.added,
            removed=patch.removed,
            before=job.before,
            after=job.after,
            prompt_tokens=job.spent.prompt,
            cached_tokens=job.spent.cached,
            output_tokens=job.spent.output,
            reasoning_tokens=job.spent.reasoning,
            dollars=job.spent.dollars,
            seconds=round(seconds, 3),
            diff=diff,
        )


def _outline(path: str, text: str) -> str:
    """A large file, as its definitions; its first lines where it has no grammar."""
    from glmcode.syntax import language_of, outline

    if language_of(path, text.encode("utf-8", "surrogateescape")) is None:
        return text[:8000]
    lines = (f"{d.line}-{d.end_line} {d.name}: {d.signature}\n" for d in outline(text, path))
    return "".join(lines)[:40_000]
