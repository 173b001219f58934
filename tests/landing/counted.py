"""How much landing does, counted; and plans of which twice as much is easily made.

Work is every line of Python that runs, every function called, and the bytes given to a parser, by the hundred.
"""

import json
import sys
from types import FrameType
from typing import Any

from glmcode.landing.engine import Landing
from glmcode.landing.tree import MappingTree
from glmcode.plan.edits import Check
from glmcode.plan.reader import parse_plan
from glmcode.syntax import parsed

__all__ = ["FUNCTION", "MARK", "SAME", "TWICE", "Made", "block", "call", "numbered", "patch", "work"]

Made = tuple[str, str, str]
"""A plan, the path of the file, the file."""
TWICE = 2.6
"""What twice the input may cost, some hundreds of lines more or less for a start."""


def work(made: Made) -> int:
    """How much landing does."""
    plan, path, file = made
    done = 0

    def called(frame: FrameType, event: str, given: Any) -> None:
        nonlocal done
        done += event in ("call", "c_call")

    def ran(frame: FrameType, event: str, given: Any) -> Any:
        nonlocal done
        done += 1
        return ran

    real = parsed.__dict__["parse_tree"]

    def parse_tree(data: bytes, *rest: Any) -> Any:
        nonlocal done
        done += len(data) // 100
        return real(data, *rest)

    tracing, profiling = sys.gettrace(), sys.getprofile()
    vars(parsed)["parse_tree"] = parse_tree
    try:
        landing = Landing(MappingTree({path: file.encode()}))
        sys.setprofile(called)
        sys.settrace(ran)
        for event in parse_plan(plan):
            if not isinstance(event, Check):
                landing.land(event)
        landing.finish()
    finally:
        sys.settrace(tracing)
        sys.setprofile(profiling)
        vars(parsed)["parse_tree"] = real
    return done


def block(path: str, old: str, new: str) -> str:
    return f'<edit path="{path}">\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n</edit>\n'


def patch(chunks: str) -> str:
    return f"*** Begin Patch\n*** Update File: f.txt\n{chunks}*** End Patch\n"


def call(old: str, new: str, **more: bool) -> str:
    return json.dumps({"path": "f.txt", "old_string": old, "new_string": new, **more})


SAME = "same line here\n"
MARK = "# ... existing code ...\n"
FUNCTION = "def f{0}():\n    return 1\n\n\n"


def numbered(count: int, words: str = "line number {} of the text\n", step: int = 1) -> str:
    return "".join(words.format(number) for number in range(0, count, step))
