"""Files that others run without being asked, or that say what is run: an edit of them needs the user's consent by name.

Continuous integration, hooks, editors and shells run what such a file says, on the user's machine or with the repository's
secrets, long after the plan has landed. A name counts in every spelling that some system takes for it.
"""

import glob
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from glmcode.errors import Exit, GlmcodeError
from glmcode.landing.paths import folded
from glmcode.repo.discover import hooks_folder
from glmcode.repo.folder import shown
from glmcode.repo.options import Protection

__all__ = ["ProtectedError", "protected", "refuse_protected", "with_hooks"]

ALWAYS = (
    # Continuous integration
    *(".github/workflows/**", ".github/actions/**", ".gitea/workflows/**", ".forgejo/workflows/**", ".gitlab-ci.yml", ".gitlab-ci/**"),
    *(".gitlab/ci/**", ".circleci/**", ".travis.yml", "azure-pipelines*.y*ml", ".azure-pipelines/**", ".azuredevops/**", "Jenkinsfile"),
    *("bitbucket-pipelines.yml", ".drone.y*ml", ".woodpecker*.y*ml", ".woodpecker/**", ".buildkite/**", ".cirrus.y*ml", ".cirrus.star"),
    *("appveyor.yml", ".appveyor.yml", ".semaphore/**", ".teamcity/**", "cloudbuild.y*ml", "buildspec.y*ml", ".build.yml", ".builds/**"),
    # git: what else is checked out, what filters and merge drivers run, where large files come from
    *(".gitmodules", ".gitattributes", ".lfsconfig"),
    # Hooks
    *(".githooks/**", ".git-hooks/**", ".husky/**", ".pre-commit-config.y*ml", ".pre-commit-hooks.y*ml", "lefthook*.*", ".lefthook*.*"),
    *(".lefthook/**", ".lefthook-local/**", ".overcommit.yml", ".lintstagedrc*", "lint-staged.config.*", ".simple-git-hooks.*"),
    # Editors, debuggers and containers that open with the folder
    *(".vscode/**", "*.code-workspace", ".vs/**", ".idea/**", ".fleet/**", ".zed/**", ".helix/**", ".cursor/**", ".mcp.json"),
    *(".devcontainer/**", ".devcontainer.json", ".exrc", ".vimrc", ".nvimrc", ".nvim.lua", ".lvimrc", ".dir-locals.el", ".dir-locals-2.el"),
    *(".gdbinit", ".lldbinit"),
    # Shells and tools that run what the folder's file says
    *(".envrc", ".mise.toml", "mise.toml", ".mise/**", ".npmrc", ".yarnrc", ".yarnrc.yml", ".pnpmfile.cjs", ".cargo/config", ".cargo/config.toml"),
    *(".bazelrc", ".mvn/**", "gradle/wrapper/**", "sitecustomize.py", "usercustomize.py", "*.pth"),
    # What says how this program treats the repository
    "glmcode.toml",
)  # fmt: skip
"""Patterns, as `matches` reads them."""
_SHORT = re.compile(r"[^. ]{1,6}~[0-9]{1,6}(?:\.[^. ]{0,3})?$")
"""A name that may be another file's short one on Windows: `GITHUB~1` is `.github`."""
_MAGIC = re.compile(r"[*?\[]")


class ProtectedError(GlmcodeError):
    """Nothing was written: `paths` need consent by name first. Whoever can ask the user asks, and lands again with it."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = tuple(paths)
        names = ", ".join(shown(path) for path in paths)
        flags = " ".join(f"--allow {_quoted(shown(path))}" for path in paths[:5]) + (" ..." if len(paths) > 5 else "")
        super().__init__(
            f"needs your consent by name, because others run what is in it: {names}; nothing was changed",
            exit_code=Exit.NOT_LANDED,
            hint=f"read the change, then allow it with {flags}",
        )


def protected(paths: Iterable[str], protection: Protection, consent: Iterable[str] = ()) -> tuple[str, ...]:
    """Those of the paths that need consent and have none, sorted. A rename counts with both its names.

    `consent` holds paths or patterns from the root, as the user named them.
    """
    guarded, free = _Patterns((*ALWAYS, *protection.paths)), _Patterns(protection.allow)
    given = [_parts(one.lstrip("/")) for one in consent]
    found = []
    for path in sorted(set(paths)):
        parts = _parts(path)
        short = any(_SHORT.match(part) for part in parts)
        if (short or guarded.match(parts)) and not free.match(parts) and not any(_fits(one, parts) for one in given):
            found.append(path)
    return tuple(found)


def with_hooks(protection: Protection, root: str) -> Protection:
    """The protection, and that of the folder of the tree in which the repository has its hooks."""
    folder = hooks_folder(root)
    return replace(protection, paths=(*protection.paths, f"/{glob.escape(folder)}/")) if folder else protection


def refuse_protected(paths: Iterable[str], protection: Protection, consent: Iterable[str] = ()) -> None:
    """Raises ProtectedError where some of the paths need consent and have none."""
    found = protected(paths, protection, consent)
    if found:
        raise ProtectedError(found)


class _Patterns:
    """Patterns of paths. `*` and `?` stay within a name, `**` is any number of names, `x/` is all that is in folders x.

    A pattern may begin at any folder, one that begins with `/` at the root alone.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._by_name: dict[str, list[tuple[str, ...]]] = {}
        """Those that begin with a plain name, by it: most paths meet none of them."""
        self._others: list[tuple[str, ...]] = []
        self._rooted: list[tuple[str, ...]] = []
        for pattern in patterns:
            parts = _parts(pattern.strip("/")) + (("**",) if pattern.endswith("/") else ())
            if not parts:
                continue
            if pattern.startswith("/"):
                self._rooted.append(parts)
            elif _MAGIC.search(parts[0]):
                self._others.append(parts)
            else:
                self._by_name.setdefault(parts[0], []).append(parts)

    def match(self, path: tuple[str, ...]) -> bool:
        if any(_fits(one, path) for one in self._rooted):
            return True
        for at, name in enumerate(path):
            rest = path[at:]
            if any(_fits(one, rest) for one in (*self._by_name.get(name, ()), *self._others)):
                return True
        return False


def _fits(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    """Whether the whole path is what the pattern says; in time that grows with both lengths, whatever the pattern."""
    reached = {0}  # how much of the pattern the names so far may have used up
    for name in path:
        reached = _past_stars(pattern, reached)
        reached = {
            at if pattern[at] == "**" else at + 1
            for at in reached
            if at < len(pattern) and (pattern[at] == "**" or pattern[at] == name or fnmatchcase(name, pattern[at]))
        }
        if not reached:
            return False
    return len(pattern) in _past_stars(pattern, reached)


def _past_stars(pattern: tuple[str, ...], reached: set[int]) -> set[int]:
    """`**` may also be no name at all."""
    found = set(reached)
    for at in range(len(pattern)):
        if at in found and pattern[at] == "**":
            found.add(at + 1)
    return found


def _parts(path: str) -> tuple[str, ...]:
    """The names in the one spelling that all spellings of them share."""
    names = (folded(name).rstrip(". ") for name in path.replace("\\", "/").split("/"))
    return tuple(name for name in names if name)


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)
