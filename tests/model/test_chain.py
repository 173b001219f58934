"""Providers that fail, one after the other, against real servers: who is asked when, and what the user is told."""

import contextlib
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.model.chain import Chain, Link, Slots, links
from glmcode.model.providers import Endpoint, Provider, choose, locals_of
from glmcode.model.retry import LONGEST_REST, Breaker, Retry
from glmcode.model.stream import (
    Answering,
    Asking,
    Delta,
    Finish,
    Message,
    Request,
    Switched,
    Text,
    Told,
    Waiting,
)
from glmcode.model.table import extended, providers
from tests.model import faults
from tests.model.faults import HEAD, FaultServer, Script, chunk, error, good, said

ASK = Request((Message("user", "hello"),), 0)
QUICK = Retry(tries=1, first_wait=0.01, waits=(), stall=5, connect=5)
FULL = error(429, "1302", "rate limit")


def allow(provider: Provider, _: str) -> int:
    return provider.max_output or 1000


@contextmanager
def chained(
    *scripts: Sequence[Script], retry: Retry = QUICK, slots: Slots = lambda _, __: nullcontext(), **changes: object
) -> Iterator[tuple[Chain, list[FaultServer]]]:
    """A chain of servers, each with its scripts; they are called a, b, c, ... `changes` are those of the last provider."""
    with ExitStack() as stack:
        servers = [stack.enter_context(FaultServer(*one)) for one in scripts]
        parts = []
        for number, server in enumerate(servers):
            endpoint = server.endpoint("sk-secret-0123456789")
            provider = replace(endpoint.provider, name="abcdef"[number], in_flight=1)
            if number == len(servers) - 1:
                provider = replace(provider, **changes)  # type: ignore[arg-type]
            parts.append(_link(replace(endpoint, provider=provider)))
        chain = Chain(parts, retry, slots=slots)
        stack.callback(chain.close)
        yield chain, servers


def _link(endpoint: Endpoint) -> Link:
    return Link(endpoint.provider, lambda: endpoint)


def text(deltas: Sequence[Delta]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, Text))


def story(deltas: Sequence[Delta]) -> list[str]:
    """What was decided, in short."""
    told = []
    for delta in deltas:
        if isinstance(delta, Asking):
            told.append(f"ask {delta.provider.name}")
        elif isinstance(delta, Switched):
            told.append(f"to {delta.provider}: {delta.why.split(': ', 1)[-1]}")
        elif isinstance(delta, Waiting):
            told.append("wait")
        elif isinstance(delta, Told):
            told.append(delta.text)
    return told


def test_a_provider_that_is_busy_is_tried_again_and_then_another_is_asked() -> None:
    with chained([FULL], [good("there")]) as (chain, servers):
        deltas = list(chain.stream(ASK, allow))
    assert text(deltas) == "there"
    assert story(deltas) == [
        "ask a", "wait", "to b: too many requests, or overloaded (429, 1302: rate limit)", "ask b",
    ]  # fmt: skip
    assert [len(server.seen) for server in servers] == [2, 1]
    assert [delta.provider for delta in deltas if isinstance(delta, Answering)] == ["b"]


@pytest.mark.parametrize(
    ("failing", "asked"),
    [
        (error(429, "1113", "no balance"), 1),
        (error(429, 1309, "expired"), 1),
        (error(402, None, "credits"), 1),
        (error(429, "1308", "your limit will reset at 2026-01-31 18:00"), 1),
        (error(500, "1234", "network"), 2),
        (error(529, None, "busy"), 2),
        (faults.answer(502, "<html><title>Bad gateway</title>", "text/html"), 2),
        (error(408, None, "slow"), 2),
        (error(400, "1261", "prompt too long"), 1),
        (faults.hangs_up, 2),
        (faults.resets, 2),
        (faults.then(faults.sends(HEAD), faults.resets), 2),
        (faults.answer(200, ""), 2),
        (faults.answer(200, '{"choices": [{"mess'), 2),
    ],
)
def test_what_another_provider_may_do_is_asked_of_it(failing: Script, asked: int) -> None:
    with chained([failing], [good("there")]) as (chain, servers):
        deltas = list(chain.stream(ASK, allow))
    assert text(deltas) == "there"
    assert [len(server.seen) for server in servers] == [asked, 1]


