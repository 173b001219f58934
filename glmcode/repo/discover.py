"""Finding the repository around a directory by git's own rules, without starting git: `glmcode apply` needs to be quick."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from glmcode.errors import GlmcodeError

__all__ = ["Repository", "around", "find_repository", "hooks_folder", "state_dir"]

_HINT = "change into a repository, or give the directory with --root DIR"
_SETTING = re.compile(
    rb"""^[ \t]*(?:\[([^\]\n]*)\])?[ \t]*([A-Za-z][A-Za-z0-9-]*)?[ \t]*(=)?[ \t]*(.*?)[ \t\r]*$""", re.MULTILINE
)
_CONFIG_LIMIT = 1 << 20
_POINTER_LIMIT = 1 << 16


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository with a working tree. All three are absolute real paths; bytes that aren't UTF-8 are surrogate escapes."""

    root: str
    """The top of the working tree."""
    git_dir: str
    """This working tree's own git directory: `.git`, `.git/worktrees/NAME` or `.git/modules/NAME`."""
    common_dir: str
    """What all of the repository's working trees share; equal to `git_dir` except in a linked worktree."""


def find_repository(start: str = ".") -> Repository:
    """The repository whose working tree holds the directory `start`.

    Raises GlmcodeError (exit 2) where there is none, where it is bare, where `start` is inside a git directory, and
    where GIT_DIR or GIT_WORK_TREE name another one than the directory does: writing to either would be a guess.
    """
    found = around(start)
    if found is None:
        raise GlmcodeError(f"not in a git repository: {_shown(os.path.realpath(start))}", hint=_HINT)
    _refuse_other(os.environ, found)
    return found


def state_dir(root: str) -> str:
    """Where glmcode keeps its own files about the tree at `root`, never inside that tree. It need not exist yet.

    For a tree in a repository: `glmcode` in the common git directory. For any other: a folder of the user's state
    directory that is named after the tree's real path. Raises GlmcodeError for a bare repository or a git directory,
    which are no trees to write to.
    """
    found = around(root)
    if found is not None:
        return os.path.join(found.common_dir, "glmcode")
    import hashlib

    from platformdirs import user_state_dir

    key = hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:32]
    return os.path.join(user_state_dir("glmcode", appauthor=False), "trees", key)


def hooks_folder(root: str) -> str:
    """Where the repository's own configuration says that hooks are, as a path from the root; "" where they are elsewhere.

    What git's other configuration files say is not looked at: they speak of no one repository's tree.
    """
    found = around(root)
    if found is None:
        return ""
    core = _core_settings(os.path.join(found.common_dir, "config"))
    core |= _core_settings(os.path.join(found.git_dir, "config.worktree"))
    named = os.fsdecode(core.get(b"hookspath", b""))
    path = os.path.relpath(os.path.join(found.root, named), found.root).replace(os.sep, "/")
    return "" if not named or path == "." or path.startswith("../") else path


def around(start: str) -> Repository | None:
    """As `find_repository`, whatever the environment names; None where there is none."""
    ceilings = {os.path.realpath(one) for one in os.environ.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep) if one}
    try:
        first = here = os.path.realpath(start)
    except FileNotFoundError:
        raise GlmcodeError(
            "the working directory is gone: it was removed meanwhile", hint="cd into one that is there"
        ) from None
    while True:
        pointer = os.path.join(here, ".git")
        git_dir = _pointed_to(pointer) if os.path.isfile(pointer) else pointer
        if _is_git_dir(git_dir):
            return _opened(here, os.path.realpath(git_dir))
        if _is_git_dir(here):
            if ".git" in here.split(os.sep):
                raise GlmcodeError(f"inside a git directory, not a working tree: {_shown(first)}", hint=_HINT)
            raise _bare(here)
        above = os.path.dirname(here)
        if above in (here, *ceilings):
            return None
        here = above


