"""`glmcode run` as a process: what it prints where, how it ends, and what it leaves."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from glmcode.errors import Exit
from glmcode.model.cassette import Answer, from_answers
from glmcode.model.replay import ReplayServer
from tests.agent.rig import CALC, FIX_ADD, FIX_DOUBLE, MISSES, git, repository, served
from tests.faces.rig import KEY, Ran, acting, ended, environ, glmcode, left_behind, start
from tests.model.faults import FaultServer, answer, error, free_port, hangs_up, sends

TEST = f"{sys.executable} check.py"
FIX = FIX_ADD + FIX_DOUBLE


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo")


def run(root: Path, url: str, *more: str | Path, task: str = "mend it") -> Ran:
    return glmcode(root, "run", "--base-url", url, "--retries", "0", "--test", TEST, *more, task)


# What goes where


def test_the_diff_is_all_of_standard_output_and_applies(root: Path) -> None:
    odd = '<create path="docs/é ü.txt">\nno plain name\n</create>\n'
    with served([f"Both are wrong.\n\n{FIX_ADD}{MISSES}", FIX_DOUBLE + odd]) as server:
        ran = run(root, server.url)
    assert ran.code == Exit.OK
    (root.parent / "x.diff").write_bytes(ran.out)
    git(root, "apply", "--check", "../x.diff")
    git(root, "apply", "../x.diff")
    assert (root / "docs/é ü.txt").read_text(encoding="utf-8") == "no plain name\n"
    git(root, "add", "--all")
    git(root, "diff", "--quiet", "--cached", "glmcode/mend-it")
    for words in (
        "round 1",
        "round 2",
        "Both are wrong.",
        "✗ calc.py  no-match",
        "✓ the tests are green",
        "glmcode land mend-it",
    ):
        assert words in ran.err
    assert "\n\n\n" not in ran.err
    assert "worktree  .git/glmcode/worktrees/mend-it\n" in ran.err


def test_json_is_one_event_a_line_and_ends_with_the_result(root: Path) -> None:
    with served([Answer(FIX_ADD, reasoning="Let me see.\n"), FIX_DOUBLE]) as server:
        ran = run(root, server.url, "--json", "--land", "commit")
    assert ran.result["ok"]
    assert ran.result["landed"] == "commit"
    assert ran.err == ""
    kinds = [event["event"] for event in ran.events]
    assert kinds[0] == "run-started"
    assert {"thinking", "edit-landed", "check-finished", "usage-counted", "round-finished"} <= set(kinds)
    assert git(root, "status", "--porcelain") == ""
    assert "a + b" in git(root, "show", "HEAD:calc.py")


def test_uncommitted_work_is_left_out_and_that_is_said_unless_asked_for(root: Path) -> None:
    (root / "mine.py").write_text("x = 1\n")
    with served([FIX]) as server:
        ran = run(root, server.url)
    assert "your uncommitted work (1 untracked) is not included: --include-dirty takes it along\n" in ran.err
    assert "mine.py" not in git(root, "ls-tree", "--name-only", "glmcode/mend-it")
    with served([FIX]) as server:
        ran = run(root, server.url, "--include-dirty", "--land", "apply", "--json")
    (note,) = (event["text"] for event in ran.events if event["event"] == "note")
    assert note.startswith("your uncommitted work (1 untracked) is included")
    assert "mine.py" in git(root, "ls-tree", "--name-only", "glmcode/mend-it-2")
    assert git(root, "status", "--porcelain") == " M calc.py\n?? mine.py\n"


@pytest.mark.parametrize(("how", "subject"), [("apply", "Begin"), ("merge", "mend it")])
def test_land_brings_green_work_to_the_branch(root: Path, how: str, subject: str) -> None:
    with served([FIX]) as server:
        ran = run(root, server.url, "--land", how)
    assert ran.code == Exit.OK
    assert "a + b" in (root / "calc.py").read_text(encoding="utf-8")
    assert git(root, "log", "-1", "--format=%s").startswith(subject)
    assert ("uncommitted" in ran.err) == (how == "apply")


def test_work_that_can_not_land_is_kept_and_the_exit_code_says_so(root: Path) -> None:
    (root / "calc.py").write_text(CALC.replace("a - b", "b - a"), encoding="utf-8")
    with served([FIX]) as server:
        ran = run(root, server.url, "--land", "commit")
    assert ran.code == Exit.CONFLICT
    assert "calc.py" in ran.err
    assert "the work is kept: glmcode land mend-it" in ran.err
    assert "glmcode/mend-it" in left_behind(root)


# What stands in the way


def test_places_where_nothing_can_be_done(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    git(tmp_path, "init", "-q", "--bare", "bare")
    git(tmp_path, "init", "-q", "empty")
    repository(tmp_path / "untested", {"README.txt": "hello\n"})
    for folder, words in {
        "plain": "not in a git repository",
        "bare": "a bare repository has no files to edit",
        "empty": "the repository has no commits yet",
        "untested": "no tests were found",
    }.items():
        record = tmp_path / f"{folder}.jsonl"
        arguments = ("run", "--base-url", f"http://127.0.0.1:{free_port()}", "--record", record)
        people = glmcode(tmp_path / folder, *arguments, "x")
        assert people.code == Exit.USAGE
        lines = people.err.splitlines()
        assert words in lines[0]
        assert len(lines) <= 3
        assert people.out == b""
        program = glmcode(tmp_path / folder, *arguments, "--json", "x")
        assert words in program.result["why"]
        assert not record.exists()
    assert left_behind(tmp_path / "untested") == []
    assert left_behind(tmp_path / "empty") == []


def refused(scripts: object, url: str, root: Path, code: Exit, words: str) -> None:
    for arguments in ((), ("--json",)):
        ran = run(root, url, *arguments)
        assert ran.code == code
        if arguments:
            assert words in ran.result["why"]
            assert (ran.result["session"], ran.result["branch"], ran.result["diff"]) == ("", "", "")
        else:
            said = ran.err.partition("round 1\n")[2].strip().splitlines()
            assert words in said[0]
            assert said[0].startswith("✗ ")
            assert len(said) <= 3, ran.err
            assert ran.out == b""
    assert left_behind(root) == []
    assert git(root, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("script", "code", "words"),
    [
        (error(401, "1002", f"Incorrect API key provided: {KEY}"), Exit.USAGE, "key"),
        (error(404, "1211", "model does not exist"), Exit.USAGE, "does not exist"),
        (error(429, "1305", "too many requests"), Exit.UNREACHABLE, "too many requests"),
        (answer(502, "<html><title>Bad\x1b[2J Gateway</title>" + "<p>" * 5000, "text/html"), Exit.UNREACHABLE, "502"),
        (answer(200, "<html><title>Sign in</title></html>", "text/html"), Exit.UNREACHABLE, "Sign in"),
        (answer(200, "{}"), Exit.USAGE, "not as a model does"),
        (answer(200, "", "text/event-stream"), Exit.UNREACHABLE, "empty answer"),
        (hangs_up, Exit.UNREACHABLE, "closed the connection"),
        (sends(b"SSH-2.0-OpenSSH_9.2\r\n"), Exit.UNREACHABLE, "127.0.0.1"),
    ],
    ids=["401", "404", "429", "502-html", "200-html", "200-json", "200-empty", "hang-up", "no-http"],
)
def test_an_endpoint_that_fails_is_one_clear_line(root: Path, script: object, code: Exit, words: str) -> None:
    with FaultServer(script) as server:  # type: ignore[arg-type]
        refused(script, server.url, root, code, words)


def test_an_endpoint_that_is_not_there(root: Path) -> None:
    refused(None, f"http://127.0.0.1:{free_port()}/v1", root, Exit.UNREACHABLE, "connection refused")


def test_without_a_key_three_lines_say_what_to_do(root: Path) -> None:
    env = environ(root.parent)
    del env["OPENAI_API_KEY"]
    ran = glmcode(root, "run", "mend it", env=env)
    assert ran.code == Exit.USAGE
    lines = ran.err.splitlines()
    assert len(lines) == 3
    for line, words in zip(lines, ("ZAI_API_KEY", "--base-url", "glmcode demo"), strict=True):
        assert words in line
    assert glmcode(root, "run", "--json", "mend it", env=env).result["exit_code"] == 2
    assert left_behind(root) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Missing argument 'TASK'"),
        (("--max-rounds", "0", "x"), "--max-rounds"),
        (("--frobnicate", "x"), "No such option: --frobnicate"),
        (("--land", "push", "x"), "--land takes"),
        (("--provider", "nobody", "x"), "nobody"),
        (("--base-url", "ftp://x", "x"), "not a base URL"),
        (("--base-url", "http://127.0.0.1:1", "  "), "the task is empty"),
        (("--base-url", "http://127.0.0.1:1", "-"), "the task is empty"),
    ],
)
def test_wrong_usage_is_one_line_and_a_result(root: Path, arguments: tuple[str, ...], words: str) -> None:
    ran = glmcode(root, "run", "--json", *arguments)
    assert ran.code == Exit.USAGE
    assert words in ran.result["why"]
    assert len(ran.events) == 1
    if ran.err:
        assert words in ran.err.splitlines()[0]
        assert all(line.startswith("  ") for line in ran.err.splitlines()[1:])
    assert left_behind(root) == []


def test_a_plan_without_edits_and_tests_that_hang(root: Path) -> None:
    (root / "check.py").write_text(
        "import os, time\nprint('child', os.getpid(), flush=True)\ntime.sleep(600)\n", encoding="utf-8"
    )
    git(root, "commit", "-q", "-a", "-m", "Hang")
    with served(["All is well.", "Really."]) as server:
        started = time.monotonic()
        ran = run(root, server.url, "--test-timeout", "1")
    assert time.monotonic() - started < 100
    assert ran.code == Exit.CHECKS_FAIL
    assert "held no edits" in ran.err
    before = next(line for line in ran.err.splitlines() if line.startswith("  before"))
    assert re.search(r"time limit in [1-9][0-9]?\.", before)
    assert ran.out == b""
    assert left_behind(root) == []


# Nothing waits, and nothing is lost


def test_nothing_ever_waits_for_input(root: Path) -> None:
    never_ends, held = os.pipe()
    closed = [
        sys.executable,
        "-c",
        "import os, sys; os.close(0); os.execv(sys.executable, [sys.executable, '-m', 'glmcode', *sys.argv[1:]])",
    ]
    try:
        with served([FIX, FIX]) as server:
            arguments = ["run", "--base-url", server.url, "--test", TEST, "mend it"]
            piped = glmcode(root, *arguments, stdin=never_ends)
            without = subprocess.run(
                [*closed, *arguments], cwd=root, env=environ(root.parent), capture_output=True, timeout=200, check=False
            )
    finally:
        os.close(never_ends)
        os.close(held)
    assert (piped.code, without.returncode) == (0, 0), without.stderr
    assert "land it?" not in piped.err
    assert piped.out == without.stdout


def test_closed_output_is_no_reason_to_stop(root: Path) -> None:
    """With numbers 1 and 2 free, a file that is opened next would get what is printed."""
    script = "import os, sys; os.close(1); os.close(2); os.execv(sys.executable, [sys.executable, '-m', 'glmcode', *sys.argv[1:]])"
    with served([FIX]) as server:
        command = [
            sys.executable,
            "-c",
            script,
            "run",
            "--base-url",
            server.url,
            "--test",
            TEST,
            "--land",
            "commit",
            "x",
        ]
        code = subprocess.run(command, cwd=root, env=environ(root.parent), timeout=200, check=False).returncode
    assert code == Exit.OK
    assert git(root, "fsck", "--strict") == ""
    assert "a + b" in git(root, "show", "HEAD:calc.py")


def test_the_task_may_come_from_standard_input_in_any_bytes(root: Path) -> None:
    with served([FIX]) as server:
        ran = glmcode(
            root,
            "run",
            "--json",
            "--base-url",
            server.url,
            "--test",
            TEST,
            "-",
            stdin="mend it, café".encode("latin-1"),
        )
        assert ran.code == Exit.OK
        assert "mend it, caf\N{REPLACEMENT CHARACTER}" in json.dumps(server.requests[0]["messages"], ensure_ascii=False)


@pytest.fixture
def slow() -> Iterator[ReplayServer]:
    """Two edits in its first second, then nothing but words for a minute."""
    with ReplayServer(from_answers([Answer(FIX_ADD + "and more words " * 3000)]), rate=100) as server:
        yield server


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_keeps_what_landed_and_ends_with_a_result(
    root: Path, slow: ReplayServer, number: signal.Signals
) -> None:
    with start(
        root, "run", "--json", "--base-url", slow.url, "--test", TEST, "mend it", env=environ(root.parent)
    ) as process:
        assert process.stdout is not None
        out = b""
        while b'"edit-landed"' not in out:
            line = process.stdout.readline()
            assert line
            out += line
        process.send_signal(number)
        rest, err = process.communicate(timeout=200)
    ran = ended(process, out + rest, err)
    assert ran.code == Exit.INTERRUPTED
    assert ran.result["why"].startswith("interrupted")
    assert "+    return a + b" in ran.result["diff"]
    assert "glmcode land mend-it" in ran.result["hint"]
    assert "a + b" in git(root, "show", "glmcode/mend-it:calc.py")
    landed = glmcode(root, "land", "--how", "apply")
    assert landed.code == Exit.OK
    assert "a + b" in (root / "calc.py").read_text(encoding="utf-8")


def test_an_interrupt_while_tests_run_ends_them_and_leaves_nothing(root: Path) -> None:
    (root / "check.py").write_text(
        "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(600)\n", encoding="utf-8"
    )
    git(root, "commit", "-q", "-a", "-m", "Hang")
    worktree = root / ".git/glmcode/worktrees/mend-it"
    url = f"http://127.0.0.1:{free_port()}"
    with start(root, "run", "--base-url", url, "--test", TEST, "mend it", env=environ(root.parent)) as process:
        pid = ""
        while not pid:
            time.sleep(0.05)
            assert process.poll() is None
            pid = (worktree / "pid").read_text(encoding="utf-8") if (worktree / "pid").exists() else ""
        process.send_signal(signal.SIGINT)
        ran = ended(process, *process.communicate(timeout=200))
    assert ran.code == Exit.INTERRUPTED
    assert left_behind(root) == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def test_a_reader_that_goes_away_takes_no_work_with_it(root: Path, slow: ReplayServer) -> None:
    with start(
        root, "run", "--json", "--base-url", slow.url, "--test", TEST, "mend it", env=environ(root.parent)
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        while b'"edit-landed"' not in process.stdout.readline():
            pass
        process.stdout.close()
        err = process.stderr.read()
        process.wait(200)
    assert err == b""
    assert process.returncode == Exit.CHECKS_FAIL
    assert "a + b" in git(root, "show", "glmcode/mend-it:calc.py")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_no_bug(root: Path) -> None:
    with (
        served([FIX]) as server,
        open("/dev/full", "wb") as full,
        start(
            root, "run", "--base-url", server.url, "--test", TEST, "mend it", env=environ(root.parent), stdout=full
        ) as process,
    ):
        _, err = process.communicate(timeout=200)
    assert process.returncode == Exit.CHECKS_FAIL
    assert "Traceback" not in err.decode()
    assert err.decode().splitlines()[-1] == "glmcode: can't write the output: No space left on device"
    assert "glmcode/mend-it" in left_behind(root)


# Recording and playing


def test_a_recording_played_by_replay_gives_the_same_result(root: Path, tmp_path: Path) -> None:
    cassette = tmp_path / "answers.jsonl"
    with served([FIX_ADD + MISSES, FIX_DOUBLE]) as server:
        first = run(root, server.url, "--record", cassette)
        again = run(root, server.url, "--record", cassette)
    assert first.code == Exit.OK
    assert again.code == Exit.USAGE
    assert "exists already" in again.err
    assert KEY not in cassette.read_text(encoding="utf-8")
    with start(root, "replay", cassette, env=environ(tmp_path)) as player:
        assert player.stdout is not None
        second = run(root, player.stdout.readline().decode().strip())
        player.send_signal(signal.SIGINT)
        player.communicate(timeout=200)
    assert second.out == first.out
    assert left_behind(root).count("glmcode/mend-it-2") == 1
    outcomes = [[line for line in ran.err.splitlines() if line.startswith(("  ✓", "  ✗"))] for ran in (first, second)]
    assert outcomes[0] == outcomes[1]


# What is shown can do no harm


def test_hostile_words_do_nothing_to_the_terminal(root: Path) -> None:
    evil = "\x1b]0;title\x07\x1b[2J\x9b31m \u202eevil\u2066\r\b"
    plan = f"{evil}\n{'x' * 100_000}\n" + f'<create path="{evil[:4]}.txt">\nx\n</create>\n' + FIX
    with served([Answer(plan, reasoning=f"{evil}\n{'y' * 100_000}\n"), "Nothing more."]) as server:
        ran = run(root, server.url)
        program = run(root, server.url, "--json")
    assert ran.code in (Exit.OK, Exit.NOT_LANDED)
    assert acting(ran.err) == []
    assert "\\x1b[2J" in ran.err
    assert max(map(len, ran.err.splitlines())) < 2_200
    assert program.out.isascii()
    assert (
        program.result["exit_code"] == Exit.UNREACHABLE or program.result["exit_code"] == Exit.USAGE
    )  # all was played


def test_colour_goes_to_no_pipe_unless_forced_and_never_against_no_color(root: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    arguments = ["run", "--base-url", url, "--retries", "0", "--test", TEST, "x"]
    assert "\x1b" not in glmcode(root, *arguments).err
    for more, coloured in (({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)):
        with start(root, *arguments, env=environ(root.parent, **more)) as process:
            _, err = process.communicate(timeout=200)
        assert (b"\x1b[1;31m" in err) is coloured


def test_any_encoding_of_the_terminal_will_do(root: Path) -> None:
    env = environ(root.parent, PYTHONIOENCODING="latin-1")
    with served([FIX]) as server:
        ran = glmcode(root, "run", "--base-url", server.url, "--test", TEST, "mend it", env=env)
    assert ran.code == Exit.OK
    assert "\\u2713 the tests are green" in ran.err
    assert glmcode(root, "doctor", "--offline", "--base-url", "http://127.0.0.1:1", env=env).code == Exit.OK


# Where it is started


def test_from_a_subfolder_a_linked_worktree_and_a_hook(root: Path, tmp_path: Path) -> None:
    (root / "deep/er").mkdir(parents=True)
    git(root, "worktree", "add", "-q", str(tmp_path / "linked"), "-b", "side")
    (tmp_path / "linked" / "own.txt").write_text("mine", encoding="utf-8")
    head = git(root, "rev-parse", "main")
    hooked = environ(
        tmp_path,
        GIT_DIR=str(root / ".git"),
        GIT_INDEX_FILE=str(root / ".git/index"),
        GIT_PREFIX="",
        GIT_AUTHOR_DATE="@0 +0000",
    )
    with served([FIX] * 3) as server:
        arguments = ["run", "--base-url", server.url, "--test", TEST]
        below = glmcode(root / "deep/er", *arguments, "below", env=environ(tmp_path))
        linked = glmcode(
            tmp_path / "linked", *arguments, "--land", "commit", "-m", "x", "linked", env=environ(tmp_path)
        )
        hook = glmcode(root, *arguments, "hook", env=hooked)
    assert (below.code, linked.code, hook.code) == (0, 0, 0), (below.err, linked.err, hook.err)
    assert below.out == linked.out == hook.out
    assert b"a/calc.py" in below.out
    assert "a + b" in git(root, "show", "side:calc.py")
    assert git(tmp_path / "linked", "status", "--porcelain") == "?? own.txt\n"
    assert git(root, "rev-parse", "main") == head
    assert git(root, "status", "--porcelain") == ""
