"""Symbolic links: what stands behind one is never written through it, and its target changes only where the plan says so."""

from glmcode.landing import messages
from glmcode.landing.coding import Coding, quoted_bytes
from glmcode.landing.file import LINK, File
from glmcode.landing.paths import normalise
from glmcode.landing.place import Fit, Refusal, Standing, Verdict
from glmcode.landing.tree import PathRefusedError
from glmcode.landing.workspace import Workspace
from glmcode.plan.edits import Link

__all__ = ["leads_out", "link", "not_through"]

_DONE = Fit((), None, 1.0, None)


def not_through(path: str, file: File) -> Refusal:
    """For an edit that means a file, and finds a link."""
    target = messages.shown(file.text.data)
    return Refusal("protected-path", f"{path} is a symbolic link to {target}: edit that file under its own path.")


def link(workspace: Workspace, path: str, change: Link) -> Verdict:
    """The link points elsewhere, or is made. It may lead to a place inside the root alone: whoever writes through it later,
    a test or another program, would not look where it goes."""
    file, target = workspace.get_or_folder(path), quoted_bytes(change.new)
    why = leads_out(workspace, path, change.new)
    if why:
        return Refusal("outside-root", f"{path} would lead to {messages.shown(target)}: {why}.")
    if file is not None and file.mode == LINK and file.raw == target:
        return Standing(None, None)
    if file is None and change.old is None:
        workspace.put(path, File(target, Coding(), LINK, path))
        return _DONE
    if file is None:
        return Refusal("no-such-file", messages.no_such_file(path, workspace.paths()))
    if change.old is None:
        return Refusal("exists", f"{path} exists and is another file or link: remove it first if that is meant.")
    if file.mode != LINK:
        return Refusal("stale", f"{path} is a file now, and no link: edit what it holds.")
    if file.raw != quoted_bytes(change.old):
        return Refusal("stale", f"{path} leads to {messages.shown(file.raw)} by now: quote that as its target.")
    workspace.replace(path, File(target, Coding(), LINK, path))
    return _DONE


def leads_out(workspace: Workspace, path: str, target: str) -> str:
    """Why a link at `path` must not have this target; "" where it may."""
    folders, names = path.split("/")[:-1], target.split("/")
    while names and names[0] in ("..", "."):
        if names.pop(0) == "..":
            if not folders:
                return "that is outside the repository's root"
            folders.pop()
    if ".." in names:
        return "`..` behind a name means the folder above wherever that name leads"
    if not target.startswith("/") and not names:
        return "a link to a folder above itself goes round in circles"
    try:
        reached = normalise("/".join([*folders, *names]) if not target.startswith("/") else target)
        for depth in range(1, reached.count("/") + 2):
            passed = "/".join(reached.split("/")[:depth])
            file = None if workspace.is_folder(passed) else workspace.get(passed)
            if file is not None and file.mode == LINK:
                return f"{passed} is a link itself"
    except PathRefusedError as error:
        return error.why
    return ""
