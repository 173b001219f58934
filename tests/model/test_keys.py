"""Where a key comes from, and that it shows nowhere."""

import os
import sys
import types
from pathlib import Path

import pytest

from glmcode.errors import Exit, GlmcodeError
from glmcode.model.providers import choose
from glmcode.model.table import extended, providers

SECRET = "sk-very-secret-0123456789"


def with_command(*command: str, name: str = "zai") -> str:
    known = extended(providers(), {name: {"key_command": list(command)}}, "config.toml")
    return choose(name, None, None, dict(os.environ), known).key


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in providers().values():
        for name in provider.keys:
            monkeypatch.delenv(name, raising=False)


def test_a_command_gives_the_key_by_its_first_line() -> None:
    assert with_command(sys.executable, "-c", f"print('{SECRET}'); print('user: me')") == SECRET


def test_a_variable_goes_before_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZAI_API_KEY", "from-the-environment")
    assert with_command("false") == "from-the-environment"


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("no-such-program-at-all",), "can't be run: No such file or directory"),
        ((sys.executable, "-c", f"import sys; print('{SECRET}'); sys.exit('{SECRET}')"), "ended with exit code 1"),
        ((sys.executable, "-c", "pass"), "wrote no key"),
        ((sys.executable, "-c", "print('two words')"), "holds characters that no key has"),
    ],
)
def test_a_command_that_fails_is_told_without_what_it_said(
    command: tuple[str, ...], why: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(GlmcodeError, match="key_command of zai") as raised:
        with_command(*command)
    assert raised.value.exit_code == Exit.USAGE
    assert why in raised.value.message
    out, err = capfd.readouterr()
    assert SECRET not in raised.value.message + raised.value.hint + out + err


def test_a_command_finds_no_program_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "keys").write_text("#!/bin/sh\necho stolen\n")
    (tmp_path / "keys").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GlmcodeError, match="can't be run"):
        with_command("./keys")


def keyring(monkeypatch: pytest.MonkeyPatch, keys: dict[tuple[str, str], str], error: bool = False) -> None:
    """A keyring as the package `keyring` offers it."""
    module, errors = types.ModuleType("keyring"), types.ModuleType("keyring.errors")

    class KeyringError(Exception):
        """Its base class of errors."""

    def get_password(service: str, user: str) -> str | None:
        if error:
            raise KeyringError("locked")
        return keys.get((service, user))

    module.get_password, errors.KeyringError = get_password, KeyringError  # type: ignore[attr-defined]
    module.__spec__ = types.SimpleNamespace(name="keyring")  # type: ignore[assignment]
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)


def test_the_keyring_gives_a_provider_its_own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring(monkeypatch, {("glmcode", "zai"): SECRET})
    endpoint = choose("zai", None, None, {})
    assert (endpoint.key, endpoint.key_name) == (SECRET, "the keyring (glmcode, zai)")
    with pytest.raises(GlmcodeError, match="no key for openrouter"):
        choose("openrouter", None, None, {})
    assert choose(None, "http://127.0.0.1:8000/v1", None, {}).key == ""


def test_a_keyring_that_is_locked_is_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring(monkeypatch, {}, error=True)
    with pytest.raises(GlmcodeError, match="no key"):
        choose("zai", None, None, {})
