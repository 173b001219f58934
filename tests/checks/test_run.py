"""Runs are bounded, leave nothing behind, and test what stands in the files now. Real processes throughout."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from pathlib import Path

import pytest

from glmcode.checks.find import TestCommand, find_tests
from glmcode.checks.run import run_tests
from glmcode.checks.verdict import Verdict, for_model, summary
from glmcode.errors import Exit, GlmcodeError

QUICK = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""Without the plugins of this environment an inner pytest starts in half the time."""

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX processes")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


def python(code: str) -> TestCommand:
    return TestCommand((sys.executable, "-c", code), "this test", "")


def run(code: str, cwd: Path, timeout: float = 300, environ: dict[str, str] | None = None) -> Verdict:
    return run_tests(python(code), str(cwd), timeout=timeout, environ=os.environ if environ is None else environ)


def hung(code: str, cwd: Path, lines: int = 1) -> Verdict:
    """A run up to its time limit: the first one that leaves the program time to write so many lines. A busy machine starts it slowly."""
    for limit in (0.5, 4, 40):
        verdict = run(code, cwd, timeout=limit)
        if verdict.output.count("\n") >= lines:
            break
    assert verdict.timed_out
    return verdict


def is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as handle:
            return handle.read().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except OSError:
        return False


def test_output_of_both_streams_is_kept_in_order(tmp_path: Path) -> None:
    verdict = run("import os; os.write(1, b'a\\n'); os.write(2, b'b\\n'); os.write(1, b'c\\n')", tmp_path)
    assert (verdict.output, verdict.exit_code, verdict.green) == ("a\nb\nc\n", 0, True)


def test_it_runs_in_the_given_folder(tmp_path: Path) -> None:
    verdict = run("import os; print(os.getcwd(), os.environ['PWD'])", tmp_path)
    assert verdict.output.split() == [os.path.realpath(tmp_path), str(tmp_path)]


def test_standard_input_is_empty_and_no_terminal(tmp_path: Path) -> None:
    verdict = run("import sys; print(repr(sys.stdin.read()), sys.stdin.isatty())", tmp_path)
    assert (verdict.output, verdict.timed_out) == ("'' False\n", False)


@posix
def test_the_terminal_cannot_be_asked_for(tmp_path: Path) -> None:
    verdict = run("open('/dev/tty')", tmp_path)
    assert not verdict.green
    assert "No such device" in verdict.output


def test_a_hang_ends_at_the_time_limit(tmp_path: Path) -> None:
    began = time.monotonic()
    verdict = hung("import time; print('begun', flush=True); time.sleep(600)", tmp_path)
    assert (verdict.green, verdict.output) == (False, "begun\n")
    assert time.monotonic() - began < 100
    assert summary(verdict).startswith("stopped at the time limit")


@posix
def test_a_hang_that_ignores_the_polite_signal_ends_too(tmp_path: Path) -> None:
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    )
    began = time.monotonic()
    assert hung(code, tmp_path).exit_code == -signal.SIGKILL
    assert time.monotonic() - began < 100


@posix
def test_a_run_over_its_time_may_say_what_it_was_at(tmp_path: Path) -> None:
    """pytest's own fault handler and the like write on SIGTERM."""
    code = (
        "import signal, sys, time\n"
        "def say(*_):\n    print('was at step 7', flush=True); sys.exit(1)\n"
        "signal.signal(signal.SIGTERM, say); print('up', flush=True); time.sleep(600)"
    )
    assert hung(code, tmp_path).output == "up\nwas at step 7\n"


@linux
def test_a_child_that_holds_the_pipe_open_is_not_waited_for(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid)"
    )
    began = time.monotonic()
    verdict = run(code, tmp_path)
    assert time.monotonic() - began < 100
    assert (verdict.green, verdict.timed_out) == (True, False)
    assert not is_alive(int(verdict.output))


DAEMON = """
import os, sys, time
reader, writer = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(writer, str(os.getpid()).encode())
        {extra}
        time.sleep(600)
    os._exit(0)
os.wait()
print(os.read(reader, 20).decode())
"""


@linux
@pytest.mark.parametrize("extra", ["pass", "os.close(1); os.close(2)"], ids=["holds-the-pipe", "quiet"])
def test_a_daemon_in_a_session_of_its_own_is_ended(tmp_path: Path, extra: str) -> None:
    began = time.monotonic()
    verdict = run(DAEMON.format(extra=extra), tmp_path)
    assert time.monotonic() - began < 100
    assert verdict.exit_code == 0
    assert not is_alive(int(verdict.output))


CHAMELEON = """
import os, signal, sys, time
reader, writer = os.pipe()
def change(*_):
    os.execve(sys.executable, [sys.executable, "-c", "import time; time.sleep(600)"], {})
signal.signal(signal.SIGTERM, change)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(writer, str(os.getpid()).encode())
        time.sleep(600)
    os._exit(0)
os.wait()
print(os.read(reader, 20).decode(), flush=True)
time.sleep(600)
"""


