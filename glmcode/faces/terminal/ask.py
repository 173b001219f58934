"""The questions of a run: whether it starts with the user's uncommitted work, how its own lands in their branch, and whether
it may change what is protected."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glmcode.agent import Landing
    from glmcode.agent.events import Finished
    from glmcode.faces.terminal.render import Renderer
    from glmcode.faces.terminal.screen import Screen

__all__ = ["LandingQuestion", "ask_to_take_along", "asks", "consents"]

ANSWERS: "dict[str, Landing]" = {
    "a": "apply",
    "c": "commit",
    "m": "merge",
    "p": "patch",
    "b": "branch",
    "n": "none",
    "": "none",
}
QUESTION = "land it? [a]pply uncommitted, [c]ommit, [m]erge, [p]atch file, [b]ranch, [n]ot now: "
_YES = ("y", "yes")


class LandingQuestion:
    """Shows the diff and the summary, then asks. No answer (end of input, Ctrl-C) is "none": nothing is lost by it."""

    def __init__(self, renderer: "Renderer") -> None:
        self._renderer = renderer

    def landing(self, finished: "Finished") -> "Landing":
        self._renderer.report(finished)
        while True:
            try:
                word = _answer(QUESTION)
            except KeyboardInterrupt:
                word = None
            if word is None:
                return "none"
            for answer, how in ANSWERS.items():
                if word in (answer, how):
                    return how

    def take_along(self, uncommitted: str) -> bool:
        return ask_to_take_along(self._renderer.screen, uncommitted)

    def consent(self, paths: Sequence[str]) -> bool:
        return consents(paths)


def asks() -> bool:
    """Whether there is someone who reads a question and someone who answers: both ends must be terminals."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr is not None and sys.stderr.isatty()


def ask_to_take_along(screen: "Screen", uncommitted: str) -> bool:
    """No answer is no: the work stays where it is, and nothing is lost by it."""
    screen.close()
    return _answer(f"your checkout has uncommitted work ({uncommitted}): start with it? [y]es, [N]o: ") in _YES


def consents(paths: Sequence[str]) -> bool:
    """Names each file that others run what is in it of, and asks. No answer (end of input, Ctrl-C) is no."""
    from glmcode.repo.folder import shown

    sys.stderr.write("others run what is in these files without asking:\n")
    sys.stderr.write("".join(f"  {shown(path)}\n" for path in paths))
    try:
        return _answer(f"change {'it' if len(paths) == 1 else 'them'}? [y]es, [N]o: ") in _YES
    except KeyboardInterrupt:
        return False


def _answer(question: str) -> str | None:
    """What was answered, in lower case; None at the end of the input. Whatever comes next begins on a line of its own."""
    sys.stderr.write(question)
    sys.stderr.flush()
    said = ""
    try:
        said = sys.stdin.readline()
    finally:
        if not said.endswith("\n"):
            sys.stderr.write("\n")
    return said.strip().lower() if said.endswith("\n") else None
