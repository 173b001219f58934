"""The library's main function: a plan and files in, the result out; nothing is written anywhere."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from glmcode.errors import GlmcodeError
from glmcode.landing.engine import Landing
from glmcode.landing.result import Result
from glmcode.landing.tree import MappingTree, Tree
from glmcode.plan.edits import Check
from glmcode.plan.reader import parse_plan

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["FORMS", "apply_plan"]

FORMS = ("auto", "native", "search-replace", "udiff", "v4a", "sketch", "whole", "tool-call")


def apply_plan(
    plan: str | bytes,
    files: "Mapping[str, bytes] | str | PathLike[str]",
    *,
    form: str = "auto",
    path: str | None = None,
    partial: bool = False,
) -> Result:
    """Lands an edit plan on files and says what came of each edit.

    `files` maps paths to bytes, or is the path of a directory (read as needed, never written). `form` says that the
    whole plan is of one form; `path` is the file that a pathless edit means. One rejected edit leaves `result.files`
    empty, unless `partial`: then it holds the files whose edits all applied. Raises GlmcodeError for a form that there
    is not, or a directory that can't be read.
    """
    if form not in FORMS:
        raise GlmcodeError(f"there is no form {form!r}", hint="forms: " + ", ".join(FORMS))
    text = plan.decode("utf-8", "surrogateescape") if isinstance(plan, bytes) else plan
    landing = Landing(_tree(files))
    for event in parse_plan(plan, form=form, path=path):
        if not isinstance(event, Check):
            landing.land(event)
    landed = landing.finish("files" if partial else "all")
    return Result(
        ok=landed.ok,
        files=landed.files,
        modes=landed.modes,
        edits=landed.edits,
        before=landed.before,
        modes_before=landed.modes_before,
        plan=text,
        options={"form": form, "path": path, "partial": partial},
    )


def _tree(files: "Mapping[str, bytes] | str | PathLike[str]") -> Tree:
    if isinstance(files, Mapping):
        return MappingTree(files)
    from glmcode.repo.disk import DirectoryTree

    return DirectoryTree(str(files))