@linux
def test_a_daemon_that_was_found_once_is_ended_without_its_mark_too(tmp_path: Path) -> None:
    """It drops its environment when it is asked to end; and one that is dying has none for a moment."""
    assert not is_alive(int(hung(CHAMELEON, tmp_path).output))


@linux
def test_a_group_of_its_own_is_no_way_out(tmp_path: Path) -> None:
    code = (
        "import os, time\n"
        "for _ in range(5):\n"
        "    if os.fork() == 0:\n"
        "        os.setpgid(0, 0); os.write(1, b'%d\\n' % os.getpid()); time.sleep(600)\n"
        "time.sleep(600)\n"
    )
    pids = [int(line) for line in hung(code, tmp_path, lines=5).output.split()]
    assert len(pids) == 5
    assert not [pid for pid in pids if is_alive(pid)]


@linux
def test_a_run_that_keeps_forking_is_ended(tmp_path: Path) -> None:
    """Each child forks the next and ends; none lives longer than 10 ms."""
    code = (
        "import os, time\n"
        f"end = time.monotonic() + 60\n"
        "while time.monotonic() < end:\n"
        "    if os.fork():\n"
        f"        while not os.path.exists({str(tmp_path / 'alive')!r}): time.sleep(0.01)\n"
        "        time.sleep(0.01); os._exit(0)\n"
        f"    open({str(tmp_path / 'alive')!r}, 'w').write(str(os.getpid()))\n"
    )
    run(code, tmp_path)
    last = (tmp_path / "alive").read_text()
    time.sleep(0.3)
    assert (tmp_path / "alive").read_text() == last
    assert not is_alive(int(last or 0))


@linux
def test_other_processes_are_left_alone(tmp_path: Path) -> None:
    """Ours, in our session, begun while the run goes on."""
    ours: list[subprocess.Popen[bytes]] = []
    starter = threading.Timer(0.3, lambda: ours.append(subprocess.Popen(["sleep", "300"])))
    starter.start()
    run("import time; time.sleep(600)", tmp_path, timeout=1)
    starter.join()
    assert ours[0].poll() is None
    ours[0].kill()
    ours[0].wait()


def test_a_flood_fills_neither_memory_nor_the_pipe(tmp_path: Path) -> None:
    code = "import os\nblock = b'x' * 63 + b'\\n'\nfor _ in range(200): os.write(1, block * 16384)\nprint('the end')"
    tracemalloc.start()
    verdict = run(code, tmp_path, timeout=300)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (verdict.exit_code, verdict.timed_out) == (0, False)
    assert len(verdict.output) < 5_000_000
    assert verdict.output.startswith("x" * 63 + "\n")
    assert verdict.output.endswith("the end\n")
    assert "bytes of output left out" in verdict.output
    assert peak < 60_000_000


def test_a_flood_without_end_stops_at_the_time_limit(tmp_path: Path) -> None:
    began = time.monotonic()
    verdict = run("import os\nwhile True: os.write(1, b'y' * 65536)", tmp_path, timeout=1)
    assert verdict.timed_out
    assert len(verdict.output) < 5_000_000
    assert time.monotonic() - began < 100


def test_output_that_is_not_text_is_shown_all_the_same(tmp_path: Path) -> None:
    assert run("import os; os.write(1, b'caf\\xe9 \\x00 end')", tmp_path).output == "caf� \x00 end"


def test_secrets_are_not_passed_on(tmp_path: Path) -> None:
    hidden = {
        "ZAI_API_KEY": "s",
        "OPENAI_API_KEY": "s",
        "GITHUB_TOKEN": "s",
        "NPM_AUTH": "s",
        "MY_SECRET_THING": "s",
        "PGPASSWORD": "s",
        "AWS_PROFILE": "s",
        "aws_session": "s",
        "SSH_AUTH_SOCK": "s",
        "STRIPE_KEY": "s",
        "PIP_INDEX_URL": "https://me:hunter2@example.org/simple",
        "GIT_DIR": "/elsewhere",
        "GIT_INDEX_FILE": "x",
        "PYTEST_ADDOPTS": "-x",
        "PYTHONOPTIMIZE": "1",
        "FORCE_COLOR": "1",
    }
    kept = {
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "KEYBOARD": "de",
        "TOKENIZERS_PARALLELISM": "false",
        "GIT_AUTHOR_NAME": "Ada",
        "PIP_EXTRA_INDEX_URL": "https://example.org/simple",
    }
    code = "import os; print('\\n'.join(f'{name}={value}' for name, value in os.environ.items()))"
    shown = run(code, tmp_path, environ={**hidden, **kept, "PATH": os.environ["PATH"]}).output
    seen = dict(line.split("=", 1) for line in shown.splitlines())
    assert not set(hidden) & set(seen)
    assert {name: seen.get(name) for name in kept} == kept
    assert (seen["TERM"], seen["NO_COLOR"]) == ("dumb", "1")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("no-such-program-anywhere", "x"), "'no-such-program-anywhere' can't be started: no such program"),
        (("./script",), "'./script' can't be started: Permission denied"),
        (("a\0b",), "can't be started"),
    ],
)
def test_a_program_that_cannot_be_started_is_one_line(tmp_path: Path, argv: tuple[str, ...], said: str) -> None:
    (tmp_path / "script").write_text("")
    with pytest.raises(GlmcodeError, match=said) as caught:
        run_tests(TestCommand(argv, "this test", ""), str(tmp_path), timeout=5, environ=os.environ)
    assert "\n" not in caught.value.message
    assert caught.value.exit_code == Exit.USAGE


