"""A plan of two hundred edits whose stream is cut at any byte: the tree is that of the uncut one, on one provider and with a
fallback, and no edit that had closed is asked for again.

The suite cuts at a few dozen bytes; `GLMCODE_CUTS=300 pytest tests/agent/test_cuts.py` at as many as are named.
"""

import os
import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace

import pytest

from glmcode.agent.answer import Answer, receive
from glmcode.agent.events import Event, ProviderSwitched, StreamResumed
from glmcode.agent.prompts import render
from glmcode.agent.resume import Cut
from glmcode.landing.engine import Landing
from glmcode.landing.tree import MappingTree
from glmcode.model.chain import Chain, Link
from glmcode.model.retry import Retry
from glmcode.model.stream import Asking, Delta, Message, Request
from glmcode.plan.reader import parse_plan
from tests.agent.long_plan import COUNT, FILES, PLAN, Cuts, after, service
from tests.model.faults import FaultServer

CUTS = int(os.environ.get("GLMCODE_CUTS", "12"))
SIZE = 48
"""Characters that an event says: a few, so that cuts fall into every part of an edit, and of an event."""
WIRE = len(PLAN) + len(PLAN) // SIZE * 70
"""Bytes that the whole stream has at least."""


class Forgetful:
    """A journal that keeps nothing."""

    def text(self, text: str, /) -> None: ...
    def reasoning(self, text: str, /) -> None: ...
    def go_on(self, *, continues: bool) -> None: ...
    def flush(self) -> None: ...
    def end(self, finish: str, /) -> None: ...
    def asked(self, request: Mapping[str, object], /) -> None: ...
    def counted(self) -> None: ...


@dataclass
class Run:
    answer: Answer
    files: Mapping[str, bytes | None]
    events: list[Event]


def landed(chain: Chain) -> Run:
    landing = Landing(MappingTree({path: text.encode() for path, text in FILES.items()}), eager=True)
    events: list[Event] = []

    def send(cut: Cut | None) -> Iterator[Delta]:
        request = Request((Message("user", "change them all"),), 0)
        if cut is not None:
            go_on = render("go_on") if cut.closed else ""
            request = replace(request, partial=cut.partial, closed=cut.closed, go_on=go_on)
        return (delta for delta in chain.stream(request, lambda _, __: 100_000) if not isinstance(delta, Asking))

    answer = receive(send, landing, lambda files, modes: None, events.append, 1, journal=Forgetful())
    return Run(answer, landing.files(), events)


def link(server: FaultServer, name: str) -> Link:
    endpoint = server.endpoint()
    endpoint = replace(endpoint, provider=replace(endpoint.provider, name=name))
    return Link(endpoint.provider, lambda: endpoint)


@pytest.mark.parametrize("owner", ["someone", "vllm"])
@pytest.mark.parametrize("fallback", [False, True], ids=["one", "fallback"])
@pytest.mark.timeout(1200)
def test_a_cut_at_any_byte_ends_in_the_tree_of_the_uncut_plan(owner: str, fallback: bool) -> None:
    chance = random.Random(f"{owner} {fallback}")
    limits: list[int] = []
    gone: list[int] = []  # who has cut the stream breaks off at once from then on
    cuts: Cuts = lambda _: limits.pop(0) if limits else 0 if gone else None  # noqa: E731
    retry = Retry(1, first_wait=0.001, waits=())
    with ExitStack() as stack:
        first = stack.enter_context(service(cuts, owner=owner, size=SIZE))
        second = stack.enter_context(service(lambda _: None, owner=owner, size=SIZE))
        links = [link(first, "one"), link(second, "two")] if fallback else [link(first, "one")]
        uncut = landed(Chain(links, retry))
        assert sum(outcome.status == "applied" for outcome in uncut.answer.outcomes) == COUNT
        if fallback:
            gone.append(1)
        for _ in range(CUTS):
            limits[:] = [chance.randrange(1, WIRE)]
            first.seen.clear()
            second.seen.clear()
            chain = Chain(links, retry)
            run = landed(chain)
            chain.close()
            assert run.files == uncut.files
            assert run.answer.text == PLAN
            assert sum(outcome.status == "applied" for outcome in run.answer.outcomes) == COUNT
            # No edit that had closed is asked for again: what is sent back holds every one.
            resumed = [event for event in run.events if isinstance(event, StreamResumed)]
            asked = [seen.json for seen in (*first.seen, *second.seen) if seen.head.startswith("POST")]
            for event in resumed:
                assert all(len(parse_plan(after(request)[0])) >= event.kept_edits for request in asked[1:])
            assert bool(resumed) <= (len(asked) > 1)
            assert any(isinstance(event, ProviderSwitched) for event in run.events) == fallback
