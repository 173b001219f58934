"""The same hunt for the readers alone: a plan read in every form, in pieces, as text and as bytes. Nothing is landed."""

import time

from glmcode.plan.edits import Event
from glmcode.plan.reader import FORMS, PlanParser
from tests.fuzz.choices import Choices
from tests.fuzz.plans import case

SLOWEST = 1.0
"""Seconds of CPU for 10 KB read in one form; the library is several times slower when it is watched."""


def one(data: bytes) -> None:
    """One input: the plan that these bytes build."""
    choices = Choices(data)
    plan = case(choices).plan
    form = choices.one(("auto", *FORMS))
    path = choices.one((None, "a.py"))
    cuts = sorted(choices.below(len(plan) + 1) for _ in range(1 + choices.below(12)))
    pieces = [plan[at:end] for at, end in zip([0, *cuts], [*cuts, len(plan)], strict=True)]
    began = time.process_time()
    whole = _read(form, path, [plan])
    assert _read(form, path, pieces) == whole, "the chunks changed the events"
    assert _read(form, path, [*plan[:400], plan[400:]]) == whole, "single characters changed the events"
    if not any("\ud800" <= char <= "\udfff" for char in plan):
        raw = plan.encode()
        at = choices.below(len(raw) + 1)
        assert _read(form, path, [raw[:at], raw[at:]]) == whole, "bytes are read otherwise than text"
    lines = plan.count("\n") + 1
    assert all(1 <= event.line <= getattr(event, "end_line", event.line) <= lines for event in whole)
    cut = PlanParser(form, path)
    begun = [event for piece in pieces[:-1] for event in cut.feed(piece)]
    assert begun == whole[: len(begun)], "what had come was taken back"
    cut.close(cut=True)
    spent = time.process_time() - began
    assert spent <= 5 * SLOWEST * max(1, len(plan) / 10_000), f"{spent:.1f} s"


def _read(form: str, path: str | None, pieces: list[str] | list[bytes]) -> list[Event]:
    parser = PlanParser(form, path)
    events = [event for piece in pieces for event in parser.feed(piece)]
    return events + parser.close()