@pytest.mark.parametrize(
    "failing",
    [error(401, "1002", "token"), error(400, "1210", "parameter"), error(400, "1211", "model"), error(400, "1301", "no"),
     error(429, "1313", "fair use")],
)  # fmt: skip
def test_what_the_user_must_mend_is_not_hidden_by_a_fallback(failing: Script) -> None:
    with chained([failing], [good("there")]) as (chain, servers), pytest.raises(GlmcodeError) as raised:
        list(chain.stream(ASK, allow))
    assert [len(server.seen) for server in servers] == [1, 0]
    assert "sk-secret" not in raised.value.message + raised.value.hint


@pytest.mark.parametrize("failing", [error(429, "1113", "no balance"), error(401, "1002", "token")])
def test_what_was_mended_meanwhile_is_asked_again(failing: Script) -> None:
    """In a session that goes on: a key that works by now, an account that was topped up."""
    with chained([failing, good("there")]) as (chain, _):
        with pytest.raises(GlmcodeError):
            list(chain.stream(ASK, allow))
        assert text(list(chain.stream(ASK, allow))) == "there"


def test_a_key_that_is_refused_is_never_passed_over() -> None:
    with chained([error(401, "1002", "token")], [good("there")]) as (chain, servers):
        for _ in range(2):
            with pytest.raises(GlmcodeError, match="refused the key"):
                list(chain.stream(ASK, allow))
    assert servers[1].seen == []


def test_a_fallback_that_refuses_is_asked_no_more_and_the_next_one_is() -> None:
    with chained([FULL], [error(401, "1000", "key")], [good("there")]) as (chain, servers):
        for _ in range(2):
            assert text(list(chain.stream(ASK, allow))) == "there"
    assert [len(server.seen) for server in servers] == [4, 1, 2]


def test_a_fallback_without_a_key_is_told_once_and_passed_over() -> None:
    with chained([FULL], [good("there")]) as (chain, _):
        missing = Link(replace(providers()["novita"], max_output=None), lambda: choose("novita", None, None, {}))
        chain._states.insert(1, replace(chain._states[0], link=missing, breaker=Breaker(9, 9.0)))
        first, second = list(chain.stream(ASK, allow)), list(chain.stream(ASK, allow))
    assert text(first) == text(second) == "there"
    assert sum("no key for api.novita.ai" in line for line in story([*first, *second])) == 1


def test_where_none_can_all_are_asked_again_after_a_wait() -> None:
    retry = replace(QUICK, tries=0, waits=(0.02, 0.03))
    with chained([FULL], [FULL, good("there")], retry=retry) as (chain, servers):
        deltas = list(chain.stream(ASK, allow))
    assert text(deltas) == "there"
    assert [line.split(":")[0] for line in story(deltas)] == [
        "ask a",
        "to b",
        "ask b",
        "wait",
        "to a",
        "ask a",
        "to b",
        "ask b",
    ]
    assert [len(server.seen) for server in servers] == [2, 2]


def test_when_all_waits_are_used_up_the_first_one_s_reason_is_told() -> None:
    retry = replace(QUICK, tries=0, waits=(0.01,))
    with (
        chained([FULL], [error(529, None, "busy")], retry=retry) as (chain, servers),
        pytest.raises(GlmcodeError, match="1302: rate limit") as raised,
    ):
        list(chain.stream(ASK, allow))
    assert raised.value.exit_code == Exit.UNREACHABLE
    assert [len(server.seen) for server in servers] == [2, 2]


def test_nothing_is_waited_for_where_waiting_is_in_vain() -> None:
    retry = replace(QUICK, waits=(50.0,))
    with chained([error(429, "1113", "no balance")], retry=retry) as (chain, _):
        with pytest.raises(GlmcodeError, match="no balance") as raised:
            list(chain.stream(ASK, allow))
        assert raised.value.exit_code == Exit.USAGE


def test_a_provider_that_names_its_reset_is_left_alone_until_then() -> None:
    spent = error(429, "1310", "Weekly limit exhausted. Try again in 2h")
    with chained([spent, good("back")], [good("there")]) as (chain, servers):
        for _ in range(3):
            assert text(list(chain.stream(ASK, allow))) == "there"
        assert [len(server.seen) for server in servers] == [1, 3]
        chain._states[0].breaker._asked = time.monotonic()  # two hours later
        deltas = list(chain.stream(ASK, allow))
    assert text(deltas) == "back"
    assert story(deltas) == ["to a: a may be asked again", "ask a"]


