"""The message of a commit, written by the model that did the work: one short request over the diff, and plain text of its answer."""

import re
import time
from dataclasses import replace
from typing import Final

from glmcode.agent.ask import count, request_sent
from glmcode.agent.events import Note
from glmcode.agent.job import Job
from glmcode.agent.limits import output_allowance
from glmcode.agent.prompts import render
from glmcode.errors import GlmcodeError
from glmcode.model.providers import Provider
from glmcode.model.stream import Asking, Finish, Message, Reasoning, Request, Text, Usage
from glmcode.model.usage import estimate_tokens

__all__ = ["plain_message", "write_message"]

SUBJECT: Final = 72
DIFF: Final = 8_000
"""Tokens of the diff that are shown: what a reader of the message would look at first."""
ANSWER: Final = 1_024
"""Tokens; a server that thinks although it was asked not to needs some of them for that."""
SECONDS: Final = 30.0
"""How long the user waits for it: the task is a message too."""
_LONGEST: Final = 4_000
_TRAILER: Final = re.compile(r"[A-Za-z]+(-[A-Za-z]+)*-by:|(Change-Id|Fixes|Closes):", re.IGNORECASE)
_DRESS: Final = re.compile(r"^(?:#+ |\*\*|`|\"|subject: |commit message: )+|(?:\*\*|`|\")+$", re.IGNORECASE)


def write_message(job: Job, task: str, diff: str) -> str | None:
    """The message; None where none could be had in time and within the budgets, which is said then."""
    try:
        said = _asked(job, task, diff)
    except GlmcodeError as error:
        job.emit(Note(f"the commit's message is the task: {error.message}"))
        return None
    message = plain_message(said)
    if message is None:
        job.emit(Note("the commit's message is the task: the model's answer held none"))
    return message


def plain_message(said: str) -> str | None:
    """The answer as a commit's message: a subject of at most 72 characters, a body, and nothing that would act on a terminal
    or claim to be signed by someone. None where nothing is left."""
    lines = ["".join(sign for sign in line if sign.isprintable()).rstrip() for line in said[:_LONGEST].splitlines()]
    lines = [line for line in lines if not line.lstrip().startswith("```") and not _TRAILER.match(line.strip())]
    while lines and not (subject := _DRESS.sub("", lines[0].strip()).strip().rstrip(".")):
        lines.pop(0)
    if not lines:
        return None
    if len(subject) > SUBJECT:
        cut = subject[: SUBJECT - 1]
        subject = (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip() + "…"
    body = "\n".join(lines[1:]).strip("\n")
    return f"{subject}\n\n{body}\n" if body.strip() else f"{subject}\n"


def _asked(job: Job, task: str, diff: str) -> str:
    prompt = render("commit", task=task.strip()[:_LONGEST], stat=_stat(diff), diff=_shown(diff))
    deadline = min(job.deadline, time.monotonic() + SECONDS)
    request = Request((Message("user", prompt),), 0, thinking=False, deadline=deadline)
    guess = estimate_tokens(prompt) + 4

    def allow(provider: Provider, model: str) -> int:
        return min(ANSWER, output_allowance(guess, provider, replace(job.limits, answer=ANSWER), job.spent))

    asking: Asking | None = None
    counted = False
    text: list[str] = []
    thought: list[str] = []
    finish = ""
    try:
        for delta in job.model.stream(request, allow):
            if isinstance(delta, Asking):
                asking = delta
                job.emit(request_sent(job, guess, delta))
            elif isinstance(delta, Text):
                text.append(delta.text)
            elif isinstance(delta, Reasoning):
                thought.append(delta.text)
            elif isinstance(delta, Usage) and asking is not None:
                counted = True
                count(job, asking, delta, guess, estimated=False)
            elif isinstance(delta, Finish):
                finish = delta.reason
    finally:
        if asking is not None and not counted and (text or thought):
            reasoning = estimate_tokens("".join(thought))
            usage = Usage(guess, 0, estimate_tokens("".join(text)) + reasoning, reasoning)
            count(job, asking, usage, guess, estimated=True)
    if finish not in ("stop", ""):
        raise GlmcodeError(f"the model's answer did not come to its end ({finish})")
    return "".join(text)


def _stat(diff: str) -> str:
    """Each file with its lines added and removed; at most 200."""
    from unidiff.patch import PatchSet

    rows = [f"{file.path}: +{file.added} -{file.removed}" for file in PatchSet(diff)]
    return "\n".join([*rows[:200], *([f"and {len(rows) - 200} more files"] if len(rows) > 200 else [])])


def _shown(diff: str) -> str:
    """The diff, cut where it gets too long, and never within binary data."""
    kept: list[str] = []
    left, binary = DIFF, False
    for line in diff.splitlines():
        binary = line == "GIT binary patch" or (binary and not line.startswith("diff --git "))
        if binary:
            continue
        left -= estimate_tokens(line[:2_000]) + 1
        if left < 0:
            return "\n".join([*kept, "[the rest of the diff is left out]"])
        kept.append(line[:2_000])
    return "\n".join(kept)
