"""The user's configuration: `config.toml` in the user's configuration folder, on top of what every option is by default.

    provider = "zai"
    fallback = ["openrouter", "local"]
    [budget]
    dollars = 5.0
    [providers.zai]
    key_command = ["pass", "show", "zai"]

What is not known is refused: a threshold with a slip in its name would be none.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Final, TypeVar

from glmcode.agent.options import Options, fits
from glmcode.errors import GlmcodeError
from glmcode.model.providers import Provider
from glmcode.model.table import extended, providers

__all__ = ["Config", "config_path", "configured"]

T = TypeVar("T")

_TABLES: Final = {"budget": "limits", "retry": "retry", "stop_early": "stopping", "thinking": "thinking"}
"""Tables of the file, and the options that they fill."""
_PLAIN: Final = ("provider", "base_url", "model", "fallback", "resumptions", "test_timeout")
_LARGEST: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Config:
    """What holds where a command says nothing else."""

    options: Options
    providers: Mapping[str, Provider]
    path: str
    """The file, whether or not it is there."""


def config_path() -> str:
    """The user's configuration file. It need not exist."""
    from platformdirs import user_config_dir

    return os.path.join(user_config_dir("glmcode", appauthor=False), "config.toml")


def configured(path: str | None = None) -> Config:
    """The configuration; all defaults where there is no file. Raises GlmcodeError (exit 2) that names what is wrong."""
    path = config_path() if path is None else path
    try:
        with open(path, "rb") as file:
            table = tomllib.loads(file.read(_LARGEST).decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return Config(Options(), providers(), path)
    except OSError as error:
        raise GlmcodeError(f"can't read {path}: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise GlmcodeError(f"{path} is no TOML: {str(error).splitlines()[0]}") from None
    known = providers()
    changes: dict[str, Any] = {}
    default = Options()
    for key, value in table.items():
        if key == "providers" and isinstance(value, Mapping):
            known = extended(known, value, path)
        elif key in _TABLES and isinstance(value, Mapping):
            changes[_TABLES[key]] = _filled(getattr(default, _TABLES[key]), value, f"{path}: {key}")
        elif key in _PLAIN:
            changes |= _filled_fields(default, {key: value}, path + ":", (key,))
        else:
            raise GlmcodeError(
                f"{path}: {key} is not known", hint=f"known: {', '.join((*_PLAIN, *_TABLES, 'providers'))}"
            )
    return Config(replace(default, **changes), known, path)


def _filled(default: T, table: Mapping[str, Any], where: str) -> T:
    assert is_dataclass(default)
    names = tuple(one.name for one in fields(default))
    return replace(default, **_filled_fields(default, table, where + ".", names))  # type: ignore[type-var]  # see above


def _filled_fields(default: object, table: Mapping[str, Any], where: str, names: tuple[str, ...]) -> dict[str, Any]:
    """The table's values, each of its field's kind and no number below zero."""
    assert is_dataclass(default)
    kinds = {one.name: str(one.type) for one in fields(default)}
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in names:
            raise GlmcodeError(f"{where}{key} is not known", hint=f"known: {', '.join(names)}")
        parts = value if isinstance(value, list) and "tuple" in kinds[key] else [value]
        plain = isinstance(value, list) == ("tuple" in kinds[key]) and all(fits(part, kinds[key]) for part in parts)
        if not plain or any(isinstance(part, int | float) and not 0 <= part < 1e12 for part in parts):
            raise GlmcodeError(f"{where}{key} can't be {value!r}"[:200], hint=f"it is {_kind(kinds[key])}")
        found[key] = tuple(value) if isinstance(value, list) else value
    return found


def _kind(declared: str) -> str:
    many = "tuple" in declared
    for name, word in (("str", "text"), ("bool", "true or false"), ("int", "a whole number"), ("float", "a number")):
        if name in declared:
            return f"a list, each {word}" if many else word
    return declared
