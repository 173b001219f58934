"""The interactive session on a whole terminal: a pseudo-terminal, and a screen that keeps what it shows."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pyte
import pytest

from glmcode.model.cassette import Answer, from_answers
from glmcode.model.replay import ReplayServer
from tests.agent.rig import CALC, FIX_ADD, FIX_DOUBLE, git, repository, served
from tests.faces.rig import environ, glmcode

ENTER, ALT_ENTER, CTRL_C, CTRL_D, UP = "\r", "\x1b\r", "\x03", "\x04", "\x1b[A"


class Terminal:
    """A process on a terminal of 100 by 60, and what stands on its screen."""

    def __init__(self, process: "pexpect.spawn[str]") -> None:
        self.process = process
        self.screen = pyte.HistoryScreen(100, 60, history=2_000)
        self.stream = pyte.Stream(self.screen)

    def wait_for(self, words: str) -> None:
        """Reads until the words have been written; fails with the screen where they don't come."""
        try:
            self.process.expect_exact(words, timeout=100)
        except (pexpect.TIMEOUT, pexpect.EOF):
            self.stream.feed(self.process.before if isinstance(self.process.before, str) else "")
            raise AssertionError(f"no {words!r} on the screen:\n" + "\n".join(self.screen.display)) from None
        self.stream.feed(self.process.before + self.process.after)

    def type(self, text: str) -> None:
        self.process.send(text)

    def end(self) -> int:
        """Waits for the end; returns the exit code."""
        self.process.expect(pexpect.EOF, timeout=100)
        self.stream.feed(self.process.before)
        self.process.close()
        return int(self.process.exitstatus if self.process.exitstatus is not None else -1)


