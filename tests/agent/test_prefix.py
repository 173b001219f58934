"""What is sent again is byte for byte what was sent before, so that a service's cached prefix holds; and places for requests."""

import json
import subprocess
import sys
import threading
import time
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from glmcode.agent.conversation import Conversation, Options
from glmcode.agent.events import Event, Note
from glmcode.agent.inflight import STAGGER, slot
from glmcode.agent.options import Phases
from glmcode.agent.task import open_conversation, run_task
from glmcode.model.providers import Provider
from glmcode.model.retry import Retry
from glmcode.model.table import providers
from tests.agent.rig import FIX_ADD, FIX_DOUBLE, MISSES, repository
from tests.model.faults import HEAD, STOP, FaultServer, Script, chunk, error, event, resets, said, sends, streamed, then


def thinks(text: str) -> Script:
    return streamed(event(reasoning_content="First I think.\n"), event(reasoning_content="Ähm 😀"), said(text), STOP)


def opened(root: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch, **changes: object) -> Conversation:
    """A conversation with a service that keeps reasoning, as Z.ai does."""
    monkeypatch.setenv("ZAI_API_KEY", "k")
    options = Options(
        provider="zai", base_url=server.url, retry=Retry(0, waits=()), test_command=f"{sys.executable} check.py"
    )
    return open_conversation("mend it", str(root), replace(options, **changes))  # type: ignore[arg-type]


def prefix(body: bytes) -> bytes:
    """The body up to the end of its last message: the fields behind don't come before any of them in the prompt."""
    at = body.index(b'"messages":[') + len(b'"messages":[')
    decoder = json.JSONDecoder()
    text = body[at - 1 :].decode()
    _, end = decoder.raw_decode(text)
    return body[: at - 1 + len(text[: end - 1].encode())]