def test_a_folder_that_is_gone_is_not_a_missing_program(tmp_path: Path) -> None:
    with pytest.raises(GlmcodeError, match="no such folder"):
        run("pass", tmp_path / "gone")


@linux
def test_an_interrupt_ends_the_run_and_goes_on_up(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    code = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(600)"

    def interrupt() -> None:
        while not mark.exists() or not mark.read_text():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(code, tmp_path, timeout=300)
    assert time.monotonic() - began < 100
    assert not is_alive(int(mark.read_text()))


@linux
@pytest.mark.parametrize("delay", [0.0, 0.0005, 0.001, 0.002, 0.004, 0.008])
def test_an_interrupt_while_the_run_starts_leaves_nothing_behind(tmp_path: Path, delay: float) -> None:
    """Each delay hits another moment: before, within and just after the start of the process."""
    name = f"sleep-{os.getpid()}-{delay}"
    (tmp_path / name).symlink_to("/bin/sleep")
    timer = threading.Timer(delay, os.kill, (os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012
        timer.start()
        run_tests(
            TestCommand((str(tmp_path / name), "600"), "this test", ""), str(tmp_path), timeout=300, environ=os.environ
        )
    timer.join()
    time.sleep(0.1)
    until = time.monotonic() + 60
    while running(name) and time.monotonic() < until:
        time.sleep(0.05)  # one that has been killed may be dying yet
    assert not running(name)


def running(name: str) -> list[str]:
    """The processes with the name in their command line."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if name.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
    return found


def test_no_file_handle_is_left_open(tmp_path: Path) -> None:
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("needs /proc")
    run("print(1)", tmp_path)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        run("print(1)", tmp_path)
    assert len(os.listdir("/proc/self/fd")) == before
    assert not [thread for thread in threading.enumerate() if thread.name == "test output"]


SHOP = "def cheaper(a, b):\n    return a {} b\n"
CASE = "import shop\n\ndef test_it():\n    assert shop.cheaper(1, 2)\n"


def edited(path: Path, text: str) -> None:
    """Writes `text`, with the time that the file had: an edit within the same second."""
    times = path.stat()
    path.write_text(text)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_an_edit_of_equal_length_in_the_same_second_is_tested(tmp_path: Path) -> None:
    source = tmp_path / "shop.py"
    source.write_text(SHOP.format(">"))
    (tmp_path / "test_shop.py").write_text(CASE)
    command = find_tests(str(tmp_path), str(tmp_path), None)
    assert command is not None
    first = run_tests(command, str(tmp_path), timeout=300, environ=QUICK)
    assert (first.green, first.failed) == (False, 1)
    edited(source, SHOP.format("<"))
    second = run_tests(command, str(tmp_path), timeout=300, environ=QUICK)
    assert second.green, for_model(second, 2000)
    assert not list(tmp_path.rglob("*.pyc"))


def test_bytecode_of_a_run_that_wrote_some_is_not_taken_for_the_edits(tmp_path: Path) -> None:
    """`python -I` and tox don't listen to PYTHONDONTWRITEBYTECODE."""
    source = tmp_path / "shop.py"
    source.write_text(SHOP.format(">"))
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import shop; sys.exit(not shop.cheaper(1, 2))"
    command = TestCommand((sys.executable, "-I", "-c", code), "this test", "")

    def again(changed: tuple[str, ...] = ()) -> bool:
        return run_tests(command, str(tmp_path), timeout=300, environ=os.environ, changed=changed).green

    assert not again()
    assert list(tmp_path.rglob("shop.*.pyc"))
    edited(source, SHOP.format("<"))
    assert not again(), "without being told Python runs the old code: the trap is real"
    assert again(("shop.py",))


def test_removing_bytecode_follows_no_link_out(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "shop.cpython-311.pyc").write_text("theirs")
    root = tmp_path / "root"
    root.mkdir()
    (root / "__pycache__").symlink_to(outside)
    run_tests(python("pass"), str(root), timeout=30, environ=os.environ, changed=("shop.py",))
    assert (outside / "shop.cpython-311.pyc").exists()


def test_the_run_itself_costs_little(tmp_path: Path) -> None:
    """CPU of this process around a run, so that load on the machine doesn't matter."""
    run("pass", tmp_path)
    spent = []
    for _ in range(5):
        before = time.process_time()
        run("pass", tmp_path)
        spent.append(time.process_time() - before)
    assert min(spent) < 0.15
