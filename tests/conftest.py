"""Fixtures that every room's tests share."""

import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same inputs every time, however busy the machine is. `--hypothesis-profile=chance` looks for more.
settings.register_profile("chance", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("same", settings.get_profile("chance"), derandomize=True)
settings.load_profile("same")

# A shell ignores Ctrl-C for what it runs in the background, and so would all processes that the tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run in this process books is not the user's, nor is what it is configured by."""
    folder: Path = tmp_path_factory.getbasetemp() / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
