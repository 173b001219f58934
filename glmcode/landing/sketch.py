"""A sketch of a definition or a file. Its merge is not built yet: until it is, a sketch is refused, never guessed at."""

from glmcode.landing.place import Refusal, Verdict
from glmcode.landing.workspace import File
from glmcode.plan.edits import Sketch

__all__ = ["sketch"]


def sketch(_file: File, change: Sketch, path: str) -> Verdict:
    """Refuses, and says what to send."""
    name = change.symbol or "SYMBOL"
    return Refusal(
        "no-match",
        f'Sketches with "... existing code ..." can\'t be merged yet. Send <edit path="{path}" replace="{name}"> with the whole '
        "definition, or SEARCH/REPLACE blocks that quote the lines that change.",
    )
