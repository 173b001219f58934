"""Finished worktrees that wait for the next session, which then needs only what differs.

One lies in `glmcode/pool/<id>` of the common git directory, `<id>` being the name of its own git directory there, and beside
it `<id>.json`, written last: what has none is the rest of a process that was killed, and is removed. Nothing is believed of
a worktree that tests have had for themselves: all that git doesn't know goes, all that differs is written anew, and git's
own status has the last word. Whatever is odd about one (a lock, a changed filter, a submodule) has it thrown away.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import stat

from glmcode.errors import GlmcodeError
from glmcode.repo.account import Session
from glmcode.repo.carry import NOTE
from glmcode.repo.git import git, run_git
from glmcode.repo.lock import held

__all__ = ["connect", "discard", "forget", "mark", "park", "prune", "take"]

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_MARK = "glmcode.json"
"""In a worktree's git directory: by which settings its files were written."""
_OWN = {
    "HEAD",
    "ORIG_HEAD",
    "FETCH_HEAD",
    "COMMIT_EDITMSG",
    "commondir",
    "gitdir",
    "index",
    "logs",
    "refs",
    NOTE,
    _MARK,
}
"""All that the git directory of a worktree holds that can be taken again."""
_PATIENCE = 1.0
"""Seconds: a new worktree is made in less."""
_LARGEST = 1 << 16
# A file that was changed and given its old time back must not pass for unchanged.
_STRICT = ("-c", "core.trustctime=true", "-c", "core.checkStat=default", "-c", "core.untrackedCache=false")


def mark(git_dir: str) -> None:
    """Notes by which settings the worktree's files have been written: only by the same ones can it be taken again."""
    with contextlib.suppress(GlmcodeError, OSError), open(os.path.join(git_dir, _MARK), "w") as file:
        json.dump({"settings": _settings(git_dir)}, file)


def take(session: Session) -> str | None:
    """Puts a pooled worktree where the session's is to be, on its new branch at its base; gives its git directory. None
    where there is none that will do; then nothing is there."""
    common, base, worktree, branch = session.common_dir, session.base, session.worktree, session.branch
    folder = os.path.join(common, "glmcode", "pool")
    if not os.path.isdir(folder):
        return None
    for name, commit in _parked(folder, base):
        git_dir = os.path.join(common, "worktrees", name)
        with contextlib.suppress(GlmcodeError, OSError):
            if not _fetched(folder, name, git_dir, commit, base, worktree):
                continue
            inside = (f"--git-dir={git_dir}", f"--work-tree={worktree}", *_STRICT)
            git(worktree, *inside, "checkout", "--quiet", "--force", "--no-track", "-b", branch, base, "--")
            git(worktree, *inside, "clean", "-xdffq")
            if not git(worktree, *inside, "status", "--porcelain=v1", "-z", "-uno", "--ignore-submodules=none"):
                os.utime(os.path.join(git_dir, _MARK))
                return git_dir
        run_git(common, ["update-ref", "-d", f"refs/heads/{branch}", base])
        discard(common, worktree)
    return None


def _fetched(folder: str, name: str, git_dir: str, commit: str, base: str, worktree: str) -> bool:
    """Whether the pooled worktree now stands at `worktree`; one that another session took, or that is no good, does not."""
    at = os.path.join(folder, name)
    with held(f"{folder}.lock", patience=_PATIENCE):
        if not _claimed(folder, name):
            return False
        if _usable(git_dir, at, commit, base):
            with contextlib.suppress(OSError):
                _move(git_dir, at, worktree)
                return True
        discard(os.path.dirname(os.path.dirname(git_dir)), at)
        return False