def test_each_request_of_a_conversation_begins_with_the_one_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over repairs, a cut answer, and a second task; reasoning goes back as it came."""
    root = repository(tmp_path / "repo")
    half = FIX_ADD + FIX_DOUBLE[:20]
    cut = then(sends(HEAD + chunk(event(reasoning_content="Well. ") + said(half))), resets)
    more = '<edit path="calc.py" at="bottom">\nMORE = 1\n</edit>\n'
    with FaultServer(thinks(MISSES), thinks(MISSES + "Again.\n"), cut, thinks(FIX_DOUBLE), thinks(more)) as server:
        conversation = opened(root, server, monkeypatch)
        try:
            first = conversation.pursue("mend it", lambda _: None)
            second = conversation.pursue("add more", lambda _: None)
        finally:
            conversation.close()
    assert (first.ok, second.ok) == (True, True)
    bodies = [seen.body for seen in server.seen]
    # The fourth asks for the rest of the third's answer: it ends with that and the wish to go on.
    for before, after in ((0, 1), (1, 2), (2, 3), (2, 4)):
        assert bodies[after].startswith(prefix(bodies[before])), (before, after)
    messages = server.seen[-1].json["messages"]
    assert isinstance(messages, list)
    answers = [message for message in messages if message["role"] == "assistant"]
    assert [message["content"] for message in answers] == [MISSES, MISSES + "Again.\n", FIX_ADD + FIX_DOUBLE]
    assert [message["reasoning_content"] for message in answers] == ["First I think.\nÄhm 😀"] * 2 + ["Well. "]
    assert all(seen.json["thinking"] == {"type": "enabled", "clear_thinking": False} for seen in server.seen)


def test_thinking_can_be_kept_to_a_task_s_first_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "repo")
    with FaultServer(thinks(FIX_ADD), thinks(FIX_DOUBLE)) as server:
        conversation = opened(root, server, monkeypatch, thinking=Phases(plan=True, repair=False))
        try:
            assert conversation.pursue("mend it", lambda _: None).ok
        finally:
            conversation.close()
    assert [seen.json["thinking"] for seen in server.seen] == [
        {"type": "enabled", "clear_thinking": False},
        {"type": "disabled", "clear_thinking": False},
    ]
    assert server.seen[1].body.startswith(prefix(server.seen[0].body))


THOUGHT = event(reasoning_content="First I think, and think.\n")
LENGTH = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}\n\ndata: [DONE]\n\n'


@pytest.mark.parametrize(
    "silent",
    [[streamed(THOUGHT, LENGTH)], [streamed(THOUGHT, STOP)], [then(sends(HEAD + chunk(THOUGHT)), resets)] * 3],
    ids=["length", "stop", "cut again and again"],
)
def test_an_answer_of_thoughts_alone_is_asked_for_again_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, silent: list[Script]
) -> None:
    """With them it would end as the one before did, and be paid for as that was."""
    root = repository(tmp_path / "repo")
    with FaultServer(*silent, thinks(FIX_ADD), thinks(FIX_DOUBLE)) as server:
        conversation = opened(root, server, monkeypatch)
        try:
            assert conversation.pursue("mend it", lambda _: None).ok
        finally:
            conversation.close()
    kinds = [seen.json["thinking"]["type"] for seen in server.seen]  # type: ignore[index]
    assert kinds == [*["enabled"] * len(silent), "disabled", "enabled"]
    messages = server.seen[len(silent)].json["messages"]
    assert isinstance(messages, list)
    assert "held nothing but thoughts" in messages[-1]["content"]
    assert "<ending>" not in messages[-1]["content"]
    assert server.seen[-1].body.startswith(prefix(server.seen[len(silent)].body))


def two() -> Provider:
    return replace(providers()["openai"], name="mine", base_url="https://x.example/v1", in_flight=2)


def test_as_many_places_as_a_provider_takes_requests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    first, second = slot(two()), slot(two())
    assert isinstance(first, AbstractContextManager)
    assert isinstance(second, AbstractContextManager)
    assert slot(two()) is None
    with first:
        assert slot(two()) is None
    assert isinstance(slot(replace(two(), base_url="https://y.example/v1")), AbstractContextManager)
    with second, slot(two()) or pytest.fail("a place is free"):
        assert slot(two()) is None


def test_all_places_are_to_be_had_only_where_none_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with slot(two()) or pytest.fail("a place is free"):
        assert slot(two(), True) is None
    with slot(two(), True) or pytest.fail("all places are free"):
        assert slot(two()) is None
    assert slot(two()) is not None


def test_requests_beside_others_begin_one_after_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    waits: list[float] = []
    monkeypatch.setattr("glmcode.agent.inflight.time.sleep", waits.append)
    three = replace(two(), in_flight=3)
    with slot(three) or pytest.fail("a place is free"):
        assert waits == []
        second = slot(three)
        third = slot(three)
    assert second is not None
    assert third is not None
    assert len(waits) == 2
    assert all(STAGGER / 2 < wait <= STAGGER for wait in waits)
    second.__exit__(None, None, None)
    third.__exit__(None, None, None)
    assert slot(three) is not None
    assert len(waits) == 2  # alone again: it waits for no one


def test_a_place_is_free_when_the_process_that_had_it_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    program = (
        "import os\nfrom tests.agent.test_prefix import *\n"
        "kept = [slot(two()), slot(two())]\nassert slot(two()) is None\nprint('taken', flush=True)\ninput()\n"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        assert slot(two()) is None
        process.kill()
        process.wait()
    assert slot(two()) is not None


def test_where_no_place_can_be_kept_none_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "glmcode").write_text("no folder")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert [slot(two()) is not None for _ in range(5)] == [True] * 5


def test_a_run_waits_for_its_place_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = repository(tmp_path / "repo")
    with FaultServer(streamed(said(FIX_ADD + FIX_DOUBLE), STOP)) as server:
        provider = server.endpoint().provider
        places = [slot(provider), slot(provider)]
        timer = threading.Timer(0.5, lambda: [place.__exit__(None, None, None) for place in places if place])
        timer.start()
        started = time.monotonic()
        events: list[Event] = []
        options = Options(base_url=server.url, model="glm-5", test_command=f"{sys.executable} check.py")
        assert run_task("mend it", str(root), options=options, emit=events.append).ok
    assert time.monotonic() - started > 0.5
    assert any(isinstance(event, Note) and "2 requests to openai are under way" in event.text for event in events)


def test_a_run_that_is_refused_beside_another_waits_for_that_one_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Concurrency limits can be as low as 1, and streams last half an hour: five minutes of tries were in vain."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = repository(tmp_path / "repo")
    over = threading.Event()
    with FaultServer(error(429, "1302", "concurrency"), streamed(said(FIX_ADD + FIX_DOUBLE), STOP)) as server:
        other = slot(server.endpoint().provider)
        assert other is not None
        events: list[Event] = []

        def emit(event: Event) -> None:
            events.append(event)
            if isinstance(event, Note) and "takes one at a time" in event.text:
                over.set()
                other.__exit__(None, None, None)

        options = Options(
            base_url=server.url, model="glm-5", retry=Retry(0, waits=()), test_command=f"{sys.executable} check.py"
        )
        assert run_task("mend it", str(root), options=options, emit=emit).ok
    assert over.is_set()
    assert len(server.seen) == 2


def test_a_conversation_that_is_too_long_leaves_out_its_earlier_rounds_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path / "repo")
    too_long = error(400, "1261", "prompt too long")
    with FaultServer(
        thinks("First.\n" + MISSES), thinks("Second.\n" + MISSES), too_long, thinks(FIX_ADD + FIX_DOUBLE)
    ) as server:
        conversation = opened(root, server, monkeypatch)
        events: list[Event] = []
        try:
            assert conversation.pursue("mend it", events.append).ok
        finally:
            conversation.close()
    before, after = (seen.json["messages"] for seen in server.seen[2:])
    assert isinstance(before, list)
    assert isinstance(after, list)
    assert [message["role"] for message in after] == [message["role"] for message in before]
    assert (after[:2], after[-1]) == (before[:2], before[-1])
    assert all("left out" in message["content"] and "reasoning_content" not in message for message in after[2:-1])
    assert (
        sum(isinstance(event, Note) and "what earlier rounds said is left out" in event.text for event in events) == 1
    )


def test_a_first_request_that_is_too_long_ends_with_the_service_s_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path / "repo")
    with FaultServer(error(400, "1261", "prompt too long")) as server:
        conversation = opened(root, server, monkeypatch)
        try:
            done = conversation.pursue("mend it", lambda _: None)
        finally:
            conversation.close()
    assert "too long for the model" in done.why
    assert len(server.seen) == 1
