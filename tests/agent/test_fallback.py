"""A task whose provider fails, with others behind it: real servers, a real repository, and what the user sees of it."""

import json
import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from glmcode.agent.config import config_path
from glmcode.agent.conversation import Options
from glmcode.agent.events import (
    Event,
    Finished,
    Note,
    ProviderSwitched,
    RequestSent,
    RequestWaits,
    StreamResumed,
    UsageCounted,
)
from glmcode.agent.limits import Limits
from glmcode.agent.task import run_task
from glmcode.errors import Exit
from glmcode.model.retry import Retry
from glmcode.plan.reader import parse_plan
from tests.agent.long_plan import COUNT, FILES, Cuts, after, service
from tests.agent.rig import FIX_ADD, FIX_DOUBLE, repository
from tests.faces.rig import KEY, environ, glmcode
from tests.model.faults import (
    HEAD,
    STOP,
    FaultServer,
    chunk,
    error,
    free_port,
    good,
    resets,
    said,
    sends,
    streamed,
    then,
)

QUICK = Retry(tries=1, first_wait=0.01, waits=(), trips=1, rest=0.2)


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def configure(text: str) -> None:
    path = Path(config_path())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def provider(name: str, url: str, **more: object) -> str:
    """A provider's table as TOML."""
    fields = {"base_url": url, "model": "glm-5", "price_input": 1.0, "price_output": 3.2, **more}
    return f"[providers.{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in fields.items())


@contextmanager
def two(first: Cuts, second: Cuts, owners: tuple[str, str] = ("a", "b")) -> Iterator[tuple[FaultServer, FaultServer]]:
    with ExitStack() as stack:
        servers = [
            stack.enter_context(service(cuts, owner=owner)) for cuts, owner in zip((first, second), owners, strict=True)
        ]
        flags = {"continues": True}
        configure("".join(provider(name, one.url, **flags) for name, one in zip(("one", "two"), servers, strict=True)))
        yield servers[0], servers[1]