def park(session: Session, tip: str, most: int) -> bool:
    """Puts the worktree of a session, whose branch stands at `tip`, by for the next, brought back to the session's base; at
    most so many are kept, the oldest go. Whether it is kept: where not, it is the caller's to remove. The session's branch
    is free afterwards, and still there."""
    common, git_dir, worktree, base = session.common_dir, session.git_dir, session.worktree, session.base
    name = os.path.basename(git_dir)
    folder = os.path.join(common, "glmcode", "pool")
    try:
        if not most or not _ID.fullmatch(name) or not _usable(git_dir, worktree, base, tip):
            return False
        inside = (f"--git-dir={git_dir}", f"--work-tree={worktree}", *_STRICT)
        git(worktree, *inside, "read-tree", "--reset", base)
        listed = git(worktree, *inside, "ls-files", "-v", "--stage", "-z").split(b"\0")
        if not all(entry.startswith((b"H 1006", b"H 1007", b"H 120")) for entry in listed if entry):
            return False  # a submodule, or a file that git is told not to look at
        # What is untracked goes first, so that no attributes file among it has a say in what is written.
        _remove_touched(worktree, os.stat(os.path.join(git_dir, _MARK)).st_ctime_ns)
        git(worktree, *inside, "clean", "-xdffq")
        git(worktree, *inside, "checkout", "--quiet", "--force", "--detach", base, "--")
        for left in (NOTE, os.path.join("logs", "HEAD")):  # the log would keep the session's commits from git's gc
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(git_dir, left))
        os.makedirs(folder, exist_ok=True)
        with held(f"{folder}.lock", patience=_PATIENCE):
            at = os.path.join(folder, name)
            if os.path.lexists(at):
                _remove(at)
            _move(git_dir, worktree, at)
            _note(folder, name, {"commit": base})
    except (GlmcodeError, OSError):
        return False
    with contextlib.suppress(GlmcodeError, OSError):
        prune(common, most)
    return True


def prune(common: str, most: int, *, dry_run: bool = False) -> tuple[str, ...]:
    """Throws away all but so many of the pool's worktrees, the oldest first, and what killed processes left there.

    Gives the folders that went, by their paths; with `dry_run`, that would go. Raises GlmcodeError (exit 5) where another
    glmcode is at the pool.
    """
    folder = os.path.join(common, "glmcode", "pool")
    if not os.path.isdir(folder):
        return ()
    gone = []
    with held(f"{folder}.lock", patience=_PATIENCE):
        kept = [name for name, _ in _parked(folder)][:most]
        for name in sorted({one.removesuffix(".json") for one in os.listdir(folder)} - set(kept)):
            at = os.path.join(folder, name)
            if os.path.lexists(at):
                gone.append(at)
            if not dry_run:
                _claimed(folder, name)
                discard(common, at)
    return tuple(gone)


def discard(common: str, worktree: str) -> None:
    """Removes a worktree of ours and what git knows of it, whatever state they are in. What can't be removed stays."""
    forget(common, worktree)
    with contextlib.suppress(OSError):
        _remove(worktree)


def connect(git_dir: str, worktree: str) -> None:
    """Has a worktree of ours and its git directory know each other where they now are. Not by `git worktree repair`, which
    in a copy of a repository turns the worktrees of the original to the copy, the user's too."""
    for path, said in (
        (os.path.join(git_dir, "gitdir"), os.path.join(worktree, ".git")),
        (os.path.join(worktree, ".git"), f"gitdir: {git_dir}"),
    ):
        if _text(path) != f"{said}\n":
            with open(f"{path}.new", "wb") as file:
                file.write(os.fsencode(f"{said}\n"))
            os.replace(f"{path}.new", path)


def forget(common: str, worktree: str) -> None:
    """Removes the git directory of this worktree, and no other's: `git worktree prune` would take those of the user's too
    that are on a disk not plugged in."""
    folder = os.path.join(common, "worktrees")
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            if _points(os.path.join(folder, name), worktree):
                _remove(os.path.join(folder, name))


def _parked(folder: str, base: str = "") -> list[tuple[str, str]]:
    """Names and commits of what is parked: those at `base` first, then the newest."""
    found = []
    for name in os.listdir(folder):
        if not name.endswith(".json") or not _ID.fullmatch(name.removesuffix(".json")):
            continue
        path = os.path.join(folder, name)
        commit = str(_read(path).get("commit"))
        with contextlib.suppress(OSError):
            if _COMMIT.fullmatch(commit):
                found.append((commit != base, -os.lstat(path).st_mtime_ns, name.removesuffix(".json"), commit))
    return [(name, commit) for _, _, name, commit in sorted(found)]


