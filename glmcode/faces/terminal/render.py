"""A run, for a person: every event as a line or two on standard error, the diff on standard output."""

import os
import re
import sys
import time
from collections.abc import Callable
from typing import Any, Literal

from glmcode.agent.events import (
    BudgetSpent,
    CheckFinished,
    CheckStarted,
    ContextGathered,
    EditBegun,
    EditLanded,
    Event,
    Finished,
    Note,
    PlanText,
    Progress,
    ProviderSwitched,
    RequestSent,
    RequestWaits,
    RoundFinished,
    RunStarted,
    StoppedEarly,
    StreamResumed,
    Thinking,
    UsageCounted,
)
from glmcode.errors import Exit
from glmcode.faces.terminal.screen import Screen, tolerant, wants_colour
from glmcode.faces.terminal.text import printable

__all__ = ["LANDED", "Renderer", "write_diff"]

LANDED = {
    "apply": "landed as uncommitted changes; glmcode undo takes them back",
    "commit": "landed as one commit on your branch",
    "merge": "merged into your branch",
    "patch": "written as a patch; your checkout is as it was",
    "branch": "left on its branch; your checkout is as it was",
}


_ENDED = {
    "length": "the answer reached its token limit",
    "interrupted": "stopped by Ctrl-C",
    "sensitive": "the service's content filter ended the answer (sensitive)",
    "content_filter": "the service's content filter ended the answer (content_filter)",
    "model_context_window_exceeded": "the model's context is full",
}