def test_a_wait_that_fits_is_waited_for_where_there_is_no_other() -> None:
    retry = replace(QUICK, tries=0, waits=(0.01, 1.0), longest_wait=0.05)
    with chained([error(429, "x", "later", retry_after="0.2"), good("there")], retry=retry) as (chain, servers):
        deltas = list(chain.stream(ASK, allow))
    assert text(deltas) == "there"
    assert servers[0].seen[1].time - servers[0].seen[0].time >= 0.2


def test_a_provider_that_fails_again_and_again_rests_and_must_prove_itself() -> None:
    retry = replace(QUICK, tries=2, trips=2, rest=30.0)
    with chained([*[FULL] * 7, good("back")], [good("there")], retry=retry) as (chain, servers):
        for _ in range(4):
            assert text(list(chain.stream(ASK, allow))) == "there"
        assert len(servers[0].seen) == 6  # twice in vain, with two more tries each; then it rests
        breaker = chain._states[0].breaker
        breaker._until = time.monotonic()
        assert text(list(chain.stream(ASK, allow))) == "there"
        assert len(servers[0].seen) == 7  # one try is enough
        assert breaker.resting(time.monotonic()) > 50  # twice as long
        breaker._until = time.monotonic()
        assert text(list(chain.stream(ASK, allow))) == "back"


def test_the_only_provider_is_asked_however_often_its_streams_break_off() -> None:
    cut = faults.then(faults.sends(HEAD + chunk(said("x"))), faults.resets)
    with chained([*[cut] * 4, good("whole")], retry=replace(QUICK, trips=1, rest=60.0)) as (chain, _):
        ends = [list(chain.stream(ASK, allow))[-1] for _ in range(5)]
    assert [end.reason for end in ends if isinstance(end, Finish)] == ["cut"] * 4 + ["stop"]


def test_streams_that_break_off_at_once_are_asked_of_another_in_the_end() -> None:
    cut = faults.then(faults.sends(HEAD + chunk(said("x"))), faults.resets)
    with chained([cut], [good("there")]) as (chain, servers):
        for _ in range(3):
            last = list(chain.stream(ASK, allow))
    assert text(last) == "there"
    assert [len(server.seen) for server in servers] == [2, 1]


def test_connections_that_hold_for_long_are_no_failures() -> None:
    cut = faults.then(faults.sends(HEAD + chunk(said("x" * 3000))), faults.resets)
    with chained([cut], [good("there")]) as (chain, servers):
        for _ in range(5):
            list(chain.stream(ASK, allow))
    assert [len(server.seen) for server in servers] == [5, 0]


def test_a_fallback_with_too_short_answers_is_passed_over() -> None:
    with chained([FULL], [good("there")], max_output=16_384) as (chain, servers):
        with pytest.raises(GlmcodeError, match="rate limit"):
            list(chain.stream(ASK, lambda provider, _: provider.max_output or 131_072))
        deltas = list(chain.stream(ASK, lambda provider, _: min(8000, provider.max_output or 131_072)))
    assert len(servers[1].seen) == 1
    assert text(deltas) == "there"  # where the first would not get more either, it is good enough


def test_a_fallback_whose_context_or_price_does_not_fit_is_passed_over() -> None:
    def only_a(provider: Provider, model: str) -> int:
        if provider.name != "a":
            raise GlmcodeError("too dear", exit_code=Exit.BUDGET)
        return 1000

    with chained([FULL], [good("there")]) as (chain, servers):
        deltas: list[Delta] = []
        with pytest.raises(GlmcodeError, match="rate limit"):
            deltas.extend(chain.stream(ASK, only_a))
    assert servers[1].seen == []


def test_where_no_provider_is_allowed_the_reason_is_the_budget() -> None:
    def none(provider: Provider, model: str) -> int:
        raise GlmcodeError("spent", exit_code=Exit.BUDGET)

    with (
        chained([good("x")], [good("there")]) as (chain, servers),
        pytest.raises(GlmcodeError, match="spent") as raised,
    ):
        list(chain.stream(ASK, none))
    assert raised.value.exit_code == Exit.BUDGET
    assert [server.seen for server in servers] == [[], []]


def test_what_is_asked_for_is_what_each_provider_allows() -> None:
    with chained([FULL], [good("there")], max_output=50_000) as (chain, servers):
        deltas = list(chain.stream(ASK, allow))
    assert [delta.max_tokens for delta in deltas if isinstance(delta, Asking)] == [1000, 50_000]
    assert [server.seen[0].json["max_tokens"] for server in servers] == [1000, 50_000]


