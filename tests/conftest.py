"""Fixtures that every room's tests share."""

import signal
from pathlib import Path

import pytest

# A shell ignores Ctrl-C for what it runs in the background, and so would all processes that the tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run in this process books is not the user's, nor is what it is configured by."""
    folder: Path = tmp_path_factory.getbasetemp() / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
