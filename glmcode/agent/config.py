"""The configuration: `config.toml` in the user's configuration folder, on top of what every option is by default; for how a
repository is treated, the repository's own `glmcode.toml` on top of that.

    provider = "zai"
    fallback = ["openrouter", "local"]
    [budget]
    dollars = 5.0
    [providers.zai]
    key_command = ["pass", "show", "zai"]
    [worktree]
    carry = [".venv"]

What a repository's file says is what whoever wrote the repository says: it can name what is to be carried and protected, and
nothing that runs, costs or opens anything. What is not known is refused: a threshold with a slip in its name would be none.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, Final, TypeVar

from glmcode.agent.options import Options, fits
from glmcode.errors import GlmcodeError
from glmcode.model.providers import Provider
from glmcode.model.table import extended, providers
from glmcode.repo.folder import shown
from glmcode.repo.options import REPOSITORY_FILE, RepoOptions, config_path

__all__ = ["REPOSITORY_FILE", "Config", "config_path", "configured", "repo_options"]

T = TypeVar("T")

_TABLES: Final = {"budget": "limits", "retry": "retry", "stop_early": "stopping", "thinking": "thinking"}
"""Tables of the file, and the options that they fill."""
_PLAIN: Final = ("provider", "base_url", "model", "fallback", "resumptions", "test_timeout")
_REPO_TABLES: Final = {
    "journal": "journal",
    "worktree": "worktrees",
    "sessions": "sessions",
    "protect": "protect",
    "commit": "commits",
}
"""Tables of the file that say how repositories are treated."""
_OF_THE_REPOSITORY: Final = {"worktree": ("carry",), "protect": ("paths",), "commit": ("trailer",)}
"""What of them a repository may say for itself."""
_LARGEST: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Config:
    """What holds where a command says nothing else."""

    options: Options
    providers: Mapping[str, Provider]
    path: str
    """The file, whether or not it is there."""
    repo: RepoOptions = field(default_factory=RepoOptions)
    """How every repository is treated that says nothing else."""


def configured(path: str | None = None) -> Config:
    """The configuration; all defaults where there is no file. Raises GlmcodeError (exit 2) that names what is wrong."""
    path = config_path() if path is None else path
    try:
        with open(path, "rb") as file:
            table = _toml(file.read(_LARGEST + 1), path)
    except (FileNotFoundError, NotADirectoryError):
        return Config(Options(), providers(), path)
    except OSError as error:
        raise GlmcodeError(f"can't read {path}: {error.strerror}") from None
    known = providers()
    changes: dict[str, Any] = {}
    repo: dict[str, Any] = {}
    default, default_repo = Options(), RepoOptions()
    for key, value in table.items():
        if key == "providers" and isinstance(value, Mapping):
            known = extended(known, value, path)
        elif key in _TABLES and isinstance(value, Mapping):
            changes[_TABLES[key]] = _filled(getattr(default, _TABLES[key]), value, f"{path}: {key}")
        elif key in _REPO_TABLES and isinstance(value, Mapping):
            repo[_REPO_TABLES[key]] = _filled(getattr(default_repo, _REPO_TABLES[key]), value, f"{path}: {key}")
        elif key in _PLAIN:
            changes |= _filled_fields(default, {key: value}, path + ":", (key,))
        else:
            raise GlmcodeError(
                f"{path}: {key} is not known",
                hint=f"known: {', '.join((*_PLAIN, *_TABLES, *_REPO_TABLES, 'providers'))}",
            )
    return Config(replace(default, **changes), known, path, replace(default_repo, **repo))


def repo_options(root: str, path: str | None = None) -> RepoOptions:
    """How the repository at `root` is treated: by the user's file (at `path`), and by its own `glmcode.toml`.

    What the repository protects is added to what the user does. Raises GlmcodeError (exit 2) that names what is wrong.
    """
    from glmcode.landing.tree import PathRefusedError
    from glmcode.repo.disk import LINK, DirectoryTree

    options = configured(path).repo
    where = os.path.join(root, REPOSITORY_FILE)
    try:
        entry = DirectoryTree(root).entry(REPOSITORY_FILE)
    except PathRefusedError as error:
        raise GlmcodeError(f"{where}: {error.why}") from None
    if entry is None:
        return options
    if entry.mode == LINK:
        raise GlmcodeError(f"{where} is a link, which glmcode does not follow")
    changes: dict[str, Any] = {}
    for key, value in _toml(entry.data, where).items():
        names = _OF_THE_REPOSITORY.get(key)
        if names is None or not isinstance(value, Mapping):
            known = ", ".join(f"{table}.{name}" for table, fitting in _OF_THE_REPOSITORY.items() for name in fitting)
            raise GlmcodeError(f"{where}: {shown(key)} is not known in a repository's file", hint=f"known: {known}")
        before = getattr(options, _REPO_TABLES[key])
        found = _filled_fields(before, value, f"{where}: {key}.", names)
        if key == "protect":
            found["paths"] = (*before.paths, *found.get("paths", ()))
        changes[_REPO_TABLES[key]] = replace(before, **found)
    return replace(options, **changes)


def _toml(data: bytes, where: str) -> dict[str, Any]:
    if len(data) > _LARGEST:
        raise GlmcodeError(f"{where} is larger than {_LARGEST >> 20} MiB")
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise GlmcodeError(f"{where} is no TOML: {str(error).splitlines()[0]}") from None


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
            raise GlmcodeError(f"{where}{shown(key)} is not known", hint=f"known: {', '.join(names)}")
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