def _claimed(folder: str, name: str) -> bool:
    """Whether it was there to be taken; nobody else can, from here on."""
    try:
        os.unlink(os.path.join(folder, f"{name}.json"))
    except FileNotFoundError:
        return False
    return True


def _usable(git_dir: str, worktree: str, commit: str, other: str) -> bool:
    """Whether the worktree is one of ours, whole, and what differs between the commits is all that differs in its files."""
    if os.path.islink(worktree) or os.path.islink(git_dir) or not _points(git_dir, worktree):
        return False
    if set(os.listdir(git_dir)) - _OWN:
        return False  # a lock, a submodule's repository, settings of its own
    pointer = _text(os.path.join(worktree, ".git"))
    named = os.path.join(worktree, pointer.removeprefix("gitdir: ").removesuffix("\n"))
    if not pointer.startswith("gitdir: ") or os.path.realpath(named) != os.path.realpath(git_dir):
        return False
    settings = _settings(git_dir)
    if not settings or _read(os.path.join(git_dir, _MARK)).get("settings") != settings:
        return False
    changed = git(
        git_dir, f"--git-dir={git_dir}", "diff-tree", "-r", "-z", "--name-only", "--no-renames", commit, other
    )
    names = {os.path.basename(path) for path in changed.split(b"\0")}
    return not names & {b".gitattributes", b".gitmodules"}


def _settings(git_dir: str) -> str:
    """A fingerprint of all that decides which bytes git writes for a blob; "" where each worktree has its own."""
    listed = git(git_dir, f"--git-dir={git_dir}", "config", "--list", "-z").split(b"\0")
    said = [one for one in listed if one.lower().startswith((b"core.", b"filter.", b"lfs.", b"extensions."))]
    if b"extensions.worktreeconfig\ntrue" in [one.lower() for one in said]:
        return ""
    common = os.path.dirname(os.path.dirname(git_dir))
    attributes = [os.path.join(common, "info", "attributes")]
    named = [one.partition(b"\n")[2] for one in said if one.lower().startswith(b"core.attributesfile\n")]
    configured = os.environ.get("XDG_CONFIG_HOME") or os.path.join("~", ".config")
    attributes.append(os.fsdecode(named[-1]) if named else os.path.join(configured, "git", "attributes"))
    digest = hashlib.sha256(b"\0".join(said))
    for path in attributes:
        digest.update(b"\0\0" + _text(os.path.expanduser(path)).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _remove_touched(folder: str, since: int) -> None:
    """Removes all files on which anything has changed since, their permissions too, so that git writes them anew, whatever
    their size and times; and pipes, sockets and devices, which git does not see."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _remove_touched(entry.path, since)
                continue
            if entry.name == ".git":
                continue  # this is how git knows the worktree
            found = entry.stat(follow_symlinks=False)
            plain = stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)
            if not plain or (found.st_ctime_ns >= since and os.name != "nt"):
                os.unlink(entry.path)


def _move(git_dir: str, here: str, there: str) -> None:
    os.makedirs(os.path.dirname(there), exist_ok=True)
    if os.name == "nt" and os.path.isdir(there):
        os.rmdir(there)
    os.rename(here, there)
    connect(git_dir, there)


def _points(git_dir: str, worktree: str) -> bool:
    """Whether the git directory says that it is this worktree's."""
    said = _text(os.path.join(git_dir, "gitdir")).removesuffix("\n")
    back = os.path.join(git_dir, said)
    return bool(said) and os.path.realpath(os.path.dirname(back)) == os.path.realpath(worktree)


def _note(folder: str, name: str, said: dict[str, str]) -> None:
    path = os.path.join(folder, f"{name}.json")
    with open(f"{path}.new", "w") as file:
        json.dump(said, file)
    os.replace(f"{path}.new", path)


def _read(path: str) -> dict[str, object]:
    try:
        found = json.loads(_text(path))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return os.fsdecode(file.read(_LARGEST))
    except OSError:
        return ""


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)