@contextmanager
def session(root: Path, url: str, *arguments: str) -> Iterator[Terminal]:
    env = environ(
        root.parent, PROMPT_TOOLKIT_NO_CPR="1", TERM="xterm-256color", XDG_STATE_HOME=str(root.parent / "state")
    )
    command = ["-m", "glmcode", "--base-url", url, "--test", f"{sys.executable} check.py", *arguments]
    process = pexpect.spawn(sys.executable, command, cwd=str(root), env=env, dimensions=(60, 100), encoding="utf-8")
    try:
        yield Terminal(process)
    finally:
        process.close(force=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo")


def test_each_message_is_a_task_in_the_same_session(root: Path) -> None:
    with served([FIX_ADD + FIX_DOUBLE, '<create path="more.py">\nx = 1\n</create>\n']) as server:
        with session(root, server.url) as terminal:
            terminal.wait_for("›")
            terminal.type("mend it" + ENTER)
            terminal.wait_for("the tests are green")
            terminal.wait_for("›")
            terminal.type("and add" + ALT_ENTER + "a file" + ENTER)
            terminal.wait_for("the tests are green")
            terminal.wait_for("›")
            terminal.type("/diff" + ENTER)
            terminal.wait_for("more.py")
            terminal.wait_for("›")
            terminal.type("/land apply" + ENTER)
            terminal.wait_for("landed as uncommitted changes")
            terminal.wait_for("›")
            terminal.type("/land patch" + ENTER)
            terminal.wait_for("written as a patch")
            terminal.wait_for("›")
            terminal.type("/nonsense" + ENTER)
            terminal.wait_for("there is no command /nonsense")
            terminal.wait_for("›")
            terminal.type(CTRL_D)
            assert terminal.end() == 0
        second = server.requests[1]["messages"]
        assert [message["role"] for message in second] == ["system", "user", "assistant", "user"]
        assert second[-1]["content"].endswith("# The task\nand add\na file\n")
    assert git(root, "branch", "--list", "glmcode/*").split()[-1] == "glmcode/mend-it"
    assert (root / "more.py").exists()
    assert "+x = 1\n" in (root / "mend-it.patch").read_text(encoding="utf-8")
    assert "a + b" in (root / "calc.py").read_text(encoding="utf-8")


def test_ctrl_c_stops_the_stream_keeps_what_landed_and_returns_to_the_prompt(root: Path) -> None:
    slow = from_answers([Answer(FIX_ADD + "and more words " * 3000)])
    with ReplayServer(slow, rate=100) as server, session(root, server.url) as terminal:
        terminal.wait_for("›")
        terminal.type("mend it" + ENTER)
        terminal.wait_for("✓")
        terminal.type(CTRL_C)
        terminal.wait_for("interrupted")
        terminal.wait_for("›")
        terminal.type(CTRL_D)
        terminal.wait_for("glmcode land mend-it")
        assert terminal.end() == 0
    assert "a + b" in git(root, "show", "glmcode/mend-it:calc.py")
    assert (root / "calc.py").read_text(encoding="utf-8") == CALC


def test_the_history_outlives_the_session(root: Path) -> None:
    for keys, expected in (("/help" + ENTER, "Ctrl-D leaves"), (UP + ENTER, "Ctrl-D leaves")):
        with session(root, "http://127.0.0.1:1") as terminal:
            terminal.wait_for("›")
            terminal.type(keys)
            terminal.wait_for("Alt-Enter")
            terminal.wait_for(expected)
            terminal.wait_for("›")
            terminal.type(CTRL_D)
            assert terminal.end() == 0


def test_a_task_that_can_not_begin_is_one_line_and_the_session_goes_on(root: Path) -> None:
    with session(root, "ftp://nowhere") as terminal:
        terminal.wait_for("›")
        terminal.type("mend it" + ENTER)
        terminal.wait_for("not a base URL")
        terminal.wait_for("›")
        terminal.type("/exit" + ENTER)
        assert terminal.end() == 0


def test_the_question_of_a_run_is_answered_on_the_terminal(root: Path) -> None:
    env = environ(root.parent, TERM="xterm")
    with served([FIX_ADD + FIX_DOUBLE]) as server:
        arguments = [
            "-m",
            "glmcode",
            "run",
            "--base-url",
            server.url,
            "--test",
            f"{sys.executable} check.py",
            "mend it",
        ]
        process = pexpect.spawn(
            sys.executable, arguments, cwd=str(root), env=env, dimensions=(60, 100), encoding="utf-8"
        )
        terminal = Terminal(process)
        terminal.wait_for("land it?")
        terminal.type("perhaps\n")
        terminal.wait_for("land it?")
        terminal.type("c\n")
        assert terminal.end() == 0
    assert git(root, "log", "-1", "--format=%s") == "mend it\n"
    assert git(root, "status", "--porcelain") == ""


@pytest.mark.parametrize("said", ["y", "n"])
def test_uncommitted_work_is_asked_for_on_the_terminal(root: Path, said: str) -> None:
    (root / "mine.py").write_text("x = 1\n")
    env = environ(root.parent, TERM="xterm")
    with served([FIX_ADD + FIX_DOUBLE]) as server:
        arguments = ["-m", "glmcode", "run", "--base-url", server.url, "--no-tests", "--land", "none", "mend it"]
        process = pexpect.spawn(
            sys.executable, arguments, cwd=str(root), env=env, dimensions=(60, 200), encoding="utf-8"
        )
        terminal = Terminal(process)
        terminal.wait_for("your checkout has uncommitted work (1 untracked): start with it? [y]es, [N]o: ")
        terminal.type(said + "\n")
        if said == "y":
            terminal.wait_for("is included")
        assert terminal.end() == 0
    assert ("mine.py" in git(root, "ls-tree", "--name-only", "glmcode/mend-it")) == (said == "y")
    assert git(root, "status", "--porcelain") == "?? mine.py\n"


def test_without_a_terminal_it_does_not_begin(root: Path) -> None:
    ran = glmcode(root, env=environ(root.parent))
    assert ran.code == 2
    assert ran.err.startswith("glmcode: an interactive session needs a terminal\n")
