"""The one question of a run: how its work lands in the user's branch."""

import sys

from glmcode.agent import Landing
from glmcode.agent.events import Finished
from glmcode.faces.terminal.render import Renderer

__all__ = ["LandingQuestion"]

ANSWERS: dict[str, Landing] = {"a": "apply", "c": "commit", "m": "merge", "n": "none", "": "none"}


class LandingQuestion:
    """Shows the diff and the summary, then asks. No answer (end of input, Ctrl-C) is "none": nothing is lost by it."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    def landing(self, finished: Finished) -> Landing:
        self._renderer.report(finished)
        while True:
            sys.stderr.write("land it? [a]pply uncommitted, [c]ommit, [m]erge, [n]ot now: ")
            sys.stderr.flush()
            try:
                said = sys.stdin.readline()
            except KeyboardInterrupt:
                said = ""
            if not said.endswith("\n"):
                sys.stderr.write("\n")
                return "none"
            word = said.strip().lower()
            for answer, how in ANSWERS.items():
                if word in (answer, how):
                    return how
