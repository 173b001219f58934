"""What the model is told after a round that wasn't the last: what did not land, what fails, and what to answer."""

from collections.abc import Mapping, Sequence

from glmcode.agent.answer import Answer
from glmcode.agent.context import Shown
from glmcode.agent.prompts import render
from glmcode.checks.verdict import Verdict, for_model
from glmcode.landing.outcome import Outcome

__all__ = ["repair", "tests_section"]

REJECTIONS = 6_000
"""Characters that rejected edits may take in all (section 3 of the plan's specification and the engine's own bound)."""
FAILURES = 14_000
"""Characters of test output in a message: about 4,000 tokens."""


def repair(answer: Answer, verdict: Verdict | None, shown: Shown, pending: Mapping[str, int]) -> str:
    """The user's message of the next round. `pending` counts by path the rejected edits that are not mended yet, also
    those of earlier rounds."""
    rejected = answer.rejected() if answer.whole else tuple(o for o in answer.rejected() if o.reason != "malformed")
    return render(
        "repair",
        rejected=_rejected_section(rejected, len(answer.outcomes)) + _pending_section(rejected, pending),
        cut=_cut_section(answer),
        tests=tests_section(verdict, "after these edits") if verdict else "",
        files=shown.text,
        ask=_ask(answer, bool(rejected or pending), verdict is None or verdict.green),
    )


def tests_section(verdict: Verdict, when: str) -> str:
    """What the tests say, for the model; one line where they are green."""
    if verdict.green:
        return f"# The tests are green {when}\n\n"
    return f"# The tests fail {when}\n<output>\n{for_model(verdict, FAILURES).strip()}\n</output>\n\n"


def _rejected_section(rejected: Sequence[Outcome], edits: int) -> str:
    if not rejected:
        return ""
    parts = [f"# {len(rejected)} of your {edits} edits did not land; the others did and stay\n"]
    room = REJECTIONS
    for at, outcome in enumerate(rejected):
        part = (
            f"## Edit {outcome.index + 1} ({outcome.path or 'no path'}): {outcome.reason}\n{outcome.message.strip()}\n"
        )
        if len(part) > room:
            rest = ", ".join(f"edit {o.index + 1} ({o.path}): {o.reason}" for o in rejected[at : at + 20])
            parts.append(f"## And\n{rest}\n")
            break
        room -= len(part)
        parts.append(part)
    return "".join(parts) + "\n"


def _pending_section(rejected: Sequence[Outcome], pending: Mapping[str, int]) -> str:
    told = {outcome.path for outcome in rejected}
    earlier = [f"{path or 'no path'} ({count})" for path, count in pending.items() if path not in told]
    return f"# Rejected earlier and not sent again yet: {', '.join(earlier[:20])}\n\n" if earlier else ""


def _cut_section(answer: Answer) -> str:
    if answer.whole or not answer.text.strip():
        return ""
    tail = answer.text.rstrip()[-300:]
    if answer.stopped:
        why = f"was stopped by glmcode: {answer.stopped}"
    elif answer.finish == "length":
        why = "reached the most tokens that one answer may have"
    else:
        why = "was cut off on its way"
    return f"# Your answer {why}\nWhat had closed has landed. It ended with:\n<ending>\n{tail}\n</ending>\n\n"


def _ask(answer: Answer, rejected: bool, green: bool) -> str:
    if answer.stopped and rejected:
        return "Don't go on with that plan before you know why it misses: look at what the files really hold, then send the rejected edits mended, and what is still to be done."
    if answer.only_thought:
        return "Your answer held nothing but thoughts, so nothing has changed. Don't think it all through again: answer with the edit plan now, the most needed edits first."
    if not answer.whole:
        return "Go on from the first edit that had not closed; don't repeat those before it."
    if not answer.outcomes:
        return "Your answer held no edits, so nothing has changed. Answer with an edit plan; if nothing needs to change, say so in one sentence."
    asks = []
    if rejected:
        asks.append("Send the rejected edits again, mended.")
    if not green:
        asks.append("Find the cause of what fails and mend it.")
    return " ".join(asks) or "Go on."
