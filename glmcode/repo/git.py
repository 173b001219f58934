"""Running git: a thin layer over GitPython that no environment, locale, prompt or hook can lead astray.

What callers may rely on: output is bytes, complete to the last newline; `cwd` is where git works, and a missing `cwd`
is an error, never the process's own directory; nothing waits for input.
"""

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from glmcode.errors import Exit, GlmcodeError

__all__ = ["Ended", "NoGitError", "complaint", "failure", "git", "identity", "run_git"]

# Inside a hook git sets GIT_DIR, GIT_INDEX_FILE and more, which mean the hook's repository and not ours. Of all
# variables of git only these stay: they say who the user is and which configuration and programs hold.
_KEPT = frozenset(
    {
        "GIT_ALLOW_PROTOCOL",
        "GIT_ASKPASS",
        "GIT_AUTHOR_EMAIL",
        "GIT_AUTHOR_NAME",
        "GIT_COMMITTER_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_PARAMETERS",
        "GIT_CONFIG_SYSTEM",
        "GIT_EXEC_PATH",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_SSL_CAINFO",
        "GIT_SSL_NO_VERIFY",
        "GIT_TEMPLATE_DIR",
    }
)
_KEPT_BEGINNINGS = ("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_", "GIT_LFS_", "GIT_PYTHON_")

_ALWAYS = ("--no-pager", "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "advice.detachedHead=false")
# For git's work on what is ours: the user's hooks and watchers have no business there.
_QUIET = (
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "submodule.recurse=false",
    "-c",
    "core.safecrlf=false",
    "-c",
    "i18n.commitEncoding=UTF-8",
    "-c",
    "checkout.workers=0",  # a process a core, where a hundred files or more are to be written
)
_NOBODY = {"NAME": "glmcode", "EMAIL": "glmcode@localhost"}
_LOCALE = ("LC_ALL", "LANGUAGE")


# The system's words in what git says, which is run in the C locale.
_DISK = {
    "No space left on device": "the disk is full",
    "Out of diskspace": "the disk is full",
    "Disk quota exceeded": "the disk quota is used up",
    "Read-only file system": "the file system is read-only",
    "Permission denied": "permission denied",
    "insufficient permission": "permission denied",
    "unable to write file": "a file could not be written; is the disk full?",
}


class NoGitError(GlmcodeError):
    """git itself can't be started."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run of git ended."""

    status: int
    out: bytes
    err: str
    """Without colours and control characters: hooks and file names have their say here."""


def run_git(
    cwd: str,
    arguments: Sequence[str],
    *,
    stdin: bytes | None = None,
    hooks: bool = False,
    env: Mapping[str, str] | None = None,
    keep: int | None = None,
) -> Ended:
    """Runs git in `cwd`; any exit status is an answer. Raises NoGitError where git can't be started.

    `hooks`: the user's hooks run, in the user's locale; without it none do, and the index is not refreshed in passing.
    `keep` is an open file that git and its hooks keep open as long as they live, also beyond this process.
    Text that others wrote goes behind `--` or through `stdin`, never where git looks for options.
    """
    try:
        from git.cmd import Git
        from git.exc import GitCommandNotFound
    except ImportError as error:
        raise NoGitError("git was not found", hint="install git 2.39 or newer, or put it on the PATH") from error

    # GitPython falls back to the process's own directory where `cwd` is gone; `-C` makes git itself refuse.
    command = [str(Git.GIT_PYTHON_GIT_EXECUTABLE), "-C", cwd, *_ALWAYS, *(() if hooks else _QUIET), *arguments]
    given_to_git = env or {}
    leaking = sorted(
        name for name in os.environ if name.startswith("GIT_") and not _kept(name) and name not in given_to_git
    )
    if leaking:
        # GitPython can add to the environment, not take from it. Whoever sets such variables (a hook) has `env`.
        command = ["env", *(f"--unset={name}" for name in leaking), *command]
    settings = {"GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": ":", "GIT_MERGE_AUTOEDIT": "no"}
    if hooks:
        settings |= {name: os.environ.get(name, "") for name in _LOCALE}
    else:
        settings["GIT_OPTIONAL_LOCKS"] = "0"
    with tempfile.TemporaryFile() as given:
        if stdin is not None:
            given.write(stdin)
            given.seek(0)
        try:
            status, out, err = Git(cwd).execute(
                command,
                istream=given,
                env={**settings, **given_to_git},
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                pass_fds=() if keep is None else (keep,),
            )
        except (GitCommandNotFound, OSError) as error:
            raise NoGitError(f"git could not be started: {_first_line(str(error))}") from error
    return Ended(status, out if isinstance(out, bytes) else b"", _printable(err))


def git(
    cwd: str,
    *arguments: str,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
    exit_code: Exit = Exit.USAGE,
) -> bytes:
    """What git prints. Raises GlmcodeError with git's own reason where it fails."""
    ended = run_git(cwd, arguments, stdin=stdin, env=env)
    if ended.status != 0:
        raise failure(f"git {_verb(arguments)}", ended, exit_code)
    return ended.out


def failure(what: str, ended: Ended, exit_code: Exit = Exit.USAGE) -> GlmcodeError:
    """The error for a git that failed: its reason in one line, the rest of what it said as the hint. Where it was the disk
    that refused, the exit code is never that of bad usage."""
    for said, why in _DISK.items():
        if said in ended.err:
            code = Exit.NOT_LANDED if exit_code is Exit.USAGE else exit_code
            return GlmcodeError(f"{what} failed: {why}", exit_code=code, hint=complaint(ended))
    return GlmcodeError(f"{what} failed: {complaint(ended)}", exit_code=exit_code, hint=_rest(ended))


def complaint(ended: Ended) -> str:
    """The line in which git says why it failed."""
    lines = [line.strip() for line in ended.err.splitlines() if line.strip()]
    for mark in ("fatal: ", "error: "):
        for line in lines:
            if line.startswith(mark):
                return line.removeprefix(mark)[:500]
    return lines[0][:500] if lines else f"it ended with status {ended.status} and gave no reason"


def identity(where: str) -> dict[str, str]:
    """Who commits: the user as git knows them, else a name of our own, so that no session fails for want of one."""
    if all(run_git(where, ["var", f"GIT_{role}_IDENT"]).status == 0 for role in ("AUTHOR", "COMMITTER")):
        return {}
    return {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in _NOBODY.items()}


def _verb(arguments: Sequence[str]) -> str:
    """Which of git's commands it is, behind what is said of where and how."""
    rest = iter(arguments)
    for argument in rest:
        if argument == "-c":
            next(rest, "")
        elif not argument.startswith("-"):
            return argument
    return ""


def _rest(ended: Ended) -> str:
    lines = [line.rstrip() for line in ended.err.splitlines() if line.strip()]
    return "\n".join(line[:500] for line in lines[:20]) if len(lines) > 1 else ""


def _kept(name: str) -> bool:
    return name in _KEPT or name.startswith(_KEPT_BEGINNINGS)


def _printable(text: str) -> str:
    plain = re.sub(r"\x1b\[[0-9;?]*[ -/]*[@-~]", "", text)
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "?" for sign in plain)


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:500] if text.strip() else ""
