"""`glmcode express`: a change as the plan that makes it."""

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from glmcode.errors import GlmcodeError
from glmcode.faces.cli.app import app
from glmcode.faces.cli.streams import read_input, tree_root

if TYPE_CHECKING:
    from glmcode.express import FileChange


@app.command()
def express(
    revision: Annotated[str | None, typer.Argument(metavar="REV", help="A commit, or a range A..B.")] = None,
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="Only these of its files: as git takes them, ':!PATH' leaves one out."),
    ] = None,
    diff: Annotated[str | None, typer.Option("--diff", metavar="FILE", help="A diff; - is standard input.")] = None,
    form: Annotated[
        str, typer.Option("--form", help="native, search-replace, udiff, v4a, sketch, whole or tool-call.")
    ] = "native",
    context: Annotated[int | None, typer.Option(min=0, help="Unchanged lines around each change, at least.")] = None,
    root: Annotated[str | None, typer.Option(help="The repository, if not that of this directory.")] = None,
) -> int:
    """Write a change as an edit plan.

    The change is what a commit did to its first parent, what a diff does to the working tree, or else what the working
    tree holds against HEAD. The plan goes to standard output; glmcode apply of it on the files before makes the same
    bytes. Where a form has no words for a part of the change, that part is written in another one.

    \b
    glmcode express HEAD~2 > change.plan
    glmcode express HEAD src ':!src/logo.png'
    glmcode express main..topic --form search-replace
    git diff | glmcode express --diff -
    """
    from glmcode.express import express as written
    from glmcode.plan.reader import FORMS

    chosen = next((one for one in FORMS if one == form), None)
    if chosen is None:
        raise GlmcodeError(f"there is no form {form!r}", hint="forms: " + ", ".join(FORMS))
    if revision is not None and diff is not None:
        raise GlmcodeError("a revision and a diff: give one of them")
    top = tree_root(root)
    changes = _of_diff(top, read_input(diff, "diff")) if diff is not None else list(_of_git(top, revision, paths or []))
    plan = written(changes, chosen, context=context)
    # A plan is bytes: a terminal's encoding has no say in it.
    sys.stdout.flush()
    sys.stdout.buffer.write(plan.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()
    return 0


def _of_diff(root: str, diff: bytes) -> "list[FileChange]":
    """What the diff makes of the working tree's files."""
    from glmcode.errors import Exit
    from glmcode.express import FileChange
    from glmcode.library import apply_plan

    result = apply_plan(diff, root, form="udiff")
    if not result.edits and diff.strip():
        raise GlmcodeError("there is no diff in what was given", hint="git diff writes one, and so does git show")
    for outcome in result.edits:
        if outcome.status == "rejected":
            raise GlmcodeError(
                f"the diff doesn't fit {outcome.path or 'any file'}: {outcome.reason}",
                exit_code=Exit.NOT_LANDED,
                hint=outcome.message.split("\n", 1)[0],
            )
    return [
        FileChange(
            path,
            result.before[path],
            after,
            result.modes_before.get(path, "100644"),
            result.modes.get(path, result.modes_before.get(path, "100644")),
        )
        for path, after in result.files.items()
    ]


def _of_git(root: str, revision: str | None, paths: Sequence[str]) -> "Iterator[FileChange]":
    """The files that a commit or a range changed, or that the working tree has changed against HEAD; of all, or of the
    paths as git understands them."""
    from glmcode.express import FileChange
    from glmcode.repo.git import git

    command = ["diff", "--raw", "-z", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none"]
    if revision is None:
        answer = git(root, *command, "-M", _commit(root, "HEAD"), "--")
    else:
        old, new = _sides(root, revision)
        answer = git(root, *command, "-M", old, new, "--", *paths)
    fields = iter(answer.split(b"\0"))
    for head in fields:
        if not head:
            break
        mode_before, mode_after, old_id, new_id, status = head[1:].decode("ascii").split(" ")
        path = os.fsdecode(next(fields))
        was = None
        if status[0] in "RC":
            was, path = (path if status[0] == "R" else None), os.fsdecode(next(fields))
        if status[0] == "U":
            raise GlmcodeError(f"a merge has left {path} unsettled", hint="resolve it first")
        if "160000" in (mode_before, mode_after):
            raise GlmcodeError(
                f"no plan can move a submodule: {path}", hint=f"leave it out: behind a revision, ':!{path}'"
            )
        before = None if status[0] in "AC" else git(root, "cat-file", "blob", old_id)
        after = None
        if status[0] != "D":
            known = set(new_id) != {"0"}
            after = git(root, "cat-file", "blob", new_id) if known else _on_disk(root, path)
        yield FileChange(
            path,
            before,
            after,
            mode_before if before is not None else "100644",
            mode_after if after is not None else "100644",
            was,
        )
    if revision is None:
        for name in git(root, "ls-files", "-z", "--others", "--exclude-standard").split(b"\0")[:-1]:
            path = os.fsdecode(name)
            yield FileChange(path, None, _on_disk(root, path), mode_after=_mode(os.path.join(root, path)))


def _sides(root: str, revision: str) -> tuple[str, str]:
    from glmcode.repo.git import git

    if ".." in revision:
        old, dots, new = revision.partition("...") if "..." in revision else revision.partition("..")
        sides = _commit(root, old or "HEAD"), _commit(root, new or "HEAD")
        if dots == "..":
            return sides
        return git(root, "merge-base", *sides).decode("ascii").strip(), sides[1]
    new = _commit(root, revision)
    parents = git(root, "rev-list", "--parents", "--max-count=1", new).decode("ascii").split()[1:]
    empty = git(root, "hash-object", "-t", "tree", "--stdin", stdin=b"").decode("ascii").strip()
    return (parents[0] if parents else empty), new


def _commit(root: str, revision: str) -> str:
    from glmcode.repo.git import run_git

    ended = run_git(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"])
    if ended.status != 0:
        raise GlmcodeError(f"there is no commit {revision}", hint="git log lists them; for a diff use --diff FILE")
    return ended.out.decode("ascii").strip()


def _on_disk(root: str, path: str) -> bytes:
    from glmcode.repo.disk import DirectoryTree

    data = DirectoryTree(root).read(path)
    if data is None:
        raise GlmcodeError(f"cannot read {path}")
    return data


def _mode(path: str) -> str:
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        return "120000"
    return "100755" if mode & stat.S_IXUSR else "100644"
