"""The table of providers: what is shipped in `providers.toml`, and what a user's configuration adds to it or changes."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

from glmcode.errors import GlmcodeError
from glmcode.model.providers import LOCAL, Provider, Thinking, checked_url

__all__ = ["extended", "providers"]

_NUMBERS: Final = ("price_input", "price_output", "price_cached")
_COUNTS: Final = ("context", "max_output", "in_flight")
_TEXTS: Final = ("base_url", "model", "reset_zone")
_LISTS: Final = ("keys", "key_command")
_FLAGS: Final = ("continues", "local", "opt_in")
_SECRET: Final = frozenset({"key", "api_key", "token", "secret", "password"})


@cache
def providers() -> Mapping[str, Provider]:
    """All providers that are shipped, by name, the default first."""
    table, switches = _shipped()
    return {name: _provider(name, entry, switches, None, "providers.toml") for name, entry in table.items()}


def extended(known: Mapping[str, Provider], table: Mapping[str, Any], source: str) -> Mapping[str, Provider]:
    """The known providers with those of a configuration's `[providers.NAME]` tables: a new name adds one, for which a
    `base_url` is needed; a known one changes what its table names.

    `source` is what the table comes from, for messages. Raises GlmcodeError (exit 2) where an entry is none.
    """
    switches = _shipped()[1]
    found = dict(known)
    for name, entry in table.items():
        if not isinstance(entry, Mapping):
            raise GlmcodeError(f"{source}: providers.{name} is no table")
        if name == LOCAL:
            raise GlmcodeError(f"{source}: the name {LOCAL} stands for all servers on this machine: choose another one")
        found[name] = _provider(name, entry, switches, known.get(name), source)
    return found


@cache
def _shipped() -> tuple[dict[str, Any], dict[str, Thinking]]:
    with open(os.path.join(os.path.dirname(__file__), "providers.toml"), "rb") as file:
        table = tomllib.load(file)
    return table["providers"], {
        name: Thinking(switch.get("on", {}), switch.get("off", {})) for name, switch in table["thinking"].items()
    }


def _provider(
    name: str, entry: Mapping[str, Any], switches: Mapping[str, Thinking], base: Provider | None, source: str
) -> Provider:
    """One entry, on top of what is known of the name already."""
    where = f"{source}: providers.{name}"
    if base is None:
        if not entry.get("base_url") and source != "providers.toml":
            raise GlmcodeError(f"{where} has no base_url", hint='such as base_url = "http://127.0.0.1:8000/v1"')
        base = Provider(name, "", "", (), None, None, None, None, None, switches["template-off"])
    elif "model" in entry and entry["model"] != base.model:
        # Another model has other prices.
        base = replace(base, price_input=None, price_output=None, price_cached=None)
    changes: dict[str, Any] = {}
    for key, value in entry.items():
        if key in _NUMBERS and type(value) in (int, float) and 0 <= value < 1e6:
            changes[key] = float(value)
        elif (key in _COUNTS and type(value) is int and value > 0) or (key in _FLAGS and isinstance(value, bool)):
            changes[key] = value
        elif key in _TEXTS and isinstance(value, str):
            changes[key] = checked_url(value, f"{where}.base_url") if key == "base_url" and value else value
        elif key in _LISTS and isinstance(value, list) and all(isinstance(part, str) and part for part in value):
            changes[key] = tuple(value)
        elif key == "thinking" and isinstance(value, str) and value in switches:
            changes[key] = switches[value]
        elif key in _SECRET:
            raise GlmcodeError(
                f"{where}.{key}: no key belongs into a file",
                hint='a variable: keys = ["NAME_API_KEY"]; a command: key_command = ["pass", "show", "name"]; or the keyring',
            )
        else:
            raise GlmcodeError(f"{where}.{key} is not known, or not of its kind", hint=_hint(key, switches))
    return replace(base, **changes)


def _hint(key: str, switches: Mapping[str, Thinking]) -> str:
    if key == "thinking":
        return f"one of {', '.join(switches)}"
    return f"known: {', '.join((*_TEXTS, *_LISTS, *_COUNTS, *_NUMBERS, *_FLAGS, 'thinking'))}"
