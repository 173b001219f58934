"""Where a provider's key comes from: its environment variables, then its `key_command`, then the keyring of the system.

A key is never part of a command line, of a message or of what a run keeps. What a key command says on its error stream is
not shown: it may hold what nobody should see.
"""

import importlib.util
import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Final

from glmcode.errors import GlmcodeError
from glmcode.model.providers import Provider

__all__ = ["SERVICE", "find_key"]

SERVICE: Final = "glmcode"
"""What the keyring knows our keys under; the user's name there is the provider's: `keyring set glmcode zai`."""

_PATIENCE: Final = 120.0
"""Seconds for a key command: someone may have to type a passphrase."""
_LONGEST: Final = 16_384


def find_key(provider: Provider, names: Sequence[str], environ: Mapping[str, str], *, keyring: bool) -> tuple[str, str]:
    """The key and where it came from; both "" where there is none. Of the environment, only the variables of these
    `names` are looked at. Raises GlmcodeError (exit 2) where the key command fails."""
    for name in names:
        if key := environ.get(name, "").strip():
            return key, name
    if provider.key_command:
        return _from_command(provider, environ), f"the key_command of {provider.name}"
    if keyring and (key := _from_keyring(provider.name)):
        return key, f"the keyring ({SERVICE}, {provider.name})"
    return "", ""


def _from_command(provider: Provider, environ: Mapping[str, str]) -> str:
    """The first line that the command writes. It runs without a shell, in the user's home."""
    shown = provider.key_command[0]
    try:
        ended = subprocess.run(
            provider.key_command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            # Not in the repository: a relative name must not find a program of its.
            cwd=os.path.expanduser("~"),
            env=dict(environ),
        )
    except subprocess.TimeoutExpired:
        raise _failed(provider, f"{shown} gave no key within {_PATIENCE:.0f} seconds") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a command"
        raise _failed(provider, f"{shown} can't be run: {why}") from None
    if ended.returncode != 0:
        raise _failed(provider, f"{shown} ended with exit code {ended.returncode}")
    first = ended.stdout[:_LONGEST].decode("utf-8", "replace").strip().split("\n")[0].strip()
    if not first:
        raise _failed(provider, f"{shown} wrote no key")
    return first


def _failed(provider: Provider, why: str) -> GlmcodeError:
    return GlmcodeError(
        f"the key_command of {provider.name} failed: {why}", hint="run it by hand: its first line must be the key"
    )


def _from_keyring(name: str) -> str:
    """The key in the system's keyring; "" where there is none, and where the extra `keyring` is not installed. Its import
    costs half a second: only where nothing else has a key."""
    if importlib.util.find_spec("keyring") is None:
        return ""
    import keyring
    from keyring.errors import KeyringError

    try:
        return (keyring.get_password(SERVICE, name) or "").strip()
    except (KeyringError, RuntimeError, OSError):
        return ""