def test_no_more_requests_are_under_way_than_a_provider_takes() -> None:
    free = itertools.chain([None, None], itertools.repeat(nullcontext()))
    with chained([good("there")], slots=lambda _, __: next(free)) as (chain, _):
        deltas = list(chain.stream(ASK, allow))
    assert story(deltas) == [
        "another request to a is under way, and it takes one at a time: waiting for that to end",
        "ask a",
    ]


@pytest.mark.parametrize("others", [True, False])
def test_a_provider_that_takes_fewer_requests_than_thought_is_asked_when_no_other_is_under_way(others: bool) -> None:
    """Else each try would be refused for as long as the other request lasts: half an hour."""
    asked: list[bool] = []
    looks = [None, None, None] if others else []

    def slots(_: Provider, alone: bool) -> AbstractContextManager[object] | None:
        asked.append(alone)
        return looks.pop() if alone and looks else nullcontext()

    retry = replace(QUICK, tries=0, waits=() if others else (0.01,))
    with chained([FULL, good("there")], retry=retry, slots=slots) as (chain, servers):
        deltas = list(chain.stream(ASK, allow))
    assert text(deltas) == "there"
    waited = "another request to a is under way, and it takes one at a time: waiting for that to end"
    assert story(deltas) == ["ask a", waited if others else "wait", "ask a"]
    assert asked == [False, True, True, True, True] if others else [False, True, False]
    assert len(servers[0].seen) == 2


@pytest.mark.parametrize("busy", [error(429, "1305", "overloaded"), error(503, None, "busy")])
def test_an_overloaded_provider_is_not_thought_to_be_full_of_our_own_requests(busy: Script) -> None:
    with chained([busy, good("there")], retry=replace(QUICK, tries=0, waits=(0.01,)), slots=lambda _, alone: None if alone else nullcontext()) as (chain, _):  # fmt: skip
        assert story(list(chain.stream(ASK, allow))) == ["ask a", "wait", "ask a"]


@pytest.mark.parametrize("code", ["1308", "1310", *map(str, range(1316, 1322))])
def test_a_usage_limit_that_names_no_reset_is_left_alone_for_half_an_hour(code: str) -> None:
    with chained([error(429, code, "limit reached"), good("back")], [good("there")]) as (chain, servers):
        for _ in range(2):
            assert text(list(chain.stream(ASK, allow))) == "there"
        assert len(servers[0].seen) == 1
        breaker = chain._states[0].breaker
        assert 1700 < breaker.asked_to_wait(time.monotonic()) <= 1800
        breaker._asked = time.monotonic()
        assert text(list(chain.stream(ASK, allow))) == "back"


def test_a_usage_limit_of_the_only_provider_is_told_at_once_and_not_waited_for() -> None:
    with (
        chained([error(429, "1308", "limit reached")], retry=replace(QUICK, waits=(30.0, 120.0))) as (chain, servers),
        pytest.raises(GlmcodeError, match="a usage limit is reached") as raised,
    ):
        list(chain.stream(ASK, allow))
    assert raised.value.exit_code == Exit.UNREACHABLE
    assert len(servers[0].seen) == 1


@pytest.mark.parametrize(
    "script",
    [
        faults.then(faults.sends(HEAD + chunk(said("x"))), faults.stalls(600)),
        faults.then(faults.sends(HEAD + chunk(said("x"))), *[faults.then(faults.sends(chunk(b": slow\n\n")), faults.stalls(0.05))] * 4000),
    ],
    ids=["silent", "slow"],
)  # fmt: skip
def test_an_answer_ends_when_its_time_is_over(script: Script) -> None:
    started = time.monotonic()
    with chained([script]) as (chain, _):
        deltas = list(chain.stream(replace(ASK, deadline=started + 2), allow))
        assert deltas[-1] == Finish("cut", "its time is over")
        with pytest.raises(GlmcodeError, match="the budget of time is spent") as raised:
            list(chain.stream(replace(ASK, deadline=started + 2), allow))
    assert raised.value.exit_code == Exit.BUDGET
    assert time.monotonic() - started < 100


