"""A provider, and those that are asked where it can't answer: retry, then fall back, then wait.

Each provider is asked as often as `Client` does. Where it gives up, the next one is asked that is fit for the request; where
none can, all rest for a while, and the first is asked again. What is decided is told, one delta a decision.
"""

import random
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from glmcode.errors import Exit, GlmcodeError
from glmcode.model.client import Client
from glmcode.model.failures import UnansweredError
from glmcode.model.providers import LOCAL, Endpoint, Provider, choose, locals_of
from glmcode.model.retry import Breaker, Retry
from glmcode.model.stream import Asking, Delta, Finish, Reasoning, Request, Switched, Text, Told, Waiting

if TYPE_CHECKING:
    from glmcode.model.cassette import Recorder

__all__ = ["Allow", "Chain", "Link", "Slots", "links"]

_LITTLE: Final = 2_000
"""Characters. A stream that breaks off with less counts against its provider: connections that hold for a minute, and are
gone on with, do not."""
_LOOK: Final = 0.25
"""Seconds between two looks whether another request has ended."""

Allow: TypeAlias = Callable[[Provider, str], int]
"""How many output tokens a request may use at most at this provider, of this model. Raises GlmcodeError where it is not to be
asked: its context is too small, its price too high for what is left."""

Slots: TypeAlias = Callable[[Provider, bool], AbstractContextManager[object] | None]
"""Takes one of the places for requests under way at a provider, or all of them; None where they are taken."""


@dataclass(frozen=True, slots=True)
class Link:
    """One provider of a chain."""

    provider: Provider
    find: Callable[[], Endpoint]
    """Its endpoint with the key. Raises GlmcodeError where there is no key; asked for when it is needed first, since a key
    may have to be asked for."""


def links(
    provider: str | None,
    base_url: str | None,
    model: str | None,
    fallback: Sequence[str],
    environ: Mapping[str, str],
    known: Mapping[str, Provider],
) -> tuple[Link, ...]:
    """The chain of what is asked for and its fallbacks, in order, each provider once. `local` is all servers of this
    machine. Raises GlmcodeError (exit 2) as `choose` does for the first; for the others, where they are not known."""
    first = choose(provider, base_url, model, environ, known)
    chain = [Link(first.provider, lambda: first)]
    names = [*([LOCAL] if provider == LOCAL and not base_url else []), *fallback]
    for name in names:
        if name != LOCAL and name not in known:
            raise GlmcodeError(f"unknown fallback {name!r}", hint=f"known: {', '.join((*known, LOCAL))}")
        chain += [_link(one, environ, known) for one in (locals_of(known) if name == LOCAL else (known[name],))]
    return tuple({link.provider.base_url or link.provider.name: link for link in reversed(chain)}.values())[::-1]


def _link(provider: Provider, environ: Mapping[str, str], known: Mapping[str, Provider]) -> Link:
    return Link(provider, lambda: choose(provider.name, None, None, environ, known))


@dataclass(slots=True)
class _State:
    """A link, and what was learned of it."""

    link: Link
    breaker: Breaker
    client: Client | None = None
    out: GlmcodeError | None = None
    """Why it is asked no more."""
    error: GlmcodeError | None = None
    """Why it could not answer last."""
    told: set[str] = field(default_factory=set)
    alone: bool = False
    """It takes fewer requests at once than its table says: ours waits until no other one is under way."""


