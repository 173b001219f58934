"""Whether a provider answers, how fast, and what of its table's entry is true: a few requests of some dozen tokens."""

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from glmcode.errors import GlmcodeError
from glmcode.model.client import Client
from glmcode.model.providers import Endpoint
from glmcode.model.retry import Retry
from glmcode.model.stream import Answering, Finish, Message, Reasoning, Request, Text, Usage
from glmcode.model.usage import cost

__all__ = ["Probe", "probe", "probe_all"]

_WORD: Final = "ready"
_ASK: Final = Request((Message("user", f"Answer with the one word: {_WORD}"),), 96)
_RETRY: Final = Retry(tries=0, waits=(), connect=10, stall=60)
_PATIENCE: Final = 120.0
"""Seconds that one provider gets in all: a server of this machine may have to load its model first."""

Switch: TypeAlias = Literal["on and off", "always", "never", "unknown"]


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found. Times are in milliseconds; what was not found out is None."""

    name: str
    base_url: str
    model: str = ""
    error: str = ""
    """Why it does not answer; "" where it does."""
    listed: int | None = None
    """Models that it lists; None where it has no list."""
    has_model: bool | None = None
    """Whether the model is among them."""
    context: int | None = None
    """What it says itself, else what its table's entry says."""
    latency: int | None = None
    """Until the list of models had come."""
    first: int | None = None
    """Until the first of an answer came."""
    events: int = 0
    """In how many pieces it came."""
    thinking: Switch = "unknown"
    """When it reasons: it can be switched, or it always or never does."""
    usage: bool | None = None
    """Whether it counts tokens."""
    continues: bool | None = None
    """Whether it goes on behind a partial answer; None where its table's entry doesn't say that it may."""
    dollars: float | None = None
    """What asking has cost."""


@dataclass(slots=True)
class _Heard:
    """One small answer."""

    text: str = ""
    reasoned: bool = False
    usage: Usage | None = None
    finish: str = ""
    first: int | None = None
    events: int = 0
    continues: bool = False


def probe_all(ask: Sequence[tuple[str, Callable[[], Endpoint]]]) -> Iterator[Probe]:
    """Probes several providers at once, each by its name and what finds its endpoint; as they answer. Raises nothing that a
    provider causes. Whoever stops listening waits for none of them."""
    found: queue.SimpleQueue[Probe | BaseException] = queue.SimpleQueue()
    for name, find in ask:
        # A pool would wait for its threads when the user has had enough.
        threading.Thread(target=_into, args=(found, name, find), daemon=True).start()
    for _ in ask:
        one = found.get()
        if isinstance(one, BaseException):
            raise one
        yield one


def _into(found: "queue.SimpleQueue[Probe | BaseException]", name: str, find: Callable[[], Endpoint]) -> None:
    try:
        found.put(probe(find()))
    except GlmcodeError as error:
        found.put(Probe(name, "", error=error.message))
    except BaseException as error:  # a bug of ours: it is the caller's thread that tells
        found.put(error)


def probe(endpoint: Endpoint) -> Probe:
    """Asks one provider. Raises nothing that it causes."""
    name, url = endpoint.provider.name, endpoint.base_url
    found = Probe(name, url, endpoint.model, context=endpoint.provider.context)
    ask = replace(_ASK, deadline=time.monotonic() + _PATIENCE)
    with Client(endpoint, _RETRY) as client:
        started = time.monotonic()
        try:
            models = client.models()
            found = replace(found, listed=len(models), latency=_since(started), has_model=endpoint.model in models)
        except GlmcodeError as error:
            if endpoint.provider.local or not endpoint.model:
                return replace(found, error=error.message)
        try:
            endpoint = client.resolved()
            found = replace(found, model=endpoint.model, context=endpoint.provider.context)
            if not found.has_model and found.listed:
                found = replace(found, has_model=endpoint.model in models)
            with_thoughts, without = _hear(client, ask), _hear(client, replace(ask, thinking=False))
            heard = [with_thoughts, without]
            if endpoint.provider.continues:
                heard.append(_hear(client, replace(ask, partial=_WORD[:3], closed="", thinking=False)))
                found = replace(found, continues=heard[-1].continues)
        except GlmcodeError as error:
            return replace(found, error=error.message)
    used = [one.usage for one in heard if one.usage is not None]
    prices = [cost(endpoint.provider, usage) for usage in used]
    return replace(
        found,
        first=with_thoughts.first,
        events=with_thoughts.events,
        thinking=_switch(with_thoughts, without),
        usage=len(used) == len(heard),
        dollars=None if None in prices else sum(price for price in prices if price is not None),
        error="" if with_thoughts.finish != "cut" else "its answer is cut",
    )


def _hear(client: Client, request: Request) -> _Heard:
    heard = _Heard()
    started = time.monotonic()
    with closing(client.stream(request)) as deltas:  # type: ignore[type-var]  # what a client streams is a generator
        for delta in deltas:
            if isinstance(delta, Text | Reasoning):
                heard.first = _since(started) if heard.first is None else heard.first
                heard.events += 1
                heard.reasoned = heard.reasoned or isinstance(delta, Reasoning)
                heard.text += delta.text if isinstance(delta, Text) else ""
            elif isinstance(delta, Answering):
                heard.continues = delta.continues
            elif isinstance(delta, Usage):
                heard.usage = delta
            elif isinstance(delta, Finish):
                heard.finish = delta.reason
    return heard


def _switch(on: _Heard, off: _Heard) -> Switch:
    if on.reasoned:
        return "always" if off.reasoned else "on and off"
    return "never" if not off.reasoned else "unknown"


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