def test_no_wait_is_begun_that_would_pass_the_deadline() -> None:
    with (
        chained([FULL], retry=replace(QUICK, tries=0, waits=(30.0,))) as (chain, _),
        pytest.raises(GlmcodeError, match=r"budget of time is spent \(.*1302") as raised,
    ):
        list(chain.stream(replace(ASK, deadline=time.monotonic() + 5), allow))
    assert raised.value.exit_code == Exit.BUDGET


def test_messages_that_are_refused_are_put_in_order_once() -> None:
    odd = (Message("user", "a"), Message("assistant", "", "only thoughts"), Message("user", "b"))
    refusing = error(400, "1214", "messages illegal")
    with chained([refusing, good("there")]) as (chain, servers):
        deltas = list(chain.stream(Request(odd, 0), allow))
    assert text(deltas) == "there"
    assert servers[0].seen[1].json["messages"] == [{"role": "user", "content": "a\n\nb"}]
    with chained([refusing]) as (chain, servers), pytest.raises(GlmcodeError, match="1214"):
        list(chain.stream(ASK, allow))
    assert len(servers[0].seen) == 1  # they are in order


def listing(*models: str, **more: object) -> Script:
    return faults.answer(200, json.dumps({"data": [{"id": model, **more} for model in models]}))


def test_a_local_server_is_asked_for_the_model_that_it_lists_within_its_context() -> None:
    seen: list[Provider] = []

    def within(provider: Provider, _: str) -> int:
        seen.append(provider)
        return 100

    with chained([listing("qwen", "GLM-5-FP8", max_model_len=4096), good("there")]) as (chain, servers):
        state = chain._states[0]
        endpoint = state.link.find()
        state.link = Link(replace(endpoint.provider, model=""), lambda: replace(endpoint, model=""))
        deltas = list(chain.stream(ASK, within))
    assert servers[0].seen[1].json["model"] == "GLM-5-FP8"
    assert seen[-1].context == 4096
    assert [delta.model for delta in deltas if isinstance(delta, Asking)] == ["GLM-5-FP8"]


@pytest.mark.parametrize(
    "script", [listing(), faults.answer(200, "<html>hello</html>", "text/html"), error(404, None, "x")]
)
def test_a_local_server_that_lists_no_model_is_sent_nothing(script: Script) -> None:
    with chained([script], [good("there")]) as (chain, servers):
        state = chain._states[0]
        endpoint = state.link.find()
        state.link = Link(replace(endpoint.provider, model=""), lambda: replace(endpoint, model=""))
        with contextlib.suppress(GlmcodeError):
            list(chain.stream(ASK, allow))
    assert servers[0].seen
    assert all(seen.head.startswith("GET ") for seen in servers[0].seen)


def names(*chain: Link) -> list[str]:
    return [link.provider.name for link in chain]


def test_a_chain_is_the_provider_and_its_fallbacks_each_once() -> None:
    env = {"ZAI_API_KEY": "k"}
    known = providers()
    assert names(*links(None, None, None, (), env, known)) == ["zai"]
    assert names(*links(None, None, None, ("openrouter", "zai", "openrouter"), env, known)) == ["zai", "openrouter"]
    local = [provider.name for provider in locals_of(known)]
    assert {"vllm", "sglang", "llamacpp", "ollama", "xllm"} == set(local)
    assert names(*links(None, None, None, ("local",), env, known)) == ["zai", *local]
    assert names(*links("local", None, None, (), env, known)) == local
    with pytest.raises(GlmcodeError, match="unknown fallback 'nowhere'"):
        links(None, None, None, ("nowhere",), env, known)


def test_the_key_of_a_fallback_is_looked_for_when_it_is_needed(tmp_path: object) -> None:
    command = {"openrouter": {"key_command": ["false"]}}
    chain = links("zai", None, None, ("openrouter",), {"ZAI_API_KEY": "k"}, extended(providers(), command, "x"))
    with pytest.raises(GlmcodeError, match="exit code 1"):
        chain[1].find()


def test_a_breaker_never_rests_longer_than_its_bound() -> None:
    breaker = Breaker(1, 60.0)
    for _ in range(20):
        breaker.failed(0.0)
    assert breaker.resting(0.0) == LONGEST_REST
    assert breaker.asked_to_wait(0.0) == 0
    breaker.failed(0.0, asked=5.0)
    assert breaker.asked_to_wait(0.0) == 5.0
    breaker.answered()
    assert breaker.resting(0.0) == 0
    assert not breaker.tried
