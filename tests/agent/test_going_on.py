"""Streams that break off anywhere, and processes that end anywhere: the tree is that of the uncut run."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from glmcode.agent.conversation import Options
from glmcode.agent.events import Event, Finished, StreamResumed
from glmcode.agent.task import run_task
from glmcode.errors import Exit
from glmcode.model.retry import Retry
from glmcode.model.usage import estimate_tokens
from glmcode.plan.reader import parse_plan
from glmcode.repo.lock import held
from glmcode.repo.sessions import load
from tests.agent.long_plan import COUNT, FILES, PLAN, Cuts, after, service
from tests.agent.rig import git, repository
from tests.faces.rig import environ, glmcode, start
from tests.model.faults import (
    HEAD,
    STOP,
    FaultServer,
    Script,
    answer,
    chunk,
    error,
    resets,
    said,
    sends,
    streamed,
    then,
)


@pytest.fixture(scope="module")
def uncut(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The diff of the run that nothing disturbs."""
    root = repository(tmp_path_factory.mktemp("uncut") / "repo", FILES)
    with service(lambda _: None) as server:
        done = worked(root, server, [])
    assert done.ok
    assert done.applied == COUNT
    return done.diff


def worked(root: Path, server: FaultServer, events: list[Event]) -> Finished:
    options = Options(base_url=server.url, model="glm-5", retry=Retry(tries=2, waits=()), run_tests=False)
    return run_task("mend it", str(root), options=options, emit=events.append)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("owner", ["someone", "vllm"])
def test_a_plan_of_two_hundred_edits_cut_again_and_again(tmp_path: Path, uncut: str, owner: str, seed: int) -> None:
    chance = random.Random(seed)
    cuts: Cuts = lambda number: chance.randrange(2_000, 20_000) if number < 12 else None  # noqa: E731
    root = repository(tmp_path / "repo", FILES)
    events: list[Event] = []
    with service(cuts, owner=owner) as server:
        done = worked(root, server, events)
        requests = [seen.json for seen in server.seen if seen.head.startswith("POST")]
    assert done.exit_code == Exit.OK, done.why
    assert done.diff == uncut
    assert (done.rounds, done.applied, done.already, done.rejected) == (1, COUNT, 0, 0)
    resumed = [event for event in events if isinstance(event, StreamResumed)]
    assert 3 <= len(resumed) == len(requests) - 1
    # No closed edit is asked for again: what is sent back holds every one.
    for event, request in zip(resumed, requests[1:], strict=True):
        come, to_the_character = after(request)
        assert to_the_character == (owner == "vllm" and bool(come))
        assert len(parse_plan(come)) >= event.kept_edits