def _opened(root: str, git_dir: str) -> Repository:
    common_dir = _common_dir(git_dir)
    core = _core_settings(os.path.join(common_dir, "config"))
    if common_dir == git_dir and core.get(b"bare", b"").lower() in (b"true", b"yes", b"on", b"1"):
        raise _bare(root)
    if common_dir != git_dir:
        core = {}  # core.worktree of the shared configuration speaks of the main working tree only
    core |= _core_settings(os.path.join(git_dir, "config.worktree"))
    elsewhere = core.get(b"worktree")
    if elsewhere:
        tree = os.path.realpath(os.path.join(git_dir, os.fsdecode(elsewhere)))
        if tree != root:
            raise GlmcodeError(
                f"core.worktree says that the files of {_shown(root)} are in {_shown(tree)}",
                hint=f"change into {_shown(tree)}, or give it with --root",
            )
    return Repository(root, git_dir, common_dir)


def _bare(where: str) -> GlmcodeError:
    return GlmcodeError(
        f"a bare repository has no files to edit: {_shown(where)}",
        hint="make a working tree first: git worktree add DIR",
    )


def _pointed_to(pointer: str) -> str:
    """The git directory that a `.git` file names (a linked worktree's or a submodule's)."""
    text = _read(pointer, _POINTER_LIMIT)
    if not text.startswith(b"gitdir:"):
        raise GlmcodeError(f"{_shown(pointer)} is neither a git directory nor a pointer to one", hint=_HINT)
    named = os.path.join(os.path.dirname(pointer), os.fsdecode(text[len(b"gitdir:") :].strip()))
    if not _is_git_dir(named):
        raise GlmcodeError(
            f"{_shown(pointer)} points to {_shown(named)}, which is no git directory",
            hint="git worktree repair may mend it",
        )
    return named


def _common_dir(git_dir: str) -> str:
    named = os.fsdecode(_read(os.path.join(git_dir, "commondir"), _POINTER_LIMIT).strip())
    return os.path.realpath(os.path.join(git_dir, named)) if named else git_dir


def _is_git_dir(path: str) -> bool:
    """As git tells it: a HEAD (possibly a dangling link) and, in what is shared, objects and refs."""
    if not os.path.lexists(os.path.join(path, "HEAD")):
        return False
    common = _common_dir(path)
    return os.path.isdir(os.path.join(common, "objects")) and os.path.isdir(os.path.join(common, "refs"))


def _core_settings(config: str) -> dict[bytes, bytes]:
    """The `[core]` section's settings, names in lower case; the last of a name counts. A name without `=` is true."""
    settings: dict[bytes, bytes] = {}
    section = b""
    for header, name, equals, value in _SETTING.findall(_read(config, _CONFIG_LIMIT)):
        section = header.strip().lower() or section
        if section == b"core" and name:
            settings[name.lower()] = _unquoted(value) if equals else b"true"
    return settings


def _unquoted(value: bytes) -> bytes:
    """A setting's value without its quotes, escapes and trailing comment."""
    if b'"' not in value:
        return re.split(rb"[ \t]*[#;]", value, maxsplit=1)[0]
    pieces = re.findall(rb'"((?:[^"\\]|\\.)*)"|([^"#;]+)|([#;].*)', value)
    text = b"".join(quoted or plain for quoted, plain, _comment in pieces)
    return re.sub(rb"\\(.)", rb"\1", text).strip()


def _refuse_other(environ: Mapping[str, str], found: Repository) -> None:
    """Inside a hook git sets these, and they agree with where the hook runs. Where they don't, neither is followed."""
    for name, own in (("GIT_DIR", found.git_dir), ("GIT_WORK_TREE", found.root)):
        value = environ.get(name)
        if value and os.path.realpath(value) != own:
            raise GlmcodeError(
                f"{name} names {_shown(os.path.realpath(value))}, but the repository here is {_shown(own)}",
                hint=f"unset {name}, or give the directory with --root DIR",
            )


def _read(path: str, limit: int) -> bytes:
    """The file's bytes, or none where it can't be read: git's own files are hints here, never a reason to stop."""
    try:
        with open(path, "rb") as file:
            return file.read(limit)
    except OSError:
        return b""


def _shown(path: str) -> str:
    return path if path.isprintable() else path.encode("unicode_escape").decode("ascii")
