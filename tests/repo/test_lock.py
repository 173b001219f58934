"""Locks between real processes: one holds, the others wait, say for whom, and give up in time."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.repo.lock import held, holder
from glmcode.repo.owner import Owner, read_owner, this_process
from glmcode.repo.waiting import on_waiting

fcntl = pytest.importorskip("fcntl")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks the system for processes as Linux does")

HOLDS = """
import sys, time
sys.argv = ["glmcode", "land", "secret-task"]
from glmcode.repo.lock import held
with held(%r):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "lock")


@contextmanager
def another(path: str) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen([sys.executable, "-c", HOLDS % path], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"held\n"
            yield process
        finally:
            process.kill()


def refusal(path: str, patience: float = 0) -> GlmcodeError:
    with pytest.raises(GlmcodeError) as error, held(path, patience=patience):
        pass
    assert error.value.exit_code == Exit.CONFLICT
    assert "\n" not in error.value.message
    return error.value


@pytest.fixture(params=["with locks", "without locks"])
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Some network file systems have no locks: the system says so at every try."""
    if request.param == "without locks":

        def refuse(*_: Any) -> None:
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

        monkeypatch.setattr(fcntl, "flock", refuse)
    return str(request.param)


def test_the_holder_is_named(path: str) -> None:
    with another(path) as process:
        said = refusal(path).message
        assert said.startswith(f"another glmcode is landing here (process {process.pid}, glmcode land, for ")
        assert "secret" not in said
        assert holder(path).startswith(f"process {process.pid}, glmcode land, for ")
    assert holder(path) == ""


def test_a_holder_that_ends_in_any_way_leaves_nothing_to_wait_for(path: str) -> None:
    with another(path) as process:
        process.kill()
        process.wait()
        with held(path, patience=0):
            assert read_owner(path, 1) is not None


def test_a_suspended_holder_is_told_apart(path: str) -> None:
    with another(path) as process:
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        assert f"kill -CONT {process.pid}" in refusal(path).hint


def test_a_long_wait_is_told_once_and_is_bounded(path: str) -> None:
    said: list[str] = []
    token = on_waiting.set(said.append)
    try:
        with another(path) as process:
            start = time.monotonic()
            refusal(path, 1.5)
            assert time.monotonic() - start >= 1.5
    finally:
        on_waiting.reset(token)
    assert len(said) == 1
    assert f"process {process.pid}" in said[0]


def test_ctrl_c_while_waiting_leaves_the_holder_alone(path: str) -> None:
    with another(path):
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt), held(path, patience=30):
            pass
        assert holder(path)


def test_the_holder_may_take_it_again_and_another_thread_may_not(path: str, file_system: str) -> None:
    refused: list[str] = []
    with held(path), held(path, patience=0):
        thread = threading.Thread(target=lambda: refused.append(refusal(path).message))
        thread.start()
        thread.join()
    assert refused
    with held(path, patience=0):
        pass


def test_the_lock_is_of_the_file_that_stands_there(path: str) -> None:
    """A session is removed with its lock, while another process waits for it: two would hold a lock of that name."""
    with held(path):
        os.unlink(path)
        with another(path):
            pass
    with another(path):
        refusal(path)


def test_only_one_of_many_holds_it(path: str, file_system: str) -> None:
    """Each adds a line and takes it away: none may ever see that of another."""
    inside = f"{path}.inside"
    children = []
    for _ in range(6):
        child = os.fork()
        if not child:
            code = 1
            try:
                for _ in range(20):
                    with held(path, patience=60):
                        os.close(os.open(inside, os.O_CREAT | os.O_EXCL))
                        time.sleep(0.001)
                        os.unlink(inside)
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 6
    assert not os.path.exists(path + ".held")


def elsewhere(owner: Owner, path: str) -> None:
    with open(path + ".held", "wb") as file:
        file.write(owner.packed())


@pytest.mark.parametrize("file_system", ["without locks"], indirect=True)
def test_without_locks_a_dead_holder_and_a_number_used_again_hold_nothing(path: str, file_system: str) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for dead in (replace(this_process(), pid=gone.pid), replace(this_process(), began="another boot 17")):
        elsewhere(dead, path)
        with held(path, patience=0.5):
            pass
    assert os.listdir(os.path.dirname(path)) == ["lock"]


@pytest.mark.parametrize("file_system", ["without locks"], indirect=True)
def test_without_locks_a_living_holder_and_one_of_another_machine_are_believed(path: str, file_system: str) -> None:
    elsewhere(this_process(), path)
    assert f"process {os.getpid()}" in refusal(path).message
    elsewhere(replace(this_process(), host="far\x1baway"), path)
    error = refusal(path)
    assert f"process {os.getpid()} on faraway" in error.message
    assert path in error.hint


@pytest.mark.parametrize("file_system", ["without locks"], indirect=True)
def test_without_locks_one_that_is_just_being_made_is_waited_for(path: str, file_system: str) -> None:
    open(path + ".held", "wb").close()
    refusal(path)
    os.utime(path + ".held", (0, 0))
    with held(path, patience=0.5):
        pass


@pytest.mark.parametrize(
    "changed",
    [{"pid": -1}, {"pid": 1 << 40}, {"pid": "1"}, {"since": 1e300}, {"since": None}, {"host": 5}, {"command": ["x"]}],
)
def test_an_owner_that_makes_no_sense_is_none(path: str, changed: dict[str, object]) -> None:
    plain = json.loads(this_process().packed())
    for data in (json.dumps({**plain, **changed}), json.dumps(list(plain)), "{", "[" * 5000, ""):
        Path(path).write_text(data)
        assert read_owner(path, 0) is None


def test_no_lock_can_be_had(tmp_path: Path) -> None:
    with pytest.raises(GlmcodeError) as error, held(str(tmp_path / "missing" / "lock")):
        pass
    assert error.value.exit_code == Exit.NOT_LANDED
