"""A sketch: changed lines, with `... existing code ...` comments for runs of lines that stay."""

from glmcode.landing.file import File
from glmcode.landing.place import Verdict
from glmcode.plan.edits import Sketch

__all__ = ["sketch"]


def sketch(file: File, change: Sketch, path: str) -> Verdict:
    """The verdict on a sketch of a file that exists."""
    # Few plans hold a sketch; those that hold none don't pay for loading the merge.
    from glmcode.landing.sketch_merge import merge

    return merge(file, change, path)