class Renderer:
    """Takes the events of a run and shows them. `intro`: what is said at its start, the task and the place of work ("all"),
    only the place, or nothing, where that was seen before."""

    def __init__(self, screen: Screen, *, intro: Literal["all", "place", "none"] = "all") -> None:
        self.screen = screen
        self._intro = intro
        self._reported = False
        self._blank = True
        self._since = time.monotonic()
        """When what is waited for began."""
        self._round_shown = 0
        self._show: dict[type, Callable[[Any], None]] = {
            RunStarted: self._started,
            ContextGathered: self._context,
            CheckStarted: self._check_started,
            CheckFinished: self._check_finished,
            RequestSent: self._request,
            RequestWaits: self._waits,
            ProviderSwitched: self._switched,
            StreamResumed: self._resumed,
            StoppedEarly: self._stopped,
            Thinking: self._thought,
            PlanText: self._prose,
            Progress: self._progress,
            EditBegun: self._begun,
            EditLanded: self._landed,
            UsageCounted: self._usage,
            RoundFinished: self._round,
            BudgetSpent: self._budget,
            Note: self._note,
            Finished: self._finished,
        }

    def __call__(self, event: Event) -> None:
        self._show[type(event)](event)

    def _started(self, event: RunStarted) -> None:
        if self._intro == "all":
            self.screen.line(event.task.strip().split("\n")[0][:200], "bold")
        if self._intro == "none":
            return
        beside = os.path.relpath(event.worktree, event.root)
        self._field("worktree", min(beside, event.worktree, key=len))
        self._field("branch", f"{event.branch} (from {event.base[:10]})")
        self._field("model", f"{event.model or 'what it lists'} at {event.provider}")

    def _context(self, event: ContextGathered) -> None:
        names = ", ".join(event.files[:6]) + (f" and {len(event.files) - 6} more" if len(event.files) > 6 else "")
        self._field("context", f"about {event.tokens:,} tokens" + (f": {names}" if names else ""))

    def _check_started(self, event: CheckStarted) -> None:
        if event.round == 0:
            self._field("tests", f"{event.command} ({event.why})")
        self._since = time.monotonic()
        self.screen.status(f"  running the tests: {event.command}", self._since)

    def _check_finished(self, event: CheckFinished) -> None:
        self._field("before" if event.round == 0 else "tests", event.summary, "green" if event.green else "red")
        for name in event.failing[:10]:
            self.screen.item(name, "dim", indent=" " * 12)
        if len(event.failing) > 10:
            self.screen.line(f"and {len(event.failing) - 10} more", "dim", indent=" " * 12)

    def _request(self, event: RequestSent) -> None:
        if event.round != self._round_shown:  # an answer that goes on has several requests
            self._round_shown = event.round
            self.screen.line()
            self.screen.line(f"round {event.round}", "bold")
        self._since = time.monotonic()
        most = f", ${event.most_dollars:.2f} at most" if event.most_dollars else ""
        self.screen.status(
            f"  waiting for {event.model} (about {event.prompt_tokens:,} tokens sent{most})", self._since
        )

    def _waits(self, event: RequestWaits) -> None:
        self.screen.line(f"{event.why}: trying again in {event.seconds:.0f} s", "yellow", indent="  ")
        self.screen.status("  waiting to try again", self._since)

    def _switched(self, event: ProviderSwitched) -> None:
        self.screen.line(f"{event.why}: asking {event.model} at {event.provider}", "yellow", indent="  ")

    def _resumed(self, event: StreamResumed) -> None:
        kept = f"{_count(event.kept_edits, 'edit')} kept" if event.kept_edits else "from its beginning"
        self.screen.line(f"{event.why}: going on, {kept}", "yellow", indent="  ")

    def _stopped(self, event: StoppedEarly) -> None:
        price = f", ${event.saved_dollars:.4f}" if event.saved_dollars else ""
        saved = f"saves at most {event.saved_tokens:,} tokens{price}"
        self.screen.line(f"stopped early: {event.why} ({saved})", "yellow", indent="  ")

    def _thought(self, event: Thinking) -> None:
        self.screen.line(event.text, "dim", indent="  │ ")
        self._blank = False

    def _prose(self, event: PlanText) -> None:
        # Runs of blank lines between edits say nothing on a screen.
        blank = not event.text.strip()
        if not (blank and self._blank):
            self.screen.line(event.text.rstrip(), indent="  ")
        self._blank = blank

    def _progress(self, event: Progress) -> None:
        if event.reasoning and not event.plan:
            text = f"thinking: {event.reasoning:,} characters"
        else:
            text = f"plan: {event.plan:,} characters, {_count(event.edits, 'edit')}"
        self.screen.status(f"  {text}", self._since)

    def _begun(self, event: EditBegun) -> None:
        self.screen.status(f"  … {event.path}", self._since)

    def _landed(self, event: EditLanded) -> None:
        outcome = event.outcome
        self._blank = False
        where = outcome.path or "(no path)"
        if outcome.lines is not None:
            first, last = outcome.lines
            where += f":{first}" if last <= first else f":{first}-{last}"
        if outcome.status == "rejected":
            self.screen.line(f"{where}  {outcome.reason}", mark="  ✗ ", mark_style="red")
            message = outcome.message.strip().split("\n")
            self.screen.line("\n".join(message[:12]), "dim", indent="      ")
        elif outcome.status == "already":
            self.screen.line(f"{where}  already there", "dim", mark="  = ", mark_style="dim")
        else:
            self.screen.line(
                where + (f"  {outcome.strategy}" if outcome.strategy else ""), mark="  ✓ ", mark_style="green"
            )

    def _usage(self, event: UsageCounted) -> None:
        price = f", ${event.dollars:.4f}" if event.dollars is not None else ""
        said = "about " if event.estimated else ""
        cached = f" ({event.cached_tokens:,} cached)" if event.cached_tokens else ""
        self._field(
            "usage", f"{said}{event.prompt_tokens:,} tokens in{cached}, {event.output_tokens:,} out{price}", "dim"
        )

    def _round(self, event: RoundFinished) -> None:
        if event.finish not in ("stop", "tool_calls", "stopped"):
            why = _ENDED.get(event.finish, f"the answer was cut ({event.finish})")
            self.screen.line(f"{why}: what had closed has landed", "yellow", indent="  ")

    def _budget(self, event: BudgetSpent) -> None:
        self.screen.line(event.detail, "yellow", indent="  ")

    def _note(self, event: Note) -> None:
        self.screen.line(event.text, "yellow" if event.level == "warning" else "dim", indent="  ")

    def _finished(self, event: Finished) -> None:
        self.report(event)
        if event.landed != "none":
            self.screen.line(LANDED[event.landed], "green")
        if event.hint:
            self.screen.line(event.hint.strip("\n"), indent="  ")
        self.screen.close()

    def report(self, event: Finished) -> None:
        """The diff on standard output and the summary below it; once, however often it is asked for."""
        if self._reported:
            return
        self._reported = True
        self.screen.close()
        if event.rounds or event.diff:
            self.screen.line()
        if event.diff:
            write_diff(event.diff)
            if sys.stdout.isatty():
                self.screen.line()
        ok = event.exit_code == Exit.OK
        self.screen.line(
            event.why,
            "bold green" if ok else "bold red",
            mark="✓ " if ok else "✗ ",
            mark_style="green" if ok else "red",
        )
        if event.applied or event.already or event.rejected or event.output_tokens:
            self._field("rounds", str(event.rounds))
            self._field(
                "edits",
                f"{event.applied} landed, {event.already} already there, {event.rejected} rejected;"
                f" {_count(len(event.files), 'file')}",
            )
            if event.before and event.after:
                self._field("tests", f"{event.before.summary} → {event.after.summary}")
            price = f", ${event.dollars:.4f}" if event.dollars is not None else ""
            self._field(
                "cost", f"{event.prompt_tokens:,} tokens in, {event.output_tokens:,} out{price}, {event.seconds:.1f} s"
            )
        if event.files:
            self._field("branch", event.branch)

    def _field(self, name: str, text: str, style: str = "") -> None:
        self.screen.line(text, style, mark=f"  {name:<9} ", mark_style="dim")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def write_diff(diff: str) -> None:
    """The diff on standard output: byte for byte where a program reads it, coloured and made printable on a terminal."""
    if not sys.stdout.isatty():
        sys.stdout.flush()
        sys.stdout.buffer.write(diff.encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
        return
    tolerant(sys.stdout)
    colours = {"+": "32", "-": "31", "@": "36"}
    colour = wants_colour(sys.stdout)
    for line in diff.splitlines():
        text = printable(line)
        if line.startswith("index "):
            text = re.sub(r"\b([0-9a-f]{10})[0-9a-f]{30,}", r"\1", text)
        if colour and line.startswith(("diff ", "+++ ", "--- ")):
            text = f"\x1b[1m{text}\x1b[0m"
        elif colour and (code := colours.get(line[:1])):
            text = f"\x1b[{code}m{text}\x1b[0m"
        print(text)
    sys.stdout.flush()