def worked(root: Path, events: list[Event], **changes: object) -> Finished:
    options = Options(provider="one", fallback=("two",), retry=QUICK, run_tests=False)
    return run_task("mend it", str(root), options=replace(options, **changes), emit=events.append)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def uncut(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The diff of the run that nothing disturbs."""
    root = repository(tmp_path_factory.mktemp("uncut") / "repo", FILES)
    with service(lambda _: None) as server:
        options = Options(base_url=server.url, model="glm-5", run_tests=False)
        return run_task("mend it", str(root), options=options).diff


@pytest.mark.parametrize("owners", [("a", "b"), ("vllm", "b"), ("a", "sglang")])
def test_a_plan_that_two_providers_cut_again_and_again(tmp_path: Path, uncut: str, owners: tuple[str, str]) -> None:
    chance = random.Random(str(owners))
    cuts: Cuts = lambda number: chance.choice([300, 1500, chance.randrange(2_000, 20_000)]) if number < 8 else None  # noqa: E731
    root = repository(tmp_path / "repo", FILES)
    events: list[Event] = []
    with two(cuts, cuts, owners) as servers:
        done = worked(root, events)
    assert done.exit_code == Exit.OK, done.why
    assert done.diff == uncut
    assert (done.rounds, done.applied, done.already, done.rejected) == (1, COUNT, 0, 0)
    assert any(isinstance(event, ProviderSwitched) for event in events)
    # No closed edit is asked for again, by whomever: what is sent back holds every one.
    requests = sorted(
        (seen for one in servers for seen in one.seen if seen.head.startswith("POST")), key=lambda s: s.time
    )
    kept = [0, *(event.kept_edits for event in events if isinstance(event, StreamResumed))]
    whole = [len(parse_plan(after(request.json)[0])) for request in requests]
    assert all(any(edits >= count for edits in whole[number:]) for number, count in enumerate(kept))


def test_the_user_sees_every_decision_in_a_line(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    with FaultServer(error(429, "1305", "overloaded")) as busy, FaultServer(good(FIX_ADD + FIX_DOUBLE)) as free:
        text = provider("busy", busy.url) + provider("small", "http://127.0.0.1:9/v1", max_output=9000)
        env = environ(tmp_path, XDG_CONFIG_HOME=str(tmp_path / "config"))
        configure(
            'provider = "busy"\nfallback = ["small", "free"]\n[retry]\ntries = 1\nfirst_wait = 0.01\n'
            + text
            + provider("free", free.url)
        )
        ran = glmcode(root, "run", "--test", f"{sys.executable} check.py", "--land", "none", "mend it", env=env)
    assert ran.code == Exit.OK, ran.err
    lines = [line.strip() for line in ran.err.splitlines()]
    where = f"127.0.0.1:{busy.port}: too many requests, or overloaded (429, 1305: overloaded)"
    assert f"{where}: trying again in 0 s" in lines
    assert "small is passed over: small gives 9,000 tokens an answer at most, and 32,768 may be needed" in lines
    assert f"{where}: asking glm-5 at free" in lines
    assert KEY not in ran.err


def test_what_a_fallback_costs_is_booked_at_its_price(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    usage = b'data: {"choices":[],"usage":{"prompt_tokens":1000000,"completion_tokens":1000}}\n\n'
    with (
        FaultServer(error(429, "1113", "no balance")) as poor,
        FaultServer(streamed(said(FIX_ADD + FIX_DOUBLE), usage, STOP)) as rich,
    ):
        configure(provider("one", poor.url) + provider("two", rich.url, price_input=2.0, price_output=10.0))
        events: list[Event] = []
        done = worked(root, events)
        table = glmcode(
            root, "usage", "--by", "provider", "--json", env=environ(tmp_path, XDG_STATE_HOME=str(tmp_path / "state"))
        )
    assert done.dollars == pytest.approx(2.01)
    assert [row["name"] for row in table.result["rows"]] == ["two"]
    assert table.result["total"]["dollars"] == pytest.approx(2.01)
    sent = [event for event in events if isinstance(event, RequestSent)]
    assert [event.provider for event in sent] == ["one", "two"]
    counted = next(event for event in events if isinstance(event, UsageCounted))
    assert counted.guess == sent[1].prompt_tokens


def test_what_was_counted_for_answers_that_came_to_nothing_is_paid_for(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    usage = b'data: {"choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":500}}\n\n'
    nothing = streamed(usage, b'data: {"choices":[{"delta":{},"finish_reason":"network_error"}]}\n\n')
    with (
        FaultServer(nothing) as failing,
        FaultServer(streamed(said(FIX_ADD + FIX_DOUBLE), usage, STOP)) as good_one,
    ):
        configure(provider("one", failing.url) + provider("two", good_one.url, price_input=2.0, price_output=10.0))
        done = worked(root, [])
    assert done.ok
    assert (done.prompt_tokens, done.output_tokens) == (2000, 1000)
    assert done.dollars == pytest.approx((1000 * 1.0 + 500 * 3.2 + 1000 * 2.0 + 500 * 10.0) / 1e6)


def test_answers_that_come_to_nothing_and_are_paid_for_end_with_the_budget(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    usage = b'data: {"choices":[],"usage":{"prompt_tokens":1500,"completion_tokens":1500}}\n\n'
    nothing = streamed(usage, b'data: {"choices":[{"delta":{},"finish_reason":"network_error"}]}\n\n')
    with FaultServer(nothing) as server:
        configure(provider("one", server.url))
        retry = Retry(tries=5, first_wait=0.001, waits=(0.001,) * 20)
        done = worked(root, [], fallback=(), retry=retry, limits=Limits(tokens=12_000))
    assert done.exit_code == Exit.BUDGET
    assert 6_000 < done.prompt_tokens + done.output_tokens <= 12_000
    assert "budget of 12,000 tokens does not reach for another answer" in done.why


def test_no_request_goes_out_that_could_pass_the_budget_at_any_provider(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    with FaultServer(error(429, "1305", "busy")) as busy, FaultServer(good(FIX_ADD)) as dear:
        configure(provider("one", busy.url) + provider("two", dear.url, price_output=1000.0))
        events: list[Event] = []
        done = worked(root, events, limits=Limits(dollars=0.1))
    assert done.exit_code == Exit.UNREACHABLE
    assert dear.seen == []
    assert all(
        event.most_dollars is not None and event.most_dollars <= 0.1
        for event in events
        if isinstance(event, RequestSent)
    )
    assert any(isinstance(event, Note) and "two is passed over: the budget of $0.10" in event.text for event in events)


def test_a_budget_of_time_ends_the_task_and_keeps_what_had_landed(tmp_path: Path) -> None:
    slow = then(
        sends(HEAD + chunk(said(FIX_ADD))), *[then(sends(chunk(b": slow\n\n")), lambda line: line.stall(0.05))] * 4000
    )
    for minutes in (0.02, 0.5):  # a busy machine may not come to the first edit in a second
        with FaultServer(slow) as server:
            configure(provider("one", server.url))
            root = repository(tmp_path / f"repo-{minutes}")
            done = worked(root, [], fallback=(), limits=Limits(minutes=minutes))
        if done.applied:
            break
    assert done.exit_code == Exit.BUDGET
    assert "budget of time is spent" in done.why
    assert "glmcode resume mend-it goes on" in done.hint
    assert done.applied == 1
    assert done.seconds < 120


def test_what_a_service_did_not_count_weighs_more_in_the_budget(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    half = then(sends(HEAD + chunk(said(FIX_ADD * 40))), resets)
    with FaultServer(half) as server:
        configure(provider("one", server.url))
        events: list[Event] = []
        worked(root, events, fallback=(), limits=Limits(tokens=20_000), resumptions=3)
    spent, unsure = 0, 0
    for event in events:
        if isinstance(event, RequestSent):
            assert spent + unsure * 0.15 + event.prompt_tokens + event.max_output <= 20_000
        elif isinstance(event, UsageCounted):
            spent += event.prompt_tokens + event.output_tokens
            unsure += event.prompt_tokens + event.output_tokens if event.estimated else 0
    assert spent


def test_a_service_s_way_to_count_is_known_from_its_first_answer_on(tmp_path: Path) -> None:
    """It counts 1.3 tokens for each that the text alone gives."""
    root = repository(tmp_path / "repo")

    def counting(text: str) -> object:
        def script(line: object) -> None:
            counted = round(1.3 * sent()[-1].guess_of)
            usage = json.dumps({"choices": [], "usage": {"prompt_tokens": counted, "completion_tokens": 9}}).encode()
            streamed(said(text), b"data: " + usage + b"\n\n", STOP)(line)  # type: ignore[arg-type]

        return script

    class Sent:
        def __init__(self, event: RequestSent, ratio: float) -> None:
            self.prompt = event.prompt_tokens
            self.guess_of = event.prompt_tokens / ratio

    events: list[Event] = []

    def sent() -> list[Sent]:
        asked = [event for event in events if isinstance(event, RequestSent)]
        return [Sent(event, 1.0 if number == 0 else 1.3) for number, event in enumerate(asked)]

    with FaultServer(counting(FIX_ADD), counting(FIX_DOUBLE)) as server:  # type: ignore[arg-type]
        configure(provider("one", server.url))
        worked(root, events, fallback=(), run_tests=True, test_command=f"{sys.executable} check.py")
    counted = [event for event in events if isinstance(event, UsageCounted)]
    assert len(counted) == 2
    assert counted[1].prompt_tokens == pytest.approx(sent()[1].prompt, rel=0.1)
    assert counted[0].prompt_tokens == pytest.approx(1.3 * sent()[0].prompt, rel=0.01)


def test_local_stands_for_the_servers_of_this_machine(tmp_path: Path) -> None:
    """Those that don't run are passed by without a wait."""
    root = repository(tmp_path / "repo")
    listing = b'{"data": [{"id": "qwen", "owned_by": "llamacpp"}]}'
    with FaultServer(lambda line: line.send(b"HTTP/1.1 200 X\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(listing), listing)),
                     good(FIX_ADD + FIX_DOUBLE)) as server:  # fmt: skip
        nowhere = "".join(
            f'[providers.{name}]\nbase_url = "http://127.0.0.1:{free_port()}/v1"\n'
            for name in ("vllm", "sglang", "ktransformers", "ollama", "xllm")
        )
        configure(nowhere + f'[providers.llamacpp]\nbase_url = "{server.url}"\n')
        events: list[Event] = []
        done = worked(root, events, provider="local", fallback=(), retry=Retry(waits=()))
    assert done.ok, done.why
    assert server.seen[1].json["model"] == "qwen"
    assert not any(isinstance(event, RequestWaits) for event in events)
    assert done.dollars == 0