def test_a_server_that_refuses_to_go_on_is_asked_as_others_are(tmp_path: Path, uncut: str) -> None:

    half = PLAN[: len(PLAN) // 2]
    listing = answer(200, '{"data": [{"id": "glm-5", "owned_by": "vllm"}]}')

    def rest(line: object) -> None:
        come, to_the_character = after(server.seen[-1].json)
        assert not to_the_character
        streamed(said(PLAN[len(come) :]), STOP)(line)  # type: ignore[arg-type]

    scripts = (then(sends(HEAD + chunk(said(half))), resets), listing, error(400, "1210", "no such field"), rest)
    root = repository(tmp_path / "repo", FILES)
    with FaultServer(*scripts) as server:
        assert worked(root, server, []).diff == uncut


def test_resumptions_can_be_switched_off(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", FILES)
    with service(lambda number: 20_000 if number == 0 else None) as server:
        ran = glmcode(
            root, "run", "--base-url", server.url, "--no-tests", "--resumptions", "0", "--max-rounds", "1", "x"
        )
    assert ran.code in (Exit.CHECKS_FAIL, Exit.NOT_LANDED)
    assert "the answer was cut" in ran.err


def test_what_can_not_be_reached_for_now_can_be_gone_on_with(tmp_path: Path, uncut: str) -> None:

    root = repository(tmp_path / "repo", FILES)
    half = then(sends(HEAD + chunk(said(PLAN[: len(PLAN) // 2]))), resets)
    with FaultServer(half, error(429, "1305", "overloaded")) as server:
        ran = glmcode(
            root, "run", "--base-url", server.url, "--model", "glm-5", "--no-tests", "--retries", "0", "mend it"
        )
    assert ran.code == Exit.UNREACHABLE
    assert "glmcode resume mend-it goes on where it broke off" in ran.err
    with service(lambda _: None) as server:
        again = glmcode(root, "resume", "--base-url", server.url, "--json")
        come, _ = after(server.seen[-1].json)
    assert again.result["ok"], again.result
    assert again.result["diff"] == uncut
    assert len(parse_plan(come)) > COUNT // 3


@pytest.mark.parametrize(
    ("failing", "code"),
    [(error(429, "1305", "overloaded"), Exit.UNREACHABLE), (error(429, "1113", "no balance"), Exit.USAGE)],
)
def test_half_an_edit_alone_is_kept_where_the_rest_can_not_be_had(
    tmp_path: Path, uncut: str, failing: Script, code: Exit
) -> None:
    """Nothing had landed, and the session went with all that had come: half an hour of one long file."""
    root = repository(tmp_path / "repo", FILES)
    half = PLAN[: PLAN.index("</edit>") - 5]
    listing = answer(200, '{"data": [{"id": "glm-5", "owned_by": "vllm"}]}')
    with FaultServer(then(sends(HEAD + chunk(said(half))), resets), listing, failing) as server:
        ran = glmcode(root, "run", "--base-url", server.url, "--model", "glm-5", "--no-tests", "--retries", "0", "mend it")  # fmt: skip
    assert ran.code == code
    assert "glmcode resume mend-it goes on where it broke off" in ran.err
    with service(lambda _: None, owner="vllm") as server:
        again = glmcode(root, "resume", "--base-url", server.url, "--json")
        come, to_the_character = after(server.seen[-1].json)
    assert again.result["diff"] == uncut
    assert to_the_character
    assert half.startswith(come)
    assert len(come) > len(half) - 10


def test_there_is_nothing_to_go_on_with(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", FILES)
    none = glmcode(root, "resume", "--json")
    assert none.code == Exit.USAGE
    assert "no session" in none.result["why"]
    with service(lambda _: None) as server:
        assert glmcode(root, "run", "--base-url", server.url, "--no-tests", "mend it").code == Exit.OK
    over = glmcode(root, "resume", "mend")
    assert over.code == Exit.USAGE
    assert "has ended green" in over.err


def test_a_session_that_is_worked_on_is_left_alone(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", FILES)
    with service(lambda number: 20_000 if number == 0 else None) as server:
        run = ("run", "--base-url", server.url, "--no-tests", "--resumptions", "0", "--max-rounds", "1", "mend it")
        assert glmcode(root, *run).code != Exit.OK
    with held(str(root / ".git" / "glmcode" / "sessions" / "mend-it.lock")):
        ran = glmcode(root, "resume", "--json")
    assert ran.code == Exit.CONFLICT
    assert "is working on this session (process" in ran.result["why"]


def test_what_had_landed_is_told_where_the_rest_can_not_be_had(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", FILES)
    half = then(sends(HEAD + chunk(said(PLAN[: len(PLAN) // 2]))), resets)
    with FaultServer(half, error(401, "1002", "the key has expired")) as server:
        done = worked(root, server, [])
    assert done.exit_code == Exit.USAGE
    assert done.applied > COUNT // 3
    assert done.diff


@pytest.mark.parametrize("moved", [False, True])
def test_commits_of_the_users_own_on_the_branch_stay(tmp_path: Path, uncut: str, moved: bool) -> None:
    """What had come of an answer was landed on what it had begun with: over a commit of the user's in the same file."""
    root = repository(tmp_path / "repo", FILES)
    half = then(sends(HEAD + chunk(said(PLAN[: len(PLAN) // 2]))), resets)
    with FaultServer(half, error(429, "1305", "overloaded")) as server:
        run = ("run", "--base-url", server.url, "--model", "glm-5", "--no-tests", "--retries", "0", "mend it")
        assert glmcode(root, *run).code == Exit.UNREACHABLE
    worktree = root / ".git" / "glmcode" / "worktrees" / "mend-it"
    first = worktree / next(iter(FILES))
    if moved:
        first.write_text(first.read_text() + "# mine\n")
        git(worktree, "commit", "--quiet", "--all", "--message", "mine")
    with service(lambda _: None) as server:
        again = glmcode(root, "resume", "--base-url", server.url, "--max-rounds", "1", "--json")
        come, _ = after(server.seen[-1].json)
    notes = [event["text"] for event in again.events if event["event"] == "note"]
    assert any("the session's branch has moved since" in text for text in notes) == moved
    assert bool(come) != moved  # what had come is asked for anew
    assert first.read_text().endswith("# mine\n") == moved
    if not moved:
        assert again.result["diff"] == uncut


@pytest.mark.skipif(os.name != "posix", reason="a process is killed by a signal")
@pytest.mark.parametrize("seed", range(6))
def test_a_crash_at_any_moment_is_gone_on_from(tmp_path: Path, uncut: str, seed: int) -> None:
    chance = random.Random(seed)
    root = repository(tmp_path / "repo", FILES)
    log = root / ".git" / "glmcode" / "sessions" / "mend-it.jsonl"
    home = environ(tmp_path)
    with service(lambda _: None, pace=0.004) as server:
        arguments: tuple[str, ...] = (
            "run",
            "--base-url",
            server.url,
            "--model",
            "glm-5",
            "--no-tests",
            "--json",
            "mend it",
        )
        for _ in range(8):
            with start(root, *arguments, env=home) as process:
                while not log.exists() and process.poll() is None:
                    time.sleep(0.01)
                killed = _killed(process, chance.uniform(0.0, 1.6))
            # The last moment is the one between the session's end and that of its process.
            killed = killed and load(str(root)).status != "green"
            if not killed:
                break
            arguments = ("resume", "--json")
        ran = glmcode(root, *arguments, env=home) if killed else None
    if ran is not None:
        assert ran.result["ok"], ran.result
    session = "glmcode/mend-it"
    diff = git(root, "diff", "--full-index", "--binary", "-M", "--diff-algorithm=histogram", "main", session)
    assert diff == uncut
    worktree = root / ".git" / "glmcode" / "worktrees" / "mend-it"
    assert git(worktree, "status", "--porcelain") == ""


@pytest.mark.skipif(os.name != "posix", reason="a process is killed by a signal")
def test_what_a_killed_process_had_received_is_counted_once(tmp_path: Path) -> None:
    """It is paid for, and was in no sum."""
    root = repository(tmp_path / "repo", FILES)
    env = environ(tmp_path, XDG_STATE_HOME=str(tmp_path / "state"))
    journal = root / ".git" / "glmcode" / "sessions" / "mend-it.stream.jsonl"
    with service(lambda _: None, pace=0.004) as server:
        run = ("run", "--base-url", server.url, "--model", "glm-5", "--no-tests", "--json", "mend it")
        with start(root, *run, env=env) as process:
            while process.poll() is None and not (journal.exists() and journal.stat().st_size > 4000):
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            process.communicate()
        assert not glmcode(root, "usage", "--by", "request", "--json", env=env).result["rows"]
        ran = glmcode(root, "resume", "--json", env=env)
        again = glmcode(root, "usage", "--by", "request", "--json", env=env).result["rows"]
    assert ran.result["ok"], ran.result
    counted = [event for event in ran.events if event["event"] == "usage-counted"]
    assert [event["estimated"] for event in counted] == [True, True]
    assert counted[0]["round"] == 1
    assert counted[0]["model"] == "glm-5"
    assert ran.result["output_tokens"] == sum(event["output_tokens"] for event in counted)
    # Both together are the plan, which was said once.
    assert ran.result["output_tokens"] == pytest.approx(estimate_tokens(PLAN), rel=0.05)
    assert sum(row["output"] for row in again) == ran.result["output_tokens"]
    assert len(again) == 2


def _killed(process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    """Whether it had to be killed, after so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        time.sleep(0.01)
    if process.poll() is not None:
        return False
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return True