class Chain:
    """Asks the first provider that can answer. One request at a time; not to be shared by threads. Close it when done."""

    def __init__(
        self,
        chain: Sequence[Link],
        retry: Retry | None = None,
        *,
        record: "Recorder | None" = None,
        slots: Slots = lambda _, __: nullcontext(),
    ) -> None:
        """`slots` bounds the requests under way at a provider, also those of other processes."""
        self._retry = retry or Retry()
        self._record = record
        self._slots = slots
        self._states = [_State(link, Breaker(self._retry.trips, self._retry.rest)) for link in chain]
        self._current = self._states[0]

    def close(self) -> None:
        """Closes all connections. A stream that is being read must be closed first."""
        for state in self._states:
            if state.client is not None:
                state.client.close()

    def stream(self, request: Request, allow: Allow) -> Iterator[Delta]:
        """The answer as it arrives, as of `Client.stream`; before that Switched, Told, Waiting for what is decided, and
        Asking for each provider that is sent the request. Its `max_tokens` are those that `allow` gives.

        Raises GlmcodeError while nothing has arrived: the first provider's, or what `allow` raised where it lets no
        provider be asked.
        """
        now = time.monotonic()
        none = all(state.out is not None for state in self._states)
        for state in self._states:
            if none:
                state.out = None  # who asks once more has mended something, or hopes so
            if not state.breaker.resting(now):
                state.error = None
        waits = iter(self._retry.waits)
        while True:
            shared = [state for state in self._states if not state.alone]
            for state in self._worth_asking():
                if time.monotonic() >= request.deadline:
                    raise _over()
                if (yield from self._try(state, request, allow)):
                    return
                if state is self._states[0] and state.error is not None and not _elsewhere(state.error):
                    state.out = None  # it is what the user wants, once that is mended
                    raise state.error
            if any(state.alone for state in shared):
                continue  # what is waited for is another request's end
            error = self._error()
            seconds = self._rest(next(waits, None))
            if seconds is None:
                raise error
            if time.monotonic() + seconds >= request.deadline:
                raise _over(error.message)
            yield Waiting(seconds, error.message)
            time.sleep(seconds)

    def _worth_asking(self) -> list[_State]:
        """The providers that may be asked now, in order. Where all rest because they failed, the one that has rested
        longest; none against its own wish."""
        now = time.monotonic()
        open_ = [state for state in self._states if state.out is None]
        willing = [state for state in open_ if not state.breaker.asked_to_wait(now)]
        fresh = [state for state in willing if not state.breaker.resting(now)]
        return fresh or sorted(willing, key=lambda state: state.breaker.resting(now))[:1]

    def _try(self, state: _State, request: Request, allow: Allow) -> Generator[Delta, None, bool]:
        """Asks one provider; returns whether it answered."""
        try:
            client, most = self._fit(state, allow)
        except GlmcodeError as error:
            self._failed(state, error)
            if len(self._states) > 1:
                yield from self._passed(state, error)
            return False
        endpoint = client.endpoint
        if state is not self._current:
            yield Switched(endpoint.provider.name, endpoint.model, self._why(state))
            self._current = state
        slot = self._slots(endpoint.provider, state.alone)
        if slot is None:
            yield Told(_taken(endpoint.provider, state.alone))
        while slot is None:
            time.sleep(_LOOK)
            if time.monotonic() >= request.deadline:
                raise _over()
            slot = self._slots(endpoint.provider, state.alone)
        with slot:
            yield Asking(endpoint.provider, endpoint.model, most)
            client.retry = replace(self._retry, tries=0) if state.breaker.tried else self._retry
            try:
                yield from self._answered(state, client.stream(replace(request, max_tokens=most)), request.deadline)
            except UnansweredError as error:
                self._failed(state, error)
            else:
                return True
        if isinstance(state.error, UnansweredError) and state.error.failure.crowded:
            free = self._slots(endpoint.provider, True)
            state.alone = state.alone or free is None
            if free is not None:
                with free:
                    pass
        return False

    def _answered(self, state: _State, deltas: Iterator[Delta], deadline: float) -> Iterator[Delta]:
        """An answer, and what it says of its provider."""
        length, finish = 0, ""
        with closing(deltas):  # type: ignore[type-var]  # what a client streams is a generator
            for delta in deltas:
                if isinstance(delta, Text | Reasoning):
                    length += len(delta.text)
                elif isinstance(delta, Finish):
                    finish = delta.reason
                yield delta
        now = time.monotonic()
        if finish != "cut" or length >= _LITTLE:
            state.breaker.answered()
        elif now < deadline:
            state.breaker.failed(now)

    def _fit(self, state: _State, allow: Allow) -> tuple[Client, int]:
        """The client of a provider that is fit for the request, and the tokens that it may use. Raises GlmcodeError where
        it is not. The key is asked for last."""
        provider = state.link.provider
        most = allow(provider, provider.model)
        cap = provider.max_output
        if state is not self._states[0] and cap is not None and cap < self._retry.least_output:
            wanted = self._wanted(allow)
            if cap < wanted:
                raise GlmcodeError(
                    f"{provider.name} gives {cap:,} tokens an answer at most, and {wanted:,} may be needed",
                    exit_code=Exit.BUDGET,
                )
        if state.client is None:
            state.client = Client(state.link.find(), self._retry, record=self._record)
        endpoint = state.client.resolved()
        if (endpoint.provider, endpoint.model) != (provider, provider.model):
            most = allow(endpoint.provider, endpoint.model)
        return state.client, most

    def _wanted(self, allow: Allow) -> int:
        """What the first provider would be allowed, as far as a fallback has to match it."""
        first = self._states[0].link.provider
        try:
            return min(self._retry.least_output, allow(first, first.model))
        except GlmcodeError:
            return self._retry.least_output

    def _failed(self, state: _State, error: GlmcodeError) -> None:
        state.error = error
        if not isinstance(error, UnansweredError):
            if error.exit_code is not Exit.BUDGET:
                state.out = error  # it has no key, or none that can be had
            return
        failure = error.failure
        state.breaker.failed(time.monotonic(), failure.wait)
        if not failure.again and failure.wait is None and not failure.why:
            state.out = error

    def _passed(self, state: _State, error: GlmcodeError) -> Iterator[Delta]:
        """Says once why a provider is passed over."""
        if error.message not in state.told:
            state.told.add(error.message)
            yield Told(f"{state.link.provider.name} is passed over: {error.message}")

    def _why(self, state: _State) -> str:
        """Why this provider is asked now, and not the one before."""
        if self._states.index(state) < self._states.index(self._current):
            return f"{state.link.provider.name} may be asked again"
        return self._current.error.message if self._current.error is not None else self._error().message

    def _error(self) -> GlmcodeError:
        """Why no provider has answered: the first one's reason, where it has one."""
        for state in self._states:
            if (error := state.error or state.out) is not None:
                return error
        return GlmcodeError("no provider may be asked yet", exit_code=Exit.UNREACHABLE)

    def _rest(self, step: float | None) -> float | None:
        """Seconds until any may be asked again; None where waiting is in vain, or would be too long. `step` is what is
        waited at least; None where all waits are used up."""
        now = time.monotonic()
        open_ = [state for state in self._states if state.out is None and _passes(state)]
        if step is None or not open_:
            return None
        soonest = min(state.breaker.asked_to_wait(now) for state in open_)
        return max(step * random.uniform(0.9, 1.1), soonest) if soonest <= max(self._retry.waits) else None  # noqa: S311  # jitter


def _passes(state: _State) -> bool:
    """Whether what keeps the provider from answering passes by itself."""
    error = state.error
    if error is None:
        return True  # it rests
    return isinstance(error, UnansweredError) and (error.failure.again or error.failure.wait is not None)


def _elsewhere(error: GlmcodeError) -> bool:
    """Whether another provider may do what this one can't."""
    return error.failure.elsewhere if isinstance(error, UnansweredError) else error.exit_code is Exit.BUDGET


def _taken(provider: Provider, alone: bool) -> str:
    """Why a request waits before it is sent."""
    if alone or provider.in_flight == 1:
        return f"another request to {provider.name} is under way, and it takes one at a time: waiting for that to end"
    return f"{provider.in_flight} requests to {provider.name} are under way: waiting for one to end"


def _over(why: str = "") -> GlmcodeError:
    return GlmcodeError(
        "the budget of time is spent" + (f" ({why})" if why else ""), exit_code=Exit.BUDGET, hint="raise --max-minutes"
    )
