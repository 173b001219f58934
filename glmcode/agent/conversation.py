"""One session of work: a worktree, a model, a test command, and the messages so far. Each task goes on from the last."""

import os
import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from glmcode.agent import Emit
from glmcode.agent.context import Shown, files_for, instructions, listing
from glmcode.agent.events import ContextGathered, Finished, Note, RunStarted
from glmcode.agent.limits import Limits
from glmcode.agent.loop import Ending, Job, judge, pursue
from glmcode.agent.prompts import render
from glmcode.agent.repair import FAILURES, tests_section
from glmcode.checks.find import TestCommand, find_tests
from glmcode.checks.run import run_tests
from glmcode.checks.verdict import Verdict, for_model
from glmcode.errors import Exit, GlmcodeError
from glmcode.landing.tree import Tree
from glmcode.model.client import Client, Message
from glmcode.model.providers import Endpoint
from glmcode.model.usage import estimate_tokens
from glmcode.repo.sessions import Session

__all__ = ["Conversation", "Options"]


@dataclass(frozen=True, slots=True)
class Options:
    """How a task is run. Every field has the value that the command has by default."""

    provider: str | None = None
    base_url: str | None = None
    model: str | None = None
    limits: Limits = field(default_factory=Limits)
    test_command: str | None = None
    """Overrides what is found."""
    run_tests: bool = True
    test_timeout: float = 600.0
    """Seconds that one run of the tests may take."""
    thinking: bool = True
    retries: int = 3
    """Further tries of a request that the service could not take."""
    record: str | None = None
    """A file that the requests and answers are recorded in, as a cassette."""


class Conversation:
    """Opened on a repository; each `pursue` is a task in the same worktree. Close it when done.

    Opening raises GlmcodeError where there is nothing to work with (no repository, no commit, no tests), and leaves
    nothing behind.
    """

    def __init__(self, root: str, endpoint: Endpoint, options: Options, task: str) -> None:
        from glmcode.model.cassette import Recorder
        from glmcode.repo.worktree import open_session

        self._options = options
        self._endpoint = endpoint
        self.session = open_session(root, task)
        self._bench = _Bench(self.session)
        self._client: Client | None = None
        self._messages = [Message("system", render("system"))]
        self._shown: set[str] = set()
        try:
            self._tests = self._find_tests()
            # Last, so that a recording's file is not left behind by what fails before anything can be recorded.
            recorder = Recorder(options.record) if options.record else None
            self._client = Client(endpoint, retries=options.retries, record=recorder)
        except BaseException:
            self.close()
            raise

    def pursue(self, task: str, emit: Emit) -> Finished:
        """Runs one task to its end, whatever that is, and says how it went. Raises nothing that the user can cause."""
        started = time.monotonic()
        emit(self._run_started(task))
        job = self._job(emit)
        try:
            ending = self._rounds(job, task)
        except GlmcodeError as error:
            ending = Ending(error.exit_code, error.message, error.hint)
        except KeyboardInterrupt:
            ending = Ending(Exit.INTERRUPTED, "interrupted: what had landed is kept")
            self._bench.keep("glmcode: what had landed when it was interrupted")
        self._messages = job.messages
        self._save(job, ending)
        return self._finished(job, ending, time.monotonic() - started)

    def close(self) -> bool:
        """Ends the session. Returns whether it is kept: one whose branch holds nothing leaves nothing behind."""
        from glmcode.repo.sessions import remove
        from glmcode.repo.worktree import branch_tip

        if self._client is not None:
            self._client.close()
        try:
            self._bench.keep("glmcode: what had landed when it broke off")
            if branch_tip(self.session) != self.session.base:
                return True
        except GlmcodeError:
            return True  # someone moved the branch or the worktree meanwhile: what is left of it is theirs to look at
        remove(self.session.root, self.session.id, force=True)
        return False

    def _rounds(self, job: Job, task: str) -> Ending:
        verdict = judge(job) if job.judge is not None else None
        if verdict is not None and verdict.counted and not verdict.passed + verdict.failed + verdict.errors:
            job.emit(Note("the test command ran no test: only tests that the plan adds can make it green", "warning"))
        job.messages.append(Message("user", self._first_message(task, verdict)))
        tokens = sum(estimate_tokens(message.content) for message in job.messages)
        job.emit(ContextGathered(tuple(sorted(self._shown)), tokens))
        return pursue(job, verdict)

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
            timeout=self._options.test_timeout,
            environ=os.environ,
            changed=self._bench.untested(),
        )

    def _job(self, emit: Emit) -> Job:
        return Job(
            model=self._model(),
            endpoint=self._endpoint,
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
        )

    def _model(self) -> Client:
        assert self._client is not None  # only where opening failed is there none, and then there is no conversation
        return self._client

    def _run_started(self, task: str) -> RunStarted:
        return RunStarted(
            session=self.session.id,
            task=task,
            root=self.session.root,
            worktree=self.session.worktree,
            branch=self.session.branch,
            base=self.session.base,
            provider=self._endpoint.provider.name,
            model=self._endpoint.model,
        )

    def _save(self, job: Job, ending: Ending) -> None:
        """Keeps the session's record up to date, so that another process can land it or go on with it."""
        from glmcode.repo import sessions

        record = sessions.load(self.session.root, self.session.id)
        rounds = {"rounds": job.rounds, "applied": job.applied, "rejected": job.rejected, "why": ending.why}
        sessions.save(replace(record, status="green" if ending.exit_code is Exit.OK else "red", rounds=rounds))
        sessions.save_messages(
            self.session, [{"role": message.role, "content": message.content} for message in job.messages]
        )

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


class _Bench:
    """The session's worktree, as the loop sees it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._written: set[str] = set()
        self._untested: set[str] = set()

    def tree(self) -> Tree:
        from glmcode.repo.disk import DirectoryTree

        return DirectoryTree(self._session.worktree)

    def write(self, files: Mapping[str, bytes | None], modes: Mapping[str, str]) -> None:
        from glmcode.repo.disk import remove_file, write_file

        for path, data in files.items():
            if data is None:
                remove_file(self._session.worktree, path)
            else:
                write_file(self._session.worktree, path, data, modes[path])
        self._written.update(files)
        self._untested.update(files)

    def untested(self) -> list[str]:
        """The paths written since this was last asked."""
        paths = sorted(self._untested)
        self._untested.clear()
        return paths

    def keep(self, message: str) -> None:
        from glmcode.repo.worktree import snapshot

        if not self._written:
            return
        snapshot(self._session, sorted(self._written), message)
        self._written.clear()

    def diff(self) -> str:
        from glmcode.repo.worktree import session_diff

        return session_diff(self._session)


def _outline(path: str, text: str) -> str:
    """A large file, as its definitions; its first lines where it has no grammar."""
    from glmcode.syntax import language_of, outline

    if language_of(path) is None:
        return text[:8000]
    lines = (f"{d.line}-{d.end_line} {d.name}: {d.signature}\n" for d in outline(text, path))
    return "".join(lines)[:40_000]
